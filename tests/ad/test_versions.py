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
from symgrad.ir.dims import evaluate, symbols
from symgrad.ir.evaluate import run
from symgrad.ir.verify import verify
from symgrad.ir.walk import all_eqns


def arguments():
    rng = np.random.default_rng(5)
    return rng.normal(size=SIZE), rng.normal(size=(SIZE, SIZE)), np.array([2, 0, 3, 3, 1])


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
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


def diagonals(A):
    n = A.shape[0]
    Z = np.ones((n, n))
    for d in range(1, n):
        for i in range(n - d):
            total = np.sin(Z[i, i + d - 1])
            for k in range(i, i + d):
                total += Z[i, k] * A[k, i + d] * Z[k + 1, i + d]
            Z[i, i + d] = total
    return Z[0, n - 1]


def diagonals_by_slices(A):
    n = A.shape[0]
    Z = np.ones((n, n))
    for d in range(1, n):
        for i in range(n - d):
            Z[i, i + d] = A[i, i + d] + Z[i, i : i + d] @ Z[i + 1 : i + d + 1, i + d]
    return Z[0, n - 1]


def antidiagonals(A):
    n = A.shape[0]
    D = np.ones((n, n))
    for s in range(2, n):
        for i in range(1, s):
            D[i, s - i] = np.sin(D[i - 1, s - i] * D[i, s - i - 1]) + A[i, s - i] * D[i - 1, s - i - 1] ** 2
    return np.sum(D**2)


OWN_TAPES = [lu, cholesky, substitution, grid, red_and_black, found_by_branch]
OWN_TAPES += [diagonals, diagonals_by_slices, antidiagonals]


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


def diagonals_written_twice(A):
    n = A.shape[0]
    Z = np.ones((n, n))
    for d in range(1, n):
        for i in range(n - d):
            Z[i, i + d] = A[i, i + d] * Z[i, i + d - 1] ** 2
            Z[i, i + d - 1] = np.sin(Z[i, i + d] * Z[i, i + d - 1])  # the diagonal that was read
    return np.sum(Z)


def test_a_diagonal_that_is_written_again_is_saved(rng):
    A = rng.uniform(0.2, 0.5, (SIZE, SIZE))
    (found,) = run(gradient_of(diagonals_written_twice, A), A)
    (saved,) = run(gradient_of(diagonals_written_twice, A, plain=True), A)
    np.testing.assert_allclose(found, saved, rtol=1e-13, atol=1e-14)


def solver(A):
    n = A.shape[0]
    x = np.ones(n)
    for _ in range(3):
        for i in range(n):
            s = 0.0
            for j in range(n):
                s += A[i, j] * x[j]
            x[i] = x[i] + (A[0, i] - s) / A[i, i]
    return np.sum(x * x)


def whole_rows(A):
    n = A.shape[0]
    x = np.ones(n)
    for _ in range(3):
        for i in range(n):
            x[i] = np.sin(A[i] @ x)
    return np.sum(x * x)


def sweeps(A):
    u = A[0] * 1.0
    for t in range(3):
        for i in range(1, len(u) - 1):
            u[i] = u[i] * u[i - 1] * u[i + 1] + A[1, t]
    return np.sum(u)


def places_from_the_data(A):
    x = A[0] * 1.0
    place = np.array([1, 3, 1, 1, 0])
    for i in range(len(place)):
        x[place[i]] = x[place[i]] * np.sum(A[i] * x)
    return np.sum(x)


def repeated_places(A):
    x = A[0] * 1.0
    place = np.array([1, 3, 1])
    for i in range(3):
        x[place] += np.sin(x[place]) * A[i, :3] * np.sum(A[i] * x)
    return np.sum(x)


def left_early(A):
    x = A[0] * 1.0
    for i in range(1, len(x)):
        x[i] = np.sin(A[i] @ x)
        if x[i] > 0.8:
            break
    return np.sum(x * A[2])


# the numbers that are saved: what is overwritten, and what is not cheap to compute again
UNDONE = [(solver, 30), (whole_rows, 30), (sweeps, 9), (places_from_the_data, 10)]


@pytest.mark.parametrize(("f", "saved"), UNDONE, ids=lambda p: getattr(p, "__name__", str(p)))
def test_writes_are_undone_on_the_way_back(f, saved, rng):
    A = rng.uniform(0.2, 0.5, (SIZE, SIZE)) + 2.0 * np.eye(SIZE)
    function, plain = gradient_of(f, A), gradient_of(f, A, plain=True)
    assert kept(function, A) <= saved
    assert kept(function, A) < kept(plain, A)
    t = rng.normal(size=A.shape)
    (found,) = run(function, A)
    slope = (f(A + 1e-6 * t) - f(A - 1e-6 * t)) / 2e-6
    np.testing.assert_allclose(np.sum(found * t), slope, rtol=1e-6, atol=1e-8)


def kept(function, A):
    """How many numbers are saved for the backward sweep."""
    shapes = [e.out.type.shape for e in function.eqns if e.op.name == "empty"]
    return sum(np.prod([evaluate(d, dict.fromkeys(symbols(d), len(A))) for d in s]) for s in shapes)


TEXTS = [lu, solver, whole_rows, sweeps, repeated_places, left_early]


@pytest.mark.parametrize("f", TEXTS, ids=lambda f: f.__name__)
@pytest.mark.parametrize("jit", [False, True])
def test_texts_and_second_order(f, jit, rng):
    A = rng.uniform(0.2, 0.5, (SIZE, SIZE)) + 2.0 * np.eye(SIZE)
    t, w = rng.normal(size=(2, *A.shape))
    gradient = sg.grad(f, jit=jit)
    plain = run(gradient_of(f, A, plain=True), A)[0]
    np.testing.assert_allclose(gradient(A), plain, rtol=1e-10, atol=1e-12)
    if not jit:
        twice = sg.grad(lambda A: np.sum(gradient(A) * w), jit=False)(A)
        slope = np.sum((gradient(A + 1e-6 * t) - gradient(A - 1e-6 * t)) * w) / 2e-6
        np.testing.assert_allclose(np.sum(twice * t), slope, rtol=1e-5, atol=1e-6)


def powers(A):
    total = 0.0
    for i in range(A.shape[0]):
        t = A[0, i] / (A[1, i] + 3.0)
        residual = np.sin(t)
        power = 1.0
        for j in range(A.shape[1]):
            residual -= A[2, j] * power
            power *= t
        total += residual * residual
    return total


def test_a_cheap_inner_loop_runs_again_in_place_of_its_tapes(rng):
    A = rng.uniform(0.2, 0.5, (SIZE, SIZE))
    function, plain = gradient_of(powers, A), gradient_of(powers, A, plain=True)
    assert kept(function, A) <= 2 * SIZE < kept(plain, A)
    (found,), (saved,) = run(function, A), run(plain, A)
    np.testing.assert_allclose(found, saved, rtol=1e-13, atol=1e-15)
    t = rng.normal(size=A.shape)
    slope = (powers(A + 1e-6 * t) - powers(A - 1e-6 * t)) / 2e-6
    np.testing.assert_allclose(np.sum(found * t), slope, rtol=1e-7, atol=1e-9)


def test_a_loaded_result_does_not_stand_for_the_other_results_of_its_equation():
    def f(pos, w):
        total, acc = 0.0, np.zeros(pos.shape[0])
        for i in range(pos.shape[0]):
            a = w
            if i != 2:
                a = w * np.exp(pos[i])
            acc[i] = a
            total += a * a
        return total

    sg.check_grads(f, (np.array([0.3, -0.2, 0.5, 0.1]), 0.7), jit=False)
