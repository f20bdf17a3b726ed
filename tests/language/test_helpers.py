"""Functions: they write into arguments, give several values back, return early, call each other."""

import numpy as np
from language.programs import A, Programs, X

PROGRAMS = Programs()
program = PROGRAMS.program


def scale_(a, by):
    a *= by


def relax(u, v, w=0.5):
    for i in range(1, len(u) - 1):
        v[i] = (1 - w) * u[i] + w * 0.5 * (u[i - 1] + u[i + 1])


def first_above(a, level):
    for i in range(len(a)):
        if a[i] > level:
            return i, a[i]
    return -1, a[-1]


def norm2(a):
    return sum(v * v for v in a)


@program(X)
def writes_through_a_view(x):
    y = x * 1.0
    for i in range(3):
        scale_(y[i:], 1.1)
        scale_(y[::2], x[i])
    return y @ x


@program(X)
def the_same_array_twice(x):
    def mix(a, b):
        a[1:] += 0.5 * b[:-1]
        b[0] = a[-1] * 2.0

    y = x * 1.0
    mix(y, y)
    mix(y, y[::-1])
    return np.sum(y * y)


@program(X)
def buffers_in_turn(x):
    u, v = x.copy(), x.copy()
    for _ in range(4):
        relax(u, v)
        relax(v, u, w=x[0])
    return u @ v


@program(X)
def several_results(x):
    s = 0.0
    for level in (0.5, 1.0, 5.0):
        i, v = first_above(x, level)
        s += v * v + x[i] * i
    return s


@program(X)
def helpers_of_helpers(x):
    def inner(a, i):
        if a[i] < 0:
            return -a[i]
        return np.sqrt(a[i])

    def outer(a):
        s = 0.0
        for i in range(len(a)):
            s += inner(a, i) * a[i - 1]
            a[i] = s * 0.1
        return s

    y = x * 1.0
    return outer(y) + outer(y) * y[2]


@program(A)
def rows_given_away(a):
    def center(row):
        row -= row.mean()
        return row.max()

    b = a * 1.0
    s = 0.0
    for row in b:
        s += center(row)
    return s + np.sum(b**3)


@program(X)
def default_is_the_outer_value(x):
    k = 2.0

    def g(v, c=k):
        return c * v

    k = 5.0
    return g(x[0]) + g(x[1], k)


@program(X)
def writes_and_returns_its_argument(x):
    def push(a, v):
        a[0] = v
        return a

    y = x * 1.0
    z = push(y, x[1] * x[2])
    z[3] *= 2.0
    return np.sum(y * y) + z[0]


@program(X)
def function_as_argument(x):
    def apply(f, v, times):
        for _ in range(times):
            v = f(v)
        return v

    return apply(np.sin, x[0], 3) + apply(lambda t: t * t - x[1], x[2], 2)


@program(X)
def generator_sum(x):
    return norm2(x) + sum(v * i for i, v in enumerate(x)) + max(v * v for v in x)


@program(X)
def recursion_of_known_depth(x):
    def tree(a, depth):
        if depth == 0:
            return a[0] * a[-1]
        h = len(a) // 2
        return tree(a[:h], depth - 1) * 2.0 + np.sin(tree(a[h:], depth - 1))

    return tree(x, 2)


test_program = PROGRAMS.test()
