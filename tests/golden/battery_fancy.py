"""Battery: repeated indices accumulate."""

import numpy as np


def fancy(x):
    return np.sum(x[np.array([0, 0, 2])] ** 2)


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# fancy(x:float64[n]):
#   t:int64[3] = literal(data=(0, 0, 2), dtype=int64)
#   t_1:float64[3] = getitem(x, t, index=(Gather(),))
#   t_2:float64[3] = power(t_1, 2.0)
#   t_3:float64[] = sum(t_2, axis=(0,), keepdims=False)
#   return t_3


# ---- graph: value_and_grad
# value_and_grad_fancy(x:float64[n]):
#   t:int64[3] = literal(data=(0, 0, 2), dtype=int64)
#   t_1:float64[3] = getitem(x, t, index=(Gather(),))
#   t_2:float64[3] = power(t_1, 2.0)
#   t_3:float64[] = sum(t_2, axis=(0,), keepdims=False)
#   t_4:float64[3] = multiply(2.0, t_1)  # bwd
#   dx:float64[n] = full(0.0, shape=(n,))  # bwd
#   dx_1:float64[n] = add_at(dx, t_4, t, index=(Gather(),))  # bwd
#   return t_3, dx_1


# ---- study text

import numpy as np


def value_and_grad_fancy(x):
    table = np.array([0, 0, 2])
    part = x[table]
    out = np.sum(part**2)

    # return np.sum(x[np.array([0, 0, 2])] ** 2)
    dx = np.zeros_like(x)
    np.add.at(dx, table, 2.0 * part)
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus

table = np.array((0, 0, 2), dtype=np.int64)

@njit
def value_and_grad_fancy___HASH__(x):
    n = x.shape[0]
    # adjoint of return np.sum(x[np.array([0, 0, 2])] ** 2)
    dx_2 = np.zeros(n)

    # return np.sum(x[np.array([0, 0, 2])] ** 2)
    # adjoint of return np.sum(x[np.array([0, 0, 2])] ** 2)
    total = 0.0
    for i in range(3):
        table_i = int(table[i])
        if table_i < 0:
            table_i += n
        if not 0 <= table_i < n:
            raise IndexError("index out of bounds")
        x_i = x[table_i]
        total = plus(total, x_i * x_i)
        dx_2[table_i] += 2.0 * x_i
    return total, dx_2
