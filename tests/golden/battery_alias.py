"""Battery: two names for one array."""

import numpy as np


def alias(x):
    y = x * 1.0
    v = y
    v[0] = 5.0
    return np.sum(y * y)


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# alias(x:float64[n]):
#   y:float64[n] = multiply(x, 1.0)
#   v:float64[n] = copy(y)
#   v_1:float64[n] = setitem(v, 5.0, index=(At(position=0),))
#   t:float64[n] = multiply(v_1, v_1)
#   t_1:float64[] = sum(t, axis=(0,), keepdims=False)
#   return t_1
#   require n - 1 >= 0


# ---- graph: value_and_grad
# value_and_grad_alias(x:float64[n]):
#   y:float64[n] = copy(x)
#   v:float64[n] = copy(y)
#   v_1:float64[n] = setitem(v, 5.0, index=(At(position=0),))
#   t:float64[n] = multiply(v_1, v_1)
#   t_1:float64[] = sum(t, axis=(0,), keepdims=False)
#   dv:float64[n] = multiply(2.0, v_1)  # bwd
#   dv_1:float64[n] = setitem(dv, 0.0, index=(At(position=0),))  # bwd
#   dy:float64[n] = copy(dv_1)  # bwd
#   dx:float64[n] = copy(dy)  # bwd
#   return t_1, dx
#   require n - 1 >= 0


# ---- study text

import numpy as np


def value_and_grad_alias(x):
    y = x
    v = y.copy()
    v[0] = 5.0
    out = np.sum(v * v)

    # return np.sum(y * y)
    dv = 2.0 * v
    # v[0] = 5.0
    dv[0] = 0.0
    # v = y
    dy = dv
    # y = x * 1.0
    dx = dy
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_alias___HASH__(x):
    n = x.shape[0]
    if n - 1 < 0:
        raise ValueError('index 0 is out of bounds for axis 0 of size 4')
    # v[0] = 5.0
    v = np.empty(n)
    for i in range(n):
        v[i] = x[i]
    v[0] = 5.0

    # return np.sum(y * y)
    # adjoint of return np.sum(y * y)
    dv = np.empty(n)
    total = 0.0
    for i in range(n):
        v_i = v[i]
        total = plus(total, v_i * v_i)
        dv[i] = 2.0 * v_i
    # adjoint of v[0] = 5.0
    dv[0] = 0.0
    return total, dv
