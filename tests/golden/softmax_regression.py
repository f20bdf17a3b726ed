"""Row 6: softmax loss with regularisation, the naive formula."""

import numpy as np


def softmax_loss(W, X, y):
    scores = X.dot(W)
    e = np.exp(scores)
    p = e / np.sum(e, axis=1, keepdims=True)
    data_loss = -np.mean(np.log(p[np.arange(len(y)), y]))
    reg_loss = 0.5 * 1e-3 * np.sum(W * W)
    loss = data_loss + reg_loss
    return loss


MODE, WRT = "value_and_grad", ("W",)


def arguments(rng):
    return rng.normal(size=(4, 3)), rng.normal(size=(6, 4)), np.array([0, 1, 2, 1, 0, 2])


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# softmax_loss(W:float64[n, m], X:float64[k, n], y:int64[r]):
#   scores:float64[k, m] = matmul(X, W)
#   p:float64[k, m] = softmax(scores, axis=(1,))
#   t:int64[r] = iota(shape=(r,))
#   t_1:float64[k, m] = log_softmax(scores, axis=(1,))
#   t_2:float64[r] = getitem(t_1, t, y, index=(Gather(), Gather()))
#   t_3:float64[] = sum(t_2, axis=(0,), keepdims=False)
#   t_4:int64[] = extent(dim=r)
#   t_5:float64[] = cast(t_4, dtype=float64)
#   t_6:float64[] = divide(t_3, t_5)
#   data_loss:float64[] = negative(t_6)
#   t_7:float64[n, m] = multiply(W, W)
#   t_8:float64[] = sum(t_7, axis=(0, 1), keepdims=False)
#   reg_loss:float64[] = multiply(0.0005, t_8)
#   loss:float64[] = add(data_loss, reg_loss)
#   return loss


# ---- graph: value_and_grad
# value_and_grad_softmax_loss(W:float64[n, m], X:float64[k, n], y:int64[r]):
#   scores:float64[k, m] = matmul(X, W)
#   p:float64[k, m] = softmax(scores, axis=(1,))
#   t:int64[r] = iota(shape=(r,))
#   t_1:float64[k, m] = log_softmax(scores, axis=(1,))
#   t_2:float64[r] = getitem(t_1, t, y, index=(Gather(), Gather()))
#   t_3:float64[] = sum(t_2, axis=(0,), keepdims=False)
#   t_4:int64[] = extent(dim=r)
#   t_5:float64[] = cast(t_4, dtype=float64)
#   t_6:float64[] = divide(t_3, t_5)
#   data_loss:float64[] = negative(t_6)
#   t_7:float64[n, m] = multiply(W, W)
#   t_8:float64[] = sum(t_7, axis=(0, 1), keepdims=False)
#   reg_loss:float64[] = multiply(0.0005, t_8)
#   loss:float64[] = add(data_loss, reg_loss)
#   dW:float64[n, m] = multiply(0.001, W)  # bwd
#   t_9:float64[] = divide(-1.0, t_5)  # bwd
#   t_10:float64[k, m] = full(0.0, shape=(k, m))  # bwd
#   t_11:float64[k, m] = add_at(t_10, t_9, t, y, index=(Gather(), Gather()))  # bwd
#   t_12:float64[k, 1] = sum(t_11, axis=(1,), keepdims=True)  # bwd
#   t_13:float64[k, m] = multiply(p, t_12)  # bwd
#   dscores:float64[k, m] = subtract(t_11, t_13)  # bwd
#   t_14:float64[n, k] = transpose(X, perm=(1, 0))  # bwd
#   t_15:float64[n, m] = matmul(t_14, dscores)  # bwd
#   dW_1:float64[n, m] = add(dW, t_15)  # bwd
#   return loss, dW_1


# ---- study text

import numpy as np
from symgrad.runtime import log_softmax, softmax


