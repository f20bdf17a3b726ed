"""A mean over paths that are running sums: exponentials in loops of their own, one row at a time."""

import numpy as np


def asian_option(spot, sigma, normals):
    increments = sigma * normals - 0.5 * sigma**2
    paths = spot * np.exp(np.cumsum(increments, axis=1))
    payoff = np.maximum(paths.mean(axis=1) - 1.0, 0.0)
    return np.mean(payoff)


MODE, WRT = "value_and_grad", ("spot", "sigma")


def arguments(rng):
    return 1.1, 0.2 + 0.1 * rng.random(4), rng.normal(size=(3, 4))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# asian_option(spot:float64[], sigma:float64[n], normals:float64[m, n]):
#   t:float64[m, n] = multiply(sigma, normals)
#   t_1:float64[n] = power(sigma, 2.0)
#   t_2:float64[n] = multiply(0.5, t_1)
#   increments:float64[m, n] = subtract(t, t_2)
#   t_3:float64[m, n] = cumsum(increments, axis=1)
#   t_4:float64[m, n] = exp(t_3)
#   paths:float64[m, n] = multiply(spot, t_4)
#   t_5:float64[m] = sum(paths, axis=(1,), keepdims=False)
#   t_6:int64[] = extent(dim=n)
#   t_7:float64[] = cast(t_6, dtype=float64)
#   t_8:float64[m] = divide(t_5, t_7)
#   t_9:float64[m] = subtract(t_8, 1.0)
#   payoff:float64[m] = relu(t_9)
#   t_10:float64[] = sum(payoff, axis=(0,), keepdims=False)
#   t_11:int64[] = extent(dim=m)
#   t_12:float64[] = cast(t_11, dtype=float64)
#   t_13:float64[] = divide(t_10, t_12)
#   return t_13


# ---- graph: value_and_grad
# value_and_grad_asian_option(spot:float64[], sigma:float64[n], normals:float64[m, n]):
#   t:float64[m, n] = multiply(sigma, normals)
#   t_1:float64[n] = power(sigma, 2.0)
#   t_2:float64[n] = multiply(0.5, t_1)
#   increments:float64[m, n] = subtract(t, t_2)
#   t_3:float64[m, n] = cumsum(increments, axis=1)
#   t_4:float64[m, n] = exp(t_3)
#   paths:float64[m, n] = multiply(spot, t_4)
#   t_5:float64[m] = sum(paths, axis=(1,), keepdims=False)
#   t_6:int64[] = extent(dim=n)
#   t_7:float64[] = cast(t_6, dtype=float64)
#   t_8:float64[m] = divide(t_5, t_7)
#   t_9:float64[m] = subtract(t_8, 1.0)
#   payoff:float64[m] = relu(t_9)
#   t_10:float64[] = sum(payoff, axis=(0,), keepdims=False)
#   t_11:int64[] = extent(dim=m)
#   t_12:float64[] = cast(t_11, dtype=float64)
#   t_13:float64[] = divide(t_10, t_12)
#   t_14:float64[] = divide(1.0, t_12)  # bwd
#   dpayoff:float64[m] = broadcast_to(t_14, shape=(m,))  # bwd
#   t_15:bool[m] = greater(t_9, 0.0)  # bwd
#   t_16:float64[m] = divide(dpayoff, t_7)  # bwd
#   t_17:float64[m] = where(t_15, t_16, 0.0)  # bwd
#   t_18:float64[m, 1] = reshape(t_17, shape=(m, 1))  # bwd
#   dpaths:float64[m, n] = broadcast_to(t_18, shape=(m, n))  # bwd
#   t_19:bool[m, n] = equal(dpaths, 0.0)  # bwd
#   t_20:bool[m, n] = isfinite(paths)  # bwd
#   t_21:bool[m, n] = logical_not(t_20)  # bwd
#   t_22:bool[m, n] = logical_and(t_19, t_21)  # bwd
#   t_23:float64[m, n] = where(t_22, 1.0, spot)  # bwd
#   t_24:float64[m, n] = where(t_22, 1.0, t_4)  # bwd
#   t_25:float64[m, n] = multiply(dpaths, t_24)  # bwd
#   dspot:float64[] = sum(t_25, axis=(0, 1), keepdims=False)  # bwd
#   t_26:float64[m, n] = multiply(dpaths, t_23)  # bwd
#   t_27:bool[m, n] = equal(t_26, 0.0)  # bwd
#   t_28:bool[m, n] = isfinite(t_4)  # bwd
#   t_29:bool[m, n] = logical_not(t_28)  # bwd
#   t_30:bool[m, n] = logical_and(t_27, t_29)  # bwd
#   t_31:float64[m, n] = multiply(t_26, t_4)  # bwd
#   t_32:float64[m, n] = where(t_30, 0.0, t_31)  # bwd
#   t_33:float64[m, n] = getitem(t_32, index=(Span(start=0, step=1, extent=m), Span(start=n - 1, step=-1, extent=n)))  # bwd
#   t_34:float64[m, n] = cumsum(t_33, axis=1)  # bwd
#   dincrements:float64[m, n] = getitem(t_34, index=(Span(start=0, step=1, extent=m), Span(start=n - 1, step=-1, extent=n)))  # bwd
#   t_35:float64[n] = sum(dincrements, axis=(0,), keepdims=False)  # bwd
#   t_36:float64[n] = multiply(t_35, sigma)  # bwd
#   t_37:float64[m, n] = multiply(dincrements, normals)  # bwd
#   t_38:float64[n] = sum(t_37, axis=(0,), keepdims=False)  # bwd
#   dsigma:float64[n] = subtract(t_38, t_36)  # bwd
#   return t_13, dspot, dsigma


