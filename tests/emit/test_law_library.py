"""The law for NumPy's library: the text of values and gradients is a program of the accepted language."""

import numpy as np
import pytest
from frontend import test_sorting, test_systems

from symgrad.backends.numpy import compile
from symgrad.frontend.lower import lower
from symgrad.frontend.signature import bind
from symgrad.ir import evaluate
from symgrad.pipeline import Options, Transform, build

SAMPLES = [pytest.param(*p.values, id=p.id) for p in test_systems.PROGRAMS]
SAMPLES += [
    pytest.param(fun, lambda rng: (test_sorting.distinct(rng, 4, 5),), id=fun.__name__)
    for fun in test_sorting.PROGRAMS
]


@pytest.mark.parametrize(("fun", "sample"), SAMPLES)
def test_the_text_lowers_to_what_it_was_made_from(fun, sample, rng):
    args = sample(rng)
    transform = Transform("value_and_grad", tuple(range(len(args))), (), single=len(args) == 1)
    program = build(fun, bind(fun, args, {}), transform, Options())
    source = compile(program.study_text, program.function.name).__wrapped__
    again = lower(source, bind(source, args, {})).function
    expected = evaluate.run(program.function, *args)
    for got, want in zip(evaluate.run(again, *args), expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-13, atol=1e-13)
    names = {e.op.name for e in program.function.eqns} & LIBRARY
    assert names <= {e.op.name for e in again.eqns}


LIBRARY = {"solve", "solve_triangular", "inv", "det", "logabsdet", "cholesky", "eigh", "eigvalsh", "sort"}
