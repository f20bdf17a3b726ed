"""Deques of a largest length, windows that slide, and the places where a condition holds."""

from collections import deque

import numpy as np
from language.programs import A, Programs, X

PROGRAMS = Programs()
program, refused = PROGRAMS.program, PROGRAMS.refused


@program(X)
def delay_line(x):
    line = deque([0.0] * 3, maxlen=3)
    s = 0.0
    for v in x:
        s += v * line[0]
        line.append(v * v + 0.5 * line[-1])
    return s + sum(line)


@program(X, 4)
def delay_line_of_arrays(x, n):
    past = deque([x, x * 0.5], maxlen=2)
    for k in range(n):
        past.append(np.sin(past[0]) + 0.1 * k * past[1])
    return past[0] * past[1]


@program(X)
def known_trips(x):
    last = deque(maxlen=2)
    for k in range(3):
        last.append(x[k] ** 2)
    last.appendleft(x[4])
    last.extend([x[5], x[6] * x[0]])
    return last[0] * last[1] * len(last)


@program(X)
def under_a_condition(x):
    last = deque([1.0, 1.0], maxlen=2)
    for v in x:
        if v > 0.5:
            last.append(v**2)
    return last[0] * last[1] ** 2


@program(X)
def windows(x):
    return np.lib.stride_tricks.sliding_window_view(x, 3) @ np.array([0.25, 0.5, 0.3]) ** 2


@program(A)
def windows_of_a_matrix(a):
    w = np.lib.stride_tricks.sliding_window_view(a, (2, 3))
    return np.sum(w**2 * np.arange(6.0).reshape(2, 3), axis=(2, 3))


@program(A)
def windows_along_an_axis(a):
    return np.lib.stride_tricks.sliding_window_view(a, 2, axis=0).max(axis=-1)


@program(X)
def windows_show_what_is_written(x):
    y = x * 2.0
    w = np.lib.stride_tricks.sliding_window_view(y, 2)
    first = np.sum(w**2)
    y[2] = x[0] ** 3
    return first * np.sum(w[:, 0] * w[:, 1])


@program(X)
def places(x):
    i = np.where(x > 0.5)[0]
    return np.sum(x[i] ** 2 * i) + x[np.where(x > 1)[0][-1]]


@program(X, A)
def extracted(x, a):
    rows = np.compress([True, False, True, True], a, axis=0)
    return np.sum(np.extract(x > 0, x) ** 2) + np.sum(rows**3) + np.sum(np.compress(x[:3] > 1, x))


@refused("a deque of a largest length that a loop or a branch fills", X)
def filled_by_a_loop(x):
    last = deque(maxlen=3)
    for v in x:
        last.append(v)
    return sum(last)


@refused("pop() of a deque of a largest length", X)
def emptied(x):
    last = deque([x[0], x[1]], maxlen=2)
    return last.popleft()


test_program, test_refused = PROGRAMS.tests()
