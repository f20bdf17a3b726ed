"""Two sweeps over a plane in each time step: the adjoint gathers from arrays with a border, and clears nothing."""

import numpy as np


def heat(steps, a, k):
    a = a.copy()
    b = np.zeros_like(a)
    for _ in range(steps):
        lap = a[:-2, 1:-1] + a[2:, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] - 4 * a[1:-1, 1:-1]
        b[1:-1, 1:-1] = a[1:-1, 1:-1] + k * lap
        a[1:-1, 1:-1] = 0.2 * (b[:-2, 1:-1] + b[2:, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:] + b[1:-1, 1:-1])
    return np.sum(a**2)


MODE, WRT = "grad", ("a",)


def arguments(rng):
    return (2, rng.normal(size=(5, 6)), 0.1)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# heat(steps:int64[], a:float64[n, m], k:float64[]):
#   a_1:float64[n, m] = copy(a)
#   b:float64[n, m] = full(0.0, shape=(n, m))
#   a_2:float64[n, m], b_1:float64[n, m] = for(0, steps, 1, a_1, b, k)
#     (_:int64[], a_3:float64[n, m], b_2:float64[n, m], k_1:float64[]) ->
#       t:float64[n - 2, m - 2] = getitem(a_3, index=(Span(start=0, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_1:float64[n - 2, m - 2] = getitem(a_3, index=(Span(start=2, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_2:float64[n - 2, m - 2] = add(t, t_1)
#       t_3:float64[n - 2, m - 2] = getitem(a_3, index=(Span(start=1, step=1, extent=n - 2), Span(start=0, step=1, extent=m - 2)))
#       t_4:float64[n - 2, m - 2] = add(t_2, t_3)
#       t_5:float64[n - 2, m - 2] = getitem(a_3, index=(Span(start=1, step=1, extent=n - 2), Span(start=2, step=1, extent=m - 2)))
#       t_6:float64[n - 2, m - 2] = add(t_4, t_5)
#       t_7:float64[n - 2, m - 2] = getitem(a_3, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_8:float64[n - 2, m - 2] = multiply(4.0, t_7)
#       lap:float64[n - 2, m - 2] = subtract(t_6, t_8)
#       t_9:float64[n - 2, m - 2] = getitem(a_3, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_10:float64[n - 2, m - 2] = multiply(k_1, lap)
#       t_11:float64[n - 2, m - 2] = add(t_9, t_10)
#       b_3:float64[n, m] = setitem(b_2, t_11, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_12:float64[n - 2, m - 2] = getitem(b_3, index=(Span(start=0, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_13:float64[n - 2, m - 2] = getitem(b_3, index=(Span(start=2, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_14:float64[n - 2, m - 2] = add(t_12, t_13)
#       t_15:float64[n - 2, m - 2] = getitem(b_3, index=(Span(start=1, step=1, extent=n - 2), Span(start=0, step=1, extent=m - 2)))
#       t_16:float64[n - 2, m - 2] = add(t_14, t_15)
#       t_17:float64[n - 2, m - 2] = getitem(b_3, index=(Span(start=1, step=1, extent=n - 2), Span(start=2, step=1, extent=m - 2)))
#       t_18:float64[n - 2, m - 2] = add(t_16, t_17)
#       t_19:float64[n - 2, m - 2] = getitem(b_3, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_20:float64[n - 2, m - 2] = add(t_18, t_19)
#       t_21:float64[n - 2, m - 2] = multiply(0.2, t_20)
#       a_4:float64[n, m] = setitem(a_3, t_21, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       yield a_4, b_3
#   t_22:float64[n, m] = power(a_2, 2.0)
#   t_23:float64[] = sum(t_22, axis=(0, 1), keepdims=False)
#   return t_23
#   require n - 2 >= 0
#   require m - 1 >= 0
#   require m - 2 >= 0
#   require n - 1 >= 0


