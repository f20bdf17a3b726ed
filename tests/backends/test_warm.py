"""A process with a warm cache loads machine code and nothing of numba's compiler."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

import symgrad as sg
from symgrad.backends.numba_cpu import types_of
from symgrad.backends.warm import load_compiled

SCRIPT = """
import sys
import numpy as np
import symgrad as sg

def loss(w, x):
    h = np.tanh(x @ w)
    for i in range(len(h)):
        h[i] *= 2.0
    return np.sum(h * h)

df = sg.value_and_grad(loss, wrt="*")
x = np.arange(12.0).reshape(4, 3) / 7
value, (dw, dx) = df(np.array([0.3, -0.2, 0.5]), x)
print(repr(float(value)), dw.tolist(), dx.tolist())
print("compiler" if "numba.np.arraymath" in sys.modules else "loaded")
if sys.argv[1:]:
    import numba
    @numba.njit
    def twice(w, x):
        return 2 * df(w, x)[0]
    assert twice(np.array([0.3, -0.2, 0.5]), x) == 2 * value
    other, _ = df(np.array([0.3, -0.2, 0.5], dtype=np.float32), x.astype(np.float32))
    assert abs(other - value) < 1e-4
"""


def run(script: Path, cache: Path, *args: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, str(script), *args],
        env={**os.environ, "SYMGRAD_CACHE_DIR": str(cache), "SYMGRAD_VERIFY": "0"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_warm_process_starts_no_compiler_and_can_still_compile(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    cold = run(script, tmp_path / "cache")
    warm = run(script, tmp_path / "cache", "and then compile")
    assert cold[1] == "compiler"
    assert warm == [cold[0], "loaded"]


def test_damaged_machine_code_is_compiled_again(tmp_path: Path) -> None:
    script, cache = tmp_path / "script.py", tmp_path / "cache"
    script.write_text(SCRIPT)
    cold = run(script, cache)
    files = list(cache.rglob("*.nbc"))
    assert files
    for file in files:
        file.write_bytes(file.read_bytes()[:100])
    assert run(script, cache) == cold


def test_what_is_not_on_disk_is_not_loaded() -> None:
    @numba.njit
    def uncached(x: float) -> float:
        return x

    assert not load_compiled(uncached, types_of((1.0,)))
    df = sg.grad(lambda x: x * x)
    df(np.float64(3.0))
    with pytest.raises(TypeError, match="not compiled"):
        df.kernel(1j)
