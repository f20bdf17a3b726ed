"""`judge(f, args, jit)`: a program through the public verbs, on one backend, against plain Python.

The value is Python's; the pullback of random weights, along random directions, is the slope of fourth-order
central differences; `jvp` along the same directions gives the same slope. The arguments are not modified.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

import symgrad as sg
from symgrad.tree import flatten


def judge(f: Callable[..., Any], args: Sequence[Any], jit: bool, h: float = 1e-4) -> None:
    """Raise an AssertionError where a derivative differs from Python's slope, whichever verb says so."""
    rng = np.random.default_rng(11)
    leaves, tree = flatten(list(args))
    floats = [i for i, a in enumerate(leaves) if _is_float(a)]
    given = copy.deepcopy(list(args))
    out, pullback = sg.vjp(f, *given, jit=jit)
    _same_tree(out, f(*copy.deepcopy(args)))
    weights = [_random(o, rng) for o in flatten(out)[0]]
    gradients = flatten(pullback(flatten(out)[1].build(weights)))[0]
    for i in floats:
        assert np.shape(gradients[i]) == np.shape(leaves[i])
    for _ in range(2):
        steps = [_random(a, rng) for a in leaves]

        def along(t: float, steps: Sequence[Any] = steps) -> float:
            moved = [a if s is None else _like(a + t * s, a) for a, s in zip(leaves, steps, strict=True)]
            return _inner(weights, flatten(f(*copy.deepcopy(tree.build(moved))))[0])

        with np.errstate(all="ignore"):
            slope = (8 * (along(h) - along(-h)) - (along(2 * h) - along(-2 * h))) / (12 * h)
        reverse = sum(float(np.sum(gradients[i] * steps[i])) for i in floats)
        scale = max(1.0, abs(slope))
        np.testing.assert_allclose(reverse, slope, rtol=1e-6, atol=1e-7 * scale, err_msg="reverse mode")
        value, tangent = sg.jvp(f, given, tree.build(steps), jit=jit)
        _same_tree(value, out)
        forward = _inner(weights, flatten(tangent)[0])
        np.testing.assert_allclose(forward, reverse, rtol=1e-9, atol=1e-9 * scale, err_msg="forward mode")
    for before, after in zip(leaves, flatten(given)[0], strict=True):
        np.testing.assert_array_equal(after, before, err_msg="an argument was modified")


def _is_float(a: Any) -> bool:
    return isinstance(a, float) or (isinstance(a, np.ndarray | np.generic) and a.dtype.kind == "f")


def _like(moved: Any, a: Any) -> Any:
    return float(moved) if isinstance(a, float) else moved


def _random(a: Any, rng: np.random.Generator) -> Any:
    return _like(rng.normal(size=np.shape(a)), a) if _is_float(a) else None


def _inner(weights: Sequence[Any], values: Sequence[Any]) -> float:
    pairs = zip(weights, values, strict=True)
    return sum(float(np.sum(w * np.asarray(v))) for w, v in pairs if w is not None)


def _same_tree(got: Any, want: Any) -> None:
    pairs = zip(flatten(got)[0], flatten(want)[0], strict=True)
    for g, w in pairs:
        assert np.shape(g) == np.shape(w)
        np.testing.assert_allclose(g, w, rtol=1e-11, atol=1e-12, err_msg="value")
