"""Statements and expressions of Python in a differentiated function: each is right, or refused by name."""

# ruff: noqa: B007, B905 (programs as people write them)

import numpy as np
import pytest
from language.checking import check

from symgrad.errors import SymgradError

X = np.array([0.7, 1.3, 2.1, 3.2, -1.1, 0.4, 0.9])
A = np.random.default_rng(3).normal(size=(4, 5))
B = np.random.default_rng(4).normal(size=(4, 4))
PROGRAMS = []
REFUSED = []


def program(*args):
    def register(f):
        PROGRAMS.append(pytest.param(f, args, id=f.__name__))
        return f

    return register


def refused(message, *args):
    def register(f):
        REFUSED.append(pytest.param(f, args, message, id=f.__name__))
        return f

    return register


@refused("the value of 'k' is not known here", X)
def forelse_assign(x):
    for v in x:
        if v > 3:
            k = v * 2
            break
    else:
        k = x[0]
    return k * x[1]


@refused("the value of 'k' is not known here", X)
def forelse_assign_miss(x):
    for v in x:
        if v > 30:
            k = v * 2
            break
    else:
        k = x[0] ** 2
    return k * x[1]


@program(X)
def forelse_in_body(x):
    s = 0.0
    for v in x:
        t = v * v
        if t > 5:
            break
        s += t
    else:
        s = s * 2
        t = 1.0
    return s * t


@program(X)
def while_else(x):
    s = x[0]
    i = 0
    while s < 10:
        s = s * 1.5 + x[i] ** 2
        i += 1
        if i >= 5:
            break
    else:
        s = s * x[1]
    return s


@program(X)
def while_else2(x):
    s = x[0]
    i = 0
    while s < 10:
        s = s * 1.5 + x[i] ** 2
        i += 1
        if i >= 2:
            break
    else:
        s = s * x[1]
    return s


@program(A)
def nested_break(a):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            if a[i, j] > 0.8:
                break
            s += a[i, j] ** 2
        else:
            s *= 2.0
        if s > 20:
            break
    return s


@program(A)
def nested_return(a):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s += a[i, j] ** 2
            if s > 3:
                return s * a[i, j]
    return s


@program(A)
def nested_return_tuple(a):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(a.shape[1]):
            s += a[i, j] ** 2
            if s > 3:
                return s * a[i, j] + i * j
    return -s


@program(X)
def while_continue(x):
    i = 0
    s = 0.0
    while i < len(x):
        i += 1
        if x[i - 1] < 0:
            continue
        s += np.sqrt(x[i - 1])
    return s


@program(X)
def walrus_while(x):
    i = 0
    s = x[0]
    while (e := s * s) > 0.1:
        s = s * 0.7 * e / (e + x[1])
        i += 1
    return s + e


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


@program(A)
def zip_rows(a):
    s = 0.0
    for r, t in zip(a, a[::-1]):
        s += r @ t
    return s


@program(B)
def over_T(a):
    s = 0.0
    for i, c in enumerate(a.T):
        s += c.sum() ** 2 * i
    return s


@program(A)
def enum_zip(a):
    s = 0.0
    for i, (r, t) in enumerate(zip(a[1:], a)):
        s += (i + 1) * (r * t).sum()
    return s


@program(X)
def rev_enum(x):
    s = 0.0
    for i, v in reversed(list(enumerate(x))):
        s = s * 0.5 + i * v
    return s


@program(X)
def rev_zip(x):
    s = 0.0
    for a, b in zip(reversed(x), x):
        s = s * 0.5 + a * b
    return s


@program(X)
def enum_rev(x):
    s = 0.0
    for i, v in enumerate(reversed(x)):
        s = s * 0.5 + i * v
    return s


@program(X)
def enum_start(x):
    s = 0.0
    for i, v in enumerate(x, 1):
        s += v / i
    return s


@program(X, 2)
def range_step(x, k):
    s = 0.0
    for i in range(0, len(x), k):
        s += x[i] ** 2
    return s


@program(X, -2)
def range_negstep(x, k):
    s = 0.0
    for i in range(len(x) - 1, -1, k):
        s = s * 0.7 + x[i] ** 2
    return s


