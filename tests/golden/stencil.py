"""Two sweeps of a stencil in each time step: linear, so no forward sweep; each adjoint is one pass."""

import numpy as np


def sweeps(tsteps, a, b):
    a = a.copy()
    b = b.copy()
    for t in range(tsteps):
        b[1:-1] = 0.33 * (a[:-2] + a[1:-1] + a[2:])
        a[1:-1] = 0.33 * (b[:-2] + b[1:-1] + b[2:])
    return np.sum(a)


MODE, WRT = "value_and_grad", ("a", "b")


def arguments(rng):
    return (2, rng.normal(size=6), rng.normal(size=6))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# sweeps(tsteps:int64[], a:float64[n], b:float64[n]):
#   t:float64[n], t_1:float64[n] = for(0, tsteps, 1, a, b)
#     (t_2:int64[], t_3:float64[n], t_4:float64[n]) ->
#       t_5:float64[n - 2] = getitem(t_3, index=(Span(start=0, step=1, extent=n - 2),))
#       t_6:float64[n - 2] = getitem(t_3, index=(Span(start=1, step=1, extent=n - 2),))
#       t_7:float64[n - 2] = add(t_5, t_6)
#       t_8:float64[n - 2] = getitem(t_3, index=(Span(start=2, step=1, extent=n - 2),))
#       t_9:float64[n - 2] = add(t_7, t_8)
#       t_10:float64[n - 2] = multiply(0.33, t_9)
#       t_11:float64[n] = setitem(t_4, t_10, index=(Span(start=1, step=1, extent=n - 2),))
#       t_12:float64[n - 2] = getitem(t_11, index=(Span(start=0, step=1, extent=n - 2),))
#       t_13:float64[n - 2] = getitem(t_11, index=(Span(start=1, step=1, extent=n - 2),))
#       t_14:float64[n - 2] = add(t_12, t_13)
#       t_15:float64[n - 2] = getitem(t_11, index=(Span(start=2, step=1, extent=n - 2),))
#       t_16:float64[n - 2] = add(t_14, t_15)
#       t_17:float64[n - 2] = multiply(0.33, t_16)
#       t_18:float64[n] = setitem(t_3, t_17, index=(Span(start=1, step=1, extent=n - 2),))
#       yield t_18, t_11
#   t_19:float64[] = sum(t, axis=(0,), keepdims=False)
#   return t_19
#   require n - 2 >= 0
#   require n - 1 >= 0


# ---- graph: value_and_grad
# value_and_grad_sweeps(tsteps:int64[], a:float64[n], b:float64[n]):
#   t:float64[n], t_1:float64[n] = for(0, tsteps, 1, a, b)
#     (t_2:int64[], t_3:float64[n], t_4:float64[n]) ->
#       t_5:float64[n - 2] = getitem(t_3, index=(Span(start=0, step=1, extent=n - 2),))
#       t_6:float64[n - 2] = getitem(t_3, index=(Span(start=1, step=1, extent=n - 2),))
#       t_7:float64[n - 2] = add(t_5, t_6)
#       t_8:float64[n - 2] = getitem(t_3, index=(Span(start=2, step=1, extent=n - 2),))
#       t_9:float64[n - 2] = add(t_7, t_8)
#       t_10:float64[n - 2] = multiply(0.33, t_9)
#       t_11:float64[n] = setitem(t_4, t_10, index=(Span(start=1, step=1, extent=n - 2),))
#       t_12:float64[n - 2] = getitem(t_11, index=(Span(start=0, step=1, extent=n - 2),))
#       t_13:float64[n - 2] = getitem(t_11, index=(Span(start=1, step=1, extent=n - 2),))
#       t_14:float64[n - 2] = add(t_12, t_13)
#       t_15:float64[n - 2] = getitem(t_11, index=(Span(start=2, step=1, extent=n - 2),))
#       t_16:float64[n - 2] = add(t_14, t_15)
#       t_17:float64[n - 2] = multiply(0.33, t_16)
#       t_18:float64[n] = setitem(t_3, t_17, index=(Span(start=1, step=1, extent=n - 2),))
#       yield t_18, t_11
#   t_19:float64[] = sum(t, axis=(0,), keepdims=False)
#   t_20:float64[n] = full(1.0, shape=(n,))  # bwd
#   t_21:int64[] = subtract(tsteps, 1)  # bwd
#   t_22:float64[n] = full(0.0, shape=(n,))  # bwd
#   da:float64[n], db:float64[n] = for(t_21, -1, -1, t_20, t_22)  # bwd
#     (t_23:int64[], t_24:float64[n], t_25:float64[n]) ->
#       t_26:float64[n - 2] = getitem(t_24, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       t_27:float64[n] = setitem(t_24, 0.0, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       t_28:float64[n - 2] = multiply(0.33, t_26)  # bwd
#       t_29:float64[n] = add_at(t_25, t_28, index=(Span(start=2, step=1, extent=n - 2),))  # bwd
#       t_30:float64[n] = add_at(t_29, t_28, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       t_31:float64[n] = add_at(t_30, t_28, index=(Span(start=0, step=1, extent=n - 2),))  # bwd
#       t_32:float64[n - 2] = getitem(t_31, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       t_33:float64[n] = setitem(t_31, 0.0, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       t_34:float64[n - 2] = multiply(0.33, t_32)  # bwd
#       t_35:float64[n] = add_at(t_27, t_34, index=(Span(start=2, step=1, extent=n - 2),))  # bwd
#       t_36:float64[n] = add_at(t_35, t_34, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       t_37:float64[n] = add_at(t_36, t_34, index=(Span(start=0, step=1, extent=n - 2),))  # bwd
#       yield t_37, t_33
#   return t_19, da, db
#   require n - 2 >= 0
#   require n - 1 >= 0


