"""Battery: a Gauss-Seidel sweep in place."""

import numpy as np


def gs(x):
    y = x * 1.0
    for t in range(2):
        for i in range(1, 3):
            y[i] = (y[i-1] + y[i] * y[i+1]) * 0.5
    return np.sum(y * y)


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# gs(x:float64[n]):
#   y:float64[n] = multiply(x, 1.0)
#   y_1:float64[n] = for(0, 2, 1, y)
#     (t:int64[], y_2:float64[n]) ->
#       y_3:float64[n] = for(1, 3, 1, y_2)
#         (i:int64[], y_4:float64[n]) ->
#           t_1:float64[] = getitem(y_4, index=(At(position=i - 1),))
#           t_2:float64[] = getitem(y_4, index=(At(position=i),))
#           t_3:float64[] = getitem(y_4, index=(At(position=i + 1),))
#           t_4:float64[] = multiply(t_2, t_3)
#           t_5:float64[] = add(t_1, t_4)
#           t_6:float64[] = multiply(t_5, 0.5)
#           y_5:float64[n] = setitem(y_4, t_6, index=(At(position=i),))
#           yield y_5
#       yield y_3
#   t_7:float64[n] = multiply(y_1, y_1)
#   t_8:float64[] = sum(t_7, axis=(0,), keepdims=False)
#   return t_8
#   require n - 2 >= 0
#   require n - 3 >= 0
#   require n - 4 >= 0


# ---- graph: value_and_grad
# value_and_grad_gs(x:float64[n]):
#   y:float64[n] = copy(x)
#   y_saved_1:float64[2, 2] = empty(dtype=float64, shape=(2, 2))
#   y_1:float64[n], y_saved_1_1:float64[2, 2] = for(0, 2, 1, y, y_saved_1)
#     (t:int64[], y_2:float64[n], y_saved_1_2:float64[2, 2]) ->
#       y_saved:float64[2] = empty(dtype=float64, shape=(2,))
#       y_3:float64[n], y_saved_2:float64[2] = for(1, 3, 1, y_2, y_saved)
#         (i:int64[], y_4:float64[n], y_saved_3:float64[2]) ->
#           t_1:int64[] = subtract(i, 1)
#           t_2:float64[] = getitem(y_4, index=(At(position=i - 1),))
#           t_3:float64[] = getitem(y_4, index=(At(position=i),))
#           y_saved_4:float64[2] = setitem(y_saved_3, t_3, t_1, index=(AtArg(),))
#           t_4:float64[] = getitem(y_4, index=(At(position=i + 1),))
#           t_5:float64[] = multiply(t_3, t_4)
#           t_6:float64[] = add(t_2, t_5)
#           t_7:float64[] = multiply(t_6, 0.5)
#           y_5:float64[n] = setitem(y_4, t_7, index=(At(position=i),))
#           yield y_5, y_saved_4
#       y_saved_1_3:float64[2, 2] = setitem(y_saved_1_2, y_saved_2, t, index=(AtArg(), Span(start=0, step=1, extent=2)))
#       yield y_3, y_saved_1_3
#   t_8:float64[n] = multiply(y_1, y_1)
#   t_9:float64[] = sum(t_8, axis=(0,), keepdims=False)
#   dy:float64[n] = multiply(2.0, y_1)  # bwd
#   dy_1:float64[n], y_6:float64[n] = for(1, -1, -1, dy, y_1, y_saved_1_1)  # bwd
#     (t_10:int64[], dy_2:float64[n], y_7:float64[n], y_saved_1_4:float64[2, 2]) ->
#       y_saved_5:float64[2] = getitem(y_saved_1_4, t_10, index=(AtArg(), Span(start=0, step=1, extent=2)))  # bwd
#       dy_3:float64[n], y_8:float64[n] = for(2, 0, -1, dy_2, y_7, y_saved_5)  # bwd
#         (i_1:int64[], dy_4:float64[n], y_9:float64[n], y_saved_6:float64[2]) ->
#           t_11:int64[] = subtract(i_1, 1)  # bwd
#           t_12:float64[] = getitem(y_saved_6, t_11, index=(AtArg(),))  # bwd
#           t_13:float64[] = getitem(dy_4, index=(At(position=i),))  # bwd
#           dy_5:float64[n] = setitem(dy_4, 0.0, index=(At(position=i),))  # bwd
#           y_10:float64[n] = setitem(y_9, t_12, index=(At(position=i),))  # bwd
#           t_14:float64[] = multiply(0.5, t_13)  # bwd
#           t_15:float64[] = getitem(y_10, index=(At(position=i + 1),))  # bwd
#           t_16:float64[] = multiply(t_14, t_15)  # bwd
#           t_17:float64[] = multiply(t_14, t_12)  # bwd
#           dy_6:float64[n] = add_at(dy_5, t_17, index=(At(position=i + 1),))  # bwd
#           dy_7:float64[n] = add_at(dy_6, t_16, index=(At(position=i),))  # bwd
#           dy_8:float64[n] = add_at(dy_7, t_14, index=(At(position=i - 1),))  # bwd
#           yield dy_8, y_10
#       yield dy_3, y_8
#   dx:float64[n] = copy(dy_1)  # bwd
#   return t_9, dx
#   require n - 2 >= 0
#   require n - 3 >= 0
#   require n - 4 >= 0


