"""The cheapest path through a trellis: backwards each step looks at the states that a cotangent has reached."""

import numpy as np


def trellis(emission, transition):
    cost = emission[0].copy()
    for t in range(1, emission.shape[0]):
        cost = np.min(cost[:, None] + transition, axis=0) + emission[t]
    return np.min(cost)


MODE, WRT = "grad", ("emission", "transition")


def arguments(rng):
    return rng.random((4, 12)), rng.random((12, 12))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# trellis(emission:float64[n, m], transition:float64[m, m]):
#   t:float64[m] = getitem(emission, index=(At(position=0), Span(start=0, step=1, extent=m)))
#   cost:float64[m] = copy(t)
#   t_1:int64[] = extent(dim=n)
#   cost_1:float64[m] = for(1, t_1, 1, cost, transition, emission)
#     (t_2:int64[], cost_2:float64[m], transition_1:float64[m, m], emission_1:float64[n, m]) ->
#       t_3:float64[m, 1] = reshape(cost_2, shape=(m, 1))
#       t_4:float64[m, m] = add(t_3, transition_1)
#       t_5:float64[m] = min(t_4, axis=(0,), keepdims=False)
#       t_6:float64[m] = getitem(emission_1, index=(At(position=t), Span(start=0, step=1, extent=m)))
#       cost_3:float64[m] = add(t_5, t_6)
#       yield cost_3
#   t_7:float64[] = min(cost_1, axis=(0,), keepdims=False)
#   return t_7
#   require n - 1 >= 0


# ---- graph: grad
# grad_trellis(emission:float64[n, m], transition:float64[m, m]):
#   cost:float64[m] = getitem(emission, index=(At(position=0), Span(start=0, step=1, extent=m)))
#   t:int64[] = extent(dim=n)
#   cost_saved:float64[max(n - 1, 0), m] = empty(dtype=float64, shape=(max(n - 1, 0), m))
#   low_saved:float64[max(n - 1, 0), m] = empty(dtype=float64, shape=(max(n - 1, 0), m))
#   cost_1:float64[m], cost_saved_1:float64[max(n - 1, 0), m], low_saved_1:float64[max(n - 1, 0), m] = for(1, t, 1, cost, cost_saved, low_saved, transition, emission)
#     (t_1:int64[], cost_2:float64[m], cost_saved_2:float64[max(n - 1, 0), m], low_saved_2:float64[max(n - 1, 0), m], transition_1:float64[m, m], emission_1:float64[n, m]) ->
#       t_2:int64[] = subtract(t_1, 1)
#       cost_saved_3:float64[max(n - 1, 0), m] = setitem(cost_saved_2, cost_2, t_2, index=(AtArg(), Span(start=0, step=1, extent=m)))
#       t_3:float64[m, 1] = reshape(cost_2, shape=(m, 1))
#       t_4:float64[m, m] = add(t_3, transition_1)
#       t_5:float64[m] = min(t_4, axis=(0,), keepdims=False)
#       low_saved_3:float64[max(n - 1, 0), m] = setitem(low_saved_2, t_5, t_2, index=(AtArg(), Span(start=0, step=1, extent=m)))
#       t_6:float64[m] = getitem(emission_1, index=(At(position=t), Span(start=0, step=1, extent=m)))
#       cost_3:float64[m] = add(t_5, t_6)
#       yield cost_3, cost_saved_3, low_saved_3
#   t_7:float64[1] = min(cost_1, axis=(0,), keepdims=True)  # bwd
#   t_8:bool[m] = equal(cost_1, t_7)  # bwd
#   t_9:float64[m] = cast(t_8, dtype=float64)  # bwd
#   t_10:float64[1] = sum(t_9, axis=(0,), keepdims=True)  # bwd
#   t_11:float64[1] = divide(1.0, t_10)  # bwd
#   dcost:float64[m] = where(t_8, t_11, 0.0)  # bwd
#   t_12:int64[] = extent(dim=n - 1)  # bwd
#   t_13:float64[m, m] = full(0.0, shape=(m, m))  # bwd
#   t_14:float64[n, m] = full(0.0, shape=(n, m))  # bwd
#   dcost_1:float64[m], dtransition:float64[m, m], demission:float64[n, m] = for(t_12, 0, -1, dcost, t_13, t_14, cost_saved_1, low_saved_1, transition)  # bwd
#     (t_15:int64[], dcost_2:float64[m], dtransition_1:float64[m, m], demission_1:float64[n, m], cost_saved_4:float64[max(n - 1, 0), m], low_saved_4:float64[max(n - 1, 0), m], transition_2:float64[m, m]) ->
#       t_16:int64[] = subtract(t_15, 1)  # bwd
#       cost_4:float64[m] = getitem(cost_saved_4, t_16, index=(AtArg(), Span(start=0, step=1, extent=m)))  # bwd
#       t_17:float64[m] = getitem(low_saved_4, t_16, index=(AtArg(), Span(start=0, step=1, extent=m)))  # bwd
#       t_18:float64[m, 1] = reshape(cost_4, shape=(m, 1))  # bwd
#       t_19:float64[m, m] = add(t_18, transition_2)  # bwd
#       demission_2:float64[n, m] = add_at(demission_1, dcost_2, index=(At(position=t), Span(start=0, step=1, extent=m)))  # bwd
#       t_20:bool[m, m] = equal(t_19, t_17)  # bwd
#       t_21:float64[m, m] = cast(t_20, dtype=float64)  # bwd
#       t_22:float64[1, m] = sum(t_21, axis=(0,), keepdims=True)  # bwd
#       t_23:float64[1, m] = divide(dcost_2, t_22)  # bwd
#       t_24:float64[m, m] = where(t_20, t_23, 0.0)  # bwd
#       dtransition_2:float64[m, m] = add(dtransition_1, t_24)  # bwd
#       dcost_3:float64[m] = sum(t_24, axis=(1,), keepdims=False)  # bwd
#       yield dcost_3, dtransition_2, demission_2
#   demission_3:float64[n, m] = add_at(demission, dcost_1, index=(At(position=0), Span(start=0, step=1, extent=m)))  # bwd
#   return demission_3, dtransition
#   require n - 1 >= 0


