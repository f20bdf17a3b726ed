"""Sweeps in place: of the array, only the elements that the adjoint reads are saved."""

import numpy as np


def sweep(x):
    y = x * 1.0
    n = x.shape[0]
    for t in range(2 * n):
        for i in range(1, n - 1):
            y[i] = (y[i - 1] + y[i] * y[i + 1]) * 0.5
    return np.sum(y * y)


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# sweep(x:float64[n]):
#   y:float64[n] = multiply(x, 1.0)
#   t:int64[] = extent(dim=2 * n)
#   y_1:float64[n] = for(0, t, 1, y)
#     (t_1:int64[], y_2:float64[n]) ->
#       t_2:int64[] = extent(dim=n - 1)
#       y_3:float64[n] = for(1, t_2, 1, y_2)
#         (i:int64[], y_4:float64[n]) ->
#           t_3:float64[] = getitem(y_4, index=(At(position=i - 1),))
#           t_4:float64[] = getitem(y_4, index=(At(position=i),))
#           t_5:float64[] = getitem(y_4, index=(At(position=i + 1),))
#           t_6:float64[] = multiply(t_4, t_5)
#           t_7:float64[] = add(t_3, t_6)
#           t_8:float64[] = multiply(t_7, 0.5)
#           y_5:float64[n] = setitem(y_4, t_8, index=(At(position=i),))
#           yield y_5
#       yield y_3
#   t_9:float64[n] = multiply(y_1, y_1)
#   t_10:float64[] = sum(t_9, axis=(0,), keepdims=False)
#   return t_10


# ---- graph: value_and_grad
# value_and_grad_sweep(x:float64[n]):
#   y:float64[n] = copy(x)
#   t:int64[] = extent(dim=2 * n)
#   y_saved_1:float64[2 * n, max(n - 2, 0)] = empty(dtype=float64, shape=(2 * n, max(n - 2, 0)))
#   y_1:float64[n], y_saved_1_1:float64[2 * n, max(n - 2, 0)] = for(0, t, 1, y, y_saved_1)
#     (t_1:int64[], y_2:float64[n], y_saved_1_2:float64[2 * n, max(n - 2, 0)]) ->
#       t_2:int64[] = extent(dim=n - 1)
#       y_saved:float64[max(n - 2, 0)] = empty(dtype=float64, shape=(max(n - 2, 0),))
#       y_3:float64[n], y_saved_2:float64[max(n - 2, 0)] = for(1, t_2, 1, y_2, y_saved)
#         (i:int64[], y_4:float64[n], y_saved_3:float64[max(n - 2, 0)]) ->
#           t_3:int64[] = subtract(i, 1)
#           t_4:float64[] = getitem(y_4, index=(At(position=i - 1),))
#           t_5:float64[] = getitem(y_4, index=(At(position=i),))
#           y_saved_4:float64[max(n - 2, 0)] = setitem(y_saved_3, t_5, t_3, index=(AtArg(),))
#           t_6:float64[] = getitem(y_4, index=(At(position=i + 1),))
#           t_7:float64[] = multiply(t_5, t_6)
#           t_8:float64[] = add(t_4, t_7)
#           t_9:float64[] = multiply(t_8, 0.5)
#           y_5:float64[n] = setitem(y_4, t_9, index=(At(position=i),))
#           yield y_5, y_saved_4
#       y_saved_1_3:float64[2 * n, max(n - 2, 0)] = setitem(y_saved_1_2, y_saved_2, t_1, index=(AtArg(), Span(start=0, step=1, extent=max(n - 2, 0))))
#       yield y_3, y_saved_1_3
#   t_10:float64[n] = multiply(y_1, y_1)
#   t_11:float64[] = sum(t_10, axis=(0,), keepdims=False)
#   dy:float64[n] = multiply(2.0, y_1)  # bwd
#   t_12:int64[] = extent(dim=2 * n - 1)  # bwd
#   dy_1:float64[n], y_6:float64[n] = for(t_12, -1, -1, dy, y_1, y_saved_1_1)  # bwd
#     (t_13:int64[], dy_2:float64[n], y_7:float64[n], y_saved_1_4:float64[2 * n, max(n - 2, 0)]) ->
#       y_saved_5:float64[max(n - 2, 0)] = getitem(y_saved_1_4, t_13, index=(AtArg(), Span(start=0, step=1, extent=max(n - 2, 0))))  # bwd
#       t_14:int64[] = extent(dim=n - 2)  # bwd
#       dy_3:float64[n], y_8:float64[n] = for(t_14, 0, -1, dy_2, y_7, y_saved_5)  # bwd
#         (i_1:int64[], dy_4:float64[n], y_9:float64[n], y_saved_6:float64[max(n - 2, 0)]) ->
#           t_15:int64[] = subtract(i_1, 1)  # bwd
#           t_16:float64[] = getitem(y_saved_6, t_15, index=(AtArg(),))  # bwd
#           t_17:float64[] = getitem(dy_4, index=(At(position=i),))  # bwd
#           dy_5:float64[n] = setitem(dy_4, 0.0, index=(At(position=i),))  # bwd
#           y_10:float64[n] = setitem(y_9, t_16, index=(At(position=i),))  # bwd
#           t_18:float64[] = multiply(0.5, t_17)  # bwd
#           t_19:float64[] = getitem(y_10, index=(At(position=i + 1),))  # bwd
#           t_20:float64[] = multiply(t_18, t_19)  # bwd
#           t_21:float64[] = multiply(t_18, t_16)  # bwd
#           dy_6:float64[n] = add_at(dy_5, t_21, index=(At(position=i + 1),))  # bwd
#           dy_7:float64[n] = add_at(dy_6, t_20, index=(At(position=i),))  # bwd
#           dy_8:float64[n] = add_at(dy_7, t_18, index=(At(position=i - 1),))  # bwd
#           yield dy_8, y_10
#       yield dy_3, y_8
#   dx:float64[n] = copy(dy_1)  # bwd
#   return t_11, dx


