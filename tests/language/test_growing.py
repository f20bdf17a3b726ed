"""Lists that a `while` fills, lists of tuples, and lists that grow and shrink on the ways of a branch."""

import numpy as np
import pytest
from language.programs import Programs

import symgrad as sg

X = np.array([0.71, 1.33, 0.56, 0.43, 1.12, 0.87])
PROGRAMS = Programs()
program, refused = PROGRAMS.program, PROGRAMS.refused


# -- lists of tuples: an array for each place ---------------------------------------------------------------


@program(X)
def tuples(x):
    pts = []
    for v in x:
        pts.append((v, v * v))
    s = 0.0
    for a, b in pts:
        s += a * b
    return s + pts[-1][1] * pts[0][0] + len(pts)


@program(X)
def tuples_unzipped(x):
    pts = [(0.0, 1.0)]
    t = 0.0
    for v in x:
        if v > 0.5:
            t = t + 0.1
            pts.append((t, v + pts[-1][1]))
    ts, vs = zip(*pts, strict=True)
    arr = np.array(pts)
    return np.trapezoid(vs, ts) if len(ts) > 1 else arr.sum()


@program(X)
def tuples_with_arrays(x):
    st = []
    h = np.zeros(3)
    for i, v in enumerate(x):
        h = np.tanh(h + v)
        st.append((i, h, np.sum(h)))
    A = np.array([hh for _, hh, _ in st])
    return sum(i * s for i, hh, s in st) + A[2, 1] * sum(h2[0] for _, h2, _ in st)


@program(X)
def tuples_as_a_matrix(x):
    edges = []
    n = len(x)
    for i in range(n):
        for j in range(i + 1, n):
            edges.append((x[i], x[j], abs(x[i] - x[j])))
    E = np.array(edges)
    return (E[:, 0] * E[:, 2]).sum() + E[3] @ E[4]


@program(X)
def tuples_in_tuples(x):
    q = []
    for v in x:
        q.append((v, (v * 2, np.sin(v))))
    out = 0.0
    for a, (b, c) in reversed(q):
        out = out * 0.5 + a * b - c
    for k, (_, (_, c)) in enumerate(q):
        out += k * c
    return out


@program(X)
def stack_of_tuples(x):
    stack = [(x[0], 1)]
    for v in x:
        top, cnt = stack[-1]
        if v < top:
            stack.pop()
            stack.append((top - v, cnt + 1))
        else:
            stack.append((v, cnt))
    s = 0.0
    for a, c in stack:
        s += a * c
    return s


@program(X)
def merged_intervals(x):
    merged = []
    for k in range(len(x)):
        lo, hi = x[k], x[k] + 0.2 * k
        if merged and lo <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], hi))
        else:
            merged.append((lo, hi))
    return sum((b - a) ** 2 for a, b in merged)


@program(X)
def selected_pairs(x):
    pairs = [(a, b) for a, b in zip(x, x[::-1], strict=True) if a > 0.4]
    return sum(p[0] * p[1] ** 2 for p in pairs)


@program(X)
def integers_that_become_floats(x):
    q = [(0, 0)]
    for i, v in enumerate(x):
        q.append((i, v * q[-1][1] + v))
    return sum(a * b for a, b in q)


@program(X)
def extended_by_tuples(x):
    q = []
    for v in x:
        q += [(v, 1.0), (v**2, 2.0)]
    c = q[1:3]
    return sum(a * b for a, b in q[::2]) + c[0][0] + np.asarray(q).sum()


# -- lists that grow as long as the data say ----------------------------------------------------------------


@program(X, 3.0)
def while_appends(x, limit):
    out = []
    t = 0.0
    while t < limit:
        t += 0.3 + x[0] * 0.1
        out.append(np.sin(t) * x[1])
    return sum(out) + t


@program(X, 3.0)
def while_reads_the_last(x, limit):
    ys = [x[0]]
    t, k = 0.0, 0
    while t < limit:
        h = 0.3 + 0.1 * abs(np.sin(ys[-1]))
        t += h
        ys.append(ys[-1] + h * x[k % 6])
        k += 1
        if ys[-1] > 5:
            break
    return np.array(ys) @ np.array(ys) + len(ys)


@program(X, 3.0)
def tuples_from_while_true(x, limit):
    hist = []
    y = x.copy()
    t = 0.0
    while True:
        t += 0.5 + 0.1 * y[0]
        y = y + 0.1 * np.sin(y) * t
        hist.append((t, y))
        if t > limit:
            break
    T = np.array([a for a, _ in hist])
    Y = np.stack([b for _, b in hist])
    return (T[:, None] * Y**2).sum()


@program(X)
def monotonic_stack(x):
    stack = [x[0]]
    i = 1
    while i < len(x):
        while stack and stack[-1] > x[i]:
            stack.pop()
        stack.append(x[i] * 1.5)
        i += 1
    s = 0.0
    for v in stack:
        s += v * v
    return s


