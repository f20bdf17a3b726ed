"""Products of matrices that loops make a vector at a time: the same numbers by one product after the loop."""

import numpy as np
import pytest

import symgrad as sg
from symgrad.ir.switch import without

RNG = np.random.default_rng(11)


def covariance(data):
    n, m = data.shape
    data = data - np.sum(data, axis=0) / n
    cov = np.zeros((m, m))
    for i in range(m):
        row = data[:, i] @ data[:, i:m] / (n - 1.0)
        cov[i:m, i] = row
        cov[i, i:m] = row
    return np.sum(cov * np.sin(cov))


def recurrent(w, u, x):
    h = np.zeros(w.shape[0])
    s = 0.0
    for t in range(x.shape[0]):
        h = np.tanh(w @ h + u @ x[t])
        s += np.sum(h * h)
    return s


def rows_by_a_matrix(a, c):
    out = np.zeros((a.shape[0], c.shape[1]))
    for i in range(1, a.shape[0]):
        out[i] = np.sin(a[i] @ c)
    return np.sum(out**3)


def downwards_with_a_tail(a, b):
    s = 0.0
    for i in range(a.shape[1] - 1, 0, -1):
        s += np.sum(np.cos(a[1:, :] @ b[i, :]) * a[1:, i])
    return s


def lower_triangle(a):
    s = 0.0
    for i in range(a.shape[0]):
        s += np.sum(np.exp(0.1 * (a[: i + 1, :i] @ a[i, :i])))
    return s


PROGRAMS = {
    "covariance": (covariance, (RNG.normal(size=(9, 6)),)),
    "recurrent": (recurrent, (RNG.normal(size=(4, 4)), RNG.normal(size=(4, 3)), RNG.normal(size=(5, 3)))),
    "rows_by_a_matrix": (rows_by_a_matrix, (RNG.normal(size=(6, 4)), RNG.normal(size=(4, 5)))),
    "downwards_with_a_tail": (downwards_with_a_tail, (RNG.normal(size=(5, 4)), RNG.normal(size=(4, 4)))),
    "lower_triangle": (lower_triangle, (RNG.normal(size=(5, 5)),)),
}
DEFERRED = ["covariance", "recurrent", "rows_by_a_matrix"]


def flat(found):
    return np.concatenate([np.ravel(f) for f in found])


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_numbers(name):
    f, args = PROGRAMS[name]
    grads = flat(sg.grad(f, wrt="*")(*args) if len(args) > 1 else (sg.grad(f)(*args),))
    with without("products"):
        loops = sg.grad(f, argnums=tuple(range(len(args))))(*args)
    np.testing.assert_allclose(grads, flat(loops), rtol=1e-11, atol=1e-12)
    place, h = 0, 1e-6
    for k, a in enumerate(args):
        for index in np.ndindex(a.shape):
            ends = []
            for sign in (1, -1):
                moved = [x.copy() for x in args]
                moved[k][index] += sign * h
                ends.append(f(*moved))
            np.testing.assert_allclose(grads[place], (ends[0] - ends[1]) / (2 * h), rtol=1e-5, atol=1e-6)
            place += 1


@pytest.mark.parametrize("name", DEFERRED)
def test_the_text_has_the_product(name, for_every_size):
    f, args = PROGRAMS[name]
    df = sg.grad(f, argnums=tuple(range(len(args))))
    assert "np.dot(" in df.kernel_source_for(*args)
    with without("products"):
        other = sg.grad(f, argnums=tuple(range(len(args)))).kernel_source_for(*args)
    assert other.count("np.dot(") < df.kernel_source_for(*args).count("np.dot(")
    strict = sg.grad(f, argnums=tuple(range(len(args))), fastmath="strict").kernel_source_for(*args)
    assert strict.count("np.dot(") == other.count("np.dot(")


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_what_is_not_finite_stays_where_it_was(bad):
    data = RNG.normal(size=(7, 5))

    def f(data):
        cov = np.zeros((data.shape[1], data.shape[1]))
        for i in range(data.shape[1]):
            cov[i, i:] = data[:, i] @ data[:, i:]
        return np.sum(np.where(cov < 1e3, cov, 0.0)[1:4, 1:4])

    data[2, 0] = bad
    with without("products"):
        expected = sg.grad(f)(data)
    np.testing.assert_allclose(sg.grad(f)(data), expected, rtol=1e-12, atol=1e-13)
    assert np.isfinite(expected[:, 1:]).any()


def test_no_trips():
    f, (w, u, x) = PROGRAMS["recurrent"]
    for g, a in zip(sg.grad(f, wrt="*")(w, u, x[:0]), (w, u, x[:0]), strict=True):
        np.testing.assert_array_equal(g, np.zeros(a.shape))


def test_a_sum_that_the_loop_reads_is_left_alone():
    def f(a, b):
        acc = np.zeros((a.shape[0], b.shape[1]))
        s = 0.0
        for i in range(a.shape[1]):
            acc += np.outer(a[:, i], b[i])
            s += np.sum(np.sin(acc))
        return s

    a, b = RNG.normal(size=(3, 4)), RNG.normal(size=(4, 2))
    grads = sg.grad(f, argnums=(0, 1))(a, b)
    with without("products"):
        expected = sg.grad(f, argnums=(0, 1))(a, b)
    for g, e in zip(grads, expected, strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-12)


def power_iteration(a, v, steps):
    for _ in range(steps):
        w = np.sin(a @ v)
        v = w / np.sqrt(np.sum(w * w) + 1.0)
    return np.sum(v * v * v)


def test_trips_that_an_argument_counts():
    a, v = RNG.normal(size=(5, 5)), RNG.normal(size=5)
    df = sg.grad(power_iteration, argnums=(0, 1))
    found = {steps: df(a, v, steps) for steps in (3, 0, -2, 1)}
    with without("products"):
        loops = sg.grad(power_iteration, argnums=(0, 1))
        for steps, grads in found.items():
            for g, e in zip(grads, loops(a, v, steps), strict=True):
                np.testing.assert_allclose(g, e, rtol=1e-12, atol=1e-15)
        assert "np.dot(" not in loops.kernel_source
    way = RNG.normal(size=a.shape)
    slope = np.imag(power_iteration(a + 1e-30j * way, v, 3)) * 1e30
    np.testing.assert_allclose(np.sum(found[3][0] * way), slope, rtol=1e-12)
    assert "np.dot(" in df.kernel_source_for(a, v, 3)
