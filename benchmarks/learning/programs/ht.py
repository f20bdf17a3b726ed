"""Hand tracking: a chain of bones poses a skinned mesh, compared with measured points (ADBench, shortened)."""

import numpy as np

WRT = ["theta"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    bones, vertices = {"T": (3, 4), "S": (20, 540), "M": (20, 5000)}[size]
    rng = np.random.default_rng(56)
    parents = np.concatenate([[-1], [max(0, k - 1 - k % 4 // 3) for k in range(1, bones)]]).astype(np.int64)
    base = np.concatenate([rng.standard_normal((vertices, 3)), np.ones((vertices, 1))], axis=1)
    weights = rng.random((vertices, bones))
    weights /= weights.sum(axis=1, keepdims=True)
    return 0.3 * rng.standard_normal((bones, 3)), parents, base, weights, rng.standard_normal((vertices, 3))


def euler_to_matrix(xyz):
    tx, ty, tz = xyz[0], xyz[1], xyz[2]
    Rx = np.array([[1.0, 0.0, 0.0], [0.0, np.cos(tx), -np.sin(tx)], [0.0, np.sin(tx), np.cos(tx)]])
    Ry = np.array([[np.cos(ty), 0.0, np.sin(ty)], [0.0, 1.0, 0.0], [-np.sin(ty), 0.0, np.cos(ty)]])
    Rz = np.array([[np.cos(tz), -np.sin(tz), 0.0], [np.sin(tz), np.cos(tz), 0.0], [0.0, 0.0, 1.0]])
    return Rz @ Ry @ Rx


def primal(theta, parents, base, weights, points):
    bones = theta.shape[0]
    absolute = np.zeros((bones, 4, 4))
    for b in range(bones):
        T = np.eye(4)
        T[:3, :3] = euler_to_matrix(theta[b])
        T[0, 3] = 0.5
        if parents[b] == -1:
            absolute[b] = T
        else:
            absolute[b] = absolute[parents[b]] @ T
    positions = np.zeros((base.shape[0], 3))
    for b in range(bones):
        posed = base @ absolute[b].T
        positions += posed[:, :3] * weights[:, b : b + 1]
    err = positions - points
    return np.sum(err * err)
