"""scipy.special: compiled functions are SciPy's, derivatives of every order, masks beside singular points."""

import math

import numpy as np
import pytest
from science.checking import check
from scipy import special

import symgrad as sg

FUNCTIONS = {
    "erfinv": (special.erfinv, np.linspace(-0.99, 0.99, 23)),
    "ndtri": (special.ndtri, np.linspace(0.01, 0.99, 23)),
    "log_ndtr": (special.log_ndtr, np.linspace(-30.0, 5.0, 23)),
    "erfcx": (special.erfcx, np.linspace(-3.0, 30.0, 23)),
    "gamma": (special.gamma, np.array([-2.5, -0.3, 0.2, 1.0, 1.4616, 3.0, 9.5, 30.25])),
    "i0": (special.i0, np.linspace(-6.0, 6.0, 23)),
    "i1": (special.i1, np.linspace(-6.0, 6.0, 23)),
    "j0": (special.j0, np.linspace(-9.0, 9.0, 23)),
    "j1": (special.j1, np.linspace(-9.0, 9.0, 23)),
    "trigamma": (lambda x: special.polygamma(1, x), np.array([-2.5, 0.1, 1.0, 7.0, 40.0])),
    "tetragamma": (lambda x: special.polygamma(2, x), np.array([-2.5, 0.1, 1.0, 7.0, 40.0])),
    "order 7": (lambda x: special.polygamma(7, x), np.array([-1.25, 0.5, 1.0, 7.0, 40.0])),
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_compiled_is_scipy(name):
    function, x = FUNCTIONS[name]

    def total(x):
        return np.sum(function(x) * (np.arange(x.shape[0]) + 1.0))

    value, gradient = sg.value_and_grad(total)(x)
    np.testing.assert_allclose(value, total(x), rtol=1e-12)
    np.testing.assert_allclose(gradient, sg.grad(total, jit=False)(x), rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_by_differences(name):
    function, x = FUNCTIONS[name]
    x = x[1:-1:3]
    check(lambda x: np.sum(np.arctan(function(x))), (x,), rtol=1e-6, atol=1e-6)


PAIRS = {
    "beta": special.beta, "betaln": special.betaln, "rel_entr": special.rel_entr, "kl_div": special.kl_div,
    "huber": special.huber, "pseudo_huber": special.pseudo_huber,
}  # fmt: skip


@pytest.mark.parametrize("name", PAIRS)
def test_of_two(name, rng):
    function = PAIRS[name]
    a, b = rng.uniform(0.5, 2.0, 5), rng.uniform(0.5, 2.0, 5)
    check(lambda a, b: np.sum(function(a, b)), (a, b), (0, 1), rtol=1e-6, atol=1e-7)


def test_derivatives_of_gammaln_to_the_fourth():
    f = lambda x: special.gammaln(x)
    for order in range(4):
        f = sg.grad(f, jit=False)
        assert abs(f(2.3) - special.polygamma(order, 2.3)) < 1e-12


@pytest.mark.parametrize("jit", [False, True])
def test_float32_and_scalars(jit):
    x = np.array([0.1, 0.6], dtype=np.float32)
    for function in (special.erfinv, special.i0, special.gamma, lambda x: special.polygamma(2, x)):
        gradient = sg.grad(lambda x, f=function: np.sum(f(x)), jit=jit)(x)
        wide = sg.grad(lambda x, f=function: np.sum(f(x)), jit=False)(x.astype(float))
        assert gradient.dtype == np.float32
        np.testing.assert_allclose(gradient, wide, rtol=1e-5)
    slope = sg.grad(lambda t: math.gamma(t) * np.i0(t), jit=jit)(1.3)
    expected = math.gamma(1.3) * (special.digamma(1.3) * special.i0(1.3) + special.i1(1.3))
    assert abs(slope - expected) < 1e-12


@pytest.mark.parametrize("jit", [False, True])
def test_masked_beside_a_pole(jit):
    """What is not taken contributes 0, although its slope is infinite."""
    x = np.array([-1.0, 0.25, 1.0])
    gradient = sg.grad(lambda x: np.sum(np.where(np.abs(x) < 1, special.erfinv(x), 0.0)), jit=jit)(x)
    slope = 0.5 * math.sqrt(math.pi) * math.exp(special.erfinv(0.25) ** 2)
    np.testing.assert_allclose(gradient, [0.0, slope, 0.0], rtol=1e-13)


def test_weights_of_logsumexp(rng):
    x, b = rng.normal(size=(2, 3)), rng.uniform(0.5, 2.0, (2, 3))
    check(lambda x, b: np.sum(special.logsumexp(x, axis=1, b=b)), (x, b), (0, 1), rtol=1e-6, atol=1e-7)


def test_refused():
    with pytest.raises(sg.SymgradError, match="order"):
        sg.grad(lambda n, x: special.polygamma(n, x), 1, jit=False)(1.5, 2.0)
    with pytest.raises(sg.SymgradError, match="gammainc") as caught:
        sg.grad(lambda x: special.gammainc(1.5, x), jit=False)(2.0)
    assert "try: " in str(caught.value)
