"""The loss of two views, each to find its row in the other: the transposed scores are read as they lie."""

import numpy as np


def cross_entropy(scores):
    top = scores.max(axis=1)
    lse = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    return np.mean(lse - np.diag(scores))


def two_views(a, b):
    scores = a @ b.T
    return cross_entropy(scores) + cross_entropy(scores.T)


MODE, WRT = "grad", ("a", "b")


def arguments(rng):
    return rng.normal(size=(5, 3)), rng.normal(size=(5, 3))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# two_views(a:float64[n, m], b:float64[k, m]):
#   t:float64[m, k] = transpose(b, perm=(1, 0))
#   scores:float64[n, k] = matmul(a, t)
#   lse:float64[n] = logsumexp(scores, axis=(1,), keepdims=False)
#   t_1:int64[n] = iota(shape=(n,))
#   t_2:float64[n] = getitem(scores, t_1, t_1, index=(Gather(), Gather()))
#   t_3:float64[n] = subtract(lse, t_2)
#   t_4:float64[] = sum(t_3, axis=(0,), keepdims=False)
#   t_5:int64[] = extent(dim=n)
#   t_6:float64[] = cast(t_5, dtype=float64)
#   t_7:float64[] = divide(t_4, t_6)
#   t_8:float64[k, n] = transpose(scores, perm=(1, 0))
#   lse_1:float64[k] = logsumexp(t_8, axis=(1,), keepdims=False)
#   t_9:int64[k] = iota(shape=(k,))
#   t_10:float64[k] = getitem(t_8, t_9, t_9, index=(Gather(), Gather()))
#   t_11:float64[k] = subtract(lse_1, t_10)
#   t_12:float64[] = sum(t_11, axis=(0,), keepdims=False)
#   t_13:int64[] = extent(dim=k)
#   t_14:float64[] = cast(t_13, dtype=float64)
#   t_15:float64[] = divide(t_12, t_14)
#   t_16:float64[] = add(t_7, t_15)
#   return t_16
#   require k - n >= 0
#   require n - k >= 0


# ---- graph: grad
# grad_two_views(a:float64[n, m], b:float64[k, m]):
#   t:float64[m, k] = transpose(b, perm=(1, 0))
#   scores:float64[n, k] = matmul(a, t)
#   t_1:int64[n] = iota(shape=(n,))
#   t_2:int64[] = extent(dim=n)
#   t_3:float64[] = cast(t_2, dtype=float64)
#   t_4:float64[k, n] = transpose(scores, perm=(1, 0))
#   t_5:int64[k] = iota(shape=(k,))
#   t_6:int64[] = extent(dim=k)
#   t_7:float64[] = cast(t_6, dtype=float64)
#   t_8:float64[] = divide(1.0, t_7)  # bwd
#   dlse:float64[k] = broadcast_to(t_8, shape=(k,))  # bwd
#   t_9:float64[k, 1] = reshape(dlse, shape=(k, 1))  # bwd
#   t_10:float64[k, n] = softmax(t_4, axis=(1,))  # bwd
#   t_11:float64[k, n] = multiply(t_9, t_10)  # bwd
#   t_12:float64[k] = negative(dlse)  # bwd
#   t_13:float64[k, n] = add_at(t_11, t_12, t_5, t_5, index=(Gather(), Gather()))  # bwd
#   dscores:float64[n, k] = transpose(t_13, perm=(1, 0))  # bwd
#   t_14:float64[] = divide(1.0, t_3)  # bwd
#   dlse_1:float64[n] = broadcast_to(t_14, shape=(n,))  # bwd
#   t_15:float64[n] = negative(dlse_1)  # bwd
#   dscores_1:float64[n, k] = add_at(dscores, t_15, t_1, t_1, index=(Gather(), Gather()))  # bwd
#   t_16:float64[n, 1] = reshape(dlse_1, shape=(n, 1))  # bwd
#   t_17:float64[n, k] = softmax(scores, axis=(1,))  # bwd
#   t_18:float64[n, k] = multiply(t_16, t_17)  # bwd
#   dscores_2:float64[n, k] = add(dscores_1, t_18)  # bwd
#   da:float64[n, m] = matmul(dscores_2, b)  # bwd
#   t_19:float64[k, n] = transpose(dscores_2, perm=(1, 0))  # bwd
#   db:float64[k, m] = matmul(t_19, a)  # bwd
#   return da, db
#   require k - n >= 0
#   require n - k >= 0


