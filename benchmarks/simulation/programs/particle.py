"""A charged particle among fixed charges, Euler steps until it falls through the floor (GradBench)."""

import math

WRT = ["w"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    return 0.7, {"T": 1e-2, "S": 1e-4, "M": 1e-5}[size]


def acceleration(x, y, w):
    ax = 0.0
    ay = 0.0
    for cx, cy in ((10.0, 10.0 - w), (10.0, 0.0)):
        dx = x - cx
        dy = y - cy
        r = math.sqrt(dx * dx + dy * dy)
        ax += dx / (r * r * r)
        ay += dy / (r * r * r)
    return ax, ay


def primal(w, dt):
    x, y = 0.0, 8.0
    vx, vy = 0.75, 0.0
    while y > 0.0:
        ax, ay = acceleration(x, y, w)
        x_new = x + dt * vx
        y_new = y + dt * vy
        vx += dt * ax
        vy += dt * (ay - 0.5)
        if y_new <= 0.0:
            part = -y / vy
            x = x + part * vx
            break
        x, y = x_new, y_new
    return x * x
