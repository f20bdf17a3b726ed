"""Row 12: every activation of the tables. The derivative is the (corrected) derivative column.

The column itself is checked first, against mpmath on the definitions case by case. NumPy warns where a branch
that `where` does not take overflows; that is the user's formula, so warnings of this kind are off here.
"""

import mpmath
import numpy as np
import pytest

import symgrad as sg
from lectures.activations import ACTIVATIONS, Activation, d_maxout, maxout
from lectures.helpers import ATOL, both, central, code

POINTS = np.array([-3.7, -2.3, -1.7, -1.1, -0.6, -0.25, 0.25, 0.6, 1.1, 1.7, 2.3, 3.7])
FAR = np.array([-1000.0, -30.0, 30.0, 1000.0])

every = pytest.mark.parametrize("row", ACTIVATIONS, ids=lambda row: row.name)
parametric = pytest.mark.parametrize(
    "row", [row for row in ACTIVATIONS if row.parameters(POINTS)], ids=lambda row: row.name
)
kinked = pytest.mark.parametrize("row", [row for row in ACTIVATIONS if row.kinks], ids=lambda row: row.name)


def logistic(x):
    return 1 / (1 + mpmath.exp(-x))


def soft_exponential(x, alpha):
    if alpha < 0:
        return -mpmath.log(1 - alpha * (x + alpha)) / alpha
    return (mpmath.exp(alpha * x) - 1) / alpha + alpha if alpha > 0 else x


# The definitions of the slides, case by case, for one number at a time.
# fmt: off
DEFINITIONS = {
    "identity": lambda x: x,
    "step": lambda x: mpmath.mpf(x >= 0),
    "logistic": logistic,
    "tanh": lambda x: (mpmath.exp(x) - mpmath.exp(-x)) / (mpmath.exp(x) + mpmath.exp(-x)),
    "sqnl": lambda x: mpmath.sign(x) if abs(x) > 2 else x - x * abs(x) / 4,
    "arctan": mpmath.atan,
    "arsinh": lambda x: mpmath.log(x + mpmath.sqrt(x * x + 1)),
    "softsign": lambda x: x / (1 + abs(x)),
    "isru": lambda x, a: x / mpmath.sqrt(1 + a * x * x),
    "isrlu": lambda x, a: x / mpmath.sqrt(1 + a * x * x) if x < 0 else x,
    "relu": lambda x: x if x > 0 else 0 * x,
    "leaky_relu": lambda x: x / 100 if x < 0 else x,
    "leaky_relu_as_max": lambda x: max(x / 10, x),
    "prelu": lambda x, a: a * x if x < 0 else x,
    "rrelu": lambda x, a: a * x if x < 0 else x,
    "elu": lambda x, a: x if x > 0 else a * (mpmath.exp(x) - 1),
    "selu": lambda x: mpmath.mpf("1.0507") * (mpmath.mpf("1.67326") * (mpmath.exp(x) - 1) if x < 0 else x),
    "srelu": lambda x, tl, al, tr, ar: tl + al * (x - tl) if x <= tl else x if x < tr else tr + ar * (x - tr),
    "softplus": lambda x: mpmath.log(1 + mpmath.exp(x)),
    "bent_identity": lambda x: (mpmath.sqrt(x * x + 1) - 1) / 2 + x,
    "gelu": lambda x: x * mpmath.ncdf(x),
    "silu": lambda x: x * logistic(x),
    "swish": lambda x, b: x * logistic(b * x),
    "hard_swish": lambda x: x * min(max(x + 3, 0), 6) / 6,
    "soft_exponential": soft_exponential,
    "soft_clipping": lambda x, a: mpmath.log((1 + mpmath.exp(a * x)) / (1 + mpmath.exp(a * (x - 1)))) / a,
    "sinusoid": mpmath.sin,
    "sinc": lambda x: mpmath.sin(x) / x if x else mpmath.mpf(1),
    "gaussian": lambda x: mpmath.exp(-x * x),
    "sq_rbf": lambda x: 1 - x * x / 2 if abs(x) <= 1 else (2 - abs(x)) ** 2 / 2 if abs(x) < 2 else 0 * x,
}
# fmt: on
# Of these two each unit has its own formula, or its own vector of parameters.
ACROSS_UNITS = {"brelu", "apl"}


def cotangents(row: Activation, g, x, parameters):
    """g times the Jacobians: a parameter that all units share collects from all of them."""
    dx, *rest = row.partials(x, *parameters)
    shared = [
        g * d if np.shape(p) == x.shape else np.sum(g * d, axis=-1)
        for d, p in zip(rest, parameters, strict=True)
    ]
    return [g * dx, *shared]


def check(row: Activation, x, jit, rng):
    parameters = row.parameters(x)
    g = rng.normal(size=x.shape)
    with np.errstate(all="ignore"):
        value, pullback = sg.vjp(row.f, x, *parameters, jit=jit)
        found = pullback(g)
    expected = cotangents(row, g, x, parameters)
    for d, e, argument in zip(found, expected, (x, *parameters), strict=True):
        assert np.shape(d) == np.shape(argument)
        # Sums over the points: their rounding is of the size of the largest term.
        scale = 1 + np.abs(g).max() * np.abs(x).max() if np.ndim(argument) == 0 else 1
        np.testing.assert_allclose(d, e, rtol=1e-11, atol=1e-12 * scale)
    return value


