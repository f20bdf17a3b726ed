"""Arrays with several names, names that the data decide: followed where Python is clear, else refused."""

# ruff: noqa: B007 (programs as people write them)

import numpy as np
import pytest
from language.checking import lowered_for
from language.programs import Programs, X

from symgrad.errors import SymgradError

PROGRAMS = Programs()
program, refused = PROGRAMS.program, PROGRAMS.refused


@refused("a is written in a loop, and may be the same array as b", X)
def alias_assign_write(x):
    a = x * 1.0
    b = x * 2.0
    for i in range(len(x)):
        a[i] = b[0] * 0.5
        a = b
    return a.sum() + b.sum()


@refused("what w holds is not known here", X)
def stale_outer(x):
    u = x * 1.0
    v = x * 2.0
    w = u
    for i in range(3):
        u[0] += 1.0 * x[i]
        u, v = v, u
    return w.sum()


@refused("what a holds is not known here", X)
def cond_alias_write(x):
    a = x * 1.0
    b = x * 2.0
    y = a if x[0] > 0 else b
    y[0] = 10.0
    return a.sum()


@refused("what y holds is not known here", X)
def cond_alias_write2(x):
    a = x * 1.0
    if x[0] > 0:
        y = a
    else:
        y = a * 2
    a[0] = 100.0 * x[1]
    return y.sum()


@refused("what a holds is not known here", X)
def cond_same_alias(x):
    a = x * 1.0
    if x[0] > 0:
        y = a
    else:
        y = a
    y[0] = 5.0 * x[1]
    return a.sum()


@refused("what a holds is not known here", X)
def return_alias(x):
    def pick(a, b):
        for i in range(len(x)):
            if x[i] > 2:
                return a
        return b

    a = x * 1.0
    b = x * 3.0
    y = pick(a, b)
    y[0] = 7.0
    return a.sum()


@refused("r is written in a loop, and may be the same array as A", X)
def row_carried(x):
    A = np.outer(x, x)
    r = A[0]
    for i in range(1, len(x)):
        r[0] += A[i, 0]
        r = A[i]
    return A.sum() + r.sum()


@program(X)
def param_write(x):
    for i in range(len(x)):
        x[i] = x[i] * x[i]
    return x.sum()


@program(X)
def view_before(x):
    y = x * 1.0
    v = y[2:5]
    if x[0] > 0:
        y[3] = 4.0 * x[0]
    else:
        v[0] = 1.0
    return v.sum() * y.sum()


@refused("what y holds is not known here", X)
def view_rebound_in_branch(x):
    y = np.outer(x, x)
    if x[0] > 0:
        v = y[0]
    else:
        v = y[1]
    v[0] = 3.0
    return y.sum()


@program(X)
def loop_var_shadow(x):
    i = 5
    for i in range(3):
        pass
    return x[i]


@refused("what b holds is not known here", X)
def two_names_fresh(x):
    for i in range(3):
        a = b = x * i
    a[0] = 5.0
    return b.sum()


@program(X)
def closure_late(x):
    s = 1.0

    def f(v):
        return v * s

    t = 0.0
    for i in range(len(x)):
        s = s + x[i]
        t += f(x[i])
    return t


@program(X)
def list_in_loop(x):
    l = [0.0, 0.0]
    for i in range(len(x)):
        l[0] = l[0] + x[i]
    return l[0]


@program(X)
def dict_in_loop(x):
    d = {"s": 0.0}
    for v in x:
        d["s"] = d["s"] + v * v
    return d["s"]


@program(X)
def list_cond(x):
    l = [x[0]]
    if x[1] > 0:
        l.append(x[1])
    return sum(l)


@program(X)
def iter_mutated(x):
    y = x * 1.0
    for i, v in enumerate(y):
        y[-1] = v
        if i + 1 < len(y):
            y[i + 1] += v
    return y @ x


@program(X)
def range_bound_changes(x):
    n = len(x)
    s = 0.0
    for i in range(n):
        n = n - 1
        s += x[i]
        if i >= n:
            break
    return s * n


@program(X)
def zero_trip_defined(x):
    s = x[0]
    for i in range(int(x[4])):
        s *= 2
    for i in range(5, 2):
        s = 0.0
    return s


