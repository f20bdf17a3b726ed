"""Checkpointed calls: the gradients of the same calls without, and nothing kept of their inside."""

import numpy as np
import pytest

import symgrad as sg
from symgrad.errors import UnsupportedSyntaxError

RNG = np.random.default_rng(7)
X, W, B = RNG.normal(size=(3, 4)), RNG.normal(size=(4, 4)), RNG.normal(size=4)


@sg.checkpoint
def layer(x, w, b):
    h = np.tanh(x @ w + b)
    g = np.exp(-h * h)
    return g * h


@sg.checkpoint
def both(x, w):
    s = np.sin(x @ w)
    return s * s, np.sum(np.exp(s))


@sg.checkpoint
def writes(x, w):
    x[1:] = np.sin(x[:-1]) * x[1:]
    for i in range(x.shape[0]):
        w = w * np.cos(x[i])
    return w


@sg.checkpoint
def chooses(x, w):
    if np.sum(x) > 0.0:
        return np.exp(x) * w[0]
    size = int(np.abs(x[0, 0]) * 10) % 3 + 1
    y = x * 1.0
    y[:, :size] = np.sin(y[:, :size]) * w[1, 0]
    return y


@sg.checkpoint
def deep(x, w):
    return layer(np.sin(x), w, w[0]) * layer(x, w, w[1])


class Model:
    def __init__(self, scale):
        self.scale = scale

    @sg.checkpoint
    def step(self, x):
        return np.tanh(x) * np.exp(x) * self.scale


MODEL = Model(0.5)


def straight(x, w, b):
    x = layer(x, w, b)
    return np.sum(layer(x, w, b) ** 2)


def two_results(x, w, b):
    y, s = both(x, w)
    return np.sum(y * y) * s + np.sum(np.sin(s * b))


def mutates(x, w, b):
    x = x.copy()
    w = writes(x, w)
    return np.sum(x * x) + np.sum(w * w * b)


def branches(x, w, b):
    return np.sum(chooses(x, w) ** 2) + np.sum(chooses(-x, w) ** 2) + np.sum(b * x)


def calls_in_calls(x, w, b):
    return np.sum(deep(x, w) * b)


def methods(x, w, b):
    return np.sum(MODEL.step(MODEL.step(x)) * b) + np.sum(w)


def inner_function(x, w, b):
    def inside(t):
        return np.sin(t) * t @ w

    return np.sum(sg.checkpoint(inside)(x) * b)


def in_a_loop(x, w, b):
    for t in range(4):
        x = layer(x, w, b) + t * x
    return np.sum(x * x)


def in_both(x, w, b):
    for _ in sg.checkpoint(range(5), slots=2):
        x = layer(x, w, b)
    return np.sum(x * x)


def in_a_branch_of_a_loop(x, w, b):
    for t in range(3):
        if x[0, 0] > 0.0:
            x = layer(x, w, b) - t
        else:
            x = chooses(x, w) + b
    return np.sum(x * x)


def unused(x, w, b):
    layer(x, w, b)
    return np.sum(x * w[:3]) + np.sum(b)


def passive(x, w, b):
    return np.sum(x * layer(np.ones((3, 4)), np.ones((4, 4)), np.ones(4))) + np.sum(w) * np.sum(b)


PROGRAMS = [
    straight, two_results, mutates, branches, calls_in_calls, methods, inner_function, in_a_loop, in_both,
    in_a_branch_of_a_loop, unused, passive,
]  # fmt: skip


def central(f, args, position):
    """The gradient by central differences."""
    out = np.empty_like(args[position])
    for k in np.ndindex(out.shape):
        ends = []
        for step in (1e-6, -1e-6):
            moved = [a.copy() for a in args]
            moved[position][k] += step
            ends.append(f(*moved))
        out[k] = (ends[0] - ends[1]) / 2e-6
    return out


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_gradients_are_those_of_differences(f):
    args = X, W, B
    value, gradients = sg.value_and_grad(f, wrt="*", jit=False)(*args)
    np.testing.assert_allclose(value, f(*(a.copy() for a in args)), rtol=1e-14, atol=0)
    for position, gradient in enumerate(gradients):
        np.testing.assert_allclose(gradient, central(f, args, position), rtol=2e-6, atol=2e-7)


@pytest.mark.parametrize("f", PROGRAMS, ids=lambda f: f.__name__)
def test_compiled_and_in_forward_mode_they_are_the_same(f):
    args = X, W, B
    want = sg.grad(f, wrt="*", jit=False)(*args)
    for got, expected in zip(sg.grad(f, wrt="*")(*args), want, strict=True):
        np.testing.assert_allclose(got, expected, rtol=1e-11, atol=1e-13)
    along = [np.cos(a) for a in args]
    moved = sg.jvp(f, args, tuple(along), jit=False)[1]
    np.testing.assert_allclose(
        moved, sum(np.sum(g * t) for g, t in zip(want, along, strict=True)), rtol=1e-11
    )


@pytest.mark.parametrize("f", [straight, two_results, in_a_loop, branches], ids=lambda f: f.__name__)
def test_second_order(f):
    p = np.cos(X)
    got = sg.hvp(f, jit=False)(X, p, W, B)
    h = 1e-6
    gradient = sg.grad(f, jit=False)
    want = (gradient(X + h * p, W, B) - gradient(X - h * p, W, B)) / (2 * h)
    np.testing.assert_allclose(got, want, rtol=1e-5, atol=1e-6)


def test_the_inside_is_computed_again_under_its_own_names():
    text = sg.grad(straight, wrt="*", jit=False).source_for(X, W, B)
    lines = [line.split(" = ")[0].strip() for line in text.splitlines() if " np.tanh(" in line]
    assert [name for name in lines if not name.startswith("#")] == ["h"] * 4


def test_a_loop_saves_only_what_goes_into_the_call():
    text = sg.grad(in_a_loop, wrt="*", jit=False).source_for(X, W, B)
    assert [line for line in text.splitlines() if "# saved" in line] == [
        "    x_saved = np.empty((4, x.shape[0], x.shape[1]))  # saved: x, 8 B x n x m x 4"
    ]


def test_slots_are_for_loops():
    with pytest.raises(UnsupportedSyntaxError, match="slots and memory of a checkpointed call"):
        sg.grad(lambda x: np.sum(sg.checkpoint(np.sin, slots=2)(x)), jit=False)(X)
