"""Systems, determinants, factors, eigenvalues: against differences and JAX, in both modes and backends."""

import numpy as np
import pytest
import scipy.linalg
from science.checking import check

import symgrad as sg


def solved(a, b):
    return np.sum(np.sin(np.linalg.solve(a, b)))


def solved_twice(a, b):
    x = np.linalg.solve(a, b)
    return np.sum(x * np.linalg.solve(a.T, b)) + np.linalg.slogdet(a)[1]


def inverted(a):
    return np.sum(np.linalg.inv(a) ** 2 * np.arange(a.shape[1]))


def volume(a):
    return np.sum(np.sin(np.linalg.det(a)))


def log_volume(a):
    sign, logdet = np.linalg.slogdet(a)
    return np.sum(sign * logdet**2)


def factored(a):
    return np.sum(np.tanh(np.linalg.cholesky(a)) * np.arange(1, a.shape[-1] + 1))


def factored_above(a):
    return np.sum(np.tanh(np.linalg.cholesky(a, upper=True)) * np.arange(a.shape[0]))


def spectrum(a):
    w = np.linalg.eigvalsh(a)
    return np.sum(w**2 * np.arange(w.shape[-1]))


def axes(a):
    w, v = np.linalg.eigh(a)
    return np.sum(v[..., 0] ** 2 * np.arange(w.shape[-1])) + np.sum(np.log(w))


def axes_above(a):
    return np.sum(np.linalg.eigh(a, UPLO="U").eigenvectors[..., 1] ** 2 * np.arange(a.shape[-1]))


def gaussian(k, y):
    """The log density of y under a normal law with the covariance k, by SciPy's factor."""
    c, low = scipy.linalg.cho_factor(k, lower=True)
    return -0.5 * y @ scipy.linalg.cho_solve((c, low), y) - np.sum(np.log(np.diag(c)))


def triangles(k, y):
    factor = scipy.linalg.cholesky(k)
    z = scipy.linalg.solve_triangular(factor, y, trans="T")
    return np.sum(scipy.linalg.solve_triangular(factor, z) * np.arange(len(y))) + np.sum(z**2)


def by_scipy(a):
    w = scipy.linalg.eigvalsh(a, lower=False)
    return scipy.linalg.norm(a, 1) * np.sum(w**2 * np.arange(len(w))) + scipy.linalg.det(a)


def general(rng, *batch):
    return rng.normal(size=(*batch, 3, 3)) + 3.0 * np.eye(3)


def definite(rng, *batch):
    noise = 0.3 * rng.normal(size=(*batch, 3, 3))
    return noise + noise.swapaxes(-1, -2) + np.diag([2.0, 3.5, 5.0])


def system(*batch, sides=()):
    return lambda rng: (general(rng, *batch), rng.normal(size=(*batch, 3, *sides)))


PROGRAMS = [
    pytest.param(solved, system(), id="vector"),
    pytest.param(solved, system(sides=(2,)), id="columns"),
    pytest.param(solved, system(2, sides=(2,)), id="stack"),
    pytest.param(solved, lambda rng: (general(rng, 2), rng.normal(size=3)), id="stack-one-vector"),
    pytest.param(solved, lambda rng: (general(rng), rng.normal(size=(2, 3, 1))), id="one-matrix-stack"),
    pytest.param(solved_twice, system(), id="both-ways"),
    pytest.param(inverted, lambda rng: (general(rng),), id="inv"),
    pytest.param(volume, lambda rng: (general(rng),), id="det"),
    pytest.param(volume, lambda rng: (general(rng, 2),), id="det-stack"),
    pytest.param(volume, lambda rng: (general(rng)[[1, 0, 2]],), id="det-negative"),
    pytest.param(log_volume, lambda rng: (general(rng)[[1, 2, 0]],), id="slogdet"),
    pytest.param(log_volume, lambda rng: (general(rng, 2)[:, [1, 0, 2]],), id="slogdet-stack"),
    pytest.param(factored, lambda rng: (definite(rng),), id="cholesky"),
    pytest.param(factored_above, lambda rng: (definite(rng),), id="cholesky-upper"),
    pytest.param(factored, lambda rng: (definite(rng, 2),), id="cholesky-stack"),
    pytest.param(spectrum, lambda rng: (definite(rng),), id="eigvalsh"),
    pytest.param(axes, lambda rng: (definite(rng),), id="eigh"),
    pytest.param(axes_above, lambda rng: (definite(rng),), id="eigh-upper"),
    pytest.param(axes, lambda rng: (definite(rng, 2),), id="eigh-stack"),
    pytest.param(by_scipy, lambda rng: (definite(rng),), id="scipy"),
    pytest.param(gaussian, lambda rng: (definite(rng), rng.normal(size=3)), id="cho_solve"),
    pytest.param(triangles, lambda rng: (definite(rng), rng.normal(size=3)), id="solve_triangular"),
]


