"""Short axes: which are fixed in a kernel, how many kernels there are; no value depends on it."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg
from symgrad.frontend.signature import bind
from symgrad.ir.switch import without
from symgrad.opt.few import few, fixed
from symgrad.pipeline import Options, Transform, build


def energy(r, w):
    total = 0.0
    for i in range(r.shape[0]):
        for j in range(i):
            d = (r[i] - r[j]) * w
            total += np.exp(-np.dot(d, d))
    return total


def turned(rotation, points):
    return np.sum(np.sin(points @ rotation.T))


def numbers_of(f, *args):
    program = build(f, bind(f, args, {}), Transform("grad", (0,)), Options())
    return dict(few(program.function, args))


def ones(*shape):
    return np.ones(shape)


@pytest.mark.parametrize(
    ("f", "args", "numbers"),
    [
        (energy, (ones(9, 3), ones(3)), [3]),  # the second array follows the first
        (energy, (ones(2, 4), ones(4)), [4]),  # two points are no property of the problem
        (energy, (ones(9, 5), ones(5)), []),
        (energy, (ones(3, 9), ones(9)), []),
        (energy, (ones(3, 3), ones(3)), [3]),  # nor are three
        (turned, (ones(3, 3), ones(7, 3)), [3, 3]),  # a rotation
        (turned, (ones(4, 4), ones(7, 4)), [4]),
        (turned, (ones(5, 3), ones(7, 3)), [3]),
        (lambda x: np.sum(x * x), (ones(3),), []),  # three numbers today, a thousand tomorrow
        (lambda x: np.sum(x * x), (ones(6, 2, 3),), [3]),
    ],
)
def test_what_is_fixed(f, args, numbers):
    assert sorted(numbers_of(f, *args).values()) == numbers
    with without("few"):
        assert not numbers_of(f, *args)


def test_guards_that_hold_are_gone():
    f = lambda r: np.sum(r[:, 1:] ** 2) + r[2, 1]
    args = (np.ones((4, 3)),)
    function = build(f, bind(f, args, {}), Transform("grad", (0,)), Options()).function
    assert len(function.guards) == 3
    (left,) = fixed(function, few(function, args)).guards
    assert str(left.nonnegative) == "n - 3"


def test_kernels_for_two_numbers_then_one_for_all(rng):
    df, plain = sg.grad(energy, argnums=(0, 1)), sg.grad(energy, argnums=(0, 1), jit=False)
    fixed_at = []
    for m in (3, 2, 3, 4, 6):
        args = rng.normal(size=(4, m)), rng.normal(size=m)
        for got, want in zip(df(*args), plain(*args), strict=True):
            np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-14)
        fixed_at.append(f"does not have length {m}" in df.kernel_source)
    assert fixed_at == [True, True, True, False, False]
    assert df.stats.misses == 1
    args = rng.normal(size=(5, 2)), rng.normal(size=2)
    for got, want in zip(df.kernel(*args), plain(*args), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-14)
    step = df.workspace()
    for got, want in zip(step(*args), plain(*args), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-12, atol=1e-14)
    with pytest.raises(sg.ShapeError):
        df(np.ones((4, 3)), np.ones(2))


def test_the_study_text_says_it_for_all():
    df = sg.grad(energy)
    assert df.source_for(np.ones((4, 3)), np.ones(3)) == df.source_for(np.ones((4, 9)), np.ones(9))


def test_along_directions(rng):
    r, w, v = rng.normal(size=(4, 2)), rng.normal(size=2), rng.normal(size=(4, 2))
    hvp = sg.hvp(energy)
    for _ in range(2):  # the second call goes to the kernel at once
        got = hvp(r, v, w)
    h = 1e-5
    df = sg.grad(energy, jit=False)
    np.testing.assert_allclose(got, (df(r + h * v, w) - df(r - h * v, w)) / (2 * h), rtol=1e-6, atol=1e-8)
