"""Two systems with one matrix and its determinant: one factorisation in the kernel serves all of it."""

import numpy as np


def systems(a, b, c):
    x = np.linalg.solve(a, b)
    y = np.linalg.solve(a.T, c)
    logdet = np.linalg.slogdet(a)[1]
    return x @ y + logdet


MODE, WRT = "value_and_grad", ("a", "b", "c")


def arguments(rng):
    return rng.normal(size=(4, 4)) + 4 * np.eye(4), rng.normal(size=4), rng.normal(size=4)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# systems(a:float64[n, n], b:float64[n], c:float64[n]):
#   x:float64[n] = solve(a, b)
#   t:float64[n, n] = transpose(a, perm=(1, 0))
#   y:float64[n] = solve(t, c)
#   t_1:float64[] = detsign(a)
#   logdet:float64[] = logabsdet(a)
#   t_2:float64[] = matmul(x, y)
#   t_3:float64[] = add(t_2, logdet)
#   return t_3


# ---- graph: value_and_grad
# value_and_grad_systems(a:float64[n, n], b:float64[n], c:float64[n]):
#   x:float64[n] = solve(a, b)
#   t:float64[n, n] = transpose(a, perm=(1, 0))
#   y:float64[n] = solve(t, c)
#   logdet:float64[] = logabsdet(a)
#   t_1:float64[] = matmul(x, y)
#   t_2:float64[] = add(t_1, logdet)
#   dx:float64[n] = copy(y)  # bwd
#   dy:float64[n] = copy(x)  # bwd
#   t_3:float64[n, n] = inv(a)  # bwd
#   da:float64[n, n] = transpose(t_3, perm=(1, 0))  # bwd
#   dc:float64[n] = solve(a, dy)  # bwd
#   t_4:float64[n, 1] = reshape(dc, shape=(n, 1))  # bwd
#   t_5:float64[n, 1] = negative(t_4)  # bwd
#   t_6:float64[n, n] = multiply(t_5, y)  # bwd
#   t_7:float64[n, n] = transpose(t_6, perm=(1, 0))  # bwd
#   da_1:float64[n, n] = add(da, t_7)  # bwd
#   t_8:float64[n, n] = transpose(a, perm=(1, 0))  # bwd
#   db:float64[n] = solve(t_8, dx)  # bwd
#   t_9:float64[n, 1] = reshape(db, shape=(n, 1))  # bwd
#   t_10:float64[n, n] = multiply(t_9, x)  # bwd
#   da_2:float64[n, n] = subtract(da_1, t_10)  # bwd
#   return t_2, da_2, db, dc


# ---- study text

import numpy as np


def value_and_grad_systems(a, b, c):
    x = np.linalg.solve(a, b)
    y = np.linalg.solve(a.T, c)
    logdet = np.linalg.slogdet(a).logabsdet
    out = x @ y + logdet

    # return x @ y + logdet
    dx = y
    dy = x
    # logdet = np.linalg.slogdet(a)[1]
    da = np.linalg.inv(a).T
    # y = np.linalg.solve(a.T, c)
    dc = np.linalg.solve(a, dy)
    da += (-np.outer(dc, y)).T
    # x = np.linalg.solve(a, b)
    db = np.linalg.solve(a.T, dx)
    da -= np.outer(db, x)
    return out, (da, db, dc)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.backends.lapack import factor_lu, invert_lu, solve_lu
from symgrad.vmath import log


@njit
def value_and_grad_systems___HASH__(a, b, c):
    n = a.shape[0]
    if a.shape[1] != n:
        raise ValueError('axis 1 of `a` does not have the length of axis 0 of `a`')
    if b.shape[0] != n:
        raise ValueError('axis 0 of `b` does not have the length of axis 0 of `a`')
    if c.shape[0] != n:
        raise ValueError('axis 0 of `c` does not have the length of axis 0 of `a`')
    a = np.ascontiguousarray(a)
    b = np.ascontiguousarray(b)
    c = np.ascontiguousarray(c)
    # x = np.linalg.solve(a, b)
    # y = np.linalg.solve(a.T, c)
    # adjoint of logdet = np.linalg.slogdet(a)[1]
    # adjoint of y = np.linalg.solve(a.T, c)
    # adjoint of x = np.linalg.solve(a, b)
    lu = np.empty((n + 1, n))
    x = np.empty(n)
    y = np.empty(n)
    inverse = np.empty((n, n))
    dc = np.empty(n)
    db = np.empty(n)
    factor_lu(a, lu)
    solve_lu(lu, b, False, x)
    solve_lu(lu, c, True, y)
    invert_lu(lu, inverse)
    solve_lu(lu, x, False, dc)
    solve_lu(lu, y, True, db)
    # logdet = np.linalg.slogdet(a)[1]
    logdet = 0.0
    for i in range(n):
        logdet = plus(logdet, log(abs(lu[i, i])))

    # return x @ y + logdet
    # adjoint of x = np.linalg.solve(a, b)
    da_2 = np.empty((n, n))
    total = 0.0
    for i in range(n):
        total = plus(total, x[i] * y[i])
        y_i = y[i]
        db_i = db[i]
        for j in range(n):
            da_2[i, j] = inverse[j, i] - dc[j] * y_i - db_i * x[j]  # da
    # return x @ y + logdet
    total2 = total + logdet
    return total2, (da_2, db, dc)
