"""Pairs of particles: the kernel is made for three coordinates, the study text for any number."""

import numpy as np


def energy(r, charge):
    total = 0.0
    for i in range(r.shape[0]):
        for j in range(i):
            d = r[i] - r[j]
            total += charge[i] * charge[j] / np.sqrt(np.dot(d, d) + 0.01)
    return total


MODE, WRT, FEW = "grad", ("r", "charge"), True


def arguments(rng):
    return (rng.normal(size=(5, 3)), rng.normal(size=5))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# energy(r:float64[n, m], charge:float64[k]):
#   t:int64[] = extent(dim=n)
#   total:float64[] = for(0, t, 1, 0.0, r, charge)
#     (i:int64[], total_1:float64[], r_1:float64[n, m], charge_1:float64[k]) ->
#       total_2:float64[] = for(0, i, 1, total_1, r_1, charge_1, i)
#         (j:int64[], total_3:float64[], r_2:float64[n, m], charge_2:float64[k], i_1:int64[]) ->
#           t_1:float64[m] = getitem(r_2, index=(At(position=i), Span(start=0, step=1, extent=m)))
#           t_2:float64[m] = getitem(r_2, index=(At(position=j), Span(start=0, step=1, extent=m)))
#           d:float64[m] = subtract(t_1, t_2)
#           t_3:float64[] = getitem(charge_2, index=(At(position=i),))
#           t_4:float64[] = getitem(charge_2, index=(At(position=j),))
#           t_5:float64[] = multiply(t_3, t_4)
#           t_6:float64[] = matmul(d, d)
#           t_7:float64[] = add(t_6, 0.01)
#           t_8:float64[] = sqrt(t_7)
#           t_9:float64[] = divide(t_5, t_8)
#           total_4:float64[] = add(total_3, t_9)
#           yield total_4
#       yield total_2
#   return total
#   require k - n >= 0
#   require k - n + 1 >= 0


# ---- graph: grad
# grad_energy(r:float64[n, m], charge:float64[k]):
#   t:int64[] = extent(dim=n - 1)  # bwd
#   t_1:float64[n, m] = full(0.0, shape=(n, m))  # bwd
#   t_2:float64[k] = full(0.0, shape=(k,))  # bwd
#   dr:float64[n, m], dcharge:float64[k] = for(t, -1, -1, t_1, t_2, r, charge)  # bwd
#     (i:int64[], dr_1:float64[n, m], dcharge_1:float64[k], r_1:float64[n, m], charge_1:float64[k]) ->
#       trips:int64[] = maximum(i, 0)  # bwd
#       root_saved:float64[trips] = empty(dtype=float64, shape=(trips,))  # bwd
#       root_saved_1:float64[trips] = for(0, i, 1, root_saved, r_1, i)  # bwd
#         (j:int64[], root_saved_2:float64[trips], r_2:float64[n, m], i_1:int64[]) ->
#           t_3:float64[m] = getitem(r_2, index=(At(position=i), Span(start=0, step=1, extent=m)))
#           t_4:float64[m] = getitem(r_2, index=(At(position=j), Span(start=0, step=1, extent=m)))
#           d:float64[m] = subtract(t_3, t_4)
#           t_5:float64[] = matmul(d, d)
#           t_6:float64[] = add(t_5, 0.01)
#           t_7:float64[] = sqrt(t_6)
#           root_saved_3:float64[trips] = setitem(root_saved_2, t_7, j, index=(AtArg(),))
#           yield root_saved_3
#       t_8:int64[] = subtract(i, 1)  # bwd
#       dr_2:float64[n, m], dcharge_2:float64[k] = for(t_8, -1, -1, dr_1, dcharge_1, root_saved_1, r_1, charge_1, i)  # bwd
#         (j_1:int64[], dr_3:float64[n, m], dcharge_3:float64[k], root_saved_4:float64[trips], r_3:float64[n, m], charge_2:float64[k], i_2:int64[]) ->
#           t_9:float64[] = getitem(root_saved_4, j_1, index=(AtArg(),))  # bwd
#           t_10:float64[m] = getitem(r_3, index=(At(position=i), Span(start=0, step=1, extent=m)))  # bwd
#           t_11:float64[m] = getitem(r_3, index=(At(position=j), Span(start=0, step=1, extent=m)))  # bwd
#           d_1:float64[m] = subtract(t_10, t_11)  # bwd
#           t_12:float64[] = getitem(charge_2, index=(At(position=i),))  # bwd
#           t_13:float64[] = getitem(charge_2, index=(At(position=j),))  # bwd
#           t_14:float64[] = divide(1.0, t_9)  # bwd
#           t_15:float64[] = multiply(t_14, t_12)  # bwd
#           t_16:float64[] = negative(t_15)  # bwd
#           t_17:float64[] = multiply(t_16, t_13)  # bwd
#           t_18:float64[] = multiply(t_17, t_14)  # bwd
#           t_19:float64[] = multiply(t_18, t_14)  # bwd
#           dd:float64[m] = multiply(t_19, d_1)  # bwd
#           t_20:float64[] = multiply(t_14, t_13)  # bwd
#           dcharge_4:float64[k] = add_at(dcharge_3, t_15, index=(At(position=j),))  # bwd
#           dcharge_5:float64[k] = add_at(dcharge_4, t_20, index=(At(position=i),))  # bwd
#           t_21:float64[m] = negative(dd)  # bwd
#           dr_4:float64[n, m] = add_at(dr_3, t_21, index=(At(position=j), Span(start=0, step=1, extent=m)))  # bwd
#           dr_5:float64[n, m] = add_at(dr_4, dd, index=(At(position=i), Span(start=0, step=1, extent=m)))  # bwd
#           yield dr_5, dcharge_5
#       yield dr_2, dcharge_2
#   return dr, dcharge
#   require k - n >= 0
#   require k - n + 1 >= 0