# ---- study text

import numpy as np


def grad_trellis(emission, transition):
    n, m = emission.shape
    cost = emission[0]
    cost_saved = np.empty((max(n - 1, 0), m))  # saved: cost, 8 B x m x max(n - 1, 0)
    low_saved = np.empty((max(n - 1, 0), m))  # saved: 8 B x m x max(n - 1, 0)
    for t in range(1, n):
        diff = t - 1
        cost_saved[diff] = cost
        low = np.min(cost.reshape(-1, 1) + transition, axis=0)
        low_saved[diff] = low
        cost = low + emission[t]

    # return np.min(cost)
    mask = cost == np.min(cost, keepdims=True)
    # a tie is split
    dcost = np.where(mask, 1.0 / np.sum(mask.astype(np.float64), keepdims=True), 0.0)
    # for t in range(1, emission.shape[0]):
    dtransition = np.zeros_like(transition)
    demission = np.zeros_like(emission)
    for t in range(n - 1, 0, -1):
        diff2 = t - 1
        cost = cost_saved[diff2]
        # cost = np.min(cost[:, None] + transition, axis=0) + emission[t]
        demission[t] += dcost
        mask2 = cost.reshape(-1, 1) + transition == low_saved[diff2]
        ratio = dcost / np.sum(mask2.astype(np.float64), axis=0, keepdims=True)
        masked = np.where(mask2, ratio, 0.0)  # a tie is split
        dtransition += masked
        dcost = np.sum(masked, axis=1)
    # cost = emission[0].copy()
    demission[0] += dcost
    return demission, dtransition


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus, smaller


