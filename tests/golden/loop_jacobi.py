"""Two arrays that are exchanged on each trip."""

import numpy as np


def relax(x):
    u = x * 1.0
    new = np.zeros_like(x)
    for t in range(3 * x.shape[0]):
        for i in range(1, x.shape[0] - 1):
            new[i] = 0.5 * (u[i - 1] + u[i + 1])
        u, new = new, u
    return np.sum(u * u)


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# relax(x:float64[n]):
#   u:float64[n] = multiply(x, 1.0)
#   new:float64[n] = full(0.0, shape=(n,))
#   t:int64[] = extent(dim=3 * n)
#   new_1:float64[n], u_1:float64[n] = for(0, t, 1, new, u)
#     (t_1:int64[], new_2:float64[n], u_2:float64[n]) ->
#       t_2:int64[] = extent(dim=n - 1)
#       new_3:float64[n] = for(1, t_2, 1, new_2, u_2)
#         (i:int64[], new_4:float64[n], u_3:float64[n]) ->
#           t_3:float64[] = getitem(u_3, index=(At(position=i - 1),))
#           t_4:float64[] = getitem(u_3, index=(At(position=i + 1),))
#           t_5:float64[] = add(t_3, t_4)
#           t_6:float64[] = multiply(0.5, t_5)
#           new_5:float64[n] = setitem(new_4, t_6, index=(At(position=i),))
#           yield new_5
#       yield u_2, new_3
#   t_7:float64[n] = multiply(u_1, u_1)
#   t_8:float64[] = sum(t_7, axis=(0,), keepdims=False)
#   return t_8


# ---- graph: value_and_grad
# value_and_grad_relax(x:float64[n]):
#   u:float64[n] = copy(x)
#   new:float64[n] = full(0.0, shape=(n,))
#   t:int64[] = extent(dim=3 * n)
#   new_1:float64[n], u_1:float64[n] = for(0, t, 1, new, u)
#     (t_1:int64[], new_2:float64[n], u_2:float64[n]) ->
#       t_2:int64[] = extent(dim=n - 1)
#       new_3:float64[n] = for(1, t_2, 1, new_2, u_2)
#         (i:int64[], new_4:float64[n], u_3:float64[n]) ->
#           t_3:float64[] = getitem(u_3, index=(At(position=i - 1),))
#           t_4:float64[] = getitem(u_3, index=(At(position=i + 1),))
#           t_5:float64[] = add(t_3, t_4)
#           t_6:float64[] = multiply(0.5, t_5)
#           new_5:float64[n] = setitem(new_4, t_6, index=(At(position=i),))
#           yield new_5
#       yield u_2, new_3
#   t_7:float64[n] = multiply(u_1, u_1)
#   t_8:float64[] = sum(t_7, axis=(0,), keepdims=False)
#   du:float64[n] = multiply(2.0, u_1)  # bwd
#   t_9:int64[] = extent(dim=3 * n - 1)  # bwd
#   t_10:float64[n] = full(0.0, shape=(n,))  # bwd
#   dnew:float64[n], du_1:float64[n] = for(t_9, -1, -1, t_10, du)  # bwd
#     (t_11:int64[], dnew_1:float64[n], du_2:float64[n]) ->
#       t_12:int64[] = extent(dim=n - 2)  # bwd
#       dnew_2:float64[n], du_3:float64[n] = for(t_12, 0, -1, du_2, dnew_1)  # bwd
#         (i_1:int64[], dnew_3:float64[n], du_4:float64[n]) ->
#           t_13:float64[] = getitem(dnew_3, index=(At(position=i),))  # bwd
#           dnew_4:float64[n] = setitem(dnew_3, 0.0, index=(At(position=i),))  # bwd
#           t_14:float64[] = multiply(0.5, t_13)  # bwd
#           du_5:float64[n] = add_at(du_4, t_14, index=(At(position=i + 1),))  # bwd
#           du_6:float64[n] = add_at(du_5, t_14, index=(At(position=i - 1),))  # bwd
#           yield dnew_4, du_6
#       yield dnew_2, du_3
#   dx:float64[n] = copy(du_1)  # bwd
#   return t_8, dx


# ---- study text

import numpy as np


def value_and_grad_relax(x):
    n = x.shape[0]
    u = x.copy()
    new = np.zeros_like(x)
    for t in range(3 * n):
        for i in range(1, n - 1):
            new[i] = 0.5 * (u[i - 1] + u[i + 1])
        new, u = u, new
    out = np.sum(u * u)

    # return np.sum(u * u)
    du = 2.0 * u
    # for t in range(3 * x.shape[0]):
    dnew = np.zeros_like(x)
    for t in range(3 * n - 1, -1, -1):
        # for i in range(1, x.shape[0] - 1):
        dnew, du = du, dnew
        for i in range(n - 2, 0, -1):
            # new[i] = 0.5 * (u[i - 1] + u[i + 1])
            part = dnew[i]
            dnew[i] = 0.0
            prod = 0.5 * part
            du[i + 1] += prod
            du[i - 1] += prod
    # u = x * 1.0
    dx = du
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_relax___HASH__(x):
    n = x.shape[0]
    # for t in range(3 * x.shape[0]):
    # adjoint of for t in range(3 * x.shape[0]):
    new_2 = np.zeros(n)
    new_4 = np.zeros(n)
    # for t in range(3 * x.shape[0]):
    x_2 = np.empty(n)
    for j in range(n):
        x_2[j] = x[j]  # x
    for t in range(3 * n):
        # for i in range(1, x.shape[0] - 1):
        for i in range(1, n - 1):
            # new[i] = 0.5 * (u[i - 1] + u[i + 1])
            new_2[i] = 0.5 * (x_2[i - 1] + x_2[i + 1])
        new_2, x_2 = x_2, new_2

    # return np.sum(u * u)
    # adjoint of return np.sum(u * u)
    du = np.empty(n)
    total = 0.0
    for j in range(n):
        x_2_j = x_2[j]
        total = plus(total, x_2_j * x_2_j)
        du[j] = 2.0 * x_2_j
    # adjoint of for t in range(3 * x.shape[0]):
    for t in range(3 * n - 1, -1, -1):
        # adjoint of new[i] = 0.5 * (u[i - 1] + u[i + 1])
        prod3_before = prod3_before2 = 0.0
        for j in range(n - 2):
            t2_j = du[j + 1]
            du[j + 1] = 0.0
            prod3_j = 0.5 * t2_j
            new_4[j] += prod3_j + prod3_before2
            prod3_before2 = prod3_before
            prod3_before = prod3_j
        if n - 2 > 0:
            new_4[n - 2] += prod3_before2
            new_4[n - 1] += prod3_before
        new_4, du = du, new_4
    return total, du
