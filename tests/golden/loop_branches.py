"""Branches in a loop: the condition is computed again, nothing is saved."""

import numpy as np


def pieces(x):
    y = np.zeros(x.shape[0])
    for i in range(x.shape[0]):
        if x[i] > 2.0:
            y[i] = x[i] * 3.0
        elif x[i] > 1.0:
            y[i] = x[i] ** 2
        else:
            y[i] = x[i]
    return np.sum(y)


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# pieces(x:float64[n]):
#   y:float64[n] = full(0.0, shape=(n,))
#   t:int64[] = extent(dim=n)
#   y_1:float64[n] = for(0, t, 1, y, x)
#     (i:int64[], y_2:float64[n], x_1:float64[n]) ->
#       t_1:float64[] = getitem(x_1, index=(At(position=i),))
#       t_2:bool[] = greater(t_1, 2.0)
#       y_3:float64[n] = cond(t_2, x_1, y_2, i)
#         (x_2:float64[n], y_4:float64[n], i_1:int64[]) ->
#           t_3:float64[] = getitem(x_2, index=(At(position=i),))
#           t_4:float64[] = multiply(t_3, 3.0)
#           y_5:float64[n] = setitem(y_4, t_4, index=(At(position=i),))
#           yield y_5
#         (x_3:float64[n], y_6:float64[n], i_2:int64[]) ->
#           t_5:float64[] = getitem(x_3, index=(At(position=i),))
#           t_6:bool[] = greater(t_5, 1.0)
#           y_7:float64[n] = cond(t_6, x_3, y_6, i_2)
#             (x_4:float64[n], y_8:float64[n], i_3:int64[]) ->
#               t_7:float64[] = getitem(x_4, index=(At(position=i),))
#               t_8:float64[] = power(t_7, 2.0)
#               y_9:float64[n] = setitem(y_8, t_8, index=(At(position=i),))
#               yield y_9
#             (x_5:float64[n], y_10:float64[n], i_4:int64[]) ->
#               t_9:float64[] = getitem(x_5, index=(At(position=i),))
#               y_11:float64[n] = setitem(y_10, t_9, index=(At(position=i),))
#               yield y_11
#           yield y_7
#       yield y_3
#   t_10:float64[] = sum(y_1, axis=(0,), keepdims=False)
#   return t_10


# ---- graph: value_and_grad
# value_and_grad_pieces(x:float64[n]):
#   y:float64[n] = full(0.0, shape=(n,))
#   t:int64[] = extent(dim=n)
#   y_1:float64[n] = for(0, t, 1, y, x)
#     (i:int64[], y_2:float64[n], x_1:float64[n]) ->
#       t_1:float64[] = getitem(x_1, index=(At(position=i),))
#       t_2:bool[] = greater(t_1, 2.0)
#       y_3:float64[n] = cond(t_2, x_1, y_2, i)
#         (x_2:float64[n], y_4:float64[n], i_1:int64[]) ->
#           t_3:float64[] = getitem(x_2, index=(At(position=i),))
#           t_4:float64[] = multiply(t_3, 3.0)
#           y_5:float64[n] = setitem(y_4, t_4, index=(At(position=i),))
#           yield y_5
#         (x_3:float64[n], y_6:float64[n], i_2:int64[]) ->
#           t_5:float64[] = getitem(x_3, index=(At(position=i),))
#           t_6:bool[] = greater(t_5, 1.0)
#           y_7:float64[n] = cond(t_6, x_3, y_6, i_2)
#             (x_4:float64[n], y_8:float64[n], i_3:int64[]) ->
#               t_7:float64[] = getitem(x_4, index=(At(position=i),))
#               t_8:float64[] = power(t_7, 2.0)
#               y_9:float64[n] = setitem(y_8, t_8, index=(At(position=i),))
#               yield y_9
#             (x_5:float64[n], y_10:float64[n], i_4:int64[]) ->
#               t_9:float64[] = getitem(x_5, index=(At(position=i),))
#               y_11:float64[n] = setitem(y_10, t_9, index=(At(position=i),))
#               yield y_11
#           yield y_7
#       yield y_3
#   t_10:float64[] = sum(y_1, axis=(0,), keepdims=False)
#   dy:float64[n] = full(1.0, shape=(n,))  # bwd
#   t_11:int64[] = extent(dim=n - 1)  # bwd
#   t_12:float64[n] = full(0.0, shape=(n,))  # bwd
#   dy_1:float64[n], dx:float64[n] = for(t_11, -1, -1, dy, t_12, x)  # bwd
#     (i_5:int64[], dy_2:float64[n], dx_1:float64[n], x_6:float64[n]) ->
#       t_13:float64[] = getitem(x_6, index=(At(position=i),))  # bwd
#       t_14:bool[] = greater(t_13, 2.0)  # bwd
#       dx_2:float64[n], dy_3:float64[n] = cond(t_14, dy_2, dx_1, x_6, i_5)  # bwd
#         (dy_4:float64[n], dx_3:float64[n], x_7:float64[n], i_6:int64[]) ->
#           t_15:float64[] = getitem(dy_4, index=(At(position=i),))  # bwd
#           dy_5:float64[n] = setitem(dy_4, 0.0, index=(At(position=i),))  # bwd
#           t_16:float64[] = multiply(3.0, t_15)  # bwd
#           dx_4:float64[n] = add_at(dx_3, t_16, index=(At(position=i),))  # bwd
#           yield dx_4, dy_5
#         (dy_6:float64[n], dx_5:float64[n], x_8:float64[n], i_7:int64[]) ->
#           t_17:float64[] = getitem(x_8, index=(At(position=i),))  # bwd
#           t_18:bool[] = greater(t_17, 1.0)  # bwd
#           dx_6:float64[n], dy_7:float64[n] = cond(t_18, dy_6, dx_5, x_8, i_7)  # bwd
#             (dy_8:float64[n], dx_7:float64[n], x_9:float64[n], i_8:int64[]) ->
#               t_19:float64[] = getitem(x_9, index=(At(position=i),))  # bwd
#               t_20:float64[] = getitem(dy_8, index=(At(position=i),))  # bwd
#               dy_9:float64[n] = setitem(dy_8, 0.0, index=(At(position=i),))  # bwd
#               t_21:float64[] = multiply(2.0, t_20)  # bwd
#               t_22:float64[] = multiply(t_21, t_19)  # bwd
#               dx_8:float64[n] = add_at(dx_7, t_22, index=(At(position=i),))  # bwd
#               yield dx_8, dy_9
#             (dy_10:float64[n], dx_9:float64[n], x_10:float64[n], i_9:int64[]) ->
#               t_23:float64[] = getitem(dy_10, index=(At(position=i),))  # bwd
#               dy_11:float64[n] = setitem(dy_10, 0.0, index=(At(position=i),))  # bwd
#               dx_10:float64[n] = add_at(dx_9, t_23, index=(At(position=i),))  # bwd
#               yield dx_10, dy_11
#           yield dx_6, dy_7
#       yield dy_3, dx_2
#   return t_10, dx


