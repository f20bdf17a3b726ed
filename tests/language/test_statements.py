"""Statements and expressions of Python in a differentiated function: each is right, or refused by name."""

import numpy as np
from language.programs import Programs, X

PROGRAMS = Programs()
program, refused = PROGRAMS.program, PROGRAMS.refused


@program(X)
def walrus_if(x):
    if (m := x.max()) > 2:
        return m * x[0]
    return m


@program(X)
def walrus_comp(x):
    return sum([(t := v * v) + t for v in x])


@program(X)
def chain(x):
    s = 0.0
    for v in x:
        if 0 < v < 2 <= x[2]:
            s += v**2
    return s


@program(X)
def tern_nest(x):
    s = 0.0
    for v in x:
        s += v if v > 1 else (v * v if v > 0 else -v)
    return s


@refused("`or` of a run-time number", X)
def andor_value(x):
    a = x[0] or 3.0
    b = x[1] and x[2]
    return a * b


@program(X)
def or_default(x):
    n = 0 or len(x)
    return x[n - 1] * x[0]


def fact(x, n):
    return x if n == 0 else x * fact(x, n - 1)


@program(1.7, 5)
def recursion_static(x, n):
    return fact(x, 5)


def rec(x):
    return x if x < 1 else rec(x * 0.5) * x


@refused("calls are nested 200 deep", 5.0)
def recursion_data(x):
    return rec(x)


def gen(x):
    for v in x:
        yield v * v


@refused("`yield`", X)
def generator_fn(x):
    return sum(gen(x))


@refused("`try`", X)
def try_except(x):
    try:
        y = x[0] / x[1]
    except ZeroDivisionError:
        y = 0.0
    return y


@refused("`try`", X)
def try_finally(x):
    try:
        y = x[0] / x[1]
    finally:
        z = 1.0
    return y * z


@program(X)
def with_open(x):
    with np.errstate(divide="ignore"):
        y = np.log(x[0])
    return y


@program(X)
def del_name(x):
    y = x * 2
    z = y.sum()
    del y
    return z


@refused("'y' is read before it is assigned", X)
def del_read(x):
    y = x * 2
    del y
    return y.sum()  # noqa: F821


G = 2.0


@refused("'G' is assigned, but belongs", X)
def glob(x):
    global G
    G = 3.0
    return x.sum() * G


@program(X)
def glob_read(x):
    global G
    return x.sum() * G


@refused("'t' is assigned, but belongs", X)
def nonloc(x):
    t = 0.0

    def add(v):
        nonlocal t
        t += v

    for v in x:
        add(v * v)
    return t


@program(X)
def raise_data(x):
    if x[0] < 0:
        raise ValueError("neg")
    return np.sqrt(x[0])


@refused("`match`", X)
def match_(x):
    k = 2
    match k:
        case 1:
            return x[0]
        case 2:
            return x[1] ** 2


@program(X)
def none_opt(x):
    best = None
    for v in x:
        if best is None or v > best:
            best = v
    return best**2


@program(X)
def string_flag(x):
    mode = "a"
    s = 0.0
    for i in range(len(x)):
        if mode == "a":
            s += x[i]
        else:
            s += x[i] ** 2
    return s


@program(X)
def flag_flip(x):
    up = True
    s = 0.0
    for v in x:
        if up:
            s += v * v
        else:
            s -= v
        up = not up
    return s


@program(X)
def star_unpack(x):
    a, *r = x[0], x[1], x[2]
    return a * sum(r)


@program(np.arange(1.0, 5))
def unpack_arr(x):
    a, b, c, d = x
    return a * b + c * d


@program(X)
def unpack_rows(x):
    pts = np.stack((x, x**2), axis=1)
    s = 0.0
    for a, b in pts:
        s += a * b
    return s


test_program, test_refused = PROGRAMS.tests()
