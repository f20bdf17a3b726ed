"""A matrix that no step changes is factorised once, for all steps and their adjoints."""

import numpy as np


def settled(a, u, steps):
    m = np.eye(len(u)) + a
    for _ in range(steps):
        u = np.linalg.solve(m, u + np.sin(u))
    return u @ u


MODE, WRT = "value_and_grad", ("a", "u")


def arguments(rng):
    return rng.normal(size=(4, 4)) + 4 * np.eye(4), rng.normal(size=4), 3


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# settled(a:float64[n, n], u:float64[n], steps:int64[]):
#   t:float64[n, n] = eye(1.0, k=0, shape=(n, n))
#   m:float64[n, n] = add(t, a)
#   u_1:float64[n] = for(0, steps, 1, u, m)
#     (_:int64[], u_2:float64[n], m_1:float64[n, n]) ->
#       t_1:float64[n] = sin(u_2)
#       t_2:float64[n] = add(u_2, t_1)
#       u_3:float64[n] = solve(m_1, t_2)
#       yield u_3
#   t_3:float64[] = matmul(u_1, u_1)
#   return t_3


# ---- graph: value_and_grad
# value_and_grad_settled(a:float64[n, n], u:float64[n], steps:int64[]):
#   t:float64[n, n] = eye(1.0, k=0, shape=(n, n))
#   m:float64[n, n] = add(t, a)
#   trips:int64[] = maximum(steps, 0)
#   u_saved:float64[trips, n] = empty(dtype=float64, shape=(trips, n))
#   u_saved_1:float64[trips, n] = empty(dtype=float64, shape=(trips, n))
#   u_1:float64[n], u_saved_2:float64[trips, n], u_saved_1_1:float64[trips, n] = for(0, steps, 1, u, u_saved, u_saved_1, m)
#     (_:int64[], u_2:float64[n], u_saved_3:float64[trips, n], u_saved_1_2:float64[trips, n], m_1:float64[n, n]) ->
#       u_saved_4:float64[trips, n] = setitem(u_saved_3, u_2, _, index=(AtArg(), Span(start=0, step=1, extent=n)))
#       t_1:float64[n] = sin(u_2)
#       t_2:float64[n] = add(u_2, t_1)
#       u_3:float64[n] = solve(m_1, t_2)
#       u_saved_1_3:float64[trips, n] = setitem(u_saved_1_2, u_3, _, index=(AtArg(), Span(start=0, step=1, extent=n)))
#       yield u_3, u_saved_4, u_saved_1_3
#   t_3:float64[] = matmul(u_1, u_1)
#   du:float64[n] = multiply(2.0, u_1)  # bwd
#   t_4:int64[] = subtract(steps, 1)  # bwd
#   t_5:float64[n, n] = full(0.0, shape=(n, n))  # bwd
#   du_1:float64[n], dm:float64[n, n] = for(t_4, -1, -1, du, t_5, u_saved_2, u_saved_1_1, m)  # bwd
#     (__1:int64[], du_2:float64[n], dm_1:float64[n, n], u_saved_5:float64[trips, n], u_saved_1_4:float64[trips, n], m_2:float64[n, n]) ->
#       u_4:float64[n] = getitem(u_saved_5, __1, index=(AtArg(), Span(start=0, step=1, extent=n)))  # bwd
#       u_5:float64[n] = getitem(u_saved_1_4, __1, index=(AtArg(), Span(start=0, step=1, extent=n)))  # bwd
#       t_6:float64[n, n] = transpose(m_2, perm=(1, 0))  # bwd
#       du_3:float64[n] = solve(t_6, du_2)  # bwd
#       t_7:float64[n, 1] = reshape(du_3, shape=(n, 1))  # bwd
#       t_8:float64[n, n] = multiply(t_7, u_5)  # bwd
#       dm_2:float64[n, n] = subtract(dm_1, t_8)  # bwd
#       t_9:float64[n] = cos(u_4)  # bwd
#       t_10:float64[n] = multiply(du_3, t_9)  # bwd
#       du_4:float64[n] = add(du_3, t_10)  # bwd
#       yield du_4, dm_2
#   da:float64[n, n] = copy(dm)  # bwd
#   return t_3, da, du_1


