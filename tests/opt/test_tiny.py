"""Tiny arrays in scalars: the same numbers as with the arrays, and no array left in the text."""

import re

import numpy as np
import pytest
from backends.helpers import gradients

import symgrad as sg
from symgrad.ir.switch import without


def attraction(pos, mass):
    energy = 0.0
    acc = np.zeros((pos.shape[0], 3))
    for i in range(pos.shape[0]):
        a = np.zeros(3)
        for j in range(pos.shape[0]):
            if i != j:
                d = pos[j] - pos[i]
                r = np.sqrt(d[0] ** 2 + d[1] ** 2 + d[2] ** 2 + 0.1)
                a += mass[j] * d / r**3
        acc[i] = a
        energy += np.dot(a, a)
    return energy + np.sum(acc * pos)


def rotation(rot, points):
    angle = np.sqrt(np.dot(rot, rot))
    k = rot / angle
    cross = np.array([[0.0, -k[2], k[1]], [k[2], 0.0, -k[0]], [-k[1], k[0], 0.0]])
    turn = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * (cross @ cross)
    error = 0.0
    for i in range(points.shape[0]):
        p = turn @ points[i]
        q = np.array([p[0] / (p[2] + 5.0), p[1] / (p[2] + 5.0)])
        error += np.linalg.norm(q) + np.max(q * q) + np.prod(q + 1.0) + np.cumsum(q)[1]
    return error


def lorenz(y0, p, n):
    y = y0.copy()
    for _ in range(n):
        k1 = np.array([p[0] * (y[1] - y[0]), y[0] * (p[1] - y[2]) - y[1], y[0] * y[1] - p[2] * y[2]])
        m = y + 0.005 * k1
        k2 = np.array([p[0] * (m[1] - m[0]), m[0] * (p[1] - m[2]) - m[1], m[0] * m[1] - p[2] * m[2]])
        y = y + 0.01 * k2
    return np.sum(y * np.array([1.0, 2.0, 3.0]))


def short_loops(x):
    s = 0.0
    for i in range(x.shape[0]):
        v = np.zeros(3)
        for k in range(3):
            v[k] = x[i, k] ** 2
        for k in range(3):
            for m in range(k, 3):
                s += v[k] * v[m] * (1.0 + (k == m))
    return s


def by_run_time_index(x, w):
    table = np.zeros((2, 2))
    s = 0.0
    for i in range(x.shape[0]):
        c = np.array([x[i], 1 - x[i]])
        table = table * 0.5 + np.outer(c, c)
        if x[i] > 0:
            table[i % 2, 0] += w[i % 2]
        s += np.linalg.norm(c) + table[0, 1] * np.max(c) + table.sum()
    return s


def leaves_as_an_array(x):
    state = np.array([x[0], x[1]])
    k = 0
    while state[0] ** 2 + state[1] ** 2 < 50.0 and k < 20:
        state = np.array([1.2 * state[0] - 0.3 * state[1], 0.3 * state[0] + 1.2 * state[1]])
        k += 1
    return np.sum(np.outer(state, x))


def moves(x):
    s = 0.0
    for i in range(x.shape[0] - 1):
        a = np.stack((x[i], x[i + 1]))
        b = a.T[::-1].reshape(2, 3)
        c = np.concatenate((a, b))
        c[1:3, ::2] *= 2.0
        s += np.sum(c[:, None, 1] * c[:, 2:]) + (a @ b.T)[0, 1] + np.sum(np.where(c > 0, c, 0.1 * c))
    return s


def writes_rows(x, idx):
    out = np.zeros((x.shape[0], 2))
    for i in range(x.shape[0]):
        out[idx[i]] += np.array([np.sin(x[i]), np.cos(x[i])])
        out[i, :] *= np.array([2.0, x[i]])
    return np.sum(out * out)


def areas(v, faces):
    s = 0.0
    for a, b, c in faces:
        normal = np.cross(v[b] - v[a], v[c] - v[a])
        s += np.sqrt(np.dot(normal, normal)) + normal[np.array([2, 2, -1])] @ normal
    return s


def looked_up(table, x, k):
    s = 0.0
    for i in range(x.shape[0]):
        half = 0.5 * table
        for j in range(x.shape[1]):
            s += half[k[i], k[j]] * x[i, j] ** 2
    return s


def relaxed(a, u):
    m = np.eye(3) + a @ a.T
    for _ in range(4):
        u = np.tanh(np.linalg.solve(m.T, u) + np.linalg.solve(m, u))
    return np.sum(u * u)


def off_the_diagonal(x):
    """How many items there are is known when the loops are written out."""
    s = x[3, 0]
    for i in range(1, x.shape[0] - 1):
        s += x[i, 1] ** 2
    return s + sum([x[i, j] ** 3 for i in range(x.shape[0]) for j in range(x.shape[1]) if i != j])


