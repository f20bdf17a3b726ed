"""The NumPy of kernels: each function against NumPy's own, in compiled code and in plain Python."""

import itertools
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numba import njit

from symgrad.backends import arrays

DTYPES = (np.float64, np.float32, np.int64, np.int32, np.bool_)


def make(n: int, m: int) -> Any:
    return (
        arrays.zeros(n),
        arrays.zeros((n, m), np.float32),
        arrays.zeros((n, m, 2), np.bool_),
        arrays.full(n, 1.5),
        arrays.full((n, m), 7, np.int32),
        arrays.full((m, n), True),
        arrays.full((m,), np.inf, np.float32),
        arrays.empty((n, m, n, m), np.int64).shape,
        arrays.empty(n + m).strides,
        arrays.empty((3, n, 2), np.float32).strides,
    )


compiled_make = njit(make)


@pytest.mark.parametrize("n, m", [(3, 2), (1, 1), (0, 4), (5, 0)])
def test_new_arrays(n: int, m: int) -> None:
    for ours, numpys in zip(compiled_make(n, m), make(n, m), strict=True):
        if isinstance(numpys, tuple):
            if 0 not in (n, m):  # NumPy's strides of nothing are another convention
                assert ours == numpys
            continue
        assert ours.dtype == numpys.dtype and ours.shape == numpys.shape and ours.flags.c_contiguous
        np.testing.assert_array_equal(ours, numpys)


def test_plain_python_is_numpy() -> None:
    np.testing.assert_array_equal(make(2, 3)[4], np.full((2, 3), 7, np.int32))
    assert arrays.inf == np.inf and arrays.float32 is np.float32 and arrays.sqrt is np.sqrt


def test_other_names_are_numpys_in_compiled_code() -> None:
    namespace = arrays

    @njit
    def f(x: float) -> Any:
        return namespace.sqrt(x), namespace.inf, namespace.float32(x), namespace.array((1.0, 2.0))

    root, top, single, pair = f(2.0)
    assert (root, top, single) == (np.sqrt(2.0), np.inf, np.float32(2.0))
    assert pair.tolist() == [1.0, 2.0]


@pytest.mark.parametrize("shape", [(-1, 2), (2, -1), (1 << 40, 1 << 40)])
def test_impossible_shapes(shape: tuple[int, int]) -> None:
    @njit
    def f(n: int, m: int) -> int:
        return arrays.empty((n, m)).shape[0]

    with pytest.raises(ValueError, match=r"negative dimensions|too big"):
        f(*shape)


def test_arrays_outlive_the_call() -> None:
    @njit
    def f(n: int) -> Any:
        x = arrays.zeros(n)
        for i in range(n):
            x = arrays.full(n, float(i))  # the old one is freed
        return x, x

    one, two = f(1000)
    assert one[0] == two[-1] == 999.0


LAYOUTS: dict[str, Callable[[Any], Any]] = {
    "C": np.ascontiguousarray,
    "F": np.asfortranarray,
    "A": lambda a: np.repeat(a, 2, axis=-1)[..., ::2],
}


@njit
def dot(a: Any, b: Any) -> Any:
    return arrays.dot(a, b)


@njit
def products(a: Any, b: Any, row: Any, column: Any, out: Any, into: Any) -> Any:
    """All that `dot` takes, compiled once for each pair of layouts."""
    arrays.dot(a, b, out)
    arrays.dot(row, b, into)
    return (
        arrays.dot(a, b),
        arrays.dot(b.T, a.T),
        arrays.dot(row, b),
        arrays.dot(a, column),
        arrays.dot(row, column),
    )


SIZES = [(3, 4, 5), (1, 4, 5), (3, 4, 1), (1, 4, 1), (3, 1, 5), (0, 4, 5), (3, 0, 5), (3, 4, 0), (1, 0, 1)]


@pytest.mark.filterwarnings("ignore:.*is faster on contiguous")
@pytest.mark.parametrize(
    "left, right, dtype", [*itertools.product("CFA", "CFA", [np.float64]), ("C", "F", np.float32)]
)
def test_products(left: str, right: str, dtype: Any, rng: np.random.Generator) -> None:
    tolerance = 1e-12 if dtype is np.float64 else 1e-5
    for m, k, n in SIZES:
        a = LAYOUTS[left](rng.normal(size=(m, k)).astype(dtype))
        b = LAYOUTS[right](rng.normal(size=(k, n)).astype(dtype))
        row, column = rng.normal(size=(2, k)).astype(dtype)
        out, into = np.full((m, n), np.nan, dtype), np.full(n, np.nan, dtype)
        found = products(a, b, row, column, out, into)
        wanted = (a @ b, (a @ b).T, row @ b, a @ column, row @ column)
        for ours, numpys in zip((*found, out, into), (*wanted, a @ b, row @ b), strict=True):
            assert np.shape(ours) == np.shape(numpys) and (np.isscalar(ours) or ours.dtype == dtype)
            np.testing.assert_allclose(ours, numpys, rtol=tolerance, atol=tolerance)


def test_products_that_do_not_fit() -> None:
    x = np.ones((3, 4))
    for a, b in [(x, x), (x, np.ones(3)), (np.ones(4), x), (np.ones(3), np.ones(4))]:
        with pytest.raises(ValueError, match="have no product"):
            dot(a, b)
    with pytest.raises(ValueError, match="have no product"):
        products(x, x.T.copy(), np.ones(4), np.ones(4), np.empty((3, 4)), np.empty(3))


def test_one_function_for_all_products_of_one_layout() -> None:
    @njit
    def chain(a: Any, b: Any) -> Any:
        return arrays.dot(arrays.dot(arrays.dot(a, b), b), b)

    x = np.ones((3, 3))
    np.testing.assert_array_equal(chain(x, x), np.full((3, 3), 27.0))
    (text,) = chain.inspect_llvm().values()
    assert len(re.findall(r"^define internal .*@symgrad_gemm_float64_CC", text, re.MULTILINE)) == 1
    assert len(re.findall(r"call .*@symgrad_gemm_float64_CC", text)) == 3


@njit
def contiguous(a: Any) -> Any:
    return arrays.ascontiguousarray(a)


@pytest.mark.parametrize("layout", "CFA")
def test_contiguous(layout: str, rng: np.random.Generator) -> None:
    a = LAYOUTS[layout](rng.normal(size=(3, 4)))
    result = contiguous(a)
    assert result.flags.c_contiguous and np.shares_memory(result, a) == (layout == "C")
    np.testing.assert_array_equal(result, a)
    np.testing.assert_array_equal(contiguous(a[0]), a[0])
