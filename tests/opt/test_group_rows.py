"""Softmax, log-softmax, logsumexp, norm as people write them; and what only looks like them."""

import numpy as np
import pytest
from opt.building import assert_same, lines, named, ops, program, v
from scipy import special

from symgrad.ad.reverse import reverse
from symgrad.ir import evaluate
from symgrad.ir.build import arange, exp, getitem, log, reshape, sqrt, transpose
from symgrad.ir.core import At, Gather, full_span
from symgrad.ir.dims import symbol
from symgrad.ir.verify import verify
from symgrad.opt import simplify
from symgrad.opt.group import group

N, M = symbol("n"), symbol("m")


def down(x):
    return transpose(x, (1, 0))


def shifted(z, axis=1):
    return exp(z - v.max(z, axis, True))


def stage(z):
    e = named(exp(z - v.max(z, 1, True)), "e")
    s = named(v.sum(e, 1, True), "s")
    return e / s


# fmt: off
SOFTMAX = [
    lambda z: exp(z) / v.sum(exp(z), 1, True),
    lambda z: shifted(z) / v.sum(shifted(z), 1, True),
    stage,
    lambda z: exp(z) / v.column(v.sum(exp(z), 1)),
    lambda z: exp(z) / reshape(v.sum(exp(z), 1), (N, 1)),
    lambda z: exp(z - v.column(v.max(z, 1))) / v.column(v.sum(exp(z - v.column(v.max(z, 1))), 1)),
    lambda z: down(down(exp(z)) / v.sum(exp(z), 1)),
    lambda z: down(down(exp(z)) / v.sum(down(exp(z)), 0)),
    lambda z: exp(z - v.max(z)) / v.sum(exp(z - v.max(z)), 1, True),
    lambda z: exp(z - v.logsumexp(z, axis=(1,), keepdims=True)),
    lambda z: exp(z - log(v.sum(exp(z), 1, True))),
]
LOG_SOFTMAX = [
    lambda z: log(exp(z) / v.sum(exp(z), 1, True)),
    lambda z: log(stage(z)),
    lambda z: z - log(v.sum(exp(z), 1, True)),
    lambda z: z - v.column(log(v.sum(exp(z), 1))),
    lambda z: z - v.column(v.max(z, 1)) - v.column(log(v.sum(exp(z - v.column(v.max(z, 1))), 1))),
    lambda z: z - (v.max(z, 1, True) + log(v.sum(shifted(z), 1, True))),
    lambda z: z - v.logsumexp(z, axis=(1,), keepdims=True),
    lambda z: down(log(down(exp(z)) / v.sum(exp(z), 1))),
]
LOGSUMEXP = [
    lambda z: log(v.sum(exp(z), 1)),
    lambda z: v.max(z, 1) + log(v.sum(exp(z - v.column(v.max(z, 1))), 1)),
    lambda z: log(v.sum(shifted(z), 1)) + v.max(z, 1),
    lambda z: log(v.sum(shifted(z), 1)) + getitem(v.max(z, 1, True), (full_span(N), At(0))),
    lambda z: v.max(z) + log(v.sum(exp(z - v.max(z)), 1)),
    lambda z: reshape(v.max(z, 1, True) + log(v.sum(shifted(z), 1, True)), (N,)),
]
# fmt: on


def _expect(name, oracle, forms):
    return [pytest.param(form, name, oracle, id=f"{name}-{i}") for i, form in enumerate(forms)]


CASES = [
    *_expect("softmax", lambda z: special.softmax(z, axis=1), SOFTMAX),
    *_expect("log_softmax", lambda z: special.log_softmax(z, axis=1), LOG_SOFTMAX),
    *_expect("logsumexp", lambda z: special.logsumexp(z, axis=1), LOGSUMEXP),
]


def _settled(form, **params):
    return simplify(verify(group(program(form, **params))), "study")


