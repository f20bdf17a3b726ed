"""Adjoints and tangents of loops and branches, on programs built by hand: what is saved, what runs again."""

from dataclasses import replace

import numpy as np
import pytest

from symgrad.ad.forward import forward
from symgrad.ad.reverse import reverse
from symgrad.ir import evaluate
from symgrad.ir.build import Builder, sin
from symgrad.ir.build import sum as total
from symgrad.ir.core import AtArg, Block, Const, Eqn, Function, Symbol, Value
from symgrad.ir.dims import symbol
from symgrad.ir.ops import OPS
from symgrad.ir.regions import COND, FOR, WHILE, close, close_all
from symgrad.ir.types import ArrayType
from symgrad.ir.verify import verify
from symgrad.ir.walk import all_eqns
from symgrad.opt import simplify

F, I = ArrayType("float64"), ArrayType("int64")
n = symbol("n")
ONE_AT = {"index": (AtArg(),)}


def vector(hint="x"):
    return Value(ArrayType("float64", (n,)), hint)


def function(x, b, result):
    return verify(Function("f", Block((x,), tuple(b.eqns), (result,), (Symbol("n", x, 0),))))


def loop(b, start, stop, body, carried, yields, step=1):
    """`for i in range(start, stop, step)`; `carried` are (initial, param) pairs."""
    block, operands = close([body.index, *(p for _, p in carried)], body.eqns, yields, b)
    outs = tuple(Value(p.type, p.hint) for _, p in carried)
    args = (start, stop, Const(step, I), *(a for a, _ in carried), *operands)
    b.eqns.append(Eqn(FOR, args, outs, {}, (block,)))
    return outs


def body_builder(hint="i"):
    body = Builder()
    body.index = Value(I, hint)
    return body


def product():
    """s = s * x[i] + sin(s): the adjoint reads s, and cos(s) from it."""
    x, b, body = vector(), Builder(), body_builder()
    size = b.emit(OPS["extent"], (), {"dim": n}, "n")
    s = Value(F, "s")
    xi = body.ref(body.emit(OPS["getitem"], (x, body.index), ONE_AT))
    new = body.ref(s) * xi + sin(body.ref(s))
    (out,) = loop(b, Const(0, I), size, body, [(Const(0.3, F), s)], [new.arg])
    return function(x, b, out)


def linear():
    """s = 0.5 * s + 3 * x[i]: the adjoint reads nothing of the forward sweep."""
    x, b, body = vector(), Builder(), body_builder()
    size = b.emit(OPS["extent"], (), {"dim": n}, "n")
    s = Value(F, "s")
    xi = body.ref(body.emit(OPS["getitem"], (x, body.index), ONE_AT))
    new = 0.5 * body.ref(s) + 3.0 * xi
    (out,) = loop(b, Const(0, I), size, body, [(Const(0.0, F), s)], [new.arg])
    return function(x, b, out)


def triangle():
    """for i: for j in range(i): t = sin(t * x[j]) + x[i]: tapes of i slots, so the inner loop runs again."""
    x, b, outer, inner = vector(), Builder(), body_builder("i"), body_builder("j")
    size = b.emit(OPS["extent"], (), {"dim": n}, "n")
    t, t_in = Value(F, "t"), Value(F, "t")
    xj = inner.ref(inner.emit(OPS["getitem"], (x, inner.index), ONE_AT))
    xi = outer.emit(OPS["getitem"], (x, outer.index), ONE_AT)
    new = sin(inner.ref(t_in) * xj) + inner.ref(xi)
    (out_in,) = loop(outer, Const(0, I), outer.index, inner, [(t, t_in)], [new.arg])
    (out,) = loop(b, Const(0, I), size, outer, [(Const(0.4, F), t)], [out_in])
    return function(x, b, out)


def backwards():
    """for i in range(n - 1, -1, -2): y[i] = y[i] * s; s = s + y[i]: a carried array and a stepped range."""
    x, b, body = vector(), Builder(), body_builder()
    last = b.emit(OPS["extent"], (), {"dim": n - 1})
    s, y = Value(F, "s"), vector("y")
    yi = body.ref(body.emit(OPS["getitem"], (y, body.index), ONE_AT)) * body.ref(s)
    y2 = body.emit(OPS["setitem"], (y, yi.arg, body.index), ONE_AT, "y")
    s2 = (body.ref(s) + yi).arg
    outs = loop(b, last, Const(-1, I), body, [(Const(0.9, F), s), (x, y)], [s2, y2], step=-2)
    result = total(b.ref(outs[1]) * b.ref(outs[1]), (0,)) * b.ref(outs[0])
    return function(x, b, result.arg)


