"""digamma and trigamma in kernels, against mpmath: near roots, beside poles, at the ends."""

from __future__ import annotations

import math
import pickle

import mpmath
import numba
import numpy as np
import pytest

from symgrad.backends import gammas

POINTS = [1e-300, 1e-5, 0.3, 0.999, 1.0, 1.2, 1.4616, 1.4616321449683623, 1.99, 2.0, 2.0001, 5.5, 9.99, 10.0]
POINTS += [10.01, 37.2, 1e5, 1e15, -0.1, -0.504, -0.9999999, -1.0000001, -2.5, -20.3, -1000.1]


@pytest.mark.parametrize(("name", "order"), [("digamma", 0), ("trigamma", 1)])
def test_digamma_and_trigamma(name: str, order: int) -> None:
    function = getattr(gammas, name)
    kernel = numba.njit(lambda x: function(x))
    with mpmath.workdps(40):
        for x in POINTS:
            want = float(mpmath.psi(order, mpmath.mpf(x)))
            assert kernel(x) == pytest.approx(want, rel=1e-14, abs=1e-14), x
            # SciPy's, used outside compiled code, has half the digits beside its poles.
            assert kernel(x) == pytest.approx(float(function(x)), rel=1e-8, abs=1e-14), x
    assert math.isnan(kernel(math.nan))
    assert kernel(math.inf) == (math.inf if name == "digamma" else 0.0)
    assert math.isnan(kernel(-math.inf))
    assert kernel(np.float32(2.5)) == np.float32(kernel(2.5))
    assert kernel(3) == kernel(3.0)


def test_digamma_near_its_root_is_relatively_accurate() -> None:
    kernel = numba.njit(lambda x: gammas.digamma(x))
    with mpmath.workdps(40):
        for x in (1.4616321449683623, 1.46163, 1.47):
            assert kernel(x) == pytest.approx(float(mpmath.psi(0, mpmath.mpf(x))), rel=1e-14, abs=0)


def test_poles() -> None:
    digamma = numba.njit(lambda x: gammas.digamma(x))
    trigamma = numba.njit(lambda x: gammas.trigamma(x))
    assert (digamma(0.0), digamma(-0.0)) == (-math.inf, math.inf)
    assert math.isnan(digamma(-3.0))
    assert (trigamma(0.0), trigamma(-3.0), trigamma(1e-200)) == (math.inf, math.inf, math.inf)


@pytest.mark.parametrize("name", ["digamma", "trigamma"])
def test_in_plain_python(name: str) -> None:
    function = getattr(gammas, name)
    x = np.array([[0.5, 0.7]])
    assert function(x).shape == (1, 2)
    assert float(function(0.5)) == pytest.approx(function(x)[0, 0], rel=1e-15)
    assert pickle.loads(pickle.dumps(function)) is function
