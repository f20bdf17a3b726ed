"""Pairs beyond the cutoff: the adjoint stands in the branch, and the energy itself is not computed."""

import numpy as np


def potential(r, cutoff):
    energy = 0.0
    for i in range(r.shape[0]):
        for j in range(i):
            d = r[i] - r[j]
            r2 = np.dot(d, d)
            if r2 > cutoff * cutoff:
                continue
            energy += 1.0 / r2**3
    return energy


MODE, WRT = "grad", ("r",)


def arguments(rng):
    return (rng.normal(size=(5, 3)), 2.0)



# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# potential(r:float64[n, m], cutoff:float64[]):
#   t:int64[] = extent(dim=n)
#   energy:float64[] = for(0, t, 1, 0.0, r, cutoff)
#     (i:int64[], energy_1:float64[], r_1:float64[n, m], cutoff_1:float64[]) ->
#       energy_2:float64[] = for(0, i, 1, energy_1, r_1, cutoff_1, i)
#         (j:int64[], energy_3:float64[], r_2:float64[n, m], cutoff_2:float64[], i_1:int64[]) ->
#           t_1:float64[m] = getitem(r_2, index=(At(position=i), Span(start=0, step=1, extent=m)))
#           t_2:float64[m] = getitem(r_2, index=(At(position=j), Span(start=0, step=1, extent=m)))
#           d:float64[m] = subtract(t_1, t_2)
#           r2:float64[] = matmul(d, d)
#           t_3:float64[] = multiply(cutoff_2, cutoff_2)
#           t_4:bool[] = greater(r2, t_3)
#           energy_4:float64[] = cond(t_4, energy_3, r2)
#             (energy_5:float64[], r2_1:float64[]) ->
#               yield energy_5
#             (energy_6:float64[], r2_2:float64[]) ->
#               t_5:float64[] = power(r2_2, 3.0)
#               t_6:float64[] = divide(1.0, t_5)
#               energy_7:float64[] = add(energy_6, t_6)
#               yield energy_7
#           yield energy_4
#       yield energy_2
#   return energy


# ---- graph: grad
# grad_potential(r:float64[n, m], cutoff:float64[]):
#   t:int64[] = extent(dim=n - 1)  # bwd
#   t_1:float64[n, m] = full(0.0, shape=(n, m))  # bwd
#   dr:float64[n, m] = for(t, -1, -1, t_1, r, cutoff)  # bwd
#     (i:int64[], dr_1:float64[n, m], r_1:float64[n, m], cutoff_1:float64[]) ->
#       trips:int64[] = maximum(i, 0)  # bwd
#       r2_saved:float64[trips] = empty(dtype=float64, shape=(trips,))  # bwd
#       r2_saved_1:float64[trips] = for(0, i, 1, r2_saved, r_1, i)  # bwd
#         (j:int64[], r2_saved_2:float64[trips], r_2:float64[n, m], i_1:int64[]) ->
#           t_2:float64[m] = getitem(r_2, index=(At(position=i), Span(start=0, step=1, extent=m)))
#           t_3:float64[m] = getitem(r_2, index=(At(position=j), Span(start=0, step=1, extent=m)))
#           d:float64[m] = subtract(t_2, t_3)
#           r2:float64[] = matmul(d, d)
#           r2_saved_3:float64[trips] = setitem(r2_saved_2, r2, j, index=(AtArg(),))
#           yield r2_saved_3
#       t_4:int64[] = subtract(i, 1)  # bwd
#       dr_2:float64[n, m] = for(t_4, -1, -1, dr_1, r2_saved_1, r_1, cutoff_1, i)  # bwd
#         (j_1:int64[], dr_3:float64[n, m], r2_saved_4:float64[trips], r_3:float64[n, m], cutoff_2:float64[], i_2:int64[]) ->
#           r2_1:float64[] = getitem(r2_saved_4, j_1, index=(AtArg(),))  # bwd
#           t_5:float64[] = multiply(cutoff_2, cutoff_2)  # bwd
#           t_6:bool[] = greater(r2_1, t_5)  # bwd
#           dr_4:float64[n, m] = cond(t_6, dr_3, r2_1, r_3, i_2, j_1)  # bwd
#             (dr_5:float64[n, m], r2_2:float64[], r_4:float64[n, m], i_3:int64[], j_2:int64[]) ->
#               yield dr_5
#             (dr_6:float64[n, m], r2_3:float64[], r_5:float64[n, m], i_4:int64[], j_3:int64[]) ->
#               t_7:float64[] = power(r2_3, 3.0)  # bwd
#               t_8:float64[] = power(r2_3, 2.0)  # bwd
#               t_9:float64[] = multiply(-3.0, t_8)  # bwd
#               t_10:float64[] = power(t_7, 2.0)  # bwd
#               dr2:float64[] = divide(t_9, t_10)  # bwd
#               t_11:float64[m] = getitem(r_5, index=(At(position=i), Span(start=0, step=1, extent=m)))  # bwd
#               t_12:float64[m] = getitem(r_5, index=(At(position=j), Span(start=0, step=1, extent=m)))  # bwd
#               d_1:float64[m] = subtract(t_11, t_12)  # bwd
#               t_13:float64[] = multiply(2.0, dr2)  # bwd
#               dd:float64[m] = multiply(t_13, d_1)  # bwd
#               t_14:float64[m] = negative(dd)  # bwd
#               dr_7:float64[n, m] = add_at(dr_6, t_14, index=(At(position=j), Span(start=0, step=1, extent=m)))  # bwd
#               dr_8:float64[n, m] = add_at(dr_7, dd, index=(At(position=i), Span(start=0, step=1, extent=m)))  # bwd
#               yield dr_8
#           yield dr_4
#       yield dr_2
#   return dr


