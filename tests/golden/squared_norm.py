"""Row 4: f(x, W) = |W x|^2, the vectorised example: 2 q x^T and 2 W^T q."""

import numpy as np


def squared_norm(x, W):
    q = W.dot(x)
    f = np.sum(q**2)
    return f


MODE, WRT = "value_and_grad", ("x", "W")


def arguments(rng):
    return np.array([0.2, 0.4]), np.array([[0.1, 0.5], [-0.3, 0.8]])


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# squared_norm(x:float64[n], W:float64[m, n]):
#   q:float64[m] = matmul(W, x)
#   t:float64[m] = power(q, 2.0)
#   f:float64[] = sum(t, axis=(0,), keepdims=False)
#   return f


# ---- graph: value_and_grad
# value_and_grad_squared_norm(x:float64[n], W:float64[m, n]):
#   q:float64[m] = matmul(W, x)
#   t:float64[m] = power(q, 2.0)
#   f:float64[] = sum(t, axis=(0,), keepdims=False)
#   dq:float64[m] = multiply(2.0, q)  # bwd
#   t_1:float64[m, 1] = reshape(dq, shape=(m, 1))  # bwd
#   dW:float64[m, n] = multiply(t_1, x)  # bwd
#   t_2:float64[n, m] = transpose(W, perm=(1, 0))  # bwd
#   dx:float64[n] = matmul(t_2, dq)  # bwd
#   return f, dx, dW


# ---- study text

import numpy as np


def value_and_grad_squared_norm(x, W):
    q = W @ x
    f = np.sum(q**2)

    # f = np.sum(q**2)
    dq = 2.0 * q
    # q = W.dot(x)
    dW = np.outer(dq, x)
    dx = W.T @ dq
    return f, (dx, dW)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_squared_norm___HASH__(x, W):
    n = x.shape[0]
    m = W.shape[0]
    if W.shape[1] != n:
        raise ValueError('axis 1 of `W` does not have the length of axis 0 of `x`')

    # q = W.dot(x)
    # f = np.sum(q**2)
    # adjoint of q = W.dot(x)
    dW = np.empty((m, n))
    dx = np.zeros(n)
    f = 0.0
    for i in range(m):
        q_i = 0.0
        for j in range(n):
            q_i = plus(q_i, W[i, j] * x[j])
        f = plus(f, q_i * q_i)
        dq_i = 2.0 * q_i
        for j in range(n):
            dW[i, j] = dq_i * x[j]
            dx[j] += W[i, j] * dq_i
    return f, (dx, dW)
