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
#   t:int64[] = extent(dim=n)
#   t_1:float64[n, k] = for(0, t, 1, A, t)
#     (i:int64[], t_2:float64[n, k], t_3:int64[]) ->
#       t_4:float64[n, k] = for(0, i, 1, t_2, i)
#         (j:int64[], t_5:float64[n, k], i_1:int64[]) ->
#           t_6:float64[j] = getitem(t_5, index=(At(position=i), Span(start=0, step=1, extent=j)))
#           t_7:float64[j] = getitem(t_5, index=(Span(start=0, step=1, extent=j), At(position=j)))
#           t_8:float64[] = matmul(t_6, t_7)
#           t_9:float64[] = negative(t_8)
#           t_10:float64[n, k] = add_at(t_5, t_9, index=(At(position=i), At(position=j)))
#           t_11:float64[] = getitem(t_10, index=(At(position=i), At(position=j)))
#           t_12:float64[] = getitem(t_10, index=(At(position=j), At(position=j)))
#           t_13:float64[] = divide(t_11, t_12)
#           t_14:float64[n, k] = setitem(t_10, t_13, index=(At(position=i), At(position=j)))
#           yield t_14
#       j_1:int64[], t_15:float64[n, k] = for(i, t_3, 1, 0, t_4, i)
#         (j_2:int64[], j_3:int64[], t_16:float64[n, k], i_2:int64[]) ->
#           t_17:float64[i] = getitem(t_16, index=(At(position=i), Span(start=0, step=1, extent=i)))
#           t_18:float64[i] = getitem(t_16, index=(Span(start=0, step=1, extent=i), At(position=j)))
#           t_19:float64[] = matmul(t_17, t_18)
#           t_20:float64[] = negative(t_19)
#           t_21:float64[n, k] = add_at(t_16, t_20, index=(At(position=i), At(position=j)))
#           yield j_2, t_21
#       yield t_15
#   t_22:float64[] = sum(t_1, axis=(0, 1), keepdims=False)
#   return t_22
#   require k - n + 1 >= 0
#   require k - n + 2 >= 0
#   require k - n >= 0