@program(X)
def queue_that_feeds_itself(x):
    queue = [x[0]]
    k = 0
    total = 0.0
    while k < len(queue) and k < 12:
        v = queue[k]
        k += 1
        total += v
        if v > 0.4:
            queue.append(v * 0.5)
            queue.append(v * 0.3 + 0.1)
    return total + len(queue)


@program(X, 2.0)
def a_list_for_each_trip(x, lim):
    s = 0.0
    for v in x:
        path = [v]
        while path[-1] < lim:
            path.append(path[-1] * 1.5 + 0.1)
        s += np.mean(np.array(path)) + path[0] * path[-1]
    return s


@program(X, 2.0)
def while_reads_the_whole_list(x, lim):
    # window of the list read as a whole
    p = [x[0]]
    while p[-1] < lim:
        p.append(0.2 + 1.3 * sum(p) / len(p))
    return np.array(p) @ np.array(p)


@program(X, 3.0)
def two_lists_in_step(x, limit):
    ts, ys = [0.0], [x[0]]
    t, k = 0.0, 0
    while t < limit:
        h = 0.3 + 0.1 * abs(np.sin(ys[-1]))
        t += h
        if ys[-1] > 0.9:
            ts.append(t)
            ys.append(ys[-1] * 0.9 + h * x[k % 6])
        else:
            ts.append(t * 0.5)
            ys.append(ys[-1] + h * x[k % 6])
        k += 1
    ts, ys = np.array(ts), np.array(ys)
    return np.sum(0.5 * np.diff(ts) * (ys[1:] + ys[:-1]))


@program(X)
def two_lists_on_one_condition(x):
    a, b = [], []
    for i in range(3):
        for v in x:
            if v > 0.5 + 0.2 * i:
                a.append(v)
                b.append(v * v)
    return np.array(a) @ np.array(b)


@program(X)
def two_lists_on_two_conditions(x):
    a, b = [], []
    for v in x:
        if v > 0.5:
            a.append(v)
        if v > 0.6:
            b.append(v * v)
    return sum(a) * sum(b) + len(a) - len(b)


@program(X)
def popped_on_one_way_and_longer_on_the_other(x):
    stack = [x[0]]
    for v in x:
        top = stack[-1]
        if v < top:
            stack.pop()
            stack.append(top - v)
        else:
            stack.append(v)
    return sum(stack)


@program(X)
def a_tuple_put_in_place_of_another(x):
    q = []
    for v in x:
        q.append((v, 1.0))
    q[2] = (x[0] * x[1], x[2])
    return sum(a * b * b for a, b in q)


@program(X, 40.0)
def the_list_of_a_helper(x, limit):
    def path(v):
        out = [(v, 0)]
        while out[-1][0] < limit:
            out.append((out[-1][0] * (1.5 + v), len(out)))
        return out

    p = path(x[0])
    return sum(a * k for a, k in p) + path(x[1])[1][0]


@refused("a list is changed in a loop", X)
def tuples_of_different_kinds(x):
    q = []
    for v in x:
        q.append((v, v))
        q.append((v, (v, v)))
    return q[0][0]


@refused("a list is changed in a loop", X)
def tuples_with_lists(x):
    q = []
    for v in x:
        q.append((v, [v, v]))
    return q[0][0]


@program(X)
def snapshots_of_a_dict(x):
    state = {"at": x[:3].copy(), "n": 0.0}
    snaps = []
    for v in x:
        state["at"] += v
        state["n"] += v * v
        snaps.append((state["at"].copy(), state["n"]))
    return sum(p[0] * n for p, n in snaps) + np.sum(state["at"])


@refused("what q holds is not known here", X)
def the_array_in_a_tuple_is_written(x):
    q = []
    for v in x:
        u = x * v
        q.append((u, 1.0))
        u[0] = 5.0
    return sum(np.sum(u) * w for u, w in q)


test_program, test_refused = PROGRAMS.tests()


def test_lists_that_grow_in_step_share_one_count():
    d = sg.grad(two_lists_in_step, jit=False)
    d(X, 3.0)
    assert "ts = push(ts, n_ts, " in d.source
    assert "ys = push(ys, n_ts, " in d.source
    assert "n_ys" not in d.source


@pytest.mark.parametrize(("f", "args"), [(while_reads_the_whole_list, (X, 2.0)), (stack_of_tuples, (X,))])
def test_kernels(f, args):
    value, gradient = sg.value_and_grad(f)(*args)
    expected = sg.value_and_grad(f, jit=False)(*args)
    np.testing.assert_allclose(value, f(*args), rtol=1e-12)
    np.testing.assert_allclose(gradient, expected[1], rtol=1e-12, atol=1e-13)
