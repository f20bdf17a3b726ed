"""`np.add.at` of what is computed from the same array: in place if that is an array of its own."""

import numpy as np
import pytest

import symgrad as sg
from symgrad.testing import check_grads

X = np.array([0.7, 1.3, 2.1, -0.4])
IDX = np.array([0, 2, 2, 1])


def gathered(x, idx):
    x = x.copy()
    for _ in range(3):
        np.add.at(x, idx, x[idx])
    return np.sum(x * x)


def computed(x, idx):
    y = np.sin(x)
    np.add.at(y, idx, 2.0 * y[idx])
    return np.sum(y * y)


def itself(x, idx):
    y = np.sin(x)
    np.add.at(y, idx, y)
    return np.sum(y * y)


def turned(x, idx):
    y = np.sin(x)
    np.add.at(y, idx, y[::-1])
    return np.sum(y * y)


@pytest.mark.parametrize(("f", "lines"), [
    (gathered, ["        np.add.at(x_2, idx, x_2[idx])", "        np.add.at(dx, idx, dx[idx])"]),
    (computed, ["    np.add.at(y, idx, 2.0 * y[idx])", "    np.add.at(dy, idx, 2.0 * dy[idx])"]),
])  # fmt: skip
def test_in_place(f, lines):
    df = sg.grad(f, jit=False)
    df(X, IDX)
    text = df.source.splitlines()
    assert all(line in text for line in lines), df.source
    check_grads(f, (X, IDX), jit=False)


@pytest.mark.parametrize("f", [itself, turned])
def test_of_a_copy(f):
    df = sg.value_and_grad(f, jit=False)
    value, _ = df(X, IDX)
    assert ".copy()" in df.source
    np.testing.assert_allclose(value, f(X, IDX), rtol=1e-15)
    check_grads(f, (X, IDX), jit=False)