# ---- graph: grad
# grad_heat(steps:int64[], a:float64[n, m], k:float64[]):
#   b:float64[n, m] = full(0.0, shape=(n, m))
#   a_1:float64[n, m], b_1:float64[n, m] = for(0, steps, 1, a, b, k)
#     (_:int64[], a_2:float64[n, m], b_2:float64[n, m], k_1:float64[]) ->
#       t:float64[n - 2, m - 2] = getitem(a_2, index=(Span(start=0, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_1:float64[n - 2, m - 2] = getitem(a_2, index=(Span(start=2, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_2:float64[n - 2, m - 2] = add(t, t_1)
#       t_3:float64[n - 2, m - 2] = getitem(a_2, index=(Span(start=1, step=1, extent=n - 2), Span(start=0, step=1, extent=m - 2)))
#       t_4:float64[n - 2, m - 2] = add(t_2, t_3)
#       t_5:float64[n - 2, m - 2] = getitem(a_2, index=(Span(start=1, step=1, extent=n - 2), Span(start=2, step=1, extent=m - 2)))
#       t_6:float64[n - 2, m - 2] = add(t_4, t_5)
#       t_7:float64[n - 2, m - 2] = getitem(a_2, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_8:float64[n - 2, m - 2] = multiply(4.0, t_7)
#       lap:float64[n - 2, m - 2] = subtract(t_6, t_8)
#       t_9:float64[n - 2, m - 2] = getitem(a_2, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_10:float64[n - 2, m - 2] = multiply(k_1, lap)
#       t_11:float64[n - 2, m - 2] = add(t_9, t_10)
#       b_3:float64[n, m] = setitem(b_2, t_11, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_12:float64[n - 2, m - 2] = getitem(b_3, index=(Span(start=0, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_13:float64[n - 2, m - 2] = getitem(b_3, index=(Span(start=2, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_14:float64[n - 2, m - 2] = add(t_12, t_13)
#       t_15:float64[n - 2, m - 2] = getitem(b_3, index=(Span(start=1, step=1, extent=n - 2), Span(start=0, step=1, extent=m - 2)))
#       t_16:float64[n - 2, m - 2] = add(t_14, t_15)
#       t_17:float64[n - 2, m - 2] = getitem(b_3, index=(Span(start=1, step=1, extent=n - 2), Span(start=2, step=1, extent=m - 2)))
#       t_18:float64[n - 2, m - 2] = add(t_16, t_17)
#       t_19:float64[n - 2, m - 2] = getitem(b_3, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_20:float64[n - 2, m - 2] = add(t_18, t_19)
#       t_21:float64[n - 2, m - 2] = multiply(0.2, t_20)
#       a_3:float64[n, m] = setitem(a_2, t_21, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       yield a_3, b_3
#   da:float64[n, m] = multiply(2.0, a_1)  # bwd
#   t_22:int64[] = subtract(steps, 1)  # bwd
#   t_23:float64[n, m] = full(0.0, shape=(n, m))  # bwd
#   da_1:float64[n, m], db:float64[n, m] = for(t_22, -1, -1, da, t_23, k)  # bwd
#     (__1:int64[], da_2:float64[n, m], db_1:float64[n, m], k_2:float64[]) ->
#       t_24:float64[n - 2, m - 2] = getitem(da_2, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))  # bwd
#       t_25:float64[n - 2, m - 2] = multiply(0.2, t_24)  # bwd
#       db_2:float64[n, m] = add_at(db_1, t_25, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))  # bwd
#       db_3:float64[n, m] = add_at(db_2, t_25, index=(Span(start=1, step=1, extent=n - 2), Span(start=2, step=1, extent=m - 2)))  # bwd
#       db_4:float64[n, m] = add_at(db_3, t_25, index=(Span(start=1, step=1, extent=n - 2), Span(start=0, step=1, extent=m - 2)))  # bwd
#       db_5:float64[n, m] = add_at(db_4, t_25, index=(Span(start=2, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))  # bwd
#       db_6:float64[n, m] = add_at(db_5, t_25, index=(Span(start=0, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))  # bwd
#       t_26:float64[n - 2, m - 2] = getitem(db_6, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))  # bwd
#       db_7:float64[n, m] = setitem(db_6, 0.0, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))  # bwd
#       dlap:float64[n - 2, m - 2] = multiply(t_26, k_2)  # bwd
#       da_3:float64[n, m] = setitem(da_2, t_26, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))  # bwd
#       t_27:float64[n - 2, m - 2] = multiply(-4.0, dlap)  # bwd
#       da_4:float64[n, m] = add_at(da_3, t_27, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))  # bwd
#       da_5:float64[n, m] = add_at(da_4, dlap, index=(Span(start=1, step=1, extent=n - 2), Span(start=2, step=1, extent=m - 2)))  # bwd
#       da_6:float64[n, m] = add_at(da_5, dlap, index=(Span(start=1, step=1, extent=n - 2), Span(start=0, step=1, extent=m - 2)))  # bwd
#       da_7:float64[n, m] = add_at(da_6, dlap, index=(Span(start=2, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))  # bwd
#       da_8:float64[n, m] = add_at(da_7, dlap, index=(Span(start=0, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))  # bwd
#       yield da_8, db_7
#   return da_1
#   require n - 2 >= 0
#   require m - 1 >= 0
#   require m - 2 >= 0
#   require n - 1 >= 0


