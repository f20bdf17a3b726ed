"""Analysis steps of the ensemble Kalman filter: anomalies, their covariance, a solve, the ensemble moved."""

import numpy as np

WRT = ["ensemble", "observations", "R"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    steps, state, members, seen = {"T": (2, 6, 4, 3), "S": (5, 200, 40, 30), "M": (10, 2000, 60, 60)}[size]
    rng = np.random.default_rng(60)
    H = rng.standard_normal((seen, state)) / np.sqrt(state)
    R = 0.5 + rng.random(seen)
    return rng.standard_normal((state, members)), rng.standard_normal((steps, seen)), H, R, 0.95


def primal(ensemble, observations, H, R, decay):
    X = ensemble.copy()
    m = X.shape[1]
    loss = 0.0
    for k in range(observations.shape[0]):
        X = decay * X + 0.05 * np.sin(np.roll(X, 1, axis=0))
        mean = X.mean(axis=1, keepdims=True)
        anomalies = X - mean
        HA = H @ anomalies
        S = HA @ HA.T / (m - 1) + np.diag(R)
        innovation = observations[k][:, None] - H @ X
        gain = anomalies @ HA.T / (m - 1)
        X = X + gain @ np.linalg.solve(S, innovation)
        loss += np.sum((H @ X.mean(axis=1) - observations[k]) ** 2)
    return loss
