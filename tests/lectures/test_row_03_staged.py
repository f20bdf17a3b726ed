"""Row 3: `(x + sigmoid(y)) / (sigmoid(x) + (x + y)**2)` in eight stages, beside the slide's backward."""

import inspect
import math

import mpmath
import numpy as np

import symgrad as sg
from lectures.helpers import ATOL, RTOL, assigned, assignments, both, code


def staged(x, y):
    sigy = 1.0 / (1 + math.exp(-y))  # sigmoid in numerator
    num = x + sigy  # numerator
    sigx = 1.0 / (1 + math.exp(-x))  # sigmoid in denominator
    xpy = x + y
    xpysqr = xpy**2
    den = sigx + xpysqr  # denominator
    invden = 1.0 / den
    f = num * invden  # done!
    return f


def slide_backward(sigy, num, sigx, xpy, den, invden):
    # backprop f = num * invden
    dnum = invden  # gradient on numerator
    dinvden = num
    # backprop invden = 1.0 / den
    dden = (-1.0 / (den**2)) * dinvden
    # backprop den = sigx + xpysqr
    dsigx = (1) * dden
    dxpysqr = (1) * dden
    # backprop xpysqr = xpy**2
    dxpy = (2 * xpy) * dxpysqr
    # backprop xpy = x + y
    dx = (1) * dxpy
    dy = (1) * dxpy
    # backprop sigx = 1.0 / (1 + math.exp(-x))
    dx += ((1 - sigx) * sigx) * dsigx  # Notice += !! See notes below
    # backprop num = x + sigy
    dx += (1) * dnum
    dsigy = (1) * dnum
    # backprop sigy = 1.0 / (1 + math.exp(-y))
    dy += ((1 - sigy) * sigy) * dsigy
    # done! phew
    return dx, dy


def slide_gradient(x, y):
    sigy = 1.0 / (1 + math.exp(-y))
    num = x + sigy
    sigx = 1.0 / (1 + math.exp(-x))
    xpy = x + y
    den = sigx + xpy**2
    return slide_backward(sigy, num, sigx, xpy, den, 1.0 / den)


def precise_gradient(x, y):
    def f(x, y):
        sigmoid = lambda t: 1 / (1 + mpmath.exp(-t))
        return (x + sigmoid(y)) / (sigmoid(x) + (x + y) ** 2)

    with mpmath.workdps(40):
        return tuple(float(mpmath.diff(f, (x, y), n)) for n in ((1, 0), (0, 1)))


@both
def test_the_slides_point(jit):
    value, gradient = sg.value_and_grad(staged, argnums=(0, 1), jit=jit)(3.0, -4.0)
    np.testing.assert_allclose(value, 1.5456448841066441, rtol=RTOL, atol=0)
    np.testing.assert_allclose(gradient, slide_gradient(3.0, -4.0), rtol=RTOL, atol=0)
    np.testing.assert_allclose(gradient, precise_gradient(3.0, -4.0), rtol=RTOL, atol=0)


def test_random_points(rng):
    gradient = sg.grad(staged, argnums=(0, 1))
    for x, y in rng.normal(size=(20, 2), scale=2.0).tolist():
        np.testing.assert_allclose(gradient(x, y), slide_gradient(x, y), rtol=1e-11, atol=ATOL)
        np.testing.assert_allclose(gradient(x, y), precise_gradient(x, y), rtol=1e-11, atol=ATOL)


def generated_text():
    gradient = sg.grad(staged, argnums=(0, 1))
    gradient(3.0, -4.0)
    return gradient.backward_source


def test_the_slides_names_in_the_slides_order():
    """The staged adjoints come as on the slide; where dsigy stands depends on how dx is summed."""
    slide = ["dnum", "dinvden", "dden", "dsigx", "dxpysqr", "dxpy"]
    names = [name for name in assigned(generated_text()) if name in {*slide, "dsigy", "dx", "dy"}]
    assert names[:6] == slide
    assert sorted(names[6:]) == ["dsigy", "dx", "dy"]
    assert names.index("dx") < names.index("dy")


def test_no_longer_than_the_slides():
    slide = assignments(inspect.getsource(slide_backward))
    generated = assignments(generated_text())
    first = [name for name, _ in generated].index("dnum")
    assert len(slide) == 12
    assert len(generated[first:]) <= len(slide), "\n".join(statement for _, statement in generated)


def test_each_adjoint_stands_under_the_line_it_differentiates():
    lines = [line.strip() for line in generated_text().splitlines()]
    echoes = [
        "f = num * invden",
        "invden = 1.0 / den",
        "den = sigx + xpysqr",
        "xpysqr = xpy**2",
        "xpy = x + y",
    ]
    places = [next(i for i, line in enumerate(lines) if line.startswith("#") and e in line) for e in echoes]
    assert places == sorted(places)
    for place, name in zip(places, ["dnum", "dden", "dsigx", "dxpysqr", "dx"], strict=True):
        assert name in "\n".join(lines[place : place + 4])


def test_no_exponential_survives_in_the_adjoint():
    assert "exp" not in code(generated_text())
