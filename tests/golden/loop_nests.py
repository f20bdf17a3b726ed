"""A symmetric update of a triangle, written as loops over vectors: products of matrices."""

import numpy as np


def rank_k(alpha, a, c):
    c = c.copy()
    for i in range(a.shape[0]):
        for k in range(a.shape[1]):
            c[i, : i + 1] += alpha * a[i, k] * a[: i + 1, k]
    return np.sum(c * c)


MODE, WRT = "value_and_grad", ("a", "c")


def arguments(rng):
    return 1.5, rng.normal(size=(4, 3)), rng.normal(size=(4, 4))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# rank_k(alpha:float64[], a:float64[n, m], c:float64[p, q]):
#   c_1:float64[p, q] = copy(c)
#   t:int64[] = extent(dim=n)
#   c_2:float64[p, q] = for(0, t, 1, c_1, a, alpha)
#     (i:int64[], c_3:float64[p, q], a_1:float64[n, m], alpha_1:float64[]) ->
#       t_1:int64[] = extent(dim=m)
#       c_4:float64[p, q] = for(0, t_1, 1, c_3, a_1, alpha_1, i)
#         (k:int64[], c_5:float64[p, q], a_2:float64[n, m], alpha_2:float64[], i_1:int64[]) ->
#           t_2:float64[] = getitem(a_2, index=(At(position=i), At(position=k)))
#           t_3:float64[] = multiply(alpha_2, t_2)
#           t_4:float64[i + 1] = getitem(a_2, index=(Span(start=0, step=1, extent=i + 1), At(position=k)))
#           t_5:float64[i + 1] = multiply(t_3, t_4)
#           c_6:float64[p, q] = add_at(c_5, t_5, index=(At(position=i), Span(start=0, step=1, extent=i + 1)))
#           yield c_6
#       yield c_4
#   t_6:float64[p, q] = multiply(c_2, c_2)
#   t_7:float64[] = sum(t_6, axis=(0, 1), keepdims=False)
#   return t_7
#   require p - n >= 0
#   require q - n >= 0


# ---- graph: value_and_grad
# value_and_grad_rank_k(alpha:float64[], a:float64[n, m], c:float64[p, q]):
#   t:int64[] = extent(dim=n)
#   c_1:float64[p, q] = for(0, t, 1, c, a, alpha)
#     (i:int64[], c_2:float64[p, q], a_1:float64[n, m], alpha_1:float64[]) ->
#       t_1:int64[] = extent(dim=m)
#       c_3:float64[p, q] = for(0, t_1, 1, c_2, a_1, alpha_1, i)
#         (k:int64[], c_4:float64[p, q], a_2:float64[n, m], alpha_2:float64[], i_1:int64[]) ->
#           t_2:float64[] = getitem(a_2, index=(At(position=i), At(position=k)))
#           t_3:float64[] = multiply(alpha_2, t_2)
#           t_4:float64[i + 1] = getitem(a_2, index=(Span(start=0, step=1, extent=i + 1), At(position=k)))
#           t_5:float64[i + 1] = multiply(t_3, t_4)
#           c_5:float64[p, q] = add_at(c_4, t_5, index=(At(position=i), Span(start=0, step=1, extent=i + 1)))
#           yield c_5
#       yield c_3
#   t_6:float64[p, q] = multiply(c_1, c_1)
#   t_7:float64[] = sum(t_6, axis=(0, 1), keepdims=False)
#   dc:float64[p, q] = multiply(2.0, c_1)  # bwd
#   t_8:int64[] = extent(dim=n - 1)  # bwd
#   t_9:float64[n, m] = full(0.0, shape=(n, m))  # bwd
#   da:float64[n, m] = for(t_8, -1, -1, t_9, dc, a, alpha)  # bwd
#     (i_2:int64[], da_1:float64[n, m], dc_1:float64[p, q], a_3:float64[n, m], alpha_3:float64[]) ->
#       t_10:int64[] = extent(dim=m - 1)  # bwd
#       da_2:float64[n, m] = for(t_10, -1, -1, da_1, dc_1, a_3, alpha_3, i_2)  # bwd
#         (k_1:int64[], da_3:float64[n, m], dc_2:float64[p, q], a_4:float64[n, m], alpha_4:float64[], i_3:int64[]) ->
#           t_11:float64[] = getitem(a_4, index=(At(position=i), At(position=k)))  # bwd
#           t_12:float64[] = multiply(alpha_4, t_11)  # bwd
#           t_13:float64[i + 1] = getitem(a_4, index=(Span(start=0, step=1, extent=i + 1), At(position=k)))  # bwd
#           t_14:float64[i + 1] = getitem(dc_2, index=(At(position=i), Span(start=0, step=1, extent=i + 1)))  # bwd
#           t_15:float64[i + 1] = multiply(t_14, t_13)  # bwd
#           t_16:float64[] = sum(t_15, axis=(0,), keepdims=False)  # bwd
#           t_17:float64[i + 1] = multiply(t_14, t_12)  # bwd
#           da_4:float64[n, m] = add_at(da_3, t_17, index=(Span(start=0, step=1, extent=i + 1), At(position=k)))  # bwd
#           t_18:float64[] = multiply(t_16, alpha_4)  # bwd
#           da_5:float64[n, m] = add_at(da_4, t_18, index=(At(position=i), At(position=k)))  # bwd
#           yield da_5
#       yield da_2
#   return t_7, da, dc
#   require p - n >= 0
#   require q - n >= 0


