"""NumPy's functions: values, shapes and dtypes against NumPy itself, over axes, ranks, ones and dtypes."""

import math

import numpy as np
import pytest
from scipy import special

RNG = np.random.default_rng(7)
A34 = RNG.uniform(0.2, 0.9, (3, 4))
B34 = RNG.uniform(0.2, 0.9, (3, 4))
C42 = RNG.normal(size=(4, 2))
T234 = RNG.normal(size=(2, 3, 4))
V3, V4 = RNG.uniform(0.2, 0.9, 3), RNG.uniform(0.2, 0.9, 4)
COL, ROW = RNG.uniform(0.2, 0.9, (3, 1)), RNG.uniform(0.2, 0.9, (1, 4))
S33 = RNG.normal(size=(3, 3))
I3 = np.array([2, 0, 1])
F32 = A34.astype(np.float32)
ABOVE = A34 + 1.0

UNARY = """
    negative absolute sign exp exp2 expm1 log log2 log10 log1p sqrt cbrt square reciprocal sin cos tan
    arcsin arccos arctan sinh cosh tanh arcsinh arctanh floor ceil trunc rint sinc fix fabs positive
    deg2rad rad2deg radians degrees isnan isinf isfinite nan_to_num round around logical_not
"""
BINARY = """
    add subtract multiply divide power maximum minimum fmax fmin floor_divide remainder mod fmod arctan2
    hypot logaddexp copysign heaviside less less_equal greater greater_equal equal not_equal logical_and
    logical_or logical_xor float_power true_divide
"""


@pytest.mark.parametrize("name", UNARY.split())
@pytest.mark.parametrize(
    "x", [A34, F32, 0.3, np.float32(0.3), COL], ids=["f64", "f32", "float", "np.f32", "ones"]
)
def test_unary(compare, name, x):
    f = getattr(np, name)
    compare(lambda x: f(x), x, rtol=1e-6 if getattr(x, "dtype", None) == np.float32 else 1e-12)


@pytest.mark.parametrize(
    "name", ["exp", "sqrt", "negative", "absolute", "sign", "floor", "rint", "square", "isnan"]
)
def test_unary_of_integers(compare, name):
    f = getattr(np, name)
    compare(lambda x: f(x), np.array([1, 2, 3]))


@pytest.mark.parametrize("name", BINARY.split())
@pytest.mark.parametrize(
    "x, y",
    [
        (A34, B34),
        (A34, V4),
        (COL, ROW),
        (A34, 0.5),
        (2.0, A34),
        (0.5, 0.25),
        (F32, 0.5),
        (F32, np.float64(0.5)),
        (COL, A34),
    ],
    ids=["same", "row", "ones", "scalar", "left", "scalars", "weak", "strong", "column"],
)
def test_binary(compare, name, x, y):
    f = getattr(np, name)
    compare(lambda x, y: f(x, y), x, y, rtol=1e-6 if getattr(x, "dtype", None) == np.float32 else 1e-12)


def test_arccosh(compare):
    compare(lambda x: np.arccosh(x), ABOVE)


MATH_UNARY = """
    exp expm1 log log1p log2 log10 sqrt sin cos tan asin acos atan sinh cosh tanh asinh atanh fabs erf erfc
    lgamma degrees radians floor ceil trunc isnan isinf isfinite exp2 cbrt
"""


@pytest.mark.parametrize("name", MATH_UNARY.split())
def test_math(compare, name):
    f = getattr(math, name)
    compare(lambda x: f(x), 0.3)
    compare(lambda x: x * f(0.5), 0.3)


@pytest.mark.parametrize("name", ["atan2", "copysign", "fmod", "pow", "hypot", "log"])
def test_math_of_two(compare, name):
    f = getattr(math, name)
    compare(lambda x, y: f(x, y), 0.3, 0.7)


def test_math_of_many(compare):
    compare(lambda x, y, z: math.hypot(x, y, z), 0.3, 0.7, 1.1)
    compare(lambda x, y: math.dist((x, y), (1.0, 2.0)), 0.3, 0.7)
    compare(lambda x, y: math.fsum([x, y, 1.0]), 0.3, 0.7)
    compare(lambda x, y: math.prod([x, y, 2]), 0.3, 0.7)


