"""Row 7: the two-layer network in 20 lines, one step."""

import numpy as np


def network(x, y, w1, w2):
    h = 1 / (1 + np.exp(-x.dot(w1)))
    y_pred = h.dot(w2)
    loss = np.square(y_pred - y).sum()
    return loss


MODE, WRT = "value_and_grad", ("w1", "w2")


def arguments(rng):
    return rng.normal(size=(6, 5)), rng.normal(size=(6, 2)), rng.normal(size=(5, 4)), rng.normal(size=(4, 2))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# network(x:float64[n, m], y:float64[n, p], w1:float64[m, r], w2:float64[r, p]):
#   t:float64[n, r] = matmul(x, w1)
#   h:float64[n, r] = sigmoid(t)
#   y_pred:float64[n, p] = matmul(h, w2)
#   t_1:float64[n, p] = subtract(y_pred, y)
#   t_2:float64[n, p] = square(t_1)
#   loss:float64[] = sum(t_2, axis=(0, 1), keepdims=False)
#   return loss


# ---- graph: value_and_grad
# value_and_grad_network(x:float64[n, m], y:float64[n, p], w1:float64[m, r], w2:float64[r, p]):
#   t:float64[n, r] = matmul(x, w1)
#   h:float64[n, r] = sigmoid(t)
#   y_pred:float64[n, p] = matmul(h, w2)
#   t_1:float64[n, p] = subtract(y_pred, y)
#   t_2:float64[n, p] = square(t_1)
#   loss:float64[] = sum(t_2, axis=(0, 1), keepdims=False)
#   dy_pred:float64[n, p] = multiply(2.0, t_1)  # bwd
#   t_3:float64[p, r] = transpose(w2, perm=(1, 0))  # bwd
#   dh:float64[n, r] = matmul(dy_pred, t_3)  # bwd
#   t_4:float64[r, n] = transpose(h, perm=(1, 0))  # bwd
#   dw2:float64[r, p] = matmul(t_4, dy_pred)  # bwd
#   t_5:float64[n, r] = subtract(1.0, h)  # bwd
#   t_6:float64[n, r] = multiply(dh, h)  # bwd
#   t_7:float64[n, r] = multiply(t_6, t_5)  # bwd
#   t_8:float64[m, n] = transpose(x, perm=(1, 0))  # bwd
#   dw1:float64[m, r] = matmul(t_8, t_7)  # bwd
#   return loss, dw1, dw2


# ---- study text

import numpy as np
from symgrad.runtime import sigmoid


def value_and_grad_network(x, y, w1, w2):
    h = sigmoid(x @ w1)  # sigmoid, from 1 / (1 + np.exp(-x.dot(w1)))
    y_pred = h @ w2
    diff = y_pred - y
    loss = np.sum(np.square(diff))

    # loss = np.square(y_pred - y).sum()
    dy_pred = 2.0 * diff
    # y_pred = h.dot(w2)
    dh = dy_pred @ w2.T
    dw2 = h.T @ dy_pred
    # h = 1 / (1 + np.exp(-x.dot(w1)))
    dw1 = x.T @ (dh * h * (1 - h))
    return loss, (dw1, dw2)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.vmath import exp


@njit
def value_and_grad_network___HASH__(x, y, w1, w2):
    n, m = x.shape
    p = y.shape[1]
    r = w1.shape[1]
    if y.shape[0] != n:
        raise ValueError('axis 0 of `y` does not have the length of axis 0 of `x`')
    if w1.shape[0] != m:
        raise ValueError('axis 0 of `w1` does not have the length of axis 1 of `x`')
    if w2.shape[0] != r:
        raise ValueError('axis 0 of `w2` does not have the length of axis 1 of `w1`')
    if w2.shape[1] != p:
        raise ValueError('axis 1 of `w2` does not have the length of axis 1 of `y`')
    x = np.ascontiguousarray(x)
    w1 = np.ascontiguousarray(w1)
    w2 = np.ascontiguousarray(w2)
    # h = 1 / (1 + np.exp(-x.dot(w1)))
    h = np.dot(x, w1)
    for i in range(n):
        for j in range(r):
            h_ij = h[i, j]
            h[i, j] = 1.0 / (1.0 + exp(-h_ij))
    # y_pred = h.dot(w2)
    y_pred = np.dot(h, w2)

    # loss = np.square(y_pred - y).sum()
    # adjoint of loss = np.square(y_pred - y).sum()
    loss = 0.0
    for i in range(n):
        for j in range(p):
            y_pred_ij = y_pred[i, j]
            diff_ij = y_pred_ij - y[i, j]
            loss = plus(loss, diff_ij * diff_ij)
            y_pred[i, j] = 2.0 * diff_ij  # dy_pred
    # adjoint of y_pred = h.dot(w2)
    dh = np.dot(y_pred, w2.T)
    dw2 = np.dot(h.T, y_pred)
    # adjoint of h = 1 / (1 + np.exp(-x.dot(w1)))
    for i in range(n):
        for j in range(r):
            dh_ij = dh[i, j]
            h_ij = h[i, j]
            dh[i, j] = dh_ij * h_ij * (1.0 - h_ij)
    dw1 = np.dot(x.T, dh)
    return loss, (dw1, dw2)
