"""Battery: a view is written through."""

import numpy as np


def view(x):
    y = x * 1.0
    v = y[0:2]
    v *= 3.0
    return np.sum(y * y)


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# view(x:float64[n]):
#   y:float64[n] = multiply(x, 1.0)
#   v:float64[2] = getitem(y, index=(Span(start=0, step=1, extent=2),))
#   v_1:float64[2] = multiply(v, 3.0)
#   y_1:float64[n] = setitem(y, v_1, index=(Span(start=0, step=1, extent=2),))
#   t:float64[n] = multiply(y_1, y_1)
#   t_1:float64[] = sum(t, axis=(0,), keepdims=False)
#   return t_1
#   require n - 2 >= 0


# ---- graph: value_and_grad
# value_and_grad_view(x:float64[n]):
#   y:float64[n] = copy(x)
#   v:float64[2] = getitem(y, index=(Span(start=0, step=1, extent=2),))
#   v_1:float64[2] = multiply(v, 3.0)
#   y_1:float64[n] = setitem(y, v_1, index=(Span(start=0, step=1, extent=2),))
#   t:float64[n] = multiply(y_1, y_1)
#   t_1:float64[] = sum(t, axis=(0,), keepdims=False)
#   dy:float64[n] = multiply(2.0, y_1)  # bwd
#   dv:float64[2] = getitem(dy, index=(Span(start=0, step=1, extent=2),))  # bwd
#   dv_1:float64[2] = multiply(3.0, dv)  # bwd
#   dy_1:float64[n] = setitem(dy, dv_1, index=(Span(start=0, step=1, extent=2),))  # bwd
#   dx:float64[n] = copy(dy_1)  # bwd
#   return t_1, dx
#   require n - 2 >= 0


# ---- study text

import numpy as np


def value_and_grad_view(x):
    y = x
    v = y[:2]
    v = v * 3.0
    y = y.copy()
    y[:2] = v
    out = np.sum(y * y)

    # return np.sum(y * y)
    dy = 2.0 * y
    # v *= 3.0
    dv = dy[:2]
    dv = 3.0 * dv
    # v = y[0:2]
    dy[:2] = dv
    # y = x * 1.0
    dx = dy
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_view___HASH__(x):
    n = x.shape[0]
    if n - 2 < 0:
        raise ValueError('n - 2 >= 0')
    # v *= 3.0
    y = np.empty(n)
    for i in range(n):
        y[i] = x[i]
    for i in range(2):
        v_2_i = 3.0 * x[i]
        y[i] = v_2_i

    # return np.sum(y * y)
    # adjoint of return np.sum(y * y)
    dy = np.empty(n)
    total = 0.0
    for i in range(n):
        y_i = y[i]
        total = plus(total, y_i * y_i)
        dy[i] = 2.0 * y_i
    # adjoint of v *= 3.0
    # adjoint of v = y[0:2]
    for i in range(2):
        dv_2_i = 3.0 * dy[i]
        dy[i] = dv_2_i
    return total, dy
