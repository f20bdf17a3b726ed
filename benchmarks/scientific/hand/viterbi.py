"""The predecessor of each state is the tape: backwards a walk through indices (no two paths cost alike)."""

import numpy as np
from numba import njit


@njit
def grad(emission, transition):
    steps, states = emission.shape
    best = np.empty((steps, states), dtype=np.int64)
    cost = emission[0].copy()
    new = np.empty(states)
    for t in range(1, steps):
        new[:] = np.inf
        for i in range(states):
            for j in range(states):
                c = cost[i] + transition[i, j]
                if c < new[j]:
                    new[j] = c
                    best[t, j] = i
        for j in range(states):
            cost[j] = new[j] + emission[t, j]
    de = np.zeros((steps, states))
    dt = np.zeros((states, states))
    j = np.argmin(cost)
    for t in range(steps - 1, 0, -1):
        de[t, j] += 1.0
        i = best[t, j]
        dt[i, j] += 1.0
        j = i
    de[0, j] += 1.0
    return de, dt