# ---- study text

import numpy as np


def grad_heat(steps, a, k):
    b = np.zeros_like(a)
    a_2 = a.copy()
    for i in range(steps):
        total = a_2[:-2, 1:-1] + a_2[2:, 1:-1] + a_2[1:-1, :-2] + a_2[1:-1, 2:]
        lap = total - 4.0 * a_2[1:-1, 1:-1]
        b[1:-1, 1:-1] = a_2[1:-1, 1:-1] + k * lap
        total2 = b[:-2, 1:-1] + b[2:, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:] + b[1:-1, 1:-1]
        a_2[1:-1, 1:-1] = 0.2 * total2

    # return np.sum(a**2)
    da = 2.0 * a_2
    # for _ in range(steps):
    db = np.zeros_like(a)
    for i in range(steps - 1, -1, -1):
        # a[1:-1, 1:-1] = 0.2 * (b[:-2, 1:-1] + b[2:, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:] + b[1:-1, 1 ...
        prod = 0.2 * da[1:-1, 1:-1]
        db[1:-1, 1:-1] += prod
        db[1:-1, 2:] += prod
        db[1:-1, :-2] += prod
        db[2:, 1:-1] += prod
        db[:-2, 1:-1] += prod
        # b[1:-1, 1:-1] = a[1:-1, 1:-1] + k * lap
        part = db[1:-1, 1:-1].copy()
        db[1:-1, 1:-1] = 0.0
        dlap = part * k
        da[1:-1, 1:-1] = part
        # lap = a[:-2, 1:-1] + a[2:, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] - 4 * a[1:-1, 1:-1]
        da[1:-1, 1:-1] += -4.0 * dlap
        da[1:-1, 2:] += dlap
        da[1:-1, :-2] += dlap
        da[2:, 1:-1] += dlap
        da[:-2, 1:-1] += dlap
    return da


# ---- kernel text

import numpy as np
from numba import njit


