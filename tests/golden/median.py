"""Distances from the median: an order that the kernel computes once, for the value and the adjoint."""

import numpy as np


def spread(x):
    centre = np.median(x)
    return np.mean(np.sqrt(1.0 + (x - centre) ** 2))


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (rng.normal(size=8),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# spread(x:float64[n]):
#   t:float64[n] = sort(x, axis=0)
#   t_1:float64[] = getitem(t, index=(At(position=n // 2),))
#   t_2:float64[] = getitem(t, index=(At(position=(n - 1) // 2),))
#   t_3:float64[] = add(t_2, t_1)
#   t_4:float64[] = multiply(t_3, 0.5)
#   t_5:float64[] = getitem(t, index=(At(position=n - 1),))
#   t_6:bool[] = isnan(t_5)
#   centre:float64[] = where(t_6, nan, t_4)
#   t_7:float64[n] = subtract(x, centre)
#   t_8:float64[n] = power(t_7, 2.0)
#   t_9:float64[n] = add(1.0, t_8)
#   t_10:float64[n] = sqrt(t_9)
#   t_11:float64[] = sum(t_10, axis=(0,), keepdims=False)
#   t_12:int64[] = extent(dim=n)
#   t_13:float64[] = cast(t_12, dtype=float64)
#   t_14:float64[] = divide(t_11, t_13)
#   return t_14
#   require n - n // 2 - 1 >= 0
#   require n - 1 >= 0
#   require n - (n - 1) // 2 - 1 >= 0


# ---- graph: value_and_grad
# value_and_grad_spread(x:float64[n]):
#   t:float64[n] = sort(x, axis=0)
#   t_1:float64[] = getitem(t, index=(At(position=n // 2),))
#   t_2:float64[] = getitem(t, index=(At(position=(n - 1) // 2),))
#   t_3:float64[] = add(t_2, t_1)
#   t_4:float64[] = multiply(t_3, 0.5)
#   t_5:float64[] = getitem(t, index=(At(position=n - 1),))
#   t_6:bool[] = isnan(t_5)
#   centre:float64[] = where(t_6, nan, t_4)
#   t_7:float64[n] = subtract(x, centre)
#   t_8:float64[n] = power(t_7, 2.0)
#   t_9:float64[n] = add(1.0, t_8)
#   t_10:float64[n] = sqrt(t_9)
#   t_11:float64[] = sum(t_10, axis=(0,), keepdims=False)
#   t_12:int64[] = extent(dim=n)
#   t_13:float64[] = cast(t_12, dtype=float64)
#   t_14:float64[] = divide(t_11, t_13)
#   t_15:float64[n] = divide(1.0, t_10)  # bwd
#   t_16:float64[n] = divide(t_15, t_13)  # bwd
#   dx:float64[n] = multiply(t_16, t_7)  # bwd
#   t_17:float64[] = sum(dx, axis=(0,), keepdims=False)  # bwd
#   dcentre:float64[] = negative(t_17)  # bwd
#   t_18:float64[] = where(t_6, 0.0, dcentre)  # bwd
#   t_19:float64[] = multiply(0.5, t_18)  # bwd
#   t_20:float64[n] = full(0.0, shape=(n,))  # bwd
#   t_21:float64[n] = add_at(t_20, t_19, index=(At(position=(n - 1) // 2),))  # bwd
#   t_22:float64[n] = add_at(t_21, t_19, index=(At(position=n // 2),))  # bwd
#   t_23:int64[n] = argsort(x, axis=0)  # bwd
#   dx_1:float64[n] = add_at(dx, t_22, t_23, index=(Gather(),))  # bwd
#   return t_14, dx_1
#   require n - n // 2 - 1 >= 0
#   require n - 1 >= 0
#   require n - (n - 1) // 2 - 1 >= 0


# ---- study text

import numpy as np


def value_and_grad_spread(x):
    n = x.shape[0]
    ordered = np.sort(x)
    mask = np.isnan(ordered[-1])
    centre = np.where(mask, np.nan, (ordered[(n - 1) // 2] + ordered[n // 2]) * 0.5)
    diff = x - centre
    root = np.sqrt(1 + diff**2)
    out = np.mean(root)

    # return np.mean(np.sqrt(1.0 + (x - centre) ** 2))
    dx = 1.0 / root / n * diff
    dcentre = -np.sum(dx)
    # centre = np.median(x)
    prod = 0.5 * np.where(mask, 0.0, dcentre)
    fill = np.zeros_like(x)
    fill[(n - 1) // 2] += prod
    fill[n // 2] += prod
    np.add.at(dx, np.argsort(x, kind="stable"), fill)
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.backends.lapack import sorting_order


@njit
def value_and_grad_spread___HASH__(x):
    n = x.shape[0]
    if n - n // 2 - 1 < 0:
        raise ValueError('index 4 is out of bounds for axis 0 of size 8')
    if n - 1 < 0:
        raise ValueError('n - 1 >= 0')
    if n - (n - 1) // 2 - 1 < 0:
        raise ValueError('index 3 is out of bounds for axis 0 of size 8')
    x = np.ascontiguousarray(x)
    # centre = np.median(x)
    # return np.mean(np.sqrt(1.0 + (x - centre) ** 2))
    # adjoint of centre = np.median(x)
    order = np.empty(n, np.int64)
    sorting_order(x, order)
    x_n = x[order[n - 1]]
    mask = x_n != x_n
    prod_ = 0.5 * (x[order[(n - 1) // 2]] + x[order[n // 2]])
    centre = np.nan if mask else prod_
    num = float(n)
    arr = np.zeros(n)

    # return np.mean(np.sqrt(1.0 + (x - centre) ** 2))
    # adjoint of return np.mean(np.sqrt(1.0 + (x - centre) ** 2))
    dx = np.empty(n)
    total3 = 0.0
    total4 = 0.0
    for i in range(n):
        diff_i = x[i] - centre
        root_i = np.sqrt(1.0 + diff_i * diff_i)
        total3 = plus(total3, root_i)
        dx_i = 1.0 / root_i / num * diff_i
        dx[i] = dx_i
        total4 = plus(total4, dx_i)
    # return np.mean(np.sqrt(1.0 + (x - centre) ** 2))
    # adjoint of return np.mean(np.sqrt(1.0 + (x - centre) ** 2))
    # adjoint of centre = np.median(x)
    ratio = total3 / num
    dcentre = -total4
    prod2 = 0.5 * (0.0 if mask else dcentre)
    arr[(n - 1) // 2] += prod2
    arr[n // 2] += prod2
    # adjoint of centre = np.median(x)
    for i in range(n):
        dx[order[i]] += arr[i]
    return ratio, dx
