"""Parts and rearranged axes as operands of products: copied as they lie, passed transposed."""

from __future__ import annotations

import re
from functools import cache

import numpy as np
import pytest

import symgrad as sg


def parts(x, y):
    """Parts of the columns, both ways round."""
    a, b = x[:, 1:3], y[:, :2]
    s = a @ b.T
    return np.sum(np.tanh(s) @ y[:, 1:3]) + np.sum((a.T @ s) ** 2)


def heads(x, y):
    """Columns are heads by a reshape, which are moved to the front."""
    n, d = x.shape
    q, k = (z.reshape(n, 2, d // 2).transpose(1, 0, 2) for z in (x, y))
    s = np.sin(q @ k.transpose(0, 2, 1))
    return np.sum((s @ k) ** 2) + np.sum(k.transpose(0, 2, 1) @ q)


def steps(x, y):
    """Rows of an array of matrices, forwards and backwards."""
    s = np.zeros((2, len(x), len(x)))
    for i in range(2):
        s[i] = np.tanh(x[:, i : i + 2] @ y[:, i : i + 2].T)
    return np.sum(s[0].T @ x) + np.sum((s[1] @ y) ** 2)


def reversed_rows(x, y):
    return np.sum(np.sin(x[::-1, ::2] @ y[:, ::2].T) @ x[::-1].T[:2].T)


PROGRAMS = [parts, heads, steps, reversed_rows]


def arguments(n=7):
    rng = np.random.default_rng(11)
    return rng.normal(size=(n, 8)), rng.normal(size=(n, 8))


@cache
def compiled(fun):
    derivative = sg.value_and_grad(fun, (0, 1))
    derivative(*arguments())
    return derivative


@pytest.mark.parametrize("fun", [parts, heads])
def test_copies_lie_as_their_source(fun) -> None:
    """No array is filled by columns: the variable of the innermost loop is the last position."""
    kernel = compiled(fun).kernel_source
    assert re.search(r"np\.dot\([^)]*\.T", kernel)
    inner, copies = "", 0
    for line in kernel.splitlines():
        if loop := re.match(r" +for (\w+) in range", line):
            inner = loop[1]
        elif copy := re.match(r" +t\d+\[(.*?)\] = ", line):
            copies += 1
            assert copy[1].split(", ")[-1] == inner, kernel
    assert copies


@pytest.mark.parametrize("fun", PROGRAMS)
def test_values_and_slopes(fun) -> None:
    args = arguments()
    want = sg.value_and_grad(fun, (0, 1), jit=False)(*args)
    got = compiled(fun)(*args)
    np.testing.assert_allclose(got[0], fun(*args), rtol=1e-12)
    for a, b in zip(got[1], want[1], strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)
    moved = [np.random.default_rng(k).normal(size=a.shape) for k, a in enumerate(args)]
    h = 1e-6
    up, down = (fun(*(a + t * m for a, m in zip(args, moved, strict=True))) for t in (h, -h))
    slope = sum(np.sum(g * m) for g, m in zip(got[1], moved, strict=True))
    np.testing.assert_allclose(slope, (up - down) / (2 * h), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("n", [1, 2])
def test_few_rows(n) -> None:
    for fun in (parts, heads):
        args = arguments(n)
        want = sg.value_and_grad(fun, (0, 1), jit=False)(*args)
        got = sg.value_and_grad(fun, (0, 1))(*args)
        for a, b in zip(got[1], want[1], strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)
