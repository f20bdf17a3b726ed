"""A table of the best scores: letters are checked once, backwards most cells have no cotangent."""

import numpy as np


def aligned(match, gap, a, b):
    best = np.zeros((len(a) + 1, len(b) + 1))
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            either = max(best[i - 1, j] - gap, best[i, j - 1] - gap)
            best[i, j] = max(best[i - 1, j - 1] + match[a[i - 1], b[j - 1]], either)
    return best[len(a), len(b)]


MODE, WRT = "grad", ("match", "gap")


def arguments(rng):
    match = 2.0 * np.eye(5) - 1.0 + 0.1 * rng.normal(size=(5, 5))
    return match, 0.7, rng.integers(0, 5, 6), rng.integers(-5, 0, 8)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# aligned(match:float64[n, m], gap:float64[], a:int64[k], b:int64[p]):
#   best:float64[k + 1, p + 1] = full(0.0, shape=(k + 1, p + 1))
#   t:int64[] = extent(dim=k + 1)
#   best_1:float64[k + 1, p + 1] = for(1, t, 1, best, gap, a, b, match)
#     (i:int64[], best_2:float64[k + 1, p + 1], gap_1:float64[], a_1:int64[k], b_1:int64[p], match_1:float64[n, m]) ->
#       t_1:int64[] = extent(dim=p + 1)
#       best_3:float64[k + 1, p + 1] = for(1, t_1, 1, best_2, gap_1, a_1, b_1, match_1, i)
#         (j:int64[], best_4:float64[k + 1, p + 1], gap_2:float64[], a_2:int64[k], b_2:int64[p], match_2:float64[n, m], i_1:int64[]) ->
#           t_2:float64[] = getitem(best_4, index=(At(position=i - 1), At(position=j)))
#           t_3:float64[] = subtract(t_2, gap_2)
#           t_4:float64[] = getitem(best_4, index=(At(position=i), At(position=j - 1)))
#           t_5:float64[] = subtract(t_4, gap_2)
#           either:float64[] = maximum(t_3, t_5)
#           t_6:float64[] = getitem(best_4, index=(At(position=i - 1), At(position=j - 1)))
#           t_7:int64[] = getitem(a_2, index=(At(position=i - 1),))
#           t_8:int64[] = getitem(b_2, index=(At(position=j - 1),))
#           t_9:float64[] = getitem(match_2, t_7, t_8, index=(AtArg(), AtArg()))
#           t_10:float64[] = add(t_6, t_9)
#           t_11:float64[] = maximum(t_10, either)
#           best_5:float64[k + 1, p + 1] = setitem(best_4, t_11, index=(At(position=i), At(position=j)))
#           yield best_5
#       yield best_3
#   t_12:float64[] = getitem(best_1, index=(At(position=k), At(position=p)))
#   return t_12


