"""A Derivative inside compiled code: as a global, a closure variable and an argument, for any types."""

import subprocess
import sys
import textwrap

import numba
import numpy as np
import pytest

import symgrad as sg

potential = sg.grad(lambda q: np.sum((q * q - 1.0) ** 2))
both = sg.value_and_grad(lambda x, y: x * x * y, argnums=(0, 1))


@numba.njit
def through_a_global(q):
    return q - 0.1 * potential(q)


def test_global():
    q = np.array([0.5, 2.0])
    np.testing.assert_allclose(through_a_global(q), q - 0.1 * 4 * q * (q * q - 1), rtol=1e-15)


def test_dispatch_by_type():
    q = np.array([[0.5, 2.0], [3.0, -1.0]], dtype=np.float32)
    found = numba.njit(lambda q: potential(q))(q)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, 4 * q * (q * q - 1), rtol=1e-6)


def test_closure_and_several_results():
    derivative = both

    @numba.njit
    def total(x, y):
        value, (dx, dy) = derivative(x, y)
        return value + 10 * dx + 100 * dy

    assert total(3.0, 2.0) == 18.0 + 10 * 12.0 + 100 * 9.0


def test_argument():
    @numba.njit
    def apply(f, x):
        return f(x)

    np.testing.assert_allclose(apply(potential, np.array([2.0])), [24.0], rtol=1e-15)


def test_a_captured_value_is_refused():
    w = float(np.pi / 2)
    derivative = sg.grad(lambda q: np.sum(w * q))

    @numba.njit
    def call(q):
        return derivative(q)

    with pytest.raises(numba.core.errors.TypingError, match="reads w from outside"):
        call(np.ones(2))


def test_a_cached_caller_in_a_second_process(tmp_path):
    (tmp_path / "caller.py").write_text(
        textwrap.dedent(
            """
            import numba, numpy as np, symgrad as sg

            def energy(q):
                return np.sum(q**4)

            force = sg.grad(energy)

            @numba.njit(cache=True)
            def step(q):
                return q - 0.1 * force(q)

            print(step(np.array([1.0, 2.0])).tolist(), sum(step.stats.cache_hits.values()))
            """
        )
    )
    command = [sys.executable, "caller.py"]
    runs = []
    for _ in range(2):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        runs.append(done.stdout.strip())
    assert runs == ["[0.6, -1.2000000000000002] 0", "[0.6, -1.2000000000000002] 1"]


@sg.checkpoint
def plainly(x):
    return np.sin(x) * x


@sg.checkpoint
@numba.njit
def compiled(x):
    return np.cos(x) * x


@numba.njit
def checkpointed(x, n):
    for _ in sg.checkpoint(range(n), slots=3):
        x = plainly(x) + compiled(x)
    for t in sg.checkpoint(range(n), memory="2 MB"):
        x = plainly(x) * t
    return np.sum(x)


def test_checkpoints_in_compiled_code_do_nothing_and_are_differentiated():
    x = np.linspace(0.1, 1.0, 5)
    assert checkpointed(x, 4) == pytest.approx(checkpointed.py_func(x, 4), rel=1e-14)
    gradient = sg.grad(checkpointed, jit=False)(x, 4)
    h = 1e-6 * np.cos(x)
    slope = (checkpointed(x + h, 4) - checkpointed(x - h, 4)) / 2
    assert np.sum(gradient * h) == pytest.approx(slope, rel=1e-6)
