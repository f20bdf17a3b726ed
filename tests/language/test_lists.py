"""Lists that grow in loops, and comprehensions over arrays of any length."""

import numpy as np
import pytest
from language.checking import check

import symgrad as sg
from symgrad.errors import UnsupportedSyntaxError

X = np.array([0.7, 1.3, 2.1, 3.2, -1.1, 0.4, 0.9])
A = np.random.default_rng(3).normal(size=(4, 5))
B = np.random.default_rng(4).normal(size=(4, 4))
PROGRAMS = []


def fin(y):
    return (y * np.sin(np.arange(1.0, 1 + y.size)).reshape(y.shape) * y).sum()


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
def comp_cond(x):
    return sum([v * v for v in x if v > 0])


@program(X)
def comp_cond_arr(x):
    out = np.array([v * v for v in x if v > 0.5])
    return np.sum(out * out)


@program(X)
def gen_cond(x):
    return sum(v * v for v in x if v > 0)


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
def plus_eq_list(x):
    out = []
    for v in x:
        out += [v, v * v]
    return np.sum(np.array(out) ** 2)


@program(X)
def extend_list(x):
    out = []
    for v in x:
        out.extend([v, v * v])
    return np.sum(np.array(out) ** 2)


@program(X)
def pop_queue(x):
    q = [x[0]]
    s = 0.0
    for i in range(1, len(x)):
        q.append(x[i] * s)
        v = q.pop(0)
        s = s + v * v
    return s


@program(X)
def pop_stack(x):
    q = []
    for v in x:
        q.append(v * v)
    s = 0.0
    while q:
        s = s * 0.5 + q.pop()
    return s


@program(X)
def mm1_queue(x):
    # arrivals / services of a queue
    n = len(x)
    finish = [0.0]
    wait = 0.0
    t = 0.0
    for i in range(n):
        t = t + abs(x[i])
        start = max(t, finish[-1])
        wait = wait + (start - t)
        finish.append(start + abs(x[n - 1 - i]) * 1.5)
    return wait / n


@program(X)
def index_assign_list(x):
    out = []
    for v in x:
        out.append(v)
    out[0] = out[1] * out[2]
    return sum(out)


@program(X)
def nested_comp(x):
    return sum([a * b for a in x for b in x])


@program(X)
def nested_comp2(x):
    return np.sum(np.array([[a * b for a in x] for b in x]) ** 2)


@program(X)
def comp_ifelse(x):
    return sum([v if v > 0 else -2 * v for v in x])


@program(X)
def any_all(x):
    if any(v < -1 for v in x) and all(v < 5 for v in x):
        return x[0] * x[1]
    return x[2]


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
def list_slice(x):
    out = []
    for v in x:
        out.append(v * v)
    return sum(out[1:-1]) + sum(out[::2])


@program(X)
def list_reverse(x):
    out = []
    for v in x:
        out.append(v * v)
    out = out[::-1]
    return np.array(out) @ x


@program(X)
def if_list(x):
    out = []
    for v in x:
        if v > 0.8:
            out.append(v * v)
    if out:
        return out[0]
    return x[0]


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
def mutated_item_copy(x):
    v = np.zeros(2)
    out = []
    for k in range(len(x)):
        v[0] = x[k]
        out.append(v.copy())
    return np.sum(np.array(out) ** 2)


@program(X)
def in_tuple(x):
    a = []
    t = (a, 1.0)
    for v in x:
        a.append(v * v)
    return sum(t[0]) * t[1]


@program(X)
def in_nested(x):
    a = []
    L = [a, [2.0]]
    for v in x:
        a.append(v * v)
    return sum(L[0]) + L[1][0]


@program(X)
def in_nested_iter(x):
    a = []
    L = [a, [2.0]]
    for v in x:
        a.append(v * v)
    s = x[0]
    for l in L:
        s += sum(l)
    return s


@program(X)
def unpack_nested(x):
    a = []
    t = (a, 1.0)
    for v in x:
        a.append(v * v)
    b, c = t
    return sum(b) * c


@program(X)
def np_nested(x):
    a = []
    b = []
    for v in x:
        a.append(v * v)
        b.append(v)
    return np.sum(np.array([a, b]) ** 2)


@program(X)
def closure_list(x):
    a = []

    def add(v):
        a.append(v * v)

    for v in x:
        add(v)
    return sum(a)


@program(X)
def default_list(x):
    a = []

    def get(h=a):
        return sum(h)

    for v in x:
        a.append(v * v)
    return get()


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
def comp_filter2(x):
    n = [i for i in range(len(x)) if x[i] > 0.8]
    s = 0.0
    for i in n:
        s += x[i] ** 2
    return s


