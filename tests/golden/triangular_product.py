"""A product with a triangular matrix, in place: what a row needs is there before the loop."""

import numpy as np


def product(A, B, w):
    B = B.copy()
    for i in range(B.shape[0]):
        for j in range(B.shape[1]):
            B[i, j] += A[i + 1 :, i] @ B[i + 1 :, j]
    return np.sum(w * B)


MODE, WRT = "value_and_grad", ("A", "B")


def arguments(rng):
    return rng.normal(size=(4, 4)), rng.normal(size=(4, 3)), rng.normal(size=(4, 3))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# product(A:float64[n, m], B:float64[n, p], w:float64[n, p]):
#   B_1:float64[n, p] = copy(B)
#   t:int64[] = extent(dim=n)
#   B_2:float64[n, p] = for(0, t, 1, B_1, A)
#     (i:int64[], B_3:float64[n, p], A_1:float64[n, m]) ->
#       t_1:int64[] = extent(dim=p)
#       B_4:float64[n, p] = for(0, t_1, 1, B_3, A_1, i)
#         (j:int64[], B_5:float64[n, p], A_2:float64[n, m], i_1:int64[]) ->
#           t_2:float64[n - i - 1] = getitem(A_2, index=(Span(start=i + 1, step=1, extent=n - i - 1), At(position=i)))
#           t_3:float64[n - i - 1] = getitem(B_5, index=(Span(start=i + 1, step=1, extent=n - i - 1), At(position=j)))
#           t_4:float64[] = matmul(t_2, t_3)
#           B_6:float64[n, p] = add_at(B_5, t_4, index=(At(position=i), At(position=j)))
#           yield B_6
#       yield B_4
#   t_5:float64[n, p] = multiply(w, B_2)
#   t_6:float64[] = sum(t_5, axis=(0, 1), keepdims=False)
#   return t_6
#   require m - n >= 0


# ---- graph: value_and_grad
# value_and_grad_product(A:float64[n, m], B:float64[n, p], w:float64[n, p]):
#   t:int64[] = extent(dim=n)
#   B_1:float64[n, p] = for(0, t, 1, B, A)
#     (i:int64[], B_2:float64[n, p], A_1:float64[n, m]) ->
#       t_1:int64[] = extent(dim=p)
#       B_3:float64[n, p] = for(0, t_1, 1, B_2, A_1, i)
#         (j:int64[], B_4:float64[n, p], A_2:float64[n, m], i_1:int64[]) ->
#           t_2:float64[n - i - 1] = getitem(A_2, index=(Span(start=i + 1, step=1, extent=n - i - 1), At(position=i)))
#           t_3:float64[n - i - 1] = getitem(B_4, index=(Span(start=i + 1, step=1, extent=n - i - 1), At(position=j)))
#           t_4:float64[] = matmul(t_2, t_3)
#           B_5:float64[n, p] = add_at(B_4, t_4, index=(At(position=i), At(position=j)))
#           yield B_5
#       yield B_3
#   t_5:float64[n, p] = multiply(w, B_1)
#   t_6:float64[] = sum(t_5, axis=(0, 1), keepdims=False)
#   dB:float64[n, p] = copy(w)  # bwd
#   t_7:int64[] = extent(dim=n - 1)  # bwd
#   t_8:float64[n, m] = full(0.0, shape=(n, m))  # bwd
#   dB_1:float64[n, p], dA:float64[n, m] = for(t_7, -1, -1, dB, t_8, A, B)  # bwd
#     (i_2:int64[], dB_2:float64[n, p], dA_1:float64[n, m], A_3:float64[n, m], B_6:float64[n, p]) ->
#       t_9:int64[] = extent(dim=p - 1)  # bwd
#       dB_3:float64[n, p], dA_2:float64[n, m] = for(t_9, -1, -1, dB_2, dA_1, A_3, B_6, i_2)  # bwd
#         (j_1:int64[], dB_4:float64[n, p], dA_3:float64[n, m], A_4:float64[n, m], B_7:float64[n, p], i_3:int64[]) ->
#           t_10:float64[n - i - 1] = getitem(A_4, index=(Span(start=i + 1, step=1, extent=n - i - 1), At(position=i)))  # bwd
#           t_11:float64[n - i - 1] = getitem(B_7, index=(Span(start=i + 1, step=1, extent=n - i - 1), At(position=j)))  # bwd
#           t_12:float64[] = getitem(dB_4, index=(At(position=i), At(position=j)))  # bwd
#           t_13:float64[n - i - 1] = multiply(t_12, t_11)  # bwd
#           t_14:float64[n - i - 1] = multiply(t_12, t_10)  # bwd
#           dB_5:float64[n, p] = add_at(dB_4, t_14, index=(Span(start=i + 1, step=1, extent=n - i - 1), At(position=j)))  # bwd
#           dA_4:float64[n, m] = add_at(dA_3, t_13, index=(Span(start=i + 1, step=1, extent=n - i - 1), At(position=i)))  # bwd
#           yield dB_5, dA_4
#       yield dB_3, dA_2
#   return t_6, dA, dB_1
#   require m - n >= 0


