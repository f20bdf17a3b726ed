"""Row 3: the staged computation of the lecture, in the slide's names and order."""

import math


def staged(x, y):
    sigy = 1.0 / (1 + math.exp(-y))  # sigmoid in numerator
    num = x + sigy  # numerator
    sigx = 1.0 / (1 + math.exp(-x))  # sigmoid in denominator
    xpy = x + y
    xpysqr = xpy**2
    den = sigx + xpysqr  # denominator
    invden = 1.0 / den
    f = num * invden  # done!
    return f


MODE, WRT = "value_and_grad", ("x", "y")


def arguments(rng):
    return 3.0, -4.0


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# staged(x:float64[], y:float64[]):
#   sigy:float64[] = sigmoid(y)
#   num:float64[] = add(x, sigy)
#   sigx:float64[] = sigmoid(x)
#   xpy:float64[] = add(x, y)
#   xpysqr:float64[] = power(xpy, 2.0)
#   den:float64[] = add(sigx, xpysqr)
#   invden:float64[] = divide(1.0, den)
#   f:float64[] = multiply(num, invden)
#   return f


# ---- graph: value_and_grad
# value_and_grad_staged(x:float64[], y:float64[]):
#   sigy:float64[] = sigmoid(y)
#   num:float64[] = add(x, sigy)
#   sigx:float64[] = sigmoid(x)
#   xpy:float64[] = add(x, y)
#   xpysqr:float64[] = power(xpy, 2.0)
#   den:float64[] = add(sigx, xpysqr)
#   invden:float64[] = divide(1.0, den)
#   f:float64[] = multiply(num, invden)
#   dnum:float64[] = copy(invden)  # bwd
#   dinvden:float64[] = copy(num)  # bwd
#   t:float64[] = negative(dinvden)  # bwd
#   t_1:float64[] = multiply(t, invden)  # bwd
#   dden:float64[] = multiply(t_1, invden)  # bwd
#   dsigx:float64[] = copy(dden)  # bwd
#   dxpysqr:float64[] = copy(dden)  # bwd
#   t_2:float64[] = multiply(2.0, dxpysqr)  # bwd
#   dxpy:float64[] = multiply(t_2, xpy)  # bwd
#   dx:float64[] = copy(dxpy)  # bwd
#   dy:float64[] = copy(dxpy)  # bwd
#   t_3:float64[] = subtract(1.0, sigx)  # bwd
#   t_4:float64[] = multiply(dsigx, sigx)  # bwd
#   t_5:float64[] = multiply(t_4, t_3)  # bwd
#   dx_1:float64[] = add(dx, t_5)  # bwd
#   dx_2:float64[] = add(dx_1, dnum)  # bwd
#   dsigy:float64[] = copy(dnum)  # bwd
#   t_6:float64[] = subtract(1.0, sigy)  # bwd
#   t_7:float64[] = multiply(dsigy, sigy)  # bwd
#   t_8:float64[] = multiply(t_7, t_6)  # bwd
#   dy_1:float64[] = add(dy, t_8)  # bwd
#   return f, dx_2, dy_1


# ---- study text

import numpy as np
from symgrad.runtime import sigmoid


def value_and_grad_staged(x, y):
    sigy = sigmoid(y)  # sigmoid, from 1.0 / (1 + math.exp(-y))
    num = x + sigy
    sigx = sigmoid(x)  # sigmoid, from 1.0 / (1 + math.exp(-x))
    xpy = x + y
    xpysqr = xpy**2
    den = sigx + xpysqr
    invden = 1.0 / den
    f = num * invden

    # f = num * invden
    dnum = invden
    dinvden = num
    # invden = 1.0 / den
    dden = -dinvden * invden * invden
    # den = sigx + xpysqr
    dsigx = dden
    dxpysqr = dden
    # xpysqr = xpy**2
    dxpy = 2.0 * dxpysqr * xpy
    # xpy = x + y
    dx = dxpy
    dy = dxpy
    # sigx = 1.0 / (1 + math.exp(-x))
    dx += dsigx * sigx * (1 - sigx)
    # num = x + sigy
    dx += dnum
    dsigy = dnum
    # sigy = 1.0 / (1 + math.exp(-y))
    dy += dsigy * sigy * (1 - sigy)
    return f, (dx, dy)


# ---- kernel text

import numpy as np
from numba import njit

from symgrad.vmath import exp


@njit
def value_and_grad_staged___HASH__(x, y):
    # sigy = 1.0 / (1 + math.exp(-y))
    # num = x + sigy
    # sigx = 1.0 / (1 + math.exp(-x))
    # xpy = x + y
    # xpysqr = xpy**2
    # den = sigx + xpysqr
    # invden = 1.0 / den
    # f = num * invden
    # adjoint of invden = 1.0 / den
    # adjoint of xpysqr = xpy**2
    # adjoint of sigx = 1.0 / (1 + math.exp(-x))
    # adjoint of num = x + sigy
    # adjoint of sigy = 1.0 / (1 + math.exp(-y))
    sigy = 1.0 / (1.0 + exp(-y))
    num = x + sigy
    sigx = 1.0 / (1.0 + exp(-x))
    xpy = x + y
    xpysqr = xpy * xpy
    den = sigx + xpysqr
    invden = 1.0 / den
    f = num * invden
    prod = f * invden
    dxpy = -2.0 * prod * xpy
    dx = dxpy - prod * sigx * (1.0 - sigx)
    dx_2 = dx + invden
    dy = dxpy + invden * sigy * (1.0 - sigy)
    return f, (dx_2, dy)