@program(X)
def comp_rows_filter(x):
    a = np.outer(x, x)
    r = [row * 2 for row in a if row[0] > 0]
    return np.sum(np.array(r) ** 2)


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
def rowsreplace(x):
    a = []
    for v in x:
        a.append(v * v)
    for i in range(len(a)):
        a[i] = a[i] * x[0]
    return sum(a)


@program(X)
def len_in(x):
    a = []
    s = 0.0
    for v in x:
        s += v * len(a)
        a.append(v)
    return s


@program(X)
def prev_item(x):
    a = [x[0]]
    for i in range(1, len(x)):
        a.append(a[i - 1] * 0.5 + x[i])
    return sum(a)


@program(X)
def dp(x):
    best = [0.0] * (len(x) + 1)
    for i in range(1, len(x) + 1):
        best[i] = max(best[i - 1], best[i - 2] + x[i - 1]) if i >= 2 else max(best[i - 1], x[i - 1])
    return best[-1]


@program(X)
def bool_list(x):
    a = []
    for v in x:
        a.append(v > 0.8)
    return x[np.array(a)].sum()


@program(X)
def list_alias(x):
    a = [1.0]
    b = a
    for v in x:
        a.append(v)
    return sum(b)


@program(X)
def list_alias2(x):
    a = b = []
    for v in x:
        a.append(v)
    return sum(b) + x[0]


@program(X)
def list_alias3(x):
    d = {"h": []}
    h = d["h"]
    for v in x:
        h.append(v * v)
    return sum(d["h"]) + x[0]


@program(X)
def list_alias4(x):
    a = []
    for v in x:
        b = a
        a.append(v)
    return sum(b)


@program(X)
def list_copy_in_loop(x):
    a = []
    s = 0.0
    for v in x:
        s += sum(a)
        a.append(v)
    return s


@program(X)
def view_list_item(x):
    a = []
    for v in x:
        a.append(np.array([v, v * v]))
    a[0][1] = 5 * x[0]
    return fin(np.array(a))


@refused("this array is read-only", X)
def view_list_item2(x):
    a = []
    for v in x:
        a.append(np.array([v, v * v]))
    for r in a:
        r *= 2
    return fin(np.array(a))


@program(X)
def list_of_lists_add(x):
    rows = []
    for i in range(len(x)):
        rows.append([v * i for v in x])
    t = rows[0] + rows[1]
    return sum(t)


@refused("a list is changed while a loop runs over it", X)
def iter_append_static(x):
    q = [x[0], x[1]]
    for v in q:
        if len(q) < 5:
            q.append(v * 2)
    return sum(q)


@refused("a list is changed while a loop runs over it", X)
def iter_append_rows(x):
    q = []
    for v in x:
        q.append(v)
    for v in q:
        if len(q) < 9:
            q.append(v * 2)
    return sum(q)


@refused("one list is appended in every trip", X)
def frozen1(x):
    rows = []
    row = [0.0, 1.0]
    for v in x:
        row[0] = v
        rows.append(row)
    return np.sum(np.array(rows))


@refused("a list is changed after it became an item of another", X)
def frozen2(x):
    rows = []
    for v in x:
        row = [0.0, 1.0]
        rows.append(row)
        row[0] = v
    return np.sum(np.array(rows))


@refused("a list is changed in a loop", X)
def frozen3(x):
    rows = []
    for v in x:
        row = []
        rows.append(row)
        for w in x:
            row.append(w * v)
    return np.sum(np.array(rows))


@refused("a list is changed in a loop", A)
def ragged_rows(a):
    r = []
    for i in range(a.shape[0]):
        r.append(a[i, : i + 1])
    return sum([q.sum() for q in r])


@refused("pop() from a list of arrays", X)
def pop_view(x):
    a = []
    for v in x:
        a.append(x * v)
    b = a.pop()
    return b.sum()


@refused("a list grows in a loop whose number of trips", X)
def while_data_append(x):
    out = [x[0]]
    while out[-1] < 100.0:
        out.append(out[-1] * 2 + x[1])
    return sum(out)


@refused("a list is changed in a loop", X)
def tuple_items(x):
    pts = []
    for v in x:
        pts.append((v, v * v))
    s = 0.0
    for a, b in pts:
        s += a * b
    return s


@refused("what out holds is not known", X)
def mutated_item(x):
    v = np.zeros(2)
    out = []
    for k in range(len(x)):
        v[0] = x[k]
        out.append(v)
    return np.sum(np.array(out) ** 2)


@pytest.mark.parametrize(("f", "args"), PROGRAMS)
def test_program(f, args):
    check(f, *args)


@pytest.mark.parametrize(("f", "args", "message"), REFUSED)
def test_refused(f, args, message):
    with pytest.raises(UnsupportedSyntaxError) as e:
        check(f, *args)
    assert e.value.message.startswith(message)
    assert e.value.lineno


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
