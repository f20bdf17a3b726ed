"""Forces between bodies: vectors of three numbers live in scalars."""

import numpy as np


def force(pos, mass):
    total = np.zeros(3)
    for i in range(1, len(mass)):
        d = pos[i] - pos[0]
        total += mass[i] * d / np.dot(d, d)
    return total @ total


MODE, WRT = "grad", ("pos",)


def arguments(rng):
    return (rng.normal(size=(4, 3)) @ np.eye(3), rng.uniform(1.0, 2.0, 4))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# force(pos:float64[n, 3], mass:float64[k]):
#   total:float64[3] = full(0.0, shape=(3,))
#   t:int64[] = extent(dim=k)
#   total_1:float64[3] = for(1, t, 1, total, pos, mass)
#     (i:int64[], total_2:float64[3], pos_1:float64[n, 3], mass_1:float64[k]) ->
#       t_1:float64[3] = getitem(pos_1, index=(At(position=i), Span(start=0, step=1, extent=3)))
#       t_2:float64[3] = getitem(pos_1, index=(At(position=0), Span(start=0, step=1, extent=3)))
#       d:float64[3] = subtract(t_1, t_2)
#       t_3:float64[] = getitem(mass_1, index=(At(position=i),))
#       t_4:float64[3] = multiply(t_3, d)
#       t_5:float64[] = matmul(d, d)
#       t_6:float64[3] = divide(t_4, t_5)
#       total_3:float64[3] = add(total_2, t_6)
#       yield total_3
#   t_7:float64[] = matmul(total_1, total_1)
#   return t_7
#   require n - k >= 0
#   require n - 1 >= 0


# ---- graph: grad
# grad_force(pos:float64[n, 3], mass:float64[k]):
#   total:float64[3] = full(0.0, shape=(3,))
#   t:int64[] = extent(dim=k)
#   dot_saved:float64[max(k - 1, 0)] = empty(dtype=float64, shape=(max(k - 1, 0),))
#   total_1:float64[3], dot_saved_1:float64[max(k - 1, 0)] = for(1, t, 1, total, dot_saved, pos, mass)
#     (i:int64[], total_2:float64[3], dot_saved_2:float64[max(k - 1, 0)], pos_1:float64[n, 3], mass_1:float64[k]) ->
#       t_1:int64[] = subtract(i, 1)
#       t_2:float64[3] = getitem(pos_1, index=(At(position=i), Span(start=0, step=1, extent=3)))
#       t_3:float64[3] = getitem(pos_1, index=(At(position=0), Span(start=0, step=1, extent=3)))
#       d:float64[3] = subtract(t_2, t_3)
#       t_4:float64[] = getitem(mass_1, index=(At(position=i),))
#       t_5:float64[3] = multiply(t_4, d)
#       t_6:float64[] = matmul(d, d)
#       dot_saved_3:float64[max(k - 1, 0)] = setitem(dot_saved_2, t_6, t_1, index=(AtArg(),))
#       t_7:float64[3] = divide(t_5, t_6)
#       total_3:float64[3] = add(total_2, t_7)
#       yield total_3, dot_saved_3
#   dtotal:float64[3] = multiply(2.0, total_1)  # bwd
#   t_8:int64[] = extent(dim=k - 1)  # bwd
#   t_9:float64[n, 3] = full(0.0, shape=(n, 3))  # bwd
#   dpos:float64[n, 3] = for(t_8, 0, -1, t_9, dtotal, dot_saved_1, pos, mass)  # bwd
#     (i_1:int64[], dpos_1:float64[n, 3], dtotal_1:float64[3], dot_saved_4:float64[max(k - 1, 0)], pos_2:float64[n, 3], mass_2:float64[k]) ->
#       t_10:int64[] = subtract(i_1, 1)  # bwd
#       t_11:float64[] = getitem(dot_saved_4, t_10, index=(AtArg(),))  # bwd
#       t_12:float64[3] = getitem(pos_2, index=(At(position=i), Span(start=0, step=1, extent=3)))  # bwd
#       t_13:float64[3] = getitem(pos_2, index=(At(position=0), Span(start=0, step=1, extent=3)))  # bwd
#       d_1:float64[3] = subtract(t_12, t_13)  # bwd
#       t_14:float64[] = getitem(mass_2, index=(At(position=i),))  # bwd
#       t_15:float64[] = divide(t_14, t_11)  # bwd
#       t_16:float64[] = divide(t_15, t_11)  # bwd
#       t_17:float64[3] = multiply(t_16, d_1)  # bwd
#       t_18:float64[3] = multiply(dtotal_1, t_17)  # bwd
#       t_19:float64[] = sum(t_18, axis=(0,), keepdims=False)  # bwd
#       t_20:float64[] = multiply(-2.0, t_19)  # bwd
#       t_21:float64[3] = multiply(t_20, d_1)  # bwd
#       t_22:float64[3] = multiply(t_15, dtotal_1)  # bwd
#       dd:float64[3] = add(t_21, t_22)  # bwd
#       t_23:float64[3] = negative(dd)  # bwd
#       dpos_2:float64[n, 3] = add_at(dpos_1, t_23, index=(At(position=0), Span(start=0, step=1, extent=3)))  # bwd
#       dpos_3:float64[n, 3] = add_at(dpos_2, dd, index=(At(position=i), Span(start=0, step=1, extent=3)))  # bwd
#       yield dpos_3
#   return dpos
#   require n - k >= 0
#   require n - 1 >= 0


