"""An array written in parts: the adjoint of a part is read where it is, nothing is cleared for nobody."""

import numpy as np


def joined(x, w):
    z = np.zeros(len(x))
    z[0] = w * x[0]
    z[1:] = x[1:] * x[:-1]
    return np.sum(np.tanh(z))


MODE, WRT = "value_and_grad", ("x", "w")


def arguments(rng):
    return rng.normal(size=5), 0.3


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# joined(x:float64[n], w:float64[]):
#   z:float64[n] = full(0.0, shape=(n,))
#   t:float64[] = getitem(x, index=(At(position=0),))
#   t_1:float64[] = multiply(w, t)
#   z_1:float64[n] = setitem(z, t_1, index=(At(position=0),))
#   t_2:float64[n - 1] = getitem(x, index=(Span(start=1, step=1, extent=n - 1),))
#   t_3:float64[n - 1] = getitem(x, index=(Span(start=0, step=1, extent=n - 1),))
#   t_4:float64[n - 1] = multiply(t_2, t_3)
#   z_2:float64[n] = setitem(z_1, t_4, index=(Span(start=1, step=1, extent=n - 1),))
#   t_5:float64[n] = tanh(z_2)
#   t_6:float64[] = sum(t_5, axis=(0,), keepdims=False)
#   return t_6
#   require n - 1 >= 0


# ---- graph: value_and_grad
# value_and_grad_joined(x:float64[n], w:float64[]):
#   z:float64[n] = full(0.0, shape=(n,))
#   t:float64[] = getitem(x, index=(At(position=0),))
#   t_1:float64[] = multiply(w, t)
#   z_1:float64[n] = setitem(z, t_1, index=(At(position=0),))
#   t_2:float64[n - 1] = getitem(x, index=(Span(start=1, step=1, extent=n - 1),))
#   t_3:float64[n - 1] = getitem(x, index=(Span(start=0, step=1, extent=n - 1),))
#   t_4:float64[n - 1] = multiply(t_2, t_3)
#   z_2:float64[n] = setitem(z_1, t_4, index=(Span(start=1, step=1, extent=n - 1),))
#   t_5:float64[n] = tanh(z_2)
#   t_6:float64[] = sum(t_5, axis=(0,), keepdims=False)
#   t_7:float64[n] = multiply(t_5, t_5)  # bwd
#   dz:float64[n] = subtract(1.0, t_7)  # bwd
#   t_8:float64[n - 1] = getitem(dz, index=(Span(start=1, step=1, extent=n - 1),))  # bwd
#   t_9:float64[n - 1] = multiply(t_8, t_3)  # bwd
#   t_10:float64[n - 1] = multiply(t_8, t_2)  # bwd
#   dx:float64[n] = full(0.0, shape=(n,))  # bwd
#   dx_1:float64[n] = add_at(dx, t_10, index=(Span(start=0, step=1, extent=n - 1),))  # bwd
#   dx_2:float64[n] = add_at(dx_1, t_9, index=(Span(start=1, step=1, extent=n - 1),))  # bwd
#   t_11:float64[] = getitem(dz, index=(At(position=0),))  # bwd
#   dw:float64[] = multiply(t_11, t)  # bwd
#   t_12:float64[] = multiply(t_11, w)  # bwd
#   dx_3:float64[n] = add_at(dx_2, t_12, index=(At(position=0),))  # bwd
#   return t_6, dx_3, dw
#   require n - 1 >= 0


# ---- study text

import numpy as np


def value_and_grad_joined(x, w):
    z = np.zeros_like(x)
    z[0] = w * x[0]
    z[1:] = x[1:] * x[:-1]
    th = np.tanh(z)
    out = np.sum(th)

    # return np.sum(np.tanh(z))
    dz = 1 - th * th
    # z[1:] = x[1:] * x[:-1]
    dx = np.zeros_like(x)
    dx[:-1] += dz[1:] * x[1:]
    dx[1:] += dz[1:] * x[:-1]
    # z[0] = w * x[0]
    dw = dz[0] * x[0]
    dx[0] += dz[0] * w
    return out, (dx, dw)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.vmath import tanh


@njit
def value_and_grad_joined___HASH__(x, w):
    n = x.shape[0]
    if n - 1 < 0:
        raise ValueError('index 0 is out of bounds for axis 0 of size 5')
    # z[0] = w * x[0]
    # z = np.zeros(len(x))
    # adjoint of z[1:] = x[1:] * x[:-1]
    z_2 = np.empty(n)
    z_2[0] = w * x[0]
    dx = np.zeros(n)
    # z[1:] = x[1:] * x[:-1]
    for i in range(n - 1):
        z_2[i + 1] = x[i + 1] * x[i]
    # return np.sum(np.tanh(z))
    th = np.empty(n)
    total = 0.0
    for i in range(n):
        th_i = tanh(z_2[i])
        th[i] = th_i
        total = plus(total, th_i)

    # adjoint of z[1:] = x[1:] * x[:-1]
    prod4_before = 0.0
    for i in range(n - 1):
        th_i = th[i + 1]
        dz_i = 1.0 - th_i * th_i
        prod4_i = dz_i * x[i]
        dx[i] += dz_i * x[i + 1] + prod4_before
        prod4_before = prod4_i
    dx[n - 1] += prod4_before
    # adjoint of z[0] = w * x[0]
    th_0 = th[0]
    dz_0 = 1.0 - th_0 * th_0
    dw = dz_0 * x[0]
    dx[0] += dz_0 * w
    return total, (dx, dw)
