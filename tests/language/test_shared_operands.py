"""One value that a loop or a branch is given twice: as what it begins with, and as what its body reads."""

import numpy as np
import pytest
from language.checking import check
from language.programs import Programs, X

import symgrad as sg

PROGRAMS = Programs()
program = PROGRAMS.program


def folded(a, x):
    for k in range(len(x)):
        a = a * 0.5 + a * x[k]
    return (a * x).sum()


@program(X)
def same_argument_twice(x):
    return folded(x, x)


@program(X)
def same_array_in_a_list(x):
    state = [x]
    for k in range(len(x)):
        state[0] = state[0] * x[k] + x
    return (state[0] * x).sum()


@program(1.3, 0.7)
def same_number_in_a_list(s, t):
    state = [s]
    for _ in range(5):
        state[0] = state[0] * s + t * s
    return state[0] * s


@program(X)
def read_before_and_after(x):
    z = (x**2).sum()
    state = [x]
    for k in range(len(x)):
        state[0] = state[0] * x[k] + z
    return (state[0] * x).sum()


@program(X)
def two_starts(x):
    state = [x, x]
    for k in range(len(x)):
        state[0] = state[0] * x[k]
        state[1] = state[1] + state[0] * x
    return (state[0] * state[1]).sum()


@program(X)
def in_a_while(x):
    state = [x]
    while state[0][0] < 5:
        state[0] = state[0] * 2 + x * x
    return (state[0] * x).sum()


@program(X)
def in_a_branch(x):
    state = [x]
    if x[0] > 0.1:
        state[0] = state[0] * x
    return (state[0] * x).sum()


@program(X)
def a_loop_that_does_nothing(x):
    for _ in range(len(x)):
        pass
    return folded(x * 1.0, x)


test_program = PROGRAMS.test()


@pytest.mark.parametrize("f", [same_argument_twice, in_a_while])
def test_kernels(f):
    np.testing.assert_allclose(sg.grad(f)(X), sg.grad(f, jit=False)(X), rtol=1e-12)


def added(x):
    state = [x * 1.0, x**2]
    for k in range(len(x)):
        state[0][k] += state[1][0] * x[k]
    return (state[0] * state[1]).sum()


def test_a_gradient_of_a_gradient():
    p = np.random.default_rng(1).normal(size=7)
    g = sg.grad(added, jit=False)
    h = 1e-6
    expected = (g(X + h * p) - g(X - h * p)) / (2 * h)
    by_reverse = sg.grad(lambda y: (g(y) * p).sum(), jit=False)(X)
    np.testing.assert_allclose(by_reverse, expected, rtol=1e-6, atol=1e-6)
    np.testing.assert_allclose(sg.hvp(added, jit=False)(X, p), by_reverse, rtol=1e-11)


def triangles(a):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(i, a.shape[1]):
            for k in range(i, j):
                s += a[i, j] * a[i, k]
    return s


def test_a_gradient_of_a_gradient_in_loops_of_other_names():
    """The counters of a program that is spliced in have other names there: no loop is known by its name."""
    a = np.random.default_rng(3).normal(size=(4, 5))
    p = np.random.default_rng(4).normal(size=(4, 5))
    g = sg.grad(triangles, jit=False)
    check(lambda y: (g(y) * p).sum(), a)
    by_reverse = sg.grad(lambda y: (g(y) * p).sum(), jit=False)(a)
    np.testing.assert_allclose(by_reverse, sg.hvp(triangles, jit=False)(a, p), rtol=1e-11, atol=1e-12)


def largest(x):
    y = x[x > 0.8]
    return y.max() - y.min()


def test_a_maximum_over_what_is_selected_is_checked_where_it_is_known():
    np.testing.assert_array_equal(sg.grad(largest)(X), sg.grad(largest, jit=False)(X))
    with pytest.raises(ValueError, match="max of an empty array"):
        sg.grad(largest)(X - 100.0)


@pytest.mark.parametrize("jit", [False, True])
def test_no_maxima_are_no_error_but_a_maximum_of_nothing_is(jit):
    def f(x):
        return np.sum(np.max(2.0 * x, axis=0) ** 2)

    df = sg.grad(f, jit=jit)
    assert df(np.zeros((3, 0))).shape == (3, 0)
    np.testing.assert_array_equal(df(np.array([[1.0], [2.0]])), [[0.0], [16.0]])
    with pytest.raises(ValueError):
        df(np.zeros((0, 3)))
