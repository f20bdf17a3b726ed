"""`if`, ternaries, `and`, `or`: values, names and arrays decided by the data."""

import math

import numpy as np
from language.programs import Programs, X

PROGRAMS = Programs()
program = PROGRAMS.program


@program(X)
def cond_alias(x):
    a = x * 1.0
    b = x * 2.0
    y = a if x[0] > 0.5 else b
    return np.sum(y * y)


@program(X)
def cond_rebinding(x):
    y = x * 1.0
    if x[0] > 0.5:
        y = y * 3.0
    else:
        y[0] = 5.0
    y[1] = 2.0 * y[0]
    return np.sum(y * y)


@program(X)
def nested_if_assign(x):
    if x[0] > 0:
        a = x[1]
        if x[1] > 0:
            b = a * 2
        else:
            b = 3.0
    else:
        a = 1.0
        b = x[2]
    return a * b


@program(X)
def ret_if_array(x):
    if x.sum() > 0:
        return x * 2
    return x * x


@program(X)
def elifs(x):
    s = 0.0
    for v in x:
        if v < 0:
            s += v * v
        elif v < 1:
            s += 3 * v
        elif v < 2:
            s += math.sin(v)
        else:
            s += 1
    return s


@program(X)
def and_or(x):
    s = 0.0
    for i in range(len(x)):
        if i > 0 and x[i - 1] > 0 and not (x[i] < 0.5 or x[i] > 3):
            s += x[i] * x[i - 1]
    return s


@program(X)
def chain_ternary(x):
    s = 0.0
    for i in range(len(x)):
        s += x[i] if 0 < x[i] < 1 else (x[i] ** 2 if x[i] > 0 else math.exp(x[i]))
    return s


@program(X)
def bool_flag(x):
    found = False
    s = 0.0
    for v in x:
        if found:
            s += v * v
        elif v > 2.0:
            found = True
    if not found:
        s = 1.0
    return s


@program(X)
def none_flag(x):
    best = None
    for k in range(3):
        if best is None or x[k] > 1:
            best = x[k]
    return best


@program(X)
def none_init(x):
    prev = None
    s = 0.0
    for i in range(len(x)):
        if prev is not None:
            s += x[i] * prev
        prev = x[i]
    return s


@program(X)
def cond_in_comp(x):
    return sum([v if v > 0 else v * v for v in (x[0], x[1], x[4])])


@program(X)
def aug_scalar_branch(x):
    s = 0
    for v in x:
        if v > 0:
            s += 1
    return s * x[0]


@program(X)
def assert_in(x):
    s = 0.0
    for v in x:
        assert v > -100
        s += v
    return s


test_program = PROGRAMS.test()
