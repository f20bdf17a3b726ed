"""Sorting and quantiles: against differences and NumPy, in both modes and backends."""

import numpy as np
import pytest
from science.checking import check

import symgrad as sg


def ordered(x):
    return np.sum(np.sort(x, axis=0) * np.arange(x.size).reshape(x.shape)) + np.sum(np.sort(x)[..., -1] ** 2)


def ordered_in_place(x):
    y = x * x
    y.sort(axis=0)
    return np.sum(y * np.arange(y.shape[0])[:, None])


def flat_order(x):
    return np.sum(np.sort(x, axis=None) ** 2 * np.arange(x.size))


def by_another(x):
    key = np.sum(x, axis=1)
    return np.sum(x[np.argsort(key)] * np.arange(x.shape[0])[:, None])


def middle(x):
    return np.median(x) + np.sum(np.median(x, axis=0) ** 2) + np.sum(np.median(x, axis=1, keepdims=True) * x)


def middle_of_planes(x):
    return np.sum(np.median(x[None] * np.arange(1.0, 4.0)[:, None, None], axis=(1, 2)) ** 2)


def quantiles(x):
    return np.quantile(x, 0.3) * np.percentile(x, 90.0) + np.sum(np.quantile(x, 0.25, axis=1) ** 2)


def winsorised(x):
    low, high = np.percentile(x, 10), np.percentile(x, 85)
    return np.mean(np.clip(x, low, high) ** 2)


def running_median(x):
    """A median in each trip."""
    total = 0.0
    for i in range(x.shape[0] - 1):
        total = total + np.median(x[i : i + 2] * (1.0 + total**2))
    return total


PROGRAMS = [
    ordered, ordered_in_place, flat_order, by_another, middle, middle_of_planes, quantiles, winsorised,
    running_median,
]  # fmt: skip


def distinct(rng, *shape):
    return (rng.permutation(int(np.prod(shape))) * 0.3 - 1.0).reshape(shape) + rng.uniform(0, 0.1, shape)


@pytest.mark.parametrize("shape", [(4, 5), (3, 3), (1, 4)], ids=str)
@pytest.mark.parametrize("fun", PROGRAMS, ids=lambda f: f.__name__)
def test_by_differences(fun, shape, rng):
    if fun is winsorised and shape == (1, 4):
        shape = (2, 6)
    check(fun, (distinct(rng, *shape),), rtol=1e-6, atol=1e-7, step=1e-3 if fun is flat_order else 1e-4)


@pytest.mark.parametrize("fun", PROGRAMS, ids=lambda f: f.__name__)
def test_compiled_is_interpreted(fun, rng):
    x = distinct(rng, 4, 5)
    value, gradient = sg.value_and_grad(fun)(x)
    plain_value, plain = sg.value_and_grad(fun, jit=False)(x)
    np.testing.assert_allclose(value, plain_value, rtol=1e-12)
    np.testing.assert_allclose(gradient, plain, rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("jit", [False, True])
def test_ties_and_nan(jit):
    """What ties keeps its order; NaN is sorted to the end, and a median with a NaN is NaN."""
    x = np.array([2.0, 1.0, 2.0, 1.0])
    gradient = sg.grad(lambda x: np.sum(np.sort(x) * np.array([1.0, 2.0, 3.0, 4.0])), jit=jit)(x)
    np.testing.assert_array_equal(gradient, [3.0, 1.0, 4.0, 2.0])
    bad = np.array([1.0, np.nan, 0.0])
    value, gradient = sg.value_and_grad(lambda x: np.sort(x)[0] * 3.0, jit=jit)(bad)
    assert value == 0.0
    np.testing.assert_array_equal(gradient, [0.0, 0.0, 3.0])
    assert np.isnan(sg.value_and_grad(lambda x: np.median(x), jit=jit)(bad)[0])
    assert np.isnan(sg.value_and_grad(lambda x: np.quantile(x, 0.1), jit=jit)(bad)[0])


@pytest.mark.parametrize("jit", [False, True])
def test_integers_are_sorted_too(jit, rng):
    places = rng.permutation(5)
    x = rng.normal(size=5)

    def f(x, places):
        return np.sum(x[np.sort(places)] * np.arange(5) + x[np.argsort(places)] ** 2)

    np.testing.assert_allclose(sg.grad(f, jit=jit)(x, places), np.arange(5) + 2.0 * x, rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda x: np.partition(x, 2)[2], "not defined"),
        (lambda x: np.unique(x).sum(), "depends on the data"),
        (lambda x: np.histogram(x)[0].sum(), "counts"),
        (lambda x: np.quantile(x, 0.5, method="nearest"), "method"),
        (lambda x: np.quantile(x, x[0] * x[0]), "when it is compiled"),
        (lambda x: np.quantile(x, 1.5), "outside"),
    ],
)
def test_refused(call, why):
    with pytest.raises(sg.SymgradError, match=why):
        sg.grad(call, jit=False)(np.arange(5.0))
