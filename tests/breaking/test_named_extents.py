"""Kernels give no variable its own value: an extent that the user has named is called so."""

import re

import numpy as np

import symgrad as sg


def pool(x):
    n, h, w = x.shape
    out = np.zeros((n, h // 2, w // 2))
    for k in range(n):
        for i in range(h // 2):
            for j in range(w // 2):
                out[k, i, j] = max(x[k, 2 * i, 2 * j], x[k, 2 * i + 1, 2 * j + 1])
    return out


def windows(image, kernel):
    K = kernel.shape[0]
    n, h, w = image.shape
    out = np.zeros((n, h - K + 1, w - K + 1))
    for k in range(n):
        for i in range(h - K + 1):
            for j in range(w - K + 1):
                s = 0.0
                for p in range(K):
                    s += image[k, i + p, j] * kernel[p]
                out[k, i, j] = s
    return out


def loss(image, kernel):
    y = pool(np.maximum(windows(image, kernel), 0.0))
    return np.sum(y * y)


def test_no_variable_is_set_to_itself():
    rng = np.random.default_rng(0)
    image, kernel = rng.random((2, 7, 6)), rng.random(3)
    df = sg.grad(loss, wrt="*")
    assert re.findall(r"^ +(\w+) = \1$", df.program_for(image, kernel).kernel_text, re.MULTILINE) == []
    way = rng.random(3)
    slope = (loss(image, kernel + 1e-6 * way) - loss(image, kernel - 1e-6 * way)) / 2e-6
    np.testing.assert_allclose(np.sum(df(image, kernel)[1] * way), slope, rtol=1e-6, atol=1e-9)
