"""Waves on a torus: the neighbours at the ends are at the other end."""

import numpy as np


def periodic(u, v, c, steps):
    for t in range(steps):
        around = np.roll(u, 1, axis=0) + np.roll(u, -1, axis=0) + np.roll(u, 1, axis=1) + np.roll(u, -1, axis=1)
        v = v + c * (around - 4 * u) - u**3
        u = u + 0.1 * v
    return np.sum(u * v)


MODE, WRT = "value_and_grad", ("u", "c")


def arguments(rng):
    return rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), rng.normal(size=(3, 4)), 3


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# periodic(u:float64[n, m], v:float64[n, m], c:float64[n, m], steps:int64[]):
#   u_1:float64[n, m], v_1:float64[n, m] = for(0, steps, 1, u, v, c)
#     (t:int64[], u_2:float64[n, m], v_2:float64[n, m], c_1:float64[n, m]) ->
#       t_1:float64[n, m] = roll(u_2, axis=0, by=1)
#       t_2:float64[n, m] = roll(u_2, axis=0, by=-1)
#       t_3:float64[n, m] = add(t_1, t_2)
#       t_4:float64[n, m] = roll(u_2, axis=1, by=1)
#       t_5:float64[n, m] = add(t_3, t_4)
#       t_6:float64[n, m] = roll(u_2, axis=1, by=-1)
#       around:float64[n, m] = add(t_5, t_6)
#       t_7:float64[n, m] = multiply(4.0, u_2)
#       t_8:float64[n, m] = subtract(around, t_7)
#       t_9:float64[n, m] = multiply(c_1, t_8)
#       t_10:float64[n, m] = add(v_2, t_9)
#       t_11:float64[n, m] = power(u_2, 3.0)
#       v_3:float64[n, m] = subtract(t_10, t_11)
#       t_12:float64[n, m] = multiply(0.1, v_3)
#       u_3:float64[n, m] = add(u_2, t_12)
#       yield u_3, v_3
#   t_13:float64[n, m] = multiply(u_1, v_1)
#   t_14:float64[] = sum(t_13, axis=(0, 1), keepdims=False)
#   return t_14


