"""Checkpointed calls in kernels: the inside is computed again in the backward pass, not kept until then."""

import tracemalloc

import numpy as np
import pytest

import symgrad as sg

RNG = np.random.default_rng(8)
X, B = RNG.normal(size=(60, 50)), RNG.normal(size=50)
W = [RNG.normal(size=(50, 50)) / 7.0 for _ in range(8)]
ARRAY = X.nbytes


def layer(x, w, b):
    h = np.tanh(x @ w + b)
    g = np.sin(h) * h
    return x + g * np.exp(-h * h)


again = sg.checkpoint(layer)


def kept_network(x, ws, b):
    for w in ws:
        x = layer(x, w, b)
    return np.mean(x * x)


def recalled_network(x, ws, b):
    for w in ws:
        x = again(x, w, b)
    return np.mean(x * x)


@sg.checkpoint
def elementwise(x):
    h = np.tanh(x)
    g = np.sin(h) * h
    return x + np.cumsum(g * np.exp(-h * h))


def recalled_sums(x):
    x = elementwise(elementwise(x))
    return np.sum(x * x)


def peak(derivative, *args):
    """Bytes of the largest memory that a call has at a time."""
    derivative(*args)
    tracemalloc.start()
    derivative(*args)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return most


def test_what_is_said_to_be_kept_is_kept():
    kept, recalled = (sg.grad(f, wrt="*") for f in (kept_network, recalled_network))
    args = X, tuple(W), B
    said = recalled.memory(*args)
    assert said.total == len(W) * ARRAY  # what goes into each call but the first, and the result
    assert said.total < kept.memory(*args).total / 4
    results = X.nbytes + sum(w.nbytes for w in W) + B.nbytes
    first, second = peak(kept, *args) - results, peak(recalled, *args) - results
    assert second < said.total + 12 * ARRAY
    assert second < 0.6 * first


@pytest.mark.parametrize("strict", [False, "strict"])
def test_the_values_are_those_without(strict):
    args = X, tuple(W), B
    want = sg.value_and_grad(kept_network, wrt="*", jit=False)(*args)
    got = sg.value_and_grad(recalled_network, wrt="*", fastmath=strict)(*args)
    np.testing.assert_allclose(got[0], want[0], rtol=1e-12, atol=0)
    for g, w in zip([got[1][0], *got[1][1], got[1][2]], [want[1][0], *want[1][1], want[1][2]], strict=True):
        np.testing.assert_allclose(g, w, rtol=1e-10, atol=1e-13)


def test_the_kernel_computes_the_inside_twice_and_in_the_backward_pass():
    df = sg.grad(recalled_sums)
    x = RNG.normal(size=40)
    np.testing.assert_allclose(df(x), sg.grad(recalled_sums, jit=False)(x), rtol=1e-11, atol=1e-13)
    code = [line for line in df.kernel_source.splitlines() if not line.strip().startswith("#")]
    calls = [k for k, line in enumerate(code) if " tanh(" in line]
    adjoints = [k for k, line in enumerate(code) if " cos(" in line]
    assert len(calls) == 4 and calls[1] < adjoints[0] and calls[2] < adjoints[0] < calls[3] < adjoints[1]