@njit
def grad_trellis___HASH__(emission, transition):
    n, m = emission.shape
    if transition.shape[0] != m:
        raise ValueError('axis 0 of `transition` does not have the length of axis 1 of `emission`')
    if transition.shape[1] != m:
        raise ValueError('axis 1 of `transition` does not have the length of axis 1 of `emission`')
    if n - 1 < 0:
        raise ValueError('index 0 is out of bounds for axis 0 of size 4')
    if m == 0:
        raise ValueError("min of an empty array")
    # for t in range(1, emission.shape[0]):
    # adjoint of for t in range(1, emission.shape[0]):
    cost_saved = np.empty((max(n - 1, 0), m))
    low_saved = np.empty((max(n - 1, 0), m))
    dtransition = np.zeros((m, m))
    demission = np.zeros((n, m))
    # for t in range(1, emission.shape[0]):
    cost_2 = np.empty(m)
    for j in range(m):
        cost_2[j] = emission[0, j]  # cost
    cost_4 = np.empty(m)
    for t in range(1, n):
        # for t in range(1, emission.shape[0]):
        # cost = np.min(cost[:, None] + transition, axis=0) + emission[t]
        if m <= 0:
            raise ValueError("min of an empty array")
        cost_4.fill(np.inf)
        for j in range(m):
            cost_saved[t - 1, j] = cost_2[j]
            cost_2_j = cost_2[j]
            for k in range(m):
                cost_4[k] = smaller(cost_4[k], cost_2_j + transition[j, k])
        for j in range(m):
            cost_4_j = cost_4[j]
            low_saved[t - 1, j] = cost_4_j
            cost_4[j] = cost_4_j + emission[t, j]  # cost
        cost_2, cost_4 = cost_4, cost_2

    # adjoint of return np.min(cost)
    low = np.inf
    for j in range(m):
        low = smaller(low, cost_2[j])
    total = 0.0
    for j in range(m):
        total = plus(total, 1.0 if cost_2[j] == low else 0.0)
    dcost = np.empty(m)
    ratio_0 = 1.0 / total
    for j in range(m):
        dcost[j] = ratio_0 if cost_2[j] == low else 0.0
    # adjoint of for t in range(1, emission.shape[0]):
    total7 = np.empty(m)
    ratio3 = np.empty(m)
    for t in range(n - 1, 0, -1):
        # adjoint of cost = np.min(cost[:, None] + transition, axis=0) + emission[t]
        total3 = 0
        for j in range(m):
            dcost_j = dcost[j]
            demission[t, j] += dcost_j
            total3 += 1 if dcost_j != 0.0 else 0
        if 8 * total3 < m:
            dcost_4 = np.zeros(m)
            for i in range(m):
                if dcost[i] != 0.0:
                    low_saved_nn = low_saved[t - 1, i]
                    total5 = 0.0
                    for j in range(m):
                        num3_j = 1.0 if cost_saved[t - 1, j] + transition[j, i] == low_saved_nn else 0.0
                        total5 = plus(total5, num3_j)
                    ratio2 = dcost[i] / total5
                    for j in range(m):
                        masked_j = ratio2 if cost_saved[t - 1, j] + transition[j, i] == low_saved_nn else 0.0
                        dtransition[j, i] += masked_j
                        dcost_4[j] += masked_j
            dcost_3 = dcost_4
        else:
            # adjoint of cost = np.min(cost[:, None] + transition, axis=0) + emission[t]
            total7.fill(0.0)
            for j in range(m):
                cost_saved_j = cost_saved[t - 1, j]
                for k in range(m):
                    num4_jk = 1.0 if cost_saved_j + transition[j, k] == low_saved[t - 1, k] else 0.0
                    total7[k] += num4_jk
            for j in range(m):
                ratio3[j] = dcost[j] / total7[j]
            dcost_6 = np.empty(m)
            for j in range(m):
                cost_saved_j = cost_saved[t - 1, j]
                dcost_6_j = 0.0
                for k in range(m):
                    ratio3_k = ratio3[k]
                    masked2_jk = ratio3_k if cost_saved_j + transition[j, k] == low_saved[t - 1, k] else 0.0
                    dtransition[j, k] += masked2_jk
                    dcost_6_j = plus(dcost_6_j, masked2_jk)
                dcost_6[j] = dcost_6_j
            dcost_3 = dcost_6
        dcost = dcost_3
    # adjoint of cost = emission[0].copy()
    for j in range(m):
        demission[0, j] += dcost[j]
    return demission, dtransition