# ---- study text

import numpy as np


def value_and_grad_rank_k(alpha, a, c):
    n, m = a.shape
    c_2 = c.copy()
    for i in range(n):
        for k in range(m):
            c_2[i, :i + 1] += alpha * a[i, k] * a[:i + 1, k]
    out = np.sum(c_2 * c_2)

    # return np.sum(c * c)
    dc = 2.0 * c_2
    # for i in range(a.shape[0]):
    da = np.zeros_like(a)
    for i in range(n - 1, -1, -1):
        # for k in range(a.shape[1]):
        for k in range(m - 1, -1, -1):
            # c[i, : i + 1] += alpha * a[i, k] * a[: i + 1, k]
            part = dc[i, :i + 1]
            da[:i + 1, k] += part * (alpha * a[i, k])
            da[i, k] += np.sum(part * a[:i + 1, k]) * alpha
    return out, (da, dc)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_rank_k___HASH__(alpha, a, c):
    n, m = a.shape
    p, q = c.shape
    if p - n < 0:
        raise ValueError('p - n >= 0')
    if q - n < 0:
        raise ValueError('q - n >= 0')
    a = np.ascontiguousarray(a)
    # c[i, : i + 1] += alpha * a[i, k] * a[: i + 1, k]
    dot = np.dot(a, a.T)
    # for i in range(a.shape[0]):
    c_2 = np.empty((p, q))
    for j in range(p):
        for k in range(q):
            c_2[j, k] = c[j, k]  # c
    for i in range(n):
        # c[i, : i + 1] += alpha * a[i, k] * a[: i + 1, k]
        for j in range(i + 1):
            c_2[i, j] += alpha * dot[i, j]

    # return np.sum(c * c)
    # adjoint of return np.sum(c * c)
    dc = np.empty((p, q))
    total = 0.0
    for j in range(p):
        for k in range(q):
            c_2_jk = c_2[j, k]
            total = plus(total, c_2_jk * c_2_jk)
            dc[j, k] = 2.0 * c_2_jk
    # adjoint of for i in range(a.shape[0]):
    total2 = 0.0
    for j in range(n):
        for k in range(m):
            total2 = plus(total2, a[j, k])
    if abs(total2) < np.inf:
        # adjoint of for i in range(a.shape[0]):
        rows = np.zeros((n, n))
        for i in range(n):
            # adjoint of for i in range(a.shape[0]):
            for j in range(i + 1):
                rows[i, j] = alpha * dc[i, j]
        total3 = np.empty((n, n))
        for j in range(n):
            for k in range(n):
                total3[j, k] = rows[k, j] + rows[j, k]
        dot2 = np.dot(total3, a)
        da = dot2
    else:
        # adjoint of for i in range(a.shape[0]):
        da_2 = np.zeros((n, m))
        for i in range(n):
            # adjoint of c[i, : i + 1] += alpha * a[i, k] * a[: i + 1, k]
            for j in range(i + 1):
                prod4_j = alpha * dc[i, j]
                for k in range(m):
                    da_2[j, k] += prod4_j * a[i, k]
                for k in range(m):
                    da_2[i, k] += a[j, k] * prod4_j
        da = da_2
    return total, (da, dc)
