"""Calls along directions: the second goes to the kernel at once, and is as right and strict as the first."""

import numpy as np
import pytest

import symgrad as sg


def weighted(x, w, n):
    return np.sum(np.sin(x) * w) * n


X, P = np.array([0.3, -1.2, 2.0]), np.array([1.0, 0.5, -2.0])


@pytest.fixture(scope="module")
def hvp():
    return sg.hvp(weighted)


@pytest.fixture(scope="module")
def jvp():
    return sg.jvp(weighted)


def test_repeated_calls_read_their_arguments(hvp, jvp):
    for k in (1.0, 2.0, -3.0):
        np.testing.assert_allclose(hvp(X, k * P, 2.0, 3), -np.sin(X) * k * P * 6.0, rtol=1e-14, atol=0)
        out, tangent = jvp((X, k, 3), (P, None, None))
        np.testing.assert_allclose([out, tangent], [weighted(X, k, 3), np.cos(X) @ P * 3 * k], rtol=1e-14)
        out, tangent = jvp((X, k, 3), (None, 2.0, None))
        np.testing.assert_allclose([out, tangent], [weighted(X, k, 3), np.sin(X).sum() * 6], rtol=1e-14)


def test_a_direction_of_other_types_is_converted_after_fast_calls_too(hvp, jvp):
    hvp(X, P, 2.0, 3)
    expected = -np.sin(X) * 6.0
    np.testing.assert_allclose(hvp(X, np.ones(3, int), 2.0, 3), expected, rtol=1e-14, atol=0)
    single = hvp(X.astype(np.float32), P, 2.0, 3)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected * P, rtol=1e-6)
    jvp((X, 2.0, 3), (None, 2.0, None))
    assert jvp((X, 2.0, 3), (None, 2, None)) == jvp((X, 2.0, 3), (None, 2.0, None))


def test_a_direction_of_another_shape_is_refused_after_fast_calls_too(hvp):
    hvp(X, P, 2.0, 3)
    for wrong in (np.ones(4), np.ones((3, 1)), np.ones((1, 3))):
        with pytest.raises(sg.ShapeError, match="x has shape"):
            hvp(X, wrong, 2.0, 3)
    np.testing.assert_allclose(hvp(X[:2], P[:2], 2.0, 3), -np.sin(X[:2]) * P[:2] * 6.0, rtol=1e-14)


def test_the_kernel_is_called_without_binding_again(hvp, monkeypatch):
    hvp(X, P, 2.0, 3)
    monkeypatch.setattr(hvp._dispatcher, "specialise", None)
    np.testing.assert_allclose(hvp(X, 2 * P, 2.0, 3), -2 * np.sin(X) * P * 6.0, rtol=1e-14)
