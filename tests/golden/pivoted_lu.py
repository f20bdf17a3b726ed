"""LU factors with row exchanges, in place: each step saves the row and the column that it eliminates with."""

import numpy as np


def factors(A, w):
    A = A.copy()
    n = A.shape[0]
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if abs(A[i, k]) > abs(A[p, k]):
                p = i
        for j in range(n):
            A[k, j], A[p, j] = A[p, j], A[k, j]
        for i in range(k + 1, n):
            A[i, k] /= A[k, k]
            for j in range(k + 1, n):
                A[i, j] -= A[i, k] * A[k, j]
    return np.sum(w * A)


MODE, WRT = "value_and_grad", ("A", "w")


def arguments(rng):
    return rng.normal(size=(4, 4)), rng.normal(size=(4, 4))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# factors(A:float64[n, q], w:float64[n, q]):
#   A_1:float64[n, q] = copy(A)
#   t:int64[] = extent(dim=n)
#   A_2:float64[n, q] = for(0, t, 1, A_1, t)
#     (k:int64[], A_3:float64[n, q], t_1:int64[]) ->
#       t_2:int64[] = extent(dim=k + 1)
#       p:int64[] = for(t_2, t_1, 1, k, A_3, k)
#         (i:int64[], p_1:int64[], A_4:float64[n, q], k_1:int64[]) ->
#           t_3:float64[] = getitem(A_4, index=(At(position=i), At(position=k)))
#           t_4:float64[] = absolute(t_3)
#           t_5:float64[] = getitem(A_4, p_1, index=(AtArg(), At(position=k)))
#           t_6:float64[] = absolute(t_5)
#           t_7:bool[] = greater(t_4, t_6)
#           p_2:int64[] = cond(t_7, i, p_1)
#             (i_1:int64[], p_3:int64[]) ->
#               yield i_1
#             (i_2:int64[], p_4:int64[]) ->
#               yield p_4
#           yield p_2
#       j:int64[], A_5:float64[n, q] = for(0, t_1, 1, 0, A_3, p, k)
#         (j_1:int64[], j_2:int64[], A_6:float64[n, q], p_5:int64[], k_2:int64[]) ->
#           t_8:float64[] = getitem(A_6, p_5, index=(AtArg(), At(position=j)))
#           t_9:float64[] = getitem(A_6, index=(At(position=k), At(position=j)))
#           A_7:float64[n, q] = setitem(A_6, t_8, index=(At(position=k), At(position=j)))
#           A_8:float64[n, q] = setitem(A_7, t_9, p_5, index=(AtArg(), At(position=j)))
#           yield j_1, A_8
#       A_9:float64[n, q] = for(t_2, t_1, 1, A_5, t_2, t_1, k)
#         (i_3:int64[], A_10:float64[n, q], t_10:int64[], t_11:int64[], k_3:int64[]) ->
#           t_12:float64[] = getitem(A_10, index=(At(position=i), At(position=k)))
#           t_13:float64[] = getitem(A_10, index=(At(position=k), At(position=k)))
#           t_14:float64[] = divide(t_12, t_13)
#           A_11:float64[n, q] = setitem(A_10, t_14, index=(At(position=i), At(position=k)))
#           A_12:float64[n, q] = for(t_10, t_11, 1, A_11, i_3, k_3)
#             (j_3:int64[], A_13:float64[n, q], i_4:int64[], k_4:int64[]) ->
#               t_15:float64[] = getitem(A_13, index=(At(position=i), At(position=k)))
#               t_16:float64[] = getitem(A_13, index=(At(position=k), At(position=j)))
#               t_17:float64[] = multiply(t_15, t_16)
#               t_18:float64[] = negative(t_17)
#               A_14:float64[n, q] = add_at(A_13, t_18, index=(At(position=i), At(position=j)))
#               yield A_14
#           yield A_12
#       yield A_9
#   t_19:float64[n, q] = multiply(w, A_2)
#   t_20:float64[] = sum(t_19, axis=(0, 1), keepdims=False)
#   return t_20
#   require q - n >= 0
#   require n - 1 >= 0


