"""Springs in a time loop: a copy is an array of its own, a second name is none; one cotangent for `x`."""

import numpy as np


def springs(pos, vel, k, dt, steps):
    x = pos.copy()
    v = vel.copy()
    for t in range(steps):
        f = np.zeros_like(x)
        old = x
        for i in range(len(x) - 1):
            d = old[i + 1] - x[i] - 1.0
            f[i] += k * d
            f[i + 1] -= k * d
        v += dt * f
        x += dt * v
    return np.sum(x * x)


MODE, WRT = "grad", ("pos", "vel", "k")


def arguments(rng):
    return rng.normal(size=5), rng.normal(size=5), 0.7, 0.1, 3


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# springs(pos:float64[n], vel:float64[n], k:float64[], dt:float64[], steps:int64[]):
#   x:float64[n] = copy(pos)
#   v:float64[n] = copy(vel)
#   v_1:float64[n], x_1:float64[n] = for(0, steps, 1, v, x, k, dt)
#     (t:int64[], v_2:float64[n], x_2:float64[n], k_1:float64[], dt_1:float64[]) ->
#       f:float64[n] = full(0.0, shape=(n,))
#       t_1:int64[] = extent(dim=n - 1)
#       f_1:float64[n] = for(0, t_1, 1, f, x_2, k_1)
#         (i:int64[], f_2:float64[n], x_3:float64[n], k_2:float64[]) ->
#           t_2:float64[] = getitem(x_3, index=(At(position=i + 1),))
#           t_3:float64[] = getitem(x_3, index=(At(position=i),))
#           t_4:float64[] = subtract(t_2, t_3)
#           d:float64[] = subtract(t_4, 1.0)
#           t_5:float64[] = multiply(k_2, d)
#           f_3:float64[n] = add_at(f_2, t_5, index=(At(position=i),))
#           t_6:float64[] = multiply(k_2, d)
#           t_7:float64[] = negative(t_6)
#           f_4:float64[n] = add_at(f_3, t_7, index=(At(position=i + 1),))
#           yield f_4
#       t_8:float64[n] = multiply(dt_1, f_1)
#       v_3:float64[n] = add(v_2, t_8)
#       t_9:float64[n] = multiply(dt_1, v_3)
#       x_4:float64[n] = add(x_2, t_9)
#       yield v_3, x_4
#   t_10:float64[n] = multiply(x_1, x_1)
#   t_11:float64[] = sum(t_10, axis=(0,), keepdims=False)
#   return t_11


