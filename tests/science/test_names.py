"""Counters and extents of one name: a loop counts with `k` over planes that have an extent called `k`."""

import numpy as np
import pytest
from science.checking import both, check


def response(image, kernel):
    n = image.shape[0] - kernel.shape[0] + 1
    m = image.shape[1] - kernel.shape[1] + 1
    out = np.zeros((n, m))
    for i in range(n):
        for j in range(m):
            for a in range(kernel.shape[0]):
                for b in range(kernel.shape[1]):
                    out[i, j] += image[i + a, j + b] * kernel[a, b]
    return out


def bank(kernels, image):
    total = 0.0
    for k in range(kernels.shape[0]):
        total += each(kernels, image, k)
    return total


def each(kernels, image, k):
    r = response(image, kernels[k])
    largest = 0.0
    for n in range(r.shape[0] // 2):
        for m in range(r.shape[1] // 2):
            if r[2 * n, 2 * m] > largest:
                largest = r[2 * n, 2 * m]
    return largest * largest


def blocks(kernels):
    return all_blocks(kernels)


def all_blocks(kernels):
    total = 0.0
    for k in range(kernels.shape[0]):
        for m in range(kernels.shape[2]):
            total += np.sum(kernels[k, :, :m] ** 3) * np.sum(kernels[k, :, m:])
    return total


def trips(x, trip):
    """The user's `trip` is a size, and the backward pass counts trips."""
    y = np.zeros(trip)
    s = 1.0
    while s < 10.0:
        s = s * x
        y = y + s * s
    return np.sum(y * y)


@both
@pytest.mark.parametrize("shape", [(0, 2, 2), (2, 1, 3), (3, 3, 2)])
def test_a_bank_of_filters(rng, shape, jit):
    check(bank, (rng.normal(size=shape), rng.normal(size=(5, 6))), (0, 1), jit=jit)


@both
@pytest.mark.parametrize("shape", [(1, 1, 1), (2, 3, 4)])
def test_blocks_that_grow(rng, shape, jit):
    check(blocks, (rng.normal(size=shape),), jit=jit)


@both
@pytest.mark.parametrize("size", [0, 1, 3])
def test_a_size_called_trip(size, jit):
    check(trips, (1.7, size), jit=jit)