# ---- study text

import numpy as np


def value_and_grad_sweeps(tsteps, a, b):
    a_2 = a.copy()
    b = b.copy()
    for t in range(tsteps):
        b[1:-1] = 0.33 * (a_2[:-2] + a_2[1:-1] + a_2[2:])
        a_2[1:-1] = 0.33 * (b[:-2] + b[1:-1] + b[2:])
    out = np.sum(a_2)

    # for t in range(tsteps):
    da = np.ones_like(a)
    db = np.zeros_like(a)
    for t in range(tsteps - 1, -1, -1):
        # a[1:-1] = 0.33 * (b[:-2] + b[1:-1] + b[2:])
        part = da[1:-1].copy()
        da[1:-1] = 0.0
        prod = 0.33 * part
        db[2:] += prod
        db[1:-1] += prod
        db[:-2] += prod
        # b[1:-1] = 0.33 * (a[:-2] + a[1:-1] + a[2:])
        part2 = db[1:-1].copy()
        db[1:-1] = 0.0
        prod2 = 0.33 * part2
        da[2:] += prod2
        da[1:-1] += prod2
        da[:-2] += prod2
    return out, (da, db)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_sweeps___HASH__(tsteps, a, b):
    n = a.shape[0]
    if b.shape[0] != n:
        raise ValueError('axis 0 of `b` does not have the length of axis 0 of `a`')
    if n - 2 < 0:
        raise ValueError('n - 2 >= 0')
    if n - 1 < 0:
        raise ValueError('n - 1 >= 0')
    # adjoint of for t in range(tsteps):
    da = np.full(n, 1.0)
    db = np.zeros(n)
    for t in range(tsteps - 1, -1, -1):
        # adjoint of a[1:-1] = 0.33 * (b[:-2] + b[1:-1] + b[2:])
        prod3_before = prod3_before2 = 0.0
        for i in range(n - 2):
            t6_i = da[i + 1]
            da[i + 1] = 0.0
            prod3_i = 0.33 * t6_i
            db[i] += prod3_i + prod3_before + prod3_before2
            prod3_before2 = prod3_before
            prod3_before = prod3_i
        db[n - 2] += prod3_before + prod3_before2
        db[n - 1] += prod3_before
        # adjoint of b[1:-1] = 0.33 * (a[:-2] + a[1:-1] + a[2:])
        prod4_before = prod4_before2 = 0.0
        for i in range(n - 2):
            t7_i = db[i + 1]
            db[i + 1] = 0.0
            prod4_i = 0.33 * t7_i
            da[i] += prod4_i + prod4_before + prod4_before2
            prod4_before2 = prod4_before
            prod4_before = prod4_i
        da[n - 2] += prod4_before + prod4_before2
        da[n - 1] += prod4_before
    # for t in range(tsteps):
    a_2 = np.empty(n)
    for i in range(n):
        a_2[i] = a[i]  # a
    b_2 = np.empty(n)
    for i in range(n):
        b_2[i] = b[i]  # b
    for t in range(tsteps):
        # b[1:-1] = 0.33 * (a[:-2] + a[1:-1] + a[2:])
        for i in range(n - 2):
            b_2[i + 1] = 0.33 * (a_2[i] + a_2[i + 1] + a_2[i + 2])
        # a[1:-1] = 0.33 * (b[:-2] + b[1:-1] + b[2:])
        for i in range(n - 2):
            a_2[i + 1] = 0.33 * (b_2[i] + b_2[i + 1] + b_2[i + 2])
    # return np.sum(a)
    total = 0.0
    for i in range(n):
        total = plus(total, a_2[i])
    return total, (da, db)
