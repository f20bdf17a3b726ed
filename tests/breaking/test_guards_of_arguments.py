"""A guard on an integer argument outlives passes that rebuild the program around it."""

from __future__ import annotations

import numpy as np

import symgrad as sg


def product_beside_a_position(x, a, k):
    n, m = a.shape
    b = np.zeros((m, m))
    c = x[k]
    for r in range(n):
        for i in range(m):
            for j in range(m):
                b[i, j] += a[r, i] * a[r, j]
    return np.sum(b) * c


def test_an_argument_keeps_its_name_beside_a_product_of_matrices():
    rng = np.random.default_rng(8)
    slope = sg.grad(product_beside_a_position, (0, 1))
    for k in (1, -1, 2):
        x, a = rng.normal(size=3), rng.normal(size=(4, 3))
        dx, da = slope(x, a, k)
        total = a.sum(axis=1)
        want = np.zeros(3)
        want[k] = np.sum(total * total)
        np.testing.assert_allclose(dx, want, rtol=1e-12)
        np.testing.assert_allclose(da, 2.0 * x[k] * np.repeat(total[:, None], 3, axis=1), rtol=1e-12)
