"""The derivatives of the logarithm of the gamma function, for kernels: digamma, trigamma, polygamma.

In: a scalar, inside ``@njit`` code; outside it what scipy.special takes. Out: the function, by recurrence and
an asymptotic series, in Python that numba compiles.

    digamma(x) = log(x) - 1 / (2 * x) - 1 / (12 * x**2) + ...    where x >= 10
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba.core import types
from numba.extending import overload, register_jitable

from symgrad.vmath import float_of


def digamma(x: object) -> object:
    """Compute the logarithmic derivative of the gamma function.

    Parameters
    ----------
    x : float or array
        In compiled code a scalar; outside it what scipy.special.digamma takes.

    Returns
    -------
    float or array
        Within about 1e-14: relative where ``|digamma(x)| > 1``, else absolute; relative too near 1.46.
        -inf at 0, inf at -0, nan at the negative integers and, compiled, at -inf.

    Notes
    -----
    Recurrence to x >= 10 and the asymptotic series (Abramowitz & Stegun 6.3.18); on [1, 2] the rational
    approximation around the root by John Maddock (Boost.Math, 53 bits); reflection for x < 0.

    Examples
    --------
    >>> round(float(digamma(1.0)), 12)
    -0.577215664902
    """
    from scipy import special  # 0.1 s: kernels do without

    return special.digamma(x)


def trigamma(x: object) -> object:
    """Compute the derivative of `digamma`.

    Parameters
    ----------
    x : float or array
        In compiled code a scalar; outside it what scipy.special.polygamma takes.

    Returns
    -------
    float or array
        Within about 1e-14 relative; inf at 0 and the negative integers; nan at -inf, in compiled code.

    Examples
    --------
    >>> round(float(trigamma(1.0)), 12)
    1.644934066848
    """
    from scipy import special  # 0.1 s: kernels do without

    return special.polygamma(1, x)


def _digamma_float64(x: float) -> float:
    """Compute digamma of a float, in Python that numba compiles."""
    # NaN falls through every comparison to the series and stays NaN.
    if x == math.inf:
        return x
    if x == 0.0:
        return -math.copysign(math.inf, x)
    total = 0.0
    if x < 0.0:
        fraction = x - np.rint(x)  # exact, so that the tangent is accurate beside the poles
        if fraction == 0.0 or x == -math.inf:
            return math.nan
        total = -math.pi / math.tan(math.pi * fraction)
        x = 1.0 - x
    if x < 1.0:
        total -= 1.0 / x
        x += 1.0
    while 2.0 < x < 10.0:
        x -= 1.0
        total += 1.0 / x
    if x <= 2.0:
        # The root in three parts, so that the difference has all its bits.
        from_root = x - 1569415565.0 / 1073741824.0
        from_root -= (381566830.0 / 1073741824.0) / 1073741824.0
        from_root -= 0.9016312093258695918615325266959189453125e-19
        t = x - 1.0
        p = -0.045251321448739056 + t * -0.0020713321167745952
        p = 0.25479851061131551526 + t * (
            -0.32555031186804491 + t * (-0.65031853770896507 + t * (-0.28919126444774784 + t * p))
        )
        q = 0.054151797245674225 + t * (0.0021284987017821144 + t * -0.55789841213675513e-6)
        q = 1.0 + t * (2.0767117023730469 + t * (1.4606242909763515 + t * (0.43593529692665969 + t * q)))
        return total + (from_root * 0.99558162689208984 + from_root * (p / q))
    s = 1.0 / (x * x)
    # Bernoulli numbers B(2k) / 2k; the first term left out is below 1e-16 for x >= 10.
    series = s * (1 / 12 - s * (1 / 120 - s * (1 / 252 - s * (1 / 240 - s * (1 / 132 - s * (
        691 / 32760 - s * (1 / 12))))))
    )  # fmt: skip
    return total + (math.log(x) - 0.5 / x - series)


def _trigamma_float64(x: float) -> float:
    """Compute trigamma of a float, in Python that numba compiles."""
    if x == math.inf:
        return 0.0
    if x == -math.inf:
        return math.nan
    if x <= 0.0:
        fraction = x - np.rint(x)
        if fraction == 0.0:
            return math.inf
        ratio = math.pi / math.sin(math.pi * fraction)
        # One level deep: 1 - x > 1.
        return ratio * ratio - _trigamma_positive(1.0 - x)
    return _trigamma_positive(x)


def _trigamma_positive(x: float) -> float:
    total = 0.0
    while x < 10.0:
        total += (1.0 / x) * (1.0 / x)  # not 1 / (x * x): x * x may be 0, and the caller's division may raise
        x += 1.0
    s = 1.0 / (x * x)
    # Bernoulli numbers B(2k), divided by x**(2k + 1).
    series = s * (1 / 6 - s * (1 / 30 - s * (1 / 42 - s * (1 / 30 - s * (5 / 66 - s * (
        691 / 2730 - s * (7 / 6 - s * (3617 / 510)))))))
    )  # fmt: skip
    return total + (1.0 / x + 0.5 * s + series / x)


_digamma_compiled = register_jitable(_digamma_float64)
_trigamma_positive = register_jitable(_trigamma_positive)
_trigamma_compiled = register_jitable(_trigamma_float64)


@overload(digamma, strict=False)  # strict: the annotations too must be those of the implementation
def _digamma_overload(x: types.Type) -> Callable[[float], object] | None:
    if float_of(x) == types.float32:
        return lambda x: np.float32(_digamma_compiled(np.float64(x)))
    return None if float_of(x) is None else lambda x: _digamma_compiled(np.float64(x))


@overload(trigamma, strict=False)  # strict: the annotations too must be those of the implementation
def _trigamma_overload(x: types.Type) -> Callable[[float], object] | None:
    if float_of(x) == types.float32:
        return lambda x: np.float32(_trigamma_compiled(np.float64(x)))
    return None if float_of(x) is None else lambda x: _trigamma_compiled(np.float64(x))


def polygamma(n: Any, x: Any) -> Any:
    """The derivative of order n of digamma, n >= 1."""
    from scipy import special

    return special.polygamma(n, x)


@register_jitable
def _zeta(s: Any, q: Any) -> Any:
    """The sum of (q + k)**-s over k >= 0, by the series of Euler and Maclaurin."""
    if q <= 0.0 and q == math.floor(q):
        return math.inf
    total = 0.0
    while q < 12.0:
        total += q**-s
        q += 1.0
    power = q**-s
    total += power * q / (s - 1.0) + 0.5 * power
    factor = s * power / q
    # Bernoulli numbers B(2k), divided by (2k)!.
    total += factor * (1 / 12)
    factor *= (s + 1.0) * (s + 2.0) / (q * q)
    total -= factor * (1 / 720)
    factor *= (s + 3.0) * (s + 4.0) / (q * q)
    total += factor * (1 / 30240)
    factor *= (s + 5.0) * (s + 6.0) / (q * q)
    total -= factor * (1 / 1209600)
    factor *= (s + 7.0) * (s + 8.0) / (q * q)
    total += factor * (1 / 47900160)
    factor *= (s + 9.0) * (s + 10.0) / (q * q)
    total -= factor * (691 / 1307674368000)
    factor *= (s + 11.0) * (s + 12.0) / (q * q)
    return total + factor * (1 / 74724249600)


@register_jitable
def _polygamma(n: Any, x: Any) -> Any:
    if x == math.inf:
        return 0.0
    size = math.gamma(n + 1.0) * _zeta(n + 1.0, x)
    return size if n % 2.0 == 1.0 else -size


@overload(polygamma, strict=False)
def _polygamma_overload(n: types.Type, x: types.Type) -> Callable[..., Any]:
    if x == types.float32:
        return lambda n, x: np.float32(_polygamma(np.float64(n), np.float64(x)))
    return lambda n, x: _polygamma(np.float64(n), np.float64(x))
