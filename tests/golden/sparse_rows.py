"""A sparse product squared: forward and backward of a row are one trip, without a tape and without clearing dy."""

import numpy as np


def energy(row, col, val, x):
    y = np.zeros(row.shape[0] - 1)
    for i in range(row.shape[0] - 1):
        cols = col[row[i] : row[i + 1]]
        y[i] = val[row[i] : row[i + 1]] @ x[cols]
    return np.sum(y * y)


MODE, WRT = "grad", ("val", "x")


def arguments(rng):
    return (np.array([0, 2, 2, 5]), np.array([0, 1, 1, 2, 0]), rng.normal(size=5), rng.normal(size=3))


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# energy(row:int64[n], col:int64[m], val:float64[m], x:float64[p]):
#   y:float64[n - 1] = full(0.0, shape=(n - 1,))
#   t:int64[] = extent(dim=n - 1)
#   y_1:float64[n - 1] = for(0, t, 1, y, row, col, val, x)
#     (i:int64[], y_2:float64[n - 1], row_1:int64[n], col_1:int64[m], val_1:float64[m], x_1:float64[p]) ->
#       t_1:int64[] = getitem(row_1, index=(At(position=i),))
#       t_2:int64[] = getitem(row_1, index=(At(position=i + 1),))
#       t_3:int64[] = extent(dim=m)
#       t_4:int64[] = slice_start(t_1, t_3, step=1)
#       q:int64[] = copy(t_4)
#       t_5:int64[] = slice_count(t_1, t_2, t_3, step=1)
#       r:int64[] = copy(t_5)
#       cols:int64[r] = getitem(col_1, index=(Span(start=q, step=1, extent=r),))
#       t_6:float64[r] = getitem(val_1, index=(Span(start=q, step=1, extent=r),))
#       t_7:float64[r] = getitem(x_1, cols, index=(Gather(),))
#       t_8:float64[] = matmul(t_6, t_7)
#       y_3:float64[n - 1] = setitem(y_2, t_8, index=(At(position=i),))
#       yield y_3
#   t_9:float64[n - 1] = multiply(y_1, y_1)
#   t_10:float64[] = sum(t_9, axis=(0,), keepdims=False)
#   return t_10
#   require n - 1 >= 0


# ---- graph: grad
# grad_energy(row:int64[n], col:int64[m], val:float64[m], x:float64[p]):
#   y:float64[n - 1] = full(0.0, shape=(n - 1,))
#   t:int64[] = extent(dim=n - 1)
#   y_1:float64[n - 1] = for(0, t, 1, y, row, col, val, x)
#     (i:int64[], y_2:float64[n - 1], row_1:int64[n], col_1:int64[m], val_1:float64[m], x_1:float64[p]) ->
#       t_1:int64[] = getitem(row_1, index=(At(position=i),))
#       t_2:int64[] = getitem(row_1, index=(At(position=i + 1),))
#       t_3:int64[] = extent(dim=m)
#       q:int64[] = slice_start(t_1, t_3, step=1)
#       r:int64[] = slice_count(t_1, t_2, t_3, step=1)
#       cols:int64[r] = getitem(col_1, index=(Span(start=q, step=1, extent=r),))
#       t_4:float64[r] = getitem(val_1, index=(Span(start=q, step=1, extent=r),))
#       t_5:float64[r] = getitem(x_1, cols, index=(Gather(),))
#       t_6:float64[] = matmul(t_4, t_5)
#       y_3:float64[n - 1] = setitem(y_2, t_6, index=(At(position=i),))
#       yield y_3
#   dy:float64[n - 1] = multiply(2.0, y_1)  # bwd
#   t_7:int64[] = extent(dim=n - 2)  # bwd
#   t_8:float64[m] = full(0.0, shape=(m,))  # bwd
#   t_9:float64[p] = full(0.0, shape=(p,))  # bwd
#   dy_1:float64[n - 1], dval:float64[m], dx:float64[p] = for(t_7, -1, -1, dy, t_8, t_9, row, col, val, x)  # bwd
#     (i_1:int64[], dy_2:float64[n - 1], dval_1:float64[m], dx_1:float64[p], row_2:int64[n], col_2:int64[m], val_2:float64[m], x_2:float64[p]) ->
#       t_10:int64[] = getitem(row_2, index=(At(position=i),))  # bwd
#       t_11:int64[] = getitem(row_2, index=(At(position=i + 1),))  # bwd
#       t_12:int64[] = extent(dim=m)  # bwd
#       q_1:int64[] = slice_start(t_10, t_12, step=1)  # bwd
#       r_1:int64[] = slice_count(t_10, t_11, t_12, step=1)  # bwd
#       cols_1:int64[r] = getitem(col_2, index=(Span(start=q, step=1, extent=r),))  # bwd
#       t_13:float64[r] = getitem(val_2, index=(Span(start=q, step=1, extent=r),))  # bwd
#       t_14:float64[r] = getitem(x_2, cols_1, index=(Gather(),))  # bwd
#       t_15:float64[] = getitem(dy_2, index=(At(position=i),))  # bwd
#       dy_3:float64[n - 1] = setitem(dy_2, 0.0, index=(At(position=i),))  # bwd
#       t_16:float64[r] = multiply(t_15, t_14)  # bwd
#       t_17:float64[r] = multiply(t_15, t_13)  # bwd
#       dx_2:float64[p] = add_at(dx_1, t_17, cols_1, index=(Gather(),))  # bwd
#       dval_2:float64[m] = add_at(dval_1, t_16, index=(Span(start=q, step=1, extent=r),))  # bwd
#       yield dy_3, dval_2, dx_2
#   return dval, dx
#   require n - 1 >= 0


