"""Modified Gram-Schmidt: Q and R are their own tapes, the columns that are overwritten are saved."""

import numpy as np


def orthogonal(A, w):
    n = A.shape[1]
    A = A.copy()
    Q = np.zeros(A.shape)
    R = np.zeros((n, n))
    for k in range(n):
        R[k, k] = np.sqrt(A[:, k] @ A[:, k])
        Q[:, k] = A[:, k] / R[k, k]
        for j in range(k + 1, n):
            R[k, j] = Q[:, k] @ A[:, j]
            A[:, j] -= Q[:, k] * R[k, j]
    return np.sum(w * Q) + np.sum(R * R)


MODE, WRT = "value_and_grad", ("A",)


def arguments(rng):
    return rng.normal(size=(5, 3)), rng.normal(size=(5, 3))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# orthogonal(A:float64[m, n], w:float64[m, n]):
#   Q:float64[m, n] = full(0.0, shape=(m, n))
#   R:float64[n, n] = full(0.0, shape=(n, n))
#   t:int64[] = extent(dim=n)
#   A_1:float64[m, n], Q_1:float64[m, n], R_1:float64[n, n] = for(0, t, 1, A, Q, R, t)
#     (k:int64[], A_2:float64[m, n], Q_2:float64[m, n], R_2:float64[n, n], t_1:int64[]) ->
#       t_2:float64[m] = getitem(A_2, index=(Span(start=0, step=1, extent=m), At(position=k)))
#       t_3:float64[] = norm(t_2, axis=(0,), keepdims=False)
#       R_3:float64[n, n] = setitem(R_2, t_3, index=(At(position=k), At(position=k)))
#       t_4:float64[m] = getitem(A_2, index=(Span(start=0, step=1, extent=m), At(position=k)))
#       t_5:float64[] = getitem(R_3, index=(At(position=k), At(position=k)))
#       t_6:float64[m] = divide(t_4, t_5)
#       Q_3:float64[m, n] = setitem(Q_2, t_6, index=(Span(start=0, step=1, extent=m), At(position=k)))
#       t_7:int64[] = extent(dim=k + 1)
#       A_3:float64[m, n], R_4:float64[n, n] = for(t_7, t_1, 1, A_2, R_3, Q_3, k)
#         (j:int64[], A_4:float64[m, n], R_5:float64[n, n], Q_4:float64[m, n], k_1:int64[]) ->
#           t_8:float64[m] = getitem(Q_4, index=(Span(start=0, step=1, extent=m), At(position=k)))
#           t_9:float64[m] = getitem(A_4, index=(Span(start=0, step=1, extent=m), At(position=j)))
#           t_10:float64[] = matmul(t_8, t_9)
#           R_6:float64[n, n] = setitem(R_5, t_10, index=(At(position=k), At(position=j)))
#           t_11:float64[m] = getitem(Q_4, index=(Span(start=0, step=1, extent=m), At(position=k)))
#           t_12:float64[] = getitem(R_6, index=(At(position=k), At(position=j)))
#           t_13:float64[m] = multiply(t_11, t_12)
#           t_14:float64[m] = negative(t_13)
#           A_5:float64[m, n] = add_at(A_4, t_14, index=(Span(start=0, step=1, extent=m), At(position=j)))
#           yield A_5, R_6
#       yield A_3, Q_3, R_4
#   t_15:float64[m, n] = multiply(w, Q_1)
#   t_16:float64[] = sum(t_15, axis=(0, 1), keepdims=False)
#   t_17:float64[n, n] = multiply(R_1, R_1)
#   t_18:float64[] = sum(t_17, axis=(0, 1), keepdims=False)
#   t_19:float64[] = add(t_16, t_18)
#   return t_19


