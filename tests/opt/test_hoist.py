"""Loop-invariant work stands before the loop, and nothing else does."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg
from symgrad.ir.switch import without


def damped(u, c, n):
    for _ in range(n):
        u = u + np.exp(-c) * np.sin(u)
    return np.sum(u * u)


def nested(x, c, d):
    s = 0.0
    for i in range(len(x)):
        for j in range(len(x)):
            s += np.sqrt(c * d) * x[i] * x[j] * np.cos(x[i])
    return s


def until(x, c):
    s = 1.0
    while s < 10.0:
        s = s * (1.0 + c / (1.0 + c)) + np.exp(c) * x[0]
    return s * x[1]


def guarded(x, c):
    s = 0.0
    for i in range(len(x)):
        if x[i] > 0.0:
            s += np.log(c) * x[i]
    return s


def product(x, a, b):
    s = 0.0
    for i in range(len(x)):
        s += np.sum((a @ b)[i] * x)
    return s


CASES = {
    damped: ((4,), 0.3, 6),
    nested: ((5,), 0.4, 0.7),
    until: ((3,), 0.4),
    guarded: ((6,), 0.4),
    product: ((4,), (4, 2), (2, 4)),
}


def arguments(fun, rng):
    return tuple(rng.uniform(0.2, 1.0, size=a) if isinstance(a, tuple) else a for a in CASES[fun])


@pytest.mark.parametrize("fun", CASES)
def test_gradients_are_right_and_the_same_without_it(fun, rng) -> None:
    args = arguments(fun, rng)
    sg.check_grads(fun, args, order=2 if fun is not until else 1)
    on = sg.grad(fun, wrt="*", jit=False)(*args)
    with without("hoist"):
        off = sg.grad(fun, wrt="*", jit=False)(*args)
    for a, b in zip(on, off, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-13, atol=1e-14)


def body_of(text: str) -> str:
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("#")]
    first = next(k for k, line in enumerate(lines) if line.lstrip().startswith(("for ", "while ")))
    return "\n".join(lines[first:])


def test_what_stands_before_the_loop(rng) -> None:
    texts = {f: sg.grad(f, wrt="*", jit=False).source_for(*arguments(f, rng)) for f in CASES}
    assert "np.exp" not in body_of(texts[damped])
    assert "np.sqrt" not in body_of(texts[nested])
    assert "a @ b" not in body_of(texts[product])
    # what a branch computes is computed where it is asked for: the logarithm of a negative number may be nan
    assert "np.log(c)" in body_of(texts[guarded])
