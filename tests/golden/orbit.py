"""A loop that is left, run for each point: the orbit is followed once, on a tape that is made once."""

import numpy as np


def radius(c, trips):
    total = 0.0
    for i in range(len(c)):
        x = 0.0
        for _ in range(trips):
            if x * x > 4.0:
                break
            x = x * x + c[i]
        total += np.sqrt(x * x + 1.0)
    return total


MODE, WRT = "grad", ("c",)


def arguments(rng):
    return (np.array([-1.5, -0.3, 0.2, 0.4, 0.9]), 12)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# radius(c:float64[n], trips:int64[]):
#   t:int64[] = extent(dim=n)
#   total:float64[] = for(0, t, 1, 0.0, trips, c)
#     (i:int64[], total_1:float64[], trips_1:int64[], c_1:float64[n]) ->
#       x:float64[] = for(0, trips_1, 1, 0.0, c_1, i, exits=True)
#         (_:int64[], x_1:float64[], c_2:float64[n], i_1:int64[]) ->
#           t_1:float64[] = multiply(x_1, x_1)
#           t_2:bool[] = greater(t_1, 4.0)
#           t_3:bool[] = logical_not(t_2)
#           x_2:float64[] = cond(t_2, x_1, c_2, i_1)
#             (x_3:float64[], c_3:float64[n], i_2:int64[]) ->
#               yield x_3
#             (x_4:float64[], c_4:float64[n], i_3:int64[]) ->
#               t_4:float64[] = multiply(x_4, x_4)
#               t_5:float64[] = getitem(c_4, index=(At(position=i),))
#               x_5:float64[] = add(t_4, t_5)
#               yield x_5
#           yield t_3, x_2
#       t_6:float64[] = multiply(x, x)
#       t_7:float64[] = add(t_6, 1.0)
#       t_8:float64[] = sqrt(t_7)
#       total_2:float64[] = add(total_1, t_8)
#       yield total_2
#   return total


# ---- graph: grad
# grad_radius(c:float64[n], trips:int64[]):
#   t:int64[] = extent(dim=n)
#   root_saved:float64[n] = empty(dtype=float64, shape=(n,))
#   root_saved_1:float64[n] = for(0, t, 1, root_saved, trips, c)
#     (i:int64[], root_saved_2:float64[n], trips_1:int64[], c_1:float64[n]) ->
#       x:float64[] = for(0, trips_1, 1, 0.0, c_1, i, exits=True)
#         (_:int64[], x_1:float64[], c_2:float64[n], i_1:int64[]) ->
#           t_1:float64[] = multiply(x_1, x_1)
#           t_2:bool[] = greater(t_1, 4.0)
#           t_3:bool[] = logical_not(t_2)
#           x_2:float64[] = cond(t_2, x_1, c_2, i_1)
#             (x_3:float64[], c_3:float64[n], i_2:int64[]) ->
#               yield x_3
#             (x_4:float64[], c_4:float64[n], i_3:int64[]) ->
#               t_4:float64[] = multiply(x_4, x_4)
#               t_5:float64[] = getitem(c_4, index=(At(position=i),))
#               x_5:float64[] = add(t_4, t_5)
#               yield x_5
#           yield t_3, x_2
#       t_6:float64[] = multiply(x, x)
#       t_7:float64[] = add(t_6, 1.0)
#       t_8:float64[] = sqrt(t_7)
#       root_saved_3:float64[n] = setitem(root_saved_2, t_8, i, index=(AtArg(),))
#       yield root_saved_3
#   t_9:int64[] = extent(dim=n - 1)  # bwd
#   t_10:float64[n] = full(0.0, shape=(n,))  # bwd
#   dc:float64[n] = for(t_9, -1, -1, t_10, root_saved_1, trips, c)  # bwd
#     (i_4:int64[], dc_1:float64[n], root_saved_4:float64[n], trips_2:int64[], c_5:float64[n]) ->
#       t_11:float64[] = getitem(root_saved_4, i_4, index=(AtArg(),))  # bwd
#       trips_3:int64[] = maximum(trips_2, 0)  # bwd
#       x_saved:float64[trips] = empty(dtype=float64, shape=(trips,))  # bwd
#       x_6:float64[], x_saved_1:float64[trips], trip:int64[] = for(0, trips_2, 1, 0.0, x_saved, 0, c_5, i_4, exits=True)  # bwd
#         (__1:int64[], x_7:float64[], x_saved_2:float64[trips], trip_1:int64[], c_6:float64[n], i_5:int64[]) ->
#           x_saved_3:float64[trips] = setitem(x_saved_2, x_7, __1, index=(AtArg(),))
#           t_12:float64[] = multiply(x_7, x_7)
#           t_13:bool[] = greater(t_12, 4.0)
#           t_14:bool[] = logical_not(t_13)
#           x_8:float64[] = cond(t_13, x_7, c_6, i_5)
#             (x_9:float64[], c_7:float64[n], i_6:int64[]) ->
#               yield x_9
#             (x_10:float64[], c_8:float64[n], i_7:int64[]) ->
#               t_15:float64[] = multiply(x_10, x_10)
#               t_16:float64[] = getitem(c_8, index=(At(position=i),))
#               x_11:float64[] = add(t_15, t_16)
#               yield x_11
#           trip_2:int64[] = add(trip_1, 1)
#           yield t_14, x_8, x_saved_3, trip_2
#       dx:float64[] = divide(x_6, t_11)  # bwd
#       t_17:int64[] = subtract(trip, 1)  # bwd
#       dx_1:float64[], dc_2:float64[n] = for(t_17, -1, -1, dx, dc_1, x_saved_1, i_4)  # bwd
#         (trip_3:int64[], dx_2:float64[], dc_3:float64[n], x_saved_4:float64[trips], i_8:int64[]) ->
#           x_12:float64[] = getitem(x_saved_4, trip_3, index=(AtArg(),))  # bwd
#           t_18:float64[] = multiply(x_12, x_12)  # bwd
#           t_19:bool[] = greater(t_18, 4.0)  # bwd
#           dx_3:float64[], dc_4:float64[n] = cond(t_19, dx_2, dc_3, x_12, i_8)  # bwd
#             (dx_4:float64[], dc_5:float64[n], x_13:float64[], i_9:int64[]) ->
#               yield dx_4, dc_5
#             (dx_5:float64[], dc_6:float64[n], x_14:float64[], i_10:int64[]) ->
#               dc_7:float64[n] = add_at(dc_6, dx_5, index=(At(position=i),))  # bwd
#               t_20:float64[] = multiply(2.0, dx_5)  # bwd
#               dx_6:float64[] = multiply(t_20, x_14)  # bwd
#               yield dx_6, dc_7
#           yield dx_3, dc_4
#       yield dc_2
#   return dc


