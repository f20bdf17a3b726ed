"""Row 9: logistic regression with cross entropy; no division by y or 1 - y survives."""

import numpy as np


def regression(theta, x, ystar):
    a = x.dot(theta)
    y = 1 / (1 + np.exp(-a))
    J = -np.mean(ystar * np.log(y) + (1 - ystar) * np.log(1 - y))
    return J


MODE, WRT = "value_and_grad", ("theta",)


def arguments(rng):
    return rng.normal(size=3), rng.normal(size=(7, 3)), rng.integers(0, 2, size=7).astype(float)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# regression(theta:float64[n], x:float64[m, n], ystar:float64[m]):
#   a:float64[m] = matmul(x, theta)
#   y:float64[m] = sigmoid(a)
#   t:float64[m] = sigmoid_cross_entropy(a, ystar)
#   t_1:float64[m] = negative(t)
#   t_2:float64[] = sum(t_1, axis=(0,), keepdims=False)
#   t_3:int64[] = extent(dim=m)
#   t_4:float64[] = cast(t_3, dtype=float64)
#   t_5:float64[] = divide(t_2, t_4)
#   J:float64[] = negative(t_5)
#   return J


# ---- graph: value_and_grad
# value_and_grad_regression(theta:float64[n], x:float64[m, n], ystar:float64[m]):
#   a:float64[m] = matmul(x, theta)
#   y:float64[m] = sigmoid(a)
#   t:float64[m] = sigmoid_cross_entropy(a, ystar)
#   t_1:float64[m] = negative(t)
#   t_2:float64[] = sum(t_1, axis=(0,), keepdims=False)
#   t_3:int64[] = extent(dim=m)
#   t_4:float64[] = cast(t_3, dtype=float64)
#   t_5:float64[] = divide(t_2, t_4)
#   J:float64[] = negative(t_5)
#   t_6:float64[m] = subtract(y, ystar)  # bwd
#   da:float64[m] = divide(t_6, t_4)  # bwd
#   t_7:float64[n, m] = transpose(x, perm=(1, 0))  # bwd
#   dtheta:float64[n] = matmul(t_7, da)  # bwd
#   return J, dtheta


# ---- study text

import numpy as np
from symgrad.runtime import sigmoid, sigmoid_cross_entropy


def value_and_grad_regression(theta, x, ystar):
    a = x @ theta
    y = sigmoid(a)  # sigmoid, from 1 / (1 + np.exp(-a))
    # sigmoid_cross_entropy, from ystar * log(y) + (1 - ystar) * log(1 - y)
    J = -np.mean(-sigmoid_cross_entropy(a, ystar))

    # J = -np.mean(ystar * np.log(y) + (1 - ystar) * np.log(1 - y))
    da = (y - ystar) / x.shape[0]
    # a = x.dot(theta)
    dtheta = x.T @ da
    return J, dtheta


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.vmath import exp, log1p


@njit
def value_and_grad_regression___HASH__(theta, x, ystar):
    n = theta.shape[0]
    m = x.shape[0]
    if x.shape[1] != n:
        raise ValueError('axis 1 of `x` does not have the length of axis 0 of `theta`')
    if ystar.shape[0] != m:
        raise ValueError('axis 0 of `ystar` does not have the length of axis 0 of `x`')
    # J = -np.mean(ystar * np.log(y) + (1 - ystar) * np.log(1 - y))
    num = float(m)

    # a = x.dot(theta)
    # y = 1 / (1 + np.exp(-a))
    # J = -np.mean(ystar * np.log(y) + (1 - ystar) * np.log(1 - y))
    # adjoint of J = -np.mean(ystar * np.log(y) + (1 - ystar) * np.log(1 - y))
    # adjoint of a = x.dot(theta)
    dtheta = np.zeros(n)
    total3 = 0.0
    for i in range(m):
        a_i = 0.0
        for j in range(n):
            a_i = plus(a_i, x[i, j] * theta[j])
        ystar_i = ystar[i]
        total2_i = (0.0 if a_i <= 0.0 else a_i) - a_i * ystar_i + log1p(exp(-abs(a_i)))
        total3 = plus(total3, total2_i)
        y_i = 1.0 / (1.0 + exp(-a_i))
        da_i = (y_i - ystar_i) / num
        for j in range(n):
            dtheta[j] += x[i, j] * da_i
    # J = -np.mean(ystar * np.log(y) + (1 - ystar) * np.log(1 - y))
    J = total3 / num
    return J, dtheta
