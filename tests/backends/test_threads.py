"""parallel=True: the numbers of the serial kernel, the same each time; serial where a trip needs another."""

import re

import numba
import numpy as np
import pytest

import symgrad as sg
from symgrad.backends import shares
from symgrad.ir.switch import without

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


def neighbours(x, w):
    return np.sum((x[1:] * w[1:] - x[:-1]) ** 2 * w[:-1])


def around(x, w):
    return np.sum(np.sin(np.roll(x, 1) + 2 * np.roll(x, -2)) * w)


def softmax(x, w):
    e = np.exp(x - np.max(x, axis=1, keepdims=True))
    p = e / np.sum(e, axis=1, keepdims=True)
    return np.sum((p * w) ** 2)


def heat(u, w):
    u = u.copy()
    for _ in range(4):
        u[1:-1, 1:-1] += 0.1 * (u[2:, 1:-1] + u[:-2, 1:-1] + w[1:-1, 2:] * u[1:-1, 2:] - 3 * u[1:-1, 1:-1])
    return np.sum(u * u)


def every_third(x, w):
    y = x.copy()
    y[::3] += np.sin(w[::3])
    y[1::3] *= w[1::3]
    return np.sum(y**2)


def running(x, w):
    y = x.copy()
    for i in range(1, len(y)):
        y[i] = 0.5 * y[i - 1] * w[i] + x[i]
    return np.sum(y * y)


def rows(n, m):
    return RNG.normal(size=(n, m)), RNG.normal(size=(n, m))


PROGRAMS = {
    "pointwise": (pointwise, (RNG.normal(size=311), RNG.normal(size=311))),
    "logistic": (logistic, (RNG.normal(size=(41, 11)), RNG.normal(size=11))),
    "column_means": (column_means, (RNG.normal(size=(31, 11)), RNG.normal(size=11))),
    "neighbours": (neighbours, (RNG.normal(size=97), RNG.normal(size=97))),
    "around": (around, (RNG.normal(size=33), RNG.normal(size=33))),
    "softmax": (softmax, rows(17, 9)),
    "heat": (heat, rows(23, 8)),
    "every_third": (every_third, (RNG.normal(size=40), RNG.normal(size=40))),
    "running": (running, (RNG.normal(size=50), RNG.normal(size=50))),
}


@pytest.fixture
def threads():
    before = numba.get_num_threads()
    yield numba.set_num_threads
    numba.set_num_threads(before)


@pytest.fixture
def always(monkeypatch):
    """Share out however little work there is. Not for kernels from the cache: it is part of their code."""
    monkeypatch.setattr(shares, "ENOUGH", 1)


def parallel(f, **options):
    return sg.value_and_grad(f, argnums=(0, 1), parallel=True, cache=False, **options)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_as_serial_and_each_time_the_same(name, threads, always):
    f, args = PROGRAMS[name]
    value, grads = sg.value_and_grad(f, argnums=(0, 1))(*args)
    df = parallel(f)
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


@pytest.mark.parametrize("name", ["around", "softmax", "every_third", "heat"])
def test_bit_for_bit_where_no_sum_is_cut(name, threads, always):
    """Every element is computed by the same instructions, whoever computes it: vectors change last bits."""
    f, args = PROGRAMS[name]
    if name == "heat":  # additions of trips that two parts share come in another order
        df, serial = (sg.jvp(f, parallel=p, cache=False, vector_math="off") for p in (True, False))
        args = (args, (args[1], None))
        assert df(*args)[0] == pytest.approx(serial(*args)[0], rel=1e-13)
        return
    ours = parallel(f, vector_math="off")(*args)[1]
    theirs = sg.value_and_grad(f, argnums=(0, 1), cache=False, vector_math="off")(*args)[1]
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_array_equal(a, b)


