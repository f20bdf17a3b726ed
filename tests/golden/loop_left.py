"""A loop in loops that the data leave early: it runs again on the way back, its tapes as long as its range."""

import numpy as np


def escape(re, im, trips):
    total = 0.0
    for i in range(re.shape[0]):
        x, y = 0.0, 0.0
        for _ in range(trips):
            if x * x + y * y > 4.0:
                break
            x, y = x * x - y * y + re[i], 2.0 * x * y + im[i]
        total += np.sqrt(x * x + y * y)
    return total


MODE, WRT = "grad", ("re", "im")


def arguments(rng):
    return rng.uniform(-1.5, 0.5, 5), rng.uniform(-1.0, 1.0, 5), 12


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# escape(re:float64[n], im:float64[m], trips:int64[]):
#   t:int64[] = extent(dim=n)
#   total:float64[] = for(0, t, 1, 0.0, trips, re, im)
#     (i:int64[], total_1:float64[], trips_1:int64[], re_1:float64[n], im_1:float64[m]) ->
#       x:float64[], y:float64[] = for(0, trips_1, 1, 0.0, 0.0, re_1, im_1, i, exits=True)
#         (_:int64[], x_1:float64[], y_1:float64[], re_2:float64[n], im_2:float64[m], i_1:int64[]) ->
#           t_1:float64[] = multiply(x_1, x_1)
#           t_2:float64[] = multiply(y_1, y_1)
#           t_3:float64[] = add(t_1, t_2)
#           t_4:bool[] = greater(t_3, 4.0)
#           t_5:bool[] = logical_not(t_4)
#           x_2:float64[], y_2:float64[] = cond(t_4, x_1, y_1, re_2, im_2, i_1)
#             (x_3:float64[], y_3:float64[], re_3:float64[n], im_3:float64[m], i_2:int64[]) ->
#               yield x_3, y_3
#             (x_4:float64[], y_4:float64[], re_4:float64[n], im_4:float64[m], i_3:int64[]) ->
#               t_6:float64[] = multiply(x_4, x_4)
#               t_7:float64[] = multiply(y_4, y_4)
#               t_8:float64[] = subtract(t_6, t_7)
#               t_9:float64[] = getitem(re_4, index=(At(position=i),))
#               x_5:float64[] = add(t_8, t_9)
#               t_10:float64[] = multiply(2.0, x_4)
#               t_11:float64[] = multiply(t_10, y_4)
#               t_12:float64[] = getitem(im_4, index=(At(position=i),))
#               y_5:float64[] = add(t_11, t_12)
#               yield x_5, y_5
#           yield t_5, x_2, y_2
#       t_13:float64[] = multiply(x, x)
#       t_14:float64[] = multiply(y, y)
#       t_15:float64[] = add(t_13, t_14)
#       t_16:float64[] = sqrt(t_15)
#       total_2:float64[] = add(total_1, t_16)
#       yield total_2
#   return total
#   require m - n >= 0


