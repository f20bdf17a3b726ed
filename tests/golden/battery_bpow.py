"""Battery: a power that broadcasts."""

import numpy as np


def bpow(x):
    return np.sum(np.full((3, 4), 1.3) ** x)


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# bpow(x:float64[4]):
#   t:float64[3, 4] = full(1.3, shape=(3, 4))
#   t_1:float64[3, 4] = power(t, x)
#   t_2:float64[] = sum(t_1, axis=(0, 1), keepdims=False)
#   return t_2


# ---- graph: value_and_grad
# value_and_grad_bpow(x:float64[4]):
#   t:float64[3, 4] = full(1.3, shape=(3, 4))
#   t_1:float64[3, 4] = power(t, x)
#   t_2:float64[] = sum(t_1, axis=(0, 1), keepdims=False)
#   t_3:float64[3, 4] = log(t)  # bwd
#   t_4:float64[3, 4] = multiply(t_1, t_3)  # bwd
#   dx:float64[4] = sum(t_4, axis=(0,), keepdims=False)  # bwd
#   return t_2, dx


# ---- study text

import numpy as np


def value_and_grad_bpow(x):
    fill = np.full((3, 4), 1.3)
    pow2 = fill**x
    out = np.sum(pow2)

    # return np.sum(np.full((3, 4), 1.3) ** x)
    dx = np.sum(pow2 * np.log(fill), axis=0)
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.vmath import pow


@njit
def value_and_grad_bpow___HASH__(x):
    if x.shape[0] != 4:
        raise ValueError('axis 0 of `x` does not have length 4')

    # return np.sum(np.full((3, 4), 1.3) ** x)
    # adjoint of return np.sum(np.full((3, 4), 1.3) ** x)
    dx = np.zeros(4)
    total = 0.0
    for i in range(3):
        for j in range(4):
            pow2_ij = pow(1.3, x[j])
            total = plus(total, pow2_ij)
            dx[j] += 0.26236426446749106 * pow2_ij
    return total, dx
