"""The best alignment of two sequences of four letters: a table of the best scores, with gaps; the score's slopes."""

import numpy as np

WRT = ["match", "gap"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, m = {"T": (6, 5), "S": (200, 180), "M": (1500, 1500)}[size]
    rng = np.random.default_rng(55)
    match = 2.0 * np.eye(4) - 1.0 + 0.1 * rng.standard_normal((4, 4))
    return match, 0.7, rng.integers(0, 4, n), rng.integers(0, 4, m)


def primal(match, gap, a, b):
    best = np.zeros((len(a) + 1, len(b) + 1))
    for i in range(1, len(a) + 1):
        best[i, 0] = best[i - 1, 0] - gap
    for j in range(1, len(b) + 1):
        best[0, j] = best[0, j - 1] - gap
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            best[i, j] = max(
                best[i - 1, j - 1] + match[a[i - 1], b[j - 1]], best[i - 1, j] - gap, best[i, j - 1] - gap
            )
    return best[len(a), len(b)]
