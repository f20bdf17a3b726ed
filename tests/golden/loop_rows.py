"""Rows times a matrix, one at a time and in place: the rows of all trips below each other, one product."""

import numpy as np


def rows_by_matrix(a, c):
    a = a.copy()
    for r in range(a.shape[0]):
        for q in range(a.shape[1]):
            a[r, q, :] = a[r, q, :] @ c
    return np.sum(a * a)


MODE, WRT = "value_and_grad", ("a", "c")


def arguments(rng):
    return rng.normal(size=(3, 4, 5)), rng.normal(size=(5, 5))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# rows_by_matrix(a:float64[n, m, k], c:float64[k, k]):
#   t:int64[] = extent(dim=n)
#   t_1:float64[n, m, k] = for(0, t, 1, a, c)
#     (r:int64[], t_2:float64[n, m, k], c_1:float64[k, k]) ->
#       t_3:int64[] = extent(dim=m)
#       t_4:float64[n, m, k] = for(0, t_3, 1, t_2, c_1, r)
#         (q:int64[], t_5:float64[n, m, k], c_2:float64[k, k], r_1:int64[]) ->
#           t_6:float64[k] = getitem(t_5, index=(At(position=r), At(position=q), Span(start=0, step=1, extent=k)))
#           t_7:float64[k] = matmul(t_6, c_2)
#           t_8:float64[n, m, k] = setitem(t_5, t_7, index=(At(position=r), At(position=q), Span(start=0, step=1, extent=k)))
#           yield t_8
#       yield t_4
#   t_9:float64[n, m, k] = multiply(t_1, t_1)
#   t_10:float64[] = sum(t_9, axis=(0, 1, 2), keepdims=False)
#   return t_10


# ---- graph: value_and_grad
# value_and_grad_rows_by_matrix(a:float64[n, m, k], c:float64[k, k]):
#   t:int64[] = extent(dim=n)
#   saved_1:float64[n, m, k] = empty(dtype=float64, shape=(n, m, k))
#   t_1:float64[n, m, k], saved_1_1:float64[n, m, k] = for(0, t, 1, a, saved_1, c)
#     (r:int64[], t_2:float64[n, m, k], saved_1_2:float64[n, m, k], c_1:float64[k, k]) ->
#       t_3:int64[] = extent(dim=m)
#       saved:float64[m, k] = empty(dtype=float64, shape=(m, k))
#       t_4:float64[n, m, k], saved_2:float64[m, k] = for(0, t_3, 1, t_2, saved, c_1, r)
#         (q:int64[], t_5:float64[n, m, k], saved_3:float64[m, k], c_2:float64[k, k], r_1:int64[]) ->
#           t_6:float64[k] = getitem(t_5, index=(At(position=r), At(position=q), Span(start=0, step=1, extent=k)))
#           saved_4:float64[m, k] = setitem(saved_3, t_6, q, index=(AtArg(), Span(start=0, step=1, extent=k)))
#           t_7:float64[k] = matmul(t_6, c_2)
#           t_8:float64[n, m, k] = setitem(t_5, t_7, index=(At(position=r), At(position=q), Span(start=0, step=1, extent=k)))
#           yield t_8, saved_4
#       saved_1_3:float64[n, m, k] = setitem(saved_1_2, saved_2, r, index=(AtArg(), Span(start=0, step=1, extent=m), Span(start=0, step=1, extent=k)))
#       yield t_4, saved_1_3
#   t_9:float64[n, m, k] = multiply(t_1, t_1)
#   t_10:float64[] = sum(t_9, axis=(0, 1, 2), keepdims=False)
#   t_11:float64[n, m, k] = multiply(2.0, t_1)  # bwd
#   t_12:int64[] = extent(dim=n - 1)  # bwd
#   t_13:float64[k, k] = full(0.0, shape=(k, k))  # bwd
#   da:float64[n, m, k], dc:float64[k, k] = for(t_12, -1, -1, t_11, t_13, saved_1_1, c)  # bwd
#     (r_2:int64[], t_14:float64[n, m, k], dc_1:float64[k, k], saved_1_4:float64[n, m, k], c_3:float64[k, k]) ->
#       saved_5:float64[m, k] = getitem(saved_1_4, r_2, index=(AtArg(), Span(start=0, step=1, extent=m), Span(start=0, step=1, extent=k)))  # bwd
#       t_15:int64[] = extent(dim=m - 1)  # bwd
#       t_16:float64[n, m, k], dc_2:float64[k, k] = for(t_15, -1, -1, t_14, dc_1, saved_5, c_3, r_2)  # bwd
#         (q_1:int64[], t_17:float64[n, m, k], dc_3:float64[k, k], saved_6:float64[m, k], c_4:float64[k, k], r_3:int64[]) ->
#           t_18:float64[k] = getitem(saved_6, q_1, index=(AtArg(), Span(start=0, step=1, extent=k)))  # bwd
#           t_19:float64[k] = getitem(t_17, index=(At(position=r), At(position=q), Span(start=0, step=1, extent=k)))  # bwd
#           t_20:float64[k] = matmul(c_4, t_19)  # bwd
#           t_21:float64[k, 1] = reshape(t_18, shape=(k, 1))  # bwd
#           t_22:float64[k, k] = multiply(t_21, t_19)  # bwd
#           dc_4:float64[k, k] = add(dc_3, t_22)  # bwd
#           t_23:float64[n, m, k] = setitem(t_17, t_20, index=(At(position=r), At(position=q), Span(start=0, step=1, extent=k)))  # bwd
#           yield t_23, dc_4
#       yield t_16, dc_2
#   return t_10, da, dc


