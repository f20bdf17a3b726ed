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
#   a_1:float64[n] = copy(a)
#   b_1:float64[n] = copy(b)
#   a_2:float64[n], b_2:float64[n] = for(0, tsteps, 1, a_1, b_1)
#     (t:int64[], a_3:float64[n], b_3:float64[n]) ->
#       t_1:float64[n - 2] = getitem(a_3, index=(Span(start=0, step=1, extent=n - 2),))
#       t_2:float64[n - 2] = getitem(a_3, index=(Span(start=1, step=1, extent=n - 2),))
#       t_3:float64[n - 2] = add(t_1, t_2)
#       t_4:float64[n - 2] = getitem(a_3, index=(Span(start=2, step=1, extent=n - 2),))
#       t_5:float64[n - 2] = add(t_3, t_4)
#       t_6:float64[n - 2] = multiply(0.33, t_5)
#       b_4:float64[n] = setitem(b_3, t_6, index=(Span(start=1, step=1, extent=n - 2),))
#       t_7:float64[n - 2] = getitem(b_4, index=(Span(start=0, step=1, extent=n - 2),))
#       t_8:float64[n - 2] = getitem(b_4, index=(Span(start=1, step=1, extent=n - 2),))
#       t_9:float64[n - 2] = add(t_7, t_8)
#       t_10:float64[n - 2] = getitem(b_4, index=(Span(start=2, step=1, extent=n - 2),))
#       t_11:float64[n - 2] = add(t_9, t_10)
#       t_12:float64[n - 2] = multiply(0.33, t_11)
#       a_4:float64[n] = setitem(a_3, t_12, index=(Span(start=1, step=1, extent=n - 2),))
#       yield a_4, b_4
#   t_13:float64[] = sum(a_2, axis=(0,), keepdims=False)
#   return t_13
#   require n - 2 >= 0
#   require n - 1 >= 0


# ---- graph: value_and_grad
# value_and_grad_sweeps(tsteps:int64[], a:float64[n], b:float64[n]):
#   a_1:float64[n], b_1:float64[n] = for(0, tsteps, 1, a, b)
#     (t:int64[], a_2:float64[n], b_2:float64[n]) ->
#       t_1:float64[n - 2] = getitem(a_2, index=(Span(start=0, step=1, extent=n - 2),))
#       t_2:float64[n - 2] = getitem(a_2, index=(Span(start=1, step=1, extent=n - 2),))
#       t_3:float64[n - 2] = add(t_1, t_2)
#       t_4:float64[n - 2] = getitem(a_2, index=(Span(start=2, step=1, extent=n - 2),))
#       t_5:float64[n - 2] = add(t_3, t_4)
#       t_6:float64[n - 2] = multiply(0.33, t_5)
#       b_3:float64[n] = setitem(b_2, t_6, index=(Span(start=1, step=1, extent=n - 2),))
#       t_7:float64[n - 2] = getitem(b_3, index=(Span(start=0, step=1, extent=n - 2),))
#       t_8:float64[n - 2] = getitem(b_3, index=(Span(start=1, step=1, extent=n - 2),))
#       t_9:float64[n - 2] = add(t_7, t_8)
#       t_10:float64[n - 2] = getitem(b_3, index=(Span(start=2, step=1, extent=n - 2),))
#       t_11:float64[n - 2] = add(t_9, t_10)
#       t_12:float64[n - 2] = multiply(0.33, t_11)
#       a_3:float64[n] = setitem(a_2, t_12, index=(Span(start=1, step=1, extent=n - 2),))
#       yield a_3, b_3
#   t_13:float64[] = sum(a_1, axis=(0,), keepdims=False)
#   da:float64[n] = full(1.0, shape=(n,))  # bwd
#   t_14:int64[] = subtract(tsteps, 1)  # bwd
#   t_15:float64[n] = full(0.0, shape=(n,))  # bwd
#   da_1:float64[n], db:float64[n] = for(t_14, -1, -1, da, t_15)  # bwd
#     (t_16:int64[], da_2:float64[n], db_1:float64[n]) ->
#       t_17:float64[n - 2] = getitem(da_2, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       da_3:float64[n] = setitem(da_2, 0.0, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       t_18:float64[n - 2] = multiply(0.33, t_17)  # bwd
#       db_2:float64[n] = add_at(db_1, t_18, index=(Span(start=2, step=1, extent=n - 2),))  # bwd
#       db_3:float64[n] = add_at(db_2, t_18, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       db_4:float64[n] = add_at(db_3, t_18, index=(Span(start=0, step=1, extent=n - 2),))  # bwd
#       t_19:float64[n - 2] = getitem(db_4, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       db_5:float64[n] = setitem(db_4, 0.0, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       t_20:float64[n - 2] = multiply(0.33, t_19)  # bwd
#       da_4:float64[n] = add_at(da_3, t_20, index=(Span(start=2, step=1, extent=n - 2),))  # bwd
#       da_5:float64[n] = add_at(da_4, t_20, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       da_6:float64[n] = add_at(da_5, t_20, index=(Span(start=0, step=1, extent=n - 2),))  # bwd
#       yield da_6, db_5
#   return t_13, da_1, db
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

    # return np.sum(a)
    da = np.ones_like(a)
    # for t in range(tsteps):
    db = np.zeros_like(b)
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
    da_2 = np.full(n, 1.0)
    db = np.zeros(n)
    for t in range(tsteps - 1, -1, -1):
        # adjoint of a[1:-1] = 0.33 * (b[:-2] + b[1:-1] + b[2:])
        prod3_before = prod3_before2 = 0.0
        for i in range(n - 2):
            t3_i = da_2[i + 1]
            da_2[i + 1] = 0.0
            prod3_i = 0.33 * t3_i
            db[i] += prod3_i + prod3_before + prod3_before2
            prod3_before2 = prod3_before
            prod3_before = prod3_i
        db[n - 2] += prod3_before + prod3_before2
        db[n - 1] += prod3_before
        # adjoint of b[1:-1] = 0.33 * (a[:-2] + a[1:-1] + a[2:])
        prod4_before = prod4_before2 = 0.0
        for i in range(n - 2):
            t4_i = db[i + 1]
            db[i + 1] = 0.0
            prod4_i = 0.33 * t4_i
            da_2[i] += prod4_i + prod4_before + prod4_before2
            prod4_before2 = prod4_before
            prod4_before = prod4_i
        da_2[n - 2] += prod4_before + prod4_before2
        da_2[n - 1] += prod4_before
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
    return total, (da_2, db)
