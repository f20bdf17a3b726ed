"""Lists as objects: aliases, items, stacks and queues, lists in lists; what the data decide is refused."""

import numpy as np
from language.programs import A, Programs, X, weighted

PROGRAMS = Programs()
program, refused = PROGRAMS.program, PROGRAMS.refused


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
    return weighted(np.array(a))


@refused("this array is read-only", X)
def view_list_item2(x):
    a = []
    for v in x:
        a.append(np.array([v, v * v]))
    for r in a:
        r *= 2
    return weighted(np.array(a))


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


@refused("what out holds is not known", X)
def mutated_item(x):
    v = np.zeros(2)
    out = []
    for k in range(len(x)):
        v[0] = x[k]
        out.append(v)
    return np.sum(np.array(out) ** 2)


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


test_program, test_refused = PROGRAMS.tests()
