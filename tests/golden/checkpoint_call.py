"""Checkpointed calls: the inside of each layer is computed again, under its own names, before its adjoint."""

import numpy as np

import symgrad as sg


@sg.checkpoint
def layer(x, w, b):
    h = np.tanh(x @ w + b)
    return x + h * np.exp(-h * h)


def network(x, w1, w2, b):
    x = layer(x, w1, b)
    x = layer(x, w2, b)
    return np.mean(x * x)


MODE, WRT = "value_and_grad", ("x", "w1", "w2", "b")


def arguments(rng):
    return rng.normal(size=(2, 3)), rng.normal(size=(3, 3)), rng.normal(size=(3, 3)), rng.normal(size=3)


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# network(x:float64[n, m], w1:float64[m, m], w2:float64[m, m], b:float64[m]):
#   t:float64[n, m] = matmul(x, w1)
#   t_1:float64[n, m] = add(t, b)
#   h:float64[n, m] = tanh(t_1)
#   t_2:float64[n, m] = negative(h)
#   t_3:float64[n, m] = multiply(t_2, h)
#   t_4:float64[n, m] = exp(t_3)
#   t_5:float64[n, m] = multiply(h, t_4)
#   x_1:float64[n, m] = add(x, t_5)
#   t_6:float64[n, m] = matmul(x_1, w2)
#   t_7:float64[n, m] = add(t_6, b)
#   h_1:float64[n, m] = tanh(t_7)
#   t_8:float64[n, m] = negative(h_1)
#   t_9:float64[n, m] = multiply(t_8, h_1)
#   t_10:float64[n, m] = exp(t_9)
#   t_11:float64[n, m] = multiply(h_1, t_10)
#   x_2:float64[n, m] = add(x_1, t_11)
#   t_12:float64[n, m] = multiply(x_2, x_2)
#   t_13:float64[] = sum(t_12, axis=(0, 1), keepdims=False)
#   t_14:int64[] = extent(dim=m * n)
#   t_15:float64[] = cast(t_14, dtype=float64)
#   t_16:float64[] = divide(t_13, t_15)
#   return t_16


