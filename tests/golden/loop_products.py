"""A recurrent network: the vectors of the steps are collected, products of matrices follow the loop."""

import numpy as np


def recurrent(w, u, x):
    h = np.zeros(w.shape[0])
    for t in range(x.shape[0]):
        h = np.tanh(w @ h + u @ x[t])
    return np.sum(h)


MODE, WRT = "grad", ("w", "u")


def arguments(rng):
    return rng.normal(size=(4, 4)), rng.normal(size=(4, 3)), rng.normal(size=(5, 3))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# recurrent(w:float64[n, n], u:float64[n, p], x:float64[q, p]):
#   h:float64[n] = full(0.0, shape=(n,))
#   t:int64[] = extent(dim=q)
#   h_1:float64[n] = for(0, t, 1, h, w, x, u)
#     (t_1:int64[], h_2:float64[n], w_1:float64[n, n], x_1:float64[q, p], u_1:float64[n, p]) ->
#       t_2:float64[n] = matmul(w_1, h_2)
#       t_3:float64[p] = getitem(x_1, index=(At(position=t), Span(start=0, step=1, extent=p)))
#       t_4:float64[n] = matmul(u_1, t_3)
#       t_5:float64[n] = add(t_2, t_4)
#       h_3:float64[n] = tanh(t_5)
#       yield h_3
#   t_6:float64[] = sum(h_1, axis=(0,), keepdims=False)
#   return t_6


# ---- graph: grad
# grad_recurrent(w:float64[n, n], u:float64[n, p], x:float64[q, p]):
#   h:float64[n] = full(0.0, shape=(n,))
#   t:int64[] = extent(dim=q)
#   h_saved:float64[q, n] = empty(dtype=float64, shape=(q, n))
#   h_saved_1:float64[q, n] = empty(dtype=float64, shape=(q, n))
#   h_1:float64[n], h_saved_2:float64[q, n], h_saved_1_1:float64[q, n] = for(0, t, 1, h, h_saved, h_saved_1, w, x, u)
#     (t_1:int64[], h_2:float64[n], h_saved_3:float64[q, n], h_saved_1_2:float64[q, n], w_1:float64[n, n], x_1:float64[q, p], u_1:float64[n, p]) ->
#       h_saved_4:float64[q, n] = setitem(h_saved_3, h_2, t_1, index=(AtArg(), Span(start=0, step=1, extent=n)))
#       t_2:float64[n] = matmul(w_1, h_2)
#       t_3:float64[p] = getitem(x_1, index=(At(position=t), Span(start=0, step=1, extent=p)))
#       t_4:float64[n] = matmul(u_1, t_3)
#       t_5:float64[n] = add(t_2, t_4)
#       h_3:float64[n] = tanh(t_5)
#       h_saved_1_3:float64[q, n] = setitem(h_saved_1_2, h_3, t_1, index=(AtArg(), Span(start=0, step=1, extent=n)))
#       yield h_3, h_saved_4, h_saved_1_3
#   dh:float64[n] = full(1.0, shape=(n,))  # bwd
#   t_6:int64[] = extent(dim=q - 1)  # bwd
#   t_7:float64[n, n] = full(0.0, shape=(n, n))  # bwd
#   t_8:float64[n, p] = full(0.0, shape=(n, p))  # bwd
#   dh_1:float64[n], dw:float64[n, n], du:float64[n, p] = for(t_6, -1, -1, dh, t_7, t_8, h_saved_2, h_saved_1_1, x, w)  # bwd
#     (t_9:int64[], dh_2:float64[n], dw_1:float64[n, n], du_1:float64[n, p], h_saved_5:float64[q, n], h_saved_1_4:float64[q, n], x_2:float64[q, p], w_2:float64[n, n]) ->
#       h_4:float64[n] = getitem(h_saved_5, t_9, index=(AtArg(), Span(start=0, step=1, extent=n)))  # bwd
#       h_5:float64[n] = getitem(h_saved_1_4, t_9, index=(AtArg(), Span(start=0, step=1, extent=n)))  # bwd
#       t_10:float64[p] = getitem(x_2, index=(At(position=t), Span(start=0, step=1, extent=p)))  # bwd
#       t_11:float64[n] = multiply(h_5, h_5)  # bwd
#       t_12:float64[n] = subtract(1.0, t_11)  # bwd
#       t_13:float64[n] = multiply(dh_2, t_12)  # bwd
#       t_14:float64[n, 1] = reshape(t_13, shape=(n, 1))  # bwd
#       t_15:float64[n, p] = multiply(t_14, t_10)  # bwd
#       du_2:float64[n, p] = add(du_1, t_15)  # bwd
#       t_16:float64[n, n] = multiply(t_14, h_4)  # bwd
#       dw_2:float64[n, n] = add(dw_1, t_16)  # bwd
#       t_17:float64[n, n] = transpose(w_2, perm=(1, 0))  # bwd
#       dh_3:float64[n] = matmul(t_17, t_13)  # bwd
#       yield dh_3, dw_2, du_2
#   return dw, du