REDUCTIONS = "sum mean prod max min var std amax amin ptp any all argmax argmin count_nonzero average"


@pytest.mark.parametrize("name", REDUCTIONS.split())
@pytest.mark.parametrize("keepdims", [False, True])
def test_reductions(compare, name, keepdims):
    f = getattr(np, name)
    axes = [None, 0, -1] if name in ("argmax", "argmin") else [None, 0, -1, (0, 1), (-1,)]
    for axis in axes:
        for x in (A34, T234, COL, F32, np.arange(6).reshape(2, 3), A34 > 0.5):
            if name == "ptp" and x.dtype == bool:
                continue
            compare(
                lambda x, axis=axis: f(x, axis=axis, keepdims=keepdims),
                x,
                rtol=1e-6 if x.dtype == np.float32 else 1e-12,
            )


METHODS = "sum mean prod max min var std any all argmax argmin"


@pytest.mark.parametrize("name", METHODS.split())
def test_reduction_methods(compare, name):
    programs = {
        "sum": lambda x: (x.sum(), x.sum(axis=0), x.sum(1)),
        "mean": lambda x: (x.mean(), x.mean(axis=0), x.mean(1)),
        "prod": lambda x: (x.prod(), x.prod(axis=0)),
        "max": lambda x: (x.max(), x.max(axis=0, keepdims=True)),
        "min": lambda x: (x.min(), x.min(axis=-1)),
        "var": lambda x: (x.var(), x.var(axis=0, ddof=1)),
        "std": lambda x: (x.std(), x.std(axis=0, ddof=1)),
        "any": lambda x: (x > 0.5).any(axis=0),
        "all": lambda x: (x > 0.5).all(),
        "argmax": lambda x: x.argmax(axis=1),
        "argmin": lambda x: x.argmin(),
    }
    compare(programs[name], A34)


SHAPING = {
    "T": lambda x: x.T,
    "transpose": lambda x: np.transpose(x, (2, 0, 1)) if x.ndim == 3 else x.transpose(),
    "transpose method": lambda x: x.transpose(*range(x.ndim)[::-1]),
    "mT": lambda x: x.mT,
    "swapaxes": lambda x: np.swapaxes(x, 0, -1),
    "moveaxis": lambda x: np.moveaxis(x, 0, -1),
    "ravel": lambda x: x.ravel(),
    "flatten": lambda x: x.flatten(),
    "reshape": lambda x: x.reshape(-1),
    "reshape 2": lambda x: x.reshape(x.shape[0], -1),
    "reshape 3": lambda x: np.reshape(x, (-1, x.shape[-1])),
    "expand": lambda x: np.expand_dims(x, 0) * np.expand_dims(x, -1)[..., 0],
    "expand 2": lambda x: np.expand_dims(x, (0, 2)),
    "squeeze": lambda x: np.squeeze(x),
    "broadcast": lambda x: np.broadcast_to(x, (5, *x.shape)),
    "concatenate": lambda x: np.concatenate((x, x * 2, x), axis=-1),
    "concatenate none": lambda x: np.concatenate((x, x * 2), axis=None),
    "stack": lambda x: np.stack([x, x * x], axis=1),
    "vstack": lambda x: np.vstack((x, x)),
    "hstack": lambda x: np.hstack((x, x)),
    "dstack": lambda x: np.dstack((x, x)),
    "column_stack": lambda x: np.column_stack((x, x)),
    "tile": lambda x: np.tile(x, 3),
    "tile 2": lambda x: np.tile(x, (2, 1, 3)),
    "repeat": lambda x: np.repeat(x, 2),
    "repeat axis": lambda x: np.repeat(x, 3, axis=0),
    "roll": lambda x: np.roll(x, 1),
    "roll axis": lambda x: np.roll(x, -1, axis=0),
    "roll far": lambda x: np.roll(x, 9, axis=-1),
    "flip": lambda x: np.flip(x),
    "flip axis": lambda x: np.flip(x, 0),
    "pad": lambda x: np.pad(x, 1),
    "pad ends": lambda x: np.pad(x, ((0, 2),) * x.ndim, constant_values=1.5),
    "cumsum": lambda x: np.cumsum(x, axis=0),
    "cumsum none": lambda x: x.cumsum(),
    "diff": lambda x: np.diff(x),
    "diff 2": lambda x: np.diff(x, n=2, axis=-1),
    "atleast_2d": lambda x: np.atleast_2d(x),
    "split": lambda x: np.split(x, [1], axis=-1)[1],
    "clip": lambda x: (np.clip(x, 0.3, 0.6), x.clip(0.3), np.clip(x, None, 0.5), x.clip(min=0.2, max=0.4)),
    "size": lambda x: np.sum(x) / x.size + np.size(x) * x.ndim + len(x) + np.prod(x.shape),
    "where": lambda x: np.where(x > 0.5, x, 0.0),
    "select": lambda x: np.select([x > 0.6, x > 0.4], [x, 2 * x], 0.5),
    "like": lambda x: np.zeros_like(x) + np.ones_like(x) * np.full_like(x, 2.5),
    "copy": lambda x: np.copy(x) + x.copy(),
    "round": lambda x: x.round(1) + np.round(x, 2),
    "astype": lambda x: x.astype(np.float32),
    "max of sum": lambda x: np.max(np.sum(x, axis=-1)),
    "take row": lambda x: x[0],
    "take": lambda x: np.take(x, [0, 0], axis=0) + x.take([1, 0], axis=0) if x.shape[0] > 1 else x,
    "take flat": lambda x: np.take(x, np.array([[0, 2], [1, 0]])),
    "take_along_axis": lambda x: np.take_along_axis(x, np.argmax(x, axis=0, keepdims=True), axis=0),
    "cumprod": lambda x: np.cumprod(x, axis=-1) * x.cumprod(0),
    "eps": lambda x: x + np.finfo(x.dtype).eps,
    "newaxis": lambda x: x[..., np.newaxis],
}


