"""Heat conduction on a line: linear, so nothing is saved."""

import numpy as np


def heat(x):
    u = x * 1.0
    for t in range(10 * x.shape[0]):
        u[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
    return np.sum(u**2)


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# heat(x:float64[n]):
#   u:float64[n] = multiply(x, 1.0)
#   t:int64[] = extent(dim=10 * n)
#   u_1:float64[n] = for(0, t, 1, u)
#     (t_1:int64[], u_2:float64[n]) ->
#       t_2:float64[n - 2] = getitem(u_2, index=(Span(start=1, step=1, extent=n - 2),))
#       t_3:float64[n - 2] = getitem(u_2, index=(Span(start=2, step=1, extent=n - 2),))
#       t_4:float64[n - 2] = getitem(u_2, index=(Span(start=1, step=1, extent=n - 2),))
#       t_5:float64[n - 2] = multiply(2.0, t_4)
#       t_6:float64[n - 2] = subtract(t_3, t_5)
#       t_7:float64[n - 2] = getitem(u_2, index=(Span(start=0, step=1, extent=n - 2),))
#       t_8:float64[n - 2] = add(t_6, t_7)
#       t_9:float64[n - 2] = multiply(0.1, t_8)
#       t_10:float64[n - 2] = add(t_2, t_9)
#       u_3:float64[n] = setitem(u_2, t_10, index=(Span(start=1, step=1, extent=n - 2),))
#       yield u_3
#   t_11:float64[n] = power(u_1, 2.0)
#   t_12:float64[] = sum(t_11, axis=(0,), keepdims=False)
#   return t_12
#   require n - 1 >= 0
#   require n - 2 >= 0


# ---- graph: value_and_grad
# value_and_grad_heat(x:float64[n]):
#   u:float64[n] = copy(x)
#   t:int64[] = extent(dim=10 * n)
#   u_1:float64[n] = for(0, t, 1, u)
#     (t_1:int64[], u_2:float64[n]) ->
#       t_2:float64[n - 2] = getitem(u_2, index=(Span(start=1, step=1, extent=n - 2),))
#       t_3:float64[n - 2] = getitem(u_2, index=(Span(start=2, step=1, extent=n - 2),))
#       t_4:float64[n - 2] = multiply(2.0, t_2)
#       t_5:float64[n - 2] = subtract(t_3, t_4)
#       t_6:float64[n - 2] = getitem(u_2, index=(Span(start=0, step=1, extent=n - 2),))
#       t_7:float64[n - 2] = add(t_5, t_6)
#       t_8:float64[n - 2] = multiply(0.1, t_7)
#       t_9:float64[n - 2] = add(t_2, t_8)
#       u_3:float64[n] = setitem(u_2, t_9, index=(Span(start=1, step=1, extent=n - 2),))
#       yield u_3
#   t_10:float64[n] = power(u_1, 2.0)
#   t_11:float64[] = sum(t_10, axis=(0,), keepdims=False)
#   du:float64[n] = multiply(2.0, u_1)  # bwd
#   t_12:int64[] = extent(dim=10 * n - 1)  # bwd
#   du_1:float64[n] = for(t_12, -1, -1, du)  # bwd
#     (t_13:int64[], du_2:float64[n]) ->
#       t_14:float64[n - 2] = getitem(du_2, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       du_3:float64[n] = setitem(du_2, 0.0, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       t_15:float64[n - 2] = multiply(0.1, t_14)  # bwd
#       du_4:float64[n] = add_at(du_3, t_15, index=(Span(start=0, step=1, extent=n - 2),))  # bwd
#       t_16:float64[n - 2] = multiply(-2.0, t_15)  # bwd
#       du_5:float64[n] = add_at(du_4, t_16, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       du_6:float64[n] = add_at(du_5, t_15, index=(Span(start=2, step=1, extent=n - 2),))  # bwd
#       du_7:float64[n] = add_at(du_6, t_14, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       yield du_7
#   dx:float64[n] = copy(du_1)  # bwd
#   return t_11, dx
#   require n - 1 >= 0
#   require n - 2 >= 0


# ---- study text

import numpy as np


def value_and_grad_heat(x):
    n = x.shape[0]
    u = x.copy()
    for t in range(10 * n):
        u[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2.0 * u[1:-1] + u[:-2])
    out = np.sum(u**2)

    # return np.sum(u**2)
    du = 2.0 * u
    # for t in range(10 * x.shape[0]):
    for t in range(10 * n - 1, -1, -1):
        # u[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
        part = du[1:-1].copy()
        du[1:-1] = 0.0
        prod = 0.1 * part
        du[:-2] += prod
        du[1:-1] += -2.0 * prod
        du[2:] += prod
        du[1:-1] += part
    # u = x * 1.0
    dx = du
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_heat___HASH__(x):
    n = x.shape[0]
    if n - 1 < 0:
        raise ValueError('n - 1 >= 0')
    if n - 2 < 0:
        raise ValueError('n - 2 >= 0')
    # for t in range(10 * x.shape[0]):
    x_2 = np.empty(n)
    for i in range(n):
        x_2[i] = x[i]  # x
    total3 = np.empty(n - 2)
    for t in range(10 * n):
        # u[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
        for i in range(n - 2):
            x_2_i = x_2[i + 1]
            total3[i] = x_2_i + 0.1 * (x_2[i + 2] - 2.0 * x_2_i + x_2[i])
        for i in range(n - 2):
            x_2[i + 1] = total3[i]

    # return np.sum(u**2)
    # adjoint of return np.sum(u**2)
    du = np.empty(n)
    total = 0.0
    for i in range(n):
        x_2_i = x_2[i]
        total = plus(total, x_2_i * x_2_i)
        du[i] = 2.0 * x_2_i
    # adjoint of for t in range(10 * x.shape[0]):
    t2 = np.empty(n - 2)
    for t in range(10 * n - 1, -1, -1):
        # adjoint of u[1:-1] = u[1:-1] + 0.1 * (u[2:] - 2 * u[1:-1] + u[:-2])
        for i in range(n - 2):
            t2[i] = du[i + 1]
            du[i + 1] = 0.0
        prod3_before = prod3_before2 = 0.0
        prod4_before = 0.0
        t2_before = 0.0
        for i in range(n - 2):
            t2_i = t2[i]
            prod3_i = 0.1 * t2_i
            prod4_i = -2.0 * prod3_i
            du[i] += prod3_i + prod4_before + t2_before + prod3_before2
            prod3_before2 = prod3_before
            prod3_before = prod3_i
            prod4_before = prod4_i
            t2_before = t2_i
        du[n - 2] += prod4_before + t2_before + prod3_before2
        du[n - 1] += prod3_before
    return total, du
