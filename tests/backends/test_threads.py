"""parallel=True: the numbers of the serial kernel, the same each time; serial where a trip needs another."""

import numba
import numpy as np
import pytest

import symgrad as sg

RNG = np.random.default_rng(8)


def pointwise(x, w):
    y = np.tanh(x * w)
    z = np.exp(-y) + y * x
    return np.sum(z * z)


def logistic(rows, w):
    p = 1 / (1 + np.exp(-(rows @ w)))
    return np.sum(np.sin(rows) ** 2) - np.sum(np.log(p))


def column_means(rows, w):
    c = rows - np.sum(rows, axis=0) / rows.shape[0]
    return np.sum(np.exp(0.1 * c) * w)


def stencil(x, w):
    return np.sum((x[1:] * w[1:] - x[:-1]) ** 2 * w[:-1])


def running(x, w):
    y = x.copy()
    for i in range(1, len(y)):
        y[i] = 0.5 * y[i - 1] * w[i] + x[i]
    return np.sum(y * y)


N = 30011
PROGRAMS = {
    "pointwise": (pointwise, (RNG.normal(size=N), RNG.normal(size=N))),
    "logistic": (logistic, (RNG.normal(size=(3001, 11)), RNG.normal(size=11))),
    "column_means": (column_means, (RNG.normal(size=(3001, 11)), RNG.normal(size=11))),
    "stencil": (stencil, (RNG.normal(size=N), RNG.normal(size=N))),
    "running": (running, (RNG.normal(size=N), RNG.normal(size=N))),
}


@pytest.fixture
def threads():
    before = numba.get_num_threads()
    yield numba.set_num_threads
    numba.set_num_threads(before)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_as_serial_and_each_time_the_same(name, threads):
    f, args = PROGRAMS[name]
    value, grads = sg.value_and_grad(f, argnums=(0, 1))(*args)
    df = sg.value_and_grad(f, argnums=(0, 1), parallel=True)
    for count in range(1, numba.config.NUMBA_NUM_THREADS + 1):
        threads(count)
        first = df(*args)
        np.testing.assert_allclose(first[0], value, rtol=1e-11)
        for a, b in zip(first[1], grads, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-11)
        for _ in range(3):
            again = df(*args)
            assert again[0] == first[0]
            for a, b in zip(again[1], first[1], strict=True):
                np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("name", ["pointwise", "logistic", "column_means"])
def test_independent_trips_are_shared_out(name):
    f, args = PROGRAMS[name]
    assert "in prange(threads)" in sg.grad(f, parallel=True).kernel_source_for(*args)
    assert "prange" not in sg.grad(f).kernel_source_for(*args)


def test_small_arrays_and_none_at_all():
    df = sg.grad(pointwise, argnums=(0, 1), parallel=True)
    for n in (0, 1, 7):
        x, w = RNG.normal(size=n), RNG.normal(size=n)
        for a, b in zip(df(x, w), sg.grad(pointwise, argnums=(0, 1))(x, w), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-13)


def test_checked_indices_and_trips_that_need_others_stay_serial():
    def picked(x, idx):
        return np.sum(x[idx] ** 2)

    idx = RNG.integers(0, 50, 100)
    assert "prange" not in sg.grad(picked, parallel=True).kernel_source_for(RNG.normal(size=50), idx)
    with pytest.raises(IndexError):
        sg.grad(picked, parallel=True)(RNG.normal(size=50), idx + 1)
    f, args = PROGRAMS["running"]
    text = sg.grad(f, parallel=True).kernel_source_for(*args)
    assert not any("for i in" in line and "prange" in line for line in text.splitlines())


def test_float32_sums():
    x = RNG.normal(size=20000).astype(np.float32)
    w = RNG.normal(size=20000).astype(np.float32)
    value, (dx, _) = sg.value_and_grad(pointwise, argnums=(0, 1), parallel=True)(x, w)
    expected, (dx_serial, _) = sg.value_and_grad(pointwise, argnums=(0, 1))(x, w)
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    np.testing.assert_allclose(dx, dx_serial, rtol=1e-4, atol=1e-5)  # scalar exp at the end of each share


def test_with_a_workspace():
    f, args = PROGRAMS["logistic"]
    step = sg.grad(f, parallel=True).workspace()
    for _ in range(2):
        np.testing.assert_allclose(step(*args), sg.grad(f)(*args), rtol=1e-12)