# ---- study text

import numpy as np


def value_and_grad_product(A, B, w):
    n = A.shape[0]
    p = B.shape[1]
    B_2 = B.copy()
    for i in range(n):
        for j in range(p):
            B_2[i, j] += A[i + 1:, i] @ B_2[i + 1:, j]
    out = np.sum(w * B_2)

    # return np.sum(w * B)
    dB = w
    # for i in range(B.shape[0]):
    dB = dB.copy()
    dA = np.zeros_like(A)
    for i in range(n - 1, -1, -1):
        # for j in range(B.shape[1]):
        for j in range(p - 1, -1, -1):
            # B[i, j] += A[i + 1 :, i] @ B[i + 1 :, j]
            prod = dB[i, j] * B[i + 1:, j]
            dB[i + 1:, j] += dB[i, j] * A[i + 1:, i]
            dA[i + 1:, i] += prod
    return out, (dA, dB)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_product___HASH__(A, B, w):
    n, m = A.shape
    p = B.shape[1]
    if B.shape[0] != n:
        raise ValueError('axis 0 of `B` does not have the length of axis 0 of `A`')
    if w.shape[0] != n:
        raise ValueError('axis 0 of `w` does not have the length of axis 0 of `A`')
    if w.shape[1] != p:
        raise ValueError('axis 1 of `w` does not have the length of axis 1 of `B`')
    if m - n < 0:
        raise ValueError('m - k >= 0')
    # adjoint of for i in range(B.shape[0]):
    dA = np.zeros((n, m))
    # for i in range(B.shape[0]):
    B_2 = np.empty((n, p))
    for k in range(n):
        for l in range(p):
            B_2[k, l] = B[k, l]  # B
    for i in range(n):
        # for j in range(B.shape[1]):
        for j in range(p):
            # B[i, j] += A[i + 1 :, i] @ B[i + 1 :, j]
            total2 = 0.0
            for k in range(n - i - 1):
                total2 = plus(total2, A[k + i + 1, i] * B_2[k + i + 1, j])
            B_2[i, j] += total2

    # return np.sum(w * B)
    # adjoint of for i in range(B.shape[0]):
    dB = np.empty((n, p))
    total = 0.0
    for k in range(n):
        for l in range(p):
            w_kl = w[k, l]
            total = plus(total, w_kl * B_2[k, l])
            dB[k, l] = w_kl  # w
    # adjoint of for i in range(B.shape[0]):
    for i in range(n - 1, -1, -1):
        # adjoint of for j in range(B.shape[1]):
        for j in range(p):
            # adjoint of B[i, j] += A[i + 1 :, i] @ B[i + 1 :, j]
            dB_nn = dB[i, j]
            for k in range(n - i - 1):
                prod3_k = dB_nn * B[k + i + 1, j]
                dB[k + i + 1, j] += dB_nn * A[k + i + 1, i]
                dA[k + i + 1, i] += prod3_k
    return total, (dA, dB)
