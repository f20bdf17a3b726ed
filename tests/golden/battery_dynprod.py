"""Battery: a while loop over a product."""

import numpy as np


def dynprod(x):
    p = 1.0
    n = 0
    while n < 3:
        p *= x[n]
        n += 1
    return p


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# dynprod(x:float64[m]):
#   t:float64[] = getitem(x, index=(At(position=0),))
#   p:float64[] = multiply(1.0, t)
#   t_1:float64[] = getitem(x, index=(At(position=1),))
#   p_1:float64[] = multiply(p, t_1)
#   t_2:float64[] = getitem(x, index=(At(position=2),))
#   p_2:float64[] = multiply(p_1, t_2)
#   return p_2
#   require m - 1 >= 0
#   require m - 2 >= 0
#   require m - 3 >= 0


# ---- graph: value_and_grad
# value_and_grad_dynprod(x:float64[m]):
#   p:float64[] = getitem(x, index=(At(position=0),))
#   t:float64[] = getitem(x, index=(At(position=1),))
#   p_1:float64[] = multiply(p, t)
#   t_1:float64[] = getitem(x, index=(At(position=2),))
#   p_2:float64[] = multiply(p_1, t_1)
#   dp:float64[] = copy(t_1)  # bwd
#   dx:float64[m] = full(0.0, shape=(m,))  # bwd
#   dx_1:float64[m] = add_at(dx, p_1, index=(At(position=2),))  # bwd
#   dp_1:float64[] = multiply(dp, t)  # bwd
#   t_2:float64[] = multiply(dp, p)  # bwd
#   dx_2:float64[m] = add_at(dx_1, t_2, index=(At(position=1),))  # bwd
#   dx_3:float64[m] = add_at(dx_2, dp_1, index=(At(position=0),))  # bwd
#   return p_2, dx_3
#   require m - 1 >= 0
#   require m - 2 >= 0
#   require m - 3 >= 0


# ---- study text

import numpy as np


def value_and_grad_dynprod(x):
    p = x[0]
    p_2 = p * x[1]
    p_3 = p_2 * x[2]

    # p *= x[n]
    dp = x[2]
    dx = np.zeros_like(x)
    dx[2] += p_2
    dp_2 = dp * x[1]
    dx[1] += dp * p
    dx[0] += dp_2
    return p_3, dx


# ---- kernel text

import numpy as np
from numba import njit


@njit
def value_and_grad_dynprod___HASH__(x):
    m = x.shape[0]
    if m - 1 < 0:
        raise ValueError('index 0 is out of bounds for axis 0 of size 4')
    if m - 2 < 0:
        raise ValueError('index 1 is out of bounds for axis 0 of size 4')
    if m - 3 < 0:
        raise ValueError('index 2 is out of bounds for axis 0 of size 4')
    # p *= x[n]
    # adjoint of p *= x[n]
    x_0 = x[0]
    x_1 = x[1]
    p_2 = x_0 * x_1
    x_2 = x[2]
    p_3 = p_2 * x_2
    dx_2 = np.zeros(m)
    dx_2[2] += p_2
    dp = x_2 * x_1
    dx_2[1] += x_2 * x_0
    dx_2[0] += dp
    return p_3, dx_2