# ---- study text

import numpy as np
from symgrad.runtime import relu


def value_and_grad_asian_option(spot, sigma, normals):
    increments = sigma * normals - 0.5 * sigma**2
    e = np.exp(np.cumsum(increments, axis=1))
    paths = spot * e
    diff = np.mean(paths, axis=1) - 1
    payoff = relu(diff)  # relu, from np.maximum(paths.mean(axis=1) - 1.0, 0.0)
    out = np.mean(payoff)

    # return np.mean(payoff)
    dpayoff = np.broadcast_to(1.0 / normals.shape[0], payoff.shape)
    # payoff = np.maximum(paths.mean(axis=1) - 1.0, 0.0)
    flat = np.where(diff > 0, dpayoff / sigma.shape[0], 0.0).reshape(-1, 1)
    dpaths = np.broadcast_to(flat, paths.shape)
    # paths = spot * np.exp(np.cumsum(increments, axis=1))
    mask = np.logical_and(dpaths == 0, np.logical_not(np.isfinite(paths)))
    dspot = np.sum(dpaths * np.where(mask, 1.0, e))
    prod = dpaths * np.where(mask, 1.0, spot)
    mask2 = np.logical_and(prod == 0, np.logical_not(np.isfinite(e)))
    running = np.cumsum(np.where(mask2, 0.0, prod * e)[:, ::-1], axis=1)
    dincrements = running[:, ::-1]
    # increments = sigma * normals - 0.5 * sigma**2
    total = np.sum(dincrements * normals, axis=0)
    dsigma = total - np.sum(dincrements, axis=0) * sigma
    return out, (dspot, dsigma)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.vmath import exp


@njit
def value_and_grad_asian_option___HASH__(spot, sigma, normals):
    n = sigma.shape[0]
    m = normals.shape[0]
    if normals.shape[1] != n:
        raise ValueError('axis 1 of `normals` does not have the length of axis 0 of `sigma`')
    # payoff = np.maximum(paths.mean(axis=1) - 1.0, 0.0)
    # return np.mean(payoff)
    # adjoint of return np.mean(payoff)
    # adjoint of payoff = np.maximum(paths.mean(axis=1) - 1.0, 0.0)
    num = float(n)
    num2 = float(m)
    ratio4 = 1.0 / num2 / num

    # paths = spot * np.exp(np.cumsum(increments, axis=1))
    # payoff = np.maximum(paths.mean(axis=1) - 1.0, 0.0)
    # return np.mean(payoff)
    # adjoint of payoff = np.maximum(paths.mean(axis=1) - 1.0, 0.0)
    # adjoint of paths = spot * np.exp(np.cumsum(increments, axis=1))
    # adjoint of increments = sigma * normals - 0.5 * sigma**2
    e = np.empty(n)
    running2 = np.empty(n)
    total3 = np.zeros(n)
    dsigma = np.zeros(n)
    total2 = 0.0
    dspot = 0.0
    for i in range(m):
        e_ij = 0.0
        for j in range(n):
            sigma_j = sigma[j]
            increments_ij = sigma_j * normals[i, j] - 0.5 * (sigma_j * sigma_j)
            e_ij += increments_ij
            e[j] = e_ij
        total_i = 0.0
        for j in range(n):
            e_ij = e[j]
            e_ij_2 = exp(e_ij)
            e[j] = e_ij_2
            paths_ij = spot * e_ij_2
            total_i = plus(total_i, paths_ij)
        diff_i = total_i / num - 1.0
        payoff_i = 0.0 if diff_i <= 0.0 else diff_i
        total2 = plus(total2, payoff_i)
        mask_i = diff_i > 0.0
        masked_i = ratio4 if mask_i else 0.0
        for j in range(n):
            e_ij_2 = e[j]
            paths_ij = spot * e_ij_2
            mask5_ij = (masked_i == 0.0) & (not (abs(paths_ij) < np.inf))
            dspot = plus(dspot, masked_i * (1.0 if mask5_ij else e_ij_2))
            prod4_ij = masked_i * (1.0 if mask5_ij else spot)
            prod5_ij = prod4_ij * e_ij_2
            e[j] = 0.0 if (prod4_ij == 0.0) & (not (abs(e_ij_2) < np.inf)) else prod5_ij
        running2_ij = 0.0
        for j in range(n):
            running2_ij += e[n - 1 - j]
            running2[j] = running2_ij
        for j in range(n):
            running2_ij_2 = running2[n - 1 - j]
            total3[j] += running2_ij_2
            dsigma[j] += running2_ij_2 * normals[i, j]
    # return np.mean(payoff)
    ratio2 = total2 / num2
    # adjoint of increments = sigma * normals - 0.5 * sigma**2
    for i in range(n):
        dsigma[i] -= total3[i] * sigma[i]
    return ratio2, (dspot, dsigma)
