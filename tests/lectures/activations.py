"""Every activation of the lectures' tables as a plain NumPy function, with its derivative beside it.

`f(x, *parameters)` works on arrays; `d_f(x, *parameters)` is the derivative by x, or the tuple of derivatives
by x and each parameter. Where a slide is garbled, mathematics decides, and a comment says so. Values at kinks
are conventions: relu(0) has slope 0, a tie splits equally, `where` has that of the branch taken. No symgrad
here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.special import erf, expit


def identity(x):
    return x


def d_identity(x):
    return np.ones_like(x)


def step(x):
    return np.where(x >= 0, 1.0, 0.0)


def d_step(x):
    return np.zeros_like(x)


def logistic(x):
    return 1 / (1 + np.exp(-x))


def d_logistic(x):
    f = expit(x)
    return f * (1 - f)


def tanh(x):
    return np.tanh(x)


def d_tanh(x):
    return 1 - np.tanh(x) ** 2


def sqnl(x):
    return np.where(x > 2, 1.0, np.where(x >= 0, x - x**2 / 4, np.where(x >= -2, x + x**2 / 4, -1.0)))


def d_sqnl(x):
    # The slide's 1 -+ x/2 holds between -2 and 2 only.
    return np.where(np.abs(x) <= 2, 1 - np.abs(x) / 2, 0.0)


def arctan(x):
    return np.arctan(x)


def d_arctan(x):
    return 1 / (x**2 + 1)


def arsinh(x):
    return np.arcsinh(x)


def d_arsinh(x):
    return 1 / np.sqrt(x**2 + 1)


def softsign(x):
    return x / (1 + np.abs(x))


def d_softsign(x):
    # The slide lost the bars of |x|.
    return 1 / (1 + np.abs(x)) ** 2


def isru(x, alpha):
    return x / np.sqrt(1 + alpha * x**2)


def d_isru(x, alpha):
    r = 1 / np.sqrt(1 + alpha * x**2)
    return r**3, -(x**3) / 2 * r**3


def isrlu(x, alpha):
    # The slide lost the alpha that it has in ISRU.
    return np.where(x < 0, x / np.sqrt(1 + alpha * x**2), x)


def d_isrlu(x, alpha):
    r = 1 / np.sqrt(1 + alpha * x**2)
    return np.where(x < 0, r**3, 1.0), np.where(x < 0, -(x**3) / 2 * r**3, 0.0)


def relu(x):
    return np.maximum(0, x)


def d_relu(x):
    return np.where(x > 0, 1.0, 0.0)


def brelu(x):
    even = np.arange(x.shape[0]) % 2 == 0
    return np.where(even, np.maximum(0, x), -np.maximum(0, -x))


def d_brelu(x):
    # The slide's minus sign before ReLU'(-x) is wrong: the inner derivative brings another.
    even = np.arange(x.shape[0]) % 2 == 0
    return np.where(even, d_relu(x), d_relu(-x))


def leaky_relu(x):
    return np.where(x < 0, 0.01 * x, x)


def d_leaky_relu(x):
    return np.where(x < 0, 0.01, 1.0)


def leaky_relu_as_max(x):
    return np.maximum(0.1 * x, x)


def d_leaky_relu_as_max(x):
    return np.where(x < 0, 0.1, np.where(x > 0, 1.0, 0.55))


def prelu(x, alpha):
    return np.where(x < 0, alpha * x, x)


def d_prelu(x, alpha):
    return np.where(x < 0, alpha, 1.0), np.where(x < 0, x, 0.0)


def rrelu(x, alpha):
    # PReLU with one randomly drawn slope for each unit.
    return np.where(x < 0, alpha * x, x)


def d_rrelu(x, alpha):
    return d_prelu(x, alpha)


def elu(x, alpha):
    return np.where(x > 0, x, alpha * (np.exp(x) - 1))


def d_elu(x, alpha):
    # The slide's f(x) + alpha, without its cancellation.
    down = np.minimum(x, 0)
    return np.where(x > 0, 1.0, alpha * np.exp(down)), np.where(x > 0, 0.0, np.expm1(down))


def selu(x):
    return 1.0507 * np.where(x < 0, 1.67326 * (np.exp(x) - 1), x)


def d_selu(x):
    return 1.0507 * np.where(x < 0, 1.67326 * np.exp(np.minimum(x, 0)), 1.0)


def srelu(x, tl, al, tr, ar):
    return np.where(x <= tl, tl + al * (x - tl), np.where(x < tr, x, tr + ar * (x - tr)))


def d_srelu(x, tl, al, tr, ar):
    left, right = x <= tl, x >= tr
    return (
        np.where(left, al, np.where(right, ar, 1.0)),
        np.where(left, 1 - al, 0.0),
        np.where(left, x - tl, 0.0),
        np.where(right, 1 - ar, 0.0),
        np.where(right, x - tr, 0.0),
    )


def apl(x, a, b):
    hinges = np.maximum(0, -x[None, :] + b[:, None])
    return np.maximum(0, x) + np.sum(a[:, None] * hinges, axis=0)


def d_apl(x, a, b):
    z = b[:, None] - x[None, :]
    on = np.where(z > 0, 1.0, 0.0)
    return d_relu(x) - np.sum(a[:, None] * on, axis=0), np.maximum(0, z), a[:, None] * on


def softplus(x):
    return np.log(1 + np.exp(x))


def d_softplus(x):
    return expit(x)


def bent_identity(x):
    return (np.sqrt(x**2 + 1) - 1) / 2 + x


def d_bent_identity(x):
    return x / (2 * np.sqrt(x**2 + 1)) + 1


def gelu(x):
    return x * (1 + erf(x / np.sqrt(2))) / 2


def d_gelu(x):
    return (1 + erf(x / np.sqrt(2))) / 2 + x * np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)


def silu(x):
    return x / (1 + np.exp(-x))


def d_silu(x):
    s = expit(x)
    return s + x * s * (1 - s)


def swish(x, beta):
    return x / (1 + np.exp(-beta * x))


def d_swish(x, beta):
    s = expit(beta * x)
    return s + beta * x * s * (1 - s), x**2 * s * (1 - s)


def hard_swish(x):
    return x * np.minimum(np.maximum(x + 3, 0), 6) / 6


def d_hard_swish(x):
    slope = np.where((x > -3) & (x < 3), 1.0, np.where(x == 3, 0.5, 0.0))
    return (np.clip(x + 3, 0, 6) + x * slope) / 6


def soft_exponential(x, alpha):
    # The slide's third case has lost its exponential: (exp(alpha x) - 1) / alpha + alpha.
    below = -np.log(1 - alpha * (x + alpha)) / alpha
    above = (np.exp(alpha * x) - 1) / alpha + alpha
    return np.where(alpha < 0, below, np.where(alpha > 0, above, x))


def d_soft_exponential(x, alpha):
    # By alpha at 0: the branch taken is x, which does not depend on alpha.
    a = np.where(alpha == 0, 1.0, alpha)
    inner = np.where(alpha < 0, 1 - alpha * (x + alpha), 1.0)
    grown = np.exp(np.where(alpha > 0, alpha * x, 0.0))
    dx = np.where(alpha < 0, 1 / inner, grown)
    below = np.log(inner) / a**2 + (x + 2 * alpha) / (a * inner)
    above = (a * x * grown - grown + 1) / a**2 + 1
    return dx, np.where(alpha < 0, below, np.where(alpha > 0, above, 0.0))


def soft_clipping(x, alpha):
    return 1 / alpha * np.log((1 + np.exp(alpha * x)) / (1 + np.exp(alpha * (x - 1))))


def d_soft_clipping(x, alpha):
    # The slide's sinh(p/2) sech(px/2) sech(p(1 - x)/2) / 2, with p = alpha.
    up, down = expit(alpha * x), expit(alpha * (x - 1))
    return up - down, (x * up - (x - 1) * down - soft_clipping(x, alpha)) / alpha


def sinusoid(x):
    return np.sin(x)


def d_sinusoid(x):
    return np.cos(x)


def sinc(x):
    return np.where(x == 0, 1.0, np.sin(x) / x)


def d_sinc(x):
    y = np.where(x == 0, 1.0, x)
    return np.where(x == 0, 0.0, np.cos(y) / y - np.sin(y) / y**2)


def gaussian(x):
    return np.exp(-(x**2))


def d_gaussian(x):
    return -2 * x * np.exp(-(x**2))


def sq_rbf(x):
    # The slide means |x|, and (2 - |x|)**2 in the second case.
    a = np.abs(x)
    return np.where(a <= 1, 1 - x**2 / 2, np.where(a < 2, (2 - a) ** 2 / 2, 0.0))


def d_sq_rbf(x):
    # ... and the sign of the slide's 2 - x is wrong: the bump falls.
    a = np.abs(x)
    return np.where(a <= 1, -x, np.where(a < 2, -np.sign(x) * (2 - a), 0.0))


def maxout(x, w1, b1, w2, b2):
    """One unit for a vector x; the only activation here that is not elementwise."""
    return np.maximum(w1 @ x + b1, w2 @ x + b2)


def d_maxout(x, w1, b1, w2, b2):
    z1, z2 = w1 @ x + b1, w2 @ x + b2
    share = 1.0 if z1 > z2 else 0.0 if z1 < z2 else 0.5
    return share * w1 + (1 - share) * w2, share * x, share, (1 - share) * x, 1 - share


@dataclass(frozen=True)
class Activation:
    """A row of the table: the function, its derivatives, and where they are worth a look."""

    f: Callable
    d: Callable
    parameters: Callable = (
        lambda x: ()
    )  # given the points; a slope for each unit depends on how many there are
    kinks: dict = field(default_factory=dict)  # x -> the derivative by x that convention gives there
    reach: float = 1000.0  # beyond, the formula as written loses its value, and nothing promises another

    @property
    def name(self) -> str:
        return self.f.__name__

    def partials(self, x, *parameters):
        """Derivatives by x and by each parameter, always as a tuple."""
        found = self.d(x, *parameters)
        return found if isinstance(found, tuple) else (found,)


def _slopes(x):
    return (np.linspace(0.125, 0.25, x.size),)


def _two_hinges(x):
    return np.array([0.2, -0.1]), np.array([0.5, -1.0])


def _three_signs(x):
    # Below 0 the logarithm needs x > 1 / alpha - alpha.
    return (np.where(x < -1, np.where(x < -2, 0.0, 0.7), np.where(x < 1, -0.5, np.where(x < 2, 0.0, 0.7))),)


# fmt: off
ACTIVATIONS = [
    Activation(identity, d_identity),
    Activation(step, d_step, kinks={0.0: 0.0}),
    Activation(logistic, d_logistic),
    Activation(tanh, d_tanh),
    Activation(sqnl, d_sqnl, kinks={0.0: 1.0, 2.0: 0.0, -2.0: 0.0}),
    Activation(arctan, d_arctan),
    Activation(arsinh, d_arsinh),
    Activation(softsign, d_softsign, kinks={0.0: 1.0}),
    Activation(isru, d_isru, lambda x: (0.8,)),
    Activation(isrlu, d_isrlu, lambda x: (0.8,), kinks={0.0: 1.0}),
    Activation(relu, d_relu, kinks={0.0: 0.0}),
    Activation(brelu, d_brelu, kinks={0.0: 0.0}),
    Activation(leaky_relu, d_leaky_relu, kinks={0.0: 1.0}),
    Activation(leaky_relu_as_max, d_leaky_relu_as_max, kinks={0.0: 0.55}),
    Activation(prelu, d_prelu, lambda x: (0.2,), kinks={0.0: 1.0}),
    Activation(rrelu, d_rrelu, _slopes, kinks={0.0: 1.0}),
    Activation(elu, d_elu, lambda x: (1.3,), kinks={0.0: 1.3}),
    Activation(selu, d_selu, kinks={0.0: 1.0507}),
    Activation(srelu, d_srelu, lambda x: (-1.5, 0.1, 1.5, 0.4), kinks={-1.5: 0.1, 1.5: 0.4}),
    Activation(apl, d_apl, _two_hinges, kinks={0.0: -0.2, 0.5: 1.0}),
    Activation(softplus, d_softplus),
    Activation(bent_identity, d_bent_identity),
    Activation(gelu, d_gelu),
    Activation(silu, d_silu),
    Activation(swish, d_swish, lambda x: (1.5,)),
    Activation(hard_swish, d_hard_swish, kinks={-3.0: 0.0, 3.0: 1.25}),
    Activation(soft_exponential, d_soft_exponential, _three_signs, reach=30.0),
    Activation(soft_clipping, d_soft_clipping, lambda x: (2.0,), reach=30.0),
    Activation(sinusoid, d_sinusoid),
    Activation(sinc, d_sinc, kinks={0.0: 0.0}),
    Activation(gaussian, d_gaussian),
    Activation(sq_rbf, d_sq_rbf, kinks={0.0: 0.0, 1.0: -1.0, -1.0: 1.0, 2.0: 0.0}),
]
# fmt: on
