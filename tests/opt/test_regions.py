"""Numbers enter regions as numbers; a place that is cleared and then added to is assigned."""

from __future__ import annotations

import numpy as np

import symgrad as sg


def code(fun, *args) -> str:
    lines = sg.grad(fun, jit=False).source_for(*args).splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def log_sums(x):
    total = 0.0
    for i in range(len(x)):
        total += np.log(np.sum(np.exp(x[i])))
    return total


def chosen(x):
    s = 0.0
    for i in range(len(x)):
        if x[i] > 0.0:
            s += 3.0 * x[i]
    return s


def smooth(a):
    a = a.copy()
    for i in range(1, len(a)):
        a[i] += a[i - 1]
        a[i] /= 8.0
    return np.sum(a)


def test_a_seed_of_one_multiplies_nothing_inside_a_loop() -> None:
    assert "1.0 *" not in code(log_sums, np.ones((3, 4)))
    assert "dx[i] += 3.0" in code(chosen, np.ones(3))


def test_a_cleared_place_is_assigned() -> None:
    text = code(smooth, np.ones(4))
    assert "da[i] *= 0.125" in text
    assert "= 0.0" not in text


def test_the_values_stay(rng: np.random.Generator) -> None:
    x = rng.normal(size=(3, 4))
    p = np.exp(x) / np.exp(x).sum(1, keepdims=True)
    np.testing.assert_allclose(sg.grad(log_sums, jit=False)(x), p, rtol=1e-13)
    v = rng.normal(size=6)
    np.testing.assert_allclose(sg.grad(chosen, jit=False)(v), 3.0 * (v > 0), rtol=1e-15)
    back = np.linalg.inv(np.eye(6) * np.r_[1.0, [8.0] * 5] - np.eye(6, k=-1)) * np.r_[1.0, [1.0] * 5]
    np.testing.assert_allclose(sg.grad(smooth, jit=False)(v), back.sum(0), rtol=1e-13)


def handed_on_by_nobody(x, c, k):
    """The loop variable is changed in the last of several branches, and read nowhere."""
    y = x * 1.0
    for row in x:
        trip = 0
        while trip < k + 1:
            if c >= 2.6:
                y = x * 2.0
            elif c > 2.0:
                c += np.sum(x[::-1])
            elif c > 1.0:
                c += np.sum(x)
            else:
                row += np.sum(x[:-1])
            trip += 1
    return np.sum(x * y) + c


def test_what_nobody_needs_goes_from_branches_in_branches() -> None:
    x = np.ones(3)
    for c in (0.3, 1.5, 2.3, 2.7):
        value, (dx, dc) = sg.value_and_grad(handed_on_by_nobody, argnums=(0, 1), jit=False)(x, c, 1)
        np.testing.assert_allclose(value, handed_on_by_nobody(x.copy(), c, 1), rtol=1e-13)
        h = 1e-6
        up, down = (handed_on_by_nobody(x + s * h, c, 1) for s in (1, -1))
        np.testing.assert_allclose(dx.sum(), (up - down) / (2 * h), rtol=1e-8)
        assert dc == 1.0
