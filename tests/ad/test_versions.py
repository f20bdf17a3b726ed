"""Arrays that are their own tape: the same gradients as with everything saved, for random programs."""

import numpy as np
import pytest
from ad.written import SIZE, loops
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from language.checking import lowered_for

import symgrad as sg
from symgrad.ad.reverse import reverse
from symgrad.errors import SymgradError
from symgrad.ir.evaluate import run
from symgrad.ir.verify import verify
from symgrad.ir.walk import all_eqns


def arguments():
    rng = np.random.default_rng(5)
    return rng.normal(size=SIZE), rng.normal(size=(SIZE, SIZE)), np.array([2, 0, 3, 3, 1])


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.integers(0, 2**32).map(loops))
def test_as_with_everything_saved(text):
    f = sg.from_source(text)
    args = arguments()
    try:
        _, lowered = lowered_for(f, *args)
    except SymgradError:
        return
    function = lowered.function
    plain = run(verify(reverse(function, (0, 1), "grad", plain=True)), *args)
    found = run(verify(reverse(function, (0, 1), "grad")), *args)
    for a, b in zip(found, plain, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11, err_msg=text)


def gradient_of(f, *args, plain=False):
    _, lowered = lowered_for(f, *args)
    wrt = tuple(i for i, p in enumerate(lowered.function.params) if p.type.is_float)
    return verify(reverse(lowered.function, wrt, "grad", plain=plain))


def tapes(function):
    return sum(e.op.name in ("empty", "tape") for e in all_eqns(function.body))


def lu(A):
    A = A.copy()
    n = A.shape[0]
    for i in range(n):
        for j in range(i):
            A[i, j] -= A[i, :j] @ A[:j, j]
            A[i, j] /= A[j, j]
        for j in range(i, n):
            A[i, j] -= A[i, :i] @ A[:i, j]
    return np.sum(A)


def cholesky(A):
    A = A @ A.T
    n = A.shape[0]
    for i in range(n):
        for j in range(i):
            A[i, j] -= A[i, :j] @ A[j, :j]
            A[i, j] /= A[j, j]
        A[i, i] -= A[i, :i] @ A[i, :i]
        A[i, i] = np.sqrt(A[i, i])
    return np.sum(np.tril(A))


def substitution(A):
    n = A.shape[0]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (A[0, i] - A[i, i + 1 :] @ x[i + 1 :]) / A[i, i]
    return np.sum(x)


def grid(A):
    n = A.shape[0]
    d = np.zeros((n, n))
    for i in range(1, n):
        for j in range(1, n):
            d[i, j] = np.sin(A[i, j] + d[i - 1, j] * d[i, j - 1])
    return np.sum(d)


def red_and_black(A):
    x = A[0] * 1.0
    for i in range(1, len(x), 2):
        x[i] = x[i - 1] * x[i - 1] * A[1, i]
    return np.sum(x)


def found_by_branch(A):
    x = A[0] * 1.0
    for i in range(1, len(x)):
        if A[1, i] > 0.0:
            x[i] = np.sin(x[i - 1] * A[2, i])
        else:
            x[i] = x[i - 1] ** 2
    return np.sum(x)


OWN_TAPES = [lu, cholesky, substitution, grid, red_and_black, found_by_branch]


@pytest.mark.parametrize("f", OWN_TAPES, ids=lambda f: f.__name__)
def test_the_final_array_is_the_tape(f, rng):
    A = rng.uniform(0.2, 0.5, (SIZE, SIZE)) + 2.0 * np.eye(SIZE)
    A[1, 2] = -0.3
    function, plain = gradient_of(f, A), gradient_of(f, A, plain=True)
    assert tapes(function) == 0 < tapes(plain) or f is found_by_branch
    (found,), (saved,) = run(function, A), run(plain, A)
    np.testing.assert_allclose(found, saved, rtol=1e-13, atol=1e-14)
    t = rng.normal(size=A.shape)
    np.testing.assert_allclose(
        np.sum(found * t), (f(A + 1e-6 * t) - f(A - 1e-6 * t)) / 2e-6, rtol=1e-7, atol=1e-8
    )
