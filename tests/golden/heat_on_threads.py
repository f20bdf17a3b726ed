"""Heat in a plate, one step after the other: each step's rows are shared out among threads."""

import numpy as np


def misfit(u, rate, target):
    u = u.copy()
    for _step in range(3):
        u[1:-1, 1:-1] += rate * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
    p = np.exp(u - target)
    p /= np.sum(p, axis=1, keepdims=True)
    return np.sum(p * p) + np.sum(np.sum(p, axis=0) ** 2)


MODE, WRT, PARALLEL = "value_and_grad", ("u", "rate", "target"), True


def arguments(rng):
    return (rng.normal(size=(6, 5)), 0.1, rng.normal(size=(6, 5)))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# misfit(u:float64[n, m], rate:float64[], target:float64[n, m]):
#   u_1:float64[n, m] = for(0, 3, 1, u, rate)
#     (_step:int64[], u_2:float64[n, m], rate_1:float64[]) ->
#       t:float64[n - 2, m - 2] = getitem(u_2, index=(Span(start=2, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_1:float64[n - 2, m - 2] = getitem(u_2, index=(Span(start=0, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_2:float64[n - 2, m - 2] = add(t, t_1)
#       t_3:float64[n - 2, m - 2] = getitem(u_2, index=(Span(start=1, step=1, extent=n - 2), Span(start=2, step=1, extent=m - 2)))
#       t_4:float64[n - 2, m - 2] = add(t_2, t_3)
#       t_5:float64[n - 2, m - 2] = getitem(u_2, index=(Span(start=1, step=1, extent=n - 2), Span(start=0, step=1, extent=m - 2)))
#       t_6:float64[n - 2, m - 2] = add(t_4, t_5)
#       t_7:float64[n - 2, m - 2] = getitem(u_2, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_8:float64[n - 2, m - 2] = multiply(4.0, t_7)
#       t_9:float64[n - 2, m - 2] = subtract(t_6, t_8)
#       t_10:float64[n - 2, m - 2] = multiply(rate_1, t_9)
#       u_3:float64[n, m] = add_at(u_2, t_10, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       yield u_3
#   t_11:float64[n, m] = subtract(u_1, target)
#   p:float64[n, m] = softmax(t_11, axis=(1,))
#   t_12:float64[n, m] = multiply(p, p)
#   t_13:float64[] = sum(t_12, axis=(0, 1), keepdims=False)
#   t_14:float64[m] = sum(p, axis=(0,), keepdims=False)
#   t_15:float64[m] = power(t_14, 2.0)
#   t_16:float64[] = sum(t_15, axis=(0,), keepdims=False)
#   t_17:float64[] = add(t_13, t_16)
#   return t_17
#   require n - 1 >= 0
#   require n - 2 >= 0
#   require m - 1 >= 0
#   require m - 2 >= 0


