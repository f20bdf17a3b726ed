"""Rays meet spheres: the nearest one along each ray is shaded; the picture against another one."""

import numpy as np

WRT = ["centres", "radii", "colours", "light"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    width, count = {"T": (4, 3), "S": (40, 8), "M": (200, 20)}[size]
    rng = np.random.default_rng(53)
    x, y = np.meshgrid(np.linspace(-1.0, 1.0, width), np.linspace(-1.0, 1.0, width))
    rays = np.stack([x, y, np.full_like(x, 2.0)], axis=-1).reshape(-1, 3)
    rays /= np.linalg.norm(rays, axis=1)[:, None]
    centres = np.column_stack([rng.uniform(-2.0, 2.0, (count, 2)), rng.uniform(4.0, 8.0, count)])
    light = np.array([0.5, 0.7, -0.6])
    picture = rng.random((width * width, 3))
    return centres, rng.uniform(0.5, 1.5, count), rng.random((count, 3)), light, rays, picture


def primal(centres, radii, colours, light, rays, picture):
    loss = 0.0
    for p in range(len(rays)):
        nearest = 1e30
        hit = -1
        for s in range(len(centres)):
            along = np.dot(rays[p], centres[s])
            apart = along * along - np.dot(centres[s], centres[s]) + radii[s] ** 2
            if apart > 0.0:
                t = along - np.sqrt(apart)
                if t < nearest:
                    nearest = t
                    hit = s
        if hit >= 0:
            normal = (nearest * rays[p] - centres[hit]) / radii[hit]
            shade = max(np.dot(normal, light), 0.0) + 0.1
            loss += np.sum((shade * colours[hit] - picture[p]) ** 2)
        else:
            loss += np.sum(picture[p] ** 2)
    return loss