# ---- graph: value_and_grad
# value_and_grad_periodic(u:float64[n, m], v:float64[n, m], c:float64[n, m], steps:int64[]):
#   trips:int64[] = maximum(steps, 0)
#   u_saved:float64[trips, n, m] = empty(dtype=float64, shape=(trips, n, m))
#   u_1:float64[n, m], v_1:float64[n, m], u_saved_1:float64[trips, n, m] = for(0, steps, 1, u, v, u_saved, c)
#     (t:int64[], u_2:float64[n, m], v_2:float64[n, m], u_saved_2:float64[trips, n, m], c_1:float64[n, m]) ->
#       u_saved_3:float64[trips, n, m] = setitem(u_saved_2, u_2, t, index=(AtArg(), Span(start=0, step=1, extent=n), Span(start=0, step=1, extent=m)))
#       t_1:float64[n, m] = roll(u_2, axis=0, by=1)
#       t_2:float64[n, m] = roll(u_2, axis=0, by=-1)
#       t_3:float64[n, m] = add(t_1, t_2)
#       t_4:float64[n, m] = roll(u_2, axis=1, by=1)
#       t_5:float64[n, m] = add(t_3, t_4)
#       t_6:float64[n, m] = roll(u_2, axis=1, by=-1)
#       around:float64[n, m] = add(t_5, t_6)
#       t_7:float64[n, m] = multiply(4.0, u_2)
#       t_8:float64[n, m] = subtract(around, t_7)
#       t_9:float64[n, m] = multiply(c_1, t_8)
#       t_10:float64[n, m] = add(v_2, t_9)
#       t_11:float64[n, m] = power(u_2, 3.0)
#       v_3:float64[n, m] = subtract(t_10, t_11)
#       t_12:float64[n, m] = multiply(0.1, v_3)
#       u_3:float64[n, m] = add(u_2, t_12)
#       yield u_3, v_3, u_saved_3
#   t_13:float64[n, m] = multiply(u_1, v_1)
#   t_14:float64[] = sum(t_13, axis=(0, 1), keepdims=False)
#   du:float64[n, m] = copy(v_1)  # bwd
#   dv:float64[n, m] = copy(u_1)  # bwd
#   t_15:int64[] = subtract(steps, 1)  # bwd
#   t_16:float64[n, m] = full(0.0, shape=(n, m))  # bwd
#   du_1:float64[n, m], dv_1:float64[n, m], dc:float64[n, m] = for(t_15, -1, -1, du, dv, t_16, u_saved_1, c)  # bwd
#     (t_17:int64[], du_2:float64[n, m], dv_2:float64[n, m], dc_1:float64[n, m], u_saved_4:float64[trips, n, m], c_2:float64[n, m]) ->
#       u_4:float64[n, m] = getitem(u_saved_4, t_17, index=(AtArg(), Span(start=0, step=1, extent=n), Span(start=0, step=1, extent=m)))  # bwd
#       t_18:float64[n, m] = roll(u_4, axis=0, by=1)  # bwd
#       t_19:float64[n, m] = roll(u_4, axis=0, by=-1)  # bwd
#       t_20:float64[n, m] = add(t_18, t_19)  # bwd
#       t_21:float64[n, m] = roll(u_4, axis=1, by=1)  # bwd
#       t_22:float64[n, m] = add(t_20, t_21)  # bwd
#       t_23:float64[n, m] = roll(u_4, axis=1, by=-1)  # bwd
#       around_1:float64[n, m] = add(t_22, t_23)  # bwd
#       t_24:float64[n, m] = multiply(4.0, u_4)  # bwd
#       t_25:float64[n, m] = subtract(around_1, t_24)  # bwd
#       t_26:float64[n, m] = multiply(0.1, du_2)  # bwd
#       dv_3:float64[n, m] = add(dv_2, t_26)  # bwd
#       t_27:float64[n, m] = power(u_4, 2.0)  # bwd
#       t_28:float64[n, m] = multiply(3.0, dv_3)  # bwd
#       t_29:float64[n, m] = multiply(t_28, t_27)  # bwd
#       t_30:float64[n, m] = subtract(du_2, t_29)  # bwd
#       t_31:float64[n, m] = multiply(dv_3, t_25)  # bwd
#       dc_2:float64[n, m] = add(dc_1, t_31)  # bwd
#       daround:float64[n, m] = multiply(dv_3, c_2)  # bwd
#       t_32:float64[n, m] = multiply(4.0, daround)  # bwd
#       du_3:float64[n, m] = subtract(t_30, t_32)  # bwd
#       t_33:float64[n, m] = roll(daround, axis=1, by=1)  # bwd
#       t_34:float64[n, m] = add(du_3, t_33)  # bwd
#       t_35:float64[n, m] = roll(daround, axis=1, by=-1)  # bwd
#       t_36:float64[n, m] = add(t_34, t_35)  # bwd
#       t_37:float64[n, m] = roll(daround, axis=0, by=1)  # bwd
#       t_38:float64[n, m] = add(t_36, t_37)  # bwd
#       t_39:float64[n, m] = roll(daround, axis=0, by=-1)  # bwd
#       du_4:float64[n, m] = add(t_38, t_39)  # bwd
#       yield du_4, dv_3, dc_2
#   return t_14, du_1, dc


# ---- study text

import numpy as np


