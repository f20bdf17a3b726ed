"""Lists that grow in loops: by every trip, under conditions, in nested loops."""

import numpy as np
import pytest
from language.programs import A, Programs, X

import symgrad as sg

PROGRAMS = Programs()
program = PROGRAMS.program


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
def two_lists(x):
    t = [0.0]
    y = [x[0]]
    for i in range(len(x) - 1):
        t.append(t[-1] + 0.1)
        y.append(y[-1] + 0.1 * (x[i] - y[-1] * t[-1]))
    return np.array(y) @ np.array(t)


@program(X)
def cond_append(x):
    out = []
    for v in x:
        if v > 0:
            out.append(v * v)
    return np.sum(np.array(out)) + len(out)


@program(X)
def cond_append_sum(x):
    out = []
    for v in x:
        if v > 0.5:
            out.append(v * v)
    return sum(out) * out[0] - out[-1]


@program(X)
def nested_append(x):
    out = []
    for i in range(len(x)):
        for j in range(len(x)):
            out.append(x[i] * x[j])
    return np.sum(np.array(out) ** 2)


@program(X)
def tri_append(x):
    out = []
    for i in range(len(x)):
        for j in range(i):
            out.append(x[i] - x[j])
    return np.sum(np.array(out) ** 2) / len(out)


@program(X)
def append_two(x):
    out = []
    for v in x:
        out.append(v)
        out.append(v * v)
    return np.sum(np.array(out) ** 2)


@program(X)
def append_both_branches(x):
    out = []
    for v in x:
        if v > 0:
            out.append(v)
        else:
            out.append(-v * v)
    return np.array(out) @ x


@program(X)
def append_continue(x):
    out = []
    for v in x:
        if v < 0:
            continue
        out.append(np.sqrt(v))
    return np.array(out).sum()


@program(X)
def append_break(x):
    out = []
    for v in x:
        if v > 3:
            break
        out.append(v * v)
    return np.array(out).sum() + len(out)


@program(A)
def vstack_rows(a):
    rows = []
    for r in a:
        rows.append(r / np.sum(r * r))
    return np.sum(np.vstack(rows)[1:] ** 2)


@program(X)
def append_then_loop(x):
    out = []
    for v in x:
        out.append(v * v)
    s = 0.0
    for i in range(len(out)):
        s += out[i] * i
    for o in out:
        s += o
    for i, o in enumerate(out):
        s += i * o
    for o, v in zip(out, x, strict=True):
        s += o * v
    return s


@program(X)
def append_fn(x):
    def f(lst, v):
        lst.append(v * v)

    out = []
    for v in x:
        f(out, v)
    return sum(out)


@program(X)
def list_in_list(x):
    rows = []
    for i in range(len(x)):
        row = []
        for j in range(len(x)):
            row.append(x[i] * x[j])
        rows.append(row)
    return np.sum(np.array(rows) ** 3)


@program(X)
def cond_else_append(x):
    a = []
    b = []
    for v in x:
        if v > 0.8:
            a.append(v)
        else:
            b.append(v * v)
    return sum(a) * sum(b) + len(a) * x[0]


@program(X)
def append_after(x):
    a = []
    for v in x:
        a.append(v * v)
    a.append(x[0])
    a.append(5.0)
    return np.sum(np.array(a) ** 2) + a[-1] + a[7]


@program(X)
def append_after_cond(x):
    a = []
    for v in x:
        if v > 0.8:
            a.append(v * v)
    a.append(x[0] * 3)
    return np.sum(np.array(a) ** 2) + a[-1] + a[0]


@program(X)
def two_loops(x):
    a = []
    for v in x:
        a.append(v * v)
    for v in x:
        a.append(v)
    return np.sum(np.array(a) ** 2 * np.arange(14))


@program(X)
def two_loops_cond(x):
    a = []
    for v in x:
        if v > 0.8:
            a.append(v * v)
    for v in x:
        if v < 0.8:
            a.append(v)
    return np.sum(np.array(a) ** 3) + a[0]


@program(X)
def break_append(x):
    a = [x[0]]
    for v in x[1:]:
        if v < 0:
            break
        a.append(a[-1] * v)
    return a[-1] * len(a)


@program(X)
def return_in(x):
    a = []
    for v in x:
        a.append(v)
        if len(a) == 3:
            return sum(a) ** 2
    return 0.0


@program(X)
def stack_depth(x):
    st = []
    s = 0.0
    for v in x:
        st.append(v)
        if v < 0:
            s += st.pop() * st.pop()
    return s + sum(st)


@program(X)
def queue_real(x):
    q = []
    s = 0.0
    for i in range(len(x)):
        q.append(x[i])
        if i % 2 == 1:
            s = s * 0.9 + q.pop(0)
    while len(q) > 0:
        s += q.pop(0) ** 2
    return s


@program(X)
def in_branch_loop(x):
    a = []
    if x[1] > 0:
        for v in x:
            a.append(v * v)
    return sum(a) + x[0]


@program(X)
def in_branch_loop_inner(x):
    s = x[0]
    if x[1] > 0:
        a = []
        for v in x:
            a.append(v * v)
        s += sum(a) * a[2]
    return s


@program(X)
def while_outer(x):
    s = x[0]
    while s < 50:
        a = []
        for v in x:
            a.append(v * s)
        s += abs(sum(a))
    return s


@program(X)
def step2(x):
    a = []
    for i in range(0, len(x), 2):
        a.append(x[i] ** 2)
    return sum(a) * a[1]


@program(X)
def int_list(x):
    idx = []
    for i in range(len(x)):
        idx.append((i * 3) % 7)
    return (x[idx] * x).sum()


@program(X)
def list_max_cond(x):
    a = []
    for v in x:
        if v > 0.8:
            a.append(v * v)
    return max(a) - min(a) + np.mean(a)


@program(X)
def dp(x):
    best = [0.0] * (len(x) + 1)
    for i in range(1, len(x) + 1):
        best[i] = max(best[i - 1], best[i - 2] + x[i - 1]) if i >= 2 else max(best[i - 1], x[i - 1])
    return best[-1]


test_program = PROGRAMS.test()


KERNELS = [cond_append, nested_append, tri_append, queue_real, stack_depth, list_in_list, dp, two_loops_cond]


@pytest.mark.parametrize("f", KERNELS)
def test_kernels(f):
    value, gradient = sg.value_and_grad(f)(X)
    expected = sg.value_and_grad(f, jit=False)(X)
    np.testing.assert_allclose(value, f(X), rtol=1e-12)
    np.testing.assert_allclose(gradient, expected[1], rtol=1e-12, atol=1e-13)


def test_a_list_of_the_items_that_a_condition_selects_is_counted_beside_its_array():
    d = sg.grad(cond_append, jit=False)
    d(X)
    assert "out[n_out] = v * v" in d.source
    assert "n_out += 1" in d.source


def test_a_list_that_every_trip_appends_to_has_a_length_of_the_sizes():
    d = sg.grad(nested_append, jit=False)
    d(X)
    assert "np.zeros(n * n)" in d.source or "np.zeros(n ** 2)" in d.source
    assert "n_out" not in d.source
