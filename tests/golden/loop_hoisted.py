"""What is the same in every trip is computed once: no tape holds one number n times."""

import numpy as np


def damped(u, c):
    for _ in range(3):
        u = u + np.exp(-c) * np.sin(u)
    return np.sum(u * u)


MODE, WRT = "value_and_grad", ("u", "c")


def arguments(rng):
    return rng.normal(size=5), 0.3


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# damped(u:float64[n], c:float64[]):
#   t:float64[] = negative(c)
#   t_1:float64[] = exp(t)
#   u_1:float64[n] = for(0, 3, 1, u, c, t_1)
#     (_:int64[], u_2:float64[n], c_1:float64[], t_2:float64[]) ->
#       t_3:float64[n] = sin(u_2)
#       t_4:float64[n] = multiply(t_2, t_3)
#       u_3:float64[n] = add(u_2, t_4)
#       yield u_3
#   t_5:float64[n] = multiply(u_1, u_1)
#   t_6:float64[] = sum(t_5, axis=(0,), keepdims=False)
#   return t_6


# ---- graph: value_and_grad
# value_and_grad_damped(u:float64[n], c:float64[]):
#   t:float64[] = negative(c)
#   t_1:float64[] = exp(t)
#   u_saved:float64[3, n] = empty(dtype=float64, shape=(3, n))
#   s_saved:float64[3, n] = empty(dtype=float64, shape=(3, n))
#   u_1:float64[n], u_saved_1:float64[3, n], s_saved_1:float64[3, n] = for(0, 3, 1, u, u_saved, s_saved, t_1)
#     (_:int64[], u_2:float64[n], u_saved_2:float64[3, n], s_saved_2:float64[3, n], t_2:float64[]) ->
#       u_saved_3:float64[3, n] = setitem(u_saved_2, u_2, _, index=(AtArg(), Span(start=0, step=1, extent=n)))
#       t_3:float64[n] = sin(u_2)
#       s_saved_3:float64[3, n] = setitem(s_saved_2, t_3, _, index=(AtArg(), Span(start=0, step=1, extent=n)))
#       t_4:float64[n] = multiply(t_2, t_3)
#       u_3:float64[n] = add(u_2, t_4)
#       yield u_3, u_saved_3, s_saved_3
#   t_5:float64[n] = multiply(u_1, u_1)
#   t_6:float64[] = sum(t_5, axis=(0,), keepdims=False)
#   du:float64[n] = multiply(2.0, u_1)  # bwd
#   du_1:float64[n], t_7:float64[] = for(2, -1, -1, du, 0.0, u_saved_1, s_saved_1, t_1)  # bwd
#     (__1:int64[], du_2:float64[n], t_8:float64[], u_saved_4:float64[3, n], s_saved_4:float64[3, n], t_9:float64[]) ->
#       u_4:float64[n] = getitem(u_saved_4, __1, index=(AtArg(), Span(start=0, step=1, extent=n)))  # bwd
#       t_10:float64[n] = getitem(s_saved_4, __1, index=(AtArg(), Span(start=0, step=1, extent=n)))  # bwd
#       t_11:float64[n] = multiply(du_2, t_10)  # bwd
#       t_12:float64[] = sum(t_11, axis=(0,), keepdims=False)  # bwd
#       t_13:float64[] = add(t_8, t_12)  # bwd
#       t_14:float64[n] = multiply(du_2, t_9)  # bwd
#       t_15:float64[n] = cos(u_4)  # bwd
#       t_16:float64[n] = multiply(t_14, t_15)  # bwd
#       du_3:float64[n] = add(du_2, t_16)  # bwd
#       yield du_3, t_13
#   t_17:bool[] = equal(t_7, 0.0)  # bwd
#   t_18:bool[] = isfinite(t_1)  # bwd
#   t_19:bool[] = logical_not(t_18)  # bwd
#   t_20:bool[] = logical_and(t_17, t_19)  # bwd
#   t_21:float64[] = negative(t_7)  # bwd
#   t_22:float64[] = multiply(t_21, t_1)  # bwd
#   dc:float64[] = where(t_20, 0.0, t_22)  # bwd
#   return t_6, du_1, dc


# ---- study text

import numpy as np


def value_and_grad_damped(u, c):
    n = u.shape[0]
    e = np.exp(-c)
    u_saved = np.empty((3, n))  # saved: u, 8 B x n x 3
    s_saved = np.empty((3, n))  # saved: 8 B x n x 3
    u_2 = u
    for i in range(3):
        u_saved[i] = u_2
        s = np.sin(u_2)
        s_saved[i] = s
        u_2 = u_2 + e * s
    out = np.sum(u_2 * u_2)

    # return np.sum(u * u)
    du = 2.0 * u_2
    # for _ in range(3):
    state = 0.0
    for i in range(2, -1, -1):
        u_3 = u_saved[i]
        # u = u + np.exp(-c) * np.sin(u)
        state = state + np.sum(du * s_saved[i])
        du += du * e * np.cos(u_3)
    # u = u + np.exp(-c) * np.sin(u)
    mask = np.logical_and(state == 0, np.logical_not(np.isfinite(e)))
    dc = np.where(mask, 0.0, -state * e)
    return out, (du, dc)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.vmath import cos, exp, sin


@njit
def value_and_grad_damped___HASH__(u, c):
    n = u.shape[0]
    # u = u + np.exp(-c) * np.sin(u)
    # for _ in range(3):
    # adjoint of u = u + np.exp(-c) * np.sin(u)
    e = exp(-c)
    u_saved = np.empty((3, n))
    s_saved = np.empty((3, n))
    mask3 = not (abs(e) < np.inf)
    # for _ in range(3):
    u_2 = np.empty(n)
    for j in range(n):
        u_2[j] = u[j]  # u
    for i in range(3):
        # for _ in range(3):
        # u = u + np.exp(-c) * np.sin(u)
        for j in range(n):
            u_2_j = u_2[j]
            u_saved[i, j] = u_2_j
            s2_j = sin(u_2_j)
            s_saved[i, j] = s2_j
            u_2[j] = u_2_j + e * s2_j  # u

    # return np.sum(u * u)
    # adjoint of return np.sum(u * u)
    du = np.empty(n)
    total = 0.0
    for j in range(n):
        u_2_j = u_2[j]
        total = plus(total, u_2_j * u_2_j)
        du[j] = 2.0 * u_2_j
    # adjoint of for _ in range(3):
    t2 = 0.0
    for i in range(2, -1, -1):
        # adjoint of u = u + np.exp(-c) * np.sin(u)
        total2 = 0.0
        for j in range(n):
            total2 = plus(total2, du[j] * s_saved[i, j])
        t2 = plus(t2, total2)
        for j in range(n):
            du_j = du[j]
            du[j] = du_j + du_j * e * cos(u_saved[i, j])
    # adjoint of u = u + np.exp(-c) * np.sin(u)
    neg2_ = -(t2 * e)
    dc = 0.0 if (t2 == 0.0) & mask3 else neg2_
    return total, (du, dc)