# ---- study text

import numpy as np


def grad_energy(r, charge):
    # for i in range(r.shape[0]):
    dr = np.zeros_like(r)
    dcharge = np.zeros_like(charge)
    for i in range(r.shape[0] - 1, -1, -1):
        # for j in range(i):
        trips = np.maximum(i, 0)
        root_saved = np.empty(trips)  # saved: 8 B x trips
        for j in range(i):
            d = r[i] - r[j]
            root_saved[j] = np.sqrt(d @ d + 0.01)
        for j in range(i - 1, -1, -1):
            # d = r[i] - r[j]
            d = r[i] - r[j]
            # total += charge[i] * charge[j] / np.sqrt(np.dot(d, d) + 0.01)
            ratio = 1.0 / root_saved[j]
            prod = ratio * charge[i]
            dd = -prod * charge[j] * ratio * ratio * d
            dcharge[j] += prod
            dcharge[i] += ratio * charge[j]
            # d = r[i] - r[j]
            dr[j] -= dd
            dr[i] += dd
    return dr, dcharge


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def grad_energy___HASH__(r, charge):
    n = r.shape[0]
    k = charge.shape[0]
    if r.shape[1] != 3:
        raise ValueError('axis 1 of `r` does not have length 3')
    if k - n < 0:
        raise ValueError('k - n >= 0')
    if k - n + 1 < 0:
        raise ValueError('k - n + 1 >= 0')
    # adjoint of for i in range(r.shape[0]):
    dr = np.zeros((n, 3))
    dcharge = np.zeros(k)
    for i in range(n):
        # adjoint of for j in range(i):
        dr_i0 = 0.0
        dr_i1 = 0.0
        dr_i2 = 0.0
        dcharge_i = 0.0
        for j in range(i):
            # d = r[i] - r[j]
            d_0 = r[i, 0] - r[j, 0]
            d_1 = r[i, 1] - r[j, 1]
            d_2 = r[i, 2] - r[j, 2]
            # adjoint of total += charge[i] * charge[j] / np.sqrt(np.dot(d, d) + 0.01)
            ratio = 1.0 / np.sqrt(d_0 * d_0 + d_1 * d_1 + d_2 * d_2 + 0.01)
            prod4 = ratio * charge[i]
            charge_n = charge[j]
            prod7 = prod4 * charge_n * ratio * ratio
            prod8 = prod7 * d_0
            prod9 = prod7 * d_1
            prod10 = prod7 * d_2
            dd_0 = -prod8
            dd_1 = -prod9
            dd_2 = -prod10
            dcharge[j] += prod4
            dcharge_i = plus(dcharge_i, ratio * charge_n)
            # adjoint of d = r[i] - r[j]
            dr[j, 0] += prod8
            dr[j, 1] += prod9
            dr[j, 2] += prod10
            dr_i0 = plus(dr_i0, dd_0)
            dr_i1 = plus(dr_i1, dd_1)
            dr_i2 = plus(dr_i2, dd_2)
        # adjoint of d = r[i] - r[j]
        dr[i, 0] += dr_i0
        dr[i, 1] += dr_i1
        dr[i, 2] += dr_i2
        # adjoint of total += charge[i] * charge[j] / np.sqrt(np.dot(d, d) + 0.01)
        dcharge[i] += dcharge_i
    return dr, dcharge
