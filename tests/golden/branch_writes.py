"""Shortest paths, relaxed in place under a condition: the loop saves the element that it may overwrite."""

import numpy as np


def relaxed(x, w):
    d = x.copy()
    for k in range(len(x)):
        for j in range(len(x)):
            if d[k] * w[k, j] < d[j]:
                d[j] = d[k] * w[k, j]
    return np.sum(d * d)


MODE, WRT = "grad", ("x", "w")


def arguments(rng):
    return rng.uniform(1, 2, size=4), rng.uniform(0.5, 1, size=(4, 4))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# relaxed(x:float64[n], w:float64[m, p]):
#   d:float64[n] = copy(x)
#   t:int64[] = extent(dim=n)
#   d_1:float64[n] = for(0, t, 1, d, t, w)
#     (k:int64[], d_2:float64[n], t_1:int64[], w_1:float64[m, p]) ->
#       d_3:float64[n] = for(0, t_1, 1, d_2, w_1, k)
#         (j:int64[], d_4:float64[n], w_2:float64[m, p], k_1:int64[]) ->
#           t_2:float64[] = getitem(d_4, index=(At(position=k),))
#           t_3:float64[] = getitem(w_2, index=(At(position=k), At(position=j)))
#           t_4:float64[] = multiply(t_2, t_3)
#           t_5:float64[] = getitem(d_4, index=(At(position=j),))
#           t_6:bool[] = less(t_4, t_5)
#           d_5:float64[n] = cond(t_6, d_4, w_2, j, k_1)
#             (d_6:float64[n], w_3:float64[m, p], j_1:int64[], k_2:int64[]) ->
#               t_7:float64[] = getitem(d_6, index=(At(position=k),))
#               t_8:float64[] = getitem(w_3, index=(At(position=k), At(position=j)))
#               t_9:float64[] = multiply(t_7, t_8)
#               d_7:float64[n] = setitem(d_6, t_9, index=(At(position=j),))
#               yield d_7
#             (d_8:float64[n], w_4:float64[m, p], j_2:int64[], k_3:int64[]) ->
#               yield d_8
#           yield d_5
#       yield d_3
#   t_10:float64[n] = multiply(d_1, d_1)
#   t_11:float64[] = sum(t_10, axis=(0,), keepdims=False)
#   return t_11
#   require m - n >= 0
#   require p - n >= 0


# ---- graph: grad
# grad_relaxed(x:float64[n], w:float64[m, p]):
#   d:float64[n] = copy(x)
#   t:int64[] = extent(dim=n)
#   d_saved_1:float64[n, n] = empty(dtype=float64, shape=(n, n))
#   d_1:float64[n], d_saved_1_1:float64[n, n] = for(0, t, 1, d, d_saved_1, t, w)
#     (k:int64[], d_2:float64[n], d_saved_1_2:float64[n, n], t_1:int64[], w_1:float64[m, p]) ->
#       d_saved:float64[n] = empty(dtype=float64, shape=(n,))
#       d_3:float64[n], d_saved_2:float64[n] = for(0, t_1, 1, d_2, d_saved, w_1, k)
#         (j:int64[], d_4:float64[n], d_saved_3:float64[n], w_2:float64[m, p], k_1:int64[]) ->
#           t_2:float64[] = getitem(d_4, index=(At(position=k),))
#           t_3:float64[] = getitem(w_2, index=(At(position=k), At(position=j)))
#           t_4:float64[] = multiply(t_2, t_3)
#           t_5:float64[] = getitem(d_4, index=(At(position=j),))
#           d_saved_4:float64[n] = setitem(d_saved_3, t_5, j, index=(AtArg(),))
#           t_6:bool[] = less(t_4, t_5)
#           t_7:float64[] = cond(t_6, d_4, w_2, j, k_1)
#             (d_5:float64[n], w_3:float64[m, p], j_1:int64[], k_2:int64[]) ->
#               t_8:float64[] = getitem(d_5, index=(At(position=k),))
#               t_9:float64[] = getitem(w_3, index=(At(position=k), At(position=j)))
#               t_10:float64[] = multiply(t_8, t_9)
#               yield t_10
#             (d_6:float64[n], w_4:float64[m, p], j_2:int64[], k_3:int64[]) ->
#               t_11:float64[] = getitem(d_6, index=(At(position=j),))
#               yield t_11
#           d_7:float64[n] = setitem(d_4, t_7, index=(At(position=j),))
#           yield d_7, d_saved_4
#       d_saved_1_3:float64[n, n] = setitem(d_saved_1_2, d_saved_2, k, index=(AtArg(), Span(start=0, step=1, extent=n)))
#       yield d_3, d_saved_1_3
#   dd:float64[n] = multiply(2.0, d_1)  # bwd
#   t_12:int64[] = extent(dim=n - 1)  # bwd
#   t_13:float64[m, p] = full(0.0, shape=(m, p))  # bwd
#   dd_1:float64[n], dw:float64[m, p], d_8:float64[n] = for(t_12, -1, -1, dd, t_13, d_1, d_saved_1_1, w)  # bwd
#     (k_4:int64[], dd_2:float64[n], dw_1:float64[m, p], d_9:float64[n], d_saved_1_4:float64[n, n], w_5:float64[m, p]) ->
#       d_saved_5:float64[n] = getitem(d_saved_1_4, k_4, index=(AtArg(), Span(start=0, step=1, extent=n)))  # bwd
#       t_14:int64[] = extent(dim=n - 1)  # bwd
#       dd_3:float64[n], dw_2:float64[m, p], d_10:float64[n] = for(t_14, -1, -1, dd_2, dw_1, d_9, d_saved_5, w_5, k_4)  # bwd
#         (j_3:int64[], dd_4:float64[n], dw_3:float64[m, p], d_11:float64[n], d_saved_6:float64[n], w_6:float64[m, p], k_5:int64[]) ->
#           t_15:float64[] = getitem(d_saved_6, j_3, index=(AtArg(),))  # bwd
#           t_16:float64[] = getitem(w_6, index=(At(position=k), At(position=j)))  # bwd
#           t_17:float64[] = getitem(dd_4, index=(At(position=j),))  # bwd
#           dd_5:float64[n] = setitem(dd_4, 0.0, index=(At(position=j),))  # bwd
#           d_12:float64[n] = setitem(d_11, t_15, index=(At(position=j),))  # bwd
#           t_18:float64[] = getitem(d_12, index=(At(position=k),))  # bwd
#           t_19:float64[] = multiply(t_18, t_16)  # bwd
#           t_20:bool[] = less(t_19, t_15)  # bwd
#           dd_6:float64[n], dw_4:float64[m, p] = cond(t_20, t_17, dd_5, dw_3, d_12, w_6, j_3, k_5)  # bwd
#             (t_21:float64[], dd_7:float64[n], dw_5:float64[m, p], d_13:float64[n], w_7:float64[m, p], j_4:int64[], k_6:int64[]) ->
#               t_22:float64[] = getitem(d_13, index=(At(position=k),))  # bwd
#               t_23:float64[] = getitem(w_7, index=(At(position=k), At(position=j)))  # bwd
#               t_24:float64[] = multiply(t_21, t_23)  # bwd
#               t_25:float64[] = multiply(t_21, t_22)  # bwd
#               dw_6:float64[m, p] = add_at(dw_5, t_25, index=(At(position=k), At(position=j)))  # bwd
#               dd_8:float64[n] = add_at(dd_7, t_24, index=(At(position=k),))  # bwd
#               yield dd_8, dw_6
#             (t_26:float64[], dd_9:float64[n], dw_7:float64[m, p], d_14:float64[n], w_8:float64[m, p], j_5:int64[], k_7:int64[]) ->
#               dd_10:float64[n] = add_at(dd_9, t_26, index=(At(position=j),))  # bwd
#               yield dd_10, dw_7
#           yield dd_6, dw_4, d_12
#       yield dd_3, dw_2, d_10
#   dx:float64[n] = copy(dd_1)  # bwd
#   return dx, dw
#   require m - n >= 0
#   require p - n >= 0