# ---- graph: value_and_grad
# value_and_grad_misfit(u:float64[n, m], rate:float64[], target:float64[n, m]):
#   diff_saved:float64[3, n - 2, m - 2] = empty(dtype=float64, shape=(3, n - 2, m - 2))
#   u_1:float64[n, m], diff_saved_1:float64[3, n - 2, m - 2] = for(0, 3, 1, u, diff_saved, rate)
#     (_step:int64[], u_2:float64[n, m], diff_saved_2:float64[3, n - 2, m - 2], rate_1:float64[]) ->
#       t:float64[n - 2, m - 2] = getitem(u_2, index=(Span(start=2, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_1:float64[n - 2, m - 2] = getitem(u_2, index=(Span(start=0, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_2:float64[n - 2, m - 2] = add(t, t_1)
#       t_3:float64[n - 2, m - 2] = getitem(u_2, index=(Span(start=1, step=1, extent=n - 2), Span(start=2, step=1, extent=m - 2)))
#       t_4:float64[n - 2, m - 2] = add(t_2, t_3)
#       t_5:float64[n - 2, m - 2] = getitem(u_2, index=(Span(start=1, step=1, extent=n - 2), Span(start=0, step=1, extent=m - 2)))
#       t_6:float64[n - 2, m - 2] = add(t_4, t_5)
#       t_7:float64[n - 2, m - 2] = getitem(u_2, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       t_8:float64[n - 2, m - 2] = multiply(4.0, t_7)
#       t_9:float64[n - 2, m - 2] = subtract(t_6, t_8)
#       diff_saved_3:float64[3, n - 2, m - 2] = setitem(diff_saved_2, t_9, _step, index=(AtArg(), Span(start=0, step=1, extent=n - 2), Span(start=0, step=1, extent=m - 2)))
#       t_10:float64[n - 2, m - 2] = multiply(rate_1, t_9)
#       u_3:float64[n, m] = add_at(u_2, t_10, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))
#       yield u_3, diff_saved_3
#   t_11:float64[n, m] = subtract(u_1, target)
#   p:float64[n, m] = softmax(t_11, axis=(1,))
#   t_12:float64[n, m] = multiply(p, p)
#   t_13:float64[] = sum(t_12, axis=(0, 1), keepdims=False)
#   t_14:float64[m] = sum(p, axis=(0,), keepdims=False)
#   t_15:float64[m] = power(t_14, 2.0)
#   t_16:float64[] = sum(t_15, axis=(0,), keepdims=False)
#   t_17:float64[] = add(t_13, t_16)
#   t_18:float64[m] = multiply(2.0, t_14)  # bwd
#   t_19:float64[n, m] = multiply(2.0, p)  # bwd
#   dp:float64[n, m] = add(t_18, t_19)  # bwd
#   t_20:float64[n, m] = multiply(dp, p)  # bwd
#   t_21:float64[n, 1] = sum(t_20, axis=(1,), keepdims=True)  # bwd
#   t_22:float64[n, m] = subtract(dp, t_21)  # bwd
#   du:float64[n, m] = multiply(p, t_22)  # bwd
#   dtarget:float64[n, m] = negative(du)  # bwd
#   du_1:float64[n, m], drate:float64[] = for(2, -1, -1, du, 0.0, diff_saved_1, rate)  # bwd
#     (_step_1:int64[], du_2:float64[n, m], drate_1:float64[], diff_saved_4:float64[3, n - 2, m - 2], rate_2:float64[]) ->
#       t_23:float64[n - 2, m - 2] = getitem(diff_saved_4, _step_1, index=(AtArg(), Span(start=0, step=1, extent=n - 2), Span(start=0, step=1, extent=m - 2)))  # bwd
#       t_24:float64[n - 2, m - 2] = getitem(du_2, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))  # bwd
#       t_25:float64[n - 2, m - 2] = multiply(t_24, t_23)  # bwd
#       t_26:float64[] = sum(t_25, axis=(0, 1), keepdims=False)  # bwd
#       drate_2:float64[] = add(drate_1, t_26)  # bwd
#       t_27:float64[n - 2, m - 2] = multiply(t_24, rate_2)  # bwd
#       t_28:float64[n - 2, m - 2] = multiply(-4.0, t_27)  # bwd
#       du_3:float64[n, m] = add_at(du_2, t_28, index=(Span(start=1, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))  # bwd
#       du_4:float64[n, m] = add_at(du_3, t_27, index=(Span(start=1, step=1, extent=n - 2), Span(start=0, step=1, extent=m - 2)))  # bwd
#       du_5:float64[n, m] = add_at(du_4, t_27, index=(Span(start=1, step=1, extent=n - 2), Span(start=2, step=1, extent=m - 2)))  # bwd
#       du_6:float64[n, m] = add_at(du_5, t_27, index=(Span(start=0, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))  # bwd
#       du_7:float64[n, m] = add_at(du_6, t_27, index=(Span(start=2, step=1, extent=n - 2), Span(start=1, step=1, extent=m - 2)))  # bwd
#       yield du_7, drate_2
#   return t_17, du_1, drate, dtarget
#   require n - 1 >= 0
#   require n - 2 >= 0
#   require m - 1 >= 0
#   require m - 2 >= 0


# ---- study text

import numpy as np
from symgrad.runtime import softmax


