"""Maxima of rows of which a mask leaves out some: right at special values, and in vector registers."""

import re

import numpy as np
import pytest
from llvmlite.binding import llvm_version_info
from numba import njit

from symgrad.backends.accumulate import larger, smaller


@njit(error_model="numpy")
def tops(x, seen):
    out = np.empty(x.shape[0])
    for i in range(x.shape[0]):
        top = -np.inf
        for j in range(x.shape[1]):
            top = larger(top, x[i, j] if seen[i, j] else -np.inf)
        out[i] = top
    return out


@njit
def both(a, b):
    return larger(a, b), smaller(a, b)


def test_maxima_of_masked_rows():
    rng = np.random.default_rng(6)
    x, seen = rng.normal(size=(9, 37)), rng.random((9, 37)) < 0.5
    x[2, 5], x[3, 7], x[4, 1] = np.nan, np.inf, -np.inf
    seen[2, 5] = seen[3, 7] = True
    seen[5] = False
    np.testing.assert_array_equal(tops(x, seen), np.max(np.where(seen, x, -np.inf), axis=1))
    # LLVM knows the maximum of vectors by this name; before it, `larger` was compared and selected
    text = next(iter(tops.inspect_llvm().values()))
    assert llvm_version_info[0] < 20 or re.search(r"<\d+ x double> @llvm\.maximum", text)


@pytest.mark.parametrize("a", [0.0, -0.0, 1.5, np.inf, -np.inf, np.nan, 5e-324, -3e38])
@pytest.mark.parametrize("b", [0.0, -0.0, 2.5, np.inf, -np.inf, np.nan, -5e-324, 3e38])
def test_the_larger_and_the_smaller_of_two(a, b):
    np.testing.assert_array_equal(both(a, b), (np.maximum(a, b), np.minimum(a, b)))
    low, high = np.float32(a), np.float32(b)
    np.testing.assert_array_equal(both(low, high), (np.maximum(low, high), np.minimum(low, high)))
