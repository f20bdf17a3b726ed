"""Two stages of a time step, each over its neighbour: written in parts, the next stage is cut where they meet."""

import numpy as np


def rhs(x, y):
    z = np.empty(len(x))
    z[0] = x[0]
    z[1:] = x[1:] * y[:-1]
    return z


def two_stages(x, steps):
    h = 1.0 / steps
    y = np.zeros(len(x))
    for _ in range(steps):
        third = y + h * rhs(x, y) / 3.0
        y += h * rhs(x, third)
    return y[len(x) - 1]


MODE, WRT = "grad", ("x",)


def arguments(rng):
    return rng.normal(size=4), 5


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# two_stages(x:float64[n], steps:int64[]):
#   t:float64[] = cast(steps, dtype=float64)
#   h:float64[] = divide(1.0, t)
#   y:float64[n] = full(0.0, shape=(n,))
#   y_1:float64[n] = for(0, steps, 1, y, x, h)
#     (_:int64[], y_2:float64[n], x_1:float64[n], h_1:float64[]) ->
#       z:float64[n] = full(0.0, shape=(n,))
#       t_1:float64[] = getitem(x_1, index=(At(position=0),))
#       z_1:float64[n] = setitem(z, t_1, index=(At(position=0),))
#       t_2:float64[n - 1] = getitem(x_1, index=(Span(start=1, step=1, extent=n - 1),))
#       t_3:float64[n - 1] = getitem(y_2, index=(Span(start=0, step=1, extent=n - 1),))
#       t_4:float64[n - 1] = multiply(t_2, t_3)
#       z_2:float64[n] = setitem(z_1, t_4, index=(Span(start=1, step=1, extent=n - 1),))
#       t_5:float64[n] = multiply(h_1, z_2)
#       t_6:float64[n] = divide(t_5, 3.0)
#       third:float64[n] = add(y_2, t_6)
#       z_3:float64[n] = full(0.0, shape=(n,))
#       t_7:float64[] = getitem(x_1, index=(At(position=0),))
#       z_4:float64[n] = setitem(z_3, t_7, index=(At(position=0),))
#       t_8:float64[n - 1] = getitem(x_1, index=(Span(start=1, step=1, extent=n - 1),))
#       t_9:float64[n - 1] = getitem(third, index=(Span(start=0, step=1, extent=n - 1),))
#       t_10:float64[n - 1] = multiply(t_8, t_9)
#       z_5:float64[n] = setitem(z_4, t_10, index=(Span(start=1, step=1, extent=n - 1),))
#       t_11:float64[n] = multiply(h_1, z_5)
#       y_3:float64[n] = add(y_2, t_11)
#       yield y_3
#   t_12:float64[] = getitem(y_1, index=(At(position=n - 1),))
#   return t_12
#   require n - 1 >= 0


