"""NaN, infinities and zeros of both signs through compiled kernels, under all three meanings of `fastmath`.

Values against NumPy's, gradients against the study text run by NumPy. What `fastmath=True` may change is the
last bits: sums in any order, products and sums contracted, reciprocals; nothing is taken never to be NaN.
"""

import itertools
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import symgrad as sg

NUMBERS = (np.inf, -np.inf, np.nan, 0.0, -0.0, 1.0, -1.0, 2.5, -0.5, 30.0)


def exponentials(x):
    return np.exp(x), np.exp2(x), np.expm1(x), np.log(x), np.log2(x), np.log10(x), np.log1p(x), np.sqrt(x)


def circular(x):
    return np.cbrt(x), np.sin(x), np.cos(x), np.tan(x), np.arcsin(x), np.arccos(x), np.arctan(x), np.square(x)


def hyperbolic(x):
    return np.sinh(x), np.cosh(x), np.tanh(x), np.arcsinh(x), np.arccosh(x), np.arctanh(x), x**3, x**0.5


def others(x):
    sigmoid, softplus = 1 / (1 + np.exp(-x)), np.log(1 + np.exp(x))
    return np.abs(x), np.sign(x), np.floor(x), np.reciprocal(x), sigmoid, softplus, np.sqrt(x * x), 2 * x - x


def sums(x, y):
    return x + y, x - y, (x + y) - x, (x - y) + y, x - x + y, x * 0.0 + y, x * y - x * 2.0, x * y + x


def quotients(x, y):
    return x * y, x / y, x / x * y, x / y / 3.0, np.sqrt(x) * np.sqrt(x) - y, np.hypot(x, y), np.arctan2(x, y)


def comparisons(x, y):
    either, product = np.where(x > y, x, y), np.where(x <= y, x * y, 0.0)
    finite, number = np.where(np.isfinite(x), y * y, 1.0), np.where(np.isnan(x), y, x / y)
    return np.maximum(x, y), np.minimum(x, y), either, product, finite, number, np.clip(x, -1.0, 2.0) * y


def reductions(x):
    squares = np.sum(x * x, axis=1)
    return (
        np.sum(x, axis=1),
        np.mean(x, axis=1),
        np.prod(x, axis=1),
        squares,
        np.sqrt(squares),
        np.var(x, axis=1),
    )


def extremes(x):
    shifted = np.exp(x - np.max(x, axis=1, keepdims=True))
    softmax = shifted / np.sum(shifted, axis=1, keepdims=True)
    logsumexp = np.log(np.sum(np.exp(x), axis=1))
    positive = np.sum(np.where(x > 0, x, 0.0), axis=1)
    return np.max(x, axis=1), np.min(x, axis=1), softmax, logsumexp, positive, np.linalg.norm(x, axis=1)


def carried(x):
    """The same in loops, branches and scalars."""
    out = np.zeros((len(x), 4))
    for i in range(len(x)):
        total, top = 0.0, -np.inf
        for j in range(3):
            total = total * 0.5 + x[i, j]
            if x[i, j] > top:
                top = x[i, j]
        out[i, 0] = total - x[i, 2]
        out[i, 1] = top
        out[i, 2] = x[i, 0] / x[i, 1] if x[i, 2] > 0.0 else x[i, 0] * x[i, 1]
        out[i, 3] = max(x[i, 0], x[i, 1]) + min(x[i, 1], 1.0)
    return (out,)


ONE = np.array([*NUMBERS, 700.0, -700.0, 1e-300, 0.9])
TWO = np.array([*itertools.product(NUMBERS, NUMBERS)]).T.copy()
THREE = np.array([*itertools.product((*NUMBERS[:6], 2.5), repeat=3)])
ARGUMENTS: dict[Callable[..., Any], tuple[np.ndarray, ...]] = {
    **dict.fromkeys((exponentials, circular, hyperbolic, others), (ONE,)),
    **dict.fromkeys((sums, quotients, comparisons), (TWO[0], TWO[1])),
    **dict.fromkeys((reductions, extremes, carried), (THREE,)),
}


def of_all(f: Callable[..., Any]) -> Callable[..., Any]:
    """One number of all results, which ride along: a kernel that returns values and gradients."""

    def loss(args, weights):
        results = f(*args)
        total = 0.0
        for result, weight in zip(results, weights, strict=True):
            total = total + np.sum(result * weight)
        return total, results

    return loss


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("f", ARGUMENTS)
def test_nothing_changes_nan_or_infinity(f: Callable[..., Any], rng: np.random.Generator) -> None:
    args = ARGUMENTS[f]
    expected = f(*args)
    weights = tuple(rng.normal(size=v.shape) for v in expected)
    (_, values), gradients = sg.value_and_grad(of_all(f), has_aux=True, jit=False)(args, weights)
    for number, (ours, numpys) in enumerate(zip(values, expected, strict=True)):
        np.testing.assert_allclose(
            ours, numpys, rtol=1e-11, atol=1e-300, err_msg=f"study text, value {number}"
        )
    modes = (
        (False, "strict", True) if f in (reductions, extremes, carried) else (False, True)
    )  # sums alone differ
    for fastmath in modes:
        rounding = 1e-12 if fastmath is True else 1e-300
        (_, values), found = sg.value_and_grad(of_all(f), has_aux=True, fastmath=fastmath)(args, weights)
        for number, (ours, numpys) in enumerate(zip(values, expected, strict=True)):
            note = f"fastmath={fastmath}, value {number}"
            np.testing.assert_allclose(ours, numpys, rtol=1e-11, atol=rounding, err_msg=note)
        for number, (ours, numpys) in enumerate(zip(found, gradients, strict=True)):
            note = f"fastmath={fastmath}, gradient {number}"
            np.testing.assert_allclose(ours, numpys, rtol=1e-9, atol=1e-12, err_msg=note)


FLAGS = re.compile(
    r"(?:fadd|fsub|fmul|fdiv|frem|fneg|fcmp|call)((?: (?:reassoc|nnan|ninf|nsz|arcp|contract|afn|fast))+)"
)


@pytest.mark.parametrize(
    "fastmath, allowed",
    [
        (False, {("reassoc",)}),
        ("strict", set()),
        (True, {("reassoc", "nsz", "arcp", "contract"), ("nsz", "arcp", "contract")}),
    ],
)
def test_the_flags_of_a_kernel(fastmath: Any, allowed: set[Any]) -> None:
    def f(x, y):
        return np.sum(np.exp(x) / y) + np.max(x * y) + np.sum(np.where(x > y, np.tanh(x), y)) / np.mean(y)

    df = sg.value_and_grad(f, argnums=(0, 1), fastmath=fastmath)
    df(np.arange(1.0, 4.0), np.arange(2.0, 5.0))
    (text,) = df.vg_kernel.inspect_llvm().values()
    assert {tuple(flags.split()) for flags in FLAGS.findall(text)} == allowed