@njit
def grad_heat___HASH__(steps, a, k):
    n, m = a.shape
    if n - 2 < 0:
        raise ValueError('n - 2 >= 0')
    if m - 1 < 0:
        raise ValueError('m - 1 >= 0')
    if m - 2 < 0:
        raise ValueError('m - 2 >= 0')
    if n - 1 < 0:
        raise ValueError('n - 1 >= 0')
    # adjoint of for _ in range(steps):
    # for _ in range(steps):
    diff = steps - 1
    b_2 = np.zeros((n, m))
    b_4 = np.zeros((n, m))
    wide_2 = np.zeros((n + 2, m + 2))
    dlap_wide_2 = np.zeros((n + 2, m + 2))
    # for _ in range(steps):
    a_2 = np.empty((n, m))
    for j in range(n):
        for l in range(m):
            a_2[j, l] = a[j, l]  # a
    for i in range(steps):
        # lap = a[:-2, 1:-1] + a[2:, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] - 4 * a[1:-1, 1:-1]
        # b[1:-1, 1:-1] = a[1:-1, 1:-1] + k * lap
        for j in range(n - 2):
            for l in range(m - 2):
                total3_jl = a_2[j, l + 1] + a_2[j + 2, l + 1] + a_2[j + 1, l] + a_2[j + 1, l + 2]
                a_2_jl = a_2[j + 1, l + 1]
                lap_jl = total3_jl - 4.0 * a_2_jl
                b_2[j + 1, l + 1] = a_2_jl + k * lap_jl
        # a[1:-1, 1:-1] = 0.2 * (b[:-2, 1:-1] + b[2:, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:] + b[1:-1, 1:-1])
        for j in range(n - 2):
            for l in range(m - 2):
                total7_jl = b_2[j, l + 1] + b_2[j + 2, l + 1] + b_2[j + 1, l] + b_2[j + 1, l + 2]
                a_2[j + 1, l + 1] = 0.2 * (total7_jl + b_2[j + 1, l + 1])

    # adjoint of return np.sum(a**2)
    da = np.empty((n, m))
    for j in range(n):
        for l in range(m):
            da[j, l] = 2.0 * a_2[j, l]
    # adjoint of for _ in range(steps):
    for i in range(diff, -1, -1):
        # adjoint of a[1:-1, 1:-1] = 0.2 * (b[:-2, 1:-1] + b[2:, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:] + b[1:-1, 1:-1])
        for j in range(n - 2):
            for l in range(m - 2):
                wide_2[j + 2, l + 2] = 0.2 * da[j + 1, l + 1]
            total19_j = wide_2[j + 2, 1] + wide_2[j + 2, 0] + wide_2[j + 2, 2] + wide_2[j + 1, 1]
            b_4[j + 1, 0] += total19_j + wide_2[j + 3, 1]
            total22_j = wide_2[j + 2, m] + wide_2[j + 2, m - 1] + wide_2[j + 2, m + 1]
            b_4[j + 1, m - 1] += total22_j + wide_2[j + 1, m] + wide_2[j + 3, m]
        # adjoint of a[1:-1, 1:-1] = 0.2 * (b[:-2, 1:-1] + b[2:, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:] + b[1:-1, 1:-1])
        # adjoint of b[1:-1, 1:-1] = a[1:-1, 1:-1] + k * lap
        # adjoint of lap = a[:-2, 1:-1] + a[2:, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] - 4 * a[1:-1, 1:-1]
        for j in range(n - 2):
            for l in range(m - 2):
                total14_jl = wide_2[j + 2, l + 2] + wide_2[j + 2, l + 1] + wide_2[j + 2, l + 3]
                b_4[j + 1, l + 1] = total14_jl + wide_2[j + 1, l + 2] + wide_2[j + 3, l + 2]
                t2_jl = b_4[j + 1, l + 1]
                da[j + 1, l + 1] = t2_jl
                dlap_jl = t2_jl * k
                dlap_wide_2[j + 2, l + 2] = dlap_jl
        # adjoint of a[1:-1, 1:-1] = 0.2 * (b[:-2, 1:-1] + b[2:, 1:-1] + b[1:-1, :-2] + b[1:-1, 2:] + b[1:-1, 1:-1])
        for j in range(m):
            total27_j = wide_2[1, j + 1] + wide_2[1, j] + wide_2[1, j + 2] + wide_2[0, j + 1]
            b_4[0, j] += total27_j + wide_2[2, j + 1]
        for j in range(m):
            total31_j = wide_2[n, j + 1] + wide_2[n, j] + wide_2[n, j + 2] + wide_2[n - 1, j + 1]
            b_4[n - 1, j] += total31_j + wide_2[n + 1, j + 1]
        # adjoint of lap = a[:-2, 1:-1] + a[2:, 1:-1] + a[1:-1, :-2] + a[1:-1, 2:] - 4 * a[1:-1, 1:-1]
        for j in range(n):
            for l in range(m):
                total34_jl = -4.0 * dlap_wide_2[j + 1, l + 1] + dlap_wide_2[j + 1, l] + dlap_wide_2[j + 1, l + 2]
                total36_jl = total34_jl + dlap_wide_2[j, l + 1] + dlap_wide_2[j + 2, l + 1]
                da[j, l] += total36_jl
    return da