# ---- graph: grad
# grad_two_stages(x:float64[n], steps:int64[]):
#   t:float64[] = cast(steps, dtype=float64)
#   h:float64[] = divide(1.0, t)
#   y:float64[n] = full(0.0, shape=(n,))
#   trips:int64[] = maximum(steps, 0)
#   y_saved:float64[trips, n] = empty(dtype=float64, shape=(trips, n))
#   y_1:float64[n], y_saved_1:float64[trips, n] = for(0, steps, 1, y, y_saved, x, h)
#     (_:int64[], y_2:float64[n], y_saved_2:float64[trips, n], x_1:float64[n], h_1:float64[]) ->
#       y_saved_3:float64[trips, n] = setitem(y_saved_2, y_2, _, index=(AtArg(), Span(start=0, step=1, extent=n)))
#       z:float64[n] = full(0.0, shape=(n,))
#       t_1:float64[] = getitem(x_1, index=(At(position=0),))
#       z_1:float64[n] = setitem(z, t_1, index=(At(position=0),))
#       t_2:float64[n - 1] = getitem(x_1, index=(Span(start=1, step=1, extent=n - 1),))
#       t_3:float64[n - 1] = getitem(y_2, index=(Span(start=0, step=1, extent=n - 1),))
#       t_4:float64[n - 1] = multiply(t_2, t_3)
#       z_2:float64[n] = setitem(z_1, t_4, index=(Span(start=1, step=1, extent=n - 1),))
#       t_5:float64[n] = multiply(h_1, z_2)
#       t_6:float64[n] = divide(t_5, 3.0)
#       third:float64[n] = add(y_2, t_6)
#       z_3:float64[n] = full(0.0, shape=(n,))
#       z_4:float64[n] = setitem(z_3, t_1, index=(At(position=0),))
#       t_7:float64[n - 1] = getitem(third, index=(Span(start=0, step=1, extent=n - 1),))
#       t_8:float64[n - 1] = multiply(t_2, t_7)
#       z_5:float64[n] = setitem(z_4, t_8, index=(Span(start=1, step=1, extent=n - 1),))
#       t_9:float64[n] = multiply(h_1, z_5)
#       y_3:float64[n] = add(y_2, t_9)
#       yield y_3, y_saved_3
#   dy:float64[n] = full(0.0, shape=(n,))  # bwd
#   dy_1:float64[n] = add_at(dy, 1.0, index=(At(position=n - 1),))  # bwd
#   t_10:int64[] = subtract(steps, 1)  # bwd
#   t_11:float64[n] = full(0.0, shape=(n,))  # bwd
#   dy_2:float64[n], dx:float64[n] = for(t_10, -1, -1, dy_1, t_11, y_saved_1, x, h)  # bwd
#     (__1:int64[], dy_3:float64[n], dx_1:float64[n], y_saved_4:float64[trips, n], x_2:float64[n], h_2:float64[]) ->
#       y_4:float64[n] = getitem(y_saved_4, __1, index=(AtArg(), Span(start=0, step=1, extent=n)))  # bwd
#       z_6:float64[n] = full(0.0, shape=(n,))  # bwd
#       t_12:float64[] = getitem(x_2, index=(At(position=0),))  # bwd
#       z_7:float64[n] = setitem(z_6, t_12, index=(At(position=0),))  # bwd
#       t_13:float64[n - 1] = getitem(x_2, index=(Span(start=1, step=1, extent=n - 1),))  # bwd
#       t_14:float64[n - 1] = getitem(y_4, index=(Span(start=0, step=1, extent=n - 1),))  # bwd
#       t_15:float64[n - 1] = multiply(t_13, t_14)  # bwd
#       z_8:float64[n] = setitem(z_7, t_15, index=(Span(start=1, step=1, extent=n - 1),))  # bwd
#       t_16:float64[n] = multiply(h_2, z_8)  # bwd
#       t_17:float64[n] = divide(t_16, 3.0)  # bwd
#       third_1:float64[n] = add(y_4, t_17)  # bwd
#       t_18:float64[n - 1] = getitem(third_1, index=(Span(start=0, step=1, extent=n - 1),))  # bwd
#       dz:float64[n] = multiply(dy_3, h_2)  # bwd
#       t_19:float64[n - 1] = getitem(dz, index=(Span(start=1, step=1, extent=n - 1),))  # bwd
#       t_20:float64[n - 1] = multiply(t_19, t_18)  # bwd
#       t_21:float64[n - 1] = multiply(t_19, t_13)  # bwd
#       dthird:float64[n] = full(0.0, shape=(n,))  # bwd
#       dthird_1:float64[n] = add_at(dthird, t_21, index=(Span(start=0, step=1, extent=n - 1),))  # bwd
#       dx_2:float64[n] = add_at(dx_1, t_20, index=(Span(start=1, step=1, extent=n - 1),))  # bwd
#       t_22:float64[] = getitem(dz, index=(At(position=0),))  # bwd
#       dx_3:float64[n] = add_at(dx_2, t_22, index=(At(position=0),))  # bwd
#       dy_4:float64[n] = add(dy_3, dthird_1)  # bwd
#       t_23:float64[n] = divide(dthird_1, 3.0)  # bwd
#       dz_1:float64[n] = multiply(t_23, h_2)  # bwd
#       t_24:float64[n - 1] = getitem(dz_1, index=(Span(start=1, step=1, extent=n - 1),))  # bwd
#       t_25:float64[n - 1] = multiply(t_24, t_14)  # bwd
#       t_26:float64[n - 1] = multiply(t_24, t_13)  # bwd
#       dy_5:float64[n] = add_at(dy_4, t_26, index=(Span(start=0, step=1, extent=n - 1),))  # bwd
#       dx_4:float64[n] = add_at(dx_3, t_25, index=(Span(start=1, step=1, extent=n - 1),))  # bwd
#       t_27:float64[] = getitem(dz_1, index=(At(position=0),))  # bwd
#       dx_5:float64[n] = add_at(dx_4, t_27, index=(At(position=0),))  # bwd
#       yield dy_5, dx_5
#   return dx
#   require n - 1 >= 0


# ---- study text

import numpy as np


