"""The few helpers that generated NumPy text imports, where NumPy itself has no function or no stable one.

In: arrays or numbers. Out: arrays or NumPy scalars of the same float dtype. Each is exactly what the
operation of the same name means (`ir.evaluate` takes them from here). NumPy at import, scipy.special
only when one of its functions is first called.

    sigmoid(-1000.0) == 0.0;  softplus(1000.0) == 1000.0      # no overflow, no warning
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "digamma",
    "erf",
    "erfc",
    "erfcx",
    "erfinv",
    "gamma",
    "gammaln",
    "i0",
    "i1",
    "j0",
    "j1",
    "log_ndtr",
    "log_sigmoid",
    "log_softmax",
    "logsumexp",
    "ndtri",
    "norm",
    "polygamma",
    "push",
    "relu",
    "revolve",
    "sigmoid",
    "sigmoid_cross_entropy",
    "silu",
    "softmax",
    "softplus",
    "solve_triangular",
    "stop_gradient",
    "tape",
    "trigamma",
    "xlogy",
]

Axis = int | tuple[int, ...] | None


def sigmoid(x: Any) -> Any:
    """1 / (1 + exp(-x)), from exp(-abs(x)) so that it cannot overflow."""
    e = np.exp(-np.abs(x))
    return np.where(np.less(x, 0), e, 1.0) / (1.0 + e)


def log_sigmoid(x: Any) -> Any:
    """log(sigmoid(x)), right also where sigmoid(x) underflows."""
    return -np.logaddexp(0.0, np.negative(x))


def softplus(x: Any) -> Any:
    """log(1 + exp(x)) without overflow."""
    return np.logaddexp(0.0, x)


def sigmoid_cross_entropy(x: Any, t: Any) -> Any:
    """-(t * log(sigmoid(x)) + (1 - t) * log(1 - sigmoid(x))), in full accuracy where that is near 0."""
    return np.maximum(x, 0) - x * t + np.log1p(np.exp(-np.abs(x)))


def relu(x: Any) -> Any:
    """max(x, 0); its derivative at 0 is 0."""
    return np.maximum(x, 0)


def silu(x: Any) -> Any:
    """x * sigmoid(x)."""
    return x * sigmoid(x)


def softmax(x: Any, axis: Axis = None) -> Any:
    """exp(x) / sum(exp(x)) over `axis` (all axes if None), shifted by the maximum."""
    e = np.exp(x - np.max(x, axis=axis, keepdims=True))
    return e / np.sum(e, axis=axis, keepdims=True)


def log_softmax(x: Any, axis: Axis = None) -> Any:
    """log(softmax(x)), right also where the softmax underflows."""
    return x - logsumexp(x, axis=axis, keepdims=True)


def logsumexp(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """log(sum(exp(x))) over `axis`, shifted by the maximum where that is finite."""
    top = np.max(x, axis=axis, keepdims=True)
    top = np.where(np.isfinite(top), top, 0).astype(top.dtype)
    out = top + np.log(np.sum(np.exp(x - top), axis=axis, keepdims=True))
    return out if keepdims else np.squeeze(out, axis=axis)


def norm(x: Any, axis: Axis = None, keepdims: bool = False) -> Any:
    """sqrt(sum(x * x)) over `axis`; its derivative at 0 is 0."""
    return np.sqrt(np.sum(np.square(x), axis=axis, keepdims=keepdims))


def tape(*shape: int, dtype: Any = float) -> Any:
    """A tape without slots, of numbers or of arrays of this shape; `push` gives it more."""
    return np.empty((0, *shape), dtype)


def push(tape: Any, k: int, v: Any) -> Any:
    """`tape` with `v` in slot k, at most one beyond its end; a full tape moves to twice the room."""
    if k == len(tape):
        room = np.empty_like(tape, shape=(max(k, 8), *tape.shape[1:]))
        tape = np.concatenate((tape, room))
    tape[k] = v
    return tape


def revolve(trips: int, slots: int) -> int:
    """How many trips to run to the next snapshot, so that `trips` of them are reversed with the least work.

    `slots` snapshots may stand at a time, the one of the present state included. With s of them, the first
    C(s + r, s) trips are reversed by running none more than r times. Griewank and Walther, Algorithm 799.
    """
    runs, last, reach = 1, 1, slots + 1  # last = C(slots + runs - 1, slots), reach = C(slots + runs, slots)
    while reach < trips:
        runs += 1
        last, reach = reach, reach * (slots + runs) // runs
    return min(last, trips - last * slots // (slots + runs - 1))


def erf(x: Any) -> Any:
    """The error function."""
    from scipy import special  # start-up: most programs need none of these

    return special.erf(x)


def erfc(x: Any) -> Any:
    """1 - erf(x), accurate for large x."""
    from scipy import special  # start-up, as above

    return special.erfc(x)


def gammaln(x: Any) -> Any:
    """The logarithm of abs(gamma(x))."""
    from scipy import special  # start-up, as above

    return special.gammaln(x)


def digamma(x: Any) -> Any:
    """The derivative of gammaln."""
    from scipy import special  # start-up, as above

    return special.digamma(x)


def trigamma(x: Any) -> Any:
    """The derivative of digamma."""
    from scipy import special  # start-up, as above

    return special.polygamma(1, x).astype(np.asarray(x).dtype)[()]


def erfcx(x: Any) -> Any:
    """exp(x * x) * erfc(x)."""
    from scipy import special  # start-up, as above

    return special.erfcx(x)


def erfinv(x: Any) -> Any:
    """The inverse of erf."""
    from scipy import special  # start-up, as above

    return special.erfinv(x)


def gamma(x: Any) -> Any:
    """The gamma function."""
    from scipy import special  # start-up, as above

    return special.gamma(x)


def i0(x: Any) -> Any:
    """The modified Bessel function of order 0."""
    from scipy import special  # start-up, as above

    return special.i0(x)


def i1(x: Any) -> Any:
    """The modified Bessel function of order 1."""
    from scipy import special  # start-up, as above

    return special.i1(x)


def j0(x: Any) -> Any:
    """The Bessel function of order 0."""
    from scipy import special  # start-up, as above

    return special.j0(x)


def j1(x: Any) -> Any:
    """The Bessel function of order 1."""
    from scipy import special  # start-up, as above

    return special.j1(x)


def log_ndtr(x: Any) -> Any:
    """The logarithm of the normal distribution function."""
    from scipy import special  # start-up, as above

    return special.log_ndtr(x)


def ndtri(x: Any) -> Any:
    """The inverse of the normal distribution function."""
    from scipy import special  # start-up, as above

    return special.ndtri(x)


def polygamma(n: Any, x: Any) -> Any:
    """The derivative of order n of digamma."""
    from scipy import special  # start-up, as above

    return special.polygamma(n, x).astype(np.asarray(x).dtype)[()]


def solve_triangular(a: Any, b: Any, lower: bool = False, trans: bool = False) -> Any:
    """x in `a @ x = b` (`a.T @ x = b` if `trans`), reading one triangle of `a`; stacks as np.linalg.solve."""
    from scipy import linalg  # start-up, as above

    if np.ndim(a) == 2 and np.ndim(b) <= 2:
        return linalg.solve_triangular(a, b, trans=int(trans), lower=lower, check_finite=False)
    triangle = np.tril(a) if lower else np.triu(a)
    return np.linalg.solve(triangle.mT if trans else triangle, b)


def xlogy(x: Any, y: Any) -> Any:
    """x * log(y), and 0 where x is 0."""
    from scipy import special  # start-up, as above

    return special.xlogy(x, y)


def stop_gradient(x: Any) -> Any:
    """x, seen as a constant by every derivative."""
    return x
