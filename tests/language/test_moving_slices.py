"""Slices whose bounds move with a loop's index: their extents are numbers of a trip, in every order."""

import numpy as np
import pytest

import symgrad as sg

X = np.array([0.7, 1.3, -0.4, 0.9, 1.1, -0.6, 0.5])
PROGRAMS = []


def program(f):
    PROGRAMS.append(pytest.param(f, id=f.__name__))
    return f


@program
def tail(x):
    s = 0.1
    for i in range(1, len(x)):
        for j in range(2):
            v = x[-i:]
            s = s * np.sum(v * v * x[i]) * 0.1 + x[j]
    return s


@program
def reversed_head(x):
    s = 0.1
    for i in range(1, len(x)):
        for j in range(2):
            s = s * np.sum(np.sin(x[i::-1]) * x[i]) * 0.1 + x[j]
    return s


@program
def every_second(x):
    s = 0.1
    for i in range(1, len(x)):
        if s > 9.0:
            break
        s = s * 0.3 + np.sum(np.sin(x[i::2])) * x[i]
    return s


@program
def written(x):
    y = x * x
    s = 0.0
    for i in range(1, len(x)):
        y[-i:] *= x[i]
        y[i::2] = np.sin(y[i::2])
        s += y[0] * y[-1]
    return s


def directional(f, x, t, h):
    return (f(x + h * t) - f(x - h * t)) / (2 * h)


@pytest.mark.parametrize("f", PROGRAMS)
def test_first_and_second_derivatives(f, rng, monkeypatch):
    monkeypatch.setattr("symgrad.pipeline.VERIFY", True)
    t, w = rng.normal(size=(2, len(X)))
    gradient = sg.grad(f, jit=False)
    np.testing.assert_allclose(gradient(X) @ t, directional(f, X, t, 1e-6), rtol=1e-7, atol=1e-8)
    twice = sg.grad(lambda x: np.sum(gradient(x) * w), jit=False)(X)
    np.testing.assert_allclose(
        twice @ t, directional(lambda x: gradient(x) @ w, X, t, 1e-6), rtol=1e-6, atol=1e-7
    )
