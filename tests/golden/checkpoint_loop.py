"""A checkpointed loop: snapshots on a binomial schedule, and the way from the last one to each trip."""

import numpy as np

import symgrad as sg


def burgers(u, nu, steps):
    for _ in sg.checkpoint(range(steps), slots=4):
        w = u.copy()
        w[1:-1] = u[1:-1] - u[1:-1] * (u[2:] - u[:-2]) + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        u = w
    return np.sum(u * u)


MODE, WRT = "value_and_grad", ("u", "nu")


def arguments(rng):
    return np.array([0.1, 0.7, 0.4, 0.9, 0.3]), 0.1, 7


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# burgers(u:float64[n], nu:float64[], steps:int64[]):
#   u_1:float64[n] = for(0, steps, 1, u, nu)
#     (_:int64[], u_2:float64[n], nu_1:float64[]) ->
#       t:float64[n - 2] = getitem(u_2, index=(Span(start=1, step=1, extent=n - 2),))
#       t_1:float64[n - 2] = getitem(u_2, index=(Span(start=1, step=1, extent=n - 2),))
#       t_2:float64[n - 2] = getitem(u_2, index=(Span(start=2, step=1, extent=n - 2),))
#       t_3:float64[n - 2] = getitem(u_2, index=(Span(start=0, step=1, extent=n - 2),))
#       t_4:float64[n - 2] = subtract(t_2, t_3)
#       t_5:float64[n - 2] = multiply(t_1, t_4)
#       t_6:float64[n - 2] = subtract(t, t_5)
#       t_7:float64[n - 2] = getitem(u_2, index=(Span(start=2, step=1, extent=n - 2),))
#       t_8:float64[n - 2] = getitem(u_2, index=(Span(start=1, step=1, extent=n - 2),))
#       t_9:float64[n - 2] = multiply(2.0, t_8)
#       t_10:float64[n - 2] = subtract(t_7, t_9)
#       t_11:float64[n - 2] = getitem(u_2, index=(Span(start=0, step=1, extent=n - 2),))
#       t_12:float64[n - 2] = add(t_10, t_11)
#       t_13:float64[n - 2] = multiply(nu_1, t_12)
#       t_14:float64[n - 2] = add(t_6, t_13)
#       w:float64[n] = setitem(u_2, t_14, index=(Span(start=1, step=1, extent=n - 2),))
#       yield w
#   t_15:float64[n] = multiply(u_1, u_1)
#   t_16:float64[] = sum(t_15, axis=(0,), keepdims=False)
#   return t_16
#   require n - 1 >= 0
#   require n - 2 >= 0


