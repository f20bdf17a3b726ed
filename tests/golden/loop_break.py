"""A loop that the data leave early: the trips are counted, the adjoint makes as many."""

import numpy as np


def until(x):
    s = 0.0
    for i in range(x.shape[0]):
        s = s + x[i] * x[i]
        if s > 3.0:
            break
    return s * x[3]


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# until(x:float64[n]):
#   t:int64[] = extent(dim=n)
#   s:float64[] = for(0, t, 1, 0.0, x, exits=True)
#     (i:int64[], s_1:float64[], x_1:float64[n]) ->
#       t_1:float64[] = getitem(x_1, index=(At(position=i),))
#       t_2:float64[] = getitem(x_1, index=(At(position=i),))
#       t_3:float64[] = multiply(t_1, t_2)
#       s_2:float64[] = add(s_1, t_3)
#       t_4:bool[] = greater(s_2, 3.0)
#       t_5:bool[] = logical_not(t_4)
#       yield t_5, s_2
#   t_6:float64[] = getitem(x, index=(At(position=3),))
#   t_7:float64[] = multiply(s, t_6)
#   return t_7
#   require n - 4 >= 0


# ---- graph: value_and_grad
# value_and_grad_until(x:float64[n]):
#   t:int64[] = extent(dim=n)
#   s:float64[], trip:int64[] = for(0, t, 1, 0.0, 0, x, exits=True)
#     (i:int64[], s_1:float64[], trip_1:int64[], x_1:float64[n]) ->
#       t_1:float64[] = getitem(x_1, index=(At(position=i),))
#       t_2:float64[] = multiply(t_1, t_1)
#       s_2:float64[] = add(s_1, t_2)
#       t_3:bool[] = greater(s_2, 3.0)
#       t_4:bool[] = logical_not(t_3)
#       trip_2:int64[] = add(trip_1, 1)
#       yield t_4, s_2, trip_2
#   t_5:float64[] = getitem(x, index=(At(position=3),))
#   t_6:float64[] = multiply(s, t_5)
#   ds:float64[] = copy(t_5)  # bwd
#   dx:float64[n] = full(0.0, shape=(n,))  # bwd
#   dx_1:float64[n] = add_at(dx, s, index=(At(position=3),))  # bwd
#   t_7:int64[] = subtract(trip, 1)  # bwd
#   dx_2:float64[n] = for(t_7, -1, -1, dx_1, ds, x)  # bwd
#     (trip_3:int64[], dx_3:float64[n], ds_1:float64[], x_2:float64[n]) ->
#       t_8:float64[] = getitem(x_2, index=(At(position=i),))  # bwd
#       t_9:float64[] = multiply(ds_1, t_8)  # bwd
#       t_10:float64[] = multiply(2.0, t_9)  # bwd
#       dx_4:float64[n] = add_at(dx_3, t_10, index=(At(position=i),))  # bwd
#       yield dx_4
#   return t_6, dx_2
#   require n - 4 >= 0


# ---- study text

import numpy as np


def value_and_grad_until(x):
    s = 0.0
    trip = 0
    for i in range(x.shape[0]):
        s = s + x[i] * x[i]
        trip += 1
        if s > 3:
            break
    out = s * x[3]

    # return s * x[3]
    ds = x[3]
    dx = np.zeros_like(x)
    dx[3] += s
    # for i in range(x.shape[0]):
    for trip in range(trip - 1, -1, -1):
        # s = s + x[i] * x[i]
        dx[trip] += 2.0 * (ds * x[trip])
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def value_and_grad_until___HASH__(x):
    n = x.shape[0]
    if n - 4 < 0:
        raise ValueError('index 3 is out of bounds for axis 0 of size 4')
    # for i in range(x.shape[0]):
    s = 0.0
    trip = 0
    for i in range(n):
        # s = s + x[i] * x[i]
        x_n = x[i]
        s = plus(s, x_n * x_n)
        # if s > 3.0:
        mask2 = not (s > 3.0)
        # for i in range(x.shape[0]):
        trip = trip + 1
        if not mask2:
            break
    # return s * x[3]
    prod = s * x[3]
    # adjoint of return s * x[3]
    dx_2 = np.zeros(n)
    dx_2[3] += s
    # adjoint of for i in range(x.shape[0]):
    x_3 = x[3]
    for i in range(trip - 1 + 1):
        # adjoint of s = s + x[i] * x[i]
        dx_2[i] += 2.0 * (x_3 * x[i])
    return prod, dx_2
