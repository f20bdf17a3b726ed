"""Steps in place from copies of the last state: the loop saves that state, and one nest makes each array."""

import numpy as np


def burgers(u, v, nu, steps):
    u, v = u.copy(), v.copy()
    for n in range(steps):
        un, vn = u.copy(), v.copy()
        u[1:-1] = un[1:-1] - un[1:-1] * (un[1:-1] - un[:-2]) + nu * (un[2:] - 2.0 * un[1:-1] + un[:-2])
        v[1:-1] = vn[1:-1] - un[1:-1] * (vn[1:-1] - vn[:-2]) / (1.0 + nu)
        u[0] = 1.0
        v[-1] = 0.0
    return np.sum(u * v)


MODE, WRT = "value_and_grad", ("u", "v", "nu")


def arguments(rng):
    return 0.1 * rng.random(6), 0.1 * rng.random(6), 0.2, 3


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# burgers(u:float64[m], v:float64[m], nu:float64[], steps:int64[]):
#   u_1:float64[m] = copy(u)
#   v_1:float64[m] = copy(v)
#   u_2:float64[m], v_2:float64[m] = for(0, steps, 1, u_1, v_1, nu)
#     (n:int64[], u_3:float64[m], v_3:float64[m], nu_1:float64[]) ->
#       t:float64[m - 2] = getitem(u_3, index=(Span(start=1, step=1, extent=m - 2),))
#       t_1:float64[m - 2] = getitem(u_3, index=(Span(start=1, step=1, extent=m - 2),))
#       t_2:float64[m - 2] = getitem(u_3, index=(Span(start=1, step=1, extent=m - 2),))
#       t_3:float64[m - 2] = getitem(u_3, index=(Span(start=0, step=1, extent=m - 2),))
#       t_4:float64[m - 2] = subtract(t_2, t_3)
#       t_5:float64[m - 2] = multiply(t_1, t_4)
#       t_6:float64[m - 2] = subtract(t, t_5)
#       t_7:float64[m - 2] = getitem(u_3, index=(Span(start=2, step=1, extent=m - 2),))
#       t_8:float64[m - 2] = getitem(u_3, index=(Span(start=1, step=1, extent=m - 2),))
#       t_9:float64[m - 2] = multiply(2.0, t_8)
#       t_10:float64[m - 2] = subtract(t_7, t_9)
#       t_11:float64[m - 2] = getitem(u_3, index=(Span(start=0, step=1, extent=m - 2),))
#       t_12:float64[m - 2] = add(t_10, t_11)
#       t_13:float64[m - 2] = multiply(nu_1, t_12)
#       t_14:float64[m - 2] = add(t_6, t_13)
#       u_4:float64[m] = setitem(u_3, t_14, index=(Span(start=1, step=1, extent=m - 2),))
#       t_15:float64[m - 2] = getitem(v_3, index=(Span(start=1, step=1, extent=m - 2),))
#       t_16:float64[m - 2] = getitem(u_3, index=(Span(start=1, step=1, extent=m - 2),))
#       t_17:float64[m - 2] = getitem(v_3, index=(Span(start=1, step=1, extent=m - 2),))
#       t_18:float64[m - 2] = getitem(v_3, index=(Span(start=0, step=1, extent=m - 2),))
#       t_19:float64[m - 2] = subtract(t_17, t_18)
#       t_20:float64[m - 2] = multiply(t_16, t_19)
#       t_21:float64[] = add(1.0, nu_1)
#       t_22:float64[m - 2] = divide(t_20, t_21)
#       t_23:float64[m - 2] = subtract(t_15, t_22)
#       v_4:float64[m] = setitem(v_3, t_23, index=(Span(start=1, step=1, extent=m - 2),))
#       u_5:float64[m] = setitem(u_4, 1.0, index=(At(position=0),))
#       v_5:float64[m] = setitem(v_4, 0.0, index=(At(position=m - 1),))
#       yield u_5, v_5
#   t_24:float64[m] = multiply(u_2, v_2)
#   t_25:float64[] = sum(t_24, axis=(0,), keepdims=False)
#   return t_25
#   require m - 1 >= 0
#   require m - 2 >= 0