# ---- graph: grad
# grad_escape(re:float64[n], im:float64[m], trips:int64[]):
#   t:int64[] = extent(dim=n)
#   root_saved:float64[n] = empty(dtype=float64, shape=(n,))
#   root_saved_1:float64[n] = for(0, t, 1, root_saved, trips, re, im)
#     (i:int64[], root_saved_2:float64[n], trips_1:int64[], re_1:float64[n], im_1:float64[m]) ->
#       x:float64[], y:float64[] = for(0, trips_1, 1, 0.0, 0.0, re_1, im_1, i, exits=True)
#         (_:int64[], x_1:float64[], y_1:float64[], re_2:float64[n], im_2:float64[m], i_1:int64[]) ->
#           t_1:float64[] = multiply(x_1, x_1)
#           t_2:float64[] = multiply(y_1, y_1)
#           t_3:float64[] = add(t_1, t_2)
#           t_4:bool[] = greater(t_3, 4.0)
#           t_5:bool[] = logical_not(t_4)
#           x_2:float64[], y_2:float64[] = cond(t_4, x_1, y_1, re_2, im_2, i_1)
#             (x_3:float64[], y_3:float64[], re_3:float64[n], im_3:float64[m], i_2:int64[]) ->
#               yield x_3, y_3
#             (x_4:float64[], y_4:float64[], re_4:float64[n], im_4:float64[m], i_3:int64[]) ->
#               t_6:float64[] = multiply(x_4, x_4)
#               t_7:float64[] = multiply(y_4, y_4)
#               t_8:float64[] = subtract(t_6, t_7)
#               t_9:float64[] = getitem(re_4, index=(At(position=i),))
#               x_5:float64[] = add(t_8, t_9)
#               t_10:float64[] = multiply(2.0, x_4)
#               t_11:float64[] = multiply(t_10, y_4)
#               t_12:float64[] = getitem(im_4, index=(At(position=i),))
#               y_5:float64[] = add(t_11, t_12)
#               yield x_5, y_5
#           yield t_5, x_2, y_2
#       t_13:float64[] = multiply(x, x)
#       t_14:float64[] = multiply(y, y)
#       t_15:float64[] = add(t_13, t_14)
#       t_16:float64[] = sqrt(t_15)
#       root_saved_3:float64[n] = setitem(root_saved_2, t_16, i, index=(AtArg(),))
#       yield root_saved_3
#   t_17:int64[] = extent(dim=n - 1)  # bwd
#   t_18:float64[n] = full(0.0, shape=(n,))  # bwd
#   t_19:float64[m] = full(0.0, shape=(m,))  # bwd
#   dre:float64[n], dim:float64[m] = for(t_17, -1, -1, t_18, t_19, root_saved_1, trips, re, im)  # bwd
#     (i_4:int64[], dre_1:float64[n], dim_1:float64[m], root_saved_4:float64[n], trips_2:int64[], re_5:float64[n], im_5:float64[m]) ->
#       t_20:float64[] = getitem(root_saved_4, i_4, index=(AtArg(),))  # bwd
#       trips_3:int64[] = maximum(trips_2, 0)  # bwd
#       x_saved:float64[trips] = empty(dtype=float64, shape=(trips,))  # bwd
#       y_saved:float64[trips] = empty(dtype=float64, shape=(trips,))  # bwd
#       x_6:float64[], y_6:float64[], x_saved_1:float64[trips], y_saved_1:float64[trips], trip:int64[] = for(0, trips_2, 1, 0.0, 0.0, x_saved, y_saved, 0, re_5, im_5, i_4, exits=True)  # bwd
#         (__1:int64[], x_7:float64[], y_7:float64[], x_saved_2:float64[trips], y_saved_2:float64[trips], trip_1:int64[], re_6:float64[n], im_6:float64[m], i_5:int64[]) ->
#           x_saved_3:float64[trips] = setitem(x_saved_2, x_7, __1, index=(AtArg(),))
#           y_saved_3:float64[trips] = setitem(y_saved_2, y_7, __1, index=(AtArg(),))
#           t_21:float64[] = multiply(x_7, x_7)
#           t_22:float64[] = multiply(y_7, y_7)
#           t_23:float64[] = add(t_21, t_22)
#           t_24:bool[] = greater(t_23, 4.0)
#           t_25:bool[] = logical_not(t_24)
#           x_8:float64[], y_8:float64[] = cond(t_24, x_7, y_7, re_6, im_6, i_5)
#             (x_9:float64[], y_9:float64[], re_7:float64[n], im_7:float64[m], i_6:int64[]) ->
#               yield x_9, y_9
#             (x_10:float64[], y_10:float64[], re_8:float64[n], im_8:float64[m], i_7:int64[]) ->
#               t_26:float64[] = multiply(x_10, x_10)
#               t_27:float64[] = multiply(y_10, y_10)
#               t_28:float64[] = subtract(t_26, t_27)
#               t_29:float64[] = getitem(re_8, index=(At(position=i),))
#               x_11:float64[] = add(t_28, t_29)
#               t_30:float64[] = multiply(2.0, x_10)
#               t_31:float64[] = multiply(t_30, y_10)
#               t_32:float64[] = getitem(im_8, index=(At(position=i),))
#               y_11:float64[] = add(t_31, t_32)
#               yield x_11, y_11
#           trip_2:int64[] = add(trip_1, 1)
#           yield t_25, x_8, y_8, x_saved_3, y_saved_3, trip_2
#       t_33:float64[] = divide(1.0, t_20)  # bwd
#       dy:float64[] = multiply(t_33, y_6)  # bwd
#       dx:float64[] = multiply(t_33, x_6)  # bwd
#       t_34:int64[] = subtract(trip, 1)  # bwd
#       dx_1:float64[], dy_1:float64[], dre_2:float64[n], dim_2:float64[m] = for(t_34, -1, -1, dx, dy, dre_1, dim_1, x_saved_1, y_saved_1, i_4)  # bwd
#         (trip_3:int64[], dx_2:float64[], dy_2:float64[], dre_3:float64[n], dim_3:float64[m], x_saved_4:float64[trips], y_saved_4:float64[trips], i_8:int64[]) ->
#           x_12:float64[] = getitem(x_saved_4, trip_3, index=(AtArg(),))  # bwd
#           y_12:float64[] = getitem(y_saved_4, trip_3, index=(AtArg(),))  # bwd
#           t_35:float64[] = multiply(x_12, x_12)  # bwd
#           t_36:float64[] = multiply(y_12, y_12)  # bwd
#           t_37:float64[] = add(t_35, t_36)  # bwd
#           t_38:bool[] = greater(t_37, 4.0)  # bwd
#           dx_3:float64[], dy_3:float64[], dre_4:float64[n], dim_4:float64[m] = cond(t_38, dx_2, dy_2, dre_3, dim_3, x_12, y_12, i_8)  # bwd
#             (dx_4:float64[], dy_4:float64[], dre_5:float64[n], dim_5:float64[m], x_13:float64[], y_13:float64[], i_9:int64[]) ->
#               yield dx_4, dy_4, dre_5, dim_5
#             (dx_5:float64[], dy_5:float64[], dre_6:float64[n], dim_6:float64[m], x_14:float64[], y_14:float64[], i_10:int64[]) ->
#               dim_7:float64[m] = add_at(dim_6, dy_5, index=(At(position=i),))  # bwd
#               t_39:float64[] = multiply(dy_5, y_14)  # bwd
#               t_40:float64[] = multiply(2.0, dy_5)  # bwd
#               t_41:float64[] = multiply(t_40, x_14)  # bwd
#               t_42:float64[] = multiply(2.0, t_39)  # bwd
#               dre_7:float64[n] = add_at(dre_6, dx_5, index=(At(position=i),))  # bwd
#               t_43:float64[] = multiply(2.0, dx_5)  # bwd
#               t_44:float64[] = multiply(t_43, y_14)  # bwd
#               dy_6:float64[] = subtract(t_41, t_44)  # bwd
#               t_45:float64[] = multiply(t_43, x_14)  # bwd
#               dx_6:float64[] = add(t_42, t_45)  # bwd
#               yield dx_6, dy_6, dre_7, dim_7
#           yield dx_3, dy_3, dre_4, dim_4
#       yield dre_2, dim_2
#   return dre, dim
#   require m - n >= 0


