"""Positions of all steps are kept; the adjoint of the accelerations goes over the pairs once more."""

import numpy as np
from numba import njit

FAST = {"reassoc", "contract", "arcp", "nsz"}


@njit(fastmath=FAST)
def accelerations(pos, mass, acc):
    acc[:] = 0.0
    for i in range(len(pos)):
        x, y, z = pos[i, 0], pos[i, 1], pos[i, 2]
        ax = ay = az = 0.0
        for j in range(i):
            dx, dy, dz = pos[j, 0] - x, pos[j, 1] - y, pos[j, 2] - z
            r2 = dx * dx + dy * dy + dz * dz + 0.01
            w = 1.0 / (r2 * np.sqrt(r2))
            wi, wj = mass[i] * w, mass[j] * w
            ax += wj * dx
            ay += wj * dy
            az += wj * dz
            acc[j, 0] -= wi * dx
            acc[j, 1] -= wi * dy
            acc[j, 2] -= wi * dz
        acc[i, 0] += ax
        acc[i, 1] += ay
        acc[i, 2] += az


@njit(fastmath=FAST)
def adjoint(pos, mass, dacc, dpos, dmass):
    for i in range(len(pos)):
        x, y, z = pos[i, 0], pos[i, 1], pos[i, 2]
        gx, gy, gz = dacc[i, 0], dacc[i, 1], dacc[i, 2]
        px = py = pz = dm = 0.0
        for j in range(i):
            dx, dy, dz = pos[j, 0] - x, pos[j, 1] - y, pos[j, 2] - z
            r2 = dx * dx + dy * dy + dz * dz + 0.01
            w = 1.0 / (r2 * np.sqrt(r2))
            gi = gx * dx + gy * dy + gz * dz
            gj = dacc[j, 0] * dx + dacc[j, 1] * dy + dacc[j, 2] * dz
            dmass[j] += w * gi
            dm -= w * gj
            wi, wj = mass[i] * w, mass[j] * w
            s = -3.0 * (wj * gi - wi * gj) / r2
            ex = wj * gx - wi * dacc[j, 0] + s * dx
            ey = wj * gy - wi * dacc[j, 1] + s * dy
            ez = wj * gz - wi * dacc[j, 2] + s * dz
            px -= ex
            py -= ey
            pz -= ez
            dpos[j, 0] += ex
            dpos[j, 1] += ey
            dpos[j, 2] += ez
        dpos[i, 0] += px
        dpos[i, 1] += py
        dpos[i, 2] += pz
        dmass[i] += dm


@njit(fastmath=FAST)
def grad(pos, vel, mass, seen, dt, steps):
    n = len(pos)
    path = np.empty((steps + 1, n, 3))
    path[0] = pos
    vel = vel.copy()
    acc = np.empty((n, 3))
    accelerations(path[0], mass, acc)
    for t in range(steps):
        for i in range(n):
            for k in range(3):
                vel[i, k] += 0.5 * dt * acc[i, k]
                path[t + 1, i, k] = path[t, i, k] + dt * vel[i, k]
        accelerations(path[t + 1], mass, acc)
        for i in range(n):
            for k in range(3):
                vel[i, k] += 0.5 * dt * acc[i, k]
    dpos = 2.0 * (path[steps] - seen)
    dvel, dacc, dmass = np.zeros((n, 3)), np.zeros((n, 3)), np.zeros(n)
    for t in range(steps - 1, -1, -1):
        for i in range(n):
            for k in range(3):
                dacc[i, k] += 0.5 * dt * dvel[i, k]
        adjoint(path[t + 1], mass, dacc, dpos, dmass)
        for i in range(n):
            for k in range(3):
                dvel[i, k] += dt * dpos[i, k]
                dacc[i, k] = 0.5 * dt * dvel[i, k]
    adjoint(path[0], mass, dacc, dpos, dmass)
    return dpos, dvel, dmass
