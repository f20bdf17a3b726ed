"""An LSTM language model's log likelihood: layers over time steps, diagonal recurrent weights (ADBench)."""

import numpy as np

WRT = ["main", "extra"]
SIZES = ["T", "S", "M"]


def make_inputs(size):
    layers, steps, width = {"T": (2, 3, 3), "S": (2, 200, 14), "M": (4, 800, 14)}[size]
    rng = np.random.default_rng(54)
    g = rng.standard_normal
    sequence = (rng.random((steps, width)) < 0.3).astype(float)
    return 0.5 * g((2 * layers, 4 * width)), 0.5 * g((3, width)), 0.1 * g((2 * layers, width)), sequence


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def lstm_model(weight, bias, hidden, cell, input):
    width = hidden.shape[0]
    forget = sigmoid(input * weight[:width] + bias[:width])
    ingate = sigmoid(hidden * weight[width : 2 * width] + bias[width : 2 * width])
    outgate = sigmoid(input * weight[2 * width : 3 * width] + bias[2 * width : 3 * width])
    change = np.tanh(hidden * weight[3 * width :] + bias[3 * width :])
    c = cell * forget + ingate * change
    return outgate * np.tanh(c), c


def primal(main, extra, state, sequence):
    state = state.copy()
    layers = main.shape[0] // 2
    total = 0.0
    count = 0
    for t in range(sequence.shape[0] - 1):
        x = sequence[t] * extra[0]
        for l in range(layers):
            h, c = lstm_model(main[2 * l], main[2 * l + 1], state[2 * l], state[2 * l + 1], x)
            state[2 * l] = h
            state[2 * l + 1] = c
            x = h
        y = x * extra[1] + extra[2]
        lse = np.log(np.sum(np.exp(y)) + 2.0)
        total += np.sum(sequence[t + 1] * (y - lse))
        count += sequence.shape[1]
    return -total / count