def grad_two_stages(x, steps):
    h = 1.0 / steps
    y = np.zeros_like(x)
    trips = np.maximum(steps, 0)
    y_saved = np.empty((trips, x.shape[0]))  # saved: y, 8 B x n x trips
    for i in range(steps):
        y_saved[i] = y
        z = np.zeros_like(x)
        z[0] = x[0]
        z[1:] = x[1:] * y[:-1]
        third = y + h * z / 3.0
        z = np.zeros_like(x)
        z[0] = x[0]
        z[1:] = x[1:] * third[:-1]
        y += h * z

    # return y[len(x) - 1]
    dy = np.zeros_like(x)
    dy[-1] += 1.0
    # for _ in range(steps):
    dx = np.zeros_like(x)
    for i in range(steps - 1, -1, -1):
        y = y_saved[i]
        # z = np.empty(len(x))
        z = np.zeros_like(x)
        # z[0] = x[0]
        z[0] = x[0]
        # z[1:] = x[1:] * y[:-1]
        z[1:] = x[1:] * y[:-1]
        # third = y + h * rhs(x, y) / 3.0
        third = y + h * z / 3.0
        # y += h * rhs(x, third)
        dz = dy * h
        # z[1:] = x[1:] * y[:-1]
        dthird = np.zeros_like(x)
        dthird[:-1] += dz[1:] * x[1:]
        dx[1:] += dz[1:] * third[:-1]
        # z[0] = x[0]
        dx[0] += dz[0]
        # third = y + h * rhs(x, y) / 3.0
        dy += dthird
        dz = dthird / 3.0 * h
        # z[1:] = x[1:] * y[:-1]
        dy[:-1] += dz[1:] * x[1:]
        dx[1:] += dz[1:] * y[:-1]
        # z[0] = x[0]
        dx[0] += dz[0]
    return dx


# ---- kernel text

import numpy as np
from numba import njit


@njit
def grad_two_stages___HASH__(x, steps):
    n = x.shape[0]
    if n - 1 < 0:
        raise ValueError('index 0 is out of bounds for axis 0 of size 4')
    # for _ in range(steps):
    trips = max(steps, 0)
    # h = 1.0 / steps
    h = 1.0 / float(steps)
    # for _ in range(steps):
    y_saved = np.empty((trips, n))
    y_2 = np.zeros(n)
    z_2 = np.empty(n)
    third = np.empty(n)
    z_5 = np.empty(n)
    for i in range(steps):
        # z[0] = x[0]
        x_0 = x[0]
        z_2[0] = x_0
        # third = y + h * rhs(x, y) / 3.0
        third[0] = y_2[0] + h * z_2[0] / 3.0
        # z[0] = x[0]
        z_5[0] = x_0
        # for _ in range(steps):
        for j in range(n):
            y_saved[i, j] = y_2[j]
        # z[1:] = x[1:] * y[:-1]
        # third = y + h * rhs(x, y) / 3.0
        for j in range(n - 1):
            z_2_j = x[j + 1] * y_2[j]
            z_2[j + 1] = z_2_j
            third[j + 1] = y_2[j + 1] + h * z_2_j / 3.0
        # z[1:] = x[1:] * y[:-1]
        for j in range(n - 1):
            z_5[j + 1] = x[j + 1] * third[j]
        # y += h * rhs(x, third)
        for j in range(n):
            y_2[j] += h * z_5[j]
    # adjoint of return y[len(x) - 1]
    dy = np.zeros(n)
    dy[n - 1] += 1.0
    # adjoint of for _ in range(steps):
    dx = np.zeros(n)
    dx_0 = 0.0
    z_9 = np.empty(n)
    z_12 = np.empty(n)
    for i in range(steps - 1, -1, -1):
        # adjoint of z[0] = x[0]
        z_9[0] = x[0]
        # adjoint of third = y + h * rhs(x, y) / 3.0
        prod6 = 0.3333333333333333 * h
        # adjoint of z = np.empty(len(x))
        z_12[n - 1] = 0.0
        # adjoint of z[0] = x[0]
        dz_0 = dy[0] * h
        total = dx_0 + dz_0
        # adjoint of z[1:] = x[1:] * y[:-1]
        for j in range(n - 1):
            x_j = x[j + 1]
            z_9[j + 1] = x_j * y_saved[i, j]
            dz_j = dy[j + 1] * h
            z_12[j] = dz_j * x_j
        for j in range(n - 1):
            dz_j = dy[j + 1] * h
            y_saved_j = y_saved[i, j]
            third_2_j = y_saved_j + prod6 * z_9[j]
            dz_2_j = 0.3333333333333333 * z_12[j + 1] * h
            dx[j + 1] += dz_j * third_2_j + dz_2_j * y_saved_j
        # adjoint of third = y + h * rhs(x, y) / 3.0
        for j in range(n):
            dy[j] += z_12[j]
        # adjoint of z[1:] = x[1:] * y[:-1]
        for j in range(n - 1):
            dz_2_j = 0.3333333333333333 * z_12[j + 1] * h
            dy[j] += dz_2_j * x[j + 1]
        # adjoint of z[0] = x[0]
        dz_2_0 = 0.3333333333333333 * z_12[0] * h
        dx_0 = total + dz_2_0
    # adjoint of z[0] = x[0]
    dx[0] += dx_0
    return dx
