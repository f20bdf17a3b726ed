"""Angular velocities and rotations of all steps are kept; 3 x 3 products are written out in loops."""

import numpy as np
from numba import njit

FAST = {"reassoc", "contract", "arcp", "nsz"}


@njit(fastmath=FAST, inline="always")
def times(a, x):
    return (
        a[0, 0] * x[0] + a[0, 1] * x[1] + a[0, 2] * x[2],
        a[1, 0] * x[0] + a[1, 1] * x[1] + a[1, 2] * x[2],
        a[2, 0] * x[0] + a[2, 1] * x[1] + a[2, 2] * x[2],
    )


@njit(fastmath=FAST, inline="always")
def cross(a, b):
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


@njit(fastmath=FAST)
def grad(omega, inertia, points, seen, dt, steps):
    inverse = np.linalg.inv(inertia)
    back = np.ascontiguousarray(inverse.T)
    across = np.ascontiguousarray(inertia.T)
    ws = np.empty((steps + 1, 3))
    rs = np.empty((steps + 1, 3, 3))
    ws[0] = omega
    rs[0] = np.eye(3)
    w = (omega[0], omega[1], omega[2])
    for t in range(steps):
        a = times(inverse, cross(w, times(inertia, w)))
        w = (w[0] - dt * a[0], w[1] - dt * a[1], w[2] - dt * a[2])
        for k in range(3):
            ws[t + 1, k] = w[k]
            r = rs[t, k]
            rs[t + 1, k, 0] = r[0] + dt * (r[1] * w[2] - r[2] * w[1])
            rs[t + 1, k, 1] = r[1] + dt * (r[2] * w[0] - r[0] * w[2])
            rs[t + 1, k, 2] = r[2] + dt * (r[0] * w[1] - r[1] * w[0])
    dr = np.zeros((3, 3))
    dpoints = np.empty_like(points)
    last = rs[steps]
    for i in range(len(points)):
        off = times(last, points[i])
        ex, ey, ez = 2.0 * (off[0] - seen[i, 0]), 2.0 * (off[1] - seen[i, 1]), 2.0 * (off[2] - seen[i, 2])
        for k in range(3):
            dpoints[i, k] = last[0, k] * ex + last[1, k] * ey + last[2, k] * ez
            dr[0, k] += ex * points[i, k]
            dr[1, k] += ey * points[i, k]
            dr[2, k] += ez * points[i, k]
    dw = np.zeros(3)
    dinertia, dinverse = np.zeros((3, 3)), np.zeros((3, 3))
    for t in range(steps - 1, -1, -1):
        w = (ws[t + 1, 0], ws[t + 1, 1], ws[t + 1, 2])
        for k in range(3):
            r, g0, g1, g2 = rs[t, k], dr[k, 0], dr[k, 1], dr[k, 2]
            dw[0] += dt * (g1 * r[2] - g2 * r[1])
            dw[1] += dt * (g2 * r[0] - g0 * r[2])
            dw[2] += dt * (g0 * r[1] - g1 * r[0])
            dr[k, 0] = g0 + dt * (g2 * w[1] - g1 * w[2])
            dr[k, 1] = g1 + dt * (g0 * w[2] - g2 * w[0])
            dr[k, 2] = g2 + dt * (g1 * w[0] - g0 * w[1])
        w = (ws[t, 0], ws[t, 1], ws[t, 2])
        momentum = times(inertia, w)
        torque = cross(w, momentum)
        g = (-dt * dw[0], -dt * dw[1], -dt * dw[2])
        dtorque = times(back, g)
        dmomentum = cross(dtorque, w)
        direct = cross(momentum, dtorque)
        through = times(across, dmomentum)
        for k in range(3):
            for m in range(3):
                dinverse[k, m] += g[k] * torque[m]
                dinertia[k, m] += dmomentum[k] * w[m]
            dw[k] += direct[k] + through[k]
    dinertia -= back @ dinverse @ back
    return dw, dinertia, dpoints
