"""What an inner loop fills is written where the outer one keeps it: the same numbers, an array less."""

import numpy as np
import pytest

import symgrad as sg
from symgrad.ir.switch import without

RNG = np.random.default_rng(2)


def chained(points, centroids):
    total = 0.0
    for i in range(points.shape[0]):
        p = 1.0
        for j in range(centroids.shape[0]):
            p = np.sin(p * points[i, 0] + centroids[j, 1])
        total += p
    return total


def three_deep(x):
    s = 0.0
    for i in range(x.shape[0]):
        p = 1.0
        for j in range(1, x.shape[1]):
            q = p
            for k in range(x.shape[1] - 1, 0, -2):
                q = np.sin(q * x[i, k] + x[i, j])
            p = p * q + x[i, j]
        s += p**2
    return s


def vectors_kept(x):
    s = 0.0
    h = np.zeros(x.shape[1])
    for i in range(x.shape[0]):
        for j in range(3):
            h = np.tanh(h * x[i] + j)
        s += np.sum(h)
    return s


PROGRAMS = [
    (chained, (RNG.normal(size=(6, 3)), RNG.normal(size=(4, 3)))),
    (three_deep, (RNG.normal(size=(3, 5)),)),
    (vectors_kept, (RNG.normal(size=(4, 3)),)),
]


@pytest.mark.parametrize(("f", "args"), PROGRAMS, ids=lambda p: getattr(p, "__name__", ""))
def test_the_same_numbers(f, args, for_every_size):
    chosen = tuple(range(len(args)))
    grads = sg.grad(f, argnums=chosen)(*args)
    with without("write_through"):
        df = sg.grad(f, argnums=chosen)
        for g, other in zip(grads, df(*args), strict=True):
            np.testing.assert_allclose(g, other, rtol=1e-13)
    with without("write_through", "join"):  # a joined loop has no tape to copy into
        copies = sg.grad(f, argnums=chosen).kernel_source_for(*args).count("np.empty(")
    with without("join"):
        assert sg.grad(f, argnums=chosen).kernel_source_for(*args).count("np.empty(") < copies
    for k, a in enumerate(args):
        direction = RNG.normal(size=a.shape)
        ends = []
        for sign in (1, -1):
            moved = [*args]
            moved[k] = a + sign * 1e-6 * direction
            ends.append(f(*moved))
        slope = (ends[0] - ends[1]) / 2e-6
        np.testing.assert_allclose(np.sum(grads[k] * direction), slope, rtol=1e-6)
