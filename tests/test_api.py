"""What the verbs say of arguments that choose nothing, or say it in the wrong word."""

import numpy as np
import pytest

import symgrad as sg


def loss(x, a):
    return np.sum(a * x * x)


@pytest.mark.parametrize(
    ("chosen", "error", "message"),
    [
        ({"wrt": 0}, TypeError, r"wrt=0: wrt takes names; write argnums=0, or wrt='x'"),
        ({"wrt": (0, 1)}, TypeError, r"wrt=\(0, 1\): wrt takes names; write argnums=\(0, 1\), or wrt='x'"),
        ({"wrt": ("x", 1)}, TypeError, r"wrt=\('x', 1\): wrt takes names"),
        ({"wrt": "y"}, ValueError, r"wrt='y', but the arguments of loss are x, a"),
        ({"argnums": "x"}, TypeError, r"argnums='x': positions; write wrt='x'"),
        ({"argnums": True}, TypeError, r"argnums=True: write an int or a tuple of ints"),
        ({"argnums": 2}, ValueError, r"argnums=2, but loss has 2 arguments"),
        ({"argnums": 1, "wrt": "x"}, TypeError, r"give argnums or wrt, not both"),
    ],
)
@pytest.mark.parametrize("verb", [sg.grad, sg.value_and_grad, sg.jacfwd, sg.jacrev])
def test_what_is_chosen(verb, chosen, error, message):
    with pytest.raises(error, match=message):
        verb(loss, **chosen, jit=False)(np.ones(3), np.ones(3))


def test_names_positions_and_all():
    x, a = np.array([1.0, 2.0]), np.array([3.0, -1.0])
    both = [{"wrt": ("x", "a")}, {"wrt": ["x", "a"]}, {"wrt": "*"}, {"argnums": (0, 1)}, {"argnums": (0, -1)}]
    for chosen in both:
        dx, da = sg.grad(loss, **chosen, jit=False)(x, a)
        np.testing.assert_allclose(dx, 2 * a * x, rtol=1e-15)
        np.testing.assert_allclose(da, x * x, rtol=1e-15)
    np.testing.assert_allclose(sg.grad(loss, wrt="a", jit=False)(x, a), x * x, rtol=1e-15)
