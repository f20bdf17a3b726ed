"""A solver that overwrites its unknowns: each write is undone on the way back, one number a trip is saved."""

import numpy as np


def solve(A, b):
    n = b.shape[0]
    x = np.zeros(n)
    for sweep in range(3):
        for i in range(n):
            s = 0.0
            for j in range(n):
                if j != i:
                    s += A[i, j] * x[j]
            x[i] = (b[i] - s) / A[i, i]
    return np.sum(x)


MODE, WRT = "value_and_grad", ("A", "b")


def arguments(rng):
    return rng.random((3, 3)) + 3.0 * np.eye(3), rng.normal(size=3)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# solve(A:float64[m, k], b:float64[n]):
#   x:float64[n] = full(0.0, shape=(n,))
#   x_1:float64[n] = for(0, 3, 1, x, A, b)
#     (sweep:int64[], x_2:float64[n], A_1:float64[m, k], b_1:float64[n]) ->
#       t:int64[] = extent(dim=n)
#       x_3:float64[n] = for(0, t, 1, x_2, t, A_1, b_1)
#         (i:int64[], x_4:float64[n], t_1:int64[], A_2:float64[m, k], b_2:float64[n]) ->
#           s:float64[] = for(0, t_1, 1, 0.0, i, A_2, x_4)
#             (j:int64[], s_1:float64[], i_1:int64[], A_3:float64[m, k], x_5:float64[n]) ->
#               t_2:bool[] = not_equal(j, i_1)
#               s_2:float64[] = cond(t_2, A_3, x_5, s_1, i_1, j)
#                 (A_4:float64[m, k], x_6:float64[n], s_3:float64[], i_2:int64[], j_1:int64[]) ->
#                   t_3:float64[] = getitem(A_4, index=(At(position=i), At(position=j)))
#                   t_4:float64[] = getitem(x_6, index=(At(position=j),))
#                   t_5:float64[] = multiply(t_3, t_4)
#                   s_4:float64[] = add(s_3, t_5)
#                   yield s_4
#                 (A_5:float64[m, k], x_7:float64[n], s_5:float64[], i_3:int64[], j_2:int64[]) ->
#                   yield s_5
#               yield s_2
#           t_6:float64[] = getitem(b_2, index=(At(position=i),))
#           t_7:float64[] = subtract(t_6, s)
#           t_8:float64[] = getitem(A_2, index=(At(position=i), At(position=i)))
#           t_9:float64[] = divide(t_7, t_8)
#           x_8:float64[n] = setitem(x_4, t_9, index=(At(position=i),))
#           yield x_8
#       yield x_3
#   t_10:float64[] = sum(x_1, axis=(0,), keepdims=False)
#   return t_10
#   require m - n >= 0
#   require k - n >= 0