# ---- study text

import numpy as np


def grad_potential(r, cutoff):
    # for i in range(r.shape[0]):
    dr = np.zeros_like(r)
    for i in range(r.shape[0] - 1, -1, -1):
        # for j in range(i):
        trips = np.maximum(i, 0)
        r2_saved = np.empty(trips)  # saved: r2, 8 B x trips
        for j in range(i):
            d = r[i] - r[j]
            r2 = d @ d
            r2_saved[j] = r2
        for j in range(i - 1, -1, -1):
            r2 = r2_saved[j]
            if not r2 > cutoff * cutoff:
                # energy += 1.0 / r2**3
                dr2 = -3.0 * r2**2 / (r2**3) ** 2
                # d = r[i] - r[j]
                d = r[i] - r[j]
                # r2 = np.dot(d, d)
                dd = 2.0 * dr2 * d
                # d = r[i] - r[j]
                dr[j] -= dd
                dr[i] += dd
    return dr


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def grad_potential___HASH__(r, cutoff):
    n, m = r.shape
    # adjoint of for i in range(r.shape[0]):
    dr = np.zeros((n, m))
    for i in range(n):
        # adjoint of for j in range(i):
        for j in range(i):
            # adjoint of if r2 > cutoff * cutoff:
            prod2 = cutoff * cutoff
            # r2 = np.dot(d, d)
            r2 = 0.0
            for k in range(m):
                d_k = r[i, k] - r[j, k]
                r2 = plus(r2, d_k * d_k)
            # adjoint of if r2 > cutoff * cutoff:
            if not (r2 > prod2):
                # adjoint of energy += 1.0 / r2**3
                sq = r2 * r2
                prod3_ = sq * r2
                # adjoint of r2 = np.dot(d, d)
                ratio = -6.0 * sq / (prod3_ * prod3_)
                # adjoint of d = r[i] - r[j]
                for k in range(m):
                    d_2_k = r[i, k] - r[j, k]
                    dd_k = ratio * d_2_k
                    dr[j, k] -= dd_k
                for k in range(m):
                    d_2_k = r[i, k] - r[j, k]
                    dd_k = ratio * d_2_k
                    dr[i, k] += dd_k
    return dr
