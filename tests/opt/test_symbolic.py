"""What sympy may do: shorter statements of derivatives, as accurate, NaN for NaN, equal in every process."""

import os
import subprocess
import sys

import numpy as np
import pytest
from opt.building import lines, named, ops, program, statement

from symgrad.ad.reverse import reverse
from symgrad.ir import evaluate
from symgrad.ir.build import absolute, exp, sin, sqrt
from symgrad.ir.verify import verify
from symgrad.opt import simplify
from symgrad.opt.accuracy import no_worse
from symgrad.opt.algebra import candidates
from symgrad.opt.group import group
from symgrad.opt.symbolic import AUTO, shorten
from symgrad.opt.terms import COST, cost, leaves, parse, size, text


def softsign(x):
    return x / (1.0 + absolute(x))


def inverse_root(x):
    return 1.0 / sqrt(x**2.0 + 1.0)


def unit(x):
    return x / sqrt(1.0 + x**2.0)


def bent_slope(x):
    return x / (2.0 * sqrt(x**2.0 + 1.0)) + 1.0


def gaussian_slope(x):
    return -2.0 * x * exp(-(x**2.0))


def witch(x):
    return 1.0 / (x**2.0 + 1.0)


def rational(x):
    return (x - 1.0) / (x + 1.0)


# What follows the user's statements, which end with the last value that the derivative reads.
SHORTER = [
    (softsign, ["t_2 = power(t_1, 2.0)", "dx = divide(1.0, t_2)"]),
    (inverse_root, ["t_3 = power(t_2, 3.0)", "t_4 = negative(x)", "dx = divide(t_4, t_3)"]),
    (unit, ["t_3 = power(t_2, 3.0)", "dx = divide(1.0, t_3)"]),
    (bent_slope, ["t_4 = power(t_3, 2.0)", "t_5 = multiply(t_4, t_2)", "dx = divide(2.0, t_5)"]),
    (gaussian_slope, ["t_4 = multiply(4.0, t_3)", "t_5 = subtract(t_4, 2.0)", "dx = multiply(t_2, t_5)"]),
    (witch, ["t_2 = multiply(-2.0, x)", "t_3 = power(t_1, 2.0)", "dx = divide(t_2, t_3)"]),
    (rational, ["t_1 = power(t, 2.0)", "dx = divide(2.0, t_1)"]),
]


def _both(form):
    raw = reverse(group(program(form, x="")), (0,), "grad")
    return simplify(raw, "study", sympy="off"), verify(simplify(raw, "study"))


@pytest.mark.parametrize(("form", "end"), SHORTER)
def test_lecture_programs_get_shorter(form, end):
    long, short = _both(form)
    assert lines(short)[-1 - len(end) : -1] == end
    assert len(short.eqns) <= len(long.eqns)
    assert _price(short) < _price(long)
    rng = np.random.default_rng(0)
    for x in [0.0, -0.0, 1.0, 1000.0, -1000.0, *rng.normal(size=30).tolist()]:
        np.testing.assert_allclose(evaluate.run(short, x), evaluate.run(long, x), rtol=1e-9, atol=1e-300)


def _price(function):
    return sum(COST[eqn.op.name] for eqn in function.eqns)


@pytest.mark.parametrize(("form", "end"), SHORTER)
def test_a_second_run_changes_nothing(form, end):
    _, short = _both(form)
    assert lines(simplify(short, "study")) == lines(short)


def _statement(form, **params):
    return program(lambda *xs: named(form(*xs), "d"), phase="bwd", **params)


def test_the_users_lines_are_left_alone():
    f = program(lambda x, y: x * y + x * y * y, x="", y="")
    assert shorten(f, AUTO) is f


def test_a_common_factor():
    f = _statement(lambda g, x, y: g * sin(x) + g * sin(y), g="n", x="n", y="n")
    assert ops(simplify(f, "study")) == ["sin", "sin", "add", "multiply"]
    total = lambda y: 1.0 + absolute(y)
    f = _statement(lambda g, x, y: g / total(y) - x / total(y), g="n", x="n", y="n")
    assert ops(simplify(f, "study")) == ["absolute", "add", "subtract", "divide"]


