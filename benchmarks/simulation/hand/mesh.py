"""Two passes over the faces: area and volume, then what each is worth."""

import numpy as np
from numba import njit


@njit(fastmath={"reassoc", "contract", "arcp", "nsz"})
def grad(vertices, faces):
    area = volume = 0.0
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        px, py, pz = vertices[a, 0], vertices[a, 1], vertices[a, 2]
        ux, uy, uz = vertices[b, 0] - px, vertices[b, 1] - py, vertices[b, 2] - pz
        vx, vy, vz = vertices[c, 0] - px, vertices[c, 1] - py, vertices[c, 2] - pz
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        area += 0.5 * np.sqrt(nx * nx + ny * ny + nz * nz)
        volume += (px * nx + py * ny + pz * nz) / 6.0
    half = 1.5 * area**2 / volume**2
    sixth = -(area**3) / (3.0 * volume**3)
    g = np.zeros_like(vertices)
    for f in range(len(faces)):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        px, py, pz = vertices[a, 0], vertices[a, 1], vertices[a, 2]
        ux, uy, uz = vertices[b, 0] - px, vertices[b, 1] - py, vertices[b, 2] - pz
        vx, vy, vz = vertices[c, 0] - px, vertices[c, 1] - py, vertices[c, 2] - pz
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        size = np.sqrt(nx * nx + ny * ny + nz * nz)
        scale = half / size if size > 0.0 else 0.0
        dx, dy, dz = scale * nx + sixth * px, scale * ny + sixth * py, scale * nz + sixth * pz
        dux, duy, duz = vy * dz - vz * dy, vz * dx - vx * dz, vx * dy - vy * dx
        dvx, dvy, dvz = dy * uz - dz * uy, dz * ux - dx * uz, dx * uy - dy * ux
        g[a, 0] += sixth * nx - dux - dvx
        g[a, 1] += sixth * ny - duy - dvy
        g[a, 2] += sixth * nz - duz - dvz
        g[b, 0] += dux
        g[b, 1] += duy
        g[b, 2] += duz
        g[c, 0] += dvx
        g[c, 1] += dvy
        g[c, 2] += dvz
    return (g,)
