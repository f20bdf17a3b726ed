"""Powers by a recurrence: the inner loop is cheaper to run again than its tape is to keep for every point."""

import numpy as np


def fit(x, points):
    total = 0.0
    for i in range(len(points)):
        residual = np.sin(points[i])
        power = 1.0
        for j in range(len(x)):
            residual -= x[j] * power
            power *= points[i]
        total += residual * residual
    return total


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return rng.normal(size=3), np.linspace(-1.0, 1.0, 4)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# fit(x:float64[n], points:float64[m]):
#   t:int64[] = extent(dim=m)
#   total:float64[] = for(0, t, 1, 0.0, points, x)
#     (i:int64[], total_1:float64[], points_1:float64[m], x_1:float64[n]) ->
#       t_1:float64[] = getitem(points_1, index=(At(position=i),))
#       residual:float64[] = sin(t_1)
#       t_2:int64[] = extent(dim=n)
#       power:float64[], residual_1:float64[] = for(0, t_2, 1, 1.0, residual, x_1, points_1, i)
#         (j:int64[], power_1:float64[], residual_2:float64[], x_2:float64[n], points_2:float64[m], i_1:int64[]) ->
#           t_3:float64[] = getitem(x_2, index=(At(position=j),))
#           t_4:float64[] = multiply(t_3, power_1)
#           residual_3:float64[] = subtract(residual_2, t_4)
#           t_5:float64[] = getitem(points_2, index=(At(position=i),))
#           power_2:float64[] = multiply(power_1, t_5)
#           yield power_2, residual_3
#       t_6:float64[] = multiply(residual_1, residual_1)
#       total_2:float64[] = add(total_1, t_6)
#       yield total_2
#   return total


# ---- graph: value_and_grad
# value_and_grad_fit(x:float64[n], points:float64[m]):
#   t:int64[] = extent(dim=m)
#   total:float64[] = for(0, t, 1, 0.0, points, x)
#     (i:int64[], total_1:float64[], points_1:float64[m], x_1:float64[n]) ->
#       t_1:float64[] = getitem(points_1, index=(At(position=i),))
#       residual:float64[] = sin(t_1)
#       t_2:int64[] = extent(dim=n)
#       power:float64[], residual_1:float64[] = for(0, t_2, 1, 1.0, residual, x_1, points_1, i)
#         (j:int64[], power_1:float64[], residual_2:float64[], x_2:float64[n], points_2:float64[m], i_1:int64[]) ->
#           t_3:float64[] = getitem(x_2, index=(At(position=j),))
#           t_4:float64[] = multiply(t_3, power_1)
#           residual_3:float64[] = subtract(residual_2, t_4)
#           t_5:float64[] = getitem(points_2, index=(At(position=i),))
#           power_2:float64[] = multiply(power_1, t_5)
#           yield power_2, residual_3
#       t_6:float64[] = multiply(residual_1, residual_1)
#       total_2:float64[] = add(total_1, t_6)
#       yield total_2
#   t_7:int64[] = extent(dim=m - 1)  # bwd
#   t_8:float64[n] = full(0.0, shape=(n,))  # bwd
#   dx:float64[n] = for(t_7, -1, -1, t_8, points, x)  # bwd
#     (i_2:int64[], dx_1:float64[n], points_3:float64[m], x_3:float64[n]) ->
#       t_9:float64[] = getitem(points_3, index=(At(position=i),))  # bwd
#       residual_4:float64[] = sin(t_9)  # bwd
#       t_10:int64[] = extent(dim=n)  # bwd
#       power_saved:float64[n] = empty(dtype=float64, shape=(n,))  # bwd
#       power_3:float64[], residual_5:float64[], power_saved_1:float64[n] = for(0, t_10, 1, 1.0, residual_4, power_saved, x_3, points_3, i_2)  # bwd
#         (j_1:int64[], power_4:float64[], residual_6:float64[], power_saved_2:float64[n], x_4:float64[n], points_4:float64[m], i_3:int64[]) ->
#           power_saved_3:float64[n] = setitem(power_saved_2, power_4, j_1, index=(AtArg(),))
#           t_11:float64[] = getitem(x_4, index=(At(position=j),))
#           t_12:float64[] = multiply(t_11, power_4)
#           residual_7:float64[] = subtract(residual_6, t_12)
#           t_13:float64[] = getitem(points_4, index=(At(position=i),))
#           power_5:float64[] = multiply(power_4, t_13)
#           yield power_5, residual_7, power_saved_3
#       dresidual:float64[] = multiply(2.0, residual_5)  # bwd
#       t_14:int64[] = extent(dim=n - 1)  # bwd
#       dx_2:float64[n] = for(t_14, -1, -1, dx_1, dresidual, power_saved_1)  # bwd
#         (j_2:int64[], dx_3:float64[n], dresidual_1:float64[], power_saved_4:float64[n]) ->
#           power_6:float64[] = getitem(power_saved_4, j_2, index=(AtArg(),))  # bwd
#           t_15:float64[] = multiply(dresidual_1, power_6)  # bwd
#           t_16:float64[] = negative(t_15)  # bwd
#           dx_4:float64[n] = add_at(dx_3, t_16, index=(At(position=j),))  # bwd
#           yield dx_4
#       yield dx_2
#   return total, dx


# ---- study text

import numpy as np


def value_and_grad_fit(x, points):
    n = x.shape[0]
    m = points.shape[0]
    total = 0.0
    for i in range(m):
        residual = np.sin(points[i])
        power = 1.0
        for j in range(n):
            residual -= x[j] * power
            power *= points[i]
        total += residual * residual

    # for i in range(len(points)):
    dx = np.zeros_like(x)
    for i in range(m - 1, -1, -1):
        # residual = np.sin(points[i])
        residual = np.sin(points[i])
        # for j in range(len(x)):
        power_saved = np.empty(n)  # saved: power, 8 B x n
        power = 1.0
        for j in range(n):
            power_saved[j] = power
            residual -= x[j] * power
            power *= points[i]
        # total += residual * residual
        dresidual = 2.0 * residual
        # for j in range(len(x)):
        for j in range(n - 1, -1, -1):
            power = power_saved[j]
            # residual -= x[j] * power
            dx[j] -= dresidual * power
    return total, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.vmath import sin


@njit
def value_and_grad_fit___HASH__(x, points):
    n = x.shape[0]
    m = points.shape[0]
    # for i in range(len(points)):
    total = 0.0
    for i in range(m):
        # residual = np.sin(points[i])
        residual = sin(points[i])
        # for j in range(len(x)):
        power = 1.0
        for j in range(n):
            # residual -= x[j] * power
            residual = residual - x[j] * power
            # power *= points[i]
            power = power * points[i]
        # total += residual * residual
        total = plus(total, residual * residual)
    # adjoint of for i in range(len(points)):
    dx = np.zeros(n)
    power_saved = np.empty(n)
    for i in range(m):
        # adjoint of residual = np.sin(points[i])
        residual = sin(points[i])
        # adjoint of for j in range(len(x)):
        power = 1.0
        for j in range(n):
            # for j in range(len(x)):
            power_saved[j] = power
            # residual -= x[j] * power
            residual = residual - x[j] * power
            # power *= points[i]
            power = power * points[i]
        # adjoint of total += residual * residual
        dresidual = 2.0 * residual
        # adjoint of for j in range(len(x)):
        for j in range(n):
            # adjoint of residual -= x[j] * power
            dx[j] -= dresidual * power_saved[j]
    return total, dx
