"""One oracle for all programs of this folder: the function itself, run by Python, and differences of it.

check(f, args, wrt=(0, 2))     # value, reverse, forward and second order of f by args[0] and args[2]
"""

import numpy as np
import pytest

import symgrad as sg

both = pytest.mark.parametrize("jit", [False, True], ids=["study", "compiled"])


def copies(args):
    return tuple(a.copy() if isinstance(a, np.ndarray) else a for a in args)


def shifted(args, wrt, tangents, h):
    """The arguments, those of `wrt` moved by `h` times their tangents; fresh arrays, for programs write."""
    moved = list(copies(args))
    for i, t in zip(wrt, tangents, strict=True):
        moved[i] = moved[i] + h * t
    return moved


def along(fun, args, wrt, tangents, step):
    """The derivative of `fun` (a number, or a tuple of arrays) in one direction; fourth-order differences."""

    def at(h):
        out = fun(*shifted(args, wrt, tangents, h))
        return out if isinstance(out, tuple) else (out,)

    points = zip(at(2 * step), at(-2 * step), at(step), at(-step), strict=True)
    return tuple((8 * (np.asarray(c) - d) - (np.asarray(a) - b)) / (12 * step) for a, b, c, d in points)


def dot(xs, ys):
    return sum(float(np.sum(np.asarray(x) * y)) for x, y in zip(xs, ys, strict=True))


def unit(args, i, index):
    e = np.zeros(np.shape(args[i]))
    e[index] = 1.0
    return e if np.ndim(args[i]) else 1.0


def check(fun, args, wrt=(0,), *, jit=False, second=True, rtol=1e-6, atol=1e-8, step=1e-4, seed=7):
    """Value, reverse, forward and (unless told not to) second order of `fun`, which returns one number.

    `atol` is what the differences themselves leave of a zero. Returns the gradients for further claims.
    """
    rng = np.random.default_rng(seed)
    before = copies(args)
    derivative = sg.value_and_grad(fun, argnums=wrt, jit=jit)
    value, gradients = derivative(*args)
    for a, b in zip(args, before, strict=True):
        np.testing.assert_array_equal(a, b)  # a gradient never modifies its arguments
    np.testing.assert_allclose(value, fun(*copies(args)), rtol=1e-12, atol=1e-14)
    for i, g in zip(wrt, gradients, strict=True):
        assert np.shape(g) == np.shape(args[i])
        expected = np.zeros(np.shape(args[i]))
        for index in np.ndindex(expected.shape):
            expected[index] = along(fun, args, (i,), (unit(args, i, index),), step)[0]
        np.testing.assert_allclose(g, expected, rtol=rtol, atol=atol, err_msg=f"gradient by argument {i}")
    tangents = tuple(rng.normal(size=np.shape(args[i]))[()] for i in wrt)
    check_forward(fun, args, wrt, tangents, gradients, value, jit)
    if second:
        held = [a for i, a in enumerate(copies(args)) if i not in wrt]
        chosen = tuple(copies(args)[i] for i in wrt)
        product = sg.hvp(fun, argnums=wrt, jit=jit)(chosen, tangents, *held)
        gradient = sg.grad(fun, argnums=wrt, jit=jit)
        expected = along(gradient, args, wrt, tangents, step)
        for i, p, e in zip(wrt, product, expected, strict=True):
            np.testing.assert_allclose(p, e, rtol=rtol, atol=10 * atol, err_msg=f"second order, argument {i}")
    return gradients


def check_forward(fun, args, wrt, tangents, gradients, value, jit):
    """The dot-product test: forward mode along `tangents` is reverse mode's gradient times them."""
    given = [None] * len(args)
    for i, t in zip(wrt, tangents, strict=True):
        given[i] = t
    out, moved = sg.jvp(fun, args, tuple(given), jit=jit)
    np.testing.assert_allclose(out, value, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(moved, dot(gradients, tangents), rtol=1e-9, atol=1e-11)
