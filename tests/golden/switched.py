"""Programs with a pass left out: the same derivatives, another text.

The programs are those of the golden files, which show each pass in their texts, and a few with arrays as
results. Cotangents are random; kernels run as plain Python, which is the text that numba would compile.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from backends.helpers import python
from golden.helpers import FOLDER, for_short_axes, load

from symgrad.cache import PLACEHOLDER
from symgrad.frontend.signature import bind
from symgrad.ir.switch import without
from symgrad.pipeline import Options, Program, Transform, build
from symgrad.tree import flatten


def relaxed(u, f, sweeps):
    u = u.copy()
    for _ in range(sweeps):
        for i in range(1, len(u) - 1):
            u[i] = 0.5 * (u[i - 1] + u[i + 1] - f[i])
    return u


def diffused(u, c):
    new = u.copy()
    for _ in range(3):
        for i in range(1, len(u) - 1):
            new[i] = u[i] + np.exp(-c) * (u[i - 1] - 2 * u[i] + u[i + 1])
        u = new.copy()
    return u


def remembered(w, x):
    h = np.zeros(w.shape[0])
    states = np.zeros((x.shape[0], w.shape[0]))
    for t in range(x.shape[0]):
        h = np.tanh(w @ h + x[t])
        states[t] = h
    return states


def attended(q, k):
    out = np.zeros(q.shape)
    for i in range(q.shape[0]):
        s = k @ q[i]
        p = np.exp(s - np.max(s))
        out[i] = (p / np.sum(p)) @ k
    return out


def accelerations(r):
    a = np.zeros((4, 3))
    for i in range(4):
        for j in range(4):
            d = r[j] - r[i]
            s = np.dot(d, d)
            if i != j and s < 4.0:
                a[i] += d / (s * np.sqrt(s) + 0.1)
    return a


def joined(x, w):
    z = np.zeros(len(x))
    z[0] = w * x[0]
    z[1:] = np.where(np.abs(x[1:]) < 1.0, x[1:] ** 2, 2.0 * np.abs(x[1:])) * x[:-1]
    return np.tanh(z)


def relayed(x, y):
    for _ in range(3):
        z = np.zeros(y.shape)
        z[0] = y[0] * x[0]
        z[-1] = y[-1]
        z[1:-1] = x[1:-1, np.newaxis] * y[:-2]
        half = np.sin(z) + y
        y = y.copy()
        y[:-1] += half[1:] * half[:-1]
    return y


def stirred(u, v, sweeps):
    for _ in range(sweeps):
        near = np.roll(u, 1, 0) + np.roll(u, -1, 0) + np.roll(u, 1, 1) * np.roll(v, -2)
        u = u + 0.1 * np.sin(near - 4 * u) + np.roll(near, (1, -3), axis=(1, 1))
    return np.roll(u, 5) * np.sum(u, axis=1, keepdims=True)


def levelled(u, sweeps):
    u = u.copy()
    v = np.zeros_like(u)
    for _ in range(sweeps):
        v[1:-1, 1:-1] = np.sin(u[:-2, 1:-1] + u[2:, 1:-1]) * u[1:-1, :-2]
        u[1:-1, 1:-1] = v[:-2, 1:-1] + v[2:, 1:-1] - v[1:-1, 2:]
    return u


def left(c, trips):
    z = np.zeros(len(c))
    for i in range(len(c)):
        x = 0.0
        for _ in range(trips):
            if x > 0.5:
                break
            x = x * x + 0.3 * np.exp(c[i])
        z[i] = np.sqrt(x * x + 1.0)
    return z


def weighted(w, x):
    z = np.zeros((x.shape[1], w.shape[1]))
    for i in range(x.shape[1]):
        z[i] = np.tanh(np.sum(x[:, i, :, np.newaxis] * w, axis=(0, 1)))
    return z


def projected(w, x):
    z = np.zeros((x.shape[0], x.shape[1], w.shape[1]))
    for i in range(x.shape[1]):
        z[:, i] = np.tanh(np.sum(x[:, i, :, np.newaxis] * w, axis=1))
    return z


def implicit(a, u, sweeps):
    m = np.eye(len(u)) + 0.1 * a @ a.T
    for _ in range(sweeps):
        for _ in range(2):
            u = np.linalg.solve(m.T, u + np.sin(u))
        u = u + np.linalg.inv(m) @ u
    return u


def walked(x, sigma):
    return np.cumsum(np.exp(np.cumsum(sigma * x, axis=1)), axis=1)


def stretched(r, k):
    energy = 0.0
    for i in range(1, len(r)):
        d = r[i] - r[i - 1]
        energy += 0.5 * k[i] * (np.sqrt(np.sum(d * d)) - 1.0) ** 2
    return energy


def warped(x, y):
    d = np.full((len(x) + 1, len(y) + 1), 1e3)
    d[0, 0] = 0.0
    for i in range(len(x)):
        for j in range(len(y)):
            d[i + 1, j + 1] = abs(x[i] - y[j]) + min(d[i, j], d[i, j + 1], d[i + 1, j])
    return d[len(x), len(y)]


def mixed(x, k, sweeps):
    y = x.copy()
    for _ in range(sweeps):
        for i in range(len(k)):
            y[i] = np.sin(y[k[i]]) + y[i] ** 2
    return y


def likeliest(p, a):
    for _ in range(3):
        p = np.max(np.exp(a) * p, axis=1)
    return np.max(p)


def mirrored(x, v):
    y = np.tanh(x).T * v[:, None]
    return np.max(y, axis=1) + np.sum(y * y, axis=1) + np.diag(y) * 2.0


_SHAPES = {
    relaxed: ((6,), (6,), 3),
    diffused: ((7,), 0.3),
    remembered: ((3, 3), (5, 3)),
    attended: ((4, 3), (5, 3)),
    accelerations: ((4, 3),),
    joined: ((6,), 0.4),
    relayed: ((6,), (6, 2)),
    left: ((5,), 9),
    levelled: ((5, 6), 3),
    stirred: ((4, 5), (5,), 3),
    implicit: ((4, 4), (4,), 3),
    projected: ((3, 4), (2, 3, 3)),
    weighted: ((3, 2), (2, 3, 3)),
    stretched: ((5, 3), (5,)),
    warped: ((5,), (6,)),
    likeliest: ((11,), (11, 11)),
    mixed: ((5,), np.array([3, -1, 0, 3]), 3),
    walked: ((3, 4), (4,)),
    mirrored: ((4, 4), (4,)),
}
_FEW = ("stretched", "coordinates")  # whose kernels are made for the length of short axes
_ARRAYS = {f.__name__: f for f in _SHAPES}
PROGRAMS = (
    *_ARRAYS, "aligned", "asian_option", "batch_sums", "battery_bucket", "battery_loopif", "battery_view", "convolution", "coordinates", "gaussian_process", "heat_plane", "hidden_layer",
    "huber", "image_convolution", "loop_factors", "loop_gauss_seidel", "loop_hoisted", "loop_jacobi", "loop_products", "loop_undo",
    "orbit", "pairs_within_reach", "periodic", "shifted_stages", "softmax_cross_entropy", "sparse_rows", "stencil", "tiny_gravity", "trellis", "two_views", "written_in_parts",
)  # fmt: skip


@cache
def _program(name: str) -> tuple[Callable[..., Any], tuple[Any, ...], tuple[str, ...]]:
    """A function, its arguments, and those of them that are differentiated."""
    if name not in _ARRAYS:
        golden = load(FOLDER / f"{name}.py")
        return golden.fun, golden.args, golden.wrt
    fun, rng = _ARRAYS[name], np.random.default_rng(11)
    args = tuple(rng.normal(size=s) if isinstance(s, tuple) else s for s in _SHAPES[fun])
    names = fun.__code__.co_varnames
    return fun, args, tuple(n for n, a in zip(names, args, strict=False) if np.asarray(a).dtype.kind == "f")


@cache
def derived(name: str, *off: str) -> Program:
    """The vjp of a program, built without the passes `off`."""
    fun, args, wrt = _program(name)
    with without(*off):
        program = build(fun, bind(fun, args, {}), Transform("vjp", (), wrt, single=False), Options())
        program = for_short_axes(program, args) if name in _FEW else program
        assert program.kernel_text and program.study_text  # made while the passes are off
    return program


def inputs(name: str) -> tuple[Any, ...]:
    """The arguments, and a random cotangent."""
    fun, args, _ = _program(name)
    cotangent = np.random.default_rng(13).normal(size=np.shape(fun(*args)))
    return (*args, cotangent if cotangent.ndim else float(cotangent))


def run(program: Program, name: str) -> list[Any]:
    """Results and gradients by the kernel's text."""
    entry = f"{program.function.name}_{PLACEHOLDER}"
    return flatten(python(program.kernel_text, entry)(*inputs(name)))[0]


@cache
def expected(name: str) -> list[Any]:
    return run(derived(name), name)


def changed(name: str, switch: str) -> bool:
    """Whether the pass shows in a text of the program."""
    plain, program = derived(name, switch), derived(name)
    return plain.kernel_text != program.kernel_text or plain.study_text != program.study_text


def assert_same_values(name: str, switch: str) -> None:
    plain = derived(name, switch)
    for got, want in zip(run(plain, name), expected(name), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12, err_msg=plain.kernel_text)
