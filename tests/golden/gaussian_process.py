"""The log marginal likelihood of a Gaussian process: a Cholesky factor, a triangular system, a determinant."""

import numpy as np
from scipy.linalg import solve_triangular


def likelihood(x, y, scale, noise):
    K = np.exp(-0.5 * ((x[:, None] - x[None, :]) / scale) ** 2) + noise * np.eye(len(x))
    L = np.linalg.cholesky(K)
    z = solve_triangular(L, y, lower=True)
    return -0.5 * z @ z - np.sum(np.log(np.diag(L)))


MODE, WRT = "value_and_grad", ("x", "y", "scale", "noise")


def arguments(rng):
    return rng.normal(size=6), rng.normal(size=6), 0.7, 0.3


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# likelihood(x:float64[n], y:float64[n], scale:float64[], noise:float64[]):
#   t:float64[n, 1] = reshape(x, shape=(n, 1))
#   t_1:float64[1, n] = reshape(x, shape=(1, n))
#   t_2:float64[n, n] = subtract(t, t_1)
#   t_3:float64[n, n] = divide(t_2, scale)
#   t_4:float64[n, n] = power(t_3, 2.0)
#   t_5:float64[n, n] = multiply(-0.5, t_4)
#   t_6:float64[n, n] = exp(t_5)
#   t_7:float64[n, n] = eye(1.0, k=0, shape=(n, n))
#   t_8:float64[n, n] = multiply(noise, t_7)
#   K:float64[n, n] = add(t_6, t_8)
#   L:float64[n, n] = cholesky(K)
#   z:float64[n] = solve_triangular(L, y, lower=True, trans=False)
#   t_9:float64[n] = multiply(-0.5, z)
#   t_10:float64[] = matmul(t_9, z)
#   t_11:int64[n] = iota(shape=(n,))
#   t_12:float64[n] = getitem(L, t_11, t_11, index=(Gather(), Gather()))
#   t_13:float64[n] = log(t_12)
#   t_14:float64[] = sum(t_13, axis=(0,), keepdims=False)
#   t_15:float64[] = subtract(t_10, t_14)
#   return t_15


