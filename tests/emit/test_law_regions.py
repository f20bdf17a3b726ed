"""The law for loops, branches and their derivatives: the text, lowered, is the function it was made from."""

from dataclasses import replace

import numpy as np
import pytest
from emit.canonical import difference
from golden.helpers import FILES, load

from symgrad.backends.numpy import compile
from symgrad.frontend.lower import lower
from symgrad.frontend.signature import bind
from symgrad.ir import evaluate
from symgrad.ir.dims import evaluate as size_of


def _arguments(function, given):  # type: ignore[no-untyped-def]
    """The program's own arguments, and cotangents or tangents for the params after them."""
    front = replace(function.body, params=function.params[: len(given)], symbols=_told(function, len(given)))
    sizes = evaluate.symbol_values(front, given)
    rng = np.random.default_rng(2)
    shapes = [[size_of(d, sizes) for d in p.type.shape] for p in function.params[len(given) :]]
    return (*given, *(rng.normal(size=shape) for shape in shapes))


def _told(function, count):  # type: ignore[no-untyped-def]
    return tuple(s for s in function.body.symbols if s.param in function.params[:count])


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
def test_the_text_lowers_to_what_it_was_made_from(path) -> None:  # type: ignore[no-untyped-def]
    golden = load(path)
    program = golden.program()
    source = compile(program.study_text, program.function.name).__wrapped__
    args = _arguments(program.function, golden.args)
    again = lower(source, bind(source, args, {})).function
    assert not (found := difference(program.function, again)), f"{found}\n{program.study_text}"
    expected = evaluate.run(program.function, *args)
    for got, want in zip(evaluate.run(again, *args), expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-14, atol=1e-14)
