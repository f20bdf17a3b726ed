"""Arrays written in place: aliases and views follow, arguments are never changed."""

import numpy as np
import pytest

from symgrad.errors import UnsupportedSyntaxError
from symgrad.frontend.lower import lower
from symgrad.frontend.signature import bind

X = np.array([0.7, 1.3, 2.1, 3.2])
A = np.arange(12.0).reshape(3, 4) + 0.5
GLOBAL = np.ones(4)


def view(x):
    y = x * 1.0
    v = y[0:2]
    v *= 3.0
    return np.sum(y * y)


def alias(x):
    y = x * 1.0
    v = y
    v[0] = 5.0
    return np.sum(y * y)


def rowview(x):
    A = np.zeros((2, 2))
    r = A[1]
    r[0] = x[0] * x[1]
    r[1] = x[2]
    return np.sum(A * A)


def swapdep(x):
    y = x * 1.0
    y[0], y[1] = y[1], y[0] * y[1]
    return np.sum(y * y)


def overlap(x):
    y = x * 1.0
    y[1:] = y[:-1] * 2.0
    return np.sum(y * y)


def gs(x):
    y = x * 1.0
    for _ in range(2):
        for i in range(1, 3):
            y[i] = (y[i - 1] + y[i] * y[i + 1]) * 0.5
    return np.sum(y * y)


def bucket(x):
    y = np.zeros(2)
    for i in range(4):
        y[i % 2] += x[i] * x[i]
    return np.sum(y * y)


def dynprod(x):
    p = 1.0
    n = 0
    while n < 3:
        p *= x[n]
        n += 1
    return p


def argument(x):
    x[0] = 2.0
    x *= 3.0
    return x.sum()


def of_a_helper(x):
    def scale(a):
        a *= 2.0
        a[0] = 0.0

    y = x.copy()
    scale(y)
    return y + x


def copies(x):
    y = x.copy()
    z = np.array(x)
    w = np.copy(y)
    y[0] = 9.0
    z[1] += 1.0
    return y, z, w, x


def at(x):
    y = np.zeros(3)
    np.add.at(y, np.array([0, 1, 1, 2]), x)
    np.add.at(y, [0, 0], 1.0)
    np.subtract.at(y, np.array([2, 2]), x[:2])
    return y


def everything(x):
    y = np.empty(4)
    y[:] = x
    z = np.zeros_like(x)
    z[...] = 2.5
    z[1:3] = y[:2]
    z.fill(0.25)
    y[[0, 1]] = z[0]
    y[y.shape[0] - 1] = 7
    return y * z


def chained(x):
    y = x * 2.0
    v = y[1:]
    w = v[::2]
    w += 1.0
    v[0] = 0.5
    y[3] = 8.0
    return y, v, w


def transposed(a):
    b = a * 1.0
    c = b.T
    c[1, 0] = 100.0
    c[2] += 1.0
    b[2, 3] = -1.0
    return b, c


def reshaped(x):
    y = np.zeros(4)
    m = y.reshape(2, 2)
    m[0, 1] = x[0]
    y[3] = x[1]
    return y, m


def newaxis(x):
    y = x * 1.0
    c = y[:, None]
    c[2, 0] = 5.0
    y[0] = 1.0
    return y, c


def unwritten_reshape(x):
    return x.reshape(2, 2) @ x.reshape((2, -1))


def augmented(a):
    b = a * 1.0
    b[1] += b[0]
    b[:, 0] *= 2
    b[0, 1] -= 3.0
    b[[0, 2], 1] += 1.0
    b[..., 2] /= 2.0
    b **= 2
    return b


def added_through_stale_views(x):
    y = x * 1.0
    v = y[1:]
    i = np.array([0, 2, 1])
    k = i[1:]
    y[0] = 5.0
    i[1] = 1
    v[0] += x[0]
    v[k[0]] -= 2.0
    y[:] += 1.0
    y[1:3] += y[:2]
    return y, v, k * x[0]


def rebinding(x):
    y = x
    y = y + 1.0
    s = t = y.sum()
    s += 1.0
    return y * s * t, x


def in_float32(x):
    y = np.zeros(4, dtype=np.float32)
    y[:] = x
    y += x.astype(np.float32)
    return y


def cast_to_int(x):
    k = np.zeros(4, dtype=int)
    k[0] = 2.9
    k[1:] = x[1:]
    return k * x


PROGRAMS = [
    view, alias, rowview, swapdep, overlap, gs, bucket, dynprod, argument, of_a_helper, copies, at,
    everything, chained, reshaped, newaxis, unwritten_reshape, rebinding,
    added_through_stale_views, in_float32, cast_to_int,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_programs(compare, program):
    compare(program, X)


@pytest.mark.parametrize("program", [transposed, augmented], ids=lambda f: f.__name__)
def test_programs_of_matrices(compare, program):
    compare(program, A)


def refused(f, *args):
    with pytest.raises(UnsupportedSyntaxError) as e:
        lower(f, bind(f, args, {}))
    return e.value


def test_globals_are_not_written():
    def f(x):
        GLOBAL[0] = x
        return x

    e = refused(f, 1.0)
    assert e.message == "GLOBAL is written in place" and (e.lineno, e.col) == (
        f.__code__.co_firstlineno + 1,
        9,
    )


def test_a_reshape_that_may_be_a_copy_is_not_used_after_a_write():
    def f(a):
        b = a * 1.0
        c = b.reshape(-1)
        c[0] = 1.0
        return b

    def g(a):
        b = a * 1.0
        c = b.reshape(-1)
        b[0] = 1.0
        return c.sum()

    assert "view" in refused(f, A).message
    assert "view" in refused(g, A).message


def test_broadcasts_are_read_only():
    def f(x):
        b = np.broadcast_to(x, (2, 4))
        b[0] = 1.0
        return b

    assert "read-only" in refused(f, X).message


def test_integers_in_place_with_floats():
    def f(x):
        k = np.arange(4)
        k *= x
        return k

    assert "int64" in refused(f, X).message


def test_numbers_have_no_elements():
    def f(x):
        y = x.sum()
        y[0] = 1.0
        return y

    assert "element" in refused(f, X).message
