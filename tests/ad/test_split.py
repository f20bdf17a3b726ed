"""Forward and backward as two functions: together they are the vjp program, and the cache is small."""

import numpy as np
import pytest
from ad.programs import SCALAR, named, program, vector

import symgrad as sg
from symgrad.ad.reverse import reverse
from symgrad.ad.split import split
from symgrad.ir.build import apply, call, reshape, sigmoid, transpose
from symgrad.ir.build import sum as total
from symgrad.ir.dims import symbol
from symgrad.ir.evaluate import run
from symgrad.ir.verify import verify


def halves(f):
    wrt = tuple(i for i, p in enumerate(f.params) if p.type.is_float)
    derived = reverse(f, wrt, "vjp")
    first, second = split(derived, len(f.results), len(f.params))
    verify(first)
    verify(second)
    return derived, first, second


PROGRAMS = {
    "product": (lambda x, y: x * y, (vector("n"), vector("n"))),
    "neuron": (lambda x, y: named(sigmoid(total(x * y, (0,))), "s"), (vector("n"), vector("n"))),
    "layer": (lambda x, y, z: sigmoid(x @ y + z), (vector("n", "m"), vector("m", "k"), vector("k"))),
    "sum": (lambda x: total(x, (0, 1)), (vector("n", "m"),)),
    "reshape": (
        lambda x: call("sin", reshape(x, (symbol("n") * symbol("m"),))) * 2.0,
        (vector("n", "m"),),
    ),
    "transpose": (lambda x, y: transpose(x, (1, 0)) @ y, (vector("n", "m"), vector("n", "k"))),
    "several results": (lambda x, y: (x * y, call("exp", x), y), (SCALAR, SCALAR)),
    "softmax": (lambda x: apply("softmax", x, axis=(1,)), (vector("n", "m"),)),
    "identity": (lambda x: x, (SCALAR,)),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_halves_are_the_whole(name, rng):
    body, types = PROGRAMS[name]
    f = program(body, *types)
    derived, first, second = halves(f)
    sizes = {"n": 3, "m": 4, "k": 2}
    args = [np.asarray(rng.normal(size=tuple(sizes[str(d)] for d in t.shape))) for t in types]
    count = len(f.results)
    cotangents = [rng.normal(size=np.shape(o)) for o in run(f, *args)]
    whole = run(derived, *args, *cotangents)
    out = run(first, *args)
    grads = run(second, *out[count:], *cotangents)
    for a, b in zip(whole, (*out[:count], *grads), strict=True):
        np.testing.assert_array_equal(a, b)


def kept(f):
    _, first, _ = halves(f)
    return [getattr(r, "hint", "") for r in first.results[len(f.results) :]]


def test_residuals_are_what_the_backward_half_reads():
    assert kept(program(PROGRAMS["product"][0], *PROGRAMS["product"][1])) == ["x", "y"]
    assert kept(program(lambda x: named(sigmoid(x), "s"), SCALAR)) == ["s"]
    assert kept(program(lambda x: x * 2.0, SCALAR)) == []


def test_an_extent_that_no_array_has_is_kept_as_a_number():
    """The sum's adjoint reads no array, only how large x was."""
    _, first, second = halves(program(PROGRAMS["sum"][0], *PROGRAMS["sum"][1]))
    assert [p.hint for p in second.params] == ["m", "n", "dout"]
    assert [p.type.dtype for p in second.params] == ["int64", "int64", "float64"]
    assert run(first, np.ones((2, 5)))[1:] == (5, 2)


def test_views_of_residuals_are_made_again():
    def body(x, y):
        return call("sin", x) * named(reshape(x, (symbol("n"), 1)), "col")

    assert kept(program(body, vector("n"), vector("n"))) == ["x", "", "col"] or kept(
        program(body, vector("n"), vector("n"))
    ) == ["x", ""]


def test_names_of_the_halves():
    _, first, second = halves(program(lambda x: x * x, SCALAR))
    assert (first.name, second.name) == ("f_forward", "f_backward")


def _pulsing(u, c, steps):
    before = u * 0.5
    for _ in range(steps):
        u, before = 2 * u - before + np.sin(c) * u * u, u
    return np.sum(u * u)


def _halving(x, n):
    k = n
    s = 1.0
    while k > 0:
        s = s * np.sin(x[k % len(x)]) + x[0]
        k = k // 2
    return s


def _ragged(x, n):
    s = 0.0
    for i in range(n - 1):
        y = x[: i + 1] * x[i]
        for j in range(i, n):
            s = s * y[j - i if j - i < i else 0] + x[j % len(x)]
    return s


@pytest.mark.parametrize("fun", [_pulsing, _halving, _ragged])
def test_tapes_as_long_as_a_computed_number_of_trips(fun, rng) -> None:
    args = (rng.normal(size=4), 0.3, 5) if fun is _pulsing else (rng.normal(size=4), 4)
    out, pullback = sg.vjp(fun, *args, jit=False)
    value, gradient = sg.value_and_grad(fun, jit=False)(*args)
    np.testing.assert_allclose(out, fun(*args), rtol=1e-14)
    np.testing.assert_allclose(value, out, rtol=1e-14)
    np.testing.assert_allclose(pullback(2.0)[0], 2.0 * gradient, rtol=1e-13)