# ---- graph: grad
# grad_aligned(match:float64[n, m], gap:float64[], a:int64[k], b:int64[p]):
#   best:float64[k + 1, p + 1] = full(0.0, shape=(k + 1, p + 1))
#   t:int64[] = extent(dim=k + 1)
#   best_1:float64[k + 1, p + 1] = for(1, t, 1, best, gap, a, b, match)
#     (i:int64[], best_2:float64[k + 1, p + 1], gap_1:float64[], a_1:int64[k], b_1:int64[p], match_1:float64[n, m]) ->
#       t_1:int64[] = extent(dim=p + 1)
#       best_3:float64[k + 1, p + 1] = for(1, t_1, 1, best_2, gap_1, a_1, b_1, match_1, i)
#         (j:int64[], best_4:float64[k + 1, p + 1], gap_2:float64[], a_2:int64[k], b_2:int64[p], match_2:float64[n, m], i_1:int64[]) ->
#           t_2:float64[] = getitem(best_4, index=(At(position=i - 1), At(position=j)))
#           t_3:float64[] = subtract(t_2, gap_2)
#           t_4:float64[] = getitem(best_4, index=(At(position=i), At(position=j - 1)))
#           t_5:float64[] = subtract(t_4, gap_2)
#           either:float64[] = maximum(t_3, t_5)
#           t_6:float64[] = getitem(best_4, index=(At(position=i - 1), At(position=j - 1)))
#           t_7:int64[] = getitem(a_2, index=(At(position=i - 1),))
#           t_8:int64[] = getitem(b_2, index=(At(position=j - 1),))
#           t_9:float64[] = getitem(match_2, t_7, t_8, index=(AtArg(), AtArg()))
#           t_10:float64[] = add(t_6, t_9)
#           t_11:float64[] = maximum(t_10, either)
#           best_5:float64[k + 1, p + 1] = setitem(best_4, t_11, index=(At(position=i), At(position=j)))
#           yield best_5
#       yield best_3
#   dbest:float64[k + 1, p + 1] = full(0.0, shape=(k + 1, p + 1))  # bwd
#   dbest_1:float64[k + 1, p + 1] = add_at(dbest, 1.0, index=(At(position=k), At(position=p)))  # bwd
#   t_12:int64[] = extent(dim=k)  # bwd
#   t_13:float64[n, m] = full(0.0, shape=(n, m))  # bwd
#   dbest_2:float64[k + 1, p + 1], dgap:float64[], dmatch:float64[n, m] = for(t_12, 0, -1, dbest_1, 0.0, t_13, best_1, gap, a, b, match)  # bwd
#     (i_2:int64[], dbest_3:float64[k + 1, p + 1], dgap_1:float64[], dmatch_1:float64[n, m], best_6:float64[k + 1, p + 1], gap_3:float64[], a_3:int64[k], b_3:int64[p], match_3:float64[n, m]) ->
#       t_14:int64[] = extent(dim=p)  # bwd
#       dbest_4:float64[k + 1, p + 1], dgap_2:float64[], dmatch_2:float64[n, m] = for(t_14, 0, -1, dbest_3, dgap_1, dmatch_1, best_6, gap_3, a_3, b_3, match_3, i_2)  # bwd
#         (j_1:int64[], dbest_5:float64[k + 1, p + 1], dgap_3:float64[], dmatch_3:float64[n, m], best_7:float64[k + 1, p + 1], gap_4:float64[], a_4:int64[k], b_4:int64[p], match_4:float64[n, m], i_3:int64[]) ->
#           t_15:float64[] = getitem(best_7, index=(At(position=i - 1), At(position=j)))  # bwd
#           t_16:float64[] = subtract(t_15, gap_4)  # bwd
#           t_17:float64[] = getitem(best_7, index=(At(position=i), At(position=j - 1)))  # bwd
#           t_18:float64[] = subtract(t_17, gap_4)  # bwd
#           either_1:float64[] = maximum(t_16, t_18)  # bwd
#           t_19:float64[] = getitem(best_7, index=(At(position=i - 1), At(position=j - 1)))  # bwd
#           t_20:int64[] = getitem(a_4, index=(At(position=i - 1),))  # bwd
#           t_21:int64[] = getitem(b_4, index=(At(position=j - 1),))  # bwd
#           t_22:float64[] = getitem(match_4, t_20, t_21, index=(AtArg(), AtArg()))  # bwd
#           t_23:float64[] = add(t_19, t_22)  # bwd
#           t_24:float64[] = getitem(dbest_5, index=(At(position=i), At(position=j)))  # bwd
#           dbest_6:float64[k + 1, p + 1] = setitem(dbest_5, 0.0, index=(At(position=i), At(position=j)))  # bwd
#           t_25:bool[] = equal(t_23, either_1)  # bwd
#           t_26:bool[] = greater(t_23, either_1)  # bwd
#           t_27:bool[] = greater(either_1, t_23)  # bwd
#           t_28:float64[] = multiply(0.5, t_24)  # bwd
#           t_29:float64[] = where(t_25, t_28, 0.0)  # bwd
#           t_30:float64[] = where(t_26, t_24, t_29)  # bwd
#           deither:float64[] = where(t_27, t_24, t_29)  # bwd
#           dmatch_4:float64[n, m] = add_at(dmatch_3, t_30, t_20, t_21, index=(AtArg(), AtArg()))  # bwd
#           dbest_7:float64[k + 1, p + 1] = add_at(dbest_6, t_30, index=(At(position=i - 1), At(position=j - 1)))  # bwd
#           t_31:bool[] = equal(t_16, t_18)  # bwd
#           t_32:bool[] = greater(t_16, t_18)  # bwd
#           t_33:bool[] = greater(t_18, t_16)  # bwd
#           t_34:float64[] = multiply(0.5, deither)  # bwd
#           t_35:float64[] = where(t_31, t_34, 0.0)  # bwd
#           t_36:float64[] = where(t_32, deither, t_35)  # bwd
#           t_37:float64[] = where(t_33, deither, t_35)  # bwd
#           t_38:float64[] = subtract(dgap_3, t_37)  # bwd
#           dbest_8:float64[k + 1, p + 1] = add_at(dbest_7, t_37, index=(At(position=i), At(position=j - 1)))  # bwd
#           dgap_4:float64[] = subtract(t_38, t_36)  # bwd
#           dbest_9:float64[k + 1, p + 1] = add_at(dbest_8, t_36, index=(At(position=i - 1), At(position=j)))  # bwd
#           yield dbest_9, dgap_4, dmatch_4
#       yield dbest_4, dgap_2, dmatch_2
#   return dmatch, dgap