def value_and_grad_misfit(u, rate, target):
    diff_saved = np.empty((3, u.shape[0] - 2, u.shape[1] - 2))  # saved: 8 B x (n - 2) x (m - 2) x 3
    u_2 = u.copy()
    for _step in range(3):
        total = u_2[2:, 1:-1] + u_2[:-2, 1:-1] + u_2[1:-1, 2:] + u_2[1:-1, :-2]
        diff = total - 4.0 * u_2[1:-1, 1:-1]
        diff_saved[_step] = diff
        u_2[1:-1, 1:-1] += rate * diff
    p = softmax(u_2 - target, axis=1)  # softmax, from p / sum(p)
    total2 = np.sum(p, axis=0)
    out = np.sum(p * p) + np.sum(total2**2)

    # return np.sum(p * p) + np.sum(np.sum(p, axis=0) ** 2)
    dp = 2.0 * total2 + 2.0 * p
    # p /= np.sum(p, axis=1, keepdims=True)
    du = p * (dp - np.sum(dp * p, axis=1, keepdims=True))
    # p = np.exp(u - target)
    dtarget = -du
    # for _step in range(3):
    drate = 0.0
    for _step in range(2, -1, -1):
        # u[1:-1, 1:-1] += rate * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1 ...
        part = du[1:-1, 1:-1]
        drate += np.sum(part * diff_saved[_step])
        prod = part * rate
        du[1:-1, 1:-1] += -4.0 * prod
        du[1:-1, :-2] += prod
        du[1:-1, 2:] += prod
        du[:-2, 1:-1] += prod
        du[2:, 1:-1] += prod
    return out, (du, drate, dtarget)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus, larger
from symgrad.backends.shares import shared
from symgrad.vmath import exp


@njit
def diff_saved_part___HASH__(start, stop, m, u_2, diff4, diff_saved, _step):
    # u[1:-1, 1:-1] += rate * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
    # for _step in range(3):
    for i in range(start, stop):
        for j in range(m - 2):
            total9_ij = u_2[i + 2, j + 1] + u_2[i, j + 1] + u_2[i + 1, j + 2] + u_2[i + 1, j]
            diff4_ij = total9_ij - 4.0 * u_2[i + 1, j + 1]
            diff4[i, j] = diff4_ij
            diff_saved[_step, i, j] = diff4_ij


@njit
def u_2_part___HASH__(start, stop, m, u_2, rate, diff4):
    # u[1:-1, 1:-1] += rate * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
    for i in range(start, stop):
        for j in range(m - 2):
            u_2[i + 1, j + 1] += rate * diff4[i, j]


@njit
def total2_part___HASH__(start, stop, m, u_2, target, dtarget):
    # p /= np.sum(p, axis=1, keepdims=True)
    # return np.sum(p * p) + np.sum(np.sum(p, axis=0) ** 2)
    total2 = 0.0
    total3 = np.zeros(m)
    for i in range(start, stop):
        top_i = -np.inf
        for j in range(m):
            top_i = larger(top_i, u_2[i, j] - target[i, j])
        total_i = 0.0
        for j in range(m):
            dtarget_ij = exp(u_2[i, j] - target[i, j] - top_i)
            dtarget[i, j] = dtarget_ij
            total_i = plus(total_i, dtarget_ij)
        ratio_i = 1.0 / total_i
        for j in range(m):
            dtarget_ij = dtarget[i, j]
            dtarget_ij_2 = dtarget_ij * ratio_i
            dtarget[i, j] = dtarget_ij_2  # p
            total2 = plus(total2, dtarget_ij_2 * dtarget_ij_2)
            total3[j] += dtarget_ij_2
    return total2, total3


@njit
def total4_part___HASH__(start, stop, total3):
    # return np.sum(p * p) + np.sum(np.sum(p, axis=0) ** 2)
    total4 = 0.0
    for i in range(start, stop):
        total3_i = total3[i]
        total4 = plus(total4, total3_i * total3_i)
    return total4


@njit
def dtarget_part___HASH__(start, stop, m, dtarget, total3, du):
    # adjoint of return np.sum(p * p) + np.sum(np.sum(p, axis=0) ** 2)
    # adjoint of p /= np.sum(p, axis=1, keepdims=True)
    # adjoint of p = np.exp(u - target)
    for i in range(start, stop):
        total6_i = 0.0
        for j in range(m):
            dtarget_ij = dtarget[i, j]
            du_ij = 2.0 * total3[j] + 2.0 * dtarget_ij
            du[i, j] = du_ij  # dp
            total6_i = plus(total6_i, du_ij * dtarget_ij)
        for j in range(m):
            du_ij = du[i, j]
            dtarget_ij = dtarget[i, j]
            du_ij_2 = dtarget_ij * (du_ij - total6_i)
            du[i, j] = du_ij_2
            dtarget[i, j] = -du_ij_2


