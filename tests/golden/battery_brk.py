"""Battery: a loop that is left early."""

import numpy as np


def brk(x):
    s = 0.0
    for i in range(4):
        s = s + x[i] * x[i]
        if s > 3.0:
            break
    return s * x[3]


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# brk(x:float64[n]):
#   s:float64[] = for(0, 4, 1, 0.0, x, exits=True)
#     (i:int64[], s_1:float64[], x_1:float64[n]) ->
#       t:float64[] = getitem(x_1, index=(At(position=i),))
#       t_1:float64[] = getitem(x_1, index=(At(position=i),))
#       t_2:float64[] = multiply(t, t_1)
#       s_2:float64[] = add(s_1, t_2)
#       t_3:bool[] = greater(s_2, 3.0)
#       t_4:bool[] = logical_not(t_3)
#       yield t_4, s_2
#   t_5:float64[] = getitem(x, index=(At(position=3),))
#   t_6:float64[] = multiply(s, t_5)
#   return t_6
#   require n - 4 >= 0


# ---- graph: value_and_grad
# value_and_grad_brk(x:float64[n]):
#   s:float64[], trip:int64[] = for(0, 4, 1, 0.0, 0, x, exits=True)
#     (i:int64[], s_1:float64[], trip_1:int64[], x_1:float64[n]) ->
#       t:float64[] = getitem(x_1, index=(At(position=i),))
#       t_1:float64[] = multiply(t, t)
#       s_2:float64[] = add(s_1, t_1)
#       t_2:bool[] = greater(s_2, 3.0)
#       t_3:bool[] = logical_not(t_2)
#       trip_2:int64[] = add(trip_1, 1)
#       yield t_3, s_2, trip_2
#   t_4:float64[] = getitem(x, index=(At(position=3),))
#   t_5:float64[] = multiply(s, t_4)
#   ds:float64[] = copy(t_4)  # bwd
#   dx:float64[n] = full(0.0, shape=(n,))  # bwd
#   dx_1:float64[n] = add_at(dx, s, index=(At(position=3),))  # bwd
#   t_6:int64[] = subtract(trip, 1)  # bwd
#   dx_2:float64[n] = for(t_6, -1, -1, dx_1, ds, x)  # bwd
#     (trip_3:int64[], dx_3:float64[n], ds_1:float64[], x_2:float64[n]) ->
#       t_7:float64[] = getitem(x_2, index=(At(position=i),))  # bwd
#       t_8:float64[] = multiply(ds_1, t_7)  # bwd
#       dx_4:float64[n] = add_at(dx_3, t_8, index=(At(position=i),))  # bwd
#       dx_5:float64[n] = add_at(dx_4, t_8, index=(At(position=i),))  # bwd
#       yield dx_5
#   return t_5, dx_2
#   require n - 4 >= 0


# ---- study text

import numpy as np


def value_and_grad_brk(x):
    s = 0.0
    trip = 0
    for i in range(4):
        s = s + x[i] * x[i]
        trip += 1
        if s > 3:
            break
    out = s * x[3]

    # return s * x[3]
    ds = x[3]
    dx = np.zeros_like(x)
    dx[3] += s
    # for i in range(4):
    for trip in range(trip - 1, -1, -1):
        # s = s + x[i] * x[i]
        prod = ds * x[trip]
        dx[trip] += prod
        dx[trip] += prod
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_brk___HASH__(x):
    n = x.shape[0]
    if n - 4 < 0:
        raise ValueError('n - 4 >= 0')
    s = 0.0
    trip = 0
    for i in range(4):
        # s = s + x[i] * x[i]
        x_n = x[i]
        s = plus(s, x_n * x_n)
        # if s > 3.0:
        mask2 = not (s > 3.0)
        # for i in range(4):
        trip = trip + 1
        if not mask2:
            break
    # return s * x[3]
    prod = s * x[3]
    # adjoint of return s * x[3]
    dx_3 = np.zeros(n)
    dx_3[3] += s
    # adjoint of for i in range(4):
    x_3 = x[3]
    for i in range(trip - 1, -1, -1):
        # adjoint of s = s + x[i] * x[i]
        count_ = int(i)
        if count_ >= n:
            raise IndexError("index out of bounds")
        prod3 = x_3 * x[count_]
        dx_3[count_] += prod3
        dx_3[count_] += prod3
    return prod, dx_3