# ---- study text

import numpy as np


def value_and_grad_rows_by_matrix(a, c):
    n = a.shape[0]
    m = a.shape[1]
    saved_1 = np.empty(a.shape)  # saved: 8 B x m x k x n
    a_2 = a.copy()
    for r in range(n):
        saved = np.empty((m, a.shape[2]))  # saved: 8 B x k x m
        for q in range(m):
            saved[q] = a_2[r, q]
            a_2[r, q] = a_2[r, q] @ c
        saved_1[r] = saved
    out = np.sum(a_2 * a_2)

    # for r in range(a.shape[0]):
    da = 2.0 * a_2
    dc = np.zeros_like(c)
    for r in range(n - 1, -1, -1):
        saved = saved_1[r]
        # for q in range(a.shape[1]):
        for q in range(m - 1, -1, -1):
            # a[r, q, :] = a[r, q, :] @ c
            dc += np.outer(saved[q], da[r, q])
            da[r, q] = c @ da[r, q]
    return out, (da, dc)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_rows_by_matrix___HASH__(a, c):
    n, m, k = a.shape
    if c.shape[0] != k:
        raise ValueError('axis 0 of `c` does not have the length of axis 2 of `a`')
    if c.shape[1] != k:
        raise ValueError('axis 1 of `c` does not have the length of axis 2 of `a`')
    a = np.ascontiguousarray(a)
    c = np.ascontiguousarray(c)
    # a[r, q, :] = a[r, q, :] @ c
    flat = a.reshape((m * n, k))
    dot = np.dot(flat, c)
    flat2 = dot.reshape((n, m, k))

    # return np.sum(a * a)
    # adjoint of return np.sum(a * a)
    prod2 = np.empty((n, m, k))
    total = 0.0
    for i in range(n):
        for j in range(m):
            for l in range(k):
                flat2_ijl = flat2[i, j, l]
                total = plus(total, flat2_ijl * flat2_ijl)
                prod2[i, j, l] = 2.0 * flat2_ijl
    # adjoint of a[r, q, :] = a[r, q, :] @ c
    flat3 = prod2.reshape((m * n, k))
    dot2 = np.dot(flat3, c.T)
    flat4 = dot2.reshape((n, m, k))
    dc = np.dot(flat.T, flat3)
    return total, (flat4, dc)
