"""For each ray the nearest sphere, then the adjoint of the shading of that one."""

import numpy as np
from numba import njit


@njit(fastmath={"reassoc", "contract", "arcp", "nsz"})
def grad(centres, radii, colours, light, rays, picture):
    dcentres, dradii = np.zeros_like(centres), np.zeros_like(radii)
    dcolours, dlight = np.zeros_like(colours), np.zeros_like(light)
    lx, ly, lz = light[0], light[1], light[2]
    for p in range(len(rays)):
        x, y, z = rays[p, 0], rays[p, 1], rays[p, 2]
        nearest, hit = 1e30, -1
        for s in range(len(centres)):
            cx, cy, cz = centres[s, 0], centres[s, 1], centres[s, 2]
            along = x * cx + y * cy + z * cz
            apart = along * along - (cx * cx + cy * cy + cz * cz) + radii[s] * radii[s]
            if apart > 0.0:
                t = along - np.sqrt(apart)
                if t < nearest:
                    nearest, hit = t, s
        if hit < 0:
            continue
        cx, cy, cz = centres[hit, 0], centres[hit, 1], centres[hit, 2]
        r = radii[hit]
        nx, ny, nz = (nearest * x - cx) / r, (nearest * y - cy) / r, (nearest * z - cz) / r
        cosine = nx * lx + ny * ly + nz * lz
        shade = max(cosine, 0.0) + 0.1
        dshade = 0.0
        for k in range(3):
            e = 2.0 * (shade * colours[hit, k] - picture[p, k])
            dcolours[hit, k] += e * shade
            dshade += e * colours[hit, k]
        if cosine <= 0.0:
            continue
        dlight[0] += dshade * nx
        dlight[1] += dshade * ny
        dlight[2] += dshade * nz
        gx, gy, gz = dshade * lx / r, dshade * ly / r, dshade * lz / r
        dt = gx * x + gy * y + gz * z
        along = x * cx + y * cy + z * cz
        root = along - nearest
        dalong = dt * (1.0 - along / root)
        half = dt / root
        dcentres[hit, 0] += half * cx + dalong * x - gx
        dcentres[hit, 1] += half * cy + dalong * y - gy
        dcentres[hit, 2] += half * cz + dalong * z - gz
        dradii[hit] -= dshade * cosine / r + half * r
    return dcentres, dradii, dcolours, dlight
