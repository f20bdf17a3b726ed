"""Running extremes, functions of rows, lookups, integrals of samples, the exponential of a matrix."""

import numpy as np
import pytest
import scipy.integrate
import scipy.linalg
from science.checking import both, check

import symgrad as sg

RNG = np.random.default_rng(6)
X = RNG.normal(size=9)
A = RNG.normal(size=(3, 5))
B = RNG.normal(size=(4, 4))
T = np.cumsum(RNG.uniform(0.5, 1.5, 9))
V = np.sin(np.arange(1.0, 10.0))


def put(a):
    b = a.copy()
    np.put_along_axis(b, np.argmax(a, axis=1)[:, None], 0.5 * a[:, :1] ** 2, 1)
    return np.sum(b**2)


PROGRAMS = {
    "drawdown": (lambda x: np.sum((np.maximum.accumulate(x) - x) ** 2 * V), (X,)),
    "running_least": (lambda a: np.sum(np.minimum.accumulate(a, axis=1) ** 2 * V[:5]), (A,)),
    "running_axis_0": (lambda a: np.sum(np.maximum.accumulate(a) ** 2 * V[:5]), (A,)),
    "rows_to_rows": (
        lambda a: np.sum(np.apply_along_axis(lambda r: r * np.sum(r**2), 1, a) * V[:5]),
        (A,),
    ),
    "columns_to_rows": (
        lambda a: np.sum(np.apply_along_axis(lambda r, k: np.cumsum(r) ** k, 0, a, 2) * V[:5]),
        (A,),
    ),
    "rows_to_numbers": (
        lambda a: np.sum(np.apply_along_axis(lambda r: np.max(r) * r[0], 1, a) * V[:3]),
        (A,),
    ),
    "put_along_axis": (put, (A,)),
    "isin": (lambda x: np.sum(x**2 * np.isin(np.arange(9), [1, 4, 7])), (X,)),
    "signbit": (lambda x: np.sum(np.where(np.signbit(x), x**2, x**3)), (X,)),
    "nancumsum": (lambda x: np.sum(np.nancumsum(x**2) * V), (X,)),
    "hsplit": (lambda a: np.sum(np.hsplit(a, [2])[1] ** 2) + np.sum(np.vsplit(a, 3)[1] ** 3), (A,)),
    "cumulative": (
        lambda x, t: np.sum(scipy.integrate.cumulative_trapezoid(x**2, t, initial=0) * V),
        (X, T),
    ),
    "cumulative_dx": (lambda a: np.sum(scipy.integrate.cumulative_trapezoid(a, dx=0.1, axis=0) ** 2), (A,)),
    "trapezoid": (lambda x, t: scipy.integrate.trapezoid(x**2, t), (X, T)),
    "simpson": (lambda x: scipy.integrate.simpson(x**2, dx=0.3), (X,)),
    "simpson_x": (lambda x, t: scipy.integrate.simpson(x**2, x=t), (X, T)),
    "expm": (lambda b: np.sum(scipy.linalg.expm(b) ** 2), (B,)),
    "expm_scaled": (lambda b: np.log(np.sum(scipy.linalg.expm(7.0 * b) ** 2)), (B,)),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_by_differences(name):
    fun, args = PROGRAMS[name]
    check(fun, args, tuple(range(len(args))), rtol=2e-6, atol=1e-7)


@both
@pytest.mark.parametrize("size", [0.0, 1e-8, 0.3, 5.0, 60.0])
def test_the_exponential_and_its_derivative(size, jit):
    a, e = size * B / np.linalg.norm(B, 1), RNG.normal(size=(4, 4))
    value, tangent = sg.jvp(lambda b: scipy.linalg.expm(b), (a,), (e,), jit=jit)
    exact, slope = scipy.linalg.expm_frechet(a, e)
    scale = np.abs(exact).max()
    np.testing.assert_allclose(value, exact, rtol=1e-11, atol=1e-13 * scale)
    np.testing.assert_allclose(tangent, slope, rtol=1e-10, atol=1e-11 * np.abs(slope).max())


def test_simpson_of_an_even_number_is_refused():
    with pytest.raises(sg.SymgradError, match="even number of samples"):
        sg.grad(lambda x: scipy.integrate.simpson(x), jit=False)(X[:8])