# ---- graph: value_and_grad
# value_and_grad_burgers(u:float64[n], nu:float64[], steps:int64[]):
#   trips:int64[] = maximum(steps, 0)
#   t:int64[] = minimum(4, trips)
#   slots:int64[] = maximum(t, 1)
#   u_saved:float64[slots, n] = empty(dtype=float64, shape=(slots, n))
#   taken:int64[slots] = empty(dtype=int64, shape=(slots,))
#   u_1:float64[n], u_saved_1:float64[slots, n], taken_1:int64[slots], top:int64[], due:int64[] = for(0, steps, 1, u, u_saved, taken, 0, 0, nu, slots, trips)
#     (_:int64[], u_2:float64[n], u_saved_2:float64[slots, n], taken_2:int64[slots], top_1:int64[], due_1:int64[], nu_1:float64[], slots_1:int64[], trips_1:int64[]) ->
#       t_1:bool[] = equal(_, due_1)
#       u_saved_3:float64[slots, n], taken_3:int64[slots], top_2:int64[], due_2:int64[] = cond(t_1, slots_1, top_1, trips_1, _, u_saved_2, u_2, taken_2, due_1)
#         (slots_2:int64[], top_3:int64[], trips_2:int64[], __1:int64[], u_saved_4:float64[slots, n], u_3:float64[n], taken_4:int64[slots], due_3:int64[]) ->
#           t_2:int64[] = subtract(slots_2, top_3)
#           t_3:int64[] = subtract(trips_2, __1)
#           t_4:int64[] = add(t_3, 1)
#           t_5:int64[] = revolve(t_4, t_2)
#           t_6:int64[] = add(__1, t_5)
#           u_saved_5:float64[slots, n] = setitem(u_saved_4, u_3, top_3, index=(AtArg(), Span(start=0, step=1, extent=n)))
#           taken_5:int64[slots] = setitem(taken_4, __1, top_3, index=(AtArg(),))
#           t_7:int64[] = add(top_3, 1)
#           yield u_saved_5, taken_5, t_7, t_6
#         (slots_3:int64[], top_4:int64[], trips_3:int64[], __2:int64[], u_saved_6:float64[slots, n], u_4:float64[n], taken_6:int64[slots], due_4:int64[]) ->
#           yield u_saved_6, taken_6, top_4, due_4
#       t_8:float64[n - 2] = getitem(u_2, index=(Span(start=1, step=1, extent=n - 2),))
#       t_9:float64[n - 2] = getitem(u_2, index=(Span(start=2, step=1, extent=n - 2),))
#       t_10:float64[n - 2] = getitem(u_2, index=(Span(start=0, step=1, extent=n - 2),))
#       t_11:float64[n - 2] = subtract(t_9, t_10)
#       t_12:float64[n - 2] = multiply(t_8, t_11)
#       t_13:float64[n - 2] = subtract(t_8, t_12)
#       t_14:float64[n - 2] = multiply(2.0, t_8)
#       t_15:float64[n - 2] = subtract(t_9, t_14)
#       t_16:float64[n - 2] = add(t_15, t_10)
#       t_17:float64[n - 2] = multiply(nu_1, t_16)
#       t_18:float64[n - 2] = add(t_13, t_17)
#       w:float64[n] = setitem(u_2, t_18, index=(Span(start=1, step=1, extent=n - 2),))
#       yield w, u_saved_3, taken_3, top_2, due_2
#   t_19:float64[n] = multiply(u_1, u_1)
#   t_20:float64[] = sum(t_19, axis=(0,), keepdims=False)
#   du:float64[n] = multiply(2.0, u_1)  # bwd
#   t_21:int64[] = subtract(trips, 1)  # bwd
#   du_1:float64[n], dnu:float64[], u_saved_7:float64[slots, n], taken_7:int64[slots], top_5:int64[] = for(t_21, -1, -1, du, 0.0, u_saved_1, taken_1, top, slots, nu)  # bwd
#     (__3:int64[], du_2:float64[n], dnu_1:float64[], u_saved_8:float64[slots, n], taken_8:int64[slots], top_6:int64[], slots_4:int64[], nu_2:float64[]) ->
#       last:int64[] = subtract(top_6, 1)  # bwd
#       start:int64[] = getitem(taken_8, last, index=(AtArg(),))  # bwd
#       u_5:float64[n] = getitem(u_saved_8, last, index=(AtArg(), Span(start=0, step=1, extent=n)))  # bwd
#       t_22:int64[] = subtract(__3, start)  # bwd
#       t_23:int64[] = add(t_22, 1)  # bwd
#       t_24:int64[] = subtract(slots_4, last)  # bwd
#       t_25:int64[] = revolve(t_23, t_24)  # bwd
#       t_26:int64[] = add(start, t_25)  # bwd
#       u_6:float64[n], u_saved_9:float64[slots, n], taken_9:int64[slots], top_7:int64[], due_5:int64[] = for(start, __3, 1, u_5, u_saved_8, taken_8, top_6, t_26, slots_4, __3, nu_2)  # bwd
#         (trip:int64[], u_7:float64[n], u_saved_10:float64[slots, n], taken_10:int64[slots], top_8:int64[], due_6:int64[], slots_5:int64[], __4:int64[], nu_3:float64[]) ->
#           t_27:bool[] = equal(trip, due_6)  # bwd
#           u_saved_11:float64[slots, n], taken_11:int64[slots], top_9:int64[], due_7:int64[] = cond(t_27, slots_5, top_8, __4, trip, u_saved_10, u_7, taken_10, due_6)  # bwd
#             (slots_6:int64[], top_10:int64[], __5:int64[], trip_1:int64[], u_saved_12:float64[slots, n], u_8:float64[n], taken_12:int64[slots], due_8:int64[]) ->
#               t_28:int64[] = subtract(slots_6, top_10)  # bwd
#               t_29:int64[] = subtract(__5, trip_1)  # bwd
#               t_30:int64[] = add(t_29, 1)  # bwd
#               t_31:int64[] = revolve(t_30, t_28)  # bwd
#               t_32:int64[] = add(trip_1, t_31)  # bwd
#               u_saved_13:float64[slots, n] = setitem(u_saved_12, u_8, top_10, index=(AtArg(), Span(start=0, step=1, extent=n)))  # bwd
#               taken_13:int64[slots] = setitem(taken_12, trip_1, top_10, index=(AtArg(),))  # bwd
#               t_33:int64[] = add(top_10, 1)  # bwd
#               yield u_saved_13, taken_13, t_33, t_32
#             (slots_7:int64[], top_11:int64[], __6:int64[], trip_2:int64[], u_saved_14:float64[slots, n], u_9:float64[n], taken_14:int64[slots], due_9:int64[]) ->
#               yield u_saved_14, taken_14, top_11, due_9
#           t_34:float64[n - 2] = getitem(u_7, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#           t_35:float64[n - 2] = getitem(u_7, index=(Span(start=2, step=1, extent=n - 2),))  # bwd
#           t_36:float64[n - 2] = getitem(u_7, index=(Span(start=0, step=1, extent=n - 2),))  # bwd
#           t_37:float64[n - 2] = subtract(t_35, t_36)  # bwd
#           t_38:float64[n - 2] = multiply(t_34, t_37)  # bwd
#           t_39:float64[n - 2] = subtract(t_34, t_38)  # bwd
#           t_40:float64[n - 2] = multiply(2.0, t_34)  # bwd
#           t_41:float64[n - 2] = subtract(t_35, t_40)  # bwd
#           t_42:float64[n - 2] = add(t_41, t_36)  # bwd
#           t_43:float64[n - 2] = multiply(nu_3, t_42)  # bwd
#           t_44:float64[n - 2] = add(t_39, t_43)  # bwd
#           w_1:float64[n] = setitem(u_7, t_44, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#           yield w_1, u_saved_11, taken_11, top_9, due_7
#       t_45:int64[] = subtract(top_7, 1)  # bwd
#       t_46:int64[] = getitem(taken_9, t_45, index=(AtArg(),))  # bwd
#       t_47:bool[] = equal(t_46, __3)  # bwd
#       t_48:int64[] = cast(t_47, dtype=int64)  # bwd
#       t_49:int64[] = subtract(top_7, t_48)  # bwd
#       t_50:float64[n - 2] = getitem(u_6, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       t_51:float64[n - 2] = getitem(u_6, index=(Span(start=2, step=1, extent=n - 2),))  # bwd
#       t_52:float64[n - 2] = getitem(u_6, index=(Span(start=0, step=1, extent=n - 2),))  # bwd
#       t_53:float64[n - 2] = subtract(t_51, t_52)  # bwd
#       t_54:float64[n - 2] = multiply(2.0, t_50)  # bwd
#       t_55:float64[n - 2] = subtract(t_51, t_54)  # bwd
#       t_56:float64[n - 2] = add(t_55, t_52)  # bwd
#       t_57:float64[n - 2] = getitem(du_2, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       du_3:float64[n] = setitem(du_2, 0.0, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       t_58:float64[n - 2] = multiply(t_57, t_56)  # bwd
#       t_59:float64[] = sum(t_58, axis=(0,), keepdims=False)  # bwd
#       dnu_2:float64[] = add(dnu_1, t_59)  # bwd
#       t_60:float64[n - 2] = multiply(t_57, nu_2)  # bwd
#       du_4:float64[n] = add_at(du_3, t_60, index=(Span(start=0, step=1, extent=n - 2),))  # bwd
#       t_61:float64[n - 2] = multiply(-2.0, t_60)  # bwd
#       du_5:float64[n] = add_at(du_4, t_61, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       du_6:float64[n] = add_at(du_5, t_60, index=(Span(start=2, step=1, extent=n - 2),))  # bwd
#       t_62:float64[n - 2] = negative(t_57)  # bwd
#       t_63:float64[n - 2] = multiply(t_62, t_53)  # bwd
#       t_64:float64[n - 2] = multiply(t_62, t_50)  # bwd
#       t_65:float64[n - 2] = negative(t_64)  # bwd
#       du_7:float64[n] = add_at(du_6, t_65, index=(Span(start=0, step=1, extent=n - 2),))  # bwd
#       du_8:float64[n] = add_at(du_7, t_64, index=(Span(start=2, step=1, extent=n - 2),))  # bwd
#       du_9:float64[n] = add_at(du_8, t_63, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       du_10:float64[n] = add_at(du_9, t_57, index=(Span(start=1, step=1, extent=n - 2),))  # bwd
#       yield du_10, dnu_2, u_saved_9, taken_9, t_49
#   return t_20, du_1, dnu
#   require n - 1 >= 0
#   require n - 2 >= 0