def search():
    """while k < n: a branch on the data; the number of trips is not known beforehand."""
    x, b, body, test = vector(), Builder(), Builder(), Builder()
    size = b.emit(OPS["extent"], (), {"dim": n}, "n")
    k, s = Value(I, "k"), Value(F, "s")
    more = test.emit(OPS["less"], (k, size))
    xk = body.emit(OPS["getitem"], (x, k), ONE_AT, "xk")
    positive = (body.ref(xk) > 0.0).arg
    yes, no = Builder(), Builder()
    on = (yes.ref(s) * sin(yes.ref(xk))).arg
    off = (no.ref(s) + no.ref(xk) * no.ref(xk)).arg
    branches, captured = close_all([], [(yes.eqns, [on]), (no.eqns, [off])], body)
    s2 = Value(F, "s")
    body.eqns.append(Eqn(COND, (positive, *captured), (s2,), {}, branches))
    k2 = (body.ref(k) + 1).arg
    blocks, operands = close_all([k, s], [(test.eqns, [more]), (body.eqns, [k2, s2])], b)
    outs = Value(I, "k"), Value(F, "s")
    b.eqns.append(Eqn(WHILE, (Const(0, I), Const(0.5, F), *operands), outs, {}, blocks))
    return function(x, b, (b.ref(outs[1]) * b.ref(outs[1])).arg)


PROGRAMS = [product, linear, triangle, backwards, search]


def differences(f, x):
    h = 1e-6
    return np.array([(f(x + h * e) - f(x - h * e)) / (2 * h) for e in np.eye(len(x))])


@pytest.fixture
def x(rng):
    return rng.uniform(0.4, 1.2, 5) * np.array([1, -1, 1, 1, -1])


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("size", [0, 1, 5])
def test_reverse(program, x, size):
    f = program()
    g = verify(reverse(f, (0,), "grad"))
    (found,) = evaluate.run(g, x[:size])
    np.testing.assert_allclose(
        found, differences(lambda v: evaluate.run(f, v)[0], x[:size]).reshape(size), rtol=2e-7, atol=1e-8
    )
    (again,) = evaluate.run(verify(simplify(g, "kernel")), x[:size])
    np.testing.assert_allclose(again, found, rtol=1e-13, atol=0)


@pytest.mark.parametrize("program", PROGRAMS)
def test_forward_agrees_with_reverse(program, x, rng):
    f = program()
    t = rng.normal(size=5)
    value, tangent = evaluate.run(verify(forward(f, (0,))), x, t)
    assert value == evaluate.run(f, x)[0]
    np.testing.assert_allclose(tangent, evaluate.run(reverse(f, (0,), "grad"), x)[0] @ t, rtol=1e-12)


@pytest.mark.parametrize("program", PROGRAMS)
def test_second_derivatives_two_ways(program, x, rng):
    gradient = reverse(program(), (0,), "grad")
    t = rng.normal(size=5)
    over = evaluate.run(verify(forward(gradient, (0,))), x, t)[1]
    b, direction = Builder(), vector("t")
    along = total(b.ref(gradient.results[0]) * b.ref(direction), (0,)).arg
    body = replace(
        gradient.body, params=(*gradient.params, direction), eqns=(*gradient.eqns, *b.eqns), results=(along,)
    )
    twice = reverse(verify(replace(gradient, body=body)), (0,), "grad")
    np.testing.assert_allclose(evaluate.run(verify(twice), x, t)[0], over, rtol=1e-11, atol=1e-13)
    h = 1e-6
    numeric = (evaluate.run(gradient, x + h * t)[0] - evaluate.run(gradient, x - h * t)[0]) / (2 * h)
    np.testing.assert_allclose(over, numeric, rtol=1e-6, atol=1e-7)


def ops_of(f):
    return [e.op.name for e in all_eqns(f.body)]


def test_a_linear_loop_saves_nothing_and_runs_once():
    ops = ops_of(simplify(reverse(linear(), (0,), "grad"), "kernel"))
    assert ops.count("for") == 1 and "empty" not in ops and "tape" not in ops


def test_a_known_number_of_trips_gives_a_buffer_of_that_length():
    (made, *others) = [e for e in reverse(product(), (0,), "grad").eqns if e.op.name == "empty"]
    assert made.out.type.shape == (n,) and not others


def test_an_unknown_number_of_trips_gives_a_growing_tape():
    assert "tape" in ops_of(reverse(search(), (0,), "grad"))
    assert "push" in ops_of(reverse(search(), (0,), "grad"))


def test_inner_loops_of_varying_length_are_run_again():
    assert ops_of(reverse(triangle(), (0,), "grad")).count("for") == 5