@program(X, 3)
def range_neg2(x, n):
    s = 0.0
    for i in range(n, -n, -1):
        s = s * 0.7 + x[i] ** 2
    return s


@refused("the value of 'y' is not known here", X)
def zero_trips(x):
    for i in range(len(x), 3):
        y = x[i]
    return y


@program(X)
def zero_trips_ok(x):
    y = x[0]
    for i in range(5, len(x) - 5):
        y = x[i]
    return y * 2


@program(X)
def maybe_zero(x):
    for i in range(1, len(x)):
        y = x[i] ** 2
    return y


@program(X, 4)
def maybe_zero_arg(x, n):
    for i in range(n):
        y = x[i] ** 2
    return y


@program(X, 4)
def index_after(x, n):
    for i in range(n):
        pass
    return x[i] ** 2


@program(X)
def index_after2(x):
    for i in range(len(x)):
        if x[i] > 2:
            break
    return x[i] ** 2 * i


@program(A)
def tri(a):
    s = 0.0
    for i in range(a.shape[0]):
        for j in range(i, a.shape[1]):
            for k in range(i, j):
                s += a[i, j] * a[i, k]
    return s


@program(X)
def change_type(x):
    s = 0
    for v in x:
        s = s + v if v > 0 else s
    return s * x[0]


@program(X)
def change_type2(x):
    s = 1
    for i in range(3):
        s = s / x[i]
    return s


@program(X)
def grow_concat(x):
    y = x[:1]
    for i in range(3):
        y = np.concatenate((y, y * x[i]))
    return y.sum()


@program(X)
def halving(x):
    y = np.concatenate((x, x[:1]))
    while len(y) > 1:
        y = y[::2] * y[1::2]
    return y[0]


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


@refused("`raise`", X)
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
def while_true_two(x):
    s = x[0]
    n = 0
    while True:
        s = s * 1.3
        n += 1
        if s > 5:
            return s * n
        if n > 20:
            break
    return -s


@program(X)
def tuple_carry(x):
    a, b = x[0], x[1]
    for i in range(len(x)):
        a, b = b, a + b * x[i]
    return a * b


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
def bool_found(x):
    found = False
    r = 0.0
    for v in x:
        if not found and v > 2:
            r = v * v
            found = True
    return r


@program(X)
def argmax_loop(x):
    b = 0
    for i in range(1, len(x)):
        if x[i] > x[b]:
            b = i
    return x[b] ** 2


@refused("the array attribute 'flat'", A)
def iter_flat(a):
    s = 0.0
    for v in a.flat:
        s += v * v
    return s


@program(A)
def iter_ravel(a):
    s = 0.0
    for v in a.ravel():
        s = s * 0.5 + v * v
    return s


@refused("no derivative rule for np.ndindex", A)
def ndindex(a):
    s = 0.0
    for i, j in np.ndindex(a.shape):
        s += a[i, j] * i
    return s


@refused("no derivative rule for np.ndenumerate", A)
def ndenum(a):
    s = 0.0
    for (i, j), v in np.ndenumerate(a):
        s += v * i
    return s


@program(X)
def while_not(x):
    done = False
    s = x[0]
    n = 0
    while not done:
        s *= 1.2
        n += 1
        done = s > 5 or n > 30
    return s


@program(X)
def while_and(x):
    i = 0
    while i < len(x) and x[i] < 3:
        i += 1
    return x[i] ** 2


@program(X)
def lam_loop(x):
    fs = [lambda v, k=k: v * k for k in range(3)]
    s = 0.0
    for f in fs:
        for v in x:
            s += f(v) ** 2
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


@program(X)
def for_two_lists(x):
    s = 0.0
    for c in [1.0, 2.0, 3.0]:
        for i in range(len(x)):
            s += c * x[i] ** c if x[i] > 0 else 0.0
    return s


@pytest.mark.parametrize(("f", "args"), PROGRAMS)
def test_program(f, args):
    check(f, *args)


@pytest.mark.parametrize(("f", "args", "message"), REFUSED)
def test_refused(f, args, message):
    with pytest.raises(SymgradError) as e:
        check(f, *args)
    assert e.value.message.startswith(message)
    assert e.value.lineno
