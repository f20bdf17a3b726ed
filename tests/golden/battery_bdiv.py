"""Battery: a quotient that broadcasts."""

import numpy as np


def bdiv(x):
    return np.sum(np.ones((3, 4)) / x)


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# bdiv(x:float64[4]):
#   t:float64[3, 4] = full(1.0, shape=(3, 4))
#   t_1:float64[3, 4] = divide(t, x)
#   t_2:float64[] = sum(t_1, axis=(0, 1), keepdims=False)
#   return t_2


# ---- graph: value_and_grad
# value_and_grad_bdiv(x:float64[4]):
#   t:float64[3, 4] = full(1.0, shape=(3, 4))
#   t_1:float64[3, 4] = divide(t, x)
#   t_2:float64[] = sum(t_1, axis=(0, 1), keepdims=False)
#   t_3:float64[3, 4] = multiply(t_1, t_1)  # bwd
#   t_4:float64[4] = sum(t_3, axis=(0,), keepdims=False)  # bwd
#   dx:float64[4] = negative(t_4)  # bwd
#   return t_2, dx


# ---- study text

import numpy as np


def value_and_grad_bdiv(x):
    ratio = np.ones((3, 4)) / x
    out = np.sum(ratio)

    # return np.sum(np.ones((3, 4)) / x)
    dx = -np.sum(ratio * ratio, axis=0)
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_bdiv___HASH__(x):
    if x.shape[0] != 4:
        raise ValueError('axis 0 of `x` does not have length 4')

    # return np.sum(np.ones((3, 4)) / x)
    # adjoint of return np.sum(np.ones((3, 4)) / x)
    dx = np.zeros(4)
    total = 0.0
    for i in range(3):
        for j in range(4):
            ratio_ij = 1.0 / x[j]
            total = plus(total, ratio_ij)
            dx[j] += ratio_ij * ratio_ij
    # adjoint of return np.sum(np.ones((3, 4)) / x)
    for i in range(4):
        dx_i = dx[i]
        dx[i] = -dx_i
    return total, dx
