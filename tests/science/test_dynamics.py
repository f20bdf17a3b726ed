"""Programs that step through time: Runge-Kutta, springs, an orbit, a flux with an upwind switch, a filter."""

import numpy as np
import pytest
from science.checking import both, check


def pendulum(y, k):
    return np.array([y[1], -k * np.sin(y[0])])


def rk4(y0, k, dt, steps):
    y = y0
    for _ in range(steps):
        k1 = pendulum(y, k)
        k2 = pendulum(y + 0.5 * dt * k1, k)
        k3 = pendulum(y + 0.5 * dt * k2, k)
        k4 = pendulum(y + dt * k3, k)
        y = y + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return np.sum(y * y)


@pytest.mark.parametrize("steps", [0, 1, 6])
def test_runge_kutta_in_the_start_the_constant_and_the_step(steps):
    check(rk4, (np.array([0.7, -0.3]), 1.3, 0.1, steps), (0, 1, 2))


def adaptive(y0, rate, t_end, tol):
    """Heun against Euler: the step is halved or grown by what they disagree by."""
    t = 0.0
    h = 0.1
    y = y0
    while t < t_end:
        if t + h > t_end:
            h = t_end - t
        f1 = -rate * y + np.sin(t)
        euler = y + h * f1
        f2 = -rate * euler + np.sin(t + h)
        heun = y + 0.5 * h * (f1 + f2)
        error = abs(heun - euler)
        if error > tol:
            h = 0.5 * h
            continue
        t = t + h
        y = heun
        if error < 0.1 * tol:
            h = 2.0 * h
    return y


@both
@pytest.mark.parametrize("t_end", [0.0, 0.05, 1.0])
def test_adaptive_steps(t_end, jit):
    check(adaptive, (1.2, 2.3, t_end, 1e-3), (0, 1), jit=jit)


def springs(x, v, k, mass, dt, steps):
    """A chain between two walls, in place, by semi-implicit Euler; the energy at the end."""
    n = x.shape[0]
    force = np.zeros(n)
    for _ in range(steps):
        for i in range(n):
            force[i] = -k[i] * x[i]
            if i > 0:
                force[i] -= k[i] * (x[i] - x[i - 1])
            if i < n - 1:
                force[i] += k[i + 1] * (x[i + 1] - x[i])
        for i in range(n):
            v[i] += dt * force[i] / mass
            x[i] += dt * v[i]
    return 0.5 * mass * np.sum(v * v) + np.sum(k * x * x)


@pytest.mark.parametrize(("n", "steps"), [(1, 2), (4, 0), (4, 3)])
def test_spring_mass_chain_in_place(rng, n, steps):
    args = (rng.normal(size=n), rng.normal(size=n), rng.uniform(1, 2, size=n), 1.7, 0.05, steps)
    check(springs, args, (0, 1, 2, 3))


def gravity(q, p, masses, dt, steps):
    """Leapfrog for bodies in a plane; the forces in a double loop over pairs."""
    n = q.shape[0]
    for _ in range(steps):
        for i in range(n):
            for j in range(i):
                d = q[i] - q[j]
                r2 = d[0] * d[0] + d[1] * d[1] + 0.01
                f = masses[i] * masses[j] * d / (r2 * np.sqrt(r2))
                p[i] -= dt * f
                p[j] += dt * f
        for i in range(n):
            q[i] += dt * p[i] / masses[i]
    return np.sum(q[0] * q[0]) + np.sum(p * p)


@pytest.mark.parametrize("n", [1, 3])
def test_bodies_that_attract_each_other(rng, n):
    args = (rng.normal(size=(n, 2)), rng.normal(size=(n, 2)), rng.uniform(1, 2, size=n), 0.05, 3)
    check(gravity, args, (0, 1, 2))


def upwind(u, speed, dt, dx, steps):
    """A finite-volume step: the flux through each face comes from the side that the wind blows from."""
    n = len(u)
    flux = np.zeros(n + 1)
    for _ in range(steps):
        for i in range(1, n):
            if speed[i] > 0:
                flux[i] = speed[i] * u[i - 1]
            else:
                flux[i] = speed[i] * u[i]
        for i in range(n):
            u[i] = u[i] - dt / dx * (flux[i + 1] - flux[i])
    return np.sum(u**2)


@both
@pytest.mark.parametrize(("n", "steps"), [(1, 1), (5, 0), (6, 4)])
def test_upwind_transport(rng, n, steps, jit):
    check(upwind, (rng.normal(size=n), rng.normal(size=n), 0.1, 0.5, steps), (0, 1), jit=jit)


def burgers(u, dt, dx, steps):
    """Godunov's flux, whose switch depends on the state itself."""
    n = u.shape[0]
    for _ in range(steps):
        new = u.copy()
        for i in range(1, n - 1):
            if u[i] >= 0.0:
                new[i] = u[i] - dt / dx * u[i] * (u[i] - u[i - 1])
            else:
                new[i] = u[i] - dt / dx * u[i] * (u[i + 1] - u[i])
        u = new
    return (u * u).sum()


@pytest.mark.parametrize(("n", "steps"), [(2, 2), (3, 1), (7, 4)])
def test_burgers_with_a_switch_on_the_state(rng, n, steps):
    check(burgers, (rng.normal(size=n), 0.1, 0.5, steps))


def kalman(z, q, r, x0, p0):
    """Log likelihood of a random walk seen through noise; a reading that is nan is skipped."""
    x = x0
    p = p0
    loglik = 0.0
    for t in range(len(z)):
        p = p + q
        if np.isnan(z[t]):
            continue
        s = p + r
        k = p / s
        e = z[t] - x
        x = x + k * e
        p = (1.0 - k) * p
        loglik -= 0.5 * (np.log(2 * np.pi * s) + e * e / s)
    return loglik


@pytest.mark.parametrize("n", [0, 1, 6])
def test_kalman_filter_of_numbers(rng, n):
    z = rng.normal(size=n)
    z[2:3] = np.nan
    check(kalman, (z, 0.3, 0.7, 0.1, 1.1), (1, 2, 3, 4))


def kalman_matrices(z, f, h, q, r):
    n = f.shape[0]
    x = np.zeros(n)
    p = np.eye(n)
    total = 0.0
    for t in range(z.shape[0]):
        x = f @ x
        p = f @ p @ f.T + q
        e = z[t] - h @ x
        s = h @ p @ h + r
        gain = p @ h / s
        x = x + gain * e
        p = p - np.outer(gain, h @ p)
        total += 0.5 * (np.log(s) + e * e / s)
    return total


@pytest.mark.parametrize(("n", "t"), [(1, 1), (2, 0), (2, 4)])
def test_kalman_filter_of_matrices(rng, n, t):
    f = np.eye(n) + 0.1 * rng.normal(size=(n, n))
    args = (rng.normal(size=t), f, rng.normal(size=n), 0.1 * np.eye(n), 0.4)
    check(kalman_matrices, args, (0, 1, 2, 3, 4))


def queue(arrivals, services):
    """Lindley's recursion: how long all customers of one server wait."""
    wait = 0.0
    total = 0.0
    for i in range(1, len(arrivals)):
        wait = wait + services[i - 1] - (arrivals[i] - arrivals[i - 1])
        if wait < 0.0:
            wait = 0.0
        total += wait * wait
    return total


@pytest.mark.parametrize("n", [1, 2, 9])
def test_a_queue(rng, n):
    check(queue, (np.cumsum(rng.uniform(0.2, 1.0, size=n)), rng.uniform(0.2, 1.0, size=n)), (0, 1))