RNG = np.random.default_rng(3)
PROGRAMS = {
    "off_the_diagonal": (off_the_diagonal, "*", (RNG.normal(size=(4, 3)),)),
    "areas": (areas, "v", (RNG.normal(size=(5, 3)), np.array([[0, 1, 2], [3, 4, 0], [1, 4, 2], [0, 3, 2]]))),
    "looked_up": (
        looked_up,
        ("table", "x"),
        (RNG.normal(size=(2, 2)), RNG.normal(size=(3, 5)), np.arange(5) % 2),
    ),
    "relaxed": (relaxed, "*", (RNG.normal(size=(3, 3)), RNG.normal(size=3))),
    "attraction": (attraction, "*", (RNG.normal(size=(5, 3)), RNG.uniform(1, 2, 5))),
    "rotation": (rotation, "*", (np.array([0.1, 0.2, 0.3]), RNG.normal(size=(6, 3)))),
    "lorenz": (lorenz, ("y0", "p"), (np.array([1.0, 1.5, 2.0]), np.array([10.0, 28.0, 8 / 3]), 12)),
    "short_loops": (short_loops, "*", (RNG.normal(size=(4, 3)),)),
    "by_run_time_index": (by_run_time_index, "*", (RNG.normal(size=7), RNG.normal(size=2))),
    "leaves_as_an_array": (leaves_as_an_array, "*", (np.array([0.7, -0.4]),)),
    "moves": (moves, "*", (RNG.normal(size=(4, 3)),)),
    "writes_rows": (writes_rows, "x", (RNG.normal(size=5), np.array([0, 2, -1, 2, 4]))),
}


def flat(grads):
    return np.concatenate([np.ravel(g) for g in (grads if isinstance(grads, tuple) else (grads,))])


def differences(f, args, chosen, h=1e-6):
    found = []
    for k in chosen:
        for place in np.ndindex(args[k].shape):
            ends = []
            for sign in (1, -1):
                moved = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
                moved[k][place] += sign * h
                ends.append(f(*moved))
            found.append((ends[0] - ends[1]) / (2 * h))
    return np.array(found)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_same_numbers(name):
    f, wrt, args = PROGRAMS[name]
    grads = flat(sg.grad(f, wrt=wrt)(*args))
    with without("tiny"):
        np.testing.assert_allclose(flat(sg.grad(f, wrt=wrt)(*args)), grads, rtol=1e-11, atol=1e-12)
    chosen = [k for k, a in enumerate(args) if isinstance(a, np.ndarray) and a.dtype == float]
    np.testing.assert_allclose(grads, differences(f, args, chosen), rtol=2e-6, atol=2e-6)
    value, _ = sg.value_and_grad(f, wrt=wrt)(*args)
    np.testing.assert_allclose(value, f(*args), rtol=1e-12)


@pytest.mark.parametrize("name", ["attraction", "rotation", "lorenz", "short_loops", "moves"])
def test_no_array_is_left_in_the_loops(name):
    f, wrt, args = PROGRAMS[name]
    text = sg.grad(f, wrt=wrt).kernel_source_for(*args)
    inside = [
        line for line in text.splitlines() if re.match(r" {8,}\w+ = np\.(empty|zeros)\(\(?[234][,)]", line)
    ]
    assert inside == []
    with without("tiny"):
        other = sg.grad(f, wrt=wrt).kernel_source_for(*args)
    assert re.search(r"np\.(empty|zeros)\(\(?[234][,)]", other)


def test_a_position_known_at_run_time_keeps_the_array():
    f, wrt, args = PROGRAMS["by_run_time_index"]
    text = sg.grad(f, wrt=wrt).kernel_source_for(*args)
    assert "np.zeros((2, 2))" in text
    assert "c_0" in text or "diff" in text


def test_constant_positions_are_no_table():
    f, wrt, args = PROGRAMS["areas"]
    text = sg.grad(f, wrt=wrt).kernel_source_for(*args)
    assert " = np.array(" not in text and "np.empty((" not in text
    assert text.count("raise IndexError") == 3  # the vertices of a face


@pytest.mark.parametrize(("name", "made"), [("looked_up", "half"), ("relaxed", "m")])
def test_an_array_that_a_loop_needs_is_made_before_it(name, made):
    """Not from its elements in each trip."""
    f, wrt, args = PROGRAMS[name]
    text = sg.grad(f, wrt=wrt).kernel_source_for(*args)
    assert f"{made}[0, 0] =" not in text
    assert text.count("factor_lu(") == (name == "relaxed")


def test_arrays_that_are_not_tiny_are_left():
    def long(x):
        v = np.zeros(17)
        for k in range(3):
            v[k] = x[k] * x[k]
        return np.sum(v * v)

    text = sg.grad(long).kernel_source_for(np.ones(3))
    assert "for k in range" in text


def test_in_forward_mode():
    f, _, args = PROGRAMS["rotation"]
    tangents = tuple(RNG.normal(size=a.shape) for a in args)
    _, moved = sg.jvp(f, args, tangents)
    grads = sg.grad(f, argnums=(0, 1))(*args)
    expected = sum(np.sum(g * t) for g, t in zip(grads, tangents, strict=True))
    np.testing.assert_allclose(moved, expected, rtol=1e-10)


def filled_rows(a):
    a = a * a
    for i in range(0, len(a), 2):
        a[[i, 1]] = len(a)  # a number, made to an array of rows
    return np.sum(a * np.arange(4.0)[:, None])


def test_a_reshaped_number_is_no_view():
    gradients(filled_rows, (np.random.default_rng(3).normal(size=(4, 2)),), (0,), "tiny")