# ---- study text

import numpy as np


def value_and_grad_gs(x):
    y = x
    y_saved_1 = np.empty((2, 2))  # saved: y, 8 B x 2 x 2
    y = y.copy()
    for t in range(2):
        y_saved = np.empty(2)  # saved: y, 8 B x 2
        for i in range(1, 3):
            y_saved[i - 1] = y[i]
            y[i] = (y[i - 1] + y[i] * y[i + 1]) * 0.5
        y_saved_1[t] = y_saved
    out = np.sum(y * y)

    # return np.sum(y * y)
    dy = 2.0 * y
    # for t in range(2):
    for t in range(1, -1, -1):
        y_saved = y_saved_1[t]
        # for i in range(1, 3):
        for i in range(2, 0, -1):
            part = y_saved[i - 1]
            # y[i] = (y[i-1] + y[i] * y[i+1]) * 0.5
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
def value_and_grad_gs___HASH__(x):
    n = x.shape[0]
    if n - 2 < 0:
        raise ValueError('n - 2 >= 0')
    if n - 3 < 0:
        raise ValueError('n - 3 >= 0')
    if n - 4 < 0:
        raise ValueError('n - 4 >= 0')
    # y[i] = (y[i-1] + y[i] * y[i+1]) * 0.5
    prod2 = 0.5 * (x[0] + x[1] * x[2])
    y_8 = np.empty(n)
    for i in range(n):
        y_8[i] = x[i]  # y
    y_8[1] = prod2
    t2 = y_8[2]
    y_8[2] = 0.5 * (y_8[1] + t2 * y_8[3])
    t3 = y_8[1]
    y_8[1] = 0.5 * (y_8[0] + t3 * y_8[2])
    t4 = y_8[2]
    y_8[2] = 0.5 * (y_8[1] + t4 * y_8[3])

    # return np.sum(y * y)
    # adjoint of return np.sum(y * y)
    dy_17 = np.empty(n)
    total5 = 0.0
    for i in range(n):
        y_8_i = y_8[i]
        total5 = plus(total5, y_8_i * y_8_i)
        dy_17[i] = 2.0 * y_8_i  # dy
    # adjoint of y[i] = (y[i-1] + y[i] * y[i+1]) * 0.5
    t5 = dy_17[2]
    dy_17[2] = 0.0
    y_8[2] = t4
    prod10 = 0.5 * t5
    dy_17[3] += prod10 * t4
    dy_17[2] += prod10 * y_8[3]
    dy_17[1] += prod10
    t6 = dy_17[1]
    dy_17[1] = 0.0
    y_8[1] = t3
    prod13 = 0.5 * t6
    dy_17[2] += prod13 * t3
    dy_17[1] += prod13 * y_8[2]
    dy_17[0] += prod13
    t7 = dy_17[2]
    dy_17[2] = 0.0
    y_8[2] = t2
    prod16 = 0.5 * t7
    dy_17[3] += prod16 * t2
    dy_17[2] += prod16 * y_8[3]
    dy_17[1] += prod16
    t8 = dy_17[1]
    dy_17[1] = 0.0
    prod19 = 0.5 * t8
    dy_17[2] += prod19 * x[1]
    dy_17[1] += prod19 * y_8[2]
    dy_17[0] += prod19
    return total5, dy_17
