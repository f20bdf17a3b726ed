"""Log likelihood of a Kalman filter: position and velocity, one measurement a step, matrices of 2 x 2."""

import numpy as np

WRT = ["q", "r", "x0", "z"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    n = {"T": 5, "S": 2000, "M": 100_000}[size]
    rng = np.random.default_rng(59)
    return 0.1, 0.5, np.array([0.0, 1.0]), np.cumsum(1.0 + 0.3 * rng.standard_normal(n)), 1.0


def primal(q, r, x0, z, dt):
    F = np.array([[1.0, dt], [0.0, 1.0]])
    H = np.array([1.0, 0.0])
    Q = q * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    x = x0.copy()
    P = np.eye(2)
    ll = 0.0
    for k in range(len(z)):
        x = F @ x
        P = F @ P @ F.T + Q
        y = z[k] - H @ x
        S = H @ P @ H + r
        K = P @ H / S
        x = x + K * y
        P = P - np.outer(K, H @ P)
        ll += -0.5 * (np.log(2 * np.pi * S) + y * y / S)
    return ll