# ---- graph: value_and_grad
# value_and_grad_solve(A:float64[m, k], b:float64[n]):
#   x:float64[n] = full(0.0, shape=(n,))
#   x_saved_1:float64[3, n] = empty(dtype=float64, shape=(3, n))
#   x_1:float64[n], x_saved_1_1:float64[3, n] = for(0, 3, 1, x, x_saved_1, A, b)
#     (sweep:int64[], x_2:float64[n], x_saved_1_2:float64[3, n], A_1:float64[m, k], b_1:float64[n]) ->
#       t:int64[] = extent(dim=n)
#       x_saved:float64[n] = empty(dtype=float64, shape=(n,))
#       x_3:float64[n], x_saved_2:float64[n] = for(0, t, 1, x_2, x_saved, t, A_1, b_1)
#         (i:int64[], x_4:float64[n], x_saved_3:float64[n], t_1:int64[], A_2:float64[m, k], b_2:float64[n]) ->
#           s:float64[] = for(0, t_1, 1, 0.0, i, A_2, x_4)
#             (j:int64[], s_1:float64[], i_1:int64[], A_3:float64[m, k], x_5:float64[n]) ->
#               t_2:bool[] = not_equal(j, i_1)
#               s_2:float64[] = cond(t_2, A_3, x_5, s_1, i_1, j)
#                 (A_4:float64[m, k], x_6:float64[n], s_3:float64[], i_2:int64[], j_1:int64[]) ->
#                   t_3:float64[] = getitem(A_4, index=(At(position=i), At(position=j)))
#                   t_4:float64[] = getitem(x_6, index=(At(position=j),))
#                   t_5:float64[] = multiply(t_3, t_4)
#                   s_4:float64[] = add(s_3, t_5)
#                   yield s_4
#                 (A_5:float64[m, k], x_7:float64[n], s_5:float64[], i_3:int64[], j_2:int64[]) ->
#                   yield s_5
#               yield s_2
#           t_6:float64[] = getitem(b_2, index=(At(position=i),))
#           t_7:float64[] = subtract(t_6, s)
#           t_8:float64[] = getitem(A_2, index=(At(position=i), At(position=i)))
#           t_9:float64[] = divide(t_7, t_8)
#           t_10:float64[] = getitem(x_4, index=(At(position=i),))
#           x_saved_4:float64[n] = setitem(x_saved_3, t_10, i, index=(AtArg(),))
#           x_8:float64[n] = setitem(x_4, t_9, index=(At(position=i),))
#           yield x_8, x_saved_4
#       x_saved_1_3:float64[3, n] = setitem(x_saved_1_2, x_saved_2, sweep, index=(AtArg(), Span(start=0, step=1, extent=n)))
#       yield x_3, x_saved_1_3
#   t_11:float64[] = sum(x_1, axis=(0,), keepdims=False)
#   dx:float64[n] = full(1.0, shape=(n,))  # bwd
#   t_12:float64[m, k] = full(0.0, shape=(m, k))  # bwd
#   t_13:float64[n] = full(0.0, shape=(n,))  # bwd
#   dx_1:float64[n], dA:float64[m, k], db:float64[n], x_9:float64[n] = for(2, -1, -1, dx, t_12, t_13, x_1, x_saved_1_1, A)  # bwd
#     (sweep_1:int64[], dx_2:float64[n], dA_1:float64[m, k], db_1:float64[n], x_10:float64[n], x_saved_1_4:float64[3, n], A_6:float64[m, k]) ->
#       x_saved_5:float64[n] = getitem(x_saved_1_4, sweep_1, index=(AtArg(), Span(start=0, step=1, extent=n)))  # bwd
#       t_14:int64[] = extent(dim=n - 1)  # bwd
#       dx_3:float64[n], dA_2:float64[m, k], db_2:float64[n], x_11:float64[n] = for(t_14, -1, -1, dx_2, dA_1, db_1, x_10, x_saved_5, A_6)  # bwd
#         (i_4:int64[], dx_4:float64[n], dA_3:float64[m, k], db_3:float64[n], x_12:float64[n], x_saved_6:float64[n], A_7:float64[m, k]) ->
#           t_15:float64[] = getitem(x_saved_6, i_4, index=(AtArg(),))  # bwd
#           t_16:float64[] = getitem(A_7, index=(At(position=i), At(position=i)))  # bwd
#           t_17:float64[] = getitem(x_12, index=(At(position=i),))  # bwd
#           t_18:float64[] = getitem(dx_4, index=(At(position=i),))  # bwd
#           dx_5:float64[n] = setitem(dx_4, 0.0, index=(At(position=i),))  # bwd
#           x_13:float64[n] = setitem(x_12, t_15, index=(At(position=i),))  # bwd
#           t_19:float64[] = divide(t_18, t_16)  # bwd
#           t_20:float64[] = multiply(t_19, t_17)  # bwd
#           t_21:float64[] = negative(t_20)  # bwd
#           dA_4:float64[m, k] = add_at(dA_3, t_21, index=(At(position=i), At(position=i)))  # bwd
#           ds:float64[] = negative(t_19)  # bwd
#           db_4:float64[n] = add_at(db_3, t_19, index=(At(position=i),))  # bwd
#           t_22:int64[] = extent(dim=n - 1)  # bwd
#           dA_5:float64[m, k], dx_6:float64[n] = for(t_22, -1, -1, dA_4, dx_5, ds, i_4, A_7, x_13)  # bwd
#             (j_3:int64[], dA_6:float64[m, k], dx_7:float64[n], ds_1:float64[], i_5:int64[], A_8:float64[m, k], x_14:float64[n]) ->
#               t_23:bool[] = not_equal(j_3, i_5)  # bwd
#               dA_7:float64[m, k], dx_8:float64[n] = cond(t_23, ds_1, dA_6, dx_7, A_8, x_14, i_5, j_3)  # bwd
#                 (ds_2:float64[], dA_8:float64[m, k], dx_9:float64[n], A_9:float64[m, k], x_15:float64[n], i_6:int64[], j_4:int64[]) ->
#                   t_24:float64[] = getitem(A_9, index=(At(position=i), At(position=j)))  # bwd
#                   t_25:float64[] = getitem(x_15, index=(At(position=j),))  # bwd
#                   t_26:float64[] = multiply(ds_2, t_25)  # bwd
#                   t_27:float64[] = multiply(ds_2, t_24)  # bwd
#                   dx_10:float64[n] = add_at(dx_9, t_27, index=(At(position=j),))  # bwd
#                   dA_9:float64[m, k] = add_at(dA_8, t_26, index=(At(position=i), At(position=j)))  # bwd
#                   yield dA_9, dx_10
#                 (ds_3:float64[], dA_10:float64[m, k], dx_11:float64[n], A_10:float64[m, k], x_16:float64[n], i_7:int64[], j_5:int64[]) ->
#                   yield dA_10, dx_11
#               yield dA_7, dx_8
#           yield dx_6, dA_5, db_4, x_13
#       yield dx_3, dA_2, db_2, x_11
#   return t_11, dA, db
#   require m - n >= 0
#   require k - n >= 0