@program(X)
def neg_index_run(x):
    s = 0.0
    for i in range(len(x)):
        s += x[-i] * x[i - 3]
    return s


@program(X)
def int_div_index(x):
    s = 0.0
    for i in range(2 * len(x)):
        s += x[i // 2] * (1 if i % 2 == 0 else 0.5)
    return s


@program(X)
def bool_accum(x):
    any_neg = False
    for v in x:
        any_neg = any_neg or v < 0
    return x[0] if any_neg else x[1]


@program(X)
def nested_break_outer(x):
    s = 0.0
    done = False
    for i in range(len(x)):
        for j in range(len(x)):
            s += x[i] * x[j]
            if s > 5:
                done = True
                break
        if done:
            break
    return s + i


@program(X)
def while_shape(x):
    y = x * 1.0
    while len(y) > 2:
        y = y[1:] * 2
    return y.sum()


@program(X)
def copy_alias(x):
    a = x * 1.0
    b = a.copy()
    for i in range(len(x)):
        a[i] = 0.5 * b[i] + a[i - 1]
    return (a * b).sum()


@refused("this choice has no type", X)
def ternary_none(x):
    s = 0.0
    for i in range(len(x)):
        prev = x[i - 1] if i > 0 else None
        if prev is not None:
            s += prev * x[i]
    return s


@program(X)
def aug_alias(x):
    a = x * 1.0
    b = a
    for i in range(3):
        a += x[i]
    return b.sum()


@program(X)
def aug_rebind(x):
    a = x * 1.0
    b = a
    for i in range(3):
        a = a + x[i]
    return b.sum() + a.sum()


@program(X)
def swap_views(x):
    A = np.outer(x, x)
    for i in range(3):
        A[[0, 1]] = A[[1, 0]]
        A[0], A[1] = A[1] * 2, A[0].copy()
    return A[0].sum()


@program(X)
def swap_views_bug(x):
    A = np.outer(x, x)
    for i in range(3):
        A[0], A[1] = A[1], A[0]
    return A[0].sum() + 2 * A[1].sum()


@program(X)
def retval_view(x):
    def first(a):
        return a[:3]

    y = x * 1.0
    for i in range(4):
        v = first(y)
        v *= 1.1
    return y.sum()


@program(X)
def del_name(x):
    s = 0.0
    for v in x:
        t = v * v
        s += t
        del t
    return s


@program(X)
def early_none(x):
    def find(a):
        for i in range(len(a)):
            if a[i] > 2:
                return i
        return -1

    k = find(x)
    return x[k] * x[0]


@program(X)
def while_cond_call(x):
    def err(a):
        return abs(a * a - x[0])

    g = 1.0
    while err(g) > 1e-9:
        g = 0.5 * (g + x[0] / g)
    return g


@program(X)
def mutual_swap3(x):
    a, b, c = x * 1.0, x * 2.0, x * 3.0
    for i in range(len(x)):
        a[0] = b[0] + c[1]
        a, b, c = b, c, a
    return a[0] + 2 * b[0] + 3 * c[0]


@refused("what out holds is not known here", X)
def appended_and_written(x):
    y = x * 1.0
    out = []
    for i in range(len(x)):
        y[0] = 1.0 * i * x[i]
        out.append(y)
    return np.array(out).sum()


@refused("what out holds is not known here", X)
def written_after_append(x):
    out = []
    for i in range(len(x)):
        y = x * x[i]
        out.append(y)
        y[0] = 5.0
    return np.array(out).sum()


@refused("y is written in a loop, and may be the same array as out", X)
def written_in_the_next_trip(x):
    y = x * 1.0
    out = []
    for i in range(len(x)):
        y += 1.0
        y = y * x[i]
        out.append(y)
    return np.array(out).sum()


test_program = PROGRAMS.test()


@pytest.mark.parametrize(("f", "args", "message"), PROGRAMS.refusals)
def test_refused(f, args, message):
    with pytest.raises(SymgradError) as e:
        lowered_for(f, *args)
    assert e.value.message.startswith(message)
    assert e.value.lineno and e.value.why and e.value.instead