# ---- study text

import numpy as np


def value_and_grad_settled(a, u, steps):
    n = a.shape[0]
    m = np.eye(n) + a
    trips = np.maximum(steps, 0)
    u_saved = np.empty((trips, n))  # saved: u, 8 B x n x trips
    u_saved_1 = np.empty((trips, n))  # saved: u, 8 B x n x trips
    for i in range(steps):
        u_saved[i] = u
        u = np.linalg.solve(m, u + np.sin(u))
        u_saved_1[i] = u
    out = u @ u

    # return u @ u
    du = 2.0 * u
    # for _ in range(steps):
    dm = np.zeros_like(m)
    for i in range(steps - 1, -1, -1):
        u_2 = u_saved[i]
        u_3 = u_saved_1[i]
        # u = np.linalg.solve(m, u + np.sin(u))
        du = np.linalg.solve(m.T, du)
        dm -= np.outer(du, u_3)
        du += du * np.cos(u_2)
    # m = np.eye(len(u)) + a
    da = dm
    return out, (da, du)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.backends.lapack import factor_lu, solve_lu
from symgrad.vmath import cos, sin


@njit
def value_and_grad_settled___HASH__(a, u, steps):
    n = a.shape[0]
    if a.shape[1] != n:
        raise ValueError('axis 1 of `a` does not have the length of axis 0 of `a`')
    if u.shape[0] != n:
        raise ValueError('axis 0 of `u` does not have the length of axis 0 of `a`')
    # for _ in range(steps):
    # adjoint of for _ in range(steps):
    trips = max(steps, 0)
    diff = steps - 1
    u_saved = np.empty((trips, n))
    u_saved_1 = np.empty((trips, n))
    dm = np.zeros((n, n))
    # m = np.eye(len(u)) + a
    m = np.empty((n, n))
    for j in range(n):
        for k in range(n):
            m[j, k] = (1.0 if k == j else 0.0) + a[j, k]
    # u = np.linalg.solve(m, u + np.sin(u))
    lu = np.empty((n + 1, n))
    factor_lu(m, lu)
    # for _ in range(steps):
    u_2 = np.empty(n)
    for j in range(n):
        u_2[j] = u[j]  # u
    total2 = np.empty(n)
    u_4 = np.empty(n)
    for i in range(steps):
        # for _ in range(steps):
        # u = np.linalg.solve(m, u + np.sin(u))
        for j in range(n):
            u_2_j = u_2[j]
            u_saved[i, j] = u_2_j
            total2[j] = u_2_j + sin(u_2_j)
        # u = np.linalg.solve(m, u + np.sin(u))
        solve_lu(lu, total2, False, u_4)
        # for _ in range(steps):
        for j in range(n):
            u_saved_1[i, j] = u_4[j]
        u_2, u_4 = u_4, u_2

    # return u @ u
    # adjoint of return u @ u
    du = np.empty(n)
    total = 0.0
    for j in range(n):
        u_2_j = u_2[j]
        total = plus(total, u_2_j * u_2_j)
        du[j] = 2.0 * u_2_j
    # adjoint of for _ in range(steps):
    du_3 = np.empty(n)
    for i in range(diff, -1, -1):
        # adjoint of u = np.linalg.solve(m, u + np.sin(u))
        solve_lu(lu, du, True, du_3)
        for j in range(n):
            du_3_j = du_3[j]
            for k in range(n):
                dm[j, k] -= du_3_j * u_saved_1[i, k]
        for j in range(n):
            du_3_j = du_3[j]
            du_3[j] = du_3_j + du_3_j * cos(u_saved[i, j])  # du
        du, du_3 = du_3, du
    return total, (dm, du)