def test_the_table_is_complete():
    assert len(ACTIVATIONS) == 32
    assert DEFINITIONS.keys() | ACROSS_UNITS == {row.name for row in ACTIVATIONS}


@pytest.mark.parametrize(
    "row", [row for row in ACTIVATIONS if row.name not in ACROSS_UNITS], ids=lambda row: row.name
)
def test_the_derivative_column_against_mpmath(row):
    with np.errstate(all="ignore"):
        far = FAR[np.abs(FAR) <= row.reach]
        x = np.sort(np.concatenate([POINTS, far]))
        parameters = row.parameters(x)
        partials = [np.broadcast_to(d, x.shape) for d in row.partials(x, *parameters)]
        values = np.broadcast_to(row.f(x, *parameters), x.shape)
    columns = [np.broadcast_to(p, x.shape).tolist() for p in parameters]
    exact = DEFINITIONS[row.name]
    for i, point in enumerate(zip(x.tolist(), *columns, strict=True)):
        with mpmath.workdps(1000 if abs(point[0]) > 100 else 60):
            at = [mpmath.mpf(p) for p in point]
            if abs(point[0]) < 100:
                np.testing.assert_allclose(values[i], float(exact(*at)), rtol=1e-12, atol=1e-14)
            for k, partial in enumerate(partials):
                if k and row.name == "soft_exponential" and point[1] == 0:
                    assert partial[i] == 0  # by convention: the branch taken is x
                    continue

                def along(t, k=k, at=at):
                    return exact(*at[:k], t, *at[k + 1 :])

                slope = float(mpmath.diff(along, at[k], h=mpmath.mpf(10) ** -25))
                np.testing.assert_allclose(
                    partial[i], slope, rtol=1e-9, atol=1e-13, err_msg=f"{k} at {point}"
                )


@pytest.mark.parametrize("row", [r for r in ACTIVATIONS if r.name in ACROSS_UNITS], ids=lambda row: row.name)
def test_the_derivatives_across_units_against_differences(row, rng):
    g, args = rng.normal(size=POINTS.shape), (POINTS, *row.parameters(POINTS))
    for i, expected in enumerate(cotangents(row, g, POINTS, args[1:])):
        found = central(lambda *a: np.sum(g * row.f(*a)), args, i, step=1e-4)
        np.testing.assert_allclose(found, expected, rtol=1e-8, atol=1e-9)


@both
@every
def test_value_and_derivatives(row, jit, rng):
    value = check(row, POINTS, jit, rng)
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(value, row.f(POINTS, *row.parameters(POINTS)), rtol=1e-12, atol=1e-13)


@every
def test_far_out(row, rng):
    far = FAR[np.abs(FAR) <= row.reach]
    value = check(row, far, True, rng)
    assert np.all(np.isfinite(value))


@both
@kinked
def test_conventions_at_kinks(row, jit):
    """Each kink alone, since BReLU and RReLU treat units differently; the cotangent is one."""
    for point, slope in row.kinks.items():
        for size in (1, 2):
            x = np.full(size, point)
            parameters = row.parameters(x)
            with np.errstate(all="ignore"):
                _, pullback = sg.vjp(row.f, x, *parameters, jit=jit)
                dx = pullback(np.ones(size))[0]
            np.testing.assert_allclose(dx, np.full(size, slope), rtol=0, atol=ATOL, err_msg=f"at {point}")
            np.testing.assert_allclose(row.partials(x, *parameters)[0], dx, rtol=0, atol=ATOL)


@parametric
def test_forward_mode_in_all_arguments_at_once(row, rng):
    args = (POINTS, *row.parameters(POINTS))
    tangents = tuple(rng.normal(size=np.shape(a)) if np.ndim(a) else float(rng.normal()) for a in args)
    with np.errstate(all="ignore"):
        _, y_dot = sg.jvp(row.f, args, tangents)
    expected = 0.0
    for d, t, a in zip(row.partials(*args), tangents, args, strict=True):
        product = d * t if np.ndim(a) == 0 or np.shape(a) == POINTS.shape else np.sum(d * t[:, None], axis=0)
        expected = expected + product
    np.testing.assert_allclose(y_dot, expected, rtol=1e-11, atol=1e-12)


@both
@pytest.mark.parametrize("lead", [1.0, -1.0, 0.0], ids=["first", "second", "tie"])
def test_maxout(rng, lead, jit):
    x, w1, w2 = rng.normal(size=(3, 4))
    b1, b2 = 0.3, 0.3 - lead
    w2 = w1 + 0.0 * w2 if lead == 0.0 else w2
    if lead:
        b2 = float(w1 @ x + b1 - w2 @ x - lead)
    args = (x, w1, b1, w2, b2)
    value, gradients = sg.value_and_grad(maxout, wrt="*", jit=jit)(*args)
    np.testing.assert_allclose(value, maxout(*args), rtol=1e-12, atol=1e-13)
    for found, expected in zip(gradients, d_maxout(*args), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-13)


def test_the_texts_use_the_outputs_again():
    """1 - y * y for tanh, and no second exponential for the logistic function."""
    rows = {row.name: row for row in ACTIVATIONS}
    for name, forbidden in (("tanh", "cosh"), ("logistic", "exp"), ("softplus", "log")):
        f = rows[name].f
        gradient = sg.grad(lambda x, f=f: np.sum(f(x)))
        gradient(POINTS)
        assert forbidden not in code(gradient.backward_source).replace("expit", ""), name