# ---- graph: value_and_grad
# value_and_grad_burgers(u:float64[m], v:float64[m], nu:float64[], steps:int64[]):
#   trips:int64[] = maximum(steps, 0)
#   u_saved:float64[trips, m] = empty(dtype=float64, shape=(trips, m))
#   v_saved:float64[trips, m] = empty(dtype=float64, shape=(trips, m))
#   u_1:float64[m], v_1:float64[m], u_saved_1:float64[trips, m], v_saved_1:float64[trips, m] = for(0, steps, 1, u, v, u_saved, v_saved, nu)
#     (n:int64[], u_2:float64[m], v_2:float64[m], u_saved_2:float64[trips, m], v_saved_2:float64[trips, m], nu_1:float64[]) ->
#       u_saved_3:float64[trips, m] = setitem(u_saved_2, u_2, n, index=(AtArg(), Span(start=0, step=1, extent=m)))
#       v_saved_3:float64[trips, m] = setitem(v_saved_2, v_2, n, index=(AtArg(), Span(start=0, step=1, extent=m)))
#       t:float64[m - 2] = getitem(u_2, index=(Span(start=1, step=1, extent=m - 2),))
#       t_1:float64[m - 2] = getitem(u_2, index=(Span(start=0, step=1, extent=m - 2),))
#       t_2:float64[m - 2] = subtract(t, t_1)
#       t_3:float64[m - 2] = multiply(t, t_2)
#       t_4:float64[m - 2] = subtract(t, t_3)
#       t_5:float64[m - 2] = getitem(u_2, index=(Span(start=2, step=1, extent=m - 2),))
#       t_6:float64[m - 2] = multiply(2.0, t)
#       t_7:float64[m - 2] = subtract(t_5, t_6)
#       t_8:float64[m - 2] = add(t_7, t_1)
#       t_9:float64[m - 2] = multiply(nu_1, t_8)
#       t_10:float64[m - 2] = add(t_4, t_9)
#       u_3:float64[m] = setitem(u_2, t_10, index=(Span(start=1, step=1, extent=m - 2),))
#       t_11:float64[m - 2] = getitem(v_2, index=(Span(start=1, step=1, extent=m - 2),))
#       t_12:float64[m - 2] = getitem(u_2, index=(Span(start=1, step=1, extent=m - 2),))
#       t_13:float64[m - 2] = getitem(v_2, index=(Span(start=0, step=1, extent=m - 2),))
#       t_14:float64[m - 2] = subtract(t_11, t_13)
#       t_15:float64[m - 2] = multiply(t_12, t_14)
#       t_16:float64[] = add(1.0, nu_1)
#       t_17:float64[m - 2] = divide(t_15, t_16)
#       t_18:float64[m - 2] = subtract(t_11, t_17)
#       v_3:float64[m] = setitem(v_2, t_18, index=(Span(start=1, step=1, extent=m - 2),))
#       u_4:float64[m] = setitem(u_3, 1.0, index=(At(position=0),))
#       v_4:float64[m] = setitem(v_3, 0.0, index=(At(position=m - 1),))
#       yield u_4, v_4, u_saved_3, v_saved_3
#   t_19:float64[m] = multiply(u_1, v_1)
#   t_20:float64[] = sum(t_19, axis=(0,), keepdims=False)
#   du:float64[m] = copy(v_1)  # bwd
#   dv:float64[m] = copy(u_1)  # bwd
#   t_21:int64[] = subtract(steps, 1)  # bwd
#   du_1:float64[m], dv_1:float64[m], dnu:float64[] = for(t_21, -1, -1, du, dv, 0.0, u_saved_1, v_saved_1, nu)  # bwd
#     (n_1:int64[], du_2:float64[m], dv_2:float64[m], dnu_1:float64[], u_saved_4:float64[trips, m], v_saved_4:float64[trips, m], nu_2:float64[]) ->
#       u_5:float64[m] = getitem(u_saved_4, n_1, index=(AtArg(), Span(start=0, step=1, extent=m)))  # bwd
#       v_5:float64[m] = getitem(v_saved_4, n_1, index=(AtArg(), Span(start=0, step=1, extent=m)))  # bwd
#       t_22:float64[m - 2] = getitem(u_5, index=(Span(start=1, step=1, extent=m - 2),))  # bwd
#       t_23:float64[m - 2] = getitem(u_5, index=(Span(start=0, step=1, extent=m - 2),))  # bwd
#       t_24:float64[m - 2] = subtract(t_22, t_23)  # bwd
#       t_25:float64[m - 2] = getitem(u_5, index=(Span(start=2, step=1, extent=m - 2),))  # bwd
#       t_26:float64[m - 2] = multiply(2.0, t_22)  # bwd
#       t_27:float64[m - 2] = subtract(t_25, t_26)  # bwd
#       t_28:float64[m - 2] = add(t_27, t_23)  # bwd
#       t_29:float64[m - 2] = getitem(u_5, index=(Span(start=1, step=1, extent=m - 2),))  # bwd
#       t_30:float64[m - 2] = getitem(v_5, index=(Span(start=1, step=1, extent=m - 2),))  # bwd
#       t_31:float64[m - 2] = getitem(v_5, index=(Span(start=0, step=1, extent=m - 2),))  # bwd
#       t_32:float64[m - 2] = subtract(t_30, t_31)  # bwd
#       t_33:float64[] = add(1.0, nu_2)  # bwd
#       dv_3:float64[m] = setitem(dv_2, 0.0, index=(At(position=m - 1),))  # bwd
#       du_3:float64[m] = setitem(du_2, 0.0, index=(At(position=0),))  # bwd
#       t_34:float64[m - 2] = getitem(dv_3, index=(Span(start=1, step=1, extent=m - 2),))  # bwd
#       dv_4:float64[m] = setitem(dv_3, 0.0, index=(Span(start=1, step=1, extent=m - 2),))  # bwd
#       t_35:float64[m - 2] = negative(t_34)  # bwd
#       t_36:float64[m - 2] = divide(t_35, t_33)  # bwd
#       t_37:float64[m - 2] = multiply(t_36, t_29)  # bwd
#       t_38:float64[m - 2] = multiply(t_37, t_32)  # bwd
#       t_39:float64[m - 2] = divide(t_38, t_33)  # bwd
#       t_40:float64[] = sum(t_39, axis=(0,), keepdims=False)  # bwd
#       dnu_2:float64[] = subtract(dnu_1, t_40)  # bwd
#       t_41:float64[m - 2] = multiply(t_36, t_32)  # bwd
#       t_42:float64[m - 2] = negative(t_37)  # bwd
#       dv_5:float64[m] = add_at(dv_4, t_42, index=(Span(start=0, step=1, extent=m - 2),))  # bwd
#       dv_6:float64[m] = add_at(dv_5, t_37, index=(Span(start=1, step=1, extent=m - 2),))  # bwd
#       du_4:float64[m] = full(0.0, shape=(m,))  # bwd
#       du_5:float64[m] = add_at(du_4, t_41, index=(Span(start=1, step=1, extent=m - 2),))  # bwd
#       dv_7:float64[m] = add_at(dv_6, t_34, index=(Span(start=1, step=1, extent=m - 2),))  # bwd
#       t_43:float64[m - 2] = getitem(du_3, index=(Span(start=1, step=1, extent=m - 2),))  # bwd
#       t_44:float64[m] = setitem(du_3, 0.0, index=(Span(start=1, step=1, extent=m - 2),))  # bwd
#       du_6:float64[m] = add(du_5, t_44)  # bwd
#       t_45:float64[m - 2] = multiply(t_43, t_28)  # bwd
#       t_46:float64[] = sum(t_45, axis=(0,), keepdims=False)  # bwd
#       dnu_3:float64[] = add(dnu_2, t_46)  # bwd
#       t_47:float64[m - 2] = multiply(t_43, nu_2)  # bwd
#       du_7:float64[m] = add_at(du_6, t_47, index=(Span(start=0, step=1, extent=m - 2),))  # bwd
#       t_48:float64[m - 2] = multiply(-2.0, t_47)  # bwd
#       du_8:float64[m] = add_at(du_7, t_48, index=(Span(start=1, step=1, extent=m - 2),))  # bwd
#       du_9:float64[m] = add_at(du_8, t_47, index=(Span(start=2, step=1, extent=m - 2),))  # bwd
#       t_49:float64[m - 2] = negative(t_43)  # bwd
#       t_50:float64[m - 2] = multiply(t_49, t_24)  # bwd
#       t_51:float64[m - 2] = multiply(t_49, t_22)  # bwd
#       t_52:float64[m - 2] = negative(t_51)  # bwd
#       du_10:float64[m] = add_at(du_9, t_52, index=(Span(start=0, step=1, extent=m - 2),))  # bwd
#       du_11:float64[m] = add_at(du_10, t_51, index=(Span(start=1, step=1, extent=m - 2),))  # bwd
#       du_12:float64[m] = add_at(du_11, t_50, index=(Span(start=1, step=1, extent=m - 2),))  # bwd
#       du_13:float64[m] = add_at(du_12, t_43, index=(Span(start=1, step=1, extent=m - 2),))  # bwd
#       yield du_13, dv_7, dnu_3
#   return t_20, du_1, dv_1, dnu
#   require m - 1 >= 0
#   require m - 2 >= 0


