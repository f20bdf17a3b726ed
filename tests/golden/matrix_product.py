"""Row 4: the matrix gate, forward and backward with an upstream dD."""


def product(W, X):
    D = W.dot(X)
    return D


MODE, WRT = "fwd_and_bwd", ("W", "X")


def arguments(rng):
    return rng.normal(size=(5, 10)), rng.normal(size=(10, 3))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# product(W:float64[n, m], X:float64[m, p]):
#   D:float64[n, p] = matmul(W, X)
#   return D


# ---- graph: forward
# product_forward(W:float64[n, m], X:float64[m, p]):
#   D:float64[n, p] = matmul(W, X)
#   return D, W, X

# ---- graph: backward
# product_backward(W:float64[n, m], X:float64[m, p], dD:float64[n, p]):
#   t:float64[p, m] = transpose(X, perm=(1, 0))  # bwd
#   dW:float64[n, m] = matmul(dD, t)  # bwd
#   t_1:float64[m, n] = transpose(W, perm=(1, 0))  # bwd
#   dX:float64[m, p] = matmul(t_1, dD)  # bwd
#   return dW, dX


# ---- study text

import numpy as np


def product_forward(W, X):
    D = W @ X
    return D, (W, X)


def product_backward(dD, cache):
    W, X = cache
    # D = W.dot(X)
    dW = dD @ X.T
    dX = W.T @ dD
    return dW, dX


# ---- kernel text

import numpy as np
from numba import njit


@njit
def vjp_product___HASH__(W, X, dD):
    n, m = W.shape
    p = X.shape[1]
    if X.shape[0] != m:
        raise ValueError('axis 0 of `X` does not have the length of axis 1 of `W`')
    if dD.shape[0] != n:
        raise ValueError('axis 0 of `dD` does not have the length of axis 0 of `W`')
    if dD.shape[1] != p:
        raise ValueError('axis 1 of `dD` does not have the length of axis 1 of `X`')
    W = np.ascontiguousarray(W)
    X = np.ascontiguousarray(X)
    dD = np.ascontiguousarray(dD)
    # D = W.dot(X)
    # adjoint of D = W.dot(X)
    D = np.dot(W, X)
    dW = np.dot(dD, X.T)
    dX = np.dot(W.T, dD)
    return D, (dW, dX)