@pytest.mark.parametrize(("fun", "sample"), PROGRAMS)
def test_by_differences(fun, sample, rng):
    args = sample(rng)
    check(fun, args, tuple(range(len(args))), rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize(("fun", "sample"), PROGRAMS)
def test_compiled_is_interpreted(fun, sample, rng):
    args = sample(rng)
    every = tuple(range(len(args)))
    value, grads = sg.value_and_grad(fun, every)(*args)
    plain_value, plain = sg.value_and_grad(fun, every, jit=False)(*args)
    np.testing.assert_allclose(value, plain_value, rtol=1e-11, atol=1e-12)
    for g, p in zip(grads, plain, strict=True):
        np.testing.assert_allclose(g, p, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("name", ["solve", "inv", "det", "cholesky", "eigvalsh"])
def test_as_jax(name, rng):
    """Of a matrix that is symmetric by construction: there every convention gives one gradient."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    b, c = rng.normal(size=(3, 3)), rng.normal(size=3)
    programs = {
        "solve": lambda xp: lambda b: xp.sum(xp.sin(xp.linalg.solve(b @ b.T + xp.eye(3), c))),
        "inv": lambda xp: lambda b: xp.sum(xp.sin(xp.linalg.inv(b @ b.T + xp.eye(3))) @ c),
        "det": lambda xp: lambda b: xp.sin(xp.linalg.det(b @ b.T + xp.eye(3))),
        "cholesky": lambda xp: lambda b: xp.sum(xp.sin(xp.linalg.cholesky(b @ b.T + xp.eye(3))) @ c),
        "eigvalsh": lambda xp: lambda b: xp.sum(xp.linalg.eigvalsh(b @ b.T + xp.eye(3)) ** 2 * c),
    }
    got = sg.grad(programs[name](np), jit=False)(b)
    np.testing.assert_allclose(got, jax.grad(programs[name](jnp))(b), rtol=1e-9, atol=1e-10)


@pytest.mark.parametrize("jit", [False, True])
def test_float32_stays(jit, rng):
    a, b = general(rng).astype(np.float32), rng.normal(size=3).astype(np.float32)
    k = definite(rng).astype(np.float32)
    da, db = sg.grad(solved, (0, 1), jit=jit)(a, b)
    wide = sg.grad(solved, (0, 1), jit=False)(a.astype(float), b.astype(float))
    assert da.dtype == db.dtype == np.float32
    np.testing.assert_allclose(da, wide[0], rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(db, wide[1], rtol=1e-4, atol=1e-5)
    dk = sg.grad(axes, jit=jit)(k)
    assert dk.dtype == np.float32
    np.testing.assert_allclose(dk, sg.grad(axes, jit=False)(k.astype(float)), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("jit", [False, True])
def test_only_the_lower_triangle_is_read(jit, rng):
    """As NumPy has it: an element above the diagonal changes nothing, and its derivative is 0."""
    k = definite(rng)
    for fun in (factored, spectrum, axes):
        gradient = sg.grad(fun, jit=jit)(k)
        assert np.all(np.triu(gradient, 1) == 0.0)
        assert np.all(gradient[np.tril_indices(3)] != 0.0)


@pytest.mark.parametrize("jit", [False, True])
def test_singular_matrices_raise(jit):
    singular = np.ones((2, 2))
    for fun, args in ((solved, (singular, np.ones(2))), (inverted, (singular,)), (volume, (singular,))):
        with pytest.raises(np.linalg.LinAlgError):
            sg.grad(fun, jit=jit)(*args)
    with pytest.raises(np.linalg.LinAlgError):
        sg.grad(factored, jit=jit)(-np.eye(2))
    assert sg.value_and_grad(volume, jit=jit).value(singular) == 0.0


def test_factors_are_shared(rng):
    """One factorisation serves the solution, its adjoint and the determinant."""
    derivative = sg.grad(solved_twice, (0, 1))
    derivative(general(rng), rng.normal(size=3))
    assert derivative.kernel_source.count("factor_lu(") == 1
    assert "np.linalg.solve(a.T, " in derivative.source
    assert "np.outer(" in derivative.source


def implicit_steps(a, u, steps):
    """Implicit Euler: a system in each of `steps` trips."""
    for _ in range(steps):
        u = np.linalg.solve(np.eye(len(u)) - 0.1 * a * np.sum(u * u), u)
    return np.sum(u**3)


@pytest.mark.parametrize("jit", [False, True])
def test_in_a_loop(jit, rng):
    check(implicit_steps, (rng.normal(size=(3, 3)), rng.normal(size=3), 4), (0, 1), jit=jit, second=not jit,
          rtol=1e-6, atol=1e-7)  # fmt: skip


def test_strided_operands(rng):
    """Operands that are views: transposed, every second row, reversed."""

    def f(a, b):
        return np.sum(np.linalg.solve(a[::2, 2::-1].T, b[::2])) + np.linalg.det(a[1:4, 2:5])

    a, b = rng.normal(size=(6, 6)), rng.normal(size=6)
    for jit in (False, True):
        check(f, (a, b), (0, 1), jit=jit, second=False, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda a: np.linalg.svd(a)[1].sum(), "singular values"),
        (lambda a: np.linalg.lstsq(a[:2], a[:2])[0].sum(), "rank"),
        (lambda a: np.linalg.pinv(a).sum(), "rank"),
        (lambda a: np.linalg.qr(a, mode="complete")[1].sum(), "square"),
        (lambda a: np.linalg.eigvals(a).sum(), "complex"),
        (lambda a: np.abs(np.fft.fft(a)).sum(), "complex"),
        (lambda a: scipy.linalg.logm(a).sum(), "no rule"),
        (lambda a: scipy.linalg.eigh(a)[1].sum(), "signs"),
        (lambda a: scipy.linalg.solve(a, a, assume_a="sym").sum(), "part of the matrix"),
    ],
)
def test_refused_with_a_way_out(call, why, rng):
    with pytest.raises(sg.SymgradError, match=why) as caught:
        sg.grad(call, jit=False)(general(rng))
    assert "try: " in str(caught.value)
    assert caught.value.lineno


def test_shapes_are_checked(rng):
    with pytest.raises(sg.ShapeError):
        sg.grad(lambda a: np.sum(np.linalg.inv(a)), jit=False)(rng.normal(size=(2, 3)))
    with pytest.raises(sg.ShapeError):
        sg.grad(lambda a, b: np.sum(np.linalg.solve(a, b)), jit=False)(general(rng), rng.normal(size=4))


def test_a_triangle_of_a_mask_is_a_mask():
    def seen(x):
        mask = np.tril(np.ones(x.shape, dtype=bool))
        return np.sum(np.where(mask, x * x, -1.0)) + np.sum(np.triu(x > 0.5))

    x = np.random.default_rng(4).normal(size=(4, 4))
    value, dx = sg.value_and_grad(seen)(x)
    assert value == pytest.approx(seen(x), rel=1e-14)
    np.testing.assert_array_equal(dx, 2 * np.tril(x))