def value_and_grad_periodic(u, v, c, steps):
    trips = np.maximum(steps, 0)
    u_saved = np.empty((trips, u.shape[0], u.shape[1]))  # saved: u, 8 B x n x m x trips
    u_2 = u
    for t in range(steps):
        u_saved[t] = u_2
        total = np.roll(u_2, 1, axis=0) + np.roll(u_2, -1, axis=0) + np.roll(u_2, 1, axis=1)
        around = total + np.roll(u_2, -1, axis=1)
        v = v + c * (around - 4.0 * u_2) - u_2**3
        u_2 = u_2 + 0.1 * v
    out = np.sum(u_2 * v)

    # return np.sum(u * v)
    du = v
    dv = u_2
    # for t in range(steps):
    dv = dv.copy()
    dc = np.zeros_like(c)
    for t in range(steps - 1, -1, -1):
        u_3 = u_saved[t]
        # around = np.roll(u, 1, axis=0) + np.roll(u, -1, axis=0) + np.roll(u, 1, axis=1) + np.roll( ...
        total2 = np.roll(u_3, 1, axis=0) + np.roll(u_3, -1, axis=0) + np.roll(u_3, 1, axis=1)
        around = total2 + np.roll(u_3, -1, axis=1)
        # u = u + 0.1 * v
        dv += 0.1 * du
        # v = v + c * (around - 4 * u) - u**3
        dc += dv * (around - 4.0 * u_3)
        daround = dv * c
        du = du - 3.0 * dv * u_3**2 - 4.0 * daround
        # around = np.roll(u, 1, axis=0) + np.roll(u, -1, axis=0) + np.roll(u, 1, axis=1) + np.roll( ...
        total3 = du + np.roll(daround, 1, axis=1) + np.roll(daround, -1, axis=1)
        du = total3 + np.roll(daround, 1, axis=0) + np.roll(daround, -1, axis=0)
    return out, (du, dc)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_periodic___HASH__(u, v, c, steps):
    n, m = u.shape
    if v.shape[0] != n:
        raise ValueError('axis 0 of `v` does not have the length of axis 0 of `u`')
    if v.shape[1] != m:
        raise ValueError('axis 1 of `v` does not have the length of axis 1 of `u`')
    if c.shape[0] != n:
        raise ValueError('axis 0 of `c` does not have the length of axis 0 of `u`')
    if c.shape[1] != m:
        raise ValueError('axis 1 of `c` does not have the length of axis 1 of `u`')
    # for t in range(steps):
    # adjoint of for t in range(steps):
    trips = max(steps, 0)
    diff = steps - 1
    u_saved = np.empty((trips, n, m))
    dc = np.zeros((n, m))
    # for t in range(steps):
    u_2 = np.empty((n, m))
    for i in range(n):
        for j in range(m):
            u_2[i, j] = u[i, j]  # u
    du = np.empty((n, m))
    for i in range(n):
        for j in range(m):
            du[i, j] = v[i, j]  # v
    u_4 = np.empty((n, m))
    for t in range(steps):
        # for t in range(steps):
        # v = v + c * (around - 4 * u) - u**3
        # u = u + 0.1 * v
        for i in range(n):
            i_after = i + 1 if i < n - 1 else 0
            i_before = i - 1 if i > 0 else n - 1
            for j in range(m - 2):
                u_2_ij = u_2[i, j + 1]
                u_saved[t, i, j + 1] = u_2_ij
                around_ij = u_2[i_before, j + 1] + u_2[i_after, j + 1] + u_2[i, j] + u_2[i, j + 2]
                du_ij = du[i, j + 1]
                du_ij_2 = du_ij + c[i, j + 1] * (around_ij - 4.0 * u_2_ij) - u_2_ij * u_2_ij * u_2_ij
                du[i, j + 1] = du_ij_2  # v
                u_4[i, j + 1] = u_2_ij + 0.1 * du_ij_2  # u
            # at its ends the neighbours are at the other one
            for end in range(max(-1, 1 - m), 1):
                j = end if end >= 0 else end + m
                j_after = j + 1 if j < m - 1 else 0
                j_before = j - 1 if j > 0 else m - 1
                u_2_ij = u_2[i, j]
                u_saved[t, i, j] = u_2_ij
                around_ij = u_2[i_before, j] + u_2[i_after, j] + u_2[i, j_before] + u_2[i, j_after]
                du_ij = du[i, j]
                du_ij_2 = du_ij + c[i, j] * (around_ij - 4.0 * u_2_ij) - u_2_ij * u_2_ij * u_2_ij
                du[i, j] = du_ij_2  # v
                u_4[i, j] = u_2_ij + 0.1 * du_ij_2  # u
        u_2, u_4 = u_4, u_2
    # return np.sum(u * v)
    total = 0.0
    for i in range(n):
        for j in range(m):
            total = plus(total, u_2[i, j] * du[i, j])
    # adjoint of for t in range(steps):
    for t in range(diff, -1, -1):
        # adjoint of v = v + c * (around - 4 * u) - u**3
        # adjoint of u = u + 0.1 * v
        for i in range(n):
            i_after = i + 1 if i < n - 1 else 0
            i_before = i - 1 if i > 0 else n - 1
            for j in range(m - 2):
                total6_ij = u_saved[t, i_before, j + 1] + u_saved[t, i_after, j + 1] + u_saved[t, i, j]
                around_2_ij = total6_ij + u_saved[t, i, j + 2]
                u_2_ij = u_2[i, j + 1]
                u_2_ij_2 = u_2_ij + 0.1 * du[i, j + 1]
                u_2[i, j + 1] = u_2_ij_2  # dv
                dc[i, j + 1] += u_2_ij_2 * (around_2_ij - 4.0 * u_saved[t, i, j + 1])
            # at its ends the neighbours are at the other one
            for end in range(max(-1, 1 - m), 1):
                j = end if end >= 0 else end + m
                j_after = j + 1 if j < m - 1 else 0
                j_before = j - 1 if j > 0 else m - 1
                total6_ij = u_saved[t, i_before, j] + u_saved[t, i_after, j] + u_saved[t, i, j_before]
                around_2_ij = total6_ij + u_saved[t, i, j_after]
                u_2_ij = u_2[i, j]
                u_2_ij_2 = u_2_ij + 0.1 * du[i, j]
                u_2[i, j] = u_2_ij_2  # dv
                dc[i, j] += u_2_ij_2 * (around_2_ij - 4.0 * u_saved[t, i, j])
        # adjoint of v = v + c * (around - 4 * u) - u**3
        # adjoint of around = np.roll(u, 1, axis=0) + np.roll(u, -1, axis=0) + np.roll(u, 1, axis=1) + np.roll(u, -1, axis=1)
        for i in range(n):
            i_after = i + 1 if i < n - 1 else 0
            i_before = i - 1 if i > 0 else n - 1
            for j in range(m - 2):
                du_ij = du[i, j + 1]
                u_2_ij = u_2[i, j + 1]
                u_saved_ij = u_saved[t, i, j + 1]
                daround_ij = u_2_ij * c[i, j + 1]
                du_2_ij = du_ij - 3.0 * u_2_ij * (u_saved_ij * u_saved_ij) - 4.0 * daround_ij
                daround_ij_2 = u_2[i, j] * c[i, j]
                daround_ij_3 = u_2[i, j + 2] * c[i, j + 2]
                daround_ij_4 = u_2[i_before, j + 1] * c[i_before, j + 1]
                daround_ij_5 = u_2[i_after, j + 1] * c[i_after, j + 1]
                du[i, j + 1] = du_2_ij + daround_ij_2 + daround_ij_3 + daround_ij_4 + daround_ij_5
            # at its ends the neighbours are at the other one
            for end in range(max(-1, 1 - m), 1):
                j = end if end >= 0 else end + m
                j_after = j + 1 if j < m - 1 else 0
                j_before = j - 1 if j > 0 else m - 1
                du_ij = du[i, j]
                u_2_ij = u_2[i, j]
                u_saved_ij = u_saved[t, i, j]
                daround_ij = u_2_ij * c[i, j]
                du_2_ij = du_ij - 3.0 * u_2_ij * (u_saved_ij * u_saved_ij) - 4.0 * daround_ij
                daround_ij_2 = u_2[i, j_before] * c[i, j_before]
                daround_ij_3 = u_2[i, j_after] * c[i, j_after]
                daround_ij_4 = u_2[i_before, j] * c[i_before, j]
                daround_ij_5 = u_2[i_after, j] * c[i_after, j]
                du[i, j] = du_2_ij + daround_ij_2 + daround_ij_3 + daround_ij_4 + daround_ij_5
    return total, (du, dc)
