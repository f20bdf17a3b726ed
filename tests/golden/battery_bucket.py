"""Battery: elements accumulate in buckets."""

import numpy as np


def bucket(x):
    y = np.zeros(2)
    for i in range(4):
        y[i % 2] += x[i] * x[i]
    return np.sum(y * y)


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# bucket(x:float64[n]):
#   y:float64[2] = full(0.0, shape=(2,))
#   y_1:float64[2] = for(0, 4, 1, y, x)
#     (i:int64[], y_2:float64[2], x_1:float64[n]) ->
#       t:int64[] = remainder(i, 2)
#       t_1:float64[] = getitem(x_1, index=(At(position=i),))
#       t_2:float64[] = getitem(x_1, index=(At(position=i),))
#       t_3:float64[] = multiply(t_1, t_2)
#       y_3:float64[2] = add_at(y_2, t_3, t, index=(AtArg(),))
#       yield y_3
#   t_4:float64[2] = multiply(y_1, y_1)
#   t_5:float64[] = sum(t_4, axis=(0,), keepdims=False)
#   return t_5
#   require n - 4 >= 0


# ---- graph: value_and_grad
# value_and_grad_bucket(x:float64[n]):
#   y:float64[2] = full(0.0, shape=(2,))
#   y_1:float64[2] = for(0, 4, 1, y, x)
#     (i:int64[], y_2:float64[2], x_1:float64[n]) ->
#       t:int64[] = remainder(i, 2)
#       t_1:float64[] = getitem(x_1, index=(At(position=i),))
#       t_2:float64[] = multiply(t_1, t_1)
#       y_3:float64[2] = add_at(y_2, t_2, t, index=(AtArg(),))
#       yield y_3
#   t_3:float64[2] = multiply(y_1, y_1)
#   t_4:float64[] = sum(t_3, axis=(0,), keepdims=False)
#   dy:float64[2] = multiply(2.0, y_1)  # bwd
#   t_5:float64[n] = full(0.0, shape=(n,))  # bwd
#   dx:float64[n] = for(3, -1, -1, t_5, dy, x)  # bwd
#     (i_1:int64[], dx_1:float64[n], dy_1:float64[2], x_2:float64[n]) ->
#       t_6:int64[] = remainder(i_1, 2)  # bwd
#       t_7:float64[] = getitem(x_2, index=(At(position=i),))  # bwd
#       t_8:float64[] = getitem(dy_1, t_6, index=(AtArg(),))  # bwd
#       t_9:float64[] = multiply(t_8, t_7)  # bwd
#       t_10:float64[] = multiply(2.0, t_9)  # bwd
#       dx_2:float64[n] = add_at(dx_1, t_10, index=(At(position=i),))  # bwd
#       yield dx_2
#   return t_4, dx
#   require n - 4 >= 0


# ---- study text

import numpy as np


def value_and_grad_bucket(x):
    y = np.zeros(2)
    for i in range(4):
        y[i % 2] += x[i] * x[i]
    out = np.sum(y * y)

    # return np.sum(y * y)
    dy = 2.0 * y
    # for i in range(4):
    dx = np.zeros_like(x)
    for i in range(3, -1, -1):
        # y[i % 2] += x[i] * x[i]
        dx[i] += 2.0 * (dy[i % 2] * x[i])
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit


@njit
def value_and_grad_bucket___HASH__(x):
    n = x.shape[0]
    if n - 4 < 0:
        raise ValueError('n - 4 >= 0')
    # y[i % 2] += x[i] * x[i]
    # return np.sum(y * y)
    # adjoint of return np.sum(y * y)
    # adjoint of y[i % 2] += x[i] * x[i]
    x_0 = x[0]
    y_0 = x_0 * x_0
    x_1 = x[1]
    y_1 = x_1 * x_1
    x_2 = x[2]
    y_0_2 = y_0 + x_2 * x_2
    x_3 = x[3]
    y_1_2 = y_1 + x_3 * x_3
    total = y_0_2 * y_0_2 + y_1_2 * y_1_2
    dy_0 = 2.0 * y_0_2
    dy_1 = 2.0 * y_1_2
    dx = np.zeros(n)
    dx[0] += 2.0 * (dy_0 * x_0)
    dx[1] += 2.0 * (dy_1 * x_1)
    dx[2] += 2.0 * (dy_0 * x_2)
    dx[3] += 2.0 * (dy_1 * x_3)
    return total, dx