# ---- study text

import numpy as np


def grad_escape(re, im, trips):
    n = re.shape[0]
    root_saved = np.empty(n)  # saved: 8 B x n
    for i in range(n):
        x = 0.0
        y = 0.0
        for i_2 in range(trips):
            mask = x * x + y * y > 4
            if not mask:
                x_2 = x * x - y * y + re[i]
                y = 2.0 * x * y + im[i]
                x = x_2
            if mask:
                break
        root_saved[i] = np.sqrt(x * x + y * y)

    # for i in range(re.shape[0]):
    dre = np.zeros_like(re)
    dim = np.zeros_like(im)
    for i in range(n - 1, -1, -1):
        # for _ in range(trips):
        trips_2 = np.maximum(trips, 0)
        x_saved = np.empty(trips_2)  # saved: x, 8 B x trips
        y_saved = np.empty(trips_2)  # saved: y, 8 B x trips
        x = 0.0
        y = 0.0
        trip = 0
        for i_3 in range(trips):
            x_saved[i_3] = x
            y_saved[i_3] = y
            mask2 = x * x + y * y > 4
            if not mask2:
                x_3 = x * x - y * y + re[i]
                y = 2.0 * x * y + im[i]
                x = x_3
            trip += 1
            if mask2:
                break
        # total += np.sqrt(x * x + y * y)
        ratio = 1.0 / root_saved[i]
        dy = ratio * y
        dx = ratio * x
        # for _ in range(trips):
        for trip in range(trip - 1, -1, -1):
            x = x_saved[trip]
            y = y_saved[trip]
            if not x * x + y * y > 4:
                # x, y = x * x - y * y + re[i], 2.0 * x * y + im[i]
                dim[i] += dy
                dre[i] += dx
                prod = 2.0 * dx
                dy_2 = 2.0 * dy * x - prod * y
                dx = 2.0 * (dy * y) + prod * x
                dy = dy_2
    return dre, dim


