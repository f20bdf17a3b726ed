"""Escape radius of the points of a Mandelbrot-like map: a loop with break in two loops."""

import numpy as np

WRT = ["c_re", "c_im"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, trips = {"T": (4, 8), "S": (150, 60), "M": (500, 100)}[size]
    return np.linspace(-2.0, 0.503, n), np.linspace(-1.2, 1.197, n), trips


def primal(c_re, c_im, trips):
    total = 0.0
    for i in range(len(c_re)):
        for j in range(len(c_im)):
            x = 0.0
            y = 0.0
            for k in range(trips):
                x2 = x * x
                y2 = y * y
                if x2 + y2 > 4.0:
                    break
                y = 2.0 * x * y + c_im[j]
                x = x2 - y2 + c_re[i]
            total += np.sqrt(x * x + y * y) / (1.0 + k)
    return total
