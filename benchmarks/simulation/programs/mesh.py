"""A closed surface of triangles: its area against its volume, both sums over faces."""

import numpy as np

WRT = ["vertices"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    rows = {"T": 4, "S": 60, "M": 400}[size]
    u, v = np.meshgrid(np.arange(rows), np.arange(rows), indexing="ij")
    a, b = 2 * np.pi * u / rows, 2 * np.pi * v / rows
    ring = 2.0 + np.cos(b)
    torus = np.stack([ring * np.cos(a), ring * np.sin(a), np.sin(b)], axis=-1).reshape(-1, 3)
    here, right = u * rows + v, u * rows + (v + 1) % rows
    below, across = (u + 1) % rows * rows + v, (u + 1) % rows * rows + (v + 1) % rows
    faces = np.concatenate([np.stack([here, below, right], -1), np.stack([right, below, across], -1)])
    noise = 0.05 * np.random.default_rng(52).standard_normal(torus.shape)
    return torus + noise, faces.reshape(-1, 3)


def primal(vertices, faces):
    area = 0.0
    volume = 0.0
    for a, b, c in faces:
        normal = np.cross(vertices[b] - vertices[a], vertices[c] - vertices[a])
        area += 0.5 * np.linalg.norm(normal)
        volume += np.dot(vertices[a], normal) / 6.0
    return area**3 / volume**2
