"""Softmax cross-entropy with one-hot targets: the adjoint of the scores is p - t."""

import numpy as np


def cross_entropy(z, t):
    p = np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)
    loss = -np.sum(t * np.log(p))
    return loss


MODE, WRT = "value_and_grad", ("z",)


def arguments(rng):
    return rng.normal(size=(5, 3)), np.eye(3)[[0, 2, 1, 1, 0]]


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# cross_entropy(z:float64[n, m], t:float64[n, m]):
#   p:float64[n, m] = softmax(z, axis=(1,))
#   t_1:float64[n, m] = log_softmax(z, axis=(1,))
#   t_2:float64[n, m] = multiply(t, t_1)
#   t_3:float64[] = sum(t_2, axis=(0, 1), keepdims=False)
#   loss:float64[] = negative(t_3)
#   return loss


# ---- graph: value_and_grad
# value_and_grad_cross_entropy(z:float64[n, m], t:float64[n, m]):
#   p:float64[n, m] = softmax(z, axis=(1,))
#   t_1:float64[n, m] = log_softmax(z, axis=(1,))
#   t_2:float64[n, m] = multiply(t, t_1)
#   t_3:float64[] = sum(t_2, axis=(0, 1), keepdims=False)
#   loss:float64[] = negative(t_3)
#   t_4:float64[n, 1] = sum(t, axis=(1,), keepdims=True)  # bwd
#   t_5:float64[n, m] = multiply(p, t_4)  # bwd
#   dz:float64[n, m] = subtract(t_5, t)  # bwd
#   return loss, dz


# ---- study text

import numpy as np
from symgrad.runtime import log_softmax, softmax


def value_and_grad_cross_entropy(z, t):
    p = softmax(z, axis=1)  # softmax, from np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)
    loss = -np.sum(t * log_softmax(z, axis=1))  # log_softmax, from log(p)

    # loss = -np.sum(t * np.log(p))
    dz = p * np.sum(t, axis=1, keepdims=True) - t
    return loss, dz


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus, larger
from symgrad.vmath import exp, log


@njit
def value_and_grad_cross_entropy___HASH__(z, t):
    n, m = z.shape
    if t.shape[0] != n:
        raise ValueError('axis 0 of `t` does not have the length of axis 0 of `z`')
    if t.shape[1] != m:
        raise ValueError('axis 1 of `t` does not have the length of axis 1 of `z`')
    if m == 0:
        raise ValueError("max of an empty array")

    # p = np.exp(z) / np.sum(np.exp(z), axis=1, keepdims=True)
    # loss = -np.sum(t * np.log(p))
    # adjoint of loss = -np.sum(t * np.log(p))
    dz = np.empty((n, m))
    total3 = 0.0
    for i in range(n):
        top_i = -np.inf
        for j in range(m):
            top_i = larger(top_i, z[i, j])
        total_i = 0.0
        for j in range(m):
            dz_ij = exp(z[i, j] - top_i)
            dz[i, j] = dz_ij
            total_i = plus(total_i, dz_ij)
        total2_i = top_i + log(total_i)
        masked_i = total2_i if abs(top_i) < np.inf else top_i
        total4_i = 0.0
        for j in range(m):
            t_ij = t[i, j]
            total3 = plus(total3, t_ij * (z[i, j] - masked_i))
            total4_i = plus(total4_i, t_ij)
        prod2_i = 1.0 / total_i * total4_i
        for j in range(m):
            dz_ij = dz[i, j]
            dz[i, j] = dz_ij * prod2_i - t[i, j]
    # loss = -np.sum(t * np.log(p))
    loss = -total3
    return loss, dz