# ---- study text

import numpy as np


def grad_aligned(match, gap, a, b):
    k = a.shape[0]
    p = b.shape[0]
    best = np.zeros((k + 1, p + 1))
    for i in range(1, k + 1):
        for j in range(1, p + 1):
            either = np.maximum(best[i - 1, j] - gap, best[i, j - 1] - gap)
            top = np.maximum(best[i - 1, j - 1] + match[a[i - 1], b[j - 1]], either)
            best[i, j] = top

    # return best[len(a), len(b)]
    dbest = np.zeros((k + 1, p + 1))
    dbest[-1, -1] += 1.0
    # for i in range(1, len(a) + 1):
    dgap = 0.0
    dmatch = np.zeros_like(match)
    for i in range(k, 0, -1):
        # for j in range(1, len(b) + 1):
        for j in range(p, 0, -1):
            # either = max(best[i - 1, j] - gap, best[i, j - 1] - gap)
            diff = best[i - 1, j] - gap
            diff2 = best[i, j - 1] - gap
            either = np.maximum(diff, diff2)
            # best[i, j] = max(best[i - 1, j - 1] + match[a[i - 1], b[j - 1]], either)
            total = best[i - 1, j - 1] + match[a[i - 1], b[j - 1]]
            part = dbest[i, j]
            dbest[i, j] = 0.0
            masked = np.where(total == either, 0.5 * part, 0.0)
            # a tie is split; 0 where it is with the constant 0
            masked2 = np.where(total > either, part, masked)
            # a tie is split; 0 where it is with the constant 0
            deither = np.where(either > total, part, masked)
            dmatch[a[i - 1], b[j - 1]] += masked2
            dbest[i - 1, j - 1] += masked2
            # either = max(best[i - 1, j] - gap, best[i, j - 1] - gap)
            masked3 = np.where(diff == diff2, 0.5 * deither, 0.0)
            # a tie is split; 0 where it is with the constant 0
            masked4 = np.where(diff > diff2, deither, masked3)
            # a tie is split; 0 where it is with the constant 0
            masked5 = np.where(diff2 > diff, deither, masked3)
            dbest[i, j - 1] += masked5
            dgap = dgap - masked5 - masked4
            dbest[i - 1, j] += masked4
    return dmatch, dgap


