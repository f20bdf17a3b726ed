"""Sizes 0 and 1, loops of no trip, singular values on sides that are not taken, values never read."""

import math

import numpy as np
import pytest
from language.checking import check
from language.programs import Programs, X

ONE = np.array([0.8])
NONE = np.zeros(0)
PROGRAMS = Programs()
program = PROGRAMS.program


@program(NONE, 1.5)
def nothing_to_loop_over(x, c):
    s = c * c
    y = x * 2.0
    for i in range(len(x)):
        s *= x[i]
        y[i] = s
    return s + np.sum(y)


@program(NONE, np.zeros((0, 2)), 1.5)
def nothing_reversed(x, a, c):
    y = x[::-1] * c
    y[::-1] += x
    a[:, 0] = y[::-1]
    return c * c + y[::-2].sum() + np.sum(a[::-1])


@program(np.zeros((0, 3)), 1.5)
def no_rows(a, c):
    s = np.full(3, c)
    for row in a:
        s = s * row
    return s.sum() + np.sum(a @ s)


@program(ONE)
def one_element(x):
    y = x * 1.0
    for i in range(1, len(x)):
        y[i] = y[i - 1] * x[i]
    y[1:] = y[:-1]
    return y[-1] * x[0] + np.sum(y[1:])


@program(np.array([[0.5]]), ONE)
def one_by_one(a, x):
    b = a @ a + a.T * x
    for i in range(b.shape[0]):
        b[i] += x * b[:, i]
    return b.sum()


@program(X)
def no_trips(x):
    s, y = x[0], x * 1.0
    for i in range(5, 2):
        s *= x[i]
        y = y * 2.0
    for i in range(0, -3):
        y[i] = 0.0
    while s > 100.0:
        s = s * s
    return s * y.sum()


@program(X)
def trips_that_shrink(x):
    s = 0.0
    for i in range(len(x)):
        for j in range(i, 3):
            for k in range(j - i):
                s += x[i] * x[j] * x[k]
    return s


@program(X)
def empty_slices(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i + 1 :].sum() * x[i] + x[:i] @ x[:i]
    return s


@program(X)
def root_on_the_taken_side(x):
    s = 0.0
    for v in x:
        if v > 0:
            s += math.sqrt(v) + math.log(v)
        else:
            s += v * v
    return s


@program(X)
def log_under_a_mask(x):
    y = np.where(x > 0, np.log(x), 0.0)
    z = np.zeros_like(x)
    z[x > 0] = np.sqrt(x[x > 0])
    return y @ z + np.sum(np.where(x < 0, 1.0 / np.minimum(x, -0.5), x))


@program(np.array([0.0, 1.0, 0.0, 2.0]), np.array([0, 1, 0, 2]))
def division_on_the_taken_side(x, k):
    s = 1.0
    for i in range(len(x)):
        s += 1.0 / x[i] if k[i] else s * (0.5 + x[i])
    return s


@program(X)
def inf_as_a_start(x):
    best, at = math.inf, -1
    for i in range(len(x)):
        if x[i] * x[i] < best:
            best, at = x[i] * x[i], i
    return best * x[at] + (0.0 if math.isinf(best) else x[0])


@program(X)
def written_and_never_read(x):
    junk = np.zeros_like(x)
    s = 0.0
    for i in range(len(x)):
        junk[i] = x[i] / (x[i] - x[i] + 1.0)
        t = np.exp(x[i])  # noqa: F841
        s += x[i]
    return s


@program(X)
def overwritten_before_read(x):
    y = np.empty_like(x)
    s = 0.0
    for t in range(3):
        y[:] = np.nan
        for i in range(len(x)):
            y[i] = x[i] * t
        s += y @ x
    return s


@program(X)
def zero_times_inf_is_cut_off(x):
    y = np.zeros(len(x))
    for i in range(len(x)):
        if x[i] > 1.0:
            y[i] = (x[i] - 1.0) ** 0.5
    return np.sum(y) + x.sum()


@program(X)
def last_of_a_loop_of_one(x):
    for i in range(1):
        v = x[i] * 2.0
    for _ in [0]:
        w = v * x[1]
    return v * w + i


@program(X)
def loop_variable_again(x):
    s = 0.0
    for i in range(len(x)):
        y = x[: i + 1] * 2.0
        for i in range(2):
            s += y.sum() * x[i]
        s += i * y[0]
    return s


@program(X)
def loop_variable_changed(x):
    s = 0.0
    for i in range(len(x)):
        head = x[:i]
        i = i // 2
        if x[i] > 1.0:
            s += head.sum() * x[i]
        for j in range(i):
            s += x[j] * i
    return s


@program(X)
def while_moves_a_loop_variable(x):
    s = 0.0
    for i in range(3):
        y = x[i:] * 2.0
        while i < 5:
            i += 1
            s += np.sin(y[0]) * x[i] * len(y)
        s += y.sum() * x[i]
    return s


@pytest.mark.parametrize(("f", "args"), PROGRAMS)
def test_program(f, args):
    with np.errstate(all="ignore"):
        check(f, *args)