# ---- graph: grad
# grad_springs(pos:float64[n], vel:float64[n], k:float64[], dt:float64[], steps:int64[]):
#   x:float64[n] = copy(pos)
#   v:float64[n] = copy(vel)
#   trips:int64[] = maximum(steps, 0)
#   x_saved:float64[trips, n] = empty(dtype=float64, shape=(trips, n))
#   v_1:float64[n], x_1:float64[n], x_saved_1:float64[trips, n] = for(0, steps, 1, v, x, x_saved, k, dt)
#     (t:int64[], v_2:float64[n], x_2:float64[n], x_saved_2:float64[trips, n], k_1:float64[], dt_1:float64[]) ->
#       x_saved_3:float64[trips, n] = setitem(x_saved_2, x_2, t, index=(AtArg(), Span(start=0, step=1, extent=n)))
#       f:float64[n] = full(0.0, shape=(n,))
#       t_1:int64[] = extent(dim=n - 1)
#       f_1:float64[n] = for(0, t_1, 1, f, x_2, k_1)
#         (i:int64[], f_2:float64[n], x_3:float64[n], k_2:float64[]) ->
#           t_2:float64[] = getitem(x_3, index=(At(position=i + 1),))
#           t_3:float64[] = getitem(x_3, index=(At(position=i),))
#           t_4:float64[] = subtract(t_2, t_3)
#           d:float64[] = subtract(t_4, 1.0)
#           t_5:float64[] = multiply(k_2, d)
#           f_3:float64[n] = add_at(f_2, t_5, index=(At(position=i),))
#           t_6:float64[] = negative(t_5)
#           f_4:float64[n] = add_at(f_3, t_6, index=(At(position=i + 1),))
#           yield f_4
#       t_7:float64[n] = multiply(dt_1, f_1)
#       v_3:float64[n] = add(v_2, t_7)
#       t_8:float64[n] = multiply(dt_1, v_3)
#       x_4:float64[n] = add(x_2, t_8)
#       yield v_3, x_4, x_saved_3
#   dx:float64[n] = multiply(2.0, x_1)  # bwd
#   t_9:int64[] = subtract(steps, 1)  # bwd
#   t_10:float64[n] = full(0.0, shape=(n,))  # bwd
#   dv:float64[n], dx_1:float64[n], dk:float64[] = for(t_9, -1, -1, t_10, dx, 0.0, x_saved_1, dt, k)  # bwd
#     (t_11:int64[], dv_1:float64[n], dx_2:float64[n], dk_1:float64[], x_saved_4:float64[trips, n], dt_2:float64[], k_3:float64[]) ->
#       x_5:float64[n] = getitem(x_saved_4, t_11, index=(AtArg(), Span(start=0, step=1, extent=n)))  # bwd
#       t_12:float64[n] = multiply(dx_2, dt_2)  # bwd
#       dv_2:float64[n] = add(dv_1, t_12)  # bwd
#       df:float64[n] = multiply(dv_2, dt_2)  # bwd
#       t_13:int64[] = extent(dim=n - 2)  # bwd
#       dx_3:float64[n], dk_2:float64[] = for(t_13, -1, -1, dx_2, dk_1, df, x_5, k_3)  # bwd
#         (i_1:int64[], dx_4:float64[n], dk_3:float64[], df_1:float64[n], x_6:float64[n], k_4:float64[]) ->
#           t_14:float64[] = getitem(x_6, index=(At(position=i + 1),))  # bwd
#           t_15:float64[] = getitem(x_6, index=(At(position=i),))  # bwd
#           t_16:float64[] = subtract(t_14, t_15)  # bwd
#           d_1:float64[] = subtract(t_16, 1.0)  # bwd
#           t_17:float64[] = getitem(df_1, index=(At(position=i + 1),))  # bwd
#           t_18:float64[] = multiply(t_17, d_1)  # bwd
#           dk_4:float64[] = subtract(dk_3, t_18)  # bwd
#           t_19:float64[] = negative(t_17)  # bwd
#           dd:float64[] = multiply(t_19, k_4)  # bwd
#           t_20:float64[] = getitem(df_1, index=(At(position=i),))  # bwd
#           t_21:float64[] = multiply(t_20, d_1)  # bwd
#           dk_5:float64[] = add(dk_4, t_21)  # bwd
#           t_22:float64[] = multiply(t_20, k_4)  # bwd
#           dd_1:float64[] = add(dd, t_22)  # bwd
#           t_23:float64[] = negative(dd_1)  # bwd
#           dx_5:float64[n] = add_at(dx_4, t_23, index=(At(position=i),))  # bwd
#           dx_6:float64[n] = add_at(dx_5, dd_1, index=(At(position=i + 1),))  # bwd
#           yield dx_6, dk_5
#       yield dv_2, dx_3, dk_2
#   dvel:float64[n] = copy(dv)  # bwd
#   dpos:float64[n] = copy(dx_1)  # bwd
#   return dpos, dvel, dk


# ---- study text

import numpy as np