# ---- study text

import numpy as np
from symgrad.runtime import revolve


def value_and_grad_burgers(u, nu, steps):
    trips = np.maximum(steps, 0)
    slots = np.maximum(np.minimum(4, trips), 1)
    u_saved = np.empty((slots, u.shape[0]))  # snapshots: u, 8 B x n x slots
    taken = np.empty(slots, dtype=np.int64)  # snapshots: their trips, 8 B x slots
    u_2 = u.copy()
    top = 0
    due = 0
    for i in range(steps):
        if i == due:
            due = i + revolve(trips - i + 1, slots - top)  # the next snapshot
            u_saved[top] = u_2
            taken[top] = i
            top = top + 1
        total = u_2[1:-1] - u_2[1:-1] * (u_2[2:] - u_2[:-2]) + nu * (u_2[2:] - 2.0 * u_2[1:-1] + u_2[:-2])
        u_2[1:-1] = total
    out = np.sum(u_2 * u_2)

    # return np.sum(u * u)
    du = 2.0 * u_2
    # for _ in sg.checkpoint(range(steps), slots=4):
    dnu = 0.0
    for i in range(trips - 1, -1, -1):
        last = top - 1
        start = taken[last]  # the last snapshot
        u_3 = u_saved[last].copy()
        due = start + revolve(i - start + 1, slots - last)
        for trip in range(start, i):
            if trip == due:
                due = trip + revolve(i - trip + 1, slots - top)  # the next snapshot
                u_saved[top] = u_3
                taken[top] = trip
                top = top + 1
            # w[1:-1] = u[1:-1] - u[1:-1] * (u[2:] - u[:-2]) + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
            prod = nu * (u_3[2:] - 2.0 * u_3[1:-1] + u_3[:-2])
            u_3[1:-1] = u_3[1:-1] - u_3[1:-1] * (u_3[2:] - u_3[:-2]) + prod
        top = top - (taken[top - 1] == i)
        # w[1:-1] = u[1:-1] - u[1:-1] * (u[2:] - u[:-2]) + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        part = du[1:-1].copy()
        du[1:-1] = 0.0
        dnu += np.sum(part * (u_3[2:] - 2.0 * u_3[1:-1] + u_3[:-2]))
        prod2 = part * nu
        du[:-2] += prod2
        du[1:-1] += -2.0 * prod2
        du[2:] += prod2
        prod3 = -part * u_3[1:-1]
        du[:-2] -= prod3
        du[2:] += prod3
        du[1:-1] += -part * (u_3[2:] - u_3[:-2])
        du[1:-1] += part
    return out, (du, dnu)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.backends.tapes import revolve