# ---- kernel text

import numpy as np
from numba import njit


@njit
def grad_escape___HASH__(re, im, trips_2):
    n = re.shape[0]
    m = im.shape[0]
    if m - n < 0:
        raise ValueError('m - n >= 0')
    # adjoint of for i in range(re.shape[0]):
    dre = np.zeros(n)
    dim = np.zeros(m)
    for i in range(n):
        # adjoint of for _ in range(trips):
        trips = max(trips_2, 0)
        x_saved = np.empty(trips)
        y_saved = np.empty(trips)
        # for _ in range(trips):
        x = 0.0
        y = 0.0
        trip_2 = 0
        for i_2 in range(trips_2):
            # for _ in range(trips):
            trip_2 = trip_2 + 1
            # if x * x + y * y > 4.0:
            mask = x * x + y * y > 4.0
            mask2 = not mask
            # for _ in range(trips):
            x_saved[i_2] = x
            y_saved[i_2] = y
            # if x * x + y * y > 4.0:
            if not mask:
                # x, y = x * x - y * y + re[i], 2.0 * x * y + im[i]
                x_3 = x * x - y * y + re[i]
                y = 2.0 * x * y + im[i]
                x = x_3
            if not mask2:
                break
        # adjoint of total += np.sqrt(x * x + y * y)
        ratio = 1.0 / np.sqrt(x * x + y * y)
        dy = ratio * y
        dx = ratio * x
        # adjoint of for _ in range(trips):
        for trip in range(trip_2 - 1, -1, -1):
            # adjoint of if x * x + y * y > 4.0:
            x_saved_n = x_saved[trip]
            y_saved_n = y_saved[trip]
            if not (x_saved_n * x_saved_n + y_saved_n * y_saved_n > 4.0):
                # adjoint of x, y = x * x - y * y + re[i], 2.0 * x * y + im[i]
                dim[i] += dy
                y_saved_n_2 = y_saved[trip]
                x_saved_n_2 = x_saved[trip]
                dre[i] += dx
                prod15 = 2.0 * dx
                dy_4 = 2.0 * dy * x_saved_n_2 - prod15 * y_saved_n_2
                dx = 2.0 * (dy * y_saved_n_2) + prod15 * x_saved_n_2
                dy = dy_4
    return dre, dim
