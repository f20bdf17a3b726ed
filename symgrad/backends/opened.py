"""Composite ops in terms of ops that have a scalar text. One function an op; they run on IR.

In: an equation and its operands as `Ref`s. Out: the `Ref` that computes it, or None to leave it as it is.

    logsumexp(x, axis)  ->  m = max(x);  where(isfinite(m), m + log(sum(exp(x - m))), m)

The pieces are spelt alike wherever they occur (softmax, log_softmax and logsumexp share maximum, exponentials
and sum), so that equal pieces are found equal.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from symgrad.ir import build
from symgrad.ir.build import Ref, apply, call, exp, log, reshape, sqrt, transpose, where
from symgrad.ir.core import Const, Eqn
from symgrad.ir.ops import axes, reduced
from symgrad.ir.types import ArrayType, Shape, broadcast

Opening = Callable[[Eqn, list[Ref]], Ref | None]

# A product of matrices whose sides are all known and at most this long is a loop, not a BLAS call.
_SMALL = 4


def reduced_over(name: str, x: Ref, axis: tuple[int, ...], keepdims: bool) -> Ref:
    """A reduction without keepdims over the axes longer than 1, seen in the shape that was asked for."""
    shape = reduced(x.shape, axis, keepdims)
    if name in ("any", "all") and x.type.dtype != "bool":
        x = build.not_equal(x, 0)
    axis = tuple(a for a in axis if x.shape[a] != 1)
    if axis:
        return reshape(apply(name, x, axis=axis, keepdims=False), shape)
    if name in ("argmax", "argmin"):
        return Ref(x.builder.full(0, ArrayType("int64", shape)), x.builder)
    return reshape(x, shape)


def _exponentials(x: Ref, axis: tuple[int, ...]) -> tuple[Ref, Ref, Ref]:
    """Maximum, exponentials of the distance to it, and their sum, all with kept axes."""
    m = reduced_over("max", x, axis, True)
    e = exp(x - m)
    return m, e, reduced_over("sum", e, axis, True)


def _softmax(eqn: Eqn, args: list[Ref]) -> Ref:
    _, e, total = _exponentials(args[0], axes(eqn.attrs))
    return e * (1.0 / total)  # one division a row; the sum is at least 1


def scaled(eqn: Eqn, args: list[Ref], made: Eqn) -> Ref | None:
    """`softmax(x) * c` and `softmax(x) / c`: c, one number a row, goes to the one division of the row."""
    p, c = args
    e, inverse = (Ref(a, p.builder) for a in made.args)
    if c.ndim and broadcast(inverse.shape, c.shape) != inverse.shape:
        return None
    return e * call(eqn.op.name, inverse, c.arg.value if isinstance(c.arg, Const) else c)


def _log_of_sum(x: Ref, axis: tuple[int, ...]) -> Ref:
    m, _, total = _exponentials(x, axis)
    return where(apply("isfinite", m), m + log(total), m)


def _logsumexp(eqn: Eqn, args: list[Ref]) -> Ref:
    out = _log_of_sum(args[0], axes(eqn.attrs))
    return out if eqn.attrs["keepdims"] else reshape(out, eqn.out.type.shape)


def _log_softmax(eqn: Eqn, args: list[Ref]) -> Ref:
    return args[0] - _log_of_sum(args[0], axes(eqn.attrs))


def _norm(eqn: Eqn, args: list[Ref]) -> Ref:
    (x,) = args
    return sqrt(reduced_over("sum", x * x, axes(eqn.attrs), bool(eqn.attrs["keepdims"])))


def _reduction(eqn: Eqn, args: list[Ref]) -> Ref:
    return reduced_over(eqn.op.name, args[0], axes(eqn.attrs), bool(eqn.attrs["keepdims"]))


def _decay(x: Ref) -> Ref:
    """exp(-|x|), at most 1."""
    return exp(-build.absolute(x))


def _sigmoid(eqn: Eqn, args: list[Ref]) -> Ref:
    return 1.0 / (1.0 + exp(-args[0]))  # exp(-x) = inf gives 0, as it should


def _softplus_of(x: Ref) -> Ref:
    return apply("maximum", x, 0.0) + apply("log1p", _decay(x))


def _softplus(eqn: Eqn, args: list[Ref]) -> Ref:
    return _softplus_of(args[0])


def _log_sigmoid(eqn: Eqn, args: list[Ref]) -> Ref:
    (x,) = args
    return apply("minimum", x, 0.0) - apply("log1p", _decay(x))


def _sigmoid_cross_entropy(eqn: Eqn, args: list[Ref]) -> Ref:
    x, t = args
    return apply("maximum", x, 0.0) - x * t + apply("log1p", _decay(x))


def _silu(eqn: Eqn, args: list[Ref]) -> Ref:
    # -inf * 0 is nan, as in NumPy.
    return args[0] * _sigmoid(eqn, args)


def _logaddexp(eqn: Eqn, args: list[Ref]) -> Ref:
    x, y = args
    apart = apply("maximum", x, y) + apply("log1p", _decay(x - y))
    return where(build.equal(x, y), x + math.log(2.0), apart)  # inf - inf


def _xlogy(eqn: Eqn, args: list[Ref]) -> Ref:
    x, y = args
    zero = build.logical_and(build.equal(x, 0.0), build.logical_not(apply("isnan", y)))
    return where(zero, 0.0, x * log(y))


def _sinc(eqn: Eqn, args: list[Ref]) -> Ref:
    t = args[0] * math.pi
    return where(build.equal(t, 0.0), 1.0, build.sin(t) / t)


def _clip(eqn: Eqn, args: list[Ref]) -> Ref:
    x, low, high = args
    return apply("minimum", apply("maximum", x, low), high)


def _relu(eqn: Eqn, args: list[Ref]) -> Ref:
    return apply("maximum", args[0], 0.0)


def _power(eqn: Eqn, args: list[Ref]) -> Ref | None:
    """Small whole powers are products, and the square root is itself, as NumPy's `**` has it."""
    exponent = eqn.args[1]
    x = args[0]
    if not isinstance(exponent, Const) or isinstance(eqn.args[0], Const):
        return None
    k = exponent.value
    square = build.square
    if k == 1:
        return x
    if k == 2:
        return square(x)
    if k == 3:
        return square(x) * x
    if k == 4:
        return square(square(x))
    if not x.type.is_float:
        return None
    if k == 0.5:
        return sqrt(x)
    if k == -1:
        return 1.0 / x
    return 1.0 / square(x) if k == -2 else None