def value_and_grad_softmax_loss(W, X, y):
    scores = X @ W
    p = softmax(scores, axis=1)  # softmax, from e / np.sum(e, axis=1, keepdims=True)
    index = np.arange(y.shape[0])
    # log_softmax, from log(p[arange(r), y])
    data_loss = -np.mean(log_softmax(scores, axis=1)[index, y])
    reg_loss = 0.0005 * np.sum(W * W)
    loss = data_loss + reg_loss

    # reg_loss = 0.5 * 1e-3 * np.sum(W * W)
    dW = 0.001 * W
    # data_loss = -np.mean(np.log(p[np.arange(len(y)), y]))
    fill = np.zeros_like(scores)
    np.add.at(fill, (index, y), -1.0 / y.shape[0])
    dscores = fill - p * np.sum(fill, axis=1, keepdims=True)
    # scores = X.dot(W)
    dW += X.T @ dscores
    return loss, dW


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus, larger
from symgrad.vmath import exp, log


@njit
def value_and_grad_softmax_loss___HASH__(W, X, y):
    n, m = W.shape
    k = X.shape[0]
    r = y.shape[0]
    if X.shape[1] != n:
        raise ValueError('axis 1 of `X` does not have the length of axis 0 of `W`')
    if m == 0:
        raise ValueError("max of an empty array")
    X = np.ascontiguousarray(X)
    W = np.ascontiguousarray(W)
    # scores = X.dot(W)
    # data_loss = -np.mean(np.log(p[np.arange(len(y)), y]))
    # adjoint of data_loss = -np.mean(np.log(p[np.arange(len(y)), y]))
    scores = np.dot(X, W)
    num = float(r)
    ratio3 = -1.0 / num
    arr = np.zeros((k, m))
    # p = e / np.sum(e, axis=1, keepdims=True)
    # data_loss = -np.mean(np.log(p[np.arange(len(y)), y]))
    dscores = np.empty((k, m))
    total = np.empty(k)
    masked = np.empty(k)
    for i in range(k):
        top_i = -np.inf
        for j in range(m):
            top_i = larger(top_i, scores[i, j])
        total_i = 0.0
        for j in range(m):
            dscores_ij = exp(scores[i, j] - top_i)
            dscores[i, j] = dscores_ij
            total_i = plus(total_i, dscores_ij)
        total[i] = total_i
        total2_i = top_i + log(total_i)
        masked[i] = total2_i if abs(top_i) < np.inf else top_i

    # data_loss = -np.mean(np.log(p[np.arange(len(y)), y]))
    # adjoint of data_loss = -np.mean(np.log(p[np.arange(len(y)), y]))
    total3 = 0.0
    for i in range(r):
        index_i = int(i)
        if index_i < 0:
            index_i += k
        if not 0 <= index_i < k:
            raise IndexError("index out of bounds")
        y_i = int(y[i])
        if y_i < 0:
            y_i += m
        if not 0 <= y_i < m:
            raise IndexError("index out of bounds")
        total3 = plus(total3, scores[index_i, y_i] - masked[index_i])
        arr[index_i, y_i] += ratio3
    # data_loss = -np.mean(np.log(p[np.arange(len(y)), y]))
    ratio2 = total3 / num
    # reg_loss = 0.5 * 1e-3 * np.sum(W * W)
    total4 = 0.0
    for i in range(n):
        for j in range(m):
            W_ij = W[i, j]
            total4 = plus(total4, W_ij * W_ij)
    # reg_loss = 0.5 * 1e-3 * np.sum(W * W)
    # loss = data_loss + reg_loss
    reg_loss = 0.0005 * total4
    loss = reg_loss - ratio2
    # adjoint of data_loss = -np.mean(np.log(p[np.arange(len(y)), y]))
    for i in range(k):
        total5_i = 0.0
        for j in range(m):
            total5_i = plus(total5_i, arr[i, j])
        prod2_i = 1.0 / total[i] * total5_i
        for j in range(m):
            dscores_ij = dscores[i, j]
            dscores[i, j] = arr[i, j] - dscores_ij * prod2_i
    # adjoint of scores = X.dot(W)
    dW_2 = np.dot(X.T, dscores)
    for i in range(n):
        for j in range(m):
            dW_ij = 0.001 * W[i, j]
            dW_2_ij = dW_2[i, j]
            dW_2[i, j] = dW_ij + dW_2_ij  # dW
    return loss, dW_2
