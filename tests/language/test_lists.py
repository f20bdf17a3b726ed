"""Lists that grow in loops, and comprehensions over arrays of any length."""

import numpy as np
import pytest
from language.checking import check

from symgrad.errors import UnsupportedSyntaxError

X = np.array([0.7, 1.3, 2.1, 3.2, -1.1, 0.4, 0.9])
A = np.random.default_rng(3).normal(size=(4, 5))
B = np.random.default_rng(4).normal(size=(4, 4))
PROGRAMS = []


def program(*args):
    def register(f):
        PROGRAMS.append(pytest.param(f, args, id=f.__name__))
        return f

    return register


@program(A)
def append_sym(a):
    out = []
    for row in a:
        out.append(row * row[0])
    return np.sum(np.array(out) * a)


@program(X)
def append_scalar(x):
    out = []
    s = 0.0
    for v in x:
        s += v * v
        out.append(s)
    return np.array(out) @ x


@program(X)
def comp_sum(x):
    return sum(v * v for v in x) + max([v * 2 for v in x]) + sum([x[i] * i for i in range(len(x))])


@program(X)
def rnn(x):
    h = np.zeros(3)
    hs = [h]
    W = np.outer(x[:3], x[:3])
    for i in range(len(x)):
        hs.append(np.tanh(W @ hs[-1] + x[i]))
    H = np.stack(hs)
    return (H * H).sum() + hs[2][0] + len(hs)


@program(X)
def int_float(x):
    s = 0
    out = []
    for v in x:
        out.append(s)
        s = s + v
    return np.array(out) @ x


@program(X)
def nestlist(x):
    rows = []
    for i in range(len(x)):
        rows.append([x[j] * x[i] for j in range(len(x))])
    return np.sum(np.array(rows) * np.outer(x, x))


@program(A)
def rowsview(a):
    out = [r * 2 for r in a]
    s = 0.0
    for r in out:
        s += r[0]
    return s + np.concatenate(out)[3] + max([r.sum() for r in out])


@program(X)
def mean_list(x):
    sq = [v**2 for v in x]
    return sum(sq) / len(sq) + np.mean(sq) + sq[-1]


@program(X)
def gen(x):
    return np.sqrt(sum((v - x[0]) ** 2 for v in x))


@program(X)
def two_lists(x):
    t = [0.0]
    y = [x[0]]
    for i in range(len(x) - 1):
        t.append(t[-1] + 0.1)
        y.append(y[-1] + 0.1 * (x[i] - y[-1] * t[-1]))
    return np.array(y) @ np.array(t)


@pytest.mark.parametrize(("f", "args"), PROGRAMS)
def test_program(f, args):
    check(f, *args)


def nested(x):
    out = []
    for i in range(len(x)):
        for j in range(len(x)):
            out.append(x[i] * x[j])
    return np.sum(np.array(out) ** 2)


def test_appended_to_in_a_loop_inside_is_never_one_item_a_trip():
    with pytest.raises(UnsupportedSyntaxError):
        check(nested, X)
