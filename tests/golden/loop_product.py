"""A product in a loop: what the adjoint reads is saved, one slot a trip."""

import numpy as np


def product(x):
    s = 1.0
    for i in range(x.shape[0]):
        s = s * x[i]
    return s


MODE, WRT = "value_and_grad", ("x",)


def arguments(rng):
    return (np.array([0.7, 1.3, 2.1, 3.2]),)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# product(x:float64[n]):
#   t:int64[] = extent(dim=n)
#   s:float64[] = for(0, t, 1, 1.0, x)
#     (i:int64[], s_1:float64[], x_1:float64[n]) ->
#       t_1:float64[] = getitem(x_1, index=(At(position=i),))
#       s_2:float64[] = multiply(s_1, t_1)
#       yield s_2
#   return s


# ---- graph: value_and_grad
# value_and_grad_product(x:float64[n]):
#   t:int64[] = extent(dim=n)
#   s_saved:float64[n] = empty(dtype=float64, shape=(n,))
#   s:float64[], s_saved_1:float64[n] = for(0, t, 1, 1.0, s_saved, x)
#     (i:int64[], s_1:float64[], s_saved_2:float64[n], x_1:float64[n]) ->
#       s_saved_3:float64[n] = setitem(s_saved_2, s_1, i, index=(AtArg(),))
#       t_1:float64[] = getitem(x_1, index=(At(position=i),))
#       s_2:float64[] = multiply(s_1, t_1)
#       yield s_2, s_saved_3
#   t_2:int64[] = extent(dim=n - 1)  # bwd
#   t_3:float64[n] = full(0.0, shape=(n,))  # bwd
#   ds:float64[], dx:float64[n] = for(t_2, -1, -1, 1.0, t_3, s_saved_1, x)  # bwd
#     (i_1:int64[], ds_1:float64[], dx_1:float64[n], s_saved_4:float64[n], x_2:float64[n]) ->
#       s_3:float64[] = getitem(s_saved_4, i_1, index=(AtArg(),))  # bwd
#       t_4:float64[] = getitem(x_2, index=(At(position=i),))  # bwd
#       ds_2:float64[] = multiply(ds_1, t_4)  # bwd
#       t_5:float64[] = multiply(ds_1, s_3)  # bwd
#       dx_2:float64[n] = add_at(dx_1, t_5, index=(At(position=i),))  # bwd
#       yield ds_2, dx_2
#   return s, dx


# ---- study text

import numpy as np


def value_and_grad_product(x):
    n = x.shape[0]
    s_saved = np.empty(n)  # saved: s, 8 B x n
    s = 1.0
    for i in range(n):
        s_saved[i] = s
        s = s * x[i]

    # for i in range(x.shape[0]):
    ds = 1.0
    dx = np.zeros_like(x)
    for i in range(n - 1, -1, -1):
        s_2 = s_saved[i]
        # s = s * x[i]
        dx[i] += ds * s_2
        ds = ds * x[i]
    return s, dx


# ---- kernel text

import numpy as np
from numba import njit


@njit
def value_and_grad_product___HASH__(x):
    n = x.shape[0]
    # for i in range(x.shape[0]):
    s_saved = np.empty(n)
    s = 1.0
    for i in range(n):
        # for i in range(x.shape[0]):
        s_saved[i] = s
        s = s * x[i]
    # adjoint of for i in range(x.shape[0]):
    dx = np.zeros(n)
    ds = 1.0
    for i in range(n - 1, -1, -1):
        # adjoint of s = s * x[i]
        ds_2 = ds * x[i]
        dx[i] += ds * s_saved[i]
        ds = ds_2
    return s, dx
