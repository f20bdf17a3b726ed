"""The law for loops, branches and their derivatives: the text, lowered, is the function it was made from."""

from dataclasses import replace

import numpy as np
import pytest
from emit.canonical import difference
from golden.helpers import FILES, load
from hypothesis import HealthCheck, assume, given, settings
from region_strategies import region_programs
from strategies import SIZES, Program

from symgrad.backends.numpy import compile
from symgrad.emit.study import study
from symgrad.frontend.lower import lower
from symgrad.frontend.signature import bind
from symgrad.ir import evaluate
from symgrad.ir.core import Const
from symgrad.ir.dims import evaluate as size_of
from symgrad.ir.walk import all_eqns
from symgrad.opt import simplify


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
    found = difference(program.function, again)
    assert not found, f"{found}\n{program.study_text}"
    expected = evaluate.run(program.function, *args)
    for got, want in zip(evaluate.run(again, *args), expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-14, atol=1e-14)


@settings(max_examples=80, suppress_health_check=list(HealthCheck))
@given(region_programs())
def test_random_loops_and_branches(program: Program) -> None:
    function = simplify(program.function, "study")
    loops = [e for e in all_eqns(function.body) if e.op.name == "for"]
    assume(not any(isinstance(e.args[0], Const) and isinstance(e.args[1], Const) for e in loops))  # folded
    text = study(function)
    source = compile(text, function.name).__wrapped__
    signature = replace(bind(source, program.args, {}), types=tuple(p.type for p in function.params))
    again = lower(source, replace(signature, sizes=SIZES)).function
    assert not (found := difference(function, again)), f"{found}\n{text}"
