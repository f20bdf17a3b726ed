"""Row 1: (x + y) * z, the first circuit of every deck."""


def circuit(x, y, z):
    q = x + y
    f = q * z
    return f


MODE, WRT = "value_and_grad", ("x", "y", "z")


def arguments(rng):
    return -2.0, 5.0, -4.0


# ======== generated: pytest tests/golden --update-golden ========

# ---- graph: the function
# circuit(x:float64[], y:float64[], z:float64[]):
#   q:float64[] = add(x, y)
#   f:float64[] = multiply(q, z)
#   return f


# ---- graph: value_and_grad
# value_and_grad_circuit(x:float64[], y:float64[], z:float64[]):
#   q:float64[] = add(x, y)
#   f:float64[] = multiply(q, z)
#   dq:float64[] = copy(z)  # bwd
#   dz:float64[] = copy(q)  # bwd
#   dx:float64[] = copy(dq)  # bwd
#   dy:float64[] = copy(dq)  # bwd
#   return f, dx, dy, dz


# ---- study text

import numpy as np


def value_and_grad_circuit(x, y, z):
    q = x + y
    f = q * z

    # f = q * z
    dq = z
    dz = q
    # q = x + y
    dx = dq
    dy = dq
    return f, (dx, dy, dz)


# ---- kernel text

import numpy as np
from numba import njit


@njit
def value_and_grad_circuit___HASH__(x, y, z):
    # q = x + y
    # f = q * z
    q = x + y
    f = q * z
    return f, (z, z, q)
