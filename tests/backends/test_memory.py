"""Memory of large arrays: page faults are counted, for that is what it is about."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numba import njit

from symgrad.backends import arrays
from symgrad.backends.memory import LARGE

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="page faults as Linux counts them")

FRESH = """
import resource, sys
import numpy as np
from symgrad.backends.memory import keep_freed
if sys.argv[1] == "keep":
    keep_freed()
def call():  # two results of 8 MB, all of them written
    return np.ones(1_000_000), np.ones(1_000_000)
call()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(4):
    call()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


def faults_of_calls(*, keep: bool, **environment: str) -> int:
    # NumPy must take small pages here, or there is nothing to count
    env = os.environ | {"NUMPY_MADVISE_HUGEPAGE": "0"} | environment
    command = [sys.executable, "-c", FRESH, "keep" if keep else "as it is"]
    return int(subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout)


def test_freed_arrays_are_used_again() -> None:
    pages = 16_000_000 // os.sysconf("SC_PAGE_SIZE")
    assert faults_of_calls(keep=True) < pages / 10
    # the user's own settings of glibc hold
    assert faults_of_calls(keep=True, MALLOC_MMAP_THRESHOLD_="131072") > 3 * pages


@njit
def filled(n: int) -> object:
    a = arrays.empty(n)
    for i in range(n):
        a[i] = i
    return a


def test_large_pages() -> None:
    import resource

    size = 64 << 20
    filled(10)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    a = filled(size // 8)
    faults = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    np.testing.assert_array_equal(a[:: 1 << 16], np.arange(0, size // 8, 1 << 16))
    enabled = Path("/sys/kernel/mm/transparent_hugepage/enabled")
    pages = size // os.sysconf("SC_PAGE_SIZE")
    if enabled.exists() and "[never]" not in enabled.read_text():
        assert faults < pages / 4
    else:
        assert faults <= 2 * pages


@pytest.mark.parametrize("size", [LARGE - 8, LARGE, LARGE + 8])
def test_at_the_limit(size: int) -> None:
    a = filled(size // 8)
    assert a.nbytes == size and a[-1] == size // 8 - 1


def test_only_large_arrays_ask() -> None:
    filled(1)
    (text,) = filled.inspect_llvm().values()
    assert "call i32 @madvise" in text and (f", {LARGE - 1}\n" in text or f", {LARGE}\n" in text)
