"""A sum over the batch on every trip: added to the gradient of the weights where that is, without an array."""

import numpy as np


def energy(w, x):
    s = 0.0
    for i in range(x.shape[1]):
        y = np.sum(np.tanh(x[:, i, :, np.newaxis] * w), axis=1)
        s += np.sum(y * y)
    return s


MODE, WRT = "grad", ("w",)


def arguments(rng):
    return rng.normal(size=(3, 2)), rng.normal(size=(2, 3, 3))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# energy(w:float64[n, m], x:float64[k, p, n]):
#   t:int64[] = extent(dim=p)
#   s:float64[] = for(0, t, 1, 0.0, x, w)
#     (i:int64[], s_1:float64[], x_1:float64[k, p, n], w_1:float64[n, m]) ->
#       t_1:float64[k, n, 1] = getitem(x_1, index=(Span(start=0, step=1, extent=k), At(position=i), Span(start=0, step=1, extent=n), NewAxis()))
#       t_2:float64[k, n, m] = multiply(t_1, w_1)
#       t_3:float64[k, n, m] = tanh(t_2)
#       y:float64[k, m] = sum(t_3, axis=(1,), keepdims=False)
#       t_4:float64[k, m] = multiply(y, y)
#       t_5:float64[] = sum(t_4, axis=(0, 1), keepdims=False)
#       s_2:float64[] = add(s_1, t_5)
#       yield s_2
#   return s


# ---- graph: grad
# grad_energy(w:float64[n, m], x:float64[k, p, n]):
#   t:int64[] = extent(dim=p)
#   th_saved:float64[p, k, n, m] = empty(dtype=float64, shape=(p, k, n, m))
#   y_saved:float64[p, k, m] = empty(dtype=float64, shape=(p, k, m))
#   th_saved_1:float64[p, k, n, m], y_saved_1:float64[p, k, m] = for(0, t, 1, th_saved, y_saved, x, w)
#     (i:int64[], th_saved_2:float64[p, k, n, m], y_saved_2:float64[p, k, m], x_1:float64[k, p, n], w_1:float64[n, m]) ->
#       t_1:float64[k, n, 1] = getitem(x_1, index=(Span(start=0, step=1, extent=k), At(position=i), Span(start=0, step=1, extent=n), NewAxis()))
#       t_2:float64[k, n, m] = multiply(t_1, w_1)
#       t_3:float64[k, n, m] = tanh(t_2)
#       th_saved_3:float64[p, k, n, m] = setitem(th_saved_2, t_3, i, index=(AtArg(), Span(start=0, step=1, extent=k), Span(start=0, step=1, extent=n), Span(start=0, step=1, extent=m)))
#       y:float64[k, m] = sum(t_3, axis=(1,), keepdims=False)
#       y_saved_3:float64[p, k, m] = setitem(y_saved_2, y, i, index=(AtArg(), Span(start=0, step=1, extent=k), Span(start=0, step=1, extent=m)))
#       yield th_saved_3, y_saved_3
#   t_4:int64[] = extent(dim=p - 1)  # bwd
#   t_5:float64[n, m] = full(0.0, shape=(n, m))  # bwd
#   dw:float64[n, m] = for(t_4, -1, -1, t_5, th_saved_1, y_saved_1, x)  # bwd
#     (i_1:int64[], dw_1:float64[n, m], th_saved_4:float64[p, k, n, m], y_saved_4:float64[p, k, m], x_2:float64[k, p, n]) ->
#       t_6:float64[k, n, m] = getitem(th_saved_4, i_1, index=(AtArg(), Span(start=0, step=1, extent=k), Span(start=0, step=1, extent=n), Span(start=0, step=1, extent=m)))  # bwd
#       y_1:float64[k, m] = getitem(y_saved_4, i_1, index=(AtArg(), Span(start=0, step=1, extent=k), Span(start=0, step=1, extent=m)))  # bwd
#       t_7:float64[k, n, 1] = getitem(x_2, index=(Span(start=0, step=1, extent=k), At(position=i), Span(start=0, step=1, extent=n), NewAxis()))  # bwd
#       dy:float64[k, m] = multiply(2.0, y_1)  # bwd
#       t_8:float64[k, 1, m] = reshape(dy, shape=(k, 1, m))  # bwd
#       t_9:float64[k, n, m] = multiply(t_6, t_6)  # bwd
#       t_10:float64[k, n, m] = subtract(1.0, t_9)  # bwd
#       t_11:float64[k, n, m] = multiply(t_8, t_10)  # bwd
#       t_12:float64[k, n, m] = multiply(t_11, t_7)  # bwd
#       t_13:float64[n, m] = sum(t_12, axis=(0,), keepdims=False)  # bwd
#       dw_2:float64[n, m] = add(dw_1, t_13)  # bwd
#       yield dw_2
#   return dw


# ---- study text

import numpy as np


def grad_energy(w, x):
    m = w.shape[1]
    k = x.shape[0]
    p = x.shape[1]
    th_saved = np.empty((p, k, w.shape[0], m))  # saved: 8 B x k x n x m x p
    y_saved = np.empty((p, k, m))  # saved: y, 8 B x k x m x p
    for i in range(p):
        th = np.tanh(x[:, i, :, None] * w)
        th_saved[i] = th
        y = np.sum(th, axis=1)
        y_saved[i] = y

    # for i in range(x.shape[1]):
    dw = np.zeros_like(w)
    for i in range(p - 1, -1, -1):
        y = y_saved[i]
        # s += np.sum(y * y)
        dy = 2.0 * y
        # y = np.sum(np.tanh(x[:, i, :, np.newaxis] * w), axis=1)
        prod = dy.reshape(k, 1, m) * (1 - th_saved[i] * th_saved[i]) * x[:, i, :, None]
        dw += np.sum(prod, axis=0)
    return dw


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.vmath import tanh


@njit
def grad_energy___HASH__(w, x):
    n, m = w.shape
    k = x.shape[0]
    p = x.shape[1]
    if x.shape[2] != n:
        raise ValueError('axis 2 of `x` does not have the length of axis 0 of `w`')
    # adjoint of for i in range(x.shape[1]):
    dw = np.zeros((n, m))
    th = np.empty((n, m))
    y = np.empty(m)
    for i in range(p):
        # y = np.sum(np.tanh(x[:, i, :, np.newaxis] * w), axis=1)
        # adjoint of y = np.sum(np.tanh(x[:, i, :, np.newaxis] * w), axis=1)
        for j in range(k):
            for q in range(m):
                y[q] = 0.0
            for l in range(n):
                x_jl = x[j, i, l]
                for q in range(m):
                    th_jlq = tanh(x_jl * w[l, q])
                    th[l, q] = th_jlq
                    y[q] += th_jlq
            for l in range(n):
                x_jl = x[j, i, l]
                for q in range(m):
                    dy_jq = 2.0 * y[q]
                    th_jlq = th[l, q]
                    dw[l, q] += dy_jq * (1.0 - th_jlq * th_jlq) * x_jl
    return dw
