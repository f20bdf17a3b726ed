"""Partials proved: against sympy's derivative, as expressions at random points and at special ones.

The rules run unchanged on sympy symbols and on NumPy arrays.
"""

import math

import numpy as np
import pytest
import sympy as sp

from symgrad.ir import evaluate
from symgrad.ir.ops import OPS
from symgrad.rules.declare import Partials, declared

X, Y = sp.symbols("x y", real=True)
T = sp.Symbol("t", real=True)


def _sinc(x):
    return sp.sin(sp.pi * x) / (sp.pi * x)


# fmt: off
SYMPY = {
    "negative": lambda x: -x, "exp": sp.exp, "exp2": lambda x: 2**x, "expm1": lambda x: sp.exp(x) - 1,
    "log": sp.log, "log2": lambda x: sp.log(x) / sp.log(2), "log10": lambda x: sp.log(x) / sp.log(10),
    "log1p": lambda x: sp.log(1 + x), "sqrt": sp.sqrt, "cbrt": lambda x: x ** sp.Rational(1, 3),
    "square": lambda x: x * x, "reciprocal": lambda x: 1 / x, "sin": sp.sin, "cos": sp.cos, "tan": sp.tan,
    "arcsin": sp.asin, "arccos": sp.acos, "arctan": sp.atan, "sinh": sp.sinh, "cosh": sp.cosh,
    "tanh": sp.tanh, "arcsinh": sp.asinh, "arccosh": sp.acosh, "arctanh": sp.atanh, "sinc": _sinc,
    "erf": sp.erf, "erfc": sp.erfc,
    "gammaln": sp.loggamma, "digamma": lambda x: sp.polygamma(0, x), "trigamma": lambda x: sp.polygamma(1, x),
    "sigmoid": lambda x: 1 / (1 + sp.exp(-x)), "log_sigmoid": lambda x: -sp.log(1 + sp.exp(-x)),
    "softplus": lambda x: sp.log(1 + sp.exp(x)), "silu": lambda x: x / (1 + sp.exp(-x)),
    "add": lambda x, y: x + y, "subtract": lambda x, y: x - y, "multiply": lambda x, y: x * y,
    "divide": lambda x, y: x / y, "power": lambda x, y: x**y, "arctan2": sp.atan2,
    "hypot": lambda x, y: sp.sqrt(x * x + y * y), "logaddexp": lambda x, y: sp.log(sp.exp(x) + sp.exp(y)),
    "xlogy": lambda x, y: x * sp.log(y),
    "sigmoid_cross_entropy": lambda x, t: sp.log(1 + sp.exp(x)) - x * t,
}
WORDS = {
    "where": lambda c, x, y: sp.Piecewise((x, c), (y, True)),
    "equal": lambda x, y: sp.Eq(x, y), "logical_and": sp.And,
}
# fmt: on

BINARY = {
    "add", "subtract", "multiply", "divide", "power", "arctan2", "hypot", "logaddexp", "xlogy",
    "sigmoid_cross_entropy",
}  # fmt: skip
INTERVAL = dict.fromkeys(
    ["log", "log2", "log10", "sqrt", "cbrt", "gammaln", "digamma", "power", "xlogy"], (0.2, 4.0)
)
INTERVAL |= dict.fromkeys(["arcsin", "arccos", "arctanh", "log1p"], (-0.9, 0.9))
INTERVAL |= {"arccosh": (1.2, 4.0)}


def slopes(name, *inputs, out):
    rule = declared()[name]
    assert isinstance(rule, Partials)
    found = rule.fn(out, *inputs)
    return found if isinstance(found, tuple) else (found,)


@pytest.mark.parametrize("name", sorted(set(SYMPY) - {"trigamma"}))
def test_partials_are_the_derivatives(name, rng, monkeypatch):
    """The rule equals the derivative of sympy, to the 15 digits of its constants."""
    monkeypatch.setattr(evaluate, "NUMPY", SYMPY | WORDS)
    inputs = (X, Y) if name in BINARY else (X,)
    out = SYMPY[name](*inputs)
    lo, hi = INTERVAL.get(name, (-2.0, 2.0))
    for variable, slope in zip(inputs, slopes(name, *inputs, out=out), strict=True):
        difference = sp.sympify(slope) - sp.diff(out, variable)
        scale = 1 + abs(sp.diff(out, variable))
        for _ in range(5):
            at = {v: sp.Float(str(rng.uniform(lo, hi)), 40) for v in inputs}
            assert abs(sp.N((difference / scale).subs(at), 30)) < 1e-14


SPECIAL = [
    ("log", 1e-300), ("log", 1e300), ("sqrt", 1e-300), ("sqrt", 1e300), ("exp", -700.0), ("tanh", 20.0),
    ("sigmoid", 30.0), ("sigmoid", -700.0), ("log_sigmoid", -1000.0), ("log_sigmoid", 700.0),
    ("softplus", -700.0), ("softplus", 1000.0), ("silu", -700.0), ("expm1", 1e-12), ("log1p", 1e-12),
    ("erf", 5.0), ("erfc", 25.0), ("arcsin", 0.9999999), ("arccosh", 1.0000001), ("arctanh", 0.9999999),
    ("gammaln", 1e-3), ("gammaln", 1e6), ("sinc", 1e-9), ("sinc", 1e-3), ("sinc", 0.05), ("sinc", 0.1999),
    ("sinc", 0.2001), ("sinc", -0.3), ("cbrt", 1e-200), ("reciprocal", 1e-150), ("arctan", 1e150),
    ("cosh", 700.0), ("log10", 1e-300), ("log2", 1e300),
]  # fmt: skip


@pytest.mark.parametrize(("name", "x"), SPECIAL)
def test_partials_are_accurate_at_special_points(name, x):
    """The rule on a NumPy number, against sympy's derivative in 60 digits."""
    with np.errstate(all="ignore"):
        (slope,) = slopes(name, np.float64(x), out=evaluate.NUMPY[name](np.float64(x)))
    # 400 digits: 1 - tanh(1000)**2 and its kin cancel
    exact = float(sp.N(sp.diff(SYMPY[name](T), T).subs(T, sp.Float(x, 400)), 60))
    if name in ("tanh", "sigmoid"):  # 1 - y * y and y * (1 - y): absolute accuracy, by design
        assert abs(slope - exact) < 1e-15
    else:
        assert math.isclose(slope, exact, rel_tol=3e-13), (slope, exact)


def test_sinc_at_zero():
    assert slopes("sinc", np.float64(0.0), out=np.float64(1.0)) == (0.0,)


@pytest.mark.parametrize("name", sorted(n for n, rule in declared().items() if isinstance(rule, Partials)))
def test_partials_run_on_arrays(name, rng):
    """Each partial broadcasts with the output, on plain arrays."""
    rule = declared()[name]
    op = OPS[name]
    arity = next(k for k in (1, 2, 3) if _accepts(rule.fn, k))
    args = [rng.uniform(0.2, 0.8, size=(2, 3)) + (op.name == "arccosh") for _ in range(arity)]
    out = evaluate.NUMPY[name](*args)
    for slope in slopes(name, *args, out=out):
        assert np.broadcast_shapes(np.shape(slope), out.shape) == out.shape
        assert np.all(np.isfinite(slope))


def _accepts(fn, inputs):
    return fn.__code__.co_argcount == inputs + 1