def test_numbers_beside_arrays_cost_nothing():
    f = _statement(lambda a, b, x: a * x + b * x, a="", b="", x="n")
    g = verify(simplify(f, "study"))
    assert lines(g) == ["t = add(a, b)", "d = multiply(t, x)", "return d"]


def test_values_inside_the_users_statements_are_not_taken_out():
    """|x| stands inside `1 + |x|`: giving it a name would cut that statement in two."""
    _, short = _both(softsign)
    assert sum(e.op.name == "absolute" for e in short.eqns) == 1
    inner = next(e.out for e in short.eqns if e.op.name == "absolute")
    assert sum(inner in e.args for e in short.eqns) == 1


def test_types_and_notes_stay():
    def body(g, x):
        statement(x.builder, "y = ...")
        return named(g * x + g * x * x, "dx")

    f = program(body, phase="bwd", g="float32: n", x="float32: n")
    g = verify(simplify(f, "study"))
    assert g.results[0].type == f.results[0].type
    assert all(e.phase == "bwd" and e.loc == f.eqns[0].loc for e in g.eqns)
    assert g.eqns[-1].out.hint == "dx"


def term(source):
    return parse(source)


def test_terms_read_back():
    t = term("subtract(divide(1.0, v0), multiply(v1, power(v0, 2.0)))")
    assert parse(text(t)) == t
    assert (leaves(t), size(t)) == ([0, 1, 0], 4)
    assert cost(t) == 1 + 4 + 1 + 1
    assert cost(t, frozenset({0, 1})) == pytest.approx(0.7)


ACCURACY = [
    ("add(multiply(v0, v1), multiply(v2, v1))", "multiply(add(v0, v2), v1)", True),
    ("subtract(divide(v0, v1), divide(v2, v1))", "divide(subtract(v0, v2), v1)", False),  # NaN at v1 = 0
    ("add(v0, v0)", "multiply(2.0, v0)", True),
    ("subtract(v0, v0)", "multiply(0.0, v1)", False),  # NaN at other places
    ("divide(v0, v0)", "1.0", False),  # NaN at 0
    ("subtract(square(v0), square(v1))", "multiply(subtract(v0, v1), add(v0, v1))", True),
    ("multiply(subtract(v0, v1), add(v0, v1))", "subtract(square(v0), square(v1))", False),  # cancels
    ("divide(v0, v1)", "multiply(v0, divide(1.0001, v1))", False),
]


@pytest.mark.parametrize(("original", "candidate", "allowed"), ACCURACY)
def test_accuracy_is_judged(original, candidate, allowed):
    assert no_worse(term(original), term(candidate), 3, {}) is allowed


def test_candidates_know_what_the_leaves_are():
    defined = {
        3: term("absolute(v2)"),
        0: term("add(1.0, v3)"),
        1: term("divide(v2, v0)"),
        4: term("sign(v2)"),
    }
    found = candidates(term("subtract(divide(1.0, v0), multiply(divide(v1, v0), v4))"), defined)
    assert term("divide(1.0, power(v0, 2.0))") in found
    assert found == candidates(term("subtract(divide(1.0, v0), multiply(divide(v1, v0), v4))"), defined)


def test_a_memo_is_asked_before_sympy_is():
    f = _statement(lambda g, x, y: g * x + g * y, g="", x="", y="")
    memo = {}
    once = simplify(f, "study", memo=memo)
    assert len(memo) == 1
    from symgrad.opt import symbolic

    symbolic._known.clear()
    (key,) = memo
    memo[key] = "v0"  # what another process is said to have found
    assert lines(simplify(f, "study", memo=memo)) == ["d = copy(g)", "return d"]
    symbolic._known.clear()
    assert lines(simplify(f, "study", memo={})) == lines(once)


PROGRAM = """
import sys
from opt.building import lines, program
from opt.test_simplify import _network
from symgrad.ad.reverse import reverse
from symgrad.opt import simplify
f = program(_network, x="n, m", y="n, k", w1="m, p", w2="p, k")
simplify(reverse(f, (2, 3), "value_and_grad"), "study")
assert "sympy" not in sys.modules, "the network of the lecture needs no sympy"
from opt.test_symbolic import SHORTER, _both
for form, _ in SHORTER:
    print(lines(_both(form)[1]))
"""


def test_the_same_text_in_every_process():
    path = os.pathsep.join(sys.path)
    texts = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(texts) == 1
    assert "power" in texts.pop()