# ---- study text

import numpy as np


def grad_radius(c, trips):
    n = c.shape[0]
    root_saved = np.empty(n)  # saved: 8 B x n
    for i in range(n):
        x = 0.0
        for i_2 in range(trips):
            mask = x * x > 4
            if not mask:
                x = x * x + c[i]
            if mask:
                break
        root_saved[i] = np.sqrt(x * x + 1)

    # for i in range(len(c)):
    dc = np.zeros_like(c)
    for i in range(n - 1, -1, -1):
        # for _ in range(trips):
        trips_2 = np.maximum(trips, 0)
        x_saved = np.empty(trips_2)  # saved: x, 8 B x trips
        x = 0.0
        trip = 0
        for i_3 in range(trips):
            x_saved[i_3] = x
            mask2 = x * x > 4
            if not mask2:
                x = x * x + c[i]
            trip += 1
            if mask2:
                break
        # total += np.sqrt(x * x + 1.0)
        dx = x / root_saved[i]
        # for _ in range(trips):
        for trip in range(trip - 1, -1, -1):
            x = x_saved[trip]
            if not x * x > 4:
                # x = x * x + c[i]
                dc[i] += dx
                dx = 2.0 * dx * x
    return dc


# ---- kernel text

import numpy as np
from numba import njit


@njit
def grad_radius___HASH__(c, trips_2):
    n = c.shape[0]
    # adjoint of for i in range(len(c)):
    dc = np.zeros(n)
    for i in range(n):
        # adjoint of for _ in range(trips):
        trips = max(trips_2, 0)
        x_saved = np.empty(trips)
        # for _ in range(trips):
        x = 0.0
        trip_2 = 0
        for i_2 in range(trips_2):
            # for _ in range(trips):
            trip_2 = trip_2 + 1
            # if x * x > 4.0:
            mask = x * x > 4.0
            mask2 = not mask
            # for _ in range(trips):
            x_saved[i_2] = x
            # if x * x > 4.0:
            if not mask:
                x = x * x + c[i]
            if not mask2:
                break
        # adjoint of total += np.sqrt(x * x + 1.0)
        dx = x / np.sqrt(x * x + 1.0)
        # adjoint of for _ in range(trips):
        for trip in range(trip_2 - 1, -1, -1):
            # adjoint of if x * x > 4.0:
            x_saved_n = x_saved[trip]
            if not (x_saved_n * x_saved_n > 4.0):
                # adjoint of x = x * x + c[i]
                dc[i] += dx
                dx = 2.0 * dx * x_saved[trip]
    return dc