NOTHING_LEFT_OF_ONE_COLUMN = ("split", "diff 2")


@pytest.mark.parametrize("name", SHAPING)
@pytest.mark.parametrize("x", [A34, T234, ROW, S33], ids=["34", "234", "14", "33"])
def test_shaping(compare, name, x):
    compare(SHAPING[name], x)


@pytest.mark.parametrize("name", [n for n in SHAPING if n not in NOTHING_LEFT_OF_ONE_COLUMN])
def test_shaping_of_one_column(compare, name):
    compare(SHAPING[name], COL)


VECTORS = {
    "dot": lambda x, y: np.dot(x, y),
    "matmul": lambda x, y: x @ y,
    "vdot": lambda x, y: np.vdot(x, y),
    "inner": lambda x, y: np.inner(x, y),
    "outer": lambda x, y: np.outer(x, y),
    "add.outer": lambda x, y: np.add.outer(x, y),
    "power.outer": lambda x, y: np.power.outer(x, y),
    "less.outer": lambda x, y: np.where(np.less.outer(x, y), np.maximum.outer(x, y), 0.5),
    "outer of a number": lambda x, y: np.subtract.outer(2.0, y) + np.multiply.outer(x, 3.0),
    "outer of a matrix": lambda x, y: np.divide.outer(np.outer(x, y), y),
    "stack": lambda x, y: np.stack((x, y)),
    "column_stack": lambda x, y: np.column_stack((x, y)),
    "kron": lambda x, y: np.kron(x, y),
    "tensordot": lambda x, y: np.tensordot(x, y, axes=0),
    "einsum": lambda x, y: np.einsum("i,i", x, y),
    "einsum outer": lambda x, y: np.einsum("i,j->ij", x, y),
    "diag": lambda x, y: np.diag(x) @ np.diag(y, 0),
    "diag k": lambda x, y: np.diag(x, 1) + np.diag(y, -1),
    "cross": lambda x, y: np.cross(x, y),
    "reverse": lambda x, y: x[::-1] * y,
    "average": lambda x, y: np.average(x, weights=y),
    "concatenate": lambda x, y: np.concatenate([x, y[1:]]),
    "meshgrid": lambda x, y: np.meshgrid(x, y[1:]) + np.meshgrid(x, y[1:], indexing="ij"),
    "triu_indices": lambda x, y: np.outer(x, y)[np.triu_indices(3)] * np.outer(y, x)[np.tril_indices(3)],
    "comb": lambda x, y: x * math.comb(4, 2) + y * math.factorial(3),
}


