"""A rigid body tumbles: Euler's equations and a rotation matrix in steps; then where its points are."""

import numpy as np

WRT = ["omega", "inertia", "points"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, steps = {"T": (4, 3), "S": (50, 1000), "M": (1000, 20000)}[size]
    rng = np.random.default_rng(54)
    inertia = np.array([[1.0, 0.1, 0.0], [0.1, 2.0, 0.2], [0.0, 0.2, 3.0]])
    return (
        np.array([0.3, 1.0, 0.2]),
        inertia,
        rng.standard_normal((n, 3)),
        rng.standard_normal((n, 3)),
        1e-3,
        steps,
    )


def primal(omega, inertia, points, seen, dt, steps):
    inverse = np.linalg.inv(inertia)
    rotation = np.eye(3)
    w = omega.copy()
    for _ in range(steps):
        w = w - dt * inverse @ np.cross(w, inertia @ w)
        turn = np.array([[0.0, -w[2], w[1]], [w[2], 0.0, -w[0]], [-w[1], w[0], 0.0]])
        rotation = rotation + dt * rotation @ turn
    loss = 0.0
    for i in range(len(points)):
        off = rotation @ points[i] - seen[i]
        loss += np.dot(off, off)
    return loss