# ---- study text

import numpy as np


def value_and_grad_sweep(x):
    n = x.shape[0]
    y = x.copy()
    y_saved_1 = np.empty((2 * n, max(n - 2, 0)))  # saved: y, 8 B x max(n - 2, 0) x 2 * n
    for t in range(2 * n):
        y_saved = np.empty(max(n - 2, 0))  # saved: y, 8 B x max(n - 2, 0)
        for i in range(1, n - 1):
            y_saved[i - 1] = y[i]
            y[i] = (y[i - 1] + y[i] * y[i + 1]) * 0.5
        y_saved_1[t] = y_saved
    out = np.sum(y * y)

    # return np.sum(y * y)
    dy = 2.0 * y
    # for t in range(2 * n):
    for t in range(2 * n - 1, -1, -1):
        y_saved = y_saved_1[t]
        # for i in range(1, n - 1):
        for i in range(n - 2, 0, -1):
            part = y_saved[i - 1]
            # y[i] = (y[i - 1] + y[i] * y[i + 1]) * 0.5
            part2 = dy[i]
            dy[i] = 0.0
            y[i] = part
            prod = 0.5 * part2
            dy[i + 1] += prod * part
            dy[i] += prod * y[i + 1]
            dy[i - 1] += prod
    # y = x * 1.0
    dx = dy
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_sweep___HASH__(x):
    n = x.shape[0]
    # for t in range(2 * n):
    y_saved_1 = np.empty((2 * n, max(n - 2, 0)))
    x_2 = np.empty(n)
    for j in range(n):
        x_2[j] = x[j]  # x
    for t in range(2 * n):
        for i in range(1, n - 1):
            # for i in range(1, n - 1):
            x_2_n = x_2[i]
            y_saved_1[t, i - 1] = x_2_n
            # y[i] = (y[i - 1] + y[i] * y[i + 1]) * 0.5
            x_2[i] = 0.5 * (x_2[i - 1] + x_2_n * x_2[i + 1])

    # return np.sum(y * y)
    # adjoint of return np.sum(y * y)
    dy = np.empty(n)
    total = 0.0
    for j in range(n):
        x_2_j = x_2[j]
        total = plus(total, x_2_j * x_2_j)
        dy[j] = 2.0 * x_2_j
    # adjoint of for t in range(2 * n):
    for t in range(2 * n - 1, -1, -1):
        # adjoint of for i in range(1, n - 1):
        carry = 0.0
        for i in range(n - 2, 0, -1):
            # adjoint of y[i] = (y[i - 1] + y[i] * y[i + 1]) * 0.5
            y_saved_1_nn = y_saved_1[t, i - 1]
            x_2[i] = y_saved_1_nn
            carry = 0.5 * (dy[i] + carry)
            dy[i] = carry * x_2[i + 1]
            dy[i + 1] += carry * y_saved_1_nn
        if n - 2 > 0:
            # adjoint of y[i] = (y[i - 1] + y[i] * y[i + 1]) * 0.5
            dy[0] += carry
    return total, dy