@pytest.mark.parametrize("name", VECTORS)
def test_vectors(compare, name):
    compare(VECTORS[name], V3, RNG.normal(size=3))


@pytest.mark.parametrize("a", [V4, A34, T234, ROW], ids=["4", "34", "234", "14"])
@pytest.mark.parametrize(
    "b", [V4, C42, RNG.normal(size=(2, 4, 3)), RNG.normal(size=(4, 1))], ids=["4", "42", "243", "41"]
)
def test_products_of_all_ranks(compare, a, b):
    compare(lambda a, b: np.dot(a, b), a, b)
    compare(lambda a, b: np.matmul(a, b), a, b)


EINSUM = {
    "ij,jk->ik": (A34, C42),
    "ij,jk": (A34, C42),
    "ij,kj->ki": (A34, B34),
    "ij,ij->": (A34, B34),
    "ij,ij->ij": (A34, B34),
    "ij,ij->i": (A34, B34),
    "ij->ji": (A34,),
    "ij->": (A34,),
    "ij->j": (A34,),
    "ii": (S33,),
    "ii->i": (S33,),
    "i,ij,j": (V3, A34, V4),
    "bij,bjk->bik": (T234, RNG.normal(size=(2, 4, 5))),
    "bij,jk->bik": (T234, C42),
    "i,j,k->ijk": (V3, V4, V3),
    "ijk,k->ij": (T234, V4),
}


@pytest.mark.parametrize("subscripts", EINSUM)
def test_einsum(compare, subscripts):
    operands = EINSUM[subscripts]
    compare(lambda *xs: np.einsum(subscripts, *xs), *operands)


MATRICES = {
    "trace": lambda x: np.trace(x) + x.trace(1),
    "diagonal": lambda x: np.diagonal(x) * x.diagonal(),
    "diag": lambda x: np.diag(x, -1),
    "tril": lambda x: np.tril(x) - np.triu(x, 1) + np.tril(x, -1),
    "norm": lambda x: np.linalg.norm(x),
    "norm fro": lambda x: np.linalg.norm(x, "fro"),
    "norm axis": lambda x: np.linalg.norm(x, axis=0),
    "norm keep": lambda x: np.linalg.norm(x, axis=1, keepdims=True),
    "norm 1": lambda x: np.linalg.norm(x[0], 1),
    "norm inf": lambda x: np.linalg.norm(x[0], np.inf) + np.linalg.norm(x, -np.inf, axis=1),
    "norm 3": lambda x: np.linalg.norm(x[0], 3),
    "tensordot": lambda x: np.tensordot(x, x, axes=([0], [1])),
    "tensordot 1": lambda x: np.tensordot(x, x, 1),
    "kron": lambda x: np.kron(x, x),
    "power": lambda x: np.linalg.matrix_power(x, 3),
    "multi": lambda x: np.linalg.multi_dot([x, x, x]),
    "eye": lambda x: x @ np.eye(3) + np.eye(3, k=1) * np.identity(x.shape[0]),
    "eye n": lambda x: np.eye(x.shape[0], x.shape[1] + 1)[:, :3] + x,
}


@pytest.mark.parametrize("name", MATRICES)
def test_matrices(compare, name):
    compare(MATRICES[name], S33)


