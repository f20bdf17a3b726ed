"""A choice between two formulas: the derivative is chosen once, not a sum of two choices."""

import numpy as np


def huber(x, y):
    r = np.abs(x - y)
    return np.sum(np.where(r < 1.0, 0.5 * r**2, r - 0.5))


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return 2.0 * rng.normal(size=6), rng.normal(size=6)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# huber(x:float64[n], y:float64[n]):
#   t:float64[n] = subtract(x, y)
#   r:float64[n] = absolute(t)
#   t_1:bool[n] = less(r, 1.0)
#   t_2:float64[n] = power(r, 2.0)
#   t_3:float64[n] = multiply(0.5, t_2)
#   t_4:float64[n] = subtract(r, 0.5)
#   t_5:float64[n] = where(t_1, t_3, t_4)
#   t_6:float64[] = sum(t_5, axis=(0,), keepdims=False)
#   return t_6


# ---- graph: value_and_grad
# value_and_grad_huber(x:float64[n], y:float64[n]):
#   t:float64[n] = subtract(x, y)
#   r:float64[n] = absolute(t)
#   t_1:bool[n] = less(r, 1.0)
#   t_2:float64[n] = power(r, 2.0)
#   t_3:float64[n] = multiply(0.5, t_2)
#   t_4:float64[n] = subtract(r, 0.5)
#   t_5:float64[n] = where(t_1, t_3, t_4)
#   t_6:float64[] = sum(t_5, axis=(0,), keepdims=False)
#   dr:float64[n] = where(t_1, r, 1.0)  # bwd
#   t_7:float64[n] = sign(t)  # bwd
#   dx:float64[n] = multiply(dr, t_7)  # bwd
#   return t_6, dx


# ---- study text

import numpy as np


def value_and_grad_huber(x, y):
    diff = x - y
    r = np.abs(diff)
    mask = r < 1
    out = np.sum(np.where(mask, 0.5 * r**2, r - 0.5))

    # return np.sum(np.where(r < 1.0, 0.5 * r**2, r - 0.5))
    dr = np.where(mask, r, 1.0)
    # r = np.abs(x - y)
    dx = dr * np.sign(diff)  # 0 at 0
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_huber___HASH__(x, y):
    n = x.shape[0]
    if y.shape[0] != n:
        raise ValueError('axis 0 of `y` does not have the length of axis 0 of `x`')

    # return np.sum(np.where(r < 1.0, 0.5 * r**2, r - 0.5))
    # adjoint of return np.sum(np.where(r < 1.0, 0.5 * r**2, r - 0.5))
    # adjoint of r = np.abs(x - y)
    dx = np.empty(n)
    total = 0.0
    for i in range(n):
        diff_i = x[i] - y[i]
        r_i = abs(diff_i)
        mask_i = r_i < 1.0
        prod_i = 0.5 * (r_i * r_i)
        diff2_i = r_i - 0.5
        total = plus(total, prod_i if mask_i else diff2_i)
        dr_i = r_i if mask_i else 1.0
        sgn_i = 1.0 if diff_i > 0 else -1.0 if diff_i < 0 else 0.0 if diff_i == 0 else diff_i
        dx[i] = dr_i * sgn_i
    return total, dx