# ---- graph: value_and_grad
# value_and_grad_lu(A:float64[n, k]):
#   t:int64[] = extent(dim=n)
#   t_1:float64[n, k] = for(0, t, 1, A, t)
#     (i:int64[], t_2:float64[n, k], t_3:int64[]) ->
#       t_4:float64[n, k] = for(0, i, 1, t_2, i)
#         (j:int64[], t_5:float64[n, k], i_1:int64[]) ->
#           t_6:float64[j] = getitem(t_5, index=(At(position=i), Span(start=0, step=1, extent=j)))
#           t_7:float64[j] = getitem(t_5, index=(Span(start=0, step=1, extent=j), At(position=j)))
#           t_8:float64[] = matmul(t_6, t_7)
#           t_9:float64[] = negative(t_8)
#           t_10:float64[n, k] = add_at(t_5, t_9, index=(At(position=i), At(position=j)))
#           t_11:float64[] = getitem(t_10, index=(At(position=i), At(position=j)))
#           t_12:float64[] = getitem(t_10, index=(At(position=j), At(position=j)))
#           t_13:float64[] = divide(t_11, t_12)
#           t_14:float64[n, k] = setitem(t_10, t_13, index=(At(position=i), At(position=j)))
#           yield t_14
#       t_15:float64[n, k] = for(i, t_3, 1, t_4, i)
#         (j_1:int64[], t_16:float64[n, k], i_2:int64[]) ->
#           t_17:float64[i] = getitem(t_16, index=(At(position=i), Span(start=0, step=1, extent=i)))
#           t_18:float64[i] = getitem(t_16, index=(Span(start=0, step=1, extent=i), At(position=j)))
#           t_19:float64[] = matmul(t_17, t_18)
#           t_20:float64[] = negative(t_19)
#           t_21:float64[n, k] = add_at(t_16, t_20, index=(At(position=i), At(position=j)))
#           yield t_21
#       yield t_15
#   t_22:float64[] = sum(t_1, axis=(0, 1), keepdims=False)
#   t_23:float64[n, k] = full(1.0, shape=(n, k))  # bwd
#   t_24:int64[] = extent(dim=n - 1)  # bwd
#   dA:float64[n, k] = for(t_24, -1, -1, t_23, t_1)  # bwd
#     (i_3:int64[], t_25:float64[n, k], t_26:float64[n, k]) ->
#       t_27:int64[] = extent(dim=n - 1)  # bwd
#       t_28:int64[] = subtract(i_3, 1)  # bwd
#       t_29:float64[n, k] = for(t_27, t_28, -1, t_25, t_26, i_3)  # bwd
#         (j_2:int64[], t_30:float64[n, k], t_31:float64[n, k], i_4:int64[]) ->
#           t_32:float64[i] = getitem(t_31, index=(At(position=i), Span(start=0, step=1, extent=i)))  # bwd
#           t_33:float64[i] = getitem(t_31, index=(Span(start=0, step=1, extent=i), At(position=j)))  # bwd
#           t_34:float64[] = getitem(t_30, index=(At(position=i), At(position=j)))  # bwd
#           t_35:float64[] = negative(t_34)  # bwd
#           t_36:float64[i] = multiply(t_35, t_33)  # bwd
#           t_37:float64[i] = multiply(t_35, t_32)  # bwd
#           t_38:float64[n, k] = add_at(t_30, t_37, index=(Span(start=0, step=1, extent=i), At(position=j)))  # bwd
#           t_39:float64[n, k] = add_at(t_38, t_36, index=(At(position=i), Span(start=0, step=1, extent=i)))  # bwd
#           yield t_39
#       t_40:int64[] = subtract(i_3, 1)  # bwd
#       t_41:float64[n, k] = for(t_40, -1, -1, t_29, t_26, i_3)  # bwd
#         (j_3:int64[], t_42:float64[n, k], t_43:float64[n, k], i_5:int64[]) ->
#           t_44:float64[j] = getitem(t_43, index=(At(position=i), Span(start=0, step=1, extent=j)))  # bwd
#           t_45:float64[j] = getitem(t_43, index=(Span(start=0, step=1, extent=j), At(position=j)))  # bwd
#           t_46:float64[] = getitem(t_43, index=(At(position=j), At(position=j)))  # bwd
#           t_47:float64[] = getitem(t_43, index=(At(position=i), At(position=j)))  # bwd
#           t_48:float64[] = getitem(t_42, index=(At(position=i), At(position=j)))  # bwd
#           t_49:float64[n, k] = setitem(t_42, 0.0, index=(At(position=i), At(position=j)))  # bwd
#           t_50:float64[] = divide(t_48, t_46)  # bwd
#           t_51:float64[] = negative(t_48)  # bwd
#           t_52:float64[] = multiply(t_51, t_47)  # bwd
#           t_53:float64[] = divide(t_52, t_46)  # bwd
#           t_54:float64[n, k] = add_at(t_49, t_53, index=(At(position=j), At(position=j)))  # bwd
#           t_55:float64[n, k] = add_at(t_54, t_50, index=(At(position=i), At(position=j)))  # bwd
#           t_56:float64[] = getitem(t_55, index=(At(position=i), At(position=j)))  # bwd
#           t_57:float64[] = negative(t_56)  # bwd
#           t_58:float64[j] = multiply(t_57, t_45)  # bwd
#           t_59:float64[j] = multiply(t_57, t_44)  # bwd
#           t_60:float64[n, k] = add_at(t_55, t_59, index=(Span(start=0, step=1, extent=j), At(position=j)))  # bwd
#           t_61:float64[n, k] = add_at(t_60, t_58, index=(At(position=i), Span(start=0, step=1, extent=j)))  # bwd
#           yield t_61
#       yield t_41
#   return t_22, dA
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

    # for i in range(n):
    dA = np.ones_like(A)
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
            dA[j, j] += -part * A_2[i, j] / A_2[j, j]
            dA[i, j] += part / A_2[j, j]
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
    dA = np.full((n, k), 1.0)
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
            A_2[i, j] += -total2
            # A[i, j] /= A[j, j]
            A_2[i, j] = A_2[i, j] / A_2[j, j]
        for j in range(i, n):
            # A[i, j] -= A[i, :i] @ A[:i, j]
            total3 = 0.0
            for l in range(i):
                total3 = plus(total3, A_2[i, l] * A_2[l, j])
            A_2[i, j] += -total3
    # adjoint of for i in range(n):
    for i in range(n - 1, -1, -1):
        # adjoint of for j in range(i, n):
        count5_ = i - 1
        for j in range(n - 1, count5_, -1):
            # adjoint of A[i, j] -= A[i, :i] @ A[:i, j]
            neg3 = -dA[i, j]
            for l in range(i):
                dA[l, j] += neg3 * A_2[i, l]
            for l in range(i):
                dA[i, l] += neg3 * A_2[l, j]
        # adjoint of for j in range(i):
        for j in range(count5_, -1, -1):
            # adjoint of A[i, j] /= A[j, j]
            t8 = dA[i, j]
            dA[i, j] = 0.0
            A_2_nn = A_2[j, j]
            dA[j, j] += -(t8 * A_2[i, j] / A_2_nn)
            dA[i, j] += t8 / A_2_nn
            # adjoint of A[i, j] -= A[i, :j] @ A[:j, j]
            neg5 = -dA[i, j]
            for l in range(j):
                dA[l, j] += neg5 * A_2[i, l]
            for l in range(j):
                dA[i, l] += neg5 * A_2[l, j]
    # return np.sum(A)
    total = 0.0
    for l in range(n):
        for p in range(k):
            total = plus(total, A_2[l, p])
    return total, dA
