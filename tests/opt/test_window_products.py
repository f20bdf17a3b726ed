"""Loops that contract a part of an array in each trip: the same numbers by products of blocks of trips."""

from functools import cache

import numpy as np
import pytest
from backends.helpers import python

from symgrad.cache import PLACEHOLDER
from symgrad.frontend.signature import bind
from symgrad.ir.switch import without
from symgrad.ir.verify import verify
from symgrad.pipeline import Options, Transform, build
from symgrad.tree import flatten


def rows_and_columns(x, w):
    k = w.shape[0]
    out = np.empty((x.shape[0], x.shape[1] - k + 1, x.shape[2] - k + 1, w.shape[3]))
    for i in range(out.shape[1]):
        for j in range(out.shape[2]):
            out[:, i, j] = np.sum(x[:, i : i + k, j : j + k, :, np.newaxis] * w, axis=(1, 2, 3))
    return out


def strided(x, w):
    k = w.shape[0]
    out = np.zeros((x.shape[0], x.shape[1] // 2, x.shape[2] // 2, w.shape[3]))
    for i in range((x.shape[1] - k) // 2 + 1):
        for j in range((x.shape[2] - k) // 2 + 1):
            window = x[:, 2 * i : 2 * i + k, 2 * j : 2 * j + k, :, np.newaxis]
            out[:, i, j] = np.sum(window * w, axis=(1, 2, 3))
    return out


def channels_first(x, w):
    _, _, k, _ = w.shape
    out = np.empty((x.shape[0], w.shape[0], x.shape[2] - k + 1, x.shape[3] - k + 1))
    for i in range(out.shape[2]):
        for j in range(out.shape[3]):
            window = x[:, np.newaxis, :, i : i + k, j : j + k]
            out[:, :, i, j] = np.sum(window * w, axis=(2, 3, 4))
    return out


def one_image(x, w):
    k = w.shape[0]
    out = np.empty((x.shape[0] - k + 1, x.shape[1] - k + 1, w.shape[3]))
    for i in range(out.shape[0]):
        for j in range(out.shape[1]):
            out[i, j] = np.sum(x[i : i + k, j : j + k, :, np.newaxis] * w, axis=(0, 1, 2))
    return out


def along_time(x, w):
    k = w.shape[0]
    out = np.zeros((x.shape[0] - k + 1, w.shape[2]))
    for t in range(out.shape[0]):
        out[t] = np.sum(2.0 * x[t : t + k, :, np.newaxis] * w, axis=(0, 1))
    return out


def inside(x, w):
    """The range begins at 1; the last window is not used."""
    k = w.shape[0]
    out = np.zeros((x.shape[0], w.shape[2]))
    for t in range(1, x.shape[0] - k):
        out[t] = np.sum(x[t : t + k, :, np.newaxis] * w, axis=(0, 1)) + x[t, 0]
    return out


def added(x, w):
    out = np.zeros((x.shape[0], w.shape[0]))
    for t in range(w.shape[2]):
        out += np.sum(x[:, t, np.newaxis] * w[:, :, t], axis=2)
    return out


def smoothed_on_the_way(x, w):
    """A window reads what the trip before has written: one trip after the other."""
    x = x.copy()
    k = w.shape[0]
    for t in range(x.shape[0] - k):
        x[t + k] += np.sum(x[t : t + k, :, np.newaxis] * w, axis=(0, 1))
    return x


def weights_of_the_trip(x, w):
    out = np.zeros((x.shape[0], w.shape[1], w.shape[2]))
    for t in range(x.shape[0]):
        w = w * 0.5
        out[t] = np.sum(x[t, :, np.newaxis, np.newaxis] * w, axis=0)
    return out


def loops_over_numbers(x, w):
    k, channels = w.shape[0], w.shape[3]
    out = np.empty((x.shape[0], x.shape[1] - k + 1, x.shape[2] - k + 1, channels))
    for n in range(x.shape[0]):
        for i in range(out.shape[1]):
            for j in range(out.shape[2]):
                for o in range(channels):
                    s = 0.5
                    for p in range(k):
                        for q in range(k):
                            for c in range(x.shape[3]):
                                s += x[n, i + p, j + q, c] * w[p, q, c, o]
                    out[n, i, j, o] = s
    return out


IMAGES = ((2, 6, 7, 3), (3, 3, 3, 5))
CASES = {
    rows_and_columns: [IMAGES, ((1, 3, 3, 1), (3, 3, 1, 4)), ((1, 5, 70, 2), (2, 2, 2, 4))],
    strided: [((2, 8, 9, 3), (3, 3, 3, 4))],
    channels_first: [((2, 3, 6, 5), (4, 3, 2, 2))],
    one_image: [((5, 6, 3), (2, 2, 3, 4))],
    along_time: [((64, 3), (4, 3, 5)), ((150, 2), (3, 2, 4)), ((3, 2), (3, 2, 4))],
    loops_over_numbers: [IMAGES],
    inside: [((9, 3), (3, 3, 4)), ((3, 2), (3, 2, 4))],
}
LEFT = {
    smoothed_on_the_way: ((7, 3), (2, 3, 3)),
    weights_of_the_trip: ((5, 3), (3, 4, 2)),
}


@cache
def program(fun, off, *shapes, dtype="float64"):
    args = [np.zeros(s, dtype) for s in shapes]
    with without(*off):
        made = build(
            fun, bind(fun, tuple(args), {}), Transform("vjp", (), ("x", "w"), single=False), Options()
        )
        verify(made.function)
        assert made.kernel_text
    return made


def results(fun, off, *args):
    made = program(fun, off, *(a.shape for a in args[:2]), dtype=str(args[0].dtype))
    return flatten(python(made.kernel_text, f"{made.function.name}_{PLACEHOLDER}")(*args))[0]


def inputs(fun, shapes, dtype=float):
    rng = np.random.default_rng(7)
    x, w = (rng.normal(size=s).astype(dtype) for s in shapes)
    return x, w, rng.normal(size=fun(x, w).shape).astype(dtype)


@pytest.mark.parametrize(("fun", "shapes"), [(f, s) for f, every in CASES.items() for s in every])
def test_windows_become_one_product_for_each_direction(fun, shapes):
    x, w, g = inputs(fun, shapes)
    text = program(fun, (), *shapes).kernel_text
    assert text.count("np.dot(") == 3
    assert program(fun, ("contractions",), *shapes).kernel_text.count("np.dot(") == 0
    found, plain = results(fun, (), x, w, g), results(fun, ("contractions",), x, w, g)
    for a, b in zip(found, plain, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-12)
    rng, h = np.random.default_rng(8), 1e-6
    dx, dw = rng.normal(size=x.shape), rng.normal(size=w.shape)
    slope = np.sum(g * (fun(x + h * dx, w + h * dw) - fun(x - h * dx, w - h * dw))) / (2 * h)
    np.testing.assert_allclose(np.sum(found[-2] * dx) + np.sum(found[-1] * dw), slope, rtol=1e-7, atol=1e-7)


@pytest.mark.parametrize(("fun", "shapes"), LEFT.items())
def test_trips_that_need_each_other_stay_a_loop(fun, shapes):
    x, w, g = inputs(fun, shapes)
    for a, b in zip(results(fun, (), x, w, g), results(fun, ("contractions",), x, w, g), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-13)


def test_a_factor_that_differs_in_each_trip_is_another_matrix():
    x, w, g = inputs(added, ((4, 3, 5), (6, 5, 3)))
    for a, b in zip(results(added, (), x, w, g), results(added, ("contractions",), x, w, g), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-13)


def test_float32_stays_float32():
    x, w, g = inputs(rows_and_columns, IMAGES, np.float32)
    found = results(rows_and_columns, (), x, w, g)
    assert [a.dtype for a in found[1:]] == [np.float32] * 2
    np.testing.assert_allclose(found[0], rows_and_columns(x, w), rtol=1e-5, atol=1e-5)


def scaled_by_a_literal(x, w):
    out = np.zeros((x.shape[0] - 1, 3))
    for t in range(x.shape[0] - 1):
        out[t] = np.sum(x[t : t + 2, np.newaxis] * np.reshape(w, (2, 3)), axis=0)
    return out


def test_products_of_a_few_numbers_are_left_to_loops():
    assert "np.dot(" not in program(scaled_by_a_literal, (), (9,), (6,)).kernel_text


def test_strict_sums_are_left_in_their_order():
    args = tuple(np.zeros(s) for s in IMAGES)
    made = build(
        rows_and_columns,
        bind(rows_and_columns, args, {}),
        Transform("vjp", (), ("x", "w"), single=False),
        Options(fastmath="strict"),
    )
    assert "np.dot(" not in made.kernel_text


def test_the_rows_of_many_trips_are_made_in_blocks():
    text = program(along_time, (), (64, 3), (4, 3, 5)).kernel_text
    assert "in range(0, " in text and ", 64)" in text


def summed_by_a_loop_of_two_results(x, w):
    y, z = x * 1.0, x * 2.0
    for i in range(1, x.shape[0]):
        y[i] += np.sin(y[i - 1]) * w[0]
        z[i] += y[i] * z[i - 1]
    return np.sum(y, axis=0) + np.sum(z, axis=0)


def test_a_sum_of_what_a_loop_leaves_is_no_product():
    x, w, g = inputs(summed_by_a_loop_of_two_results, ((5, 3), (2,)))
    for a, b in zip(
        results(summed_by_a_loop_of_two_results, (), x, w, g),
        results(summed_by_a_loop_of_two_results, ("contractions",), x, w, g),
        strict=True,
    ):
        np.testing.assert_allclose(a, b, rtol=1e-12)