@njit
def value_and_grad_burgers___HASH__(u, nu, steps):
    n = u.shape[0]
    if n - 1 < 0:
        raise ValueError('n - 1 >= 0')
    if n - 2 < 0:
        raise ValueError('n - 2 >= 0')
    # for _ in sg.checkpoint(range(steps), slots=4):
    # adjoint of for _ in sg.checkpoint(range(steps), slots=4):
    trips = max(steps, 0)
    slots = max(min(4, trips), 1)
    diff = trips - 1
    u_saved = np.empty((slots, n))
    taken = np.empty(slots, np.int64)
    # for _ in sg.checkpoint(range(steps), slots=4):
    u_2 = np.empty(n)
    for j in range(n):
        u_2[j] = u[j]  # u
    top = 0
    due = 0
    total3 = np.empty(n - 2)
    for i in range(steps):
        # for _ in sg.checkpoint(range(steps), slots=4):
        if i == due:
            # for _ in sg.checkpoint(range(steps), slots=4):
            due = i + revolve(trips - i + 1, slots - top)
            top_ = int(top)
            if top_ < 0:
                top_ += slots
            if not 0 <= top_ < slots:
                raise IndexError("index out of bounds")
            top = top + 1
            taken[top_] = i
            for j in range(n):
                u_saved[top_, j] = u_2[j]
        # w[1:-1] = u[1:-1] - u[1:-1] * (u[2:] - u[:-2]) + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        for j in range(n - 2):
            u_2_j = u_2[j + 2]
            u_2_j_2 = u_2[j]
            u_2_j_3 = u_2[j + 1]
            total3[j] = u_2_j_3 - u_2_j_3 * (u_2_j - u_2_j_2) + nu * (u_2_j - 2.0 * u_2_j_3 + u_2_j_2)
        for j in range(n - 2):
            u_2[j + 1] = total3[j]

    # return np.sum(u * u)
    # adjoint of return np.sum(u * u)
    du = np.empty(n)
    total = 0.0
    for j in range(n):
        u_2_j = u_2[j]
        total = plus(total, u_2_j * u_2_j)
        du[j] = 2.0 * u_2_j
    # adjoint of for _ in sg.checkpoint(range(steps), slots=4):
    dnu = 0.0
    u_6 = np.empty(n)
    t6 = np.empty(n - 2)
    total12 = np.empty(n - 2)
    for i in range(diff, -1, -1):
        # adjoint of for _ in sg.checkpoint(range(steps), slots=4):
        last = top - 1
        last_ = int(last)
        if last_ < 0:
            last_ += slots
        if not 0 <= last_ < slots:
            raise IndexError("index out of bounds")
        start_2 = taken[last_]
        total8 = start_2 + revolve(i - start_2 + 1, slots - last)
        for j in range(n):
            u_5_j = u_saved[last_, j]
            u_6[j] = u_5_j  # u
        # adjoint of w[1:-1] = u[1:-1] - u[1:-1] * (u[2:] - u[:-2]) + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        for j in range(n - 2):
            t6[j] = du[j + 1]
            du[j + 1] = 0.0
        # adjoint of for _ in sg.checkpoint(range(steps), slots=4):
        top_4 = top
        for trip in range(start_2, i):
            # adjoint of for _ in sg.checkpoint(range(steps), slots=4):
            if trip == total8:
                # adjoint of for _ in sg.checkpoint(range(steps), slots=4):
                top_4_ = int(top_4)
                if top_4_ < 0:
                    top_4_ += slots
                if not 0 <= top_4_ < slots:
                    raise IndexError("index out of bounds")
                total13 = top_4 + 1
                total8 = trip + revolve(i - trip + 1, slots - top_4)
                taken[top_4_] = trip
                for j in range(n):
                    u_saved[top_4_, j] = u_6[j]
                top_4 = total13
            # adjoint of w[1:-1] = u[1:-1] - u[1:-1] * (u[2:] - u[:-2]) + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
            for j in range(n - 2):
                u_6_j = u_6[j + 2]
                u_6_j_2 = u_6[j]
                u_6_j_3 = u_6[j + 1]
                total12[j] = u_6_j_3 - u_6_j_3 * (u_6_j - u_6_j_2) + nu * (u_6_j - 2.0 * u_6_j_3 + u_6_j_2)
            for j in range(n - 2):
                u_6[j + 1] = total12[j]
        diff9_ = int(top_4 - 1)
        if diff9_ < 0:
            diff9_ += slots
        if not 0 <= diff9_ < slots:
            raise IndexError("index out of bounds")
        top = top_4 - (1 if taken[diff9_] == i else 0)
        # adjoint of w[1:-1] = u[1:-1] - u[1:-1] * (u[2:] - u[:-2]) + nu * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        total10 = 0.0
        prod7_before = prod7_before2 = 0.0
        prod8_before = 0.0
        prod10_before = prod10_before2 = 0.0
        prod9_before = 0.0
        t6_before = 0.0
        for j in range(n - 2):
            t6_j = t6[j]
            u_6_j = u_6[j + 2]
            u_6_j_2 = u_6[j + 1]
            u_6_j_3 = u_6[j]
            total10 = plus(total10, t6_j * (u_6_j - 2.0 * u_6_j_2 + u_6_j_3))
            prod7_j = t6_j * nu
            prod8_j = -2.0 * prod7_j
            neg_j = -t6_j
            prod10_j = neg_j * u_6_j_2
            prod9_j = neg_j * (u_6_j - u_6_j_3)
            du[j] += prod7_j - prod10_j + prod8_before + prod9_before + t6_before + prod7_before2 + prod10_before2
            prod7_before2 = prod7_before
            prod7_before = prod7_j
            prod8_before = prod8_j
            prod10_before2 = prod10_before
            prod10_before = prod10_j
            prod9_before = prod9_j
            t6_before = t6_j
        du[n - 2] += prod8_before + prod9_before + t6_before + prod7_before2 + prod10_before2
        du[n - 1] += prod7_before + prod10_before
        dnu = plus(dnu, total10)
    return total, (du, dnu)
