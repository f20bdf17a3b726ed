"""Battery: a row of a matrix is written through a view."""

import numpy as np


def rowview(x):
    A = np.zeros((2, 2))
    r = A[1]
    r[0] = x[0] * x[1]
    r[1] = x[2]
    return np.sum(A * A)


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# rowview(x:float64[n]):
#   A:float64[2, 2] = full(0.0, shape=(2, 2))
#   r:float64[2] = getitem(A, index=(At(position=1), Span(start=0, step=1, extent=2)))
#   t:float64[] = getitem(x, index=(At(position=0),))
#   t_1:float64[] = getitem(x, index=(At(position=1),))
#   t_2:float64[] = multiply(t, t_1)
#   r_1:float64[2] = setitem(r, t_2, index=(At(position=0),))
#   A_1:float64[2, 2] = setitem(A, r_1, index=(At(position=1), Span(start=0, step=1, extent=2)))
#   t_3:float64[] = getitem(x, index=(At(position=2),))
#   r_2:float64[2] = setitem(r_1, t_3, index=(At(position=1),))
#   A_2:float64[2, 2] = setitem(A_1, r_2, index=(At(position=1), Span(start=0, step=1, extent=2)))
#   t_4:float64[2, 2] = multiply(A_2, A_2)
#   t_5:float64[] = sum(t_4, axis=(0, 1), keepdims=False)
#   return t_5
#   require n - 1 >= 0
#   require n - 2 >= 0
#   require n - 3 >= 0


# ---- graph: value_and_grad
# value_and_grad_rowview(x:float64[n]):
#   A:float64[2, 2] = full(0.0, shape=(2, 2))
#   r:float64[2] = full(0.0, shape=(2,))
#   t:float64[] = getitem(x, index=(At(position=0),))
#   t_1:float64[] = getitem(x, index=(At(position=1),))
#   t_2:float64[] = multiply(t, t_1)
#   r_1:float64[2] = setitem(r, t_2, index=(At(position=0),))
#   A_1:float64[2, 2] = setitem(A, r_1, index=(At(position=1), Span(start=0, step=1, extent=2)))
#   t_3:float64[] = getitem(x, index=(At(position=2),))
#   r_2:float64[2] = setitem(r_1, t_3, index=(At(position=1),))
#   A_2:float64[2, 2] = setitem(A_1, r_2, index=(At(position=1), Span(start=0, step=1, extent=2)))
#   t_4:float64[2, 2] = multiply(A_2, A_2)
#   t_5:float64[] = sum(t_4, axis=(0, 1), keepdims=False)
#   dA:float64[2, 2] = multiply(2.0, A_2)  # bwd
#   dr:float64[2] = getitem(dA, index=(At(position=1), Span(start=0, step=1, extent=2)))  # bwd
#   dA_1:float64[2, 2] = setitem(dA, 0.0, index=(At(position=1), Span(start=0, step=1, extent=2)))  # bwd
#   t_6:float64[] = getitem(dr, index=(At(position=1),))  # bwd
#   dr_1:float64[2] = setitem(dr, 0.0, index=(At(position=1),))  # bwd
#   dx:float64[n] = full(0.0, shape=(n,))  # bwd
#   dx_1:float64[n] = add_at(dx, t_6, index=(At(position=2),))  # bwd
#   t_7:float64[2] = getitem(dA_1, index=(At(position=1), Span(start=0, step=1, extent=2)))  # bwd
#   dr_2:float64[2] = add(dr_1, t_7)  # bwd
#   t_8:float64[] = getitem(dr_2, index=(At(position=0),))  # bwd
#   t_9:float64[] = multiply(t_8, t_1)  # bwd
#   t_10:float64[] = multiply(t_8, t)  # bwd
#   dx_2:float64[n] = add_at(dx_1, t_10, index=(At(position=1),))  # bwd
#   dx_3:float64[n] = add_at(dx_2, t_9, index=(At(position=0),))  # bwd
#   return t_5, dx_3
#   require n - 1 >= 0
#   require n - 2 >= 0
#   require n - 3 >= 0


# ---- study text

import numpy as np


def value_and_grad_rowview(x):
    A = np.zeros((2, 2))
    r = np.zeros(2)
    r[0] = x[0] * x[1]
    A[1] = r
    r[1] = x[2]
    A[1] = r
    out = np.sum(A * A)

    # return np.sum(A * A)
    dA = 2.0 * A
    # r[1] = x[2]
    dr = dA[1].copy()
    dA[1] = 0.0
    part = dr[1]
    dr[1] = 0.0
    dx = np.zeros_like(x)
    dx[2] += part
    # r[0] = x[0] * x[1]
    dr += dA[1]
    dx[1] += dr[0] * x[0]
    dx[0] += dr[0] * x[1]
    return out, dx


# ---- kernel text

import numpy as np
from numba import njit


@njit
def value_and_grad_rowview___HASH__(x):
    n = x.shape[0]
    if n - 1 < 0:
        raise ValueError('index 0 is out of bounds for axis 0 of size 4')
    if n - 2 < 0:
        raise ValueError('index 1 is out of bounds for axis 0 of size 4')
    if n - 3 < 0:
        raise ValueError('index 2 is out of bounds for axis 0 of size 4')
    # r[0] = x[0] * x[1]
    # return np.sum(A * A)
    # adjoint of return np.sum(A * A)
    # adjoint of r[1] = x[2]
    # adjoint of r[0] = x[0] * x[1]
    x_0 = x[0]
    x_1 = x[1]
    prod = x_0 * x_1
    x_2 = x[2]
    total = prod * prod + x_2 * x_2
    dA_10 = 2.0 * prod
    dA_11 = 2.0 * x_2
    dx_2 = np.zeros(n)
    dx_2[2] += dA_11
    dx_2[1] += dA_10 * x_0
    dx_2[0] += dA_10 * x_1
    return total, dx_2