# ---- study text

import numpy as np
from symgrad.runtime import softmax


def grad_two_views(a, b):
    n = a.shape[0]
    k = b.shape[0]
    scores = a @ b.T
    index = np.arange(n)
    index2 = np.arange(k)

    # return np.mean(lse - np.diag(scores))
    dlse = np.broadcast_to(1.0 / k, k)
    # lse = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    prod = dlse.reshape(-1, 1) * softmax(scores.T, axis=1)
    np.add.at(prod, (index2, index2), -dlse)
    # return cross_entropy(scores) + cross_entropy(scores.T)
    dscores = prod.T
    # return np.mean(lse - np.diag(scores))
    dlse = np.broadcast_to(1.0 / n, n)
    np.add.at(dscores, (index, index), -dlse)
    # lse = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    dscores += dlse.reshape(-1, 1) * softmax(scores, axis=1)
    # scores = a @ b.T
    da = dscores @ b
    db = dscores.T @ a
    return da, db


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus, larger
from symgrad.vmath import exp


@njit
def grad_two_views___HASH__(a, b):
    n, m = a.shape
    k = b.shape[0]
    if b.shape[1] != m:
        raise ValueError('axis 1 of `b` does not have the length of axis 1 of `a`')
    if k - n < 0:
        raise ValueError('k - n >= 0')
    if n - k < 0:
        raise ValueError('n - k >= 0')
    if n == 0:
        raise ValueError("max of an empty array")
    if k == 0:
        raise ValueError("max of an empty array")
    a = np.ascontiguousarray(a)
    b = np.ascontiguousarray(b)
    # scores = a @ b.T
    # return np.mean(lse - np.diag(scores))
    # adjoint of lse = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    # adjoint of return np.mean(lse - np.diag(scores))
    scores = np.dot(a, b.T)
    num = float(n)
    num2 = float(k)
    ratio3 = -1.0 / num2
    ratio4 = -1.0 / num

    # adjoint of lse = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    top = np.full(k, -np.inf)
    dscores_3 = np.empty((n, k))
    for i in range(n):
        top2_i = -np.inf
        for j in range(k):
            scores_ij = scores[i, j]
            top[j] = larger(top[j], scores_ij)
            top2_i = larger(top2_i, scores_ij)
        total2_i = 0.0
        for j in range(k):
            dscores_3_ij = exp(scores[i, j] - top2_i)
            dscores_3[i, j] = dscores_3_ij
            total2_i = plus(total2_i, dscores_3_ij)
        ratio6_i = 1.0 / total2_i / num
        for j in range(k):
            dscores_3[i, j] *= ratio6_i
    total = np.zeros(k)
    for i in range(n):
        for j in range(k):
            scores_ij = scores[i, j]
            scores_ij_2 = exp(scores_ij - top[j])
            scores[i, j] = scores_ij_2
            total[j] += scores_ij_2
    ratio2 = np.empty(k)
    for i in range(k):
        ratio2[i] = 1.0 / total[i] / num2
    for i in range(n):
        for j in range(k):
            scores[i, j] *= ratio2[j]
    for i in range(k):
        index2_i = int(i)
        if index2_i < 0:
            index2_i += n
        if not 0 <= index2_i < n:
            raise IndexError("index out of bounds")
        scores[index2_i, i] += ratio3
    # adjoint of return np.mean(lse - np.diag(scores))
    # adjoint of lse = top + np.log(np.exp(scores - top[:, None]).sum(axis=1))
    for i in range(n):
        index_i = int(i)
        if index_i < 0:
            index_i += k
        if not 0 <= index_i < k:
            raise IndexError("index out of bounds")
        scores[i, index_i] += ratio4
        for j in range(k):
            dscores_3_ij = dscores_3[i, j]
            dscores_3[i, j] = scores[i, j] + dscores_3_ij  # dscores
    # adjoint of scores = a @ b.T
    da = np.dot(dscores_3, b)
    db = np.dot(dscores_3.T, a)
    return da, db