# ---- graph: value_and_grad
# value_and_grad_orthogonal(A:float64[m, n], w:float64[m, n]):
#   Q:float64[m, n] = full(0.0, shape=(m, n))
#   R:float64[n, n] = full(0.0, shape=(n, n))
#   t:int64[] = extent(dim=n)
#   A_saved_1:float64[n, max(n - 1, 0), m] = empty(dtype=float64, shape=(n, max(n - 1, 0), m))
#   A_1:float64[m, n], Q_1:float64[m, n], R_1:float64[n, n], A_saved_1_1:float64[n, max(n - 1, 0), m] = for(0, t, 1, A, Q, R, A_saved_1, t)
#     (k:int64[], A_2:float64[m, n], Q_2:float64[m, n], R_2:float64[n, n], A_saved_1_2:float64[n, max(n - 1, 0), m], t_1:int64[]) ->
#       t_2:float64[m] = getitem(A_2, index=(Span(start=0, step=1, extent=m), At(position=k)))
#       t_3:float64[] = norm(t_2, axis=(0,), keepdims=False)
#       R_3:float64[n, n] = setitem(R_2, t_3, index=(At(position=k), At(position=k)))
#       t_4:float64[m] = getitem(A_2, index=(Span(start=0, step=1, extent=m), At(position=k)))
#       t_5:float64[] = getitem(R_3, index=(At(position=k), At(position=k)))
#       t_6:float64[m] = divide(t_4, t_5)
#       Q_3:float64[m, n] = setitem(Q_2, t_6, index=(Span(start=0, step=1, extent=m), At(position=k)))
#       t_7:int64[] = extent(dim=k + 1)
#       A_saved:float64[max(n - 1, 0), m] = empty(dtype=float64, shape=(max(n - 1, 0), m))
#       A_3:float64[m, n], R_4:float64[n, n], A_saved_2:float64[max(n - 1, 0), m] = for(t_7, t_1, 1, A_2, R_3, A_saved, t_7, Q_3, k)
#         (j:int64[], A_4:float64[m, n], R_5:float64[n, n], A_saved_3:float64[max(n - 1, 0), m], t_8:int64[], Q_4:float64[m, n], k_1:int64[]) ->
#           t_9:int64[] = subtract(j, t_8)
#           t_10:float64[m] = getitem(Q_4, index=(Span(start=0, step=1, extent=m), At(position=k)))
#           t_11:float64[m] = getitem(A_4, index=(Span(start=0, step=1, extent=m), At(position=j)))
#           A_saved_4:float64[max(n - 1, 0), m] = setitem(A_saved_3, t_11, t_9, index=(AtArg(), Span(start=0, step=1, extent=m)))
#           t_12:float64[] = matmul(t_10, t_11)
#           R_6:float64[n, n] = setitem(R_5, t_12, index=(At(position=k), At(position=j)))
#           t_13:float64[m] = getitem(Q_4, index=(Span(start=0, step=1, extent=m), At(position=k)))
#           t_14:float64[] = getitem(R_6, index=(At(position=k), At(position=j)))
#           t_15:float64[m] = multiply(t_13, t_14)
#           t_16:float64[m] = negative(t_15)
#           A_5:float64[m, n] = add_at(A_4, t_16, index=(Span(start=0, step=1, extent=m), At(position=j)))
#           yield A_5, R_6, A_saved_4
#       A_saved_1_3:float64[n, max(n - 1, 0), m] = setitem(A_saved_1_2, A_saved_2, k, index=(AtArg(), Span(start=0, step=1, extent=max(n - 1, 0)), Span(start=0, step=1, extent=m)))
#       yield A_3, Q_3, R_4, A_saved_1_3
#   t_17:float64[m, n] = multiply(w, Q_1)
#   t_18:float64[] = sum(t_17, axis=(0, 1), keepdims=False)
#   t_19:float64[n, n] = multiply(R_1, R_1)
#   t_20:float64[] = sum(t_19, axis=(0, 1), keepdims=False)
#   t_21:float64[] = add(t_18, t_20)
#   dR:float64[n, n] = multiply(2.0, R_1)  # bwd
#   dQ:float64[m, n] = copy(w)  # bwd
#   t_22:int64[] = extent(dim=n - 1)  # bwd
#   t_23:float64[m, n] = full(0.0, shape=(m, n))  # bwd
#   dA:float64[m, n], dQ_1:float64[m, n], dR_1:float64[n, n], A_6:float64[m, n] = for(t_22, -1, -1, t_23, dQ, dR, A_1, A_saved_1_1, R_1, Q_1)  # bwd
#     (k_2:int64[], dA_1:float64[m, n], dQ_2:float64[m, n], dR_2:float64[n, n], A_7:float64[m, n], A_saved_1_4:float64[n, max(n - 1, 0), m], R_7:float64[n, n], Q_5:float64[m, n]) ->
#       A_saved_5:float64[max(n - 1, 0), m] = getitem(A_saved_1_4, k_2, index=(AtArg(), Span(start=0, step=1, extent=max(n - 1, 0)), Span(start=0, step=1, extent=m)))  # bwd
#       t_24:float64[] = getitem(R_7, index=(At(position=k), At(position=k)))  # bwd
#       t_25:float64[m] = getitem(Q_5, index=(Span(start=0, step=1, extent=m), At(position=k)))  # bwd
#       t_26:int64[] = extent(dim=k + 1)  # bwd
#       t_27:int64[] = extent(dim=n - 1)  # bwd
#       t_28:int64[] = extent(dim=k)  # bwd
#       dA_2:float64[m, n], dR_3:float64[n, n], dQ_3:float64[m, n], A_8:float64[m, n] = for(t_27, t_28, -1, dA_1, dR_2, dQ_2, A_7, t_26, A_saved_5, Q_5, R_7, k_2)  # bwd
#         (j_1:int64[], dA_3:float64[m, n], dR_4:float64[n, n], dQ_4:float64[m, n], A_9:float64[m, n], t_29:int64[], A_saved_6:float64[max(n - 1, 0), m], Q_6:float64[m, n], R_8:float64[n, n], k_3:int64[]) ->
#           t_30:int64[] = subtract(j_1, t_29)  # bwd
#           t_31:float64[m] = getitem(A_saved_6, t_30, index=(AtArg(), Span(start=0, step=1, extent=m)))  # bwd
#           t_32:float64[m] = getitem(Q_6, index=(Span(start=0, step=1, extent=m), At(position=k)))  # bwd
#           t_33:float64[m] = getitem(Q_6, index=(Span(start=0, step=1, extent=m), At(position=k)))  # bwd
#           t_34:float64[] = getitem(R_8, index=(At(position=k), At(position=j)))  # bwd
#           t_35:float64[m] = getitem(dA_3, index=(Span(start=0, step=1, extent=m), At(position=j)))  # bwd
#           A_10:float64[m, n] = setitem(A_9, t_31, index=(Span(start=0, step=1, extent=m), At(position=j)))  # bwd
#           t_36:float64[m] = negative(t_35)  # bwd
#           t_37:float64[m] = multiply(t_36, t_34)  # bwd
#           t_38:float64[m] = multiply(t_36, t_33)  # bwd
#           t_39:float64[] = sum(t_38, axis=(0,), keepdims=False)  # bwd
#           dR_5:float64[n, n] = add_at(dR_4, t_39, index=(At(position=k), At(position=j)))  # bwd
#           dQ_5:float64[m, n] = add_at(dQ_4, t_37, index=(Span(start=0, step=1, extent=m), At(position=k)))  # bwd
#           t_40:float64[] = getitem(dR_5, index=(At(position=k), At(position=j)))  # bwd
#           dR_6:float64[n, n] = setitem(dR_5, 0.0, index=(At(position=k), At(position=j)))  # bwd
#           t_41:float64[m] = multiply(t_40, t_31)  # bwd
#           t_42:float64[m] = multiply(t_40, t_32)  # bwd
#           dA_4:float64[m, n] = add_at(dA_3, t_42, index=(Span(start=0, step=1, extent=m), At(position=j)))  # bwd
#           dQ_6:float64[m, n] = add_at(dQ_5, t_41, index=(Span(start=0, step=1, extent=m), At(position=k)))  # bwd
#           yield dA_4, dR_6, dQ_6, A_10
#       t_43:float64[m] = getitem(dQ_3, index=(Span(start=0, step=1, extent=m), At(position=k)))  # bwd
#       dQ_7:float64[m, n] = setitem(dQ_3, 0.0, index=(Span(start=0, step=1, extent=m), At(position=k)))  # bwd
#       t_44:float64[m] = divide(t_43, t_24)  # bwd
#       t_45:float64[m] = multiply(t_44, t_25)  # bwd
#       t_46:float64[] = sum(t_45, axis=(0,), keepdims=False)  # bwd
#       t_47:float64[] = negative(t_46)  # bwd
#       dR_7:float64[n, n] = add_at(dR_3, t_47, index=(At(position=k), At(position=k)))  # bwd
#       dA_5:float64[m, n] = add_at(dA_2, t_44, index=(Span(start=0, step=1, extent=m), At(position=k)))  # bwd
#       t_48:float64[] = getitem(dR_7, index=(At(position=k), At(position=k)))  # bwd
#       dR_8:float64[n, n] = setitem(dR_7, 0.0, index=(At(position=k), At(position=k)))  # bwd
#       t_49:float64[m] = getitem(A_8, index=(Span(start=0, step=1, extent=m), At(position=k)))  # bwd
#       t_50:bool[] = equal(t_24, 0.0)  # bwd
#       t_51:float64[] = where(t_50, 1.0, t_24)  # bwd
#       t_52:float64[] = divide(t_48, t_51)  # bwd
#       t_53:float64[m] = multiply(t_52, t_49)  # bwd
#       dA_6:float64[m, n] = add_at(dA_5, t_53, index=(Span(start=0, step=1, extent=m), At(position=k)))  # bwd
#       yield dA_6, dQ_7, dR_8, A_8
#   return t_21, dA


