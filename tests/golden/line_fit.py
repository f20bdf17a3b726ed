"""Row 10: mean squared error of a line."""

import numpy as np


def error(m, b, x, y):
    residual = y - (m * x + b)
    mse = np.mean(residual**2)
    return mse


MODE, WRT = "value_and_grad", ("m", "b")


def arguments(rng):
    return 1.5, -0.5, rng.normal(size=8), rng.normal(size=8)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# error(m:float64[], b:float64[], x:float64[n], y:float64[n]):
#   t:float64[n] = multiply(m, x)
#   t_1:float64[n] = add(t, b)
#   residual:float64[n] = subtract(y, t_1)
#   t_2:float64[n] = power(residual, 2.0)
#   t_3:float64[] = sum(t_2, axis=(0,), keepdims=False)
#   t_4:int64[] = extent(dim=n)
#   t_5:float64[] = cast(t_4, dtype=float64)
#   mse:float64[] = divide(t_3, t_5)
#   return mse


# ---- graph: value_and_grad
# value_and_grad_error(m:float64[], b:float64[], x:float64[n], y:float64[n]):
#   t:float64[n] = multiply(m, x)
#   t_1:float64[n] = add(t, b)
#   residual:float64[n] = subtract(y, t_1)
#   t_2:float64[n] = power(residual, 2.0)
#   t_3:float64[] = sum(t_2, axis=(0,), keepdims=False)
#   t_4:int64[] = extent(dim=n)
#   t_5:float64[] = cast(t_4, dtype=float64)
#   mse:float64[] = divide(t_3, t_5)
#   t_6:float64[] = divide(2.0, t_5)  # bwd
#   dresidual:float64[n] = multiply(t_6, residual)  # bwd
#   t_7:float64[n] = negative(dresidual)  # bwd
#   db:float64[] = sum(t_7, axis=(0,), keepdims=False)  # bwd
#   t_8:float64[n] = multiply(t_7, x)  # bwd
#   dm:float64[] = sum(t_8, axis=(0,), keepdims=False)  # bwd
#   return mse, dm, db


# ---- study text

import numpy as np


def value_and_grad_error(m, b, x, y):
    residual = y - (m * x + b)
    mse = np.mean(residual**2)

    # mse = np.mean(residual**2)
    dresidual = 2.0 / x.shape[0] * residual
    # residual = y - (m * x + b)
    db = np.sum(-dresidual)
    dm = np.sum(-dresidual * x)
    return mse, (dm, db)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_error___HASH__(m, b, x, y):
    n = x.shape[0]
    if y.shape[0] != n:
        raise ValueError('axis 0 of `y` does not have the length of axis 0 of `x`')
    # mse = np.mean(residual**2)
    # adjoint of mse = np.mean(residual**2)
    num = float(n)
    ratio = 2.0 / num

    # mse = np.mean(residual**2)
    # adjoint of residual = y - (m * x + b)
    total2 = 0.0
    db = 0.0
    dm = 0.0
    for i in range(n):
        x_i = x[i]
        residual_i = y[i] - (m * x_i + b)
        total2 = plus(total2, residual_i * residual_i)
        dresidual_i = ratio * residual_i
        neg_i = -dresidual_i
        db = plus(db, neg_i)
        dm = plus(dm, neg_i * x_i)
    # mse = np.mean(residual**2)
    mse = total2 / num
    return mse, (dm, db)
