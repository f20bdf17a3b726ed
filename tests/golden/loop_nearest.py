"""A loop that keeps what one trip found: its adjoint is that of the trip, one index a point."""

import numpy as np


def spread(points, centres):
    cost = 0.0
    for i in range(points.shape[0]):
        closest = np.inf
        for j in range(centres.shape[0]):
            dist = 0.0
            for c in range(points.shape[1]):
                diff = points[i, c] - centres[j, c]
                dist += diff * diff
            if dist < closest:
                closest = dist
        cost += closest
    return cost


MODE, WRT = "grad", ("centres",)


def arguments(rng):
    return rng.normal(size=(9, 2)), rng.normal(size=(3, 2))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# spread(points:float64[n, m], centres:float64[k, p]):
#   t:int64[] = extent(dim=n)
#   cost:float64[] = for(0, t, 1, 0.0, points, centres)
#     (i:int64[], cost_1:float64[], points_1:float64[n, m], centres_1:float64[k, p]) ->
#       t_1:int64[] = extent(dim=k)
#       closest:float64[] = for(0, t_1, 1, inf, points_1, centres_1, i)
#         (j:int64[], closest_1:float64[], points_2:float64[n, m], centres_2:float64[k, p], i_1:int64[]) ->
#           t_2:int64[] = extent(dim=m)
#           dist:float64[] = for(0, t_2, 1, 0.0, points_2, centres_2, i_1, j)
#             (c:int64[], dist_1:float64[], points_3:float64[n, m], centres_3:float64[k, p], i_2:int64[], j_1:int64[]) ->
#               t_3:float64[] = getitem(points_3, index=(At(position=i), At(position=c)))
#               t_4:float64[] = getitem(centres_3, index=(At(position=j), At(position=c)))
#               diff:float64[] = subtract(t_3, t_4)
#               t_5:float64[] = multiply(diff, diff)
#               dist_2:float64[] = add(dist_1, t_5)
#               yield dist_2
#           t_6:bool[] = less(dist, closest_1)
#           closest_2:float64[] = cond(t_6, dist, closest_1)
#             (dist_3:float64[], closest_3:float64[]) ->
#               closest_4:float64[] = copy(dist_3)
#               yield closest_4
#             (dist_4:float64[], closest_5:float64[]) ->
#               yield closest_5
#           yield closest_2
#       cost_2:float64[] = add(cost_1, closest)
#       yield cost_2
#   return cost
#   require p - m >= 0