# ---- study text

import numpy as np


def grad_relaxed(x, w):
    n = x.shape[0]
    d = x.copy()
    d_saved_1 = np.empty((n, n))  # saved: d, 8 B x n x n
    for k in range(n):
        d_saved = np.empty(n)  # saved: d, 8 B x n
        for j in range(n):
            d_saved[j] = d[j]
            if d[k] * w[k, j] < d[j]:
                t = d[k] * w[k, j]
            else:
                t = d[j]
            d[j] = t
        d_saved_1[k] = d_saved

    # return np.sum(d * d)
    dd = 2.0 * d
    # for k in range(len(x)):
    dw = np.zeros_like(w)
    for k in range(n - 1, -1, -1):
        d_saved = d_saved_1[k]
        # for j in range(len(x)):
        for j in range(n - 1, -1, -1):
            # d[j] = d[k] * w[k, j]
            part = dd[j]
            dd[j] = 0.0
            d[j] = d_saved[j]
            if d[k] * w[k, j] < d_saved[j]:
                # d[j] = d[k] * w[k, j]
                dw[k, j] += part * d[k]
                dd[k] += part * w[k, j]
            else:
                dd[j] += part
    # d = x.copy()
    dx = dd
    return dx, dw


# ---- kernel text

import numpy as np
from numba import njit


@njit
def grad_relaxed___HASH__(x, w):
    n = x.shape[0]
    m, p = w.shape
    if m - n < 0:
        raise ValueError('m - n >= 0')
    if p - n < 0:
        raise ValueError('p - n >= 0')
    # for k in range(len(x)):
    # adjoint of for k in range(len(x)):
    d_saved_1 = np.empty((n, n))
    dw = np.zeros((m, p))
    # for k in range(len(x)):
    x_2 = np.empty(n)
    for i in range(n):
        x_2[i] = x[i]  # x
    for k in range(n):
        # for j in range(len(x)):
        for j in range(n):
            # for j in range(len(x)):
            x_2_n = x_2[j]
            d_saved_1[k, j] = x_2_n
            # if d[k] * w[k, j] < d[j]:
            if x_2[k] * w[k, j] < x_2_n:
                # d[j] = d[k] * w[k, j]
                t3 = x_2[k] * w[k, j]
            else:
                t3 = x_2[j]
            # d[j] = d[k] * w[k, j]
            x_2[j] = t3

    # adjoint of return np.sum(d * d)
    dd = np.empty(n)
    for i in range(n):
        dd[i] = 2.0 * x_2[i]
    # adjoint of for k in range(len(x)):
    for k in range(n - 1, -1, -1):
        # adjoint of for j in range(len(x)):
        for j in range(n - 1, -1, -1):
            # adjoint of d[j] = d[k] * w[k, j]
            t5 = dd[j]
            dd[j] = 0.0
            d_saved_1_nn = d_saved_1[k, j]
            x_2[j] = d_saved_1_nn
            # adjoint of if d[k] * w[k, j] < d[j]:
            if x_2[k] * w[k, j] < d_saved_1_nn:
                # adjoint of d[j] = d[k] * w[k, j]
                dw[k, j] += t5 * x_2[k]
                dd[k] += t5 * w[k, j]
            else:
                # adjoint of if d[k] * w[k, j] < d[j]:
                dd[j] += t5
    return dd, dw