@njit
def total10_part___HASH__(start, stop, m, du, diff_saved, _step, wide_2, rate):
    # adjoint of u[1:-1, 1:-1] += rate * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
    total10 = 0.0
    for i in range(start, stop):
        for j in range(m - 2):
            du_ij = du[i + 1, j + 1]
            total10 = plus(total10, du_ij * diff_saved[_step, i, j])
            wide_2[i + 2, j + 2] = du_ij * rate
    return total10


@njit
def du_part___HASH__(start, stop, m, wide_2, du):
    # adjoint of u[1:-1, 1:-1] += rate * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
    for i in range(start, stop):
        for j in range(m):
            total12_ij = -4.0 * wide_2[i + 1, j + 1] + wide_2[i + 1, j + 2] + wide_2[i + 1, j]
            du[i, j] += total12_ij + wide_2[i + 2, j + 1] + wide_2[i, j + 1]


@njit
def value_and_grad_misfit___HASH__(u, rate, target):
    n, m = u.shape
    if target.shape[0] != n:
        raise ValueError('axis 0 of `target` does not have the length of axis 0 of `u`')
    if target.shape[1] != m:
        raise ValueError('axis 1 of `target` does not have the length of axis 1 of `u`')
    if n - 1 < 0:
        raise ValueError('n - 1 >= 0')
    if n - 2 < 0:
        raise ValueError('n - 2 >= 0')
    if m - 1 < 0:
        raise ValueError('m - 1 >= 0')
    if m - 2 < 0:
        raise ValueError('m - 2 >= 0')
    if m == 0:
        raise ValueError("max of an empty array")
    # for _step in range(3):
    diff_saved = np.empty((3, n - 2, m - 2))
    wide_2 = np.zeros((n + 2, m + 2))
    u_2 = np.empty((n, m))
    for i in range(n):
        for j in range(m):
            u_2[i, j] = u[i, j]  # u
    diff4 = np.empty((n - 2, m - 2))
    for _step in range(3):
        # u[1:-1, 1:-1] += rate * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
        # for _step in range(3):
        shared(diff_saved_part___HASH__, n - 2, 12 * (n - 2) * (m - 2), (m, u_2, diff4, diff_saved, _step))
        # u[1:-1, 1:-1] += rate * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
        shared(u_2_part___HASH__, n - 2, 4 * (n - 2) * (m - 2), (m, u_2, rate, diff4))
    # p /= np.sum(p, axis=1, keepdims=True)
    # return np.sum(p * p) + np.sum(np.sum(p, axis=0) ** 2)
    dtarget = np.empty((n, m))
    total3 = np.zeros(m)
    total2, total3_sum = shared(total2_part___HASH__, n, 33 * n * m, (m, u_2, target, dtarget))
    for i in range(m):
        total3[i] += total3_sum[i]
    # return np.sum(p * p) + np.sum(np.sum(p, axis=0) ** 2)
    total4 = shared(total4_part___HASH__, m, 3 * m, (total3,))
    total5 = total2 + total4

    # adjoint of return np.sum(p * p) + np.sum(np.sum(p, axis=0) ** 2)
    # adjoint of p /= np.sum(p, axis=1, keepdims=True)
    # adjoint of p = np.exp(u - target)
    du = np.empty((n, m))
    shared(dtarget_part___HASH__, n, 14 * n * m, (m, dtarget, total3, du))
    # adjoint of for _step in range(3):
    drate = 0.0
    for _step in range(2, -1, -1):
        # adjoint of u[1:-1, 1:-1] += rate * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4 * u[1:-1, 1:-1])
        total10 = shared(total10_part___HASH__, n - 2, 6 * (n - 2) * (m - 2), (m, du, diff_saved, _step, wide_2, rate))
        drate = plus(drate, total10)
        shared(du_part___HASH__, n, 12 * n * m, (m, wide_2, du))
    return total5, (du, drate, dtarget)