# ---- study text

import numpy as np


def value_and_grad_solve(A, b):
    n = b.shape[0]
    x = np.zeros_like(b)
    x_saved_1 = np.empty((3, n))  # saved: x, 8 B x n x 3
    for sweep in range(3):
        x_saved = np.empty(n)  # saved: x, 8 B x n
        for i in range(n):
            s = 0.0
            for j in range(n):
                if j != i:
                    s += A[i, j] * x[j]
            x_saved[i] = x[i]
            x[i] = (b[i] - s) / A[i, i]
        x_saved_1[sweep] = x_saved
    out = np.sum(x)

    # return np.sum(x)
    dx = np.ones_like(b)
    # for sweep in range(3):
    dA = np.zeros_like(A)
    db = np.zeros_like(b)
    for sweep in range(2, -1, -1):
        x_saved = x_saved_1[sweep]
        # for i in range(n):
        for i in range(n - 1, -1, -1):
            # x[i] = (b[i] - s) / A[i, i]
            part = x[i]
            part2 = dx[i]
            dx[i] = 0.0
            x[i] = x_saved[i]
            ratio = part2 / A[i, i]
            dA[i, i] -= ratio * part
            ds = -ratio
            db[i] += ratio
            # for j in range(n):
            for j in range(n - 1, -1, -1):
                if j != i:
                    # s += A[i, j] * x[j]
                    dx[j] += ds * A[i, j]
                    dA[i, j] += ds * x[j]
    return out, (dA, db)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_solve___HASH__(A, b):
    m, k = A.shape
    n = b.shape[0]
    if m - n < 0:
        raise ValueError('m - p >= 0')
    if k - n < 0:
        raise ValueError('k - p >= 0')
    # for sweep in range(3):
    x_saved_1 = np.empty((3, n))
    x_2 = np.zeros(n)
    for sweep in range(3):
        for i in range(n):
            s = 0.0
            for j in range(n):
                if j != i:
                    # s += A[i, j] * x[j]
                    s = plus(s, A[i, j] * x_2[j])
            # for i in range(n):
            x_saved_1[sweep, i] = x_2[i]
            # x[i] = (b[i] - s) / A[i, i]
            x_2[i] = (b[i] - s) / A[i, i]
    # adjoint of for sweep in range(3):
    dx_2 = np.full(n, 1.0)
    dA = np.zeros((m, k))
    db = np.zeros(n)
    # return np.sum(x)
    total = 0.0
    for l in range(n):
        total = plus(total, x_2[l])
    # adjoint of for sweep in range(3):
    for sweep in range(2, -1, -1):
        # adjoint of for i in range(n):
        for i in range(n - 1, -1, -1):
            # adjoint of x[i] = (b[i] - s) / A[i, i]
            t3 = x_2[i]
            t4 = dx_2[i]
            dx_2[i] = 0.0
            x_2[i] = x_saved_1[sweep, i]
            ratio2 = t4 / A[i, i]
            dA[i, i] -= ratio2 * t3
            ds = -ratio2
            db[i] += ratio2
            # adjoint of for j in range(n):
            for j in range(n):
                # adjoint of if j != i:
                if j != i:
                    # adjoint of s += A[i, j] * x[j]
                    dx_2[j] += ds * A[i, j]
                    dA[i, j] += ds * x_2[j]
    return total, (dA, db)
