"""The table is the tape; from its last cell the cotangents go back to all cells, ties shared out equally."""

import numpy as np
from numba import njit


@njit
def grad(match, gap, a, b):
    n, m = len(a), len(b)
    best = np.zeros((n + 1, m + 1))
    for i in range(1, n + 1):
        best[i, 0] = best[i - 1, 0] - gap
    for j in range(1, m + 1):
        best[0, j] = best[0, j - 1] - gap
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            diagonal = best[i - 1, j - 1] + match[a[i - 1], b[j - 1]]
            best[i, j] = max(diagonal, best[i - 1, j] - gap, best[i, j - 1] - gap)
    dbest = np.zeros((n + 1, m + 1))
    dbest[n, m] = 1.0
    dmatch = np.zeros_like(match)
    dgap = 0.0
    for i in range(n, 0, -1):
        for j in range(m, 0, -1):
            g = dbest[i, j]
            if g != 0.0:
                top = best[i, j]
                one = best[i - 1, j - 1] + match[a[i - 1], b[j - 1]] == top
                two, three = best[i - 1, j] - gap == top, best[i, j - 1] - gap == top
                part = g / (int(one) + int(two) + int(three))
                if one:
                    dbest[i - 1, j - 1] += part
                    dmatch[a[i - 1], b[j - 1]] += part
                if two:
                    dbest[i - 1, j] += part
                    dgap -= part
                if three:
                    dbest[i, j - 1] += part
                    dgap -= part
    for i in range(n, 0, -1):
        dgap -= dbest[i, 0]
        dbest[i - 1, 0] += dbest[i, 0]
    for j in range(m, 0, -1):
        dgap -= dbest[0, j]
        dbest[0, j - 1] += dbest[0, j]
    return dmatch, dgap
