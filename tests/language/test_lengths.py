"""Arrays that each trip of a loop makes shorter, or longer: option trees, tableaus, pyramids, polynomials."""

import numpy as np
from language.programs import A, Programs, X

import symgrad as sg

Y = X[::-1] ** 2
PROGRAMS = Programs()
program, refused = PROGRAMS.program, PROGRAMS.refused


@program(100.0, 95.0, 0.2, 7)
def european_tree(s, k, sigma, n):
    u = np.exp(sigma * np.sqrt(1.0 / n))
    p = (1.0 - 1.0 / u) / (u - 1.0 / u)
    v = np.maximum(k - s * u ** np.arange(n + 1) * u ** (np.arange(n + 1) - n), 0.0)
    for _ in range(n):
        v = 0.99 * (p * v[1:] + (1.0 - p) * v[:-1])
    return v[0]


@program(100.0, 105.0, 0.2, 7)
def american_tree(s, k, sigma, n):
    u = np.exp(sigma * np.sqrt(1.0 / n))
    p = (1.0 - 1.0 / u) / (u - 1.0 / u)
    j = np.arange(n + 1)
    v = np.maximum(k - s * u**j * u ** (j - n), 0.0)
    for i in range(n - 1, -1, -1):
        v = 0.99 * (p * v[1:] + (1.0 - p) * v[:-1])
        v = np.maximum(v, k - s * u ** np.arange(i + 1) * u ** (np.arange(i + 1) - i))
    return v[0]


@program(X, Y, 4)
def two_at_a_time(x, y, n):
    for _ in range(n):
        x = x[1:] * 0.5
        y = np.sin(y[:-1]) + x
    return np.sum(x * y)


@program(X, Y)
def neville(x, y):
    q = y.copy()
    for k in range(1, len(x)):
        q = ((0.3 - x[k:]) * q[:-1] - (0.3 - x[:-k]) * q[1:]) / (x[:-k] - x[k:])
    return q[0]


@program(X)
def all_tableaus(x):
    total, d = 0.0, x * 1.0
    for k in range(len(x) - 1):
        d = (d[1:] - d[:-1]) / (k + 1.0)
        total += d[0] ** 2
    return total


@program(X)
def views_only(x):
    s = 0.0
    for _ in range(3):
        s += x[0] * x[-1]
        x = x[1:-1]
    return s + x[0] ** 2


@program(X)
def by_two(x):
    v = x**2
    for i in range(2):
        v = v[2:] * v[:-2] + v[1:-1] * i
    return v


@program(A, 1)
def pyramid(a, n):
    for _ in range(n):
        a = 0.25 * (a[1:, 1:] + a[:-1, 1:] + a[1:, :-1] * a[:-1, :-1])
    return a


@program(X)
def from_roots(x):
    p = np.array([1.0])
    for r in x:
        p = np.concatenate((p, np.zeros(1))) - r * np.concatenate((np.zeros(1), p))
    return p


@program(X, 3)
def made_longer(x, n):
    y = x[:2] ** 2
    for k in range(n):
        y = np.concatenate((np.sin(y), x[k : k + 2]))
    return y


@program(X, 3)
def smoothed_differences(x, n):
    y = np.zeros(len(x))
    for i in range(n):
        d = x * x
        for _ in range(i):
            d = d[1:] - 0.5 * d[:-1]
        y[i] = np.sum(d)
    return y


@program(X)
def another_in_a_tuple(x):
    state = (x * 2.0, 1.0)
    for _ in range(4):
        v, s = state
        state = (v[1:] * v[:-1], s * v[0])
    return state[1] * np.sum(state[0])


@program(X, 3)
def changing_places(x, n):
    u, v = x * 2.0, x * 3.0
    for _ in range(n):
        u, v = np.sin(v[1:]), u[:-1] * 0.5
    return u * v


@program(X, 0)
def no_trip(x, n):
    v = x * 2.0
    for _ in range(n):
        v = v[1:] * v[:-1]
    return v


@program(X, 3)
def a_new_one_is_written(x, n):
    v = x * 2.0
    for k in range(n):
        v = v[1:] * v[:-1]
        v[0] = x[k] ** 2
    return np.sum(v * v)


@refused("this array is read-only", X, 3)
def the_old_one_is_written(x, n):
    v = x * 2.0
    for k in range(n):
        v[0] = x[k] ** 2
        v = v[1:] * v[:-1]
    return np.sum(v)


@refused("the value of 'v' is not known here", X, 3)
def left_early(x, n):
    v = x * 2.0
    for _ in range(n):
        if v[0] > 1e3:
            break
        v = v[1:] * v[:-1]
    return v


@refused("the shape of 'v' changes from trip to trip", X, 2)
def by_halves(x, n):
    v = x * 2.0
    for _ in range(n):
        v = v[::2]
    return v


@refused("an array is made shorter in a loop", X, 9)
def too_few(x, n):
    for _ in range(n):
        x = x[1:] * 2.0
    return x


@refused("the length k must be known when the program is compiled", X)
def rows_of_a_moving_length(x):
    n, s = len(x), 0.0
    while x[0] + n > 2:
        z = x[:n].copy().reshape(-1, 2)
        s += np.sum(z[:, 0])
        n = n // 2
    return s


test_program, test_refused = PROGRAMS.tests()


def test_a_loop_whose_lengths_stay_asks_nothing_of_its_number_of_trips():
    """That `n` is not negative would be a guard, and a forward loop that nobody reads would stay for it."""

    def f(x, n):
        total = 0.0
        for i in range(n):
            residual = 1.0 * i
            for j in range(len(x)):
                residual -= x[j] * i
            total += residual * residual
        return total

    df = sg.value_and_grad(f, jit=False)
    x = np.array([0.5, -0.25])
    assert not df.program_for(x, 3).function.guards
    value, dx = df(x, -2)
    assert value == 0.0 and dx.tolist() == [0.0, 0.0]
    value, dx = df(x, 3)
    np.testing.assert_allclose(value, f(x, 3), rtol=1e-15, atol=0.0)
    np.testing.assert_allclose(dx, np.full(2, -7.5), rtol=1e-14, atol=0.0)