def grad_springs(pos, vel, k, dt, steps):
    n = pos.shape[0]
    x = pos.copy()
    v = vel.copy()
    trips = np.maximum(steps, 0)
    x_saved = np.empty((trips, n))  # saved: x, 8 B x n x trips
    for t in range(steps):
        x_saved[t] = x
        f = np.zeros_like(pos)
        for i in range(n - 1):
            d = x[i + 1] - x[i] - 1
            prod = k * d
            f[i] += prod
            f[i + 1] -= prod
        v += dt * f
        x += dt * v

    # return np.sum(x * x)
    dx = 2.0 * x
    # for t in range(steps):
    dv = np.zeros_like(pos)
    dk = 0.0
    for t in range(steps - 1, -1, -1):
        x = x_saved[t]
        # x += dt * v
        dv += dx * dt
        # v += dt * f
        df = dv * dt
        # for i in range(len(x) - 1):
        for i in range(n - 2, -1, -1):
            # d = old[i + 1] - x[i] - 1.0
            d = x[i + 1] - x[i] - 1
            # f[i + 1] -= k * d
            dk -= df[i + 1] * d
            dd = -df[i + 1] * k
            # f[i] += k * d
            dk += df[i] * d
            dd += df[i] * k
            # d = old[i + 1] - x[i] - 1.0
            dx[i] -= dd
            dx[i + 1] += dd
    # v = vel.copy()
    dvel = dv
    # x = pos.copy()
    dpos = dx
    return dpos, dvel, dk


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def grad_springs___HASH__(pos, vel, k, dt, steps):
    n = pos.shape[0]
    if vel.shape[0] != n:
        raise ValueError('axis 0 of `vel` does not have the length of axis 0 of `pos`')
    # for t in range(steps):
    # adjoint of for t in range(steps):
    trips = max(steps, 0)
    diff = steps - 1
    x_saved = np.empty((trips, n))
    dv = np.zeros(n)
    # for t in range(steps):
    vel_2 = np.empty(n)
    for i in range(n):
        vel_2[i] = vel[i]  # vel
    pos_2 = np.empty(n)
    for i in range(n):
        pos_2[i] = pos[i]  # pos
    f_2 = np.empty(n)
    for t in range(steps):
        # f[i] += k * d
        f_2.fill(0.0)
        # for t in range(steps):
        for i in range(n):
            x_saved[t, i] = pos_2[i]
        # f[i] += k * d
        # f[i + 1] -= k * d
        neg_before = 0.0
        for i in range(n - 1):
            d_i = pos_2[i + 1] - pos_2[i] - 1.0
            prod_i = k * d_i
            neg_i = -prod_i
            f_2[i] += prod_i + neg_before
            neg_before = neg_i
        if n - 1 > 0:
            f_2[n - 1] += neg_before
        # v += dt * f
        # x += dt * v
        for i in range(n):
            vel_2_i = vel_2[i]
            vel_2_i_2 = vel_2_i + dt * f_2[i]
            vel_2[i] = vel_2_i_2  # v
            pos_2[i] += dt * vel_2_i_2

    # adjoint of return np.sum(x * x)
    dx = np.empty(n)
    for i in range(n):
        dx[i] = 2.0 * pos_2[i]
    # adjoint of for t in range(steps):
    dk = 0.0
    for t in range(diff, -1, -1):
        # adjoint of x += dt * v
        for i in range(n):
            dv[i] += dx[i] * dt
        # adjoint of f[i] += k * d
        # adjoint of d = old[i + 1] - x[i] - 1.0
        # adjoint of f[i + 1] -= k * d
        total = 0.0
        total2 = 0.0
        dd_before = 0.0
        for i in range(n - 1):
            df_i = dv[i] * dt
            df_i_2 = dv[i + 1] * dt
            dd_i = df_i * k - df_i_2 * k
            dx[i] += -dd_i + dd_before
            d_2_i = x_saved[t, i + 1] - x_saved[t, i] - 1.0
            total = plus(total, df_i_2 * d_2_i)
            total2 = plus(total2, df_i * d_2_i)
            dd_before = dd_i
        if n - 1 > 0:
            dx[n - 1] += dd_before
        # adjoint of f[i + 1] -= k * d
        dk_2 = dk - total
        # adjoint of f[i] += k * d
        dk = dk_2 + total2
    return dx, dv, dk
