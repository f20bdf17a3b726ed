"""Loops over the positions of several axes, `.flat`, ufuncs that leave elements out, deques."""

import itertools
from collections import defaultdict, deque

import numpy as np
import pytest
from language.checking import check
from language.programs import Programs

import symgrad as sg
from symgrad.errors import UnsupportedSyntaxError

A = np.random.default_rng(6).normal(size=(3, 4))
X = np.array([0.71, 1.33, 0.56, 0.43, 1.12, 0.87, 0.62, 1.41])
PROGRAMS = Programs()
program = PROGRAMS.program


@program(A)
def ndindex_of_a_shape(a):
    E = 0.0
    for i, j in np.ndindex(a.shape):
        E -= a[i, j] * (a[(i + 1) % a.shape[0], j] + a[i, (j + 1) % a.shape[1]])
    return E


@program(A)
def ndenumerate_with_continue(a):
    out = np.zeros_like(a)
    for (i, j), v in np.ndenumerate(a):
        out[i, j] = v * (i + 1) + np.sin(v) * j
        if v > 1.0:
            continue
        out[i, j] *= 2
    return (out**2).sum()


@program(A)
def left_by_break(a):
    s = 0.0
    for idx in np.ndindex(*a.shape):
        if a[idx] > 1.0:
            break
        s += a[idx] * idx[0] + a[idx] ** 2
    else:
        s = s * 2
    return s


@program(A)
def not_left_by_break(a):
    s = 0.0
    for idx in np.ndindex(*a.shape):
        if a[idx] > 100.0:
            break
        s += a[idx] * idx[0] + a[idx] ** 2
    else:
        s = s * 2
    return s


@program(A)
def flat_is_read_and_written(a):
    s = 0.0
    for k, v in enumerate(a.flat):
        s += k * v**2
    b = a.copy()
    b.flat[2] = s * 0.1
    b.flat[5:7] *= 2
    c = b.flat[1:4]
    c[0] = 100.0
    return s + (b**2).sum() + np.sum(c)


@program(A)
def product_of_ranges(a):
    n, m = a.shape
    s = 0.0
    for i, j in itertools.product(range(n), range(m)):
        s += a[i, j] * (i - j)
    for i, di in itertools.product(range(1, n - 1), (-1, 0, 1)):
        s += a[i + di, 0] ** 2 * (di + 2)
    return s + sum(a[i, j] ** 3 for i, j in itertools.product(range(n), range(m)) if i != j)


@program(A)
def comprehension_over_positions(a):
    v = np.array([a[i, j] * j for i, j in np.ndindex(a.shape)])
    return v @ v


@program(A)
def where_of_ufuncs(a):
    out = np.zeros_like(a)
    np.divide(1.0, a, out=out, where=a > 0.2)
    r = np.sqrt(np.abs(a), out=np.ones_like(a), where=np.abs(a) > 0.1)
    np.log(r, out=r, where=r > 0.9)
    return (out * r).sum() + np.sum(a, where=a > 0) + np.max(a, where=a < 1, initial=-10.0)


@program(X)
def combinations(x):
    s = 0.0
    n = len(x)
    for i, j in itertools.combinations(range(n), 2):
        s += abs(x[i] - x[j])
    return s


@program(X)
def grids_in_grids(x):
    B = np.outer(x[:3], x[:3])
    s = 0.0
    for i, j in np.ndindex(3, 3):
        for k, l in np.ndindex(2, 2):
            s += B[i, j] * B[k, l] * (i + l)
    return s


@program(X)
def breadth_first_by_a_deque(x):
    graph = {0: [1, 2], 1: [3], 2: [3, 4], 3: [5], 4: [5], 5: []}
    dist = {0: 0.0}
    queue = deque([0])
    while queue:
        u = queue.popleft()
        for v in graph[u]:
            d = dist[u] + x[u] * x[v]
            if v not in dist:
                dist[v] = d
                queue.append(v)
            else:
                dist[v] = min(dist[v], d)
    return dist[5] + sum(dist.values())


@program(X)
def a_deque_that_loops_fill(x):
    queue = deque()
    s = 0.0
    for v in x:
        queue.append(v)
        if v > 0.8:
            s = s * 0.5 + queue.popleft()
    while queue:
        s = 0.9 * s + queue.popleft()
    return s


@program(X)
def groups_in_a_defaultdict(x):
    groups, total = defaultdict(list), defaultdict(float)
    for name, v in zip("abacbacc", x, strict=True):
        groups[name].append(v)
        total[name] += v * v
    return sum(np.var(groups[name]) * total[name] for name in sorted(groups)) + total["z"]


test_program = PROGRAMS.test()


def test_the_indices_keep_their_names():
    d = sg.value_and_grad(ndindex_of_a_shape, jit=False)
    d(A)
    assert "for i in range(n):" in d.source
    assert "for j in range(m):" in d.source


def test_where_without_out_is_refused():
    with pytest.raises(UnsupportedSyntaxError, match="without `out=`") as e:
        check(lambda x: np.sum(np.sqrt(x, where=x > 0.5)), X)
    assert "uninitialised" in e.value.why