@pytest.mark.parametrize(("form", "name", "oracle"), CASES)
def test_every_form_is_found(form, name, oracle):
    found = [o for o in ops(_settled(form, z="n, m")) if o not in ("transpose", "reshape", "getitem")]
    assert found == [name]
    f = program(form, z="n, m")
    assert_same(f, group(f), moderate=True, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize(("form", "name", "oracle"), CASES)
@pytest.mark.parametrize("scale", [1.0, 1000.0])
def test_finite_and_right_for_large_scores(form, name, oracle, scale):
    rng = np.random.default_rng(3)
    z = rng.uniform(-scale, scale, size=(4, 5))
    z[0] = scale
    derivative = verify(simplify(reverse(group(program(form, z="n, m")), (0,), "vjp"), "study"))
    p = special.softmax(z, axis=1)
    expected = oracle(z)
    g = rng.normal(size=expected.shape)
    slope = {
        "softmax": lambda: p * (g - np.sum(g * p, axis=1, keepdims=True)),
        "log_softmax": lambda: g - p * np.sum(g, axis=1, keepdims=True),
        "logsumexp": lambda: g[:, None] * p,
    }[name]()
    out, dz = evaluate.run(derivative, z, g)
    np.testing.assert_allclose(out, expected, rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(dz, slope, rtol=1e-11, atol=1e-14)


def test_along_other_axes_and_all_of_them():
    first = group(program(lambda z: exp(z) / v.sum(exp(z), 0), z="n, m"))
    assert (ops(first)[-1], first.eqns[-1].attrs["axis"]) == ("softmax", (0,))
    whole = group(program(lambda z: exp(z) / v.sum(exp(z)), z="n, m"))
    assert (ops(whole)[-1], whole.eqns[-1].attrs["axis"]) == ("softmax", (0, 1))
    two = group(program(lambda z: exp(z) / v.sum(exp(z), (0, 2), True), z="n, m, k"))
    assert (ops(two)[-1], two.eqns[-1].attrs["axis"]) == ("softmax", (0, 2))
    vector = group(program(lambda z: v.max(z) + log(v.sum(exp(z - v.max(z)))), z="n"))
    assert lines(vector)[-2:] == ["t = logsumexp(z, axis=(0,), keepdims=False)", "return t"]
    for f in (first, whole, two, vector):
        verify(f)


@pytest.mark.parametrize(
    "form",
    [
        lambda z: exp(z) / v.sum(exp(z), 1),  # rows divided by the sums of other rows: n equals m here
        lambda z: down(exp(z)) / v.sum(exp(z), 0),
        lambda z: exp(z) / v.sum(exp(2.0 * z), 1, True),
        lambda z: exp(z) / v.column(v.sum(exp(z), 0)),
        lambda z: 2.0 * z - log(v.sum(exp(z), 1, True)),
        lambda z: z - log(v.sum(exp(z), 1)),
    ],
)
def test_what_only_looks_alike_stays(form):
    f = program(form, z="n, n")
    found = {"softmax", "log_softmax"} & set(ops(group(f)))
    assert not found, lines(group(f))
    z = np.random.default_rng(0).normal(size=(3, 3))
    np.testing.assert_allclose(evaluate.run(group(f), z), evaluate.run(f, z), rtol=1e-13, atol=1e-15)


@pytest.mark.parametrize(
    "form",
    [
        lambda z: v.max(z, 0) + log(v.sum(exp(z - v.max(z, 0)), 1)),  # another shift is added than taken off
        lambda z: v.max(z, 0) + log(v.sum(shifted(z), 1)),
        lambda z: 2.0 * v.max(z, 1) + log(v.sum(shifted(z), 1)),
    ],
)
def test_another_shift_is_not_the_same(form):
    f = program(form, z="n, n")
    z = np.random.default_rng(0).normal(size=(3, 3))
    assert "add" in ops(group(f))
    np.testing.assert_allclose(evaluate.run(group(f), z), evaluate.run(f, z), rtol=1e-13, atol=1e-15)


def test_the_logarithm_of_one_probability():
    def picked(z, y):
        p = named(exp(z) / v.sum(exp(z), 1, True), "p")
        return log(getitem(p, (Gather(), Gather()), arange(z, N), y))

    g = group(program(picked, z="n, m", y="int64: n"))
    assert lines(g) == [
        "p = softmax(z, axis=(1,))",
        "t = iota(shape=(n,))",
        "t_1 = log_softmax(z, axis=(1,))",
        "t_2 = getitem(t_1, t, y, index=(Gather(), Gather()))",
        "return t_2",
    ]


def test_one_exponential_over_the_sum_of_all():
    def chosen(z):
        one = getitem(z, (At(2),))
        return -log(exp(one) / v.sum(exp(z)))

    g = _settled(chosen, z="5")
    assert set(ops(g)) == {"getitem", "logsumexp", "subtract", "negative"}
    z = np.array([1000.0, -1000.0, 3.0, 999.0, 0.0])
    np.testing.assert_allclose(evaluate.run(g, z), special.logsumexp(z) - z[2], rtol=1e-14, atol=0)


def test_the_mean_of_exponentials():
    g = group(program(lambda z: log(v.mean(exp(z))), z="n"))
    assert [o for o in ops(g) if o in ("exp", "logsumexp", "log")] == ["logsumexp", "log"]
    (value,) = evaluate.run(g, np.array([1000.0, 1000.0]))
    np.testing.assert_allclose(value, 1000.0, rtol=1e-15, atol=0)


@pytest.mark.parametrize(
    ("form", "axis", "keepdims"),
    [
        (lambda x: sqrt(v.sum(x * x)), (0, 1), False),
        (lambda x: sqrt(v.sum(v.square(x), 1)), (1,), False),
        (lambda x: sqrt(v.sum(x**2.0, 0, True)), (0,), True),
        (lambda x: sqrt(v.sum(v.absolute(x) ** 2.0)), (0, 1), False),
        (lambda x: v.sum(x * x) ** 0.5, (0, 1), False),
    ],
)
def test_norm(form, axis, keepdims):
    f = program(form, x="n, m")
    g = group(f)
    assert ops(g) == ["norm"]
    assert g.eqns[0].attrs == {"axis": axis, "keepdims": keepdims}
    assert_same(f, g)


def test_norm_of_a_product_with_itself():
    assert ops(group(program(lambda x: sqrt(x @ x), x="n"))) == ["norm"]
    assert ops(group(program(lambda x, y: sqrt(x @ y), x="n", y="n"))) == ["matmul", "sqrt"]
    squared = group(program(lambda x: v.norm(x, axis=(0,), keepdims=False) ** 2.0, x="n"))
    assert ops(squared) == ["square", "sum"]
    other = group(program(lambda x: sqrt(v.sum(x * (x + 1.0))), x="n"))
    assert ops(other) == ["add", "multiply", "sum", "sqrt"]


def test_the_note_names_the_formula():
    g = group(program(stage, z="n, m"))
    assert g.eqns[-1].note == "softmax, from e / s"
    g = group(program(lambda z: log(v.sum(exp(z))), z="n"))
    assert g.eqns[-1].note == "logsumexp, from log(sum(exp(z)))"