# ---- study text

import numpy as np


def grad_recurrent(w, u, x):
    n = w.shape[0]
    q = x.shape[0]
    h = np.zeros(n)
    h_saved = np.empty((q, n))  # saved: h, 8 B x n x q
    h_saved_1 = np.empty((q, n))  # saved: h, 8 B x n x q
    for t in range(q):
        h_saved[t] = h
        h = np.tanh(w @ h + u @ x[t])
        h_saved_1[t] = h

    # return np.sum(h)
    dh = np.ones(n)
    # for t in range(x.shape[0]):
    dw = np.zeros_like(w)
    du = np.zeros_like(u)
    for t in range(q - 1, -1, -1):
        h = h_saved[t]
        h_2 = h_saved_1[t]
        # h = np.tanh(w @ h + u @ x[t])
        prod = dh * (1 - h_2 * h_2)
        flat = prod.reshape(-1, 1)
        du += flat * x[t]
        dw += flat * h
        dh = w.T @ prod
    return dw, du


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.vmath import tanh


@njit
def grad_recurrent___HASH__(w, u, x):
    n = w.shape[0]
    p = u.shape[1]
    q = x.shape[0]
    if w.shape[1] != n:
        raise ValueError('axis 1 of `w` does not have the length of axis 0 of `w`')
    if u.shape[0] != n:
        raise ValueError('axis 0 of `u` does not have the length of axis 0 of `w`')
    if x.shape[1] != p:
        raise ValueError('axis 1 of `x` does not have the length of axis 1 of `u`')
    x = np.ascontiguousarray(x)
    u = np.ascontiguousarray(u)
    # for t in range(x.shape[0]):
    h_saved = np.empty((q, n))
    h_saved_1 = np.empty((q, n))
    # h = np.tanh(w @ h + u @ x[t])
    dot = np.dot(x, u.T)
    # for t in range(x.shape[0]):
    h_2 = np.zeros(n)
    h_4 = np.empty(n)
    for t in range(q):
        # for t in range(x.shape[0]):
        # h = np.tanh(w @ h + u @ x[t])
        for i in range(n):
            h_saved[t, i] = h_2[i]
            total_i = 0.0
            for j in range(n):
                total_i = plus(total_i, w[i, j] * h_2[j])
            h_4_i = tanh(total_i + dot[t, i])
            h_4[i] = h_4_i  # h
            h_saved_1[t, i] = h_4_i
        h_2, h_4 = h_4, h_2
    # adjoint of for t in range(x.shape[0]):
    rows = np.empty((q, n))
    dh_2 = np.full(n, 1.0)
    dh_4 = np.empty(n)
    for t in range(q - 1, -1, -1):
        # adjoint of for t in range(x.shape[0]):
        # adjoint of h = np.tanh(w @ h + u @ x[t])
        dh_4.fill(0.0)
        for i in range(n):
            h_saved_1_i = h_saved_1[t, i]
            rows[t, i] = dh_2[i] * (1.0 - h_saved_1_i * h_saved_1_i)
            prod3_i = dh_2[i] * (1.0 - h_saved_1_i * h_saved_1_i)
            for j in range(n):
                dh_4[j] += w[i, j] * prod3_i
        dh_2, dh_4 = dh_4, dh_2
    dw = np.dot(rows.T, h_saved)
    du = np.dot(rows.T, x)
    return dw, du
