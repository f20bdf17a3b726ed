"""LU in place: each element is read after its last write, so the final matrix is all that is kept."""

import numpy as np


def lu(A):
    A = A.copy()
    n = A.shape[0]
    for i in range(n):
        for j in range(i):
            A[i, j] -= A[i, :j] @ A[:j, j]
            A[i, j] /= A[j, j]
        for j in range(i, n):
            A[i, j] -= A[i, :i] @ A[:i, j]
    return np.sum(A)


MODE, WRT = "value_and_grad", ("A",)


def arguments(rng):
    return (rng.random((4, 4)) + 4.0 * np.eye(4),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# lu(A:float64[n, k]):
#   A_1:float64[n, k] = copy(A)
#   t:int64[] = extent(dim=n)
#   A_2:float64[n, k] = for(0, t, 1, A_1, t)
#     (i:int64[], A_3:float64[n, k], t_1:int64[]) ->
#       A_4:float64[n, k] = for(0, i, 1, A_3, i)
#         (j:int64[], A_5:float64[n, k], i_1:int64[]) ->
#           t_2:float64[j] = getitem(A_5, index=(At(position=i), Span(start=0, step=1, extent=j)))
#           t_3:float64[j] = getitem(A_5, index=(Span(start=0, step=1, extent=j), At(position=j)))
#           t_4:float64[] = matmul(t_2, t_3)
#           t_5:float64[] = negative(t_4)
#           A_6:float64[n, k] = add_at(A_5, t_5, index=(At(position=i), At(position=j)))
#           t_6:float64[] = getitem(A_6, index=(At(position=i), At(position=j)))
#           t_7:float64[] = getitem(A_6, index=(At(position=j), At(position=j)))
#           t_8:float64[] = divide(t_6, t_7)
#           A_7:float64[n, k] = setitem(A_6, t_8, index=(At(position=i), At(position=j)))
#           yield A_7
#       A_8:float64[n, k] = for(i, t_1, 1, A_4, i)
#         (j_1:int64[], A_9:float64[n, k], i_2:int64[]) ->
#           t_9:float64[i] = getitem(A_9, index=(At(position=i), Span(start=0, step=1, extent=i)))
#           t_10:float64[i] = getitem(A_9, index=(Span(start=0, step=1, extent=i), At(position=j)))
#           t_11:float64[] = matmul(t_9, t_10)
#           t_12:float64[] = negative(t_11)
#           A_10:float64[n, k] = add_at(A_9, t_12, index=(At(position=i), At(position=j)))
#           yield A_10
#       yield A_8
#   t_13:float64[] = sum(A_2, axis=(0, 1), keepdims=False)
#   return t_13
#   require k - n + 1 >= 0
#   require k - n + 2 >= 0
#   require k - n >= 0


# ---- graph: value_and_grad
# value_and_grad_lu(A:float64[n, k]):
#   t:int64[] = extent(dim=n)
#   A_1:float64[n, k] = for(0, t, 1, A, t)
#     (i:int64[], A_2:float64[n, k], t_1:int64[]) ->
#       A_3:float64[n, k] = for(0, i, 1, A_2, i)
#         (j:int64[], A_4:float64[n, k], i_1:int64[]) ->
#           t_2:float64[j] = getitem(A_4, index=(At(position=i), Span(start=0, step=1, extent=j)))
#           t_3:float64[j] = getitem(A_4, index=(Span(start=0, step=1, extent=j), At(position=j)))
#           t_4:float64[] = matmul(t_2, t_3)
#           t_5:float64[] = negative(t_4)
#           A_5:float64[n, k] = add_at(A_4, t_5, index=(At(position=i), At(position=j)))
#           t_6:float64[] = getitem(A_5, index=(At(position=i), At(position=j)))
#           t_7:float64[] = getitem(A_5, index=(At(position=j), At(position=j)))
#           t_8:float64[] = divide(t_6, t_7)
#           A_6:float64[n, k] = setitem(A_5, t_8, index=(At(position=i), At(position=j)))
#           yield A_6
#       A_7:float64[n, k] = for(i, t_1, 1, A_3, i)
#         (j_1:int64[], A_8:float64[n, k], i_2:int64[]) ->
#           t_9:float64[i] = getitem(A_8, index=(At(position=i), Span(start=0, step=1, extent=i)))
#           t_10:float64[i] = getitem(A_8, index=(Span(start=0, step=1, extent=i), At(position=j)))
#           t_11:float64[] = matmul(t_9, t_10)
#           t_12:float64[] = negative(t_11)
#           A_9:float64[n, k] = add_at(A_8, t_12, index=(At(position=i), At(position=j)))
#           yield A_9
#       yield A_7
#   t_13:float64[] = sum(A_1, axis=(0, 1), keepdims=False)
#   dA:float64[n, k] = full(1.0, shape=(n, k))  # bwd
#   t_14:int64[] = extent(dim=n - 1)  # bwd
#   dA_1:float64[n, k] = for(t_14, -1, -1, dA, A_1)  # bwd
#     (i_3:int64[], dA_2:float64[n, k], A_10:float64[n, k]) ->
#       t_15:int64[] = extent(dim=n - 1)  # bwd
#       t_16:int64[] = subtract(i_3, 1)  # bwd
#       dA_3:float64[n, k] = for(t_15, t_16, -1, dA_2, A_10, i_3)  # bwd
#         (j_2:int64[], dA_4:float64[n, k], A_11:float64[n, k], i_4:int64[]) ->
#           t_17:float64[i] = getitem(A_11, index=(At(position=i), Span(start=0, step=1, extent=i)))  # bwd
#           t_18:float64[i] = getitem(A_11, index=(Span(start=0, step=1, extent=i), At(position=j)))  # bwd
#           t_19:float64[] = getitem(dA_4, index=(At(position=i), At(position=j)))  # bwd
#           t_20:float64[] = negative(t_19)  # bwd
#           t_21:float64[i] = multiply(t_20, t_18)  # bwd
#           t_22:float64[i] = multiply(t_20, t_17)  # bwd
#           dA_5:float64[n, k] = add_at(dA_4, t_22, index=(Span(start=0, step=1, extent=i), At(position=j)))  # bwd
#           dA_6:float64[n, k] = add_at(dA_5, t_21, index=(At(position=i), Span(start=0, step=1, extent=i)))  # bwd
#           yield dA_6
#       t_23:int64[] = subtract(i_3, 1)  # bwd
#       dA_7:float64[n, k] = for(t_23, -1, -1, dA_3, A_10, i_3)  # bwd
#         (j_3:int64[], dA_8:float64[n, k], A_12:float64[n, k], i_5:int64[]) ->
#           t_24:float64[j] = getitem(A_12, index=(At(position=i), Span(start=0, step=1, extent=j)))  # bwd
#           t_25:float64[j] = getitem(A_12, index=(Span(start=0, step=1, extent=j), At(position=j)))  # bwd
#           t_26:float64[] = getitem(A_12, index=(At(position=j), At(position=j)))  # bwd
#           t_27:float64[] = getitem(A_12, index=(At(position=i), At(position=j)))  # bwd
#           t_28:float64[] = getitem(dA_8, index=(At(position=i), At(position=j)))  # bwd
#           dA_9:float64[n, k] = setitem(dA_8, 0.0, index=(At(position=i), At(position=j)))  # bwd
#           t_29:float64[] = divide(t_28, t_26)  # bwd
#           t_30:float64[] = multiply(t_29, t_27)  # bwd
#           t_31:float64[] = negative(t_30)  # bwd
#           dA_10:float64[n, k] = add_at(dA_9, t_31, index=(At(position=j), At(position=j)))  # bwd
#           dA_11:float64[n, k] = add_at(dA_10, t_29, index=(At(position=i), At(position=j)))  # bwd
#           t_32:float64[] = getitem(dA_11, index=(At(position=i), At(position=j)))  # bwd
#           t_33:float64[] = negative(t_32)  # bwd
#           t_34:float64[j] = multiply(t_33, t_25)  # bwd
#           t_35:float64[j] = multiply(t_33, t_24)  # bwd
#           dA_12:float64[n, k] = add_at(dA_11, t_35, index=(Span(start=0, step=1, extent=j), At(position=j)))  # bwd
#           dA_13:float64[n, k] = add_at(dA_12, t_34, index=(At(position=i), Span(start=0, step=1, extent=j)))  # bwd
#           yield dA_13
#       yield dA_7
#   return t_13, dA_1
#   require k - n + 1 >= 0
#   require k - n + 2 >= 0
#   require k - n >= 0


# ---- study text

import numpy as np


def value_and_grad_lu(A):
    n = A.shape[0]
    A_2 = A.copy()
    for i in range(n):
        for j in range(i):
            A_2[i, j] -= A_2[i, :j] @ A_2[:j, j]
            A_2[i, j] /= A_2[j, j]
        for j in range(i, n):
            A_2[i, j] -= A_2[i, :i] @ A_2[:i, j]
    out = np.sum(A_2)

    # return np.sum(A)
    dA = np.ones_like(A)
    # for i in range(n):
    for i in range(n - 1, -1, -1):
        # for j in range(i, n):
        for j in range(n - 1, i - 1, -1):
            # A[i, j] -= A[i, :i] @ A[:i, j]
            neg = -dA[i, j]
            dA[:i, j] += neg * A_2[i, :i]
            dA[i, :i] += neg * A_2[:i, j]
        # for j in range(i):
        for j in range(i - 1, -1, -1):
            # A[i, j] /= A[j, j]
            part = dA[i, j]
            dA[i, j] = 0.0
            ratio = part / A_2[j, j]
            dA[j, j] -= ratio * A_2[i, j]
            dA[i, j] += ratio
            # A[i, j] -= A[i, :j] @ A[:j, j]
            neg2 = -dA[i, j]
            dA[:j, j] += neg2 * A_2[i, :j]
            dA[i, :j] += neg2 * A_2[:j, j]
    return out, dA


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_lu___HASH__(A):
    n, k = A.shape
    if k - n + 1 < 0:
        raise ValueError('k - m + 1 >= 0')
    if k - n + 2 < 0:
        raise ValueError('k - m + 2 >= 0')
    if k - n < 0:
        raise ValueError('k - m >= 0')
    # adjoint of for i in range(n):
    dA_2 = np.full((n, k), 1.0)
    # for i in range(n):
    A_2 = np.empty((n, k))
    for l in range(n):
        for p in range(k):
            A_2[l, p] = A[l, p]  # A
    for i in range(n):
        for j in range(i):
            # A[i, j] -= A[i, :j] @ A[:j, j]
            total2 = 0.0
            for l in range(j):
                total2 = plus(total2, A_2[i, l] * A_2[l, j])
            A_2[i, j] -= total2
            # A[i, j] /= A[j, j]
            A_2[i, j] = A_2[i, j] / A_2[j, j]
        for j in range(i, n):
            # A[i, j] -= A[i, :i] @ A[:i, j]
            total3 = 0.0
            for l in range(i):
                total3 = plus(total3, A_2[i, l] * A_2[l, j])
            A_2[i, j] -= total3
    # adjoint of for i in range(n):
    for i in range(n - 1, -1, -1):
        # adjoint of for j in range(i, n):
        count5_ = i - 1
        for j in range(n - 1, count5_, -1):
            # adjoint of A[i, j] -= A[i, :i] @ A[:i, j]
            neg3 = -dA_2[i, j]
            for l in range(i):
                dA_2[l, j] += neg3 * A_2[i, l]
            for l in range(i):
                dA_2[i, l] += neg3 * A_2[l, j]
        # adjoint of for j in range(i):
        for j in range(count5_, -1, -1):
            # adjoint of A[i, j] /= A[j, j]
            t2 = dA_2[i, j]
            dA_2[i, j] = 0.0
            ratio2 = t2 / A_2[j, j]
            dA_2[j, j] -= ratio2 * A_2[i, j]
            dA_2[i, j] += ratio2
            # adjoint of A[i, j] -= A[i, :j] @ A[:j, j]
            neg5 = -dA_2[i, j]
            for l in range(j):
                dA_2[l, j] += neg5 * A_2[i, l]
            for l in range(j):
                dA_2[i, l] += neg5 * A_2[l, j]
    # return np.sum(A)
    total = 0.0
    for l in range(n):
        for p in range(k):
            total = plus(total, A_2[l, p])
    return total, dA_2
