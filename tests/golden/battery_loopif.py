"""Battery: a branch in a loop writes elements."""

import numpy as np


def loopif(x):
    y = np.zeros(4)
    for i in range(4):
        if x[i] > 2.0:
            y[i] = x[i] * 3.0
        else:
            y[i] = x[i]
    return np.sum(y)


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# loopif(x:float64[n]):
#   y:float64[4] = full(0.0, shape=(4,))
#   y_1:float64[4] = for(0, 4, 1, y, x)
#     (i:int64[], y_2:float64[4], x_1:float64[n]) ->
#       t:float64[] = getitem(x_1, index=(At(position=i),))
#       t_1:bool[] = greater(t, 2.0)
#       y_3:float64[4] = cond(t_1, x_1, y_2, i)
#         (x_2:float64[n], y_4:float64[4], i_1:int64[]) ->
#           t_2:float64[] = getitem(x_2, index=(At(position=i),))
#           t_3:float64[] = multiply(t_2, 3.0)
#           y_5:float64[4] = setitem(y_4, t_3, index=(At(position=i),))
#           yield y_5
#         (x_3:float64[n], y_6:float64[4], i_2:int64[]) ->
#           t_4:float64[] = getitem(x_3, index=(At(position=i),))
#           y_7:float64[4] = setitem(y_6, t_4, index=(At(position=i),))
#           yield y_7
#       yield y_3
#   t_5:float64[] = sum(y_1, axis=(0,), keepdims=False)
#   return t_5
#   require n - 4 >= 0


# ---- graph: value_and_grad
# value_and_grad_loopif(x:float64[n]):
#   y:float64[4] = full(0.0, shape=(4,))
#   y_1:float64[4] = for(0, 4, 1, y, x)
#     (i:int64[], y_2:float64[4], x_1:float64[n]) ->
#       t:float64[] = getitem(x_1, index=(At(position=i),))
#       t_1:bool[] = greater(t, 2.0)
#       y_3:float64[4] = cond(t_1, x_1, y_2, i)
#         (x_2:float64[n], y_4:float64[4], i_1:int64[]) ->
#           t_2:float64[] = getitem(x_2, index=(At(position=i),))
#           t_3:float64[] = multiply(t_2, 3.0)
#           y_5:float64[4] = setitem(y_4, t_3, index=(At(position=i),))
#           yield y_5
#         (x_3:float64[n], y_6:float64[4], i_2:int64[]) ->
#           t_4:float64[] = getitem(x_3, index=(At(position=i),))
#           y_7:float64[4] = setitem(y_6, t_4, index=(At(position=i),))
#           yield y_7
#       yield y_3
#   t_5:float64[] = sum(y_1, axis=(0,), keepdims=False)
#   dy:float64[4] = full(1.0, shape=(4,))  # bwd
#   t_6:float64[n] = full(0.0, shape=(n,))  # bwd
#   dy_1:float64[4], dx:float64[n] = for(3, -1, -1, dy, t_6, x)  # bwd
#     (i_3:int64[], dy_2:float64[4], dx_1:float64[n], x_4:float64[n]) ->
#       t_7:float64[] = getitem(x_4, index=(At(position=i),))  # bwd
#       t_8:bool[] = greater(t_7, 2.0)  # bwd
#       dx_2:float64[n], dy_3:float64[4] = cond(t_8, dy_2, dx_1, i_3)  # bwd
#         (dy_4:float64[4], dx_3:float64[n], i_4:int64[]) ->
#           t_9:float64[] = getitem(dy_4, index=(At(position=i),))  # bwd
#           dy_5:float64[4] = setitem(dy_4, 0.0, index=(At(position=i),))  # bwd
#           t_10:float64[] = multiply(3.0, t_9)  # bwd
#           dx_4:float64[n] = add_at(dx_3, t_10, index=(At(position=i),))  # bwd
#           yield dx_4, dy_5
#         (dy_6:float64[4], dx_5:float64[n], i_5:int64[]) ->
#           t_11:float64[] = getitem(dy_6, index=(At(position=i),))  # bwd
#           dy_7:float64[4] = setitem(dy_6, 0.0, index=(At(position=i),))  # bwd
#           dx_6:float64[n] = add_at(dx_5, t_11, index=(At(position=i),))  # bwd
#           yield dx_6, dy_7
#       yield dy_3, dx_2
#   return t_5, dx
#   require n - 4 >= 0


# ---- study text

import numpy as np


def value_and_grad_loopif(x):
    y = np.zeros(4)
    for i in range(4):
        if x[i] > 2:
            y[i] = x[i] * 3.0
        else:
            y[i] = x[i]
    out = np.sum(y)

    # return np.sum(y)
    dy = np.ones(4)
    # for i in range(4):
    dx = np.zeros_like(x)
    for i in range(3, -1, -1):
        if x[i] > 2:
            # y[i] = x[i] * 3.0
            part = dy[i]
            dy[i] = 0.0
            dx[i] += 3.0 * part
        else:
            # y[i] = x[i]
            part2 = dy[i]
            dy[i] = 0.0
            dx[i] += part2
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit


@njit
def value_and_grad_loopif___HASH__(x):
    n = x.shape[0]
    if n - 4 < 0:
        raise ValueError('n - 4 >= 0')
    # if x[i] > 2.0:
    mask = x[0] > 2.0
    if mask:
        # y[i] = x[i] * 3.0
        y_0 = 3.0 * x[0]
    else:
        y_0 = x[0]
    mask2 = x[1] > 2.0
    if mask2:
        # y[i] = x[i] * 3.0
        y_1 = 3.0 * x[1]
    else:
        y_1 = x[1]
    mask3 = x[2] > 2.0
    if mask3:
        # y[i] = x[i] * 3.0
        y_2 = 3.0 * x[2]
    else:
        y_2 = x[2]
    mask4 = x[3] > 2.0
    if mask4:
        # y[i] = x[i] * 3.0
        y_3 = 3.0 * x[3]
    else:
        y_3 = x[3]
    # return np.sum(y)
    total3 = y_0 + y_1 + y_2 + y_3
    # adjoint of if x[i] > 2.0:
    dx = np.zeros(n)
    if mask:
        # adjoint of y[i] = x[i] * 3.0
        dx[0] += 3.0
    else:
        # adjoint of y[i] = x[i]
        dx[0] += 1.0
    if mask2:
        # adjoint of y[i] = x[i] * 3.0
        dx[1] += 3.0
    else:
        # adjoint of y[i] = x[i]
        dx[1] += 1.0
    if mask3:
        # adjoint of y[i] = x[i] * 3.0
        dx[2] += 3.0
    else:
        # adjoint of y[i] = x[i]
        dx[2] += 1.0
    if mask4:
        # adjoint of y[i] = x[i] * 3.0
        dx[3] += 3.0
    else:
        # adjoint of y[i] = x[i]
        dx[3] += 1.0
    return total3, dx
