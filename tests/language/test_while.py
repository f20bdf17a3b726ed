"""`while`: conditions of the data, indices, walrus, `else`."""

import numpy as np
from language.programs import Programs, X

PROGRAMS = Programs()
program = PROGRAMS.program


@program(X)
def while_newton(x):
    r = 1.0
    for i in range(3):
        r += x[i] ** 2
    g = r
    while abs(g * g - r) > 1e-10:
        g = 0.5 * (g + r / g)
    return g


@program(X)
def while_true(x):
    s = x[0]
    k = 0
    while True:
        s = s * 1.5 + x[1]
        k += 1
        if s > 10.0 or k >= 50:
            break
    return s / k


@program(X)
def walrus(x):
    s = x[3]
    while (e := s * s) > 0.5:
        s = s * 0.7
    return s + e


@program(X)
def while_else(x):
    s = x[3]
    n = 0
    while s > 0.5:
        s *= 0.6
        n += 1
        if n > 100:
            s = 0.0
            break
    else:
        s = s + x[0]
    return s


@program(3.0, 2.0)
def scalars(a, b):
    n = 0
    while a > 0.1:
        a = a / (1 + b)
        b = b * 0.9
        n += 1
    return a * n + b


@program(X)
def while_index(x):
    i = 0
    s = 0.0
    while i < len(x) and x[i] > 0:
        s += x[i] ** 2
        i += 1
    return s + i


@program(X)
def while_two(x):
    s = x[0]
    t = x[1]
    while s < 50 and t < 80:
        s, t = s + t * x[2], t + s * 0.1
        if s > 40:
            t = t * 2
    return s + t


@program(X)
def while_reassign_arr(x):
    y = x * 1.0
    while np.sum(y * y) > 0.01:
        y = y * 0.5
    return y @ x


test_program = PROGRAMS.test()
