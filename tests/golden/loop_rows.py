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
#   a_1:float64[n, m, k] = copy(a)
#   t:int64[] = extent(dim=n)
#   a_2:float64[n, m, k] = for(0, t, 1, a_1, c)
#     (r:int64[], a_3:float64[n, m, k], c_1:float64[k, k]) ->
#       t_1:int64[] = extent(dim=m)
#       a_4:float64[n, m, k] = for(0, t_1, 1, a_3, c_1, r)
#         (q:int64[], a_5:float64[n, m, k], c_2:float64[k, k], r_1:int64[]) ->
#           t_2:float64[k] = getitem(a_5, index=(At(position=r), At(position=q), Span(start=0, step=1, extent=k)))
#           t_3:float64[k] = matmul(t_2, c_2)
#           a_6:float64[n, m, k] = setitem(a_5, t_3, index=(At(position=r), At(position=q), Span(start=0, step=1, extent=k)))
#           yield a_6
#       yield a_4
#   t_4:float64[n, m, k] = multiply(a_2, a_2)
#   t_5:float64[] = sum(t_4, axis=(0, 1, 2), keepdims=False)
#   return t_5


# ---- graph: value_and_grad
# value_and_grad_rows_by_matrix(a:float64[n, m, k], c:float64[k, k]):
#   t:int64[] = extent(dim=n)
#   a_saved_1:float64[n, m, k] = empty(dtype=float64, shape=(n, m, k))
#   a_1:float64[n, m, k], a_saved_1_1:float64[n, m, k] = for(0, t, 1, a, a_saved_1, c)
#     (r:int64[], a_2:float64[n, m, k], a_saved_1_2:float64[n, m, k], c_1:float64[k, k]) ->
#       t_1:int64[] = extent(dim=m)
#       a_saved:float64[m, k] = empty(dtype=float64, shape=(m, k))
#       a_3:float64[n, m, k], a_saved_2:float64[m, k] = for(0, t_1, 1, a_2, a_saved, c_1, r)
#         (q:int64[], a_4:float64[n, m, k], a_saved_3:float64[m, k], c_2:float64[k, k], r_1:int64[]) ->
#           t_2:float64[k] = getitem(a_4, index=(At(position=r), At(position=q), Span(start=0, step=1, extent=k)))
#           a_saved_4:float64[m, k] = setitem(a_saved_3, t_2, q, index=(AtArg(), Span(start=0, step=1, extent=k)))
#           t_3:float64[k] = matmul(t_2, c_2)
#           a_5:float64[n, m, k] = setitem(a_4, t_3, index=(At(position=r), At(position=q), Span(start=0, step=1, extent=k)))
#           yield a_5, a_saved_4
#       a_saved_1_3:float64[n, m, k] = setitem(a_saved_1_2, a_saved_2, r, index=(AtArg(), Span(start=0, step=1, extent=m), Span(start=0, step=1, extent=k)))
#       yield a_3, a_saved_1_3
#   t_4:float64[n, m, k] = multiply(a_1, a_1)
#   t_5:float64[] = sum(t_4, axis=(0, 1, 2), keepdims=False)
#   da:float64[n, m, k] = multiply(2.0, a_1)  # bwd
#   t_6:int64[] = extent(dim=n - 1)  # bwd
#   t_7:float64[k, k] = full(0.0, shape=(k, k))  # bwd
#   da_1:float64[n, m, k], dc:float64[k, k] = for(t_6, -1, -1, da, t_7, a_saved_1_1, c)  # bwd
#     (r_2:int64[], da_2:float64[n, m, k], dc_1:float64[k, k], a_saved_1_4:float64[n, m, k], c_3:float64[k, k]) ->
#       a_saved_5:float64[m, k] = getitem(a_saved_1_4, r_2, index=(AtArg(), Span(start=0, step=1, extent=m), Span(start=0, step=1, extent=k)))  # bwd
#       t_8:int64[] = extent(dim=m - 1)  # bwd
#       da_3:float64[n, m, k], dc_2:float64[k, k] = for(t_8, -1, -1, da_2, dc_1, a_saved_5, c_3, r_2)  # bwd
#         (q_1:int64[], da_4:float64[n, m, k], dc_3:float64[k, k], a_saved_6:float64[m, k], c_4:float64[k, k], r_3:int64[]) ->
#           t_9:float64[k] = getitem(a_saved_6, q_1, index=(AtArg(), Span(start=0, step=1, extent=k)))  # bwd
#           t_10:float64[k] = getitem(da_4, index=(At(position=r), At(position=q), Span(start=0, step=1, extent=k)))  # bwd
#           t_11:float64[k] = matmul(c_4, t_10)  # bwd
#           t_12:float64[k, 1] = reshape(t_9, shape=(k, 1))  # bwd
#           t_13:float64[k, k] = multiply(t_12, t_10)  # bwd
#           dc_4:float64[k, k] = add(dc_3, t_13)  # bwd
#           da_5:float64[n, m, k] = setitem(da_4, t_11, index=(At(position=r), At(position=q), Span(start=0, step=1, extent=k)))  # bwd
#           yield da_5, dc_4
#       yield da_3, dc_2
#   return t_5, da_1, dc


# ---- study text

import numpy as np


def value_and_grad_rows_by_matrix(a, c):
    n = a.shape[0]
    m = a.shape[1]
    a_saved_1 = np.empty(a.shape)  # saved: a, 8 B x m x k x n
    a_2 = a.copy()
    for r in range(n):
        a_saved = np.empty((m, a.shape[2]))  # saved: a, 8 B x k x m
        for q in range(m):
            a_saved[q] = a_2[r, q]
            a_2[r, q] = a_2[r, q] @ c
        a_saved_1[r] = a_saved
    out = np.sum(a_2 * a_2)

    # return np.sum(a * a)
    da = 2.0 * a_2
    # for r in range(a.shape[0]):
    dc = np.zeros_like(c)
    for r in range(n - 1, -1, -1):
        a_saved = a_saved_1[r]
        # for q in range(a.shape[1]):
        for q in range(m - 1, -1, -1):
            # a[r, q, :] = a[r, q, :] @ c
            dc += np.outer(a_saved[q], da[r, q])
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
    a_2 = dot.reshape((n, m, k))

    # return np.sum(a * a)
    # adjoint of return np.sum(a * a)
    da = np.empty((n, m, k))
    total = 0.0
    for i in range(n):
        for j in range(m):
            for l in range(k):
                a_2_ijl = a_2[i, j, l]
                total = plus(total, a_2_ijl * a_2_ijl)
                da[i, j, l] = 2.0 * a_2_ijl
    # adjoint of a[r, q, :] = a[r, q, :] @ c
    flat2 = da.reshape((m * n, k))
    dot2 = np.dot(flat2, c.T)
    da_2 = dot2.reshape((n, m, k))
    dc = np.dot(flat.T, flat2)
    return total, (da_2, dc)
