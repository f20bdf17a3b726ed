"""Loop nests that are products of matrices: the same numbers with one product, with and without the pass."""

import numpy as np
import pytest

import symgrad as sg
from symgrad.ir import evaluate
from symgrad.ir.switch import without
from symgrad.ir.verify import verify
from symgrad.ir.walk import all_eqns
from symgrad.opt import simplify
from symgrad.tree import flatten

RNG = np.random.default_rng(41)


def triple(a, b):
    c = np.zeros((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            for k in range(a.shape[1]):
                c[i, j] += a[i, k] * b[k, j]
    return np.sum(np.sin(c))


def inner_last(a, b):
    c = np.zeros((a.shape[0], b.shape[1]))
    for k in range(a.shape[1] - 1, -1, -1):
        for i in range(a.shape[0]):
            for j in range(b.shape[1]):
                c[i, j] -= 2.0 * b[k, j] * a[i, k]
    return np.sum(c * c)


def a_sum_of_each_element(a, b):
    c = np.empty((a.shape[0], b.shape[1]))
    for i in range(a.shape[0]):
        for j in range(b.shape[1]):
            s = 0.0
            for k in range(a.shape[1]):
                s = s + a[i, k] * b[k, j]
            c[i, j] = s
    return np.sum(np.cos(c))


def rank_k(alpha, beta, a, c):
    c = c.copy()
    for i in range(a.shape[0]):
        c[i, : i + 1] *= beta
        for k in range(a.shape[1]):
            c[i, : i + 1] += alpha * a[i, k] * a[: i + 1, k]
    return np.sum(c * c)


def rank_2k(alpha, a, b, c):
    c = c.copy()
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            c[i, : i + 1] += a[: i + 1, k] * alpha * b[i, k] - b[: i + 1, k] * alpha * a[i, k]
    return np.sum(c * np.cos(c))


def symmetric(alpha, a, b, c):
    c = c * 2.0
    temp = np.empty((c.shape[1],))
    for i in range(c.shape[0]):
        for j in range(c.shape[1]):
            c[:i, j] += alpha * b[i, j] * a[i, :i]
            temp[j] = b[:i, j] @ a[i, :i]
        c[i, :] += alpha * b[i, :] * a[i, i] + alpha * temp
    return np.sum(c * c)


def correlations(x):
    m = x.shape[1]
    c = np.eye(m)
    for i in range(m - 1):
        c[i + 1 : m, i] = c[i, i + 1 : m] = x[:, i] @ x[:, i + 1 : m]
    return np.sum(c * np.sin(c))


def shifted_rows(a, b):
    s = 0.0
    for i in range(1, a.shape[0] - 1):
        s += np.sum(np.sin(b @ (a[i - 1] - a[i + 1] * 0.5)))
    return s


def a_moving_window(a, b):
    s = 0.0
    for i in range(a.shape[0] - 2):
        s += np.sum(np.sin(b[i : i + 2] @ a[i]))
    return s


def in_a_time_loop(a, b):
    c = np.zeros((a.shape[0], b.shape[1]))
    for _ in range(3):
        d = np.sin(c)
        for i in range(a.shape[0]):
            for j in range(b.shape[1]):
                for k in range(a.shape[1]):
                    c[i, j] += a[i, k] * b[k, j] + 0.1 * d[i, j]
    return np.sum(c)


def normal(*shape):
    return RNG.normal(size=shape)


PROGRAMS = {
    "triple": (triple, (normal(3, 4), normal(4, 5))),
    "inner_last": (inner_last, (normal(3, 4), normal(4, 5))),
    "a_sum_of_each_element": (a_sum_of_each_element, (normal(3, 4), normal(4, 5))),
    "rank_k": (rank_k, (1.5, 0.7, normal(4, 3), normal(4, 4))),
    "rank_2k": (rank_2k, (1.5, normal(4, 3), normal(4, 3), normal(4, 4))),
    "symmetric": (symmetric, (1.5, normal(4, 4), normal(4, 5), normal(4, 5))),
    "correlations": (correlations, (normal(5, 4),)),
    "shifted_rows": (shifted_rows, (normal(6, 3), normal(4, 3))),
    "a_moving_window": (a_moving_window, (normal(5, 3), normal(6, 3))),
    "in_a_time_loop": (in_a_time_loop, (normal(3, 4), normal(4, 5))),
}
# How many products of two matrices there are in the value, and in the gradient by everything.
COUNTS = {
    "triple": (1, 3),
    "inner_last": (1, 3),
    "a_sum_of_each_element": (1, 3),
    "rank_k": (1, 2),
    "symmetric": (2, 4),
    "correlations": (1, 3),
    "shifted_rows": (1, 2),
    "a_moving_window": (0, 0),
}


def programs(f, args):
    """The derived functions, of the value and of the gradient by all floats."""
    df = sg.grad(f, argnums=tuple(range(len(args))), jit=False)
    return df.value.specialise(args, {})[0].program.function, df.program_for(*args).function


def count(function):
    return sum(
        e.op.name == "matmul" and all(a.type.rank == 2 for a in e.args) for e in all_eqns(function.body)
    )


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_numbers(name):
    f, args = PROGRAMS[name]
    for function in programs(f, args):
        with without("products"):
            plain = evaluate.run(simplify(function, "kernel"), *args)
        found = simplify(function, "kernel")
        verify(found)
        for a, b in zip(evaluate.run(found, *args), plain, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("name", COUNTS)
def test_the_products(name):
    f, args = PROGRAMS[name]
    assert tuple(count(simplify(g, "kernel")) for g in programs(f, args)) == COUNTS[name]
    with without("products"):
        assert [count(simplify(g, "kernel")) for g in programs(f, args)] == [0, 0]


@pytest.mark.parametrize("name", ["rank_2k", "in_a_time_loop"])
def test_the_kernel_is_right(name):
    f, args = PROGRAMS[name]
    df = sg.grad(f, argnums=tuple(range(len(args))))
    gradients, direction = df(*args), [RNG.normal(size=np.shape(a)) for a in args]
    h = 1e-6
    ends = [f(*(a + s * h * d for a, d in zip(args, direction, strict=True))) for s in (1, -1)]
    slope = sum(np.sum(g * d) for g, d in zip(gradients, direction, strict=True))
    np.testing.assert_allclose(slope, (ends[0] - ends[1]) / (2 * h), rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(df.value(*args), f(*args), rtol=1e-12)


@pytest.mark.parametrize("sizes", [(0, 4, 5), (3, 0, 5), (3, 4, 0)])
def test_no_trips(sizes):
    n, m, p = sizes
    args = normal(n, m), normal(m, p)
    for f in (triple, a_sum_of_each_element):
        for function in programs(f, args):
            with without("products"):
                plain = evaluate.run(simplify(function, "kernel"), *args)
            for a, b in zip(evaluate.run(simplify(function, "kernel"), *args), plain, strict=True):
                np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_stays_where_it_was(bad):
    alpha, beta, a, c = PROGRAMS["rank_k"][1]
    a = a.copy()
    a[3, 1] = bad

    def f(alpha, beta, a, c):
        c = c.copy()
        for i in range(a.shape[0]):
            c[i, : i + 1] *= beta
            for k in range(a.shape[1]):
                c[i, : i + 1] += alpha * a[i, k] * a[: i + 1, k]
        return np.sum(c[:3, :3] * c[:3, :3])

    for function in programs(f, (alpha, beta, a, c)):
        with without("products"), np.errstate(invalid="ignore"):
            plain = evaluate.run(simplify(function, "kernel"), alpha, beta, a, c)
        with np.errstate(invalid="ignore"):
            found = evaluate.run(simplify(function, "kernel"), alpha, beta, a, c)
        for x, y in zip(flatten(found)[0], flatten(plain)[0], strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-12, atol=1e-13)
        assert any(np.isfinite(x).any() for x in found)


def test_an_array_that_a_trip_reads_from_another_trip_stays_in_a_loop():
    def f(a, b):
        c = a.copy()
        for k in range(1, b.shape[0]):
            for i in range(c.shape[0]):
                c[i, :] += b[k, i] * c[0, :]
        return np.sum(c * c)

    args = normal(3, 4), normal(5, 3)
    for function in programs(f, args):
        found = simplify(function, "kernel")
        with without("products"):
            plain = simplify(function, "kernel")
        for x, y in zip(evaluate.run(found, *args), evaluate.run(plain, *args), strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-12)


def test_strict_sums_keep_their_order(for_every_size):
    args = PROGRAMS["triple"][1]
    text = sg.value_and_grad(triple, argnums=(0, 1), fastmath="strict").kernel_source_for(*args)
    assert "np.dot(" not in text
    assert "np.dot(" in sg.value_and_grad(triple, argnums=(0, 1)).kernel_source_for(*args)


def rows_of_all(a, c):
    a = a.copy()
    for r in range(a.shape[0]):
        for q in range(a.shape[1]):
            a[r, q, :] = a[r, q, :] @ c
    return np.sum(a * a)


def test_matrices_below_each_other_are_one_product():
    args = normal(3, 4, 5), normal(5, 5)
    value, gradient = programs(rows_of_all, args)
    assert [count(simplify(f, "kernel")) for f in (value, gradient)] == [1, 3]
    assert not any(e.regions for f in (value, gradient) for e in all_eqns(simplify(f, "kernel").body))
    with without("products"):
        plain = evaluate.run(simplify(gradient, "kernel"), *args)
    for a, b in zip(evaluate.run(simplify(gradient, "kernel"), *args), plain, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)


def a_part_of_a_larger_array(a, c):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[0]):
            for k in range(a.shape[0]):
                s += np.sum(np.sin(c[k, :i] * (a[0, i:] @ a[i:, :i]) + a[j, k]))
    return s


def test_extents_of_an_array_that_becomes_part_of_a_larger_one():
    args = normal(4, 4), normal(4, 4)
    for function in programs(a_part_of_a_larger_array, args):
        found = evaluate.run(simplify(function, "kernel"), *args)
        with without("products", "write_through"):
            plain = evaluate.run(simplify(function, "kernel"), *args)
        for x, y in zip(found, plain, strict=True):
            np.testing.assert_allclose(x, y, rtol=1e-11, atol=1e-13)


def test_what_every_trip_begins_with_as_zero_is_not_carried():
    def f(a, b):
        s = 0.0
        for i in range(a.shape[0]):
            total = np.zeros(b.shape[1])
            for k in range(a.shape[1]):
                total += a[i, k] * b[k]
            s += np.sum(np.sin(total))
        return s

    args = normal(3, 4), normal(4, 5)
    value, gradient = programs(f, args)
    assert [count(simplify(g, "kernel")) for g in (value, gradient)] == [1, 3]
    with without("products"):
        plain = evaluate.run(simplify(gradient, "kernel"), *args)
    for a, b in zip(evaluate.run(simplify(gradient, "kernel"), *args), plain, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12)
