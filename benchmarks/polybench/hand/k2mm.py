"""Five products, transposed views, no copies of the factors."""

import numpy as np
from numba import njit


@njit
def grad(alpha, beta, A, B, C, D):
    AB = np.dot(A, B)
    E = np.dot(AB, C)
    for i in range(D.shape[0]):
        for j in range(D.shape[1]):
            E[i, j] = 2.0 * (alpha * E[i, j] + beta * D[i, j])
    gAB = np.dot(E, C.T)
    gC = np.dot(AB.T, E)
    for i in range(gAB.shape[0]):
        for j in range(gAB.shape[1]):
            gAB[i, j] *= alpha
    for i in range(gC.shape[0]):
        for j in range(gC.shape[1]):
            gC[i, j] *= alpha
    gA = np.dot(gAB, B.T)
    gB = np.dot(A.T, gAB)
    for i in range(D.shape[0]):
        for j in range(D.shape[1]):
            E[i, j] *= beta
    return gA, gB, gC, E
