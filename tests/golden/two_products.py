"""Products of one matrix with several vectors, and all their adjoints: two passes over it, each a single loop."""

import numpy as np


def products(x, y, p, q, a):
    x = x + a @ p
    y = y + q @ a
    return np.sum(x * y)


MODE, WRT = "grad", ("x", "y", "p", "q", "a")


def arguments(rng):
    return *(rng.normal(size=4) for _ in range(4)), rng.normal(size=(4, 4))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# products(x:float64[n], y:float64[n], p:float64[n], q:float64[n], a:float64[n, n]):
#   t:float64[n] = matmul(a, p)
#   x_1:float64[n] = add(x, t)
#   t_1:float64[n] = matmul(q, a)
#   y_1:float64[n] = add(y, t_1)
#   t_2:float64[n] = multiply(x_1, y_1)
#   t_3:float64[] = sum(t_2, axis=(0,), keepdims=False)
#   return t_3


# ---- graph: grad
# grad_products(x:float64[n], y:float64[n], p:float64[n], q:float64[n], a:float64[n, n]):
#   t:float64[n] = matmul(a, p)
#   x_1:float64[n] = add(x, t)
#   t_1:float64[n] = matmul(q, a)
#   y_1:float64[n] = add(y, t_1)
#   dx:float64[n] = copy(y_1)  # bwd
#   dy:float64[n] = copy(x_1)  # bwd
#   dq:float64[n] = matmul(a, dy)  # bwd
#   t_2:float64[n, 1] = reshape(q, shape=(n, 1))  # bwd
#   da:float64[n, n] = multiply(t_2, dy)  # bwd
#   t_3:float64[n, 1] = reshape(dx, shape=(n, 1))  # bwd
#   t_4:float64[n, n] = multiply(t_3, p)  # bwd
#   da_1:float64[n, n] = add(da, t_4)  # bwd
#   t_5:float64[n, n] = transpose(a, perm=(1, 0))  # bwd
#   dp:float64[n] = matmul(t_5, dx)  # bwd
#   return dx, dy, dp, dq, da_1


# ---- study text

import numpy as np


def grad_products(x, y, p, q, a):
    x_2 = x + a @ p
    y_2 = y + q @ a

    # return np.sum(x * y)
    dx = y_2
    dy = x_2
    # y = y + q @ a
    dq = a @ dy
    da = np.outer(q, dy)
    # x = x + a @ p
    da += np.outer(dx, p)
    dp = a.T @ dx
    return dx, dy, dp, dq, da


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def grad_products___HASH__(x, y, p, q, a):
    n = x.shape[0]
    if y.shape[0] != n:
        raise ValueError('axis 0 of `y` does not have the length of axis 0 of `x`')
    if p.shape[0] != n:
        raise ValueError('axis 0 of `p` does not have the length of axis 0 of `x`')
    if q.shape[0] != n:
        raise ValueError('axis 0 of `q` does not have the length of axis 0 of `x`')
    if a.shape[0] != n:
        raise ValueError('axis 0 of `a` does not have the length of axis 0 of `x`')
    if a.shape[1] != n:
        raise ValueError('axis 1 of `a` does not have the length of axis 0 of `x`')
    # x = x + a @ p
    # y = y + q @ a
    y_2 = np.zeros(n)
    x_2 = np.empty(n)
    for i in range(n):
        q_i = q[i]
        total_i = 0.0
        for j in range(n):
            a_ij = a[i, j]
            total_i = plus(total_i, a_ij * p[j])
            y_2[j] += q_i * a_ij
        x_2[i] = x[i] + total_i  # x

    # y = y + q @ a
    # adjoint of y = y + q @ a
    # adjoint of x = x + a @ p
    dq = np.empty(n)
    da_2 = np.empty((n, n))
    dp = np.zeros(n)
    for i in range(n):
        y_2_i = y_2[i]
        y_2[i] = y[i] + y_2_i  # y
        q_i = q[i]
        y_2_i_2 = y_2[i]
        dq_i = 0.0
        for j in range(n):
            a_ij = a[i, j]
            x_2_j = x_2[j]
            dq_i = plus(dq_i, a_ij * x_2_j)
            da_ij = q_i * x_2_j
            da_2[i, j] = da_ij + y_2_i_2 * p[j]  # da
            dp[j] += a_ij * y_2_i_2
        dq[i] = dq_i
    return y_2, x_2, dp, dq, da_2
