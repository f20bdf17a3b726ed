"""Row 9: one hidden layer with cross entropy, in the symbols of the slide."""

import numpy as np


def network(alpha, beta, x, ystar):
    a = alpha.dot(x)
    z = 1 / (1 + np.exp(-a))
    b = np.sum(beta * z)
    y = 1 / (1 + np.exp(-b))
    J = -(ystar * np.log(y) + (1 - ystar) * np.log(1 - y))
    return J


MODE, WRT = "value_and_grad", ("alpha", "beta", "x")


def arguments(rng):
    return rng.normal(size=(4, 3)), rng.normal(size=4), rng.normal(size=3), 1.0


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# network(alpha:float64[n, m], beta:float64[n], x:float64[m], ystar:float64[]):
#   a:float64[n] = matmul(alpha, x)
#   z:float64[n] = sigmoid(a)
#   t:float64[n] = multiply(beta, z)
#   b:float64[] = sum(t, axis=(0,), keepdims=False)
#   y:float64[] = sigmoid(b)
#   J:float64[] = sigmoid_cross_entropy(b, ystar)
#   return J


# ---- graph: value_and_grad
# value_and_grad_network(alpha:float64[n, m], beta:float64[n], x:float64[m], ystar:float64[]):
#   a:float64[n] = matmul(alpha, x)
#   z:float64[n] = sigmoid(a)
#   t:float64[n] = multiply(beta, z)
#   b:float64[] = sum(t, axis=(0,), keepdims=False)
#   y:float64[] = sigmoid(b)
#   J:float64[] = sigmoid_cross_entropy(b, ystar)
#   db:float64[] = subtract(y, ystar)  # bwd
#   dbeta:float64[n] = multiply(db, z)  # bwd
#   dz:float64[n] = multiply(db, beta)  # bwd
#   t_1:float64[n] = subtract(1.0, z)  # bwd
#   t_2:float64[n] = multiply(dz, z)  # bwd
#   da:float64[n] = multiply(t_2, t_1)  # bwd
#   t_3:float64[n, 1] = reshape(da, shape=(n, 1))  # bwd
#   dalpha:float64[n, m] = multiply(t_3, x)  # bwd
#   t_4:float64[m, n] = transpose(alpha, perm=(1, 0))  # bwd
#   dx:float64[m] = matmul(t_4, da)  # bwd
#   return J, dalpha, dbeta, dx


# ---- study text

import numpy as np
from symgrad.runtime import sigmoid, sigmoid_cross_entropy


def value_and_grad_network(alpha, beta, x, ystar):
    a = alpha @ x
    z = sigmoid(a)  # sigmoid, from 1 / (1 + np.exp(-a))
    b = np.sum(beta * z)
    y = sigmoid(b)  # sigmoid, from 1 / (1 + np.exp(-b))
    # sigmoid_cross_entropy, from ystar * log(y) + (1 - ystar) * log(1 - y)
    J = sigmoid_cross_entropy(b, ystar)

    # J = -(ystar * np.log(y) + (1 - ystar) * np.log(1 - y))
    db = y - ystar
    # b = np.sum(beta * z)
    dbeta = db * z
    dz = db * beta
    # z = 1 / (1 + np.exp(-a))
    da = dz * z * (1 - z)
    # a = alpha.dot(x)
    dalpha = np.outer(da, x)
    dx = alpha.T @ da
    return J, (dalpha, dbeta, dx)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.vmath import exp, log1p


@njit
def value_and_grad_network___HASH__(alpha, beta, x, ystar):
    n, m = alpha.shape
    if beta.shape[0] != n:
        raise ValueError('axis 0 of `beta` does not have the length of axis 0 of `alpha`')
    if x.shape[0] != m:
        raise ValueError('axis 0 of `x` does not have the length of axis 1 of `alpha`')

    # a = alpha.dot(x)
    # z = 1 / (1 + np.exp(-a))
    # b = np.sum(beta * z)
    # adjoint of z = 1 / (1 + np.exp(-a))
    dbeta = np.empty(n)
    diff2 = np.empty(n)
    b = 0.0
    for i in range(n):
        a_i = 0.0
        for j in range(m):
            a_i = plus(a_i, alpha[i, j] * x[j])
        dbeta_i = exp(-a_i)
        dbeta[i] = dbeta_i
        z_i = 1.0 / (1.0 + dbeta_i)
        b = plus(b, beta[i] * z_i)
        diff2[i] = 1.0 - z_i
    # y = 1 / (1 + np.exp(-b))
    # J = -(ystar * np.log(y) + (1 - ystar) * np.log(1 - y))
    # adjoint of J = -(ystar * np.log(y) + (1 - ystar) * np.log(1 - y))
    y = 1.0 / (1.0 + exp(-b))
    J = (0.0 if b <= 0.0 else b) - b * ystar + log1p(exp(-abs(b)))
    db = y - ystar
    # adjoint of b = np.sum(beta * z)
    # adjoint of z = 1 / (1 + np.exp(-a))
    # adjoint of a = alpha.dot(x)
    dalpha = np.empty((n, m))
    dx = np.zeros(m)
    for i in range(n):
        dbeta_i = dbeta[i]
        z_i = 1.0 / (1.0 + dbeta_i)
        dbeta[i] = db * z_i
        dz_i = db * beta[i]
        da_i = dz_i * z_i * diff2[i]
        for j in range(m):
            dalpha[i, j] = da_i * x[j]
            dx[j] += alpha[i, j] * da_i
    return J, (dalpha, dbeta, dx)