# ---- study text

import numpy as np


def grad_energy(row, col, val, x):
    n = row.shape[0]
    y = np.zeros(n - 1)
    for i in range(n - 1):
        cols = col[row[i]:row[i + 1]]
        y[i] = val[row[i]:row[i + 1]] @ x[cols]

    # return np.sum(y * y)
    dy = 2.0 * y
    # for i in range(row.shape[0] - 1):
    dval = np.zeros_like(val)
    dx = np.zeros_like(x)
    for i in range(n - 2, -1, -1):
        # cols = col[row[i] : row[i + 1]]
        cols = col[row[i]:row[i + 1]]
        # y[i] = val[row[i] : row[i + 1]] @ x[cols]
        part = dy[i]
        dy[i] = 0.0
        np.add.at(dx, cols, part * val[row[i]:row[i + 1]])
        dval[row[i]:row[i + 1]] += part * x[cols]
    return dval, dx


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus


@njit
def grad_energy___HASH__(row, col, val, x):
    n = row.shape[0]
    m = col.shape[0]
    p = x.shape[0]
    if val.shape[0] != m:
        raise ValueError('axis 0 of `val` does not have the length of axis 0 of `col`')
    if n - 1 < 0:
        raise ValueError('a shape has a negative extent, 3')
    # adjoint of for i in range(row.shape[0] - 1):
    dval = np.zeros(m)
    dx = np.zeros(p)
    for i in range(n - 1):
        # cols = col[row[i] : row[i + 1]]
        row_n = row[i]
        row_n_2 = row[i + 1]
        top_ = max(row_n + m, 0)
        q = min(top_ if row_n < 0 else row_n, m)
        top2_ = max(row_n_2 + m, 0)
        r = max(min(top2_ if row_n_2 < 0 else row_n_2, m) - q, 0)
        # y[i] = val[row[i] : row[i + 1]] @ x[cols]
        total3 = 0.0
        for j in range(r):
            cols_j = int(col[j + q])
            if cols_j < 0:
                cols_j += p
            if not 0 <= cols_j < p:
                raise IndexError("index out of bounds")
            total3 = plus(total3, val[j + q] * x[cols_j])
        # adjoint of return np.sum(y * y)
        dy = 2.0 * total3
        # adjoint of y[i] = val[row[i] : row[i + 1]] @ x[cols]
        for j in range(r):
            cols_j = int(col[j + q])
            if cols_j < 0:
                cols_j += p
            if not 0 <= cols_j < p:
                raise IndexError("index out of bounds")
            dx[cols_j] += dy * val[j + q]
            dval[j + q] += dy * x[cols_j]
    return dval, dx
