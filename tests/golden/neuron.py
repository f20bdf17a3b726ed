"""Row 2: the sigmoid neuron; its adjoint is (1 - f) * f, not the chain of exp."""

import math


def neuron(w0, x0, w1, x1, w2):
    dot = w0 * x0 + w1 * x1 + w2
    f = 1.0 / (1 + math.exp(-dot))
    return f


MODE, WRT = "value_and_grad", ("w0", "x0", "w1", "x1", "w2")


def arguments(rng):
    return 2.0, -1.0, -3.0, -2.0, -3.0


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# neuron(w0:float64[], x0:float64[], w1:float64[], x1:float64[], w2:float64[]):
#   t:float64[] = multiply(w0, x0)
#   t_1:float64[] = multiply(w1, x1)
#   t_2:float64[] = add(t, t_1)
#   dot:float64[] = add(t_2, w2)
#   f:float64[] = sigmoid(dot)
#   return f


# ---- graph: value_and_grad
# value_and_grad_neuron(w0:float64[], x0:float64[], w1:float64[], x1:float64[], w2:float64[]):
#   t:float64[] = multiply(w0, x0)
#   t_1:float64[] = multiply(w1, x1)
#   t_2:float64[] = add(t, t_1)
#   dot:float64[] = add(t_2, w2)
#   f:float64[] = sigmoid(dot)
#   t_3:float64[] = subtract(1.0, f)  # bwd
#   ddot:float64[] = multiply(f, t_3)  # bwd
#   dw2:float64[] = copy(ddot)  # bwd
#   dw1:float64[] = multiply(ddot, x1)  # bwd
#   dx1:float64[] = multiply(ddot, w1)  # bwd
#   dw0:float64[] = multiply(ddot, x0)  # bwd
#   dx0:float64[] = multiply(ddot, w0)  # bwd
#   return f, dw0, dx0, dw1, dx1, dw2


# ---- study text

import numpy as np
from symgrad.runtime import sigmoid


def value_and_grad_neuron(w0, x0, w1, x1, w2):
    dot = w0 * x0 + w1 * x1 + w2
    f = sigmoid(dot)  # sigmoid, from 1.0 / (1 + math.exp(-dot))

    # f = 1.0 / (1 + math.exp(-dot))
    ddot = f * (1 - f)
    # dot = w0 * x0 + w1 * x1 + w2
    dw2 = ddot
    dw1 = ddot * x1
    dx1 = ddot * w1
    dw0 = ddot * x0
    dx0 = ddot * w0
    return f, (dw0, dx0, dw1, dx1, dw2)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.vmath import exp


@njit
def value_and_grad_neuron___HASH__(w0, x0, w1, x1, w2):
    # dot = w0 * x0 + w1 * x1 + w2
    # f = 1.0 / (1 + math.exp(-dot))
    # adjoint of f = 1.0 / (1 + math.exp(-dot))
    # adjoint of dot = w0 * x0 + w1 * x1 + w2
    dot = w0 * x0 + w1 * x1 + w2
    f = 1.0 / (1.0 + exp(-dot))
    ddot = f * (1.0 - f)
    dw1 = ddot * x1
    dx1 = ddot * w1
    dw0 = ddot * x0
    dx0 = ddot * w0
    return f, (dw0, dx0, dw1, dx1, ddot)