# ---- study text

import numpy as np


def grad_force(pos, mass):
    k = mass.shape[0]
    total = np.zeros(3)
    dot_saved = np.empty(max(k - 1, 0))  # saved: 8 B x max(k - 1, 0)
    for i in range(1, k):
        d = pos[i] - pos[0]
        dot = d @ d
        dot_saved[i - 1] = dot
        total += mass[i] * d / dot

    # return total @ total
    dtotal = 2.0 * total
    # for i in range(1, len(mass)):
    dpos = np.zeros_like(pos)
    for i in range(k - 1, 0, -1):
        part = dot_saved[i - 1]
        # d = pos[i] - pos[0]
        d = pos[i] - pos[0]
        # total += mass[i] * d / np.dot(d, d)
        ratio = mass[i] / part
        dd = -2.0 * np.sum(dtotal * (ratio / part * d)) * d + ratio * dtotal
        # d = pos[i] - pos[0]
        dpos[0] -= dd
        dpos[i] += dd
    return dpos


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def grad_force___HASH__(pos, mass):
    n = pos.shape[0]
    k = mass.shape[0]
    if pos.shape[1] != 3:
        raise ValueError('axis 1 of `pos` does not have length 3')
    if n - k < 0:
        raise ValueError('n - k >= 0')
    if n - 1 < 0:
        raise ValueError('index 0 is out of bounds for axis 0 of size 4')
    # for i in range(1, len(mass)):
    dot_saved = np.empty(max(k - 1, 0))
    total_0 = 0.0
    total_1 = 0.0
    total_2 = 0.0
    for i in range(1, k):
        # d = pos[i] - pos[0]
        d_0 = pos[i, 0] - pos[0, 0]
        d_1 = pos[i, 1] - pos[0, 1]
        d_2 = pos[i, 2] - pos[0, 2]
        # total += mass[i] * d / np.dot(d, d)
        total2 = d_0 * d_0 + d_1 * d_1 + d_2 * d_2
        # for i in range(1, len(mass)):
        dot_saved[i - 1] = total2
        # total += mass[i] * d / np.dot(d, d)
        ratio = mass[i] / total2
        total_0 = plus(total_0, ratio * d_0)
        total_1 = plus(total_1, ratio * d_1)
        total_2 = plus(total_2, ratio * d_2)
    # adjoint of return total @ total
    dtotal_0 = 2.0 * total_0
    dtotal_1 = 2.0 * total_1
    dtotal_2 = 2.0 * total_2
    # adjoint of for i in range(1, len(mass)):
    dpos = np.zeros((n, 3))
    dpos_00 = 0.0
    dpos_01 = 0.0
    dpos_02 = 0.0
    for i in range(1, k):
        # adjoint of d = pos[i] - pos[0]
        d_0 = pos[i, 0] - pos[0, 0]
        d_1 = pos[i, 1] - pos[0, 1]
        d_2 = pos[i, 2] - pos[0, 2]
        # adjoint of total += mass[i] * d / np.dot(d, d)
        dot_saved_n = dot_saved[i - 1]
        ratio2 = mass[i] / dot_saved_n
        ratio3 = ratio2 / dot_saved_n
        total4 = dtotal_0 * ratio3 * d_0 + dtotal_1 * ratio3 * d_1 + dtotal_2 * ratio3 * d_2
        prod13 = -2.0 * total4
        dd_0 = prod13 * d_0 + ratio2 * dtotal_0
        dd_1 = prod13 * d_1 + ratio2 * dtotal_1
        dd_2 = prod13 * d_2 + ratio2 * dtotal_2
        # adjoint of d = pos[i] - pos[0]
        dpos_00 = plus(dpos_00, -dd_0)
        dpos_01 = plus(dpos_01, -dd_1)
        dpos_02 = plus(dpos_02, -dd_2)
        dpos[i, 0] += dd_0
        dpos[i, 1] += dd_1
        dpos[i, 2] += dd_2
    # adjoint of d = pos[i] - pos[0]
    dpos[0, 0] += dpos_00
    dpos[0, 1] += dpos_01
    dpos[0, 2] += dpos_02
    return dpos
