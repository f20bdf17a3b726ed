"""Forward mode: each tangent under the statement that it follows."""

import numpy as np


def neuron(w, x, b):
    a = np.dot(w, x) + b
    f = 1 / (1 + np.exp(-a))
    return f


MODE, WRT = "jvp", ("w", "b")


def arguments(rng):
    return rng.normal(size=4), rng.normal(size=4), 0.3


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# neuron(w:float64[n], x:float64[n], b:float64[]):
#   t:float64[] = matmul(w, x)
#   a:float64[] = add(t, b)
#   f:float64[] = sigmoid(a)
#   return f


# ---- graph: jvp
# jvp_neuron(w:float64[n], x:float64[n], b:float64[], w_dot:float64[n], b_dot:float64[]):
#   t:float64[] = matmul(w, x)
#   t_1:float64[] = matmul(w_dot, x)  # fwd
#   a:float64[] = add(t, b)
#   a_dot:float64[] = add(t_1, b_dot)  # fwd
#   f:float64[] = sigmoid(a)
#   t_2:float64[] = subtract(1.0, f)  # fwd
#   t_3:float64[] = multiply(a_dot, f)  # fwd
#   f_dot:float64[] = multiply(t_3, t_2)  # fwd
#   return f, f_dot


# ---- study text

import numpy as np
from symgrad.runtime import sigmoid


def jvp_neuron(w, x, b, w_dot, b_dot):
    a = w @ x + b
    a_dot = w_dot @ x + b_dot
    f = sigmoid(a)  # sigmoid, from 1 / (1 + np.exp(-a))
    f_dot = a_dot * f * (1 - f)
    return f, f_dot


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.vmath import exp


@njit
def jvp_neuron___HASH__(w, x, b, w_dot, b_dot):
    n = w.shape[0]
    if x.shape[0] != n:
        raise ValueError('axis 0 of `x` does not have the length of axis 0 of `w`')
    if w_dot.shape[0] != n:
        raise ValueError('axis 0 of `w_dot` does not have the length of axis 0 of `w`')
    # a = np.dot(w, x) + b
    total = 0.0
    total2 = 0.0
    for i in range(n):
        x_i = x[i]
        total = plus(total, w[i] * x_i)
        total2 = plus(total2, w_dot[i] * x_i)
    # a = np.dot(w, x) + b
    # f = 1 / (1 + np.exp(-a))
    a = total + b
    a_dot = total2 + b_dot
    f = 1.0 / (1.0 + exp(-a))
    f_dot = a_dot * f * (1.0 - f)
    return f, f_dot