CREATION = {
    "zeros": lambda x: np.zeros(x.shape) + np.zeros(4) + np.ones((3, 1)),
    "full": lambda x: np.full((3, 4), 2.5) + x + np.full(x.shape[1], x[0, 0]),
    "arange": lambda x: x * np.arange(4) + np.arange(1, 5) + np.arange(0.0, 2.0, 0.5),
    "arange n": lambda x: x * np.arange(x.shape[1]) + np.arange(0, 2 * x.shape[1], 2),
    "arange down": lambda x: x * np.arange(3, -1, -1),
    "linspace": lambda x: x * np.linspace(0.0, 1.0, 4) + np.linspace(x[0, 0], 2.0, 4),
    "linspace n": lambda x: x * np.linspace(0, 1, x.shape[1], endpoint=False),
    "array": lambda x: np.array([x[0, 0], 2.0, x[1, 1], 1]) + x,
    "array 2": lambda x: np.array([[1.0, 2.0], [3.0, 4.0]]) @ x[:2, :2],
    "array rows": lambda x: np.array([x[0], x[1] * 2, x[2]]),
    "array ints": lambda x: np.array([1, 2, 3, 4]) * x,
    "asarray": lambda x: np.asarray(x) + np.asarray([1, 2, 3, 4], dtype=np.float32),
    "scalar types": lambda x: np.float32(2.0) * np.float64(x[0, 0]) + np.int64(3),
    "shape tuple": lambda x: np.ones(np.shape(x)[::-1]).T * x,
    "empty": lambda x: np.empty((0, 4)).sum() + x,
}


@pytest.mark.parametrize("name", CREATION)
@pytest.mark.parametrize("x", [A34, F32], ids=["f64", "f32"])
def test_creation(compare, name, x):
    compare(CREATION[name], x, rtol=1e-6 if x.dtype == np.float32 else 1e-12)


SPECIAL = "expit log_expit erf erfc gammaln psi digamma logit ndtr entr exp2 expm1 log1p cbrt"


@pytest.mark.parametrize("name", SPECIAL.split())
def test_special(compare, name):
    f = getattr(special, name)
    compare(lambda x: f(x), A34)
    compare(lambda x: f(x), 0.3)


def test_special_over_axes(compare):
    for axis in (None, 0, -1, (0, 1)):
        compare(lambda x, axis=axis: special.logsumexp(x, axis=axis), T234)
        compare(lambda x, axis=axis: special.logsumexp(x, axis=axis, keepdims=True), A34)
        compare(lambda x, axis=axis: special.softmax(x, axis=axis), T234)
        compare(lambda x, axis=axis: special.log_softmax(x, axis=axis), A34)
    compare(lambda x, y: special.xlogy(x, y) + special.xlog1py(x, y), A34, B34)


def test_weak_scalars_take_the_dtype_of_arrays(compare):
    def f(x, a, k):
        return x * a + k - x / 3 + 2.0**x, a * k, np.sin(a), x.sum() * a

    compare(f, F32, 0.3, 2, rtol=1e-6)
    compare(f, A34, 0.3, 2)
    compare(f, np.arange(3), 0.3, 2)


def test_numpy_scalars_are_strong(compare):
    compare(lambda x, a: x * a, F32, np.float64(0.3), rtol=1e-6)
    compare(lambda x, a: x * a, F32, np.float32(0.3), rtol=1e-6)
    compare(lambda x: x * np.sqrt(2.0), F32, rtol=1e-6)
    compare(lambda x: x * math.sqrt(2.0), F32, rtol=1e-6)
    compare(lambda x, a: x * a, F32, np.array(0.3))


def test_bools(compare):
    compare(lambda x: (x > 0.5) * x + (x > 0.3) * 2.0, A34)
    compare(lambda x: ((x > 0.5) & (x < 0.7)) | ~(x > 0.2), A34)
    compare(lambda x: np.sum(x > 0.5) + np.mean(x > 0.5), A34)
    compare(lambda x: (x > 0.5) + (x > 0.4), A34)
    compare(lambda a: (a > 0.5) + (a > 0.4), 0.45)
    compare(lambda a: (a > 0.5) * a, 0.6)


def test_float32_stays_float32(compare):
    def f(x):
        h = np.tanh(x * 2 + 1)
        return h.mean(), h.var(), np.linalg.norm(h), h / h.shape[0], h**2, h @ h.T, np.where(h > 0, h, 0.0)

    compare(f, F32, rtol=1e-5)