# ---- graph: value_and_grad
# value_and_grad_network(x:float64[n, m], w1:float64[m, m], w2:float64[m, m], b:float64[m]):
#   t:float64[n, m] = matmul(x, w1)
#   t_1:float64[n, m] = add(t, b)
#   h:float64[n, m] = tanh(t_1)
#   t_2:float64[n, m] = negative(h)
#   t_3:float64[n, m] = multiply(t_2, h)
#   t_4:float64[n, m] = exp(t_3)
#   t_5:float64[n, m] = multiply(h, t_4)
#   x_1:float64[n, m] = add(x, t_5)
#   t_6:float64[n, m] = matmul(x_1, w2)
#   t_7:float64[n, m] = add(t_6, b)
#   h_1:float64[n, m] = tanh(t_7)
#   t_8:float64[n, m] = negative(h_1)
#   t_9:float64[n, m] = multiply(t_8, h_1)
#   t_10:float64[n, m] = exp(t_9)
#   t_11:float64[n, m] = multiply(h_1, t_10)
#   x_2:float64[n, m] = add(x_1, t_11)
#   t_12:float64[n, m] = multiply(x_2, x_2)
#   t_13:float64[] = sum(t_12, axis=(0, 1), keepdims=False)
#   t_14:int64[] = extent(dim=m * n)
#   t_15:float64[] = cast(t_14, dtype=float64)
#   t_16:float64[] = divide(t_13, t_15)
#   t_17:float64[] = divide(2.0, t_15)  # bwd
#   dx:float64[n, m] = multiply(t_17, x_2)  # bwd
#   t_18:float64[n, m] = recall(x_1)  # bwd
#   t_19:float64[m, m] = recall(w2)  # bwd
#   t_20:float64[m] = recall(b)  # bwd
#   t_21:float64[n, m] = matmul(t_18, t_19)  # bwd
#   t_22:float64[n, m] = add(t_21, t_20)  # bwd
#   h_2:float64[n, m] = tanh(t_22)  # bwd
#   t_23:float64[n, m] = negative(h_2)  # bwd
#   t_24:float64[n, m] = multiply(t_23, h_2)  # bwd
#   t_25:float64[n, m] = exp(t_24)  # bwd
#   t_26:float64[n, m] = multiply(dx, t_25)  # bwd
#   t_27:float64[n, m] = multiply(dx, h_2)  # bwd
#   t_28:float64[n, m] = multiply(t_27, t_25)  # bwd
#   t_29:float64[n, m] = multiply(t_28, h_2)  # bwd
#   t_30:float64[n, m] = multiply(t_28, t_23)  # bwd
#   t_31:float64[n, m] = add(t_26, t_30)  # bwd
#   dh:float64[n, m] = subtract(t_31, t_29)  # bwd
#   t_32:float64[n, m] = multiply(h_2, h_2)  # bwd
#   t_33:float64[n, m] = subtract(1.0, t_32)  # bwd
#   t_34:float64[n, m] = multiply(dh, t_33)  # bwd
#   db:float64[m] = sum(t_34, axis=(0,), keepdims=False)  # bwd
#   t_35:float64[m, m] = transpose(w2, perm=(1, 0))  # bwd
#   t_36:float64[n, m] = matmul(t_34, t_35)  # bwd
#   dx_1:float64[n, m] = add(dx, t_36)  # bwd
#   t_37:float64[m, n] = transpose(x_1, perm=(1, 0))  # bwd
#   dw2:float64[m, m] = matmul(t_37, t_34)  # bwd
#   t_38:float64[n, m] = recall(x)  # bwd
#   t_39:float64[m, m] = recall(w1)  # bwd
#   t_40:float64[m] = recall(b)  # bwd
#   t_41:float64[n, m] = matmul(t_38, t_39)  # bwd
#   t_42:float64[n, m] = add(t_41, t_40)  # bwd
#   h_3:float64[n, m] = tanh(t_42)  # bwd
#   t_43:float64[n, m] = negative(h_3)  # bwd
#   t_44:float64[n, m] = multiply(t_43, h_3)  # bwd
#   t_45:float64[n, m] = exp(t_44)  # bwd
#   t_46:float64[n, m] = multiply(dx_1, t_45)  # bwd
#   t_47:float64[n, m] = multiply(dx_1, h_3)  # bwd
#   t_48:float64[n, m] = multiply(t_47, t_45)  # bwd
#   t_49:float64[n, m] = multiply(t_48, h_3)  # bwd
#   t_50:float64[n, m] = multiply(t_48, t_43)  # bwd
#   t_51:float64[n, m] = add(t_46, t_50)  # bwd
#   dh_1:float64[n, m] = subtract(t_51, t_49)  # bwd
#   t_52:float64[n, m] = multiply(h_3, h_3)  # bwd
#   t_53:float64[n, m] = subtract(1.0, t_52)  # bwd
#   t_54:float64[n, m] = multiply(dh_1, t_53)  # bwd
#   t_55:float64[m] = sum(t_54, axis=(0,), keepdims=False)  # bwd
#   db_1:float64[m] = add(db, t_55)  # bwd
#   t_56:float64[m, m] = transpose(w1, perm=(1, 0))  # bwd
#   t_57:float64[n, m] = matmul(t_54, t_56)  # bwd
#   dx_2:float64[n, m] = add(dx_1, t_57)  # bwd
#   t_58:float64[m, n] = transpose(x, perm=(1, 0))  # bwd
#   dw1:float64[m, m] = matmul(t_58, t_54)  # bwd
#   return t_16, dx_2, dw1, dw2, db_1


# ---- study text

import numpy as np


def value_and_grad_network(x, w1, w2, b):
    h = np.tanh(x @ w1 + b)
    x_2 = x + h * np.exp(-h * h)
    h = np.tanh(x_2 @ w2 + b)
    x_3 = x_2 + h * np.exp(-h * h)
    out = np.mean(x_3 * x_3)

    # return np.mean(x * x)
    dx = 2.0 / (x.shape[0] * x.shape[1]) * x_3
    # h = np.tanh(x @ w + b)
    h = np.tanh(x_2 @ w2 + b)
    # return x + h * np.exp(-h * h)
    e = np.exp(-h * h)
    prod = dx * h * e
    dh = dx * e + prod * -h - prod * h
    # h = np.tanh(x @ w + b)
    prod2 = dh * (1 - h * h)
    db = np.sum(prod2, axis=0)
    dx += prod2 @ w2.T
    dw2 = x_2.T @ prod2
    h = np.tanh(x @ w1 + b)
    # return x + h * np.exp(-h * h)
    e2 = np.exp(-h * h)
    prod3 = dx * h * e2
    dh = dx * e2 + prod3 * -h - prod3 * h
    # h = np.tanh(x @ w + b)
    prod4 = dh * (1 - h * h)
    db += np.sum(prod4, axis=0)
    dx += prod4 @ w1.T
    dw1 = x.T @ prod4
    return out, (dx, dw1, dw2, db)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.backends.accumulate import plus
from symgrad.vmath import exp, tanh


