"""The programs of benchmarks/, tiny: NumPy's values, slopes by differences; some of them compiled."""

from pathlib import Path

import numpy as np
import pytest
from catalogue import by_hand, entries, inputs_of, positions, what
from peers import by_differences, distance, flat

import symgrad as sg

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
TINY = [e for e in entries(BENCHMARKS) if e.family != "lectures"]
# One of each kind: the others compile the same constructs, and the command checks them compiled at every run.
COMPILED = {"ba", "cholesky", "determinant", "durbin", "escape", "lstm", "minors", "vadv"}


def fresh(inputs):
    return tuple(a.copy() if isinstance(a, np.ndarray) else a for a in inputs)


def check(entry, jit):
    program = entry.module()
    _, inputs = inputs_of(program, "T")
    derivative = sg.value_and_grad(program.primal, wrt=tuple(program.WRT), jit=jit)
    value, gradients = derivative(*inputs)
    np.testing.assert_allclose(value, program.primal(*fresh(inputs)), rtol=1e-11, atol=0)
    for i, g in zip(positions(program), gradients, strict=True):
        assert np.shape(g) == np.shape(inputs[i])
    slope, direction = by_differences(program, inputs)
    parts = [float(np.sum(g * d)) for g, d in zip(gradients, direction, strict=True)]
    np.testing.assert_allclose(sum(parts), slope, rtol=1e-6, atol=1e-8 * sum(map(abs, parts)))
    return gradients


@pytest.mark.parametrize("entry", TINY, ids=lambda e: f"{e.family}-{e.name}")
def test_the_study_text_gives_value_and_slope(entry):
    check(entry, jit=False)


@pytest.mark.parametrize("entry", [e for e in TINY if e.name in COMPILED], ids=lambda e: e.name)
def test_the_kernel_gives_the_gradient_of_the_study_text(entry):
    compiled, plain = check(entry, jit=True), check(entry, jit=False)
    assert distance(list(compiled), list(plain)) < 1e-11


WITH_HAND = [e for e in entries(BENCHMARKS) if (e.folder / "hand" / f"{e.name}.py").exists()]


@pytest.mark.parametrize("entry", WITH_HAND, ids=lambda e: e.name)
def test_the_adjoint_by_hand_gives_the_gradient_of_the_study_text(entry):
    """Undecorated, so that nothing is compiled: what the benchmarks compare with is itself compared."""
    program = entry.module()
    _, inputs = inputs_of(program, "T")
    gradients = sg.grad(program.primal, wrt=tuple(program.WRT), jit=False)(*inputs)
    for name, fun in by_hand(entry, program).items():
        assert what(program) == "gradient"
        assert distance(flat(fun.py_func(*fresh(inputs))), list(gradients)) < 1e-11, name