def shared_in(f, args):
    """What is shared out, by the names of the functions."""
    return re.findall(
        r" shared(?:_with_neighbours)?\((\w+)_part", sg.grad(f, parallel=True).kernel_source_for(*args)
    )


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name != "running"])
def test_independent_trips_are_shared_out(name):
    f, args = PROGRAMS[name]
    assert shared_in(f, args)
    assert "shared" not in sg.grad(f).kernel_source_for(*args)


def test_time_steps_are_shared_out_within_the_loop_over_time():
    f, args = PROGRAMS["heat"]
    text = sg.grad(f, parallel=True).kernel_source_for(*args)
    loops = text[text.index("def grad_heat") :].split("for _ in range")[1:]
    assert len(loops) == 2 and all(" shared" in loop for loop in loops)
    assert "shared_with_neighbours" not in loops[1]  # a row gathers from its neighbours (`borders`)


def test_rows_that_two_trips_add_to(threads, always):
    f, args = PROGRAMS["heat"]
    threads(numba.config.NUMBA_NUM_THREADS)
    with without("borders"):
        df = parallel(f)
        assert "shared_with_neighbours" in df.kernel_source_for(*args)
        got = df(*args)[1]
    for a, b in zip(got, sg.value_and_grad(f, argnums=(0, 1), jit=False)(*args)[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)


def test_trips_that_need_others_stay_serial():
    f, args = PROGRAMS["running"]
    text = sg.grad(f, parallel=True).kernel_source_for(*args)
    assert "for i in range(1, n):" in text[text.index("def grad_running") :]


def test_small_arrays_and_none_at_all(always):
    df = parallel(pointwise)
    for n in (0, 1, 2, 7):
        x, w = RNG.normal(size=n), RNG.normal(size=n)
        for a, b in zip(df(x, w)[1], sg.grad(pointwise, argnums=(0, 1))(x, w), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-13)


def test_an_error_in_a_part_is_told_with_its_place(always):
    def picked(x, table, idx):
        return np.sum(np.sin(x * table[idx]) ** 2)

    x, table, idx = RNG.normal(size=100), RNG.normal(size=50), RNG.integers(0, 50, 100)
    df = sg.grad(picked, parallel=True, cache=False)
    assert "shared(" in df.kernel_source_for(x, table, idx)
    np.testing.assert_allclose(df(x, table, idx), sg.grad(picked)(x, table, idx), rtol=1e-13, atol=1e-13)
    idx[70] = 50
    with pytest.raises(IndexError) as error:
        df(x, table, idx)
    with pytest.raises(IndexError) as serial:
        sg.grad(picked)(x, table, idx)
    assert str(error.value) == str(serial.value) and "table[idx]" in str(error.value)


def test_float32_sums(always):
    x = RNG.normal(size=2000).astype(np.float32)
    w = RNG.normal(size=2000).astype(np.float32)
    value, (dx, _) = parallel(pointwise)(x, w)
    expected, (dx_serial, _) = sg.value_and_grad(pointwise, argnums=(0, 1))(x, w)
    assert dx.dtype == np.float32
    np.testing.assert_allclose(value, expected, rtol=1e-5)
    np.testing.assert_allclose(dx, dx_serial, rtol=1e-4, atol=1e-5)  # scalar exp at the end of each share


def test_with_a_workspace(always):
    f, args = PROGRAMS["column_means"]
    step = sg.grad(f, argnums=(0, 1), parallel=True, cache=False).workspace()
    for _ in range(2):
        for a, b in zip(step(*args), sg.grad(f, argnums=(0, 1))(*args), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


def test_in_compiled_code_and_in_its_threads(always):
    f, args = PROGRAMS["heat"]
    df = sg.grad(f, parallel=True, cache=False)
    expected = df(*args)

    @numba.njit(parallel=True)
    def many(u, w):
        out = np.zeros((4, u.shape[0], u.shape[1]))
        for k in numba.prange(4):
            out[k] = df(u, w)
        return out

    for dx in many(*args):
        np.testing.assert_array_equal(dx, expected)