# ---- study text

import numpy as np
from symgrad.runtime import norm


def value_and_grad_orthogonal(A, w):
    m, n = A.shape
    Q = np.zeros_like(A)
    R = np.zeros((n, n))
    A_saved_1 = np.empty((n, max(n - 1, 0), m))  # saved: A, 8 B x max(n - 1, 0) x m x n
    A_2 = A.copy()
    for k in range(n):
        R[k, k] = norm(A_2[:, k])  # norm, from sqrt(A[:] @ A[:])
        Q[:, k] = A_2[:, k] / R[k, k]
        A_saved = np.empty((max(n - 1, 0), m))  # saved: A, 8 B x m x max(n - 1, 0)
        for j in range(k + 1, n):
            A_saved[j - (k + 1)] = A_2[:, j]
            R[k, j] = Q[:, k] @ A_2[:, j]
            A_2[:, j] -= Q[:, k] * R[k, j]
        A_saved_1[k] = A_saved
    out = np.sum(w * Q) + np.sum(R * R)

    # return np.sum(w * Q) + np.sum(R * R)
    dR = 2.0 * R
    dQ = w
    # for k in range(n):
    dA = np.zeros_like(A)
    dQ = dQ.copy()
    for k in range(n - 1, -1, -1):
        A_saved = A_saved_1[k]
        # for j in range(k + 1, n):
        for j in range(n - 1, k, -1):
            part = A_saved[j - (k + 1)]
            # A[:, j] -= Q[:, k] * R[k, j]
            A_2[:, j] = part
            neg = -dA[:, j]
            dR[k, j] += np.sum(neg * Q[:, k])
            dQ[:, k] += neg * R[k, j]
            # R[k, j] = Q[:, k] @ A[:, j]
            part2 = dR[k, j]
            dR[k, j] = 0.0
            dA[:, j] += part2 * Q[:, k]
            dQ[:, k] += part2 * part
        # Q[:, k] = A[:, k] / R[k, k]
        part3 = dQ[:, k].copy()
        dQ[:, k] = 0.0
        ratio = part3 / R[k, k]
        dR[k, k] -= np.sum(ratio * Q[:, k])
        dA[:, k] += ratio
        # R[k, k] = np.sqrt(A[:, k] @ A[:, k])
        part4 = dR[k, k]
        dR[k, k] = 0.0
        dA[:, k] += part4 / np.where(R[k, k] == 0, 1.0, R[k, k]) * A_2[:, k]  # 0 at 0
    return out, dA


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_orthogonal___HASH__(A, w):
    m, n = A.shape
    if w.shape[0] != m:
        raise ValueError('axis 0 of `w` does not have the length of axis 0 of `A`')
    if w.shape[1] != n:
        raise ValueError('axis 1 of `w` does not have the length of axis 1 of `A`')
    # for k in range(n):
    # adjoint of for k in range(n):
    A_saved_1 = np.empty((n, max(n - 1, 0), m))
    Q = np.empty((m, n))
    R_2 = np.zeros((n, n))
    dA = np.zeros((m, n))
    # for k in range(n):
    A_2 = np.empty((m, n))
    for i in range(m):
        for l in range(n):
            A_2[i, l] = A[i, l]  # A
    for k in range(n):
        # R[k, k] = np.sqrt(A[:, k] @ A[:, k])
        total4 = 0.0
        for i in range(m):
            A_2_i = A_2[i, k]
            total4 = plus(total4, A_2_i * A_2_i)
        R_2[k, k] = np.sqrt(total4)
        # Q[:, k] = A[:, k] / R[k, k]
        R_2_nn = R_2[k, k]
        for i in range(m):
            Q[i, k] = A_2[i, k] / R_2_nn
        for j in range(k + 1, n):
            # for j in range(k + 1, n):
            # R[k, j] = Q[:, k] @ A[:, j]
            total5 = 0.0
            for i in range(m):
                A_2_i = A_2[i, j]
                A_saved_1[k, j - k - 1, i] = A_2_i
                total5 = plus(total5, Q[i, k] * A_2_i)
            # R[k, j] = Q[:, k] @ A[:, j]
            R_2[k, j] = total5
            # A[:, j] -= Q[:, k] * R[k, j]
            R_2_nn_2 = R_2[k, j]
            for i in range(m):
                A_2[i, j] -= Q[i, k] * R_2_nn_2

    # return np.sum(w * Q) + np.sum(R * R)
    # adjoint of for k in range(n):
    w_2 = np.empty((m, n))
    total = 0.0
    for i in range(m):
        for l in range(n):
            w_il = w[i, l]
            total = plus(total, w_il * Q[i, l])
            w_2[i, l] = w_il  # w
    # return np.sum(w * Q) + np.sum(R * R)
    # adjoint of return np.sum(w * Q) + np.sum(R * R)
    dR = np.empty((n, n))
    total2 = 0.0
    for i in range(n):
        for l in range(n):
            R_2_il = R_2[i, l]
            total2 = plus(total2, R_2_il * R_2_il)
            dR[i, l] = 2.0 * R_2_il
    # return np.sum(w * Q) + np.sum(R * R)
    total3 = total + total2
    # adjoint of for k in range(n):
    for k in range(n - 1, -1, -1):
        # adjoint of for j in range(k + 1, n):
        for j in range(k + 1, n):
            # adjoint of A[:, j] -= Q[:, k] * R[k, j]
            for i in range(m):
                A_2[i, j] = A_saved_1[k, j - k - 1, i]
            R_2_nn_3 = R_2[k, j]
            total7 = 0.0
            for i in range(m):
                neg3_i = -dA[i, j]
                total7 = plus(total7, neg3_i * Q[i, k])
                w_2[i, k] += neg3_i * R_2_nn_3
            dR[k, j] += total7
            # adjoint of R[k, j] = Q[:, k] @ A[:, j]
            t5 = dR[k, j]
            dR[k, j] = 0.0
            for i in range(m):
                dA[i, j] += t5 * Q[i, k]
                w_2[i, k] += t5 * A_saved_1[k, j - k - 1, i]
        # adjoint of R[k, k] = np.sqrt(A[:, k] @ A[:, k])
        R_2_nn_4 = R_2[k, k]
        masked = 1.0 if R_2_nn_4 == 0.0 else R_2_nn_4
        # adjoint of Q[:, k] = A[:, k] / R[k, k]
        total6 = 0.0
        for i in range(m):
            t3_i = w_2[i, k]
            w_2[i, k] = 0.0
            ratio2_i = t3_i / R_2_nn_4
            total6 = plus(total6, ratio2_i * Q[i, k])
            dA[i, k] += ratio2_i
        dR[k, k] -= total6
        # adjoint of R[k, k] = np.sqrt(A[:, k] @ A[:, k])
        t4 = dR[k, k]
        dR[k, k] = 0.0
        ratio3 = t4 / masked
        for i in range(m):
            dA[i, k] += ratio3 * A_2[i, k]
    return total3, dA
