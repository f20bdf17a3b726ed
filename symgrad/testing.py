"""Numerical checks of derivatives, for users and for our own tests.

In: a function and a point. Out: nothing, or a `CheckError` that names the argument, the index, the
derivative and the centred difference that it disagrees with.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symgrad.api import grad, jvp, vjp
from symgrad.errors import CheckError
from symgrad.tree import Tree, flatten

__all__ = ["check_grads", "numerical_derivative"]

MOST_ELEMENTS = 200  # of one argument; beyond, a fixed random sample is checked


def check_grads(
    fun: Callable[..., Any],
    args: Sequence[Any],
    order: int = 1,
    modes: Sequence[str] = ("rev", "fwd"),
    *,
    atol: float | None = None,
    rtol: float | None = None,
    jit: bool = False,
) -> None:
    """Compare derivatives with centred differences of the plain Python function.

    Parameters
    ----------
    fun : the function; its results may be numbers, arrays, or containers of them
    args : the point; float leaves (float64 or float32) are varied, others are passed as they are
    order : 1, or higher to check the derivatives of the gradient too (then fun returns one number)
    modes : "rev" checks pullbacks against random cotangents, "fwd" pushes random tangents
    atol, rtol : default 1e-7 and 1e-6 in float64, 5e-3 and 2e-2 where a float32 takes part
    jit : check the compiled kernels rather than the study text

    Raises
    ------
    CheckError : names the argument, the index and both values; at a kink, both one-sided slopes

    Examples
    --------
    >>> check_grads(lambda x: x * np.sin(x), (0.7,), order=2)
    """
    args = tuple(args)
    for mode in modes:
        if mode == "rev":
            _check_reverse(fun, args, atol, rtol, jit)
        elif mode == "fwd":
            _check_forward(fun, args, atol, rtol, jit)
        else:
            raise ValueError(f"modes={mode!r}: write 'rev' or 'fwd'")
    if order > 1:
        chosen = tuple(i for i, a in enumerate(args) if any(map(_is_float, flatten(a)[0])))
        check_grads(grad(fun, chosen, jit=jit), args, order - 1, modes, atol=atol, rtol=rtol, jit=jit)


@dataclass(frozen=True)
class _Spot:
    """One varied number: an element of a leaf of the arguments."""

    leaf: int
    index: tuple[int, ...]


def numerical_derivative(f: Callable[[float], float], h: float) -> tuple[float, float, float]:
    """Derivative of f at 0 by fourth-order centred differences, with the left and right slopes."""
    up, up2, down, down2, here = f(h), f(2 * h), f(-h), f(-2 * h), f(0.0)
    centred = (8 * (up - down) - (up2 - down2)) / (12 * h)
    left = (3 * here - 4 * down + down2) / (2 * h)
    right = (-3 * here + 4 * up - up2) / (2 * h)
    return centred, left, right


def _check_reverse(
    fun: Any, args: tuple[Any, ...], atol: float | None, rtol: float | None, jit: bool
) -> None:
    out, pullback = vjp(fun, *args, jit=jit)
    rng = np.random.default_rng(20240611)
    cotangent = _random_like(out, rng)
    gradients = flatten(pullback(cotangent))[0]
    leaves, tree = flatten(args)
    names = _names(fun, args)
    for spot in _spots(leaves, rng):
        g = gradients[spot.leaf]
        found = float(np.asarray(g)[spot.index])
        _compare(
            found,
            lambda t, spot=spot: _inner(cotangent, fun(*tree.build(_moved(leaves, spot, t)))),  # type: ignore[misc]
            _step(leaves[spot.leaf], spot.index),
            f"{names[spot.leaf]}{list(spot.index) if spot.index else ''}",
            "reverse",
            *_tolerances(leaves, atol, rtol),
        )
    for leaf, g in zip(leaves, gradients, strict=True):
        if _is_float(leaf) and np.shape(g) != np.shape(leaf):
            raise CheckError(f"the gradient has shape {np.shape(g)}, its argument {np.shape(leaf)}")


def _check_forward(
    fun: Any, args: tuple[Any, ...], atol: float | None, rtol: float | None, jit: bool
) -> None:
    rng = np.random.default_rng(20240612)
    leaves, tree = flatten(args)
    tangents = tuple(_random_like(a, rng) for a in args)
    out, tangent_out = jvp(fun, args, tangents, jit=jit)
    cotangent = _random_like(out, rng)
    directions = flatten(tangents)[0]

    def along(t: float) -> float:
        moved = [a + t * d if _is_float(a) else a for a, d in zip(leaves, directions, strict=True)]
        moved = [_as_leaf(m, a) for m, a in zip(moved, leaves, strict=True)]
        return _inner(cotangent, fun(*tree.build(moved)))

    h = max([_step(a, ()) for a in leaves if _is_float(a)], default=1e-4)
    where = "the directional derivative along a random direction"
    _compare(_inner(cotangent, tangent_out), along, h, where, "forward", *_tolerances(leaves, atol, rtol))


def _compare(
    found: float, f: Callable[[float], float], h: float, where: str, mode: str, atol: float, rtol: float
) -> None:
    with np.errstate(all="ignore"):
        centred, left, right = numerical_derivative(f, h)
    if np.isclose(found, centred, rtol=rtol, atol=atol, equal_nan=True):
        return
    message = f"{mode} mode: {where}: derivative {found!r}, centred difference {centred!r}"
    if not np.isclose(left, right, rtol=1e3 * rtol, atol=1e3 * atol):
        message += (
            f"\n  a kink: the slope is {left:.6g} from the left and {right:.6g} from the right; "
            "the derivative there is a convention"
        )
    raise CheckError(message)


def _is_float(leaf: Any) -> bool:
    return isinstance(leaf, float | np.floating) or (isinstance(leaf, np.ndarray) and leaf.dtype.kind == "f")


def _tolerances(leaves: Sequence[Any], atol: float | None, rtol: float | None) -> tuple[float, float]:
    single = any(np.asarray(a).dtype == np.float32 for a in leaves if _is_float(a))
    default = (5e-3, 2e-2) if single else (1e-7, 1e-6)
    return default[0] if atol is None else atol, default[1] if rtol is None else rtol


def _step(leaf: Any, index: tuple[int, ...]) -> float:
    a = np.asarray(leaf)
    size = float(np.abs(a[index])) if index or a.ndim == 0 else float(np.max(np.abs(a), initial=1.0))
    scale: float = max(1e-2, min(size, 1e6))
    return 0.5 * scale * math.pow(float(np.finfo(a.dtype).eps), 0.2)


def _spots(leaves: Sequence[Any], rng: np.random.Generator) -> Iterator[_Spot]:
    for number, leaf in enumerate(leaves):
        if not _is_float(leaf):
            continue
        places = list(np.ndindex(np.shape(leaf)))
        if len(places) > MOST_ELEMENTS:
            places = [places[i] for i in sorted(rng.choice(len(places), MOST_ELEMENTS, replace=False))]
        for index in places:
            yield _Spot(number, index)


def _moved(leaves: Sequence[Any], spot: _Spot, t: float) -> list[Any]:
    out = list(leaves)
    a = np.array(out[spot.leaf])
    a[spot.index] += t
    out[spot.leaf] = _as_leaf(a, leaves[spot.leaf])
    return out


def _as_leaf(moved: Any, like: Any) -> Any:
    if isinstance(like, float) and not isinstance(like, np.floating):
        return float(moved)
    if isinstance(like, np.floating):
        return type(like)(moved)
    return np.asarray(moved, dtype=like.dtype) if isinstance(like, np.ndarray) else moved


def _random_like(obj: Any, rng: np.random.Generator) -> Any:
    """Random numbers in the structure of `obj`, None where it holds no float."""
    leaves, tree = flatten(obj)
    drawn = [
        _as_leaf(rng.uniform(0.5, 1.5, np.shape(a)) * rng.choice([-1.0, 1.0], np.shape(a)), a)
        if _is_float(a)
        else None
        for a in leaves
    ]
    built = tree.build(drawn)
    return None if all(d is None for d in drawn) else built


def _inner(cotangent: Any, out: Any) -> float:
    total = 0.0
    for c, o in zip(flatten(cotangent)[0], flatten(out)[0], strict=True):
        if c is not None and o is not None:
            total += float(np.sum(np.asarray(c, dtype=float) * np.asarray(o, dtype=float)))
    return total


def _names(fun: Any, args: tuple[Any, ...]) -> list[str]:
    """A printed name for each leaf: `w`, `params['b']`."""
    import inspect

    try:
        parameters = list(inspect.signature(fun).parameters)
    except (TypeError, ValueError):
        parameters = []
    names = []
    for number, arg in enumerate(args):
        base = parameters[number] if number < len(parameters) else f"argument {number}"
        tree: Tree = flatten(arg)[1]
        names += [base + "".join(f"[{k!r}]" for k in path) for path in tree.paths()]
    return names