# ---- graph: grad
# grad_spread(points:float64[n, m], centres:float64[k, p]):
#   t:int64[] = extent(dim=n)
#   closest_j_saved:int64[n] = empty(dtype=int64, shape=(n,))
#   closest_j_saved_1:int64[n] = for(0, t, 1, closest_j_saved, points, centres)
#     (i:int64[], closest_j_saved_2:int64[n], points_1:float64[n, m], centres_1:float64[k, p]) ->
#       t_1:int64[] = extent(dim=k)
#       closest:float64[], closest_j:int64[] = for(0, t_1, 1, inf, -1, points_1, centres_1, i)
#         (j:int64[], closest_1:float64[], closest_j_1:int64[], points_2:float64[n, m], centres_2:float64[k, p], i_1:int64[]) ->
#           t_2:int64[] = extent(dim=m)
#           dist:float64[] = for(0, t_2, 1, 0.0, points_2, centres_2, i_1, j)
#             (c:int64[], dist_1:float64[], points_3:float64[n, m], centres_3:float64[k, p], i_2:int64[], j_1:int64[]) ->
#               t_3:float64[] = getitem(points_3, index=(At(position=i), At(position=c)))
#               t_4:float64[] = getitem(centres_3, index=(At(position=j), At(position=c)))
#               diff:float64[] = subtract(t_3, t_4)
#               t_5:float64[] = multiply(diff, diff)
#               dist_2:float64[] = add(dist_1, t_5)
#               yield dist_2
#           t_6:bool[] = less(dist, closest_1)
#           closest_2:float64[], closest_j_2:int64[] = cond(t_6, dist, closest_1, j, closest_j_1)
#             (dist_3:float64[], closest_3:float64[], j_2:int64[], closest_j_3:int64[]) ->
#               closest_4:float64[] = copy(dist_3)
#               yield closest_4, j_2
#             (dist_4:float64[], closest_5:float64[], j_3:int64[], closest_j_4:int64[]) ->
#               yield closest_5, closest_j_4
#           yield closest_2, closest_j_2
#       closest_j_saved_3:int64[n] = setitem(closest_j_saved_2, closest_j, i, index=(AtArg(),))
#       yield closest_j_saved_3
#   t_7:int64[] = extent(dim=n - 1)  # bwd
#   t_8:float64[k, p] = full(0.0, shape=(k, p))  # bwd
#   dcentres:float64[k, p] = for(t_7, -1, -1, t_8, closest_j_saved_1, points, centres)  # bwd
#     (i_3:int64[], dcentres_1:float64[k, p], closest_j_saved_4:int64[n], points_4:float64[n, m], centres_4:float64[k, p]) ->
#       closest_j_5:int64[] = getitem(closest_j_saved_4, i_3, index=(AtArg(),))  # bwd
#       t_9:bool[] = greater_equal(closest_j_5, 0)  # bwd
#       dcentres_2:float64[k, p] = cond(t_9, dcentres_1, points_4, centres_4, i_3, closest_j_5)  # bwd
#         (dcentres_3:float64[k, p], points_5:float64[n, m], centres_5:float64[k, p], i_4:int64[], closest_j_6:int64[]) ->
#           t_10:int64[] = extent(dim=m - 1)  # bwd
#           dcentres_4:float64[k, p] = for(t_10, -1, -1, dcentres_3, points_5, centres_5, i_4, closest_j_6)  # bwd
#             (c_1:int64[], dcentres_5:float64[k, p], points_6:float64[n, m], centres_6:float64[k, p], i_5:int64[], j_4:int64[]) ->
#               t_11:float64[] = getitem(points_6, index=(At(position=i), At(position=c)))  # bwd
#               t_12:float64[] = getitem(centres_6, index=(At(position=j), At(position=c)))  # bwd
#               diff_1:float64[] = subtract(t_11, t_12)  # bwd
#               ddiff:float64[] = multiply(2.0, diff_1)  # bwd
#               t_13:float64[] = negative(ddiff)  # bwd
#               dcentres_6:float64[k, p] = add_at(dcentres_5, t_13, index=(At(position=j), At(position=c)))  # bwd
#               yield dcentres_6
#           yield dcentres_4
#         (dcentres_7:float64[k, p], points_7:float64[n, m], centres_7:float64[k, p], i_6:int64[], closest_j_7:int64[]) ->
#           yield dcentres_7
#       yield dcentres_2
#   return dcentres
#   require p - m >= 0


# ---- study text

import numpy as np


def grad_spread(points, centres):
    n, m = points.shape
    closest_j_saved = np.empty(n, dtype=np.int64)  # saved: closest_j, 8 B x n
    for i in range(n):
        closest = np.inf
        closest_j = -1
        for j in range(centres.shape[0]):
            dist = 0.0
            for c in range(m):
                diff = points[i, c] - centres[j, c]
                dist += diff * diff
            if dist < closest:
                closest = dist
                closest_j = j
        closest_j_saved[i] = closest_j

    # for i in range(points.shape[0]):
    dcentres = np.zeros_like(centres)
    for i in range(n - 1, -1, -1):
        closest_j = closest_j_saved[i]
        # for j in range(centres.shape[0]):
        if closest_j >= 0:
            # for c in range(points.shape[1]):
            for c in range(m - 1, -1, -1):
                # diff = points[i, c] - centres[j, c]
                diff = points[i, c] - centres[closest_j, c]
                # dist += diff * diff
                ddiff = 2.0 * diff
                # diff = points[i, c] - centres[j, c]
                dcentres[closest_j, c] -= ddiff
    return dcentres


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def grad_spread___HASH__(points, centres):
    n, m = points.shape
    k, p = centres.shape
    if p - m < 0:
        raise ValueError('p - m >= 0')
    # adjoint of for i in range(points.shape[0]):
    dcentres = np.zeros((k, p))
    for i in range(n):
        # for j in range(centres.shape[0]):
        closest = np.inf
        closest_j = -1
        for j in range(k):
            # for c in range(points.shape[1]):
            dist = 0.0
            for c in range(m):
                diff = points[i, c] - centres[j, c]
                # dist += diff * diff
                dist = plus(dist, diff * diff)
            if dist < closest:
                closest_j = j
            else:
                dist = closest
            closest = dist
        # adjoint of for j in range(centres.shape[0]):
        if closest_j >= 0:
            # adjoint of for c in range(points.shape[1]):
            j = closest_j
            for c in range(m):
                # adjoint of diff = points[i, c] - centres[j, c]
                diff = points[i, c] - centres[j, c]
                dcentres[j, c] += -2.0 * diff
    return dcentres