# ---- graph: value_and_grad
# value_and_grad_factors(A:float64[n, q], w:float64[n, q]):
#   t:int64[] = extent(dim=n)
#   A_col_saved:float64[n, n] = empty(dtype=float64, shape=(n, n))
#   A_row_saved:float64[n, q] = empty(dtype=float64, shape=(n, q))
#   p_saved:int64[n] = empty(dtype=int64, shape=(n,))
#   A_1:float64[n, q], A_col_saved_1:float64[n, n], A_row_saved_1:float64[n, q], p_saved_1:int64[n] = for(0, t, 1, A, A_col_saved, A_row_saved, p_saved, t)
#     (k:int64[], A_2:float64[n, q], A_col_saved_2:float64[n, n], A_row_saved_2:float64[n, q], p_saved_2:int64[n], t_1:int64[]) ->
#       t_2:int64[] = extent(dim=k + 1)
#       p:int64[] = for(t_2, t_1, 1, k, A_2, k)
#         (i:int64[], p_1:int64[], A_3:float64[n, q], k_1:int64[]) ->
#           t_3:float64[] = getitem(A_3, index=(At(position=i), At(position=k)))
#           t_4:float64[] = absolute(t_3)
#           t_5:float64[] = getitem(A_3, p_1, index=(AtArg(), At(position=k)))
#           t_6:float64[] = absolute(t_5)
#           t_7:bool[] = greater(t_4, t_6)
#           p_2:int64[] = cond(t_7, i, p_1)
#             (i_1:int64[], p_3:int64[]) ->
#               yield i_1
#             (i_2:int64[], p_4:int64[]) ->
#               yield p_4
#           yield p_2
#       p_saved_3:int64[n] = setitem(p_saved_2, p, k, index=(AtArg(),))
#       A_4:float64[n, q] = for(0, t_1, 1, A_2, p, k)
#         (j:int64[], A_5:float64[n, q], p_5:int64[], k_2:int64[]) ->
#           t_8:float64[] = getitem(A_5, p_5, index=(AtArg(), At(position=j)))
#           t_9:float64[] = getitem(A_5, index=(At(position=k), At(position=j)))
#           A_6:float64[n, q] = setitem(A_5, t_8, index=(At(position=k), At(position=j)))
#           A_7:float64[n, q] = setitem(A_6, t_9, p_5, index=(AtArg(), At(position=j)))
#           yield A_7
#       A_8:float64[n, q] = for(t_2, t_1, 1, A_4, t_2, t_1, k)
#         (i_3:int64[], A_9:float64[n, q], t_10:int64[], t_11:int64[], k_3:int64[]) ->
#           t_12:float64[] = getitem(A_9, index=(At(position=i), At(position=k)))
#           t_13:float64[] = getitem(A_9, index=(At(position=k), At(position=k)))
#           t_14:float64[] = divide(t_12, t_13)
#           A_10:float64[n, q] = setitem(A_9, t_14, index=(At(position=i), At(position=k)))
#           A_11:float64[n, q] = for(t_10, t_11, 1, A_10, i_3, k_3)
#             (j_1:int64[], A_12:float64[n, q], i_4:int64[], k_4:int64[]) ->
#               t_15:float64[] = getitem(A_12, index=(At(position=i), At(position=k)))
#               t_16:float64[] = getitem(A_12, index=(At(position=k), At(position=j)))
#               t_17:float64[] = multiply(t_15, t_16)
#               t_18:float64[] = negative(t_17)
#               A_13:float64[n, q] = add_at(A_12, t_18, index=(At(position=i), At(position=j)))
#               yield A_13
#           yield A_11
#       t_19:float64[n] = getitem(A_8, index=(Span(start=0, step=1, extent=n), At(position=k)))
#       A_col_saved_3:float64[n, n] = setitem(A_col_saved_2, t_19, k, index=(AtArg(), Span(start=0, step=1, extent=n)))
#       t_20:float64[q] = getitem(A_8, index=(At(position=k), Span(start=0, step=1, extent=q)))
#       A_row_saved_3:float64[n, q] = setitem(A_row_saved_2, t_20, k, index=(AtArg(), Span(start=0, step=1, extent=q)))
#       yield A_8, A_col_saved_3, A_row_saved_3, p_saved_3
#   t_21:float64[n, q] = multiply(w, A_1)
#   t_22:float64[] = sum(t_21, axis=(0, 1), keepdims=False)
#   dw:float64[n, q] = copy(A_1)  # bwd
#   dA:float64[n, q] = copy(w)  # bwd
#   t_23:int64[] = extent(dim=n - 1)  # bwd
#   dA_1:float64[n, q] = for(t_23, -1, -1, dA, A_col_saved_1, A_row_saved_1, p_saved_1)  # bwd
#     (k_5:int64[], dA_2:float64[n, q], A_col_saved_4:float64[n, n], A_row_saved_4:float64[n, q], p_saved_4:int64[n]) ->
#       A_col:float64[n] = getitem(A_col_saved_4, k_5, index=(AtArg(), Span(start=0, step=1, extent=n)))  # bwd
#       A_row:float64[q] = getitem(A_row_saved_4, k_5, index=(AtArg(), Span(start=0, step=1, extent=q)))  # bwd
#       p_6:int64[] = getitem(p_saved_4, k_5, index=(AtArg(),))  # bwd
#       t_24:int64[] = extent(dim=n - 1)  # bwd
#       t_25:int64[] = extent(dim=k)  # bwd
#       dA_3:float64[n, q] = for(t_24, t_25, -1, dA_2, A_col, A_row, k_5)  # bwd
#         (i_5:int64[], dA_4:float64[n, q], t_26:float64[n], t_27:float64[q], k_6:int64[]) ->
#           t_28:float64[] = getitem(t_26, index=(At(position=k),))  # bwd
#           t_29:float64[] = getitem(t_26, index=(At(position=i),))  # bwd
#           t_30:int64[] = extent(dim=n - 1)  # bwd
#           t_31:int64[] = extent(dim=k)  # bwd
#           dA_5:float64[n, q] = for(t_30, t_31, -1, dA_4, t_26, t_27, i_5, k_6)  # bwd
#             (j_2:int64[], dA_6:float64[n, q], t_32:float64[n], t_33:float64[q], i_6:int64[], k_7:int64[]) ->
#               t_34:float64[] = getitem(t_32, index=(At(position=i),))  # bwd
#               t_35:float64[] = getitem(t_33, index=(At(position=j),))  # bwd
#               t_36:float64[] = getitem(dA_6, index=(At(position=i), At(position=j)))  # bwd
#               t_37:float64[] = multiply(t_36, t_35)  # bwd
#               t_38:float64[] = multiply(t_36, t_34)  # bwd
#               t_39:float64[] = negative(t_38)  # bwd
#               dA_7:float64[n, q] = add_at(dA_6, t_39, index=(At(position=k), At(position=j)))  # bwd
#               t_40:float64[] = negative(t_37)  # bwd
#               dA_8:float64[n, q] = add_at(dA_7, t_40, index=(At(position=i), At(position=k)))  # bwd
#               yield dA_8
#           t_41:float64[] = getitem(dA_5, index=(At(position=i), At(position=k)))  # bwd
#           dA_9:float64[n, q] = setitem(dA_5, 0.0, index=(At(position=i), At(position=k)))  # bwd
#           t_42:float64[] = divide(t_41, t_28)  # bwd
#           t_43:float64[] = multiply(t_42, t_29)  # bwd
#           t_44:float64[] = negative(t_43)  # bwd
#           dA_10:float64[n, q] = add_at(dA_9, t_44, index=(At(position=k), At(position=k)))  # bwd
#           dA_11:float64[n, q] = add_at(dA_10, t_42, index=(At(position=i), At(position=k)))  # bwd
#           yield dA_11
#       t_45:int64[] = extent(dim=n - 1)  # bwd
#       dA_12:float64[n, q] = for(t_45, -1, -1, dA_3, p_6, k_5)  # bwd
#         (j_3:int64[], dA_13:float64[n, q], p_7:int64[], k_8:int64[]) ->
#           t_46:float64[] = getitem(dA_13, p_7, index=(AtArg(), At(position=j)))  # bwd
#           dA_14:float64[n, q] = setitem(dA_13, 0.0, p_7, index=(AtArg(), At(position=j)))  # bwd
#           t_47:float64[] = getitem(dA_14, index=(At(position=k), At(position=j)))  # bwd
#           dA_15:float64[n, q] = setitem(dA_14, t_46, index=(At(position=k), At(position=j)))  # bwd
#           dA_16:float64[n, q] = add_at(dA_15, t_47, p_7, index=(AtArg(), At(position=j)))  # bwd
#           yield dA_16
#       yield dA_12
#   return t_22, dA_1, dw
#   require q - n >= 0
#   require n - 1 >= 0


