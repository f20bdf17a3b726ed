"""Parts of a loop on several threads: sums in order, errors, callers that meet, children of a fork."""

import os
import threading
from itertools import pairwise

import numba
import numpy as np
import pytest
from numba import njit

from symgrad.backends import pool, shares
from symgrad.backends.shares import shared, shared_with_neighbours

N = 1003
X = np.random.default_rng(3).normal(size=N)


@njit
def sums(start, stop, x, bins):
    total, ends = 0.0, np.zeros(bins)
    for i in range(start, stop):
        total += x[i]
        ends[i % bins] += x[i] * x[i]
    return total, ends


@njit
def marks(start, stop, x, where):
    for i in range(start, stop):
        if x[i] > 100.0:
            raise IndexError("index out of bounds")
        where[i] += 1


@njit
def next_ones(start, stop, y):
    for i in range(start, stop):
        for k in range(3):
            y[i + k] += 1.0


@njit(nogil=True)
def all_sums(x, bins, work):
    return shared(sums, x.size, work, (x, bins))


@njit(nogil=True)
def all_marks(x, where, work):
    shared(marks, x.size, work, (x, where))


@njit(nogil=True)
def all_next(n, work):
    y = np.zeros(n + 2)
    shared_with_neighbours(next_ones, n, work, 2, (y,))
    return y


MUCH = 10**9


@pytest.fixture
def two_threads():
    before = numba.get_num_threads()
    numba.set_num_threads(min(2, numba.config.NUMBA_NUM_THREADS))
    yield numba.get_num_threads()
    numba.set_num_threads(before)


def test_sums_are_those_of_the_parts_in_order(two_threads):
    total, ends = all_sums(X, 5, MUCH)
    edges = [k * N // two_threads for k in range(two_threads + 1)]
    (number, array), *others = [sums(a, b, X, 5) for a, b in pairwise(edges)]
    for more, others_array in others:
        number, array = number + more, array + others_array
    assert total == number
    np.testing.assert_array_equal(ends, array)


def test_little_work_is_one_call():
    total, ends = all_sums(X, 5, shares.ENOUGH)
    expected = sums(0, N, X, 5)
    assert total == expected[0]
    np.testing.assert_array_equal(ends, expected[1])


def test_every_trip_runs_once():
    for n in (0, 1, 2, 3, N):
        where = np.zeros(n, dtype=np.int64)
        all_marks(X[:n], where, MUCH)
        np.testing.assert_array_equal(where, 1)


def test_an_error_is_raised_and_the_next_call_is_right():
    x = X.copy()
    x[N - 2] = 1000.0
    for work in (0, MUCH):
        with pytest.raises(IndexError, match="out of bounds"):
            all_marks(x, np.zeros(N, dtype=np.int64), work)
    where = np.zeros(N, dtype=np.int64)
    all_marks(X, where, MUCH)
    np.testing.assert_array_equal(where, 1)


@pytest.mark.parametrize("n", [1, 3, 4, 7, 8, 9, 500])
def test_neighbours_do_not_run_at_a_time(n):
    expected = np.zeros(n + 2)
    next_ones(0, n, expected)
    for _ in range(50):
        np.testing.assert_array_equal(all_next(n, MUCH), expected)


def test_callers_from_many_threads():
    expected, wrong = all_sums(X, 5, MUCH), []

    def call():
        for _ in range(200):
            total, ends = all_sums(X, 5, MUCH)
            if total != expected[0] or not np.array_equal(ends, expected[1]):
                wrong.append(total)

    callers = [threading.Thread(target=call) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert not wrong


def test_results_of_parts_are_freed():
    from numba.core.runtime import _nrt_python, rtsys

    _nrt_python.memsys_enable_stats()
    all_sums(X, 5, MUCH)
    before = rtsys.get_allocation_stats()
    for _ in range(10):
        all_sums(X, 5, MUCH)
    after = rtsys.get_allocation_stats()
    assert after.alloc - before.alloc == after.free - before.free > 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_child_has_no_threads_and_the_same_numbers():
    expected = all_sums(X, 5, MUCH)[0]
    child = os.fork()
    if child == 0:
        os._exit(0 if all_sums(X, 5, MUCH)[0] == expected and not pool._threads else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert all_sums(X, 5, MUCH)[0] == expected


def test_in_plain_python():
    total, ends = shared(sums.py_func, N, MUCH, (X, 5))
    assert total == sums(0, N, X, 5)[0] and ends.shape == (5,)