# ---- graph: value_and_grad
# value_and_grad_likelihood(x:float64[n], y:float64[n], scale:float64[], noise:float64[]):
#   t:float64[n, 1] = reshape(x, shape=(n, 1))
#   t_1:float64[n, n] = subtract(t, x)
#   t_2:float64[n, n] = divide(t_1, scale)
#   t_3:float64[n, n] = power(t_2, 2.0)
#   t_4:float64[n, n] = multiply(-0.5, t_3)
#   t_5:float64[n, n] = exp(t_4)
#   t_6:float64[n, n] = eye(1.0, k=0, shape=(n, n))
#   t_7:float64[n, n] = multiply(noise, t_6)
#   K:float64[n, n] = add(t_5, t_7)
#   L:float64[n, n] = cholesky(K)
#   z:float64[n] = solve_triangular(L, y, lower=True, trans=False)
#   t_8:float64[n] = multiply(-0.5, z)
#   t_9:float64[] = matmul(t_8, z)
#   t_10:int64[n] = iota(shape=(n,))
#   t_11:float64[n] = getitem(L, t_10, t_10, index=(Gather(), Gather()))
#   t_12:float64[n] = log(t_11)
#   t_13:float64[] = sum(t_12, axis=(0,), keepdims=False)
#   t_14:float64[] = subtract(t_9, t_13)
#   t_15:float64[n] = divide(-1.0, t_11)  # bwd
#   dL:float64[n, n] = full(0.0, shape=(n, n))  # bwd
#   dL_1:float64[n, n] = add_at(dL, t_15, t_10, t_10, index=(Gather(), Gather()))  # bwd
#   dz:float64[n] = multiply(2.0, t_8)  # bwd
#   dy:float64[n] = solve_triangular(L, dz, lower=True, trans=True)  # bwd
#   t_16:float64[n, 1] = reshape(dy, shape=(n, 1))  # bwd
#   t_17:float64[n, 1] = negative(t_16)  # bwd
#   t_18:float64[n, n] = multiply(t_17, z)  # bwd
#   t_19:float64[n, n] = tril(t_18, k=0)  # bwd
#   dL_2:float64[n, n] = add(dL_1, t_19)  # bwd
#   t_20:float64[n, n] = transpose(L, perm=(1, 0))  # bwd
#   t_21:float64[n, n] = matmul(t_20, dL_2)  # bwd
#   t_22:float64[n, n] = tril(t_21, k=0)  # bwd
#   t_23:float64[n, n] = tril(t_21, k=-1)  # bwd
#   t_24:float64[n, n] = add(t_22, t_23)  # bwd
#   t_25:float64[n, n] = multiply(0.5, t_24)  # bwd
#   t_26:float64[n, n] = solve_triangular(L, t_25, lower=True, trans=True)  # bwd
#   t_27:float64[n, n] = transpose(t_26, perm=(1, 0))  # bwd
#   t_28:float64[n, n] = solve_triangular(L, t_27, lower=True, trans=True)  # bwd
#   t_29:float64[n, n] = transpose(t_28, perm=(1, 0))  # bwd
#   t_30:float64[n, n] = add(t_28, t_29)  # bwd
#   t_31:float64[n, n] = tril(t_30, k=0)  # bwd
#   t_32:float64[n, n] = tril(t_30, k=-1)  # bwd
#   t_33:float64[n, n] = add(t_31, t_32)  # bwd
#   dK:float64[n, n] = multiply(0.5, t_33)  # bwd
#   t_34:float64[n, n] = multiply(dK, t_6)  # bwd
#   dnoise:float64[] = sum(t_34, axis=(0, 1), keepdims=False)  # bwd
#   t_35:float64[n, n] = negative(dK)  # bwd
#   t_36:float64[n, n] = multiply(t_35, t_5)  # bwd
#   t_37:float64[n, n] = multiply(t_36, t_2)  # bwd
#   t_38:float64[n, n] = divide(t_37, scale)  # bwd
#   t_39:float64[n, n] = multiply(t_38, t_2)  # bwd
#   t_40:float64[] = sum(t_39, axis=(0, 1), keepdims=False)  # bwd
#   dscale:float64[] = negative(t_40)  # bwd
#   t_41:float64[n] = sum(t_38, axis=(0,), keepdims=False)  # bwd
#   t_42:float64[n] = sum(t_38, axis=(1,), keepdims=False)  # bwd
#   dx:float64[n] = subtract(t_42, t_41)  # bwd
#   return t_14, dx, dy, dscale, dnoise


# ---- study text

import numpy as np
from symgrad.runtime import solve_triangular


def value_and_grad_likelihood(x, y, scale, noise):
    n = x.shape[0]
    ratio = (x.reshape(-1, 1) - x) / scale
    e = np.exp(-0.5 * ratio**2)
    identity = np.eye(n)
    K = e + noise * identity
    L = np.linalg.cholesky(K)
    z = solve_triangular(L, y, lower=True)
    prod = -0.5 * z
    index = np.arange(n)
    part = L[index, index]
    out = prod @ z - np.sum(np.log(part))

    # return -0.5 * z @ z - np.sum(np.log(np.diag(L)))
    dL = np.zeros_like(L)
    np.add.at(dL, (index, index), -1.0 / part)
    dz = 2.0 * prod
    # z = solve_triangular(L, y, lower=True)
    dy = solve_triangular(L, dz, lower=True, trans=True)
    dL += np.tril(-np.outer(dy, z))
    # L = np.linalg.cholesky(K)
    dot = L.T @ dL
    prod2 = 0.5 * (np.tril(dot) + np.tril(dot, k=-1))
    turned = solve_triangular(L, prod2, lower=True, trans=True).T
    solution = solve_triangular(L, turned, lower=True, trans=True)
    total = solution + solution.T
    dK = 0.5 * (np.tril(total) + np.tril(total, k=-1))
    # K = np.exp(-0.5 * ((x[:, None] - x[None, :]) / scale) ** 2) + noise * np.eye(len(x))
    dnoise = np.sum(dK * identity)
    ratio2 = -dK * e * ratio / scale
    dscale = -np.sum(ratio2 * ratio)
    dx = np.sum(ratio2, axis=1) - np.sum(ratio2, axis=0)
    return out, (dx, dy, dscale, dnoise)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.backends.lapack import factor_cholesky, solve_triangle, solve_triangle_columns
from symgrad.vmath import exp, log


