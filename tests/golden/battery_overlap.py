"""Battery: a copy between overlapping slices."""

import numpy as np


def overlap(x):
    y = x * 1.0
    y[1:] = y[:-1] * 2.0
    return np.sum(y * y)


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# overlap(x:float64[n]):
#   y:float64[n] = multiply(x, 1.0)
#   t:float64[n - 1] = getitem(y, index=(Span(start=0, step=1, extent=n - 1),))
#   t_1:float64[n - 1] = multiply(t, 2.0)
#   y_1:float64[n] = setitem(y, t_1, index=(Span(start=1, step=1, extent=n - 1),))
#   t_2:float64[n] = multiply(y_1, y_1)
#   t_3:float64[] = sum(t_2, axis=(0,), keepdims=False)
#   return t_3
#   require n - 1 >= 0


# ---- graph: value_and_grad
# value_and_grad_overlap(x:float64[n]):
#   y:float64[n] = copy(x)
#   t:float64[n - 1] = getitem(y, index=(Span(start=0, step=1, extent=n - 1),))
#   t_1:float64[n - 1] = multiply(t, 2.0)
#   y_1:float64[n] = setitem(y, t_1, index=(Span(start=1, step=1, extent=n - 1),))
#   t_2:float64[n] = multiply(y_1, y_1)
#   t_3:float64[] = sum(t_2, axis=(0,), keepdims=False)
#   dy:float64[n] = multiply(2.0, y_1)  # bwd
#   t_4:float64[n - 1] = getitem(dy, index=(Span(start=1, step=1, extent=n - 1),))  # bwd
#   dy_1:float64[n] = setitem(dy, 0.0, index=(Span(start=1, step=1, extent=n - 1),))  # bwd
#   t_5:float64[n - 1] = multiply(2.0, t_4)  # bwd
#   dy_2:float64[n] = add_at(dy_1, t_5, index=(Span(start=0, step=1, extent=n - 1),))  # bwd
#   dx:float64[n] = copy(dy_2)  # bwd
#   return t_3, dx
#   require n - 1 >= 0


# ---- study text

import numpy as np


def value_and_grad_overlap(x):
    y = x
    y_2 = y.copy()
    y_2[1:] = y[:-1] * 2.0
    out = np.sum(y_2 * y_2)

    # return np.sum(y * y)
    dy = 2.0 * y_2
    # y[1:] = y[:-1] * 2.0
    part = dy[1:].copy()
    dy[1:] = 0.0
    dy[:-1] += 2.0 * part
    # y = x * 1.0
    dx = dy
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_overlap___HASH__(x):
    n = x.shape[0]
    if n - 1 < 0:
        raise ValueError('n - 1 >= 0')
    # y[1:] = y[:-1] * 2.0
    y = np.empty(n)
    for i in range(n):
        y[i] = x[i]
    for i in range(n - 1):
        y[i + 1] = 2.0 * x[i]

    # return np.sum(y * y)
    # adjoint of return np.sum(y * y)
    dy = np.empty(n)
    total = 0.0
    for i in range(n):
        y_i = y[i]
        total = plus(total, y_i * y_i)
        dy[i] = 2.0 * y_i
    # adjoint of y[1:] = y[:-1] * 2.0
    t2 = np.empty(n - 1)
    for i in range(n - 1):
        t2[i] = dy[i + 1]
        dy[i + 1] = 0.0
    for i in range(n - 1):
        dy[i] += 2.0 * t2[i]
    return total, dy
