"""Bundle adjustment: squared reprojection errors of points in cameras with radial distortion (ADBench)."""

import numpy as np

WRT = ["cams", "X", "w"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n, m, p = {"T": (2, 3, 5), "S": (21, 3_000, 12_000), "M": (100, 20_000, 80_000)}[size]
    rng = np.random.default_rng(55)
    cams = 0.3 * rng.standard_normal((n, 11))
    cams[:, 5] += 5.0
    cams[:, 6] = 400.0
    cams[:, 9:] *= 0.01
    obs = np.stack([rng.integers(0, n, p), rng.integers(0, m, p)], axis=1)
    return cams, rng.standard_normal((m, 3)), rng.random(p), obs, rng.standard_normal((p, 2))


def rodrigues_rotate_point(rot, X):
    sqtheta = np.sum(rot * rot)
    if sqtheta != 0.0:
        theta = np.sqrt(sqtheta)
        costheta = np.cos(theta)
        sintheta = np.sin(theta)
        w = rot / theta
        w_cross_X = np.cross(w, X)
        tmp = np.dot(w, X) * (1.0 - costheta)
        return X * costheta + w_cross_X * sintheta + w * tmp
    return X + np.cross(rot, X)


def radial_distort(rad_params, proj):
    rsq = np.sum(proj * proj)
    L = 1.0 + rad_params[0] * rsq + rad_params[1] * rsq * rsq
    return proj * L


def project(cam, X):
    Xcam = rodrigues_rotate_point(cam[:3], X - cam[3:6])
    distorted = radial_distort(cam[9:], Xcam[:2] / Xcam[2])
    return distorted * cam[6] + cam[7:9]


def primal(cams, X, w, obs, feats):
    total = 0.0
    for i in range(obs.shape[0]):
        err = w[i] * (project(cams[obs[i, 0]], X[obs[i, 1]]) - feats[i])
        weight = 1.0 - w[i] * w[i]
        total += np.sum(err * err) + weight * weight
    return total
