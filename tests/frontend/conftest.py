"""`compare(fun, *args)`: the lowered function, run by the NumPy reference, against the function itself."""

import copy

import numpy as np
import pytest

from symgrad.frontend.lower import lower
from symgrad.frontend.signature import NeedConstant, bind
from symgrad.ir.dims import evaluate
from symgrad.ir.evaluate import run, symbol_values
from symgrad.ir.verify import verify
from symgrad.tree import flatten


def lowered_for(fun, *args, exact=frozenset(), **kwargs):
    """(signature, lowered), with the constants that lowering asks for."""
    constants = frozenset()
    while True:
        signature = bind(fun, args, kwargs, exact=exact, constants=constants)
        try:
            out = lower(fun, signature)
        except NeedConstant as need:
            assert need.path not in constants | exact, f"{need.path} was given, and is asked for again"
            constants |= {need.path}
            continue
        verify(out.function)
        return signature, out


def check_entry(function, values):
    """What a kernel checks at entry holds: extents agree with the parameter types, guards are met."""
    env = symbol_values(function.body, values)
    for param, value in zip(function.params, values, strict=True):
        assert tuple(evaluate(d, env) for d in param.type.shape) == np.shape(value), param
    for guard in function.guards:
        assert evaluate(guard.nonnegative, env) >= 0, guard


def compared(fun, *args, rtol=1e-12, atol=1e-13, exact=frozenset(), **kwargs):
    signature, out = lowered_for(fun, *copy.deepcopy(args), exact=exact, **copy.deepcopy(kwargs))
    values = [*signature.leaves, *(c.get() for c in out.captures)]
    check_entry(out.function, values)
    results = run(out.function, *values)
    with np.errstate(all="ignore"):
        expected = fun(*copy.deepcopy(args), **copy.deepcopy(kwargs))
    leaves, tree = flatten(expected)
    assert tree == out.out_tree
    for got, want, arg in zip(results, leaves, out.function.results, strict=True):
        want = np.asarray(want)
        assert arg.type.dtype == str(want.dtype), f"{arg.type} for {want.dtype}"
        assert np.shape(got) == want.shape
        np.testing.assert_allclose(got, want, rtol=rtol, atol=atol)
    return out.function


@pytest.fixture
def compare():
    return compared


@pytest.fixture
def lowering():
    return lowered_for