# ---- study text

import numpy as np


def value_and_grad_pieces(x):
    n = x.shape[0]
    y = np.zeros_like(x)
    for i in range(n):
        if x[i] > 2:
            y[i] = x[i] * 3.0
        elif x[i] > 1:
            y[i] = x[i] ** 2
        else:
            y[i] = x[i]
    out = np.sum(y)

    # return np.sum(y)
    dy = np.ones_like(x)
    # for i in range(x.shape[0]):
    dx = np.zeros_like(x)
    for i in range(n - 1, -1, -1):
        if x[i] > 2:
            # y[i] = x[i] * 3.0
            part = dy[i]
            dy[i] = 0.0
            dx[i] += 3.0 * part
        elif x[i] > 1:
            # y[i] = x[i] ** 2
            part2 = dy[i]
            dy[i] = 0.0
            dx[i] += 2.0 * part2 * x[i]
        else:
            # y[i] = x[i]
            part3 = dy[i]
            dy[i] = 0.0
            dx[i] += part3
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_pieces___HASH__(x):
    n = x.shape[0]
    # for i in range(x.shape[0]):
    y_2 = np.zeros(n)
    for i in range(n):
        if x[i] > 2.0:
            # y[i] = x[i] * 3.0
            y_2[i] = 3.0 * x[i]
        else:
            # elif x[i] > 1.0:
            if x[i] > 1.0:
                # y[i] = x[i] ** 2
                x_n = x[i]
                y_2[i] = x_n * x_n
            else:
                # y[i] = x[i]
                y_2[i] = x[i]
    # adjoint of for i in range(x.shape[0]):
    dy_2 = np.full(n, 1.0)
    dx = np.zeros(n)
    for i in range(n):
        # adjoint of if x[i] > 2.0:
        if x[i] > 2.0:
            # adjoint of y[i] = x[i] * 3.0
            t2 = dy_2[i]
            dy_2[i] = 0.0
            dx[i] += 3.0 * t2
        else:
            # adjoint of elif x[i] > 1.0:
            if x[i] > 1.0:
                # adjoint of y[i] = x[i] ** 2
                t3 = dy_2[i]
                dy_2[i] = 0.0
                dx[i] += 2.0 * t3 * x[i]
            else:
                # adjoint of y[i] = x[i]
                t4 = dy_2[i]
                dy_2[i] = 0.0
                dx[i] += t4
    # return np.sum(y)
    total = 0.0
    for j in range(n):
        total = plus(total, y_2[j])
    return total, dx