# ---- kernel text

import numpy as np
from numba import njit


@njit
def grad_aligned___HASH__(match, gap, a, b):
    n, m = match.shape
    k = a.shape[0]
    p = b.shape[0]
    if p > 0:
        for l in range(k):
            if not -n <= a[l] < n:
                raise IndexError("index out of bounds")
    if k > 0:
        for l in range(p):
            if not -m <= b[l] < m:
                raise IndexError("index out of bounds")
    # for i in range(1, len(a) + 1):
    best_2 = np.zeros((k + 1, p + 1))
    for i in range(1, k + 1):
        # for j in range(1, len(b) + 1):
        for j in range(1, p + 1):
            # best[i, j] = max(best[i - 1, j - 1] + match[a[i - 1], b[j - 1]], either)
            part4_ = int(a[i - 1])
            if part4_ < 0:
                part4_ += n
            part5_ = int(b[j - 1])
            if part5_ < 0:
                part5_ += m
            # either = max(best[i - 1, j] - gap, best[i, j - 1] - gap)
            diff_ = best_2[i - 1, j] - gap
            diff2_ = best_2[i, j - 1] - gap
            either = diff_ if (diff_ >= diff2_) | (diff_ != diff_) else diff2_
            # best[i, j] = max(best[i - 1, j - 1] + match[a[i - 1], b[j - 1]], either)
            total_ = best_2[i - 1, j - 1] + match[part4_, part5_]
            top = total_ if (total_ >= either) | (total_ != total_) else either
            best_2[i, j] = top
    # adjoint of return best[len(a), len(b)]
    dbest = np.zeros((k + 1, p + 1))
    dbest[k, p] += 1.0
    # adjoint of for i in range(1, len(a) + 1):
    dmatch = np.zeros((n, m))
    dgap = 0.0
    for i in range(k, 0, -1):
        # adjoint of for j in range(1, len(b) + 1):
        for j in range(p, 0, -1):
            # adjoint of best[i, j] = max(best[i - 1, j - 1] + match[a[i - 1], b[j - 1]], either)
            part7_ = int(a[i - 1])
            if part7_ < 0:
                part7_ += n
            part8_ = int(b[j - 1])
            if part8_ < 0:
                part8_ += m
            t7 = dbest[i, j]
            dbest[i, j] = 0.0
            if t7 != 0.0:
                # adjoint of best[i, j] = max(best[i - 1, j - 1] + match[a[i - 1], b[j - 1]], either)
                part12_ = int(a[i - 1])
                if part12_ < 0:
                    part12_ += n
                part13_ = int(b[j - 1])
                if part13_ < 0:
                    part13_ += m
                # adjoint of either = max(best[i - 1, j] - gap, best[i, j - 1] - gap)
                diff3 = best_2[i - 1, j] - gap
                diff4 = best_2[i, j - 1] - gap
                either = diff3 if (diff3 >= diff4) | (diff3 != diff3) else diff4
                # adjoint of best[i, j] = max(best[i - 1, j - 1] + match[a[i - 1], b[j - 1]], either)
                total2 = best_2[i - 1, j - 1] + match[part7_, part8_]
                prod_ = 0.5 * t7
                masked = prod_ if total2 == either else 0.0
                masked2 = t7 if total2 > either else masked
                deither = t7 if either > total2 else masked
                dmatch[part12_, part13_] += masked2
                dbest[i - 1, j - 1] += masked2
                # adjoint of either = max(best[i - 1, j] - gap, best[i, j - 1] - gap)
                prod2_ = 0.5 * deither
                masked3 = prod2_ if diff3 == diff4 else 0.0
                masked4 = deither if diff3 > diff4 else masked3
                masked5 = deither if diff4 > diff3 else masked3
                dbest[i, j - 1] += masked5
                dgap = dgap - masked5 - masked4
                dbest[i - 1, j] += masked4
    return dmatch, dgap
