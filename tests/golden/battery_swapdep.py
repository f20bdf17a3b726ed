"""Battery: two elements are exchanged, one of them scaled by the other."""

import numpy as np


def swapdep(x):
    y = x * 1.0
    y[0], y[1] = y[1], y[0] * y[1]
    return np.sum(y * y)


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# swapdep(x:float64[n]):
#   y:float64[n] = multiply(x, 1.0)
#   t:float64[] = getitem(y, index=(At(position=1),))
#   t_1:float64[] = getitem(y, index=(At(position=0),))
#   t_2:float64[] = getitem(y, index=(At(position=1),))
#   t_3:float64[] = multiply(t_1, t_2)
#   y_1:float64[n] = setitem(y, t, index=(At(position=0),))
#   y_2:float64[n] = setitem(y_1, t_3, index=(At(position=1),))
#   t_4:float64[n] = multiply(y_2, y_2)
#   t_5:float64[] = sum(t_4, axis=(0,), keepdims=False)
#   return t_5
#   require n - 2 >= 0
#   require n - 1 >= 0


# ---- graph: value_and_grad
# value_and_grad_swapdep(x:float64[n]):
#   y:float64[n] = copy(x)
#   t:float64[] = getitem(y, index=(At(position=1),))
#   t_1:float64[] = getitem(y, index=(At(position=0),))
#   t_2:float64[] = multiply(t_1, t)
#   y_1:float64[n] = setitem(y, t, index=(At(position=0),))
#   y_2:float64[n] = setitem(y_1, t_2, index=(At(position=1),))
#   t_3:float64[n] = multiply(y_2, y_2)
#   t_4:float64[] = sum(t_3, axis=(0,), keepdims=False)
#   dy:float64[n] = multiply(2.0, y_2)  # bwd
#   t_5:float64[] = getitem(dy, index=(At(position=1),))  # bwd
#   dy_1:float64[n] = setitem(dy, 0.0, index=(At(position=1),))  # bwd
#   t_6:float64[] = getitem(dy_1, index=(At(position=0),))  # bwd
#   dy_2:float64[n] = setitem(dy_1, 0.0, index=(At(position=0),))  # bwd
#   t_7:float64[] = multiply(t_5, t)  # bwd
#   t_8:float64[] = multiply(t_5, t_1)  # bwd
#   dy_3:float64[n] = add_at(dy_2, t_8, index=(At(position=1),))  # bwd
#   dy_4:float64[n] = add_at(dy_3, t_7, index=(At(position=0),))  # bwd
#   dy_5:float64[n] = add_at(dy_4, t_6, index=(At(position=1),))  # bwd
#   dx:float64[n] = copy(dy_5)  # bwd
#   return t_4, dx
#   require n - 2 >= 0
#   require n - 1 >= 0


# ---- study text

import numpy as np


def value_and_grad_swapdep(x):
    y = x
    part = y[1]
    part2 = y[0]
    y = y.copy()
    y[0] = part
    y[1] = part2 * part
    out = np.sum(y * y)

    # return np.sum(y * y)
    dy = 2.0 * y
    # y[0], y[1] = y[1], y[0] * y[1]
    part3 = dy[1]
    dy[1] = 0.0
    part4 = dy[0]
    dy[0] = 0.0
    dy[1] += part3 * part2
    dy[0] += part3 * part
    dy[1] += part4
    # y = x * 1.0
    dx = dy
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_swapdep___HASH__(x):
    n = x.shape[0]
    if n - 2 < 0:
        raise ValueError('index 1 is out of bounds for axis 0 of size 4')
    if n - 1 < 0:
        raise ValueError('index 0 is out of bounds for axis 0 of size 4')
    # y[0], y[1] = y[1], y[0] * y[1]
    prod = x[0] * x[1]
    y = np.empty(n)
    for i in range(n):
        y[i] = x[i]
    y[0] = x[1]
    y[1] = prod

    # return np.sum(y * y)
    # adjoint of return np.sum(y * y)
    dy = np.empty(n)
    total = 0.0
    for i in range(n):
        y_i = y[i]
        total = plus(total, y_i * y_i)
        dy[i] = 2.0 * y_i
    # adjoint of y[0], y[1] = y[1], y[0] * y[1]
    t2 = dy[1]
    dy[1] = 0.0
    t3 = dy[0]
    dy[0] = t2 * x[1]
    dy[1] += t2 * x[0] + t3
    return total, dy
