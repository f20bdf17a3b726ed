"""A rule's test row, and what every row goes through.

In: a `Case`: an op, a sampler for its operands, shapes, attributes. Out: assertions in reverse and in forward
mode, once and again, with random cotangents, against central differences of the NumPy reference.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from symgrad.ad.forward import forward
from symgrad.ad.reverse import reverse
from symgrad.ir.build import Builder
from symgrad.ir.core import Block, Function, Op, Symbol, Value
from symgrad.ir.dims import symbol
from symgrad.ir.evaluate import run
from symgrad.ir.types import ArrayType
from symgrad.ir.verify import verify

Sampler = Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.normal(size=shape)


def positive(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.uniform(0.5, 2.0, size=shape)


def inside(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.uniform(-0.8, 0.8, size=shape)


def above_one(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.uniform(1.3, 3.0, size=shape)


def off_zero(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Both signs, and not so near to 0 that a difference quotient steps over it."""
    return rng.uniform(0.3, 1.5, size=shape) * rng.choice([-1.0, 1.0], size=shape)


def distinct(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """No two elements nearer than 0.1: no ties, and no difference quotient that makes one."""
    return (rng.permutation(int(np.prod(shape))) * 0.3 - 1.0).reshape(shape) + rng.uniform(0, 0.1, size=shape)


@dataclass(frozen=True)
class Case:
    """One row: `shapes` of the float operands, `fixed` integer or bool operands (position: array)."""

    op: Op
    sample: Sampler | tuple[Sampler, ...]
    shapes: Sequence[tuple[tuple[int, ...], ...]]
    attrs: Sequence[dict[str, Any]] = ({},)
    fixed: dict[int, np.ndarray] = field(default_factory=dict)
    order: int = 2
    named: bool = True  # extents other than 1 are named, not known

    def __str__(self) -> str:
        return self.op.name


def shape_of(shape: tuple[int, ...], named: bool) -> tuple[Any, ...]:
    return tuple(symbol(f"n{d}") if named and d > 1 else d for d in shape)


def function_of(op: Op, args: Sequence[np.ndarray], attrs: dict[str, Any], named: bool = True) -> Function:
    """A function whose body is the one equation."""
    params = []
    for k, a in enumerate(args):
        integral = a.dtype.kind in "iub"
        params.append(Value(ArrayType(str(a.dtype), shape_of(a.shape, named and not integral)), f"x{k}"))
    if named:
        attrs = {k: shape_of(v, named) if k == "shape" else v for k, v in attrs.items()}
    builder = Builder()
    out = builder.emit(op, params, attrs, hint="y")
    return verify(Function("f", Block(tuple(params), tuple(builder.eqns), (out,), symbols_of(params))))


def symbols_of(params: Sequence[Value]) -> tuple[Symbol, ...]:
    found: dict[str, Symbol] = {}
    for p in params:
        for axis, dim in enumerate(p.type.shape):
            if not isinstance(dim, int):
                found.setdefault(str(dim), Symbol(str(dim), p, axis))
    return tuple(found.values())


def samples(case: Case, shapes: tuple[tuple[int, ...], ...], rng: np.random.Generator) -> list[np.ndarray]:
    """The operands of one row: float samples, with the fixed ones put in at their positions."""
    samplers = case.sample if isinstance(case.sample, tuple) else (case.sample,) * len(shapes)
    args = [np.asarray(s(rng, shape)) for s, shape in zip(samplers, shapes, strict=True)]
    for position in sorted(case.fixed):
        args.insert(position, case.fixed[position])
    return args


def floats(args: Sequence[np.ndarray]) -> tuple[int, ...]:
    return tuple(i for i, a in enumerate(args) if np.asarray(a).dtype.kind == "f")


def slope(f: Callable[[float], float], h: float = 2e-3) -> float:
    """f'(0) by a difference quotient of order six."""
    a, b, c = (f(k * h) - f(-k * h) for k in (1, 2, 3))
    return (45 * a - 9 * b + c) / (60 * h)


def directional(
    f: Function, args: Sequence[np.ndarray], along: Sequence[np.ndarray | None], weights: Sequence[np.ndarray]
) -> float:
    """d/dt of sum(weights * f(args + t * along)) at t = 0."""

    def at(t: float) -> float:
        moved = [a if v is None else a + t * v for a, v in zip(args, along, strict=True)]
        out = run(f, *moved)
        return float(sum(np.sum(w * o) for w, o in zip(weights, out, strict=True)))

    return slope(at)


def check_reverse(f: Function, args: list[np.ndarray], rng: np.random.Generator, rtol: float) -> Function:
    """The vjp against differences along every axis of every float operand; shapes and dtypes."""
    wrt = floats(args)
    derived = verify(reverse(f, wrt, "vjp"))
    out = run(f, *args)
    weights = [rng.normal(size=np.shape(o)) for o in out if np.asarray(o).dtype.kind == "f"]
    grads = run(derived, *args, *weights)[len(out) :]
    padded = iter(weights)
    full = [next(padded) if np.asarray(o).dtype.kind == "f" else np.zeros(np.shape(o)) for o in out]
    for position, grad in zip(wrt, grads, strict=True):
        assert np.shape(grad) == np.shape(args[position])
        assert np.asarray(grad).dtype == args[position].dtype
        expected = np.zeros(np.shape(grad))
        for i in np.ndindex(*np.shape(grad)):
            along: list[np.ndarray | None] = [None] * len(args)
            unit = np.zeros(np.shape(grad))
            unit[i] = 1.0
            along[position] = unit
            expected[i] = directional(f, args, along, full)
        np.testing.assert_allclose(grad, expected, rtol=rtol, atol=rtol)
    return derived


def check_forward(f: Function, args: list[np.ndarray], rng: np.random.Generator, rtol: float) -> Function:
    """The jvp against a difference along a random direction, weighted at random."""
    wrt = floats(args)
    derived = verify(forward(f, wrt))
    tangents = [rng.normal(size=np.shape(args[i])) for i in wrt]
    results = run(derived, *args, *tangents)
    out, moved = results[: len(results) // 2], results[len(results) // 2 :]
    weights = [rng.normal(size=np.shape(o)) for o in out]
    for o, m in zip(out, moved, strict=True):
        if np.asarray(o).dtype.kind == "f":
            assert np.shape(m) == np.shape(o) and np.asarray(m).dtype == np.asarray(o).dtype
    along: list[np.ndarray | None] = [None] * len(args)
    for i, t in zip(wrt, tangents, strict=True):
        along[i] = t
    got = float(sum(np.sum(w * m) for w, m in zip(weights, moved, strict=True)))
    np.testing.assert_allclose(got, directional(f, args, along, weights), rtol=rtol, atol=rtol)
    return derived


def check_directions(f: Function, args: list[np.ndarray], rng: np.random.Generator, rtol: float) -> None:
    """The vjp of a larger program against a difference along one random direction."""
    wrt = floats(args)
    out = run(f, *args)
    weights = [rng.normal(size=np.shape(o)) for o in out]
    directions = [rng.normal(size=np.shape(args[i])) for i in wrt]
    grads = run(verify(reverse(f, wrt, "vjp")), *args, *weights)[len(out) :]
    along: list[np.ndarray | None] = [None] * len(args)
    for i, v in zip(wrt, directions, strict=True):
        along[i] = v
    got = float(sum(np.sum(g * v) for g, v in zip(grads, directions, strict=True)))
    np.testing.assert_allclose(got, directional(f, args, along, weights), rtol=rtol, atol=rtol)