# ---- study text

import numpy as np


def value_and_grad_burgers(u, v, nu, steps):
    m = u.shape[0]
    trips = np.maximum(steps, 0)
    u_saved = np.empty((trips, m))  # saved: u, 8 B x m x trips
    v_saved = np.empty((trips, m))  # saved: v, 8 B x m x trips
    u_2 = u.copy()
    v = v.copy()
    for n in range(steps):
        u_saved[n] = u_2
        v_saved[n] = v
        diff = u_2[1:-1] - u_2[1:-1] * (u_2[1:-1] - u_2[:-2])
        part = u_2[1:-1].copy()
        u_2[1:-1] = diff + nu * (u_2[2:] - 2.0 * u_2[1:-1] + u_2[:-2])
        v[1:-1] = v[1:-1] - part * (v[1:-1] - v[:-2]) / (1 + nu)
        u_2[0] = 1.0
        v[-1] = 0.0
    out = np.sum(u_2 * v)

    # return np.sum(u * v)
    du = v
    dv = u_2
    # for n in range(steps):
    dnu = 0.0
    for n in range(steps - 1, -1, -1):
        u_3 = u_saved[n]
        v_2 = v_saved[n]
        # v[1:-1] = vn[1:-1] - un[1:-1] * (vn[1:-1] - vn[:-2]) / (1.0 + nu)
        diff2 = v_2[1:-1] - v_2[:-2]
        total = 1 + nu
        # v[-1] = 0.0
        dv[-1] = 0.0
        # u[0] = 1.0
        du[0] = 0.0
        # v[1:-1] = vn[1:-1] - un[1:-1] * (vn[1:-1] - vn[:-2]) / (1.0 + nu)
        part2 = dv[1:-1].copy()
        dv[1:-1] = 0.0
        ratio = -part2 / total
        prod = ratio * u_3[1:-1]
        dnu -= np.sum(prod * diff2 / total)
        dv[:-2] -= prod
        dv[1:-1] += prod
        du_2 = np.zeros_like(u)
        du_2[1:-1] += ratio * diff2
        dv[1:-1] += part2
        # u[1:-1] = un[1:-1] - un[1:-1] * (un[1:-1] - un[:-2]) + nu * (un[2:] - 2.0 * un[1:-1] + un[ ...
        part3 = du[1:-1].copy()
        du[1:-1] = 0.0
        du_2 += du
        dnu += np.sum(part3 * (u_3[2:] - 2.0 * u_3[1:-1] + u_3[:-2]))
        prod2 = part3 * nu
        du_2[:-2] += prod2
        du_2[1:-1] += -2.0 * prod2
        du_2[2:] += prod2
        prod3 = -part3 * u_3[1:-1]
        du_2[:-2] -= prod3
        du_2[1:-1] += prod3
        du_2[1:-1] += -part3 * (u_3[1:-1] - u_3[:-2])
        du_2[1:-1] += part3
        du = du_2
    return out, (du, dv, dnu)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_burgers___HASH__(u, v, nu, steps):
    m = u.shape[0]
    if v.shape[0] != m:
        raise ValueError('axis 0 of `v` does not have the length of axis 0 of `u`')
    if m - 1 < 0:
        raise ValueError('m - 1 >= 0')
    if m - 2 < 0:
        raise ValueError('m - 2 >= 0')
    # for n in range(steps):
    # adjoint of for n in range(steps):
    trips = max(steps, 0)
    diff = steps - 1
    u_saved = np.empty((trips, m))
    v_saved = np.empty((trips, m))
    # for n in range(steps):
    dv = np.empty(m)
    for i in range(m):
        dv[i] = u[i]  # u
    du = np.empty(m)
    for i in range(m):
        du[i] = v[i]  # v
    t2 = np.empty(m - 2)
    total3 = np.empty(m - 2)
    for n in range(steps):
        # v[1:-1] = vn[1:-1] - un[1:-1] * (vn[1:-1] - vn[:-2]) / (1.0 + nu)
        total4 = 1.0 + nu
        # u[1:-1] = un[1:-1] - un[1:-1] * (un[1:-1] - un[:-2]) + nu * (un[2:] - 2.0 * un[1:-1] + un[:-2])
        for i in range(m - 2):
            t2_i = dv[i + 1]
            t2[i] = t2_i
            dv_i = dv[i]
            total3[i] = t2_i - t2_i * (t2_i - dv_i) + nu * (dv[i + 2] - 2.0 * t2_i + dv_i)
        # for n in range(steps):
        for i in range(m):
            u_saved[n, i] = dv[i]
        for i in range(m):
            v_saved[n, i] = du[i]
        # u[1:-1] = un[1:-1] - un[1:-1] * (un[1:-1] - un[:-2]) + nu * (un[2:] - 2.0 * un[1:-1] + un[:-2])
        for i in range(m - 2):
            dv[i + 1] = total3[i]
        # v[1:-1] = vn[1:-1] - un[1:-1] * (vn[1:-1] - vn[:-2]) / (1.0 + nu)
        for i in range(m - 2):
            du_i = du[i + 1]
            t2_i = t2[i]
            t2[i] = du_i - t2_i * (du_i - du[i]) / total4
        for i in range(m - 2):
            du[i + 1] = t2[i]
        # u[0] = 1.0
        dv[0] = 1.0
        # v[-1] = 0.0
        du[m - 1] = 0.0
    # return np.sum(u * v)
    total = 0.0
    for i in range(m):
        total = plus(total, dv[i] * du[i])
    # adjoint of for n in range(steps):
    dnu = 0.0
    t3 = np.empty(m - 2)
    prod7 = np.empty(m - 2)
    prod9 = np.empty(m - 2)
    t4 = np.empty(m - 2)
    for n in range(diff, -1, -1):
        # adjoint of v[1:-1] = vn[1:-1] - un[1:-1] * (vn[1:-1] - vn[:-2]) / (1.0 + nu)
        total6 = 1.0 + nu
        # adjoint of v[-1] = 0.0
        dv[m - 1] = 0.0
        # adjoint of u[0] = 1.0
        du[0] = 0.0
        # adjoint of v[1:-1] = vn[1:-1] - un[1:-1] * (vn[1:-1] - vn[:-2]) / (1.0 + nu)
        total7 = 0.0
        for i in range(m - 2):
            t3_i = dv[i + 1]
            t3[i] = t3_i
            dv[i + 1] = 0.0
            neg_i = -(t3_i / total6)
            prod7_i = neg_i * u_saved[n, i + 1]
            prod7[i] = prod7_i
            diff9_i = v_saved[n, i + 1] - v_saved[n, i]
            total7 = plus(total7, prod7_i * diff9_i / total6)
            prod9[i] = neg_i * diff9_i
        # adjoint of u[1:-1] = un[1:-1] - un[1:-1] * (un[1:-1] - un[:-2]) + nu * (un[2:] - 2.0 * un[1:-1] + un[:-2])
        total8 = 0.0
        for i in range(m - 2):
            t4_i = du[i + 1]
            t4[i] = t4_i
            du[i + 1] = prod9[i]
            prod10_i = t4_i * (u_saved[n, i + 2] - 2.0 * u_saved[n, i + 1] + u_saved[n, i])
            total8 = plus(total8, prod10_i)
        # adjoint of v[1:-1] = vn[1:-1] - un[1:-1] * (vn[1:-1] - vn[:-2]) / (1.0 + nu)
        dnu_2 = dnu - total7
        # adjoint of u[1:-1] = un[1:-1] - un[1:-1] * (un[1:-1] - un[:-2]) + nu * (un[2:] - 2.0 * un[1:-1] + un[:-2])
        dnu = dnu_2 + total8
        # adjoint of v[1:-1] = vn[1:-1] - un[1:-1] * (vn[1:-1] - vn[:-2]) / (1.0 + nu)
        prod7_before = 0.0
        t3_before = 0.0
        for i in range(m - 2):
            prod7_i = prod7[i]
            t3_i = t3[i]
            dv[i] += -prod7_i + prod7_before + t3_before
            prod7_before = prod7_i
            t3_before = t3_i
        dv[m - 2] += prod7_before + t3_before
        # adjoint of u[1:-1] = un[1:-1] - un[1:-1] * (un[1:-1] - un[:-2]) + nu * (un[2:] - 2.0 * un[1:-1] + un[:-2])
        prod11_before = prod11_before2 = 0.0
        prod12_before = 0.0
        prod14_before = 0.0
        prod13_before = 0.0
        t4_before = 0.0
        for i in range(m - 2):
            t4_i = t4[i]
            prod11_i = t4_i * nu
            prod12_i = -2.0 * prod11_i
            neg3_i = -t4_i
            u_saved_i = u_saved[n, i + 1]
            prod14_i = neg3_i * u_saved_i
            prod13_i = neg3_i * (u_saved_i - u_saved[n, i])
            du[i] += prod11_i - prod14_i + prod12_before + prod14_before + prod13_before + t4_before + prod11_before2
            prod11_before2 = prod11_before
            prod11_before = prod11_i
            prod12_before = prod12_i
            prod14_before = prod14_i
            prod13_before = prod13_i
            t4_before = t4_i
        du[m - 2] += prod12_before + prod14_before + prod13_before + t4_before + prod11_before2
        du[m - 1] += prod11_before
    return total, (du, dv, dnu)
