"""Newton's iteration: the number of trips is unknown, the tape grows."""

import numpy as np


def root(a):
    x = a
    while abs(x * x - a) > 1e-12:
        x = 0.5 * (x + a / x)
    return x


MODE, WRT = "value_and_grad", ("a",)


def arguments(rng):
    return (2.0,)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# root(a:float64[]):
#   x:float64[] = copy(a)
#   x_1:float64[] = while(x, a)
#     (x_2:float64[], a_1:float64[]) ->
#       t:float64[] = multiply(x_2, x_2)
#       t_1:float64[] = subtract(t, a_1)
#       t_2:float64[] = absolute(t_1)
#       t_3:bool[] = greater(t_2, 1e-12)
#       yield t_3
#     (x_3:float64[], a_2:float64[]) ->
#       t_4:float64[] = divide(a_2, x_3)
#       t_5:float64[] = add(x_3, t_4)
#       x_4:float64[] = multiply(0.5, t_5)
#       yield x_4
#   return x_1


# ---- graph: value_and_grad
# value_and_grad_root(a:float64[]):
#   x:float64[] = copy(a)
#   x_saved:float64[slots] = tape(dtype=float64, shape=(), slots=slots)
#   x_1:float64[], x_saved_1:float64[slots], trip:int64[] = while(x, x_saved, 0, a)
#     (x_2:float64[], x_saved_2:float64[slots], trip_1:int64[], a_1:float64[]) ->
#       t:float64[] = multiply(x_2, x_2)
#       t_1:float64[] = subtract(t, a_1)
#       t_2:float64[] = absolute(t_1)
#       t_3:bool[] = greater(t_2, 1e-12)
#       yield t_3
#     (x_3:float64[], x_saved_3:float64[slots], trip_2:int64[], a_2:float64[]) ->
#       x_saved_4:float64[slots] = push(x_saved_3, x_3, trip_2, index=(AtArg(),))
#       t_4:float64[] = divide(a_2, x_3)
#       t_5:float64[] = add(x_3, t_4)
#       x_4:float64[] = multiply(0.5, t_5)
#       trip_3:int64[] = add(trip_2, 1)
#       yield x_4, x_saved_4, trip_3
#   t_6:int64[] = subtract(trip, 1)  # bwd
#   dx:float64[], da:float64[] = for(t_6, -1, -1, 1.0, 0.0, x_saved_1, a)  # bwd
#     (trip_4:int64[], dx_1:float64[], da_1:float64[], x_saved_5:float64[slots], a_3:float64[]) ->
#       x_5:float64[] = getitem(x_saved_5, trip_4, index=(AtArg(),))  # bwd
#       t_7:float64[] = multiply(0.5, dx_1)  # bwd
#       t_8:float64[] = divide(t_7, x_5)  # bwd
#       da_2:float64[] = add(da_1, t_8)  # bwd
#       t_9:float64[] = multiply(t_8, a_3)  # bwd
#       t_10:float64[] = divide(t_9, x_5)  # bwd
#       dx_2:float64[] = subtract(t_7, t_10)  # bwd
#       yield dx_2, da_2
#   da_3:float64[] = add(da, dx)  # bwd
#   return x_1, da_3


# ---- study text

import numpy as np
from symgrad.runtime import push, tape


def value_and_grad_root(a):
    x = a
    x_saved = tape()  # saved: x, 8 B a trip
    trip = 0
    while np.abs(x * x - a) > 1e-12:
        x_saved = push(x_saved, trip, x)
        x = 0.5 * (x + a / x)
        trip += 1

    # while abs(x * x - a) > 1e-12:
    dx = 1.0
    da = 0.0
    for trip in range(trip - 1, -1, -1):
        x_2 = x_saved[trip]
        # x = 0.5 * (x + a / x)
        prod = 0.5 * dx
        ratio = prod / x_2
        da += ratio
        dx = prod - ratio * a / x_2
    # x = a
    da += dx
    return x, da


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.backends.tapes import grow


@njit
def value_and_grad_root___HASH__(a):
    # while abs(x * x - a) > 1e-12:
    x_saved = np.empty(16)
    x = a
    trip_2 = 0
    while True:
        # while abs(x * x - a) > 1e-12:
        mask = abs(x * x - a) > 1e-12
        if not mask:
            break
        # while abs(x * x - a) > 1e-12:
        trip_3 = trip_2 + 1
        if trip_2 == x_saved.shape[0]:
            x_saved = grow(x_saved)
        x_saved[trip_2] = x
        x = 0.5 * (x + a / x)
        trip_2 = trip_3
    slots = x_saved.shape[0]
    # adjoint of while abs(x * x - a) > 1e-12:
    dx = 1.0
    da = 0.0
    for trip in range(trip_2 - 1, -1, -1):
        # adjoint of x = 0.5 * (x + a / x)
        prod2 = 0.5 * dx
        x_saved_n = x_saved[trip]
        ratio2 = prod2 / x_saved_n
        da = plus(da, ratio2)
        dx = prod2 - ratio2 * a / x_saved_n
    # adjoint of x = a
    da_2 = da + dx
    return x, da_2