@njit
def value_and_grad_network___HASH__(x, w1, w2, b):
    n, m = x.shape
    if w1.shape[0] != m:
        raise ValueError('axis 0 of `w1` does not have the length of axis 1 of `x`')
    if w1.shape[1] != m:
        raise ValueError('axis 1 of `w1` does not have the length of axis 1 of `x`')
    if w2.shape[0] != m:
        raise ValueError('axis 0 of `w2` does not have the length of axis 1 of `x`')
    if w2.shape[1] != m:
        raise ValueError('axis 1 of `w2` does not have the length of axis 1 of `x`')
    if b.shape[0] != m:
        raise ValueError('axis 0 of `b` does not have the length of axis 1 of `x`')
    x = np.ascontiguousarray(x)
    w1 = np.ascontiguousarray(w1)
    w2 = np.ascontiguousarray(w2)
    # h = np.tanh(x @ w + b)
    # return np.mean(x * x)
    # adjoint of return np.mean(x * x)
    dx_3 = np.dot(x, w1)
    num = float(m * n)
    ratio2 = 2.0 / num
    # h = np.tanh(x @ w + b)
    # return x + h * np.exp(-h * h)
    for i in range(n):
        for j in range(m):
            dx_3_ij = dx_3[i, j]
            h_ij = tanh(dx_3_ij + b[j])
            dx_3[i, j] = x[i, j] + h_ij * exp(-(h_ij * h_ij))  # x
    # h = np.tanh(x @ w + b)
    dot2 = np.dot(dx_3, w2)
    # h = np.tanh(x @ w + b)
    # return x + h * np.exp(-h * h)
    # return np.mean(x * x)
    total3 = 0.0
    for i in range(n):
        for j in range(m):
            dot2_ij = dot2[i, j]
            h_2_ij = tanh(dot2_ij + b[j])
            dot2_ij_2 = h_2_ij * exp(-(h_2_ij * h_2_ij))
            dot2[i, j] = dot2_ij_2
            x_3_ij = dx_3[i, j] + dot2_ij_2
            total3 = plus(total3, x_3_ij * x_3_ij)
    # return np.mean(x * x)
    ratio = total3 / num
    # adjoint of h = np.tanh(x @ w + b)
    dot3 = np.dot(dx_3, w2)

    # adjoint of h = np.tanh(x @ w + b)
    # adjoint of return x + h * np.exp(-h * h)
    db = np.zeros(m)
    for i in range(n):
        for j in range(m):
            dot3_ij = dot3[i, j]
            h_3_ij = tanh(dot3_ij + b[j])
            neg3_ij = -h_3_ij
            e3_ij = exp(neg3_ij * h_3_ij)
            x_3_ij = dx_3[i, j] + dot2[i, j]
            dx_ij = ratio2 * x_3_ij
            prod9_ij = dx_ij * h_3_ij * e3_ij
            dh_ij = dx_ij * e3_ij + prod9_ij * neg3_ij - prod9_ij * h_3_ij
            dot3_ij_2 = dh_ij * (1.0 - h_3_ij * h_3_ij)
            dot3[i, j] = dot3_ij_2
            db[j] += dot3_ij_2
    # adjoint of h = np.tanh(x @ w + b)
    dot4 = np.dot(dot3, w2.T)
    dw2 = np.dot(dx_3.T, dot3)
    dot5 = np.dot(x, w1)
    # adjoint of h = np.tanh(x @ w + b)
    # adjoint of return x + h * np.exp(-h * h)
    total8 = np.zeros(m)
    for i in range(n):
        for j in range(m):
            dot5_ij = dot5[i, j]
            h_4_ij = tanh(dot5_ij + b[j])
            neg4_ij = -h_4_ij
            e4_ij = exp(neg4_ij * h_4_ij)
            x_3_ij = dx_3[i, j] + dot2[i, j]
            dx_ij = ratio2 * x_3_ij
            dx_2_ij = dx_ij + dot4[i, j]
            prod17_ij = dx_2_ij * h_4_ij * e4_ij
            dh_2_ij = dx_2_ij * e4_ij + prod17_ij * neg4_ij - prod17_ij * h_4_ij
            dot5_ij_2 = dh_2_ij * (1.0 - h_4_ij * h_4_ij)
            dot5[i, j] = dot5_ij_2
            total8[j] += dot5_ij_2
    # adjoint of h = np.tanh(x @ w + b)
    for i in range(m):
        db[i] += total8[i]
    dot6 = np.dot(dot5, w1.T)
    for i in range(n):
        for j in range(m):
            dx_3_ij = dx_3[i, j]
            x_3_ij = dx_3_ij + dot2[i, j]
            dx_ij = ratio2 * x_3_ij
            dx_2_ij = dx_ij + dot4[i, j]
            dx_3[i, j] = dx_2_ij + dot6[i, j]  # dx
    dw1 = np.dot(x.T, dot5)
    return ratio, (dx_3, dw1, dw2, db)