# ---- study text

import numpy as np


def value_and_grad_factors(A, w):
    n = A.shape[0]
    A_col_saved = np.empty((n, n))  # saved: A_col, 8 B x n x n
    A_row_saved = np.empty(A.shape)  # saved: A_row, 8 B x q x n
    p_saved = np.empty(n, dtype=np.int64)  # saved: p, 8 B x n
    A_2 = A.copy()
    for k in range(n):
        p = k
        for i in range(k + 1, n):
            if np.abs(A_2[i, k]) > np.abs(A_2[p, k]):
                p = i
        p_saved[k] = p
        for j in range(n):
            part = A_2[k, j]
            A_2[k, j] = A_2[p, j]
            A_2[p, j] = part
        for i in range(k + 1, n):
            A_2[i, k] /= A_2[k, k]
            for j in range(k + 1, n):
                A_2[i, j] -= A_2[i, k] * A_2[k, j]
        A_col_saved[k] = A_2[:, k]
        A_row_saved[k] = A_2[k]
    out = np.sum(w * A_2)

    # return np.sum(w * A)
    dw = A_2
    dA = w
    # for k in range(n):
    dA = dA.copy()
    for k in range(n - 1, -1, -1):
        A_col = A_col_saved[k]
        A_row = A_row_saved[k]
        p = p_saved[k]
        # for i in range(k + 1, n):
        for i in range(n - 1, k, -1):
            # for j in range(k + 1, n):
            for j in range(n - 1, k, -1):
                # A[i, j] -= A[i, k] * A[k, j]
                prod = dA[i, j] * A_row[j]
                dA[k, j] -= dA[i, j] * A_col[i]
                dA[i, k] -= prod
            # A[i, k] /= A[k, k]
            part2 = dA[i, k]
            dA[i, k] = 0.0
            ratio = part2 / A_col[k]
            dA[k, k] -= ratio * A_col[i]
            dA[i, k] += ratio
        # for j in range(n):
        for j in range(n - 1, -1, -1):
            # A[k, j], A[p, j] = A[p, j], A[k, j]
            part3 = dA[p, j]
            dA[p, j] = 0.0
            part4 = dA[k, j]
            dA[k, j] = part3
            dA[p, j] += part4
    return out, (dA, dw)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_factors___HASH__(A, w):
    n, q = A.shape
    if w.shape[0] != n:
        raise ValueError('axis 0 of `w` does not have the length of axis 0 of `A`')
    if w.shape[1] != q:
        raise ValueError('axis 1 of `w` does not have the length of axis 1 of `A`')
    if q - n < 0:
        raise ValueError('q - m >= 0')
    if n - 1 < 0:
        raise ValueError('m - 1 >= 0')
    # for k in range(n):
    A_col_saved = np.empty((n, n))
    A_row_saved = np.empty((n, q))
    p_saved = np.empty(n, np.int64)
    A_2 = np.empty((n, q))
    for l in range(n):
        for r in range(q):
            A_2[l, r] = A[l, r]  # A
    for k in range(n):
        # for i in range(k + 1, n):
        p = k
        count4_ = k + 1
        for i in range(count4_, n):
            # if abs(A[i, k]) > abs(A[p, k]):
            if abs(A_2[i, k]) > abs(A_2[p, k]):
                p = i
        # for k in range(n):
        p_saved[k] = p
        for j in range(n):
            # A[k, j], A[p, j] = A[p, j], A[k, j]
            t3 = A_2[k, j]
            A_2[k, j] = A_2[p, j]
            A_2[p, j] = t3
        # for i in range(k + 1, n):
        for i in range(count4_, n):
            # A[i, k] /= A[k, k]
            A_2[i, k] = A_2[i, k] / A_2[k, k]
            for j in range(k + 1, n):
                # A[i, j] -= A[i, k] * A[k, j]
                A_2[i, j] -= A_2[i, k] * A_2[k, j]
        # for k in range(n):
        for l in range(n):
            A_col_saved[k, l] = A_2[l, k]
        for l in range(q):
            A_row_saved[k, l] = A_2[k, l]

    # return np.sum(w * A)
    # adjoint of for k in range(n):
    dA = np.empty((n, q))
    total = 0.0
    for l in range(n):
        for r in range(q):
            w_lr = w[l, r]
            total = plus(total, w_lr * A_2[l, r])
            dA[l, r] = w_lr  # w
    # adjoint of for k in range(n):
    for k in range(n - 1, -1, -1):
        # adjoint of for i in range(k + 1, n):
        for i in range(n - 1, k, -1):
            # adjoint of for j in range(k + 1, n):
            for j in range(n - 1, k, -1):
                # adjoint of A[i, j] -= A[i, k] * A[k, j]
                dA_nn = dA[i, j]
                prod4 = dA_nn * A_row_saved[k, j]
                dA[k, j] -= dA_nn * A_col_saved[k, i]
                dA[i, k] -= prod4
            # adjoint of A[i, k] /= A[k, k]
            t4 = dA[i, k]
            dA[i, k] = 0.0
            ratio2 = t4 / A_col_saved[k, k]
            dA[k, k] -= ratio2 * A_col_saved[k, i]
            dA[i, k] += ratio2
        # adjoint of for j in range(n):
        p_saved_n = p_saved[k]
        for j in range(n):
            # adjoint of A[k, j], A[p, j] = A[p, j], A[k, j]
            p_saved_n_ = int(p_saved_n)
            if p_saved_n_ < 0:
                p_saved_n_ += n
            if not 0 <= p_saved_n_ < n:
                raise IndexError("index out of bounds")
            t6 = dA[p_saved_n_, j]
            dA[p_saved_n_, j] = 0.0
            t7 = dA[k, j]
            dA[k, j] = t6
            dA[p_saved_n_, j] += t7
    return total, (dA, A_2)