@njit
def value_and_grad_likelihood___HASH__(x, y, scale, noise):
    n = x.shape[0]
    if y.shape[0] != n:
        raise ValueError('axis 0 of `y` does not have the length of axis 0 of `x`')
    y = np.ascontiguousarray(y)
    # K = np.exp(-0.5 * ((x[:, None] - x[None, :]) / scale) ** 2) + noise * np.eye(len(x))
    e = np.empty((n, n))
    K = np.empty((n, n))
    for i in range(n):
        x_i = x[i]
        for j in range(n):
            ratio_ij = (x_i - x[j]) / scale
            e_ij = exp(-0.5 * (ratio_ij * ratio_ij))
            e[i, j] = e_ij
            K[i, j] = e_ij + noise * (1.0 if j == i else 0.0)
    # L = np.linalg.cholesky(K)
    # z = solve_triangular(L, y, lower=True)
    L = np.empty((n, n))
    z = np.empty(n)
    factor_cholesky(K, L)
    solve_triangle(L, y, True, False, z)

    # return -0.5 * z @ z - np.sum(np.log(np.diag(L)))
    # adjoint of return -0.5 * z @ z - np.sum(np.log(np.diag(L)))
    dz = np.empty(n)
    total = 0.0
    for i in range(n):
        z_i = z[i]
        prod3_i = -0.5 * z_i
        total = plus(total, prod3_i * z_i)
        dz[i] = 2.0 * prod3_i
    # return -0.5 * z @ z - np.sum(np.log(np.diag(L)))
    total2 = 0.0
    for i in range(n):
        total2 = plus(total2, log(L[i, i]))
    # return -0.5 * z @ z - np.sum(np.log(np.diag(L)))
    # adjoint of z = solve_triangular(L, y, lower=True)
    dy = np.empty(n)
    diff2 = total - total2
    solve_triangle(L, dz, True, True, dy)
    # adjoint of z = solve_triangular(L, y, lower=True)
    dL = np.empty((n, n))
    for i in range(n):
        dy_i = dy[i]
        for j in range(n):
            neg_ij = -(dy_i * z[j])
            dL[i, j] = neg_ij if j <= i else 0.0
        dL[i, i] += -1.0 / L[i, i]
    # adjoint of L = np.linalg.cholesky(K)
    dot = np.dot(L.T, dL)
    for i in range(n):
        diff3_i = i - 1
        for j in range(n):
            dot_ij = dot[i, j]
            total3_ij = (dot_ij if j <= i else 0.0) + (dot_ij if j <= diff3_i else 0.0)
            dot[i, j] = 0.5 * total3_ij
    solution = np.empty((n, n))
    solve_triangle_columns(L, dot, True, True, solution)
    t2 = np.empty((n, n))
    for i in range(n):
        for j in range(n):
            t2[j, i] = solution[i, j]
    solution2 = np.empty((n, n))
    solve_triangle_columns(L, t2, True, True, solution2)
    # adjoint of L = np.linalg.cholesky(K)
    # adjoint of K = np.exp(-0.5 * ((x[:, None] - x[None, :]) / scale) ** 2) + noise * np.eye(len(x))
    total7 = np.zeros(n)
    dx = np.empty(n)
    dnoise = 0.0
    total6 = 0.0
    for i in range(n):
        diff3_i = i - 1
        x_i = x[i]
        dx_i = 0.0
        for j in range(n):
            total4_ij = solution2[i, j] + solution2[j, i]
            total5_ij = (total4_ij if j <= i else 0.0) + (total4_ij if j <= diff3_i else 0.0)
            dK_ij = 0.5 * total5_ij
            dnoise = plus(dnoise, dK_ij * (1.0 if j == i else 0.0))
            ratio_ij = (x_i - x[j]) / scale
            neg2_ij = -(dK_ij * e[i, j] * ratio_ij / scale)
            total6 = plus(total6, neg2_ij * ratio_ij)
            total7[j] += neg2_ij
            dx_i = plus(dx_i, neg2_ij)
        dx[i] = dx_i
    # adjoint of K = np.exp(-0.5 * ((x[:, None] - x[None, :]) / scale) ** 2) + noise * np.eye(len(x))
    dscale = -total6
    for i in range(n):
        dx[i] -= total7[i]
    return diff2, (dx, dy, dscale, dnoise)
