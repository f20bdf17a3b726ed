"""Two players descend and ascend by gradients written out: a saddle point after fixed steps (GradBench)."""

import math

WRT = ["x0", "y0", "rate"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    return 0.3, -0.7, 0.05, {"T": 4, "S": 1000, "M": 100_000}[size]


def primal(x0, y0, rate, steps):
    x, y = x0, y0
    for _ in range(steps):
        gx = 2.0 * x + y * math.cos(x * y) + 0.1 * math.exp(-x * x)
        gy = x * math.cos(x * y) - 2.0 * y
        x, y = x - rate * gx, y + rate * gy
    return (x - 1.0) ** 2 + (y - 0.5) ** 2
