"""NumPy's functions beyond the elementary ones: against NumPy and differences, both modes, second order.

Those that are spelt in the language (`frontend.spelled` and its kin), the options of reductions, norms.
"""

import numpy as np
import pytest
from science.checking import check

import symgrad as sg

X = np.array([0.31, -1.2, 0.77, 2.4, -0.45, 1.13])
Y = np.array([0.2, 1.4, -0.7, 0.9, -0.33, 0.5])
P = np.abs(X) + 0.3
KNOTS = np.array([0.0, 1.0, 2.0, 3.0, 4.0, 5.0])
RNG = np.random.default_rng(0)
M = RNG.normal(size=(3, 4))
SQ = RNG.normal(size=(3, 3))

PROGRAMS = {
    "searchsorted": (lambda x: np.sum(x * np.searchsorted(KNOTS, x)), (X,)),
    "interp": (
        lambda q, fp: np.sum(np.interp(q, KNOTS, fp) ** 2),
        (
            P,
            Y,
        ),
    ),
    "interp_lr": (
        lambda q, fp: np.sum(np.interp(q, KNOTS, fp, left=0.5, right=2.0) ** 2),
        (
            X * 3,
            Y,
        ),
    ),
    "cumprod": (lambda x: np.sum(np.cumprod(x) ** 2), (X,)),
    "cumprod_ax": (lambda x: np.sum(np.cumprod(x, axis=1) ** 2), (M,)),
    "diff2": (lambda x: np.sum(np.diff(x, n=2) ** 2), (X,)),
    "diff_prepend": (lambda x: np.sum(np.diff(x, prepend=0.0) ** 2), (X,)),
    "diff_append": (lambda x: np.sum(np.diff(x, append=x[:2]) ** 2), (X,)),
    "convolve_full": (
        lambda x, y: np.sum(np.convolve(x, y[:3], "full") ** 2),
        (
            X,
            Y,
        ),
    ),
    "convolve_same": (
        lambda x, y: np.sum(np.convolve(x, y[:3], "same") ** 2),
        (
            X,
            Y,
        ),
    ),
    "convolve_valid": (
        lambda x, y: np.sum(np.convolve(x, y[:3], "valid") ** 2),
        (
            X,
            Y,
        ),
    ),
    "correlate_full": (
        lambda x, y: np.sum(np.correlate(x, y[:3], "full") ** 2),
        (
            X,
            Y,
        ),
    ),
    "correlate_same": (
        lambda x, y: np.sum(np.correlate(x, y[:3], "same") ** 2),
        (
            X,
            Y,
        ),
    ),
    "correlate_valid": (
        lambda x, y: np.sum(np.correlate(x, y[:3], "valid") ** 2),
        (
            X,
            Y,
        ),
    ),
    "convolve": (
        lambda x, y: np.sum(np.convolve(x[:2], y) ** 2),
        (
            X,
            Y,
        ),
    ),
    "trapezoid": (lambda x: np.trapezoid(x**2), (X,)),
    "trapezoid_dx": (lambda x: np.trapezoid(x**2, dx=0.1), (X,)),
    "trapezoid_x": (
        lambda x, y: np.trapezoid(x**2, y),
        (
            X,
            Y,
        ),
    ),
    "trapezoid_ax": (lambda x: np.sum(np.trapezoid(x**2, axis=0)), (M,)),
    "gradient": (lambda x: np.sum(np.gradient(x) ** 2), (X,)),
    "gradient_dx": (lambda x: np.sum(np.gradient(x, 0.1) ** 2), (X,)),
    "gradient2": (lambda x: np.sum(np.gradient(x)[0] ** 2 * np.gradient(x)[1]), (M,)),
    "gradient_ax": (lambda x: np.sum(np.gradient(x, 0.5, axis=1) ** 2), (M,)),
    "gradient_x": (lambda x: np.sum(np.gradient(x, KNOTS) ** 2), (X,)),
    "roll": (lambda x: np.sum(np.roll(x, 2) * x), (X,)),
    "roll_neg": (lambda x: np.sum(np.roll(x, -1) * x), (X,)),
    "roll_ax": (lambda x: np.sum(np.roll(x, 1, axis=1) * x), (M,)),
    "roll_2ax": (lambda x: np.sum(np.roll(x, (1, 2), axis=(0, 1)) * x), (M,)),
    "clip": (lambda x: np.sum(np.clip(x, -1, 1) ** 2), (X,)),
    "clip_none": (lambda x: np.sum(np.clip(x, None, 1) ** 2), (X,)),
    "clip_arr": (
        lambda x, y: np.sum(np.clip(x, y - 1, y + 0.1) ** 2),
        (
            X,
            Y,
        ),
    ),
    "clip_m": (lambda x: np.sum(x.clip(-1, 1) ** 2), (X,)),
    "clip_min": (lambda x: np.sum(x.clip(min=-1) ** 2), (X,)),
    "polyval": (
        lambda c, x: np.sum(np.polyval(c, x)),
        (
            Y,
            X,
        ),
    ),
    "vander": (lambda x: np.sum(np.vander(x, 3) * np.arange(3)), (X,)),
    "vander_inc": (lambda x: np.sum(np.vander(x, 3, increasing=True) * np.arange(3)), (X,)),
    "tril": (lambda x: np.sum(np.tril(x) ** 2), (M,)),
    "triu": (lambda x: np.sum(np.triu(x, 1) ** 2), (M,)),
    "diag": (lambda x: np.sum(np.diag(x) * SQ[0, 0]), (X,)),
    "diag2": (lambda x: np.sum(np.diag(x) ** 2), (SQ,)),
    "diag_k": (lambda x: np.sum(np.diag(x, 1) ** 2), (M,)),
    "meshgrid": (
        lambda x, y: np.sum(np.meshgrid(x, y)[0] * np.meshgrid(x, y)[1] ** 2),
        (
            X,
            Y[:3],
        ),
    ),
    "meshgrid_ij": (
        lambda x, y: (lambda g: np.sum(g[0] ** 2 * g[1]))(np.meshgrid(x, y, indexing="ij")),
        (
            X,
            Y[:3],
        ),
    ),
    "linspace": (
        lambda a, b: np.sum(np.linspace(a, b, 7) ** 2),
        (
            0.3,
            1.4,
        ),
    ),
    "linspace_arr": (
        lambda a, b: np.sum(np.linspace(a, b, 7) ** 2),
        (
            X,
            Y,
        ),
    ),
    "logspace": (
        lambda a, b: np.sum(np.logspace(a, b, 4) ** 2),
        (
            0.3,
            1.4,
        ),
    ),
    "geomspace": (
        lambda a, b: np.sum(np.geomspace(a, b, 4) ** 2),
        (
            0.3,
            1.4,
        ),
    ),
    "nan_to_num": (lambda x: np.sum(np.nan_to_num(x) ** 2), (X,)),
    "select": (lambda x: np.sum(np.select([x < 0, x < 1], [x**2, x**3], default=x)), (X,)),
    "take_along_axis": (
        lambda x: np.sum(np.take_along_axis(x, np.argsort(x, axis=1), axis=1) * np.arange(4)),
        (M,),
    ),
    "take": (lambda x: np.sum(np.take(x, [0, 2, 2]) ** 2), (X,)),
    "take_ax": (lambda x: np.sum(np.take(x, [0, 2, 2], axis=1) ** 2), (M,)),
    "repeat": (lambda x: np.sum(np.repeat(x, 2) * np.arange(12)), (X,)),
    "tile": (lambda x: np.sum(np.tile(x, 2) * np.arange(12)), (X,)),
    "flip": (lambda x: np.sum(np.flip(x) * x), (X,)),
    "fliplr": (lambda x: np.sum(np.fliplr(x) * x), (M,)),
    "rot90": (lambda x: np.sum(np.rot90(x) * np.arange(3)), (M,)),
    "pad": (lambda x: np.sum(np.pad(x, 1) ** 2 * 2), (X,)),
    "pad_edge": (lambda x: np.sum(np.pad(x, 1, mode="edge") ** 2 * 2), (X,)),
    "pad_reflect": (lambda x: np.sum(np.pad(x, 1, mode="reflect") ** 2 * 2), (X,)),
    "pad_wrap": (lambda x: np.sum(np.pad(x, 2, mode="wrap") ** 2 * np.arange(10)), (X,)),
    "stack": (
        lambda x, y: np.sum(np.stack([x, y], axis=1) ** 2),
        (
            X,
            Y,
        ),
    ),
    "vstack": (
        lambda x, y: np.sum(np.vstack([x, y]) ** 2),
        (
            X,
            Y,
        ),
    ),
    "hstack": (
        lambda x, y: np.sum(np.hstack([x, y]) ** 2),
        (
            X,
            Y,
        ),
    ),
    "column_stack": (
        lambda x, y: np.sum(np.column_stack([x, y]) ** 2),
        (
            X,
            Y,
        ),
    ),
    "split": (lambda x: np.sum(np.split(x, 3)[1] ** 2), (X,)),
    "delete": (lambda x: np.sum(np.delete(x, 1) ** 2), (X,)),
    "insert": (lambda x: np.sum(np.insert(x, 1, 3.0) ** 2), (X,)),
    "append": (lambda x: np.sum(np.append(x, x[0]) ** 2), (X,)),
    "ediff1d": (lambda x: np.sum(np.ediff1d(x) ** 2), (X,)),
    "block": (lambda x: np.sum(np.block([[x, x], [x, x * 2]]) ** 2), (M,)),
    "nansum": (lambda x: np.nansum(x**2), (X,)),
    "nanmean": (lambda x: np.nanmean(x**2), (X,)),
    "nanmax": (lambda x: np.nanmax(x**2), (X,)),
    "nanvar": (lambda x: np.nanvar(x), (X,)),
    "cov": (lambda x: np.sum(np.cov(x) ** 2), (M,)),
    "cov2": (
        lambda x, y: np.sum(np.cov(x, y) ** 2),
        (
            X,
            Y,
        ),
    ),
    "corrcoef": (lambda x: np.sum(np.corrcoef(x) ** 2 * SQ), (M,)),
    "corrcoef2": (
        lambda x, y: np.corrcoef(x, y)[0, 1],
        (
            X,
            Y,
        ),
    ),
    "sum_where": (lambda x: np.sum(x**2, where=x > 0), (X,)),
    "sum_initial": (lambda x: np.sum(x**2, initial=3.0), (X,)),
    "sum_axes": (lambda x: np.sum(np.sum(x[None] ** 2, axis=(0, 2), keepdims=True) * x), (M,)),
    "max_initial": (lambda x: np.max(x, initial=0.5) ** 2, (X,)),
    "max_where": (lambda x: np.max(x, where=x < 2, initial=-5.0) ** 2, (X,)),
    "min_initial": (lambda x: np.min(x, initial=-5.0) ** 2 + np.min(x) ** 2, (X,)),
    "prod_where": (lambda x: np.prod(x, where=x > 0), (X,)),
    "prod_initial": (lambda x: np.prod(x, initial=2.0), (X,)),
    "mean_where": (lambda x: np.mean(x**2, where=x > 0), (X,)),
    "mean_dtype": (lambda x: np.mean(x**2, dtype=np.float64), (X,)),
    "mean_out": (lambda x: (lambda o: (np.mean(x**2, axis=0, out=o), np.sum(o**2))[1])(np.zeros(4)), (M,)),
    "sum_out": (lambda x: (lambda o: (np.sum(x**2, axis=0, out=o), np.sum(o**2))[1])(np.zeros(4)), (M,)),
    "var_ddof": (lambda x: np.var(x, ddof=1), (X,)),
    "std_ax": (lambda x: np.sum(np.std(x, axis=0, ddof=1) ** 2 * np.arange(4)), (M,)),
    "var_where": (lambda x: np.var(x, where=x > 0), (X,)),
    "std_where": (lambda x: np.std(x, where=x > 0, ddof=1), (X,)),
    "any_where": (lambda x: np.sum(x**2) * np.any(x > 0, where=x < 1), (X,)),
    "average": (
        lambda x, w: np.average(x, weights=w),
        (
            X,
            P,
        ),
    ),
    "cumsum_ax": (lambda x: np.sum(np.cumsum(x, axis=0) ** 2), (M,)),
    "cumsum_dtype": (lambda x: np.sum(np.cumsum(x, dtype=np.float64) ** 2), (X,)),
    "trace": (lambda x: np.trace(x) ** 2, (SQ,)),
    "trace_off": (lambda x: np.trace(x, offset=1) ** 2, (SQ,)),
    "kron": (
        lambda x, y: np.sum(np.kron(x, y) ** 2),
        (
            M,
            SQ,
        ),
    ),
    "kron_rank": (
        lambda x, y: np.sum(np.kron(x, y) ** 2),
        (
            X,
            SQ,
        ),
    ),
    "outer": (
        lambda x, y: np.sum(np.outer(x, y) ** 2),
        (
            X,
            Y,
        ),
    ),
    "cross": (
        lambda x, y: np.sum(np.cross(x[:3], y[:3]) ** 2),
        (
            X,
            Y,
        ),
    ),
    "cross_ax": (lambda x: np.sum(np.cross(x, x**2, axis=0) ** 2), (M,)),
    "einsum_ell": (lambda x: np.sum(np.einsum("...i,...i->...", x, x) ** 2), (M,)),
    "einsum_ell2": (lambda x: np.sum(np.einsum("ij,...jk->...ik", SQ, x) ** 2), (M,)),
    "einsum_opt": (lambda x: np.einsum("ij,jk,kl->", SQ, x, x.T, optimize=True), (M,)),
    "einsum_diag": (lambda x: np.einsum("ii->i", x)[1] ** 2, (SQ,)),
    "tensordot": (lambda x: np.sum(np.tensordot(x, x, axes=([0], [0])) ** 2), (M,)),
    "matrix_power": (lambda x: np.sum(np.linalg.matrix_power(x, 3)), (SQ,)),
    "matrix_power0": (lambda x: np.sum(np.linalg.matrix_power(x, 0) * x), (SQ,)),
    "matrix_power-2": (lambda x: np.sum(np.linalg.matrix_power(x, -2)), (SQ,)),
    "norm_1": (lambda x: np.linalg.norm(x, 1), (M,)),
    "norm_inf": (lambda x: np.linalg.norm(x, np.inf), (M,)),
    "norm_-1": (lambda x: np.linalg.norm(x, -1), (M,)),
    "norm_fro": (lambda x: np.linalg.norm(x, "fro"), (M,)),
    "norm_ax": (lambda x: np.sum(np.linalg.norm(x, axis=1)), (M,)),
    "norm_3": (lambda x: np.linalg.norm(x, 3), (X,)),
    "vecdot": (
        lambda x, y: np.vecdot(x, y),
        (
            X,
            Y,
        ),
    ),
    "linalg_outer": (
        lambda x, y: np.sum(np.linalg.outer(x, y) ** 2),
        (
            X,
            Y,
        ),
    ),
    "linalg_trace": (lambda x: np.linalg.trace(x) ** 2, (SQ,)),
    "linalg_diagonal": (lambda x: np.sum(np.linalg.diagonal(x) ** 2), (SQ,)),
    "linalg_cross": (
        lambda x, y: np.sum(np.linalg.cross(x[:3], y[:3]) ** 2),
        (
            X,
            Y,
        ),
    ),
    "vector_norm": (lambda x: np.linalg.vector_norm(x), (X,)),
    "matrix_norm": (lambda x: np.linalg.matrix_norm(x), (M,)),
    "linalg_matmul": (lambda x: np.sum(np.linalg.matmul(x, M)), (SQ,)),
    "unwrap": (lambda x: np.sum(np.unwrap(x) ** 2), (X,)),
    "piecewise": (lambda x: np.sum(np.piecewise(x, [x < 0, x >= 0], [lambda t: t**2, lambda t: t**3])), (X,)),
    "indices": (lambda x: np.sum(np.indices((3, 4))[0] * x), (M,)),
    "ix_": (lambda x: np.sum(x[np.ix_([0, 2], [1, 3])] ** 2), (M,)),
    "sinc": (lambda x: np.sum(np.sinc(x)), (X,)),
    "divmod": (lambda x: np.sum(np.divmod(x, 0.7)[1] ** 2), (X,)),
    "modf": (lambda x: np.sum(np.modf(x)[0] ** 2), (X,)),
    "logaddexp2": (
        lambda x, y: np.sum(np.logaddexp2(x, y)),
        (
            X,
            Y,
        ),
    ),
    "add.reduce": (lambda x: np.add.reduce(x**2), (X,)),
    "multiply.reduce": (lambda x: np.multiply.reduce(x), (X,)),
    "maximum.reduce": (lambda x: np.maximum.reduce(x), (X,)),
    "add.accumulate": (lambda x: np.sum(np.add.accumulate(x) ** 2), (X,)),
    "multiply.outer": (
        lambda x, y: np.sum(np.multiply.outer(x, y) ** 2),
        (
            X,
            Y,
        ),
    ),
    "subtract.outer": (
        lambda x, y: np.sum(np.subtract.outer(x, y) ** 2),
        (
            X,
            Y,
        ),
    ),
    "add.at": (
        lambda x: (lambda z: (np.add.at(z, np.array([0, 0, 1, 2, 2, 2]), x), np.sum(z**2))[1])(np.zeros(3)),
        (X,),
    ),
    "subtract.at": (
        lambda x: (lambda z: (np.subtract.at(z, np.array([0, 0, 1, 2, 2, 2]), x), np.sum(z**2))[1])(
            np.zeros(3)
        ),
        (X,),
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_by_differences(name):
    fun, args = PROGRAMS[name]
    check(fun, args, tuple(range(len(args))), rtol=1e-6, atol=1e-7)


# fmt: off
COMPILED = [
    "interp_lr", "convolve_same", "correlate_full", "gradient_x", "unwrap", "pad_reflect", "pad_wrap",
    "sum_where", "std_where", "max_where", "searchsorted", "polyval", "corrcoef", "nanvar", "piecewise",
    "einsum_ell2", "norm_inf", "matrix_power-2", "linspace_arr", "kron_rank",
]
# fmt: on


@pytest.mark.parametrize("name", COMPILED)
def test_compiled_is_interpreted(name):
    fun, args = PROGRAMS[name]
    every = tuple(range(len(args)))
    value, grads = sg.value_and_grad(fun, every)(*args)
    plain_value, plain = sg.value_and_grad(fun, every, jit=False)(*args)
    np.testing.assert_allclose(value, plain_value, rtol=1e-12, atol=1e-13)
    for g, p in zip(grads, plain, strict=True):
        np.testing.assert_allclose(g, p, rtol=1e-11, atol=1e-12)


def test_local_names_and_places_are_the_users():
    """What a spelt function calls its variables is not in the text; its errors are at the user's call."""
    derivative = sg.grad(lambda knots, heights: np.sum(np.interp(Y, knots, heights)), argnums=1, jit=False)
    derivative(KNOTS, P)
    assert "fp" not in derivative.source and "inside" not in derivative.source
    assert "np.searchsorted(knots, " in derivative.source
    with pytest.raises(sg.SymgradError, match="period") as caught:
        sg.grad(lambda x: np.sum(np.interp(x, KNOTS, P, period=2.0)), jit=False)(X)
    assert caught.value.filename == __file__


def test_nan_is_left_out():
    x = np.array([1.0, np.nan, 3.0])
    value, gradient = sg.value_and_grad(lambda x: np.nanmean(x**2), jit=False)(x)
    assert value == 5.0
    np.testing.assert_allclose(gradient, [1.0, 0.0, 3.0], rtol=1e-14)
    value, gradient = sg.value_and_grad(lambda x: np.nanmax(x) * 2.0, jit=False)(x)
    assert value == 6.0
    np.testing.assert_array_equal(gradient, [0.0, 0.0, 2.0])


def test_dtype_of_a_reduction():
    """The sum runs in the dtype that is asked for, and the gradient has that of the argument."""
    x = np.array([1.0, 2.0], dtype=np.float32)
    value, gradient = sg.value_and_grad(lambda x: np.sum(x * x, dtype=np.float64), jit=False)(x)
    assert isinstance(value, float) and gradient.dtype == np.float32
    np.testing.assert_array_equal(gradient, [2.0, 4.0])
    with pytest.raises(sg.SymgradError, match="cut off"):
        sg.grad(lambda x: np.mean(x, dtype=int) * 1.0, jit=False)(x)


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda x: np.choose(np.array([0, 1]), [x, x]).sum(), "np.select"),
        (lambda x: np.vectorize(abs)(x).sum(), "calls back"),
        (lambda x: np.linalg.norm(np.outer(x, x), 2), "singular values"),
        (lambda x: np.sum(np.exp(1j * x)), "real numbers only"),
        (lambda x: np.max(x, where=x > 0), "NumPy refuses"),
        (lambda x: np.pad(x, 1, mode="linear_ramp").sum(), "mode"),
        (lambda x: np.random.normal() * x.sum(), "draws another number"),
    ],
)
def test_refused_with_a_way_out(call, why):
    with pytest.raises(sg.SymgradError, match=why) as caught:
        sg.grad(call, jit=False)(X)
    assert caught.value.filename == __file__


def test_complex_arguments_are_refused():
    with pytest.raises(sg.SymgradError, match="complex"):
        sg.grad(lambda z: np.sum(z * 2.0), jit=False)(np.ones(2, dtype=complex))