def _matmul(eqn: Eqn, args: list[Ref]) -> Ref | None:
    """Products with a vector, and of tiny matrices, are loops like any other; the rest is BLAS."""
    a, b = args
    if a.ndim == 1 and b.ndim == 1:
        return reduced_over("sum", a * b, (0,), False)
    if b.ndim == 1:
        return reduced_over("sum", a * b, (a.ndim - 1,), False)
    if a.ndim == 1:
        column = reshape(a, (*a.shape, 1))
        return reduced_over("sum", column * b, (b.ndim - 2,), False)
    sides = (*a.shape[-2:], b.shape[-1])
    if all(isinstance(d, int) and d <= _SMALL for d in sides) or 1 in sides:
        rows: Shape = (*a.shape, 1)
        columns: Shape = (*b.shape[:-2], 1, *b.shape[-2:])
        product = reshape(a, rows) * reshape(b, columns)
        return reduced_over("sum", product, (product.ndim - 2,), False)
    return None


def _scan(eqn: Eqn, args: list[Ref]) -> Ref | None:
    """A running sum or product along the last axis."""
    axis = eqn.attrs["axis"]
    assert isinstance(axis, int)
    (x,) = args
    if x.shape[axis] == 1:
        return x
    if axis == x.ndim - 1:
        return None
    perm = (*(a for a in range(x.ndim) if a != axis), axis)
    back = tuple(perm.index(a) for a in range(x.ndim))
    scanned = apply(eqn.op.name, transpose(x, perm), axis=x.ndim - 1)
    return transpose(scanned, back)


# fmt: off
OPEN: dict[str, Opening] = {
    "softmax": _softmax, "log_softmax": _log_softmax, "logsumexp": _logsumexp, "norm": _norm,
    "sum": _reduction, "prod": _reduction, "max": _reduction, "min": _reduction,
    "argmax": _reduction, "argmin": _reduction, "any": _reduction, "all": _reduction,
    "sigmoid": _sigmoid, "softplus": _softplus, "log_sigmoid": _log_sigmoid, "silu": _silu,
    "sigmoid_cross_entropy": _sigmoid_cross_entropy, "relu": _relu,
    "logaddexp": _logaddexp, "xlogy": _xlogy, "sinc": _sinc, "clip": _clip, "power": _power,
    "matmul": _matmul, "cumsum": _scan, "cumprod": _scan,
}
# fmt: on
