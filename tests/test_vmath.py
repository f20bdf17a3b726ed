"""Vector math: it vectorises, it is accurate, and without libmvec it is the C library's."""

import ctypes
import math
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Callable

import numba
import numpy as np
import pytest
import scipy.special
from llvmlite import binding

from symgrad import vmath

# fmt: off
# name -> the interval sampled and the reference: long doubles where NumPy has them.
UNARY = {
    "exp":     ((-700, 700), np.exp),
    "exp2":    ((-1000, 1000), np.exp2),
    "expm1":   ((-30, 30), np.expm1),
    "log":     ((1e-10, 1e3), np.log),
    "log2":    ((1e-10, 1e3), np.log2),
    "log10":   ((1e-10, 1e3), np.log10),
    "log1p":   ((-0.9, 10), np.log1p),
    "sin":     ((-20, 20), np.sin),
    "cos":     ((-20, 20), np.cos),
    "tan":     ((-1.5, 1.5), np.tan),
    "arcsin":  ((-1, 1), np.arcsin),
    "arccos":  ((-1, 1), np.arccos),
    "arctan":  ((-30, 30), np.arctan),
    "sinh":    ((-30, 30), np.sinh),
    "cosh":    ((-30, 30), np.cosh),
    "tanh":    ((-5, 5), np.tanh),
    "arcsinh": ((-30, 30), np.arcsinh),
    "arccosh": ((1.01, 30), np.arccosh),
    "arctanh": ((-0.99, 0.99), np.arctanh),
    "cbrt":    ((-30, 30), np.cbrt),
    "erf":     ((-3, 3), np.vectorize(lambda x: math.erf(x))),
    "erfc":    ((-3, 5), np.vectorize(lambda x: math.erfc(x))),
}
BINARY = {
    "pow":     ((0.1, 10), np.power),
    "hypot":   ((-10, 10), np.hypot),
    "arctan2": ((-10, 10), np.arctan2),
}
C_MATH = {
    "exp": math.exp, "expm1": math.expm1, "exp2": math.exp2, "log": math.log, "log2": math.log2,
    "log10": math.log10, "log1p": math.log1p, "sin": math.sin, "cos": math.cos, "tan": math.tan,
    "arcsin": math.asin, "arccos": math.acos, "arctan": math.atan, "sinh": math.sinh, "cosh": math.cosh,
    "tanh": math.tanh, "arcsinh": math.asinh, "arctanh": math.atanh, "cbrt": math.cbrt, "erf": math.erf,
    "erfc": math.erfc,
}
# fmt: on
SPECIAL = [math.nan, math.inf, -math.inf, 0.0, -0.0, 5e-324, -5e-324, 1e-310, 1.0, -1.0]

needs_libmvec = pytest.mark.skipif(not vmath.available(), reason="no vector math library here")


def loop(name: str) -> Callable[[np.ndarray, np.ndarray], None]:
    """Compile `out[i] = name(x[i])`, or `name(x[i], x[i] / 3)` of two arguments."""
    function = getattr(vmath, name)
    if name.removeprefix("scalar_") in BINARY:

        def kernel(x, out):
            for i in range(x.size):
                out[i] = function(x[i], x[i] / np.float32(3))
    else:

        def kernel(x, out):
            for i in range(x.size):
                out[i] = function(x[i])

    return numba.njit(error_model="numpy")(kernel)


def apply(kernel: Callable[[np.ndarray, np.ndarray], None], x: np.ndarray) -> np.ndarray:
    out = np.empty_like(x)
    kernel(x, out)
    return out


def reference(name: str, x: np.ndarray) -> np.ndarray:
    wide = x.astype(np.longdouble)
    if name in BINARY:
        return BINARY[name][1](wide, (x / np.float32(3)).astype(np.longdouble))
    return UNARY[name][1](wide)


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", [*UNARY, *BINARY])
def test_accuracy_and_vectorisation(name: str, dtype: type, rng: np.random.Generator) -> None:
    low, high = {**UNARY, **BINARY}[name][0]
    if dtype is np.float32 and name in ("exp", "exp2"):
        low, high = low / 10, high / 10
    x = rng.uniform(low, high, 2003).astype(dtype)
    kernel = loop(name)
    got, want = apply(kernel, x), reference(name, x)
    assert got.dtype == dtype
    ulps = np.abs(got - want) / np.spacing(np.abs(want).astype(dtype))
    assert ulps.max() <= 4.5
    if vmath.available():
        assembly = "".join(kernel.inspect_asm().values())
        c_name = {"arc": "a"}.get(name[:3], name[:3]) + name[3:] + ("f" if dtype is np.float32 else "")
        assert "_ZGV" in assembly
        assert any(symbol in assembly for symbol in vmath.symbols()[c_name])


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # NumPy's, for log(0) and so on
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("name", list(UNARY))
def test_special_values(name: str, dtype: type) -> None:
    # 16 of each: whole vectors of one value, then every value in the scalar remainder too.
    x = np.repeat(np.array(SPECIAL, dtype=np.float64), 16).astype(dtype)
    x = np.concatenate([x, np.array(SPECIAL).astype(dtype)])
    got, want = apply(loop(name), x), reference(name, x).astype(dtype)
    np.testing.assert_allclose(got, want, rtol=5 * np.finfo(dtype).eps, atol=0, equal_nan=True)
    sane = ~np.isnan(want)
    np.testing.assert_array_equal(np.signbit(got[sane]), np.signbit(want[sane]))


# fmt: off
AROUND_NOTHING = {
    ("exp", np.float64):  [-708.4, -745.1, -745.13, -745.134, -745.14, -745.2, -746.0, -1e9],
    ("exp", np.float32):  [-87.4, -103.9, -103.97, -103.98, -104.0, -104.1, -1e9],
    ("exp2", np.float64): [-1022.5, -1074.0, -1074.9, -1075.0, -1075.5, -1075.6, -1e9],
    ("exp2", np.float32): [-126.5, -149.0, -149.9, -150.0, -150.5, -150.6, -1e9],
}
# fmt: on


@pytest.mark.parametrize("name, dtype", AROUND_NOTHING)
def test_where_exponentials_vanish(name: str, dtype: type) -> None:
    some = [v for v in AROUND_NOTHING[name, dtype] for v in (v, v / 2)]
    x = np.concatenate([np.repeat(some, 16), some, [-np.inf, np.nan]]).astype(dtype)
    got, want = apply(loop(name), x), reference(name, x).astype(dtype)
    tiny = float(np.finfo(dtype).smallest_subnormal)
    np.testing.assert_allclose(got, want, rtol=5 * np.finfo(dtype).eps, atol=tiny, equal_nan=True)
    np.testing.assert_array_equal(got == 0, want == 0)


@needs_libmvec
def test_vanishing_exponentials_are_computed_in_vectors() -> None:
    # libmvec itself takes them one by one, 15 times as long: what it is given is 0 in their place.
    kernel = loop("exp")
    kernel(np.ones(1), np.ones(1))
    text = "".join(kernel.inspect_llvm().values())
    given = re.findall(r"call <.*@_ZGV\w+_exp\(<\d+ x double> (%[\w.]+)\)", text)
    assert given
    for name in given:
        assert f"{name} = select <" in text


@pytest.mark.parametrize("name", list(C_MATH))
def test_scalar_is_the_c_library(name: str, rng: np.random.Generator) -> None:
    x = rng.uniform(*UNARY[name][0], 501)
    kernel = loop("scalar_" + name)
    np.testing.assert_array_equal(apply(kernel, x), [C_MATH[name](v) for v in x])
    assert "_ZGV" not in "".join(kernel.inspect_asm().values())


def test_scalar_pow_is_not_rewritten() -> None:
    @numba.njit
    def square(x):
        return vmath.scalar_pow(x, 2.0)

    square(1.5)
    assert "pow" in "".join(square.inspect_asm().values())
    assert [square(v) for v in (1.1, -0.3, 1e-200)] == [math.pow(v, 2.0) for v in (1.1, -0.3, 1e-200)]


def test_without_libmvec_the_calls_are_scalar(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    monkeypatch.setattr(vmath, "_libmvec", None)
    assert not vmath.available()
    assert set(vmath.symbols().values()) == {()}
    x = rng.uniform(-5, 5, 501)
    kernel = loop("exp")
    np.testing.assert_array_equal(apply(kernel, x), [math.exp(v) for v in x])
    assert "_ZGV" not in "".join(kernel.inspect_asm().values())


def test_without_float_functions_doubles_serve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binding, "address_of_symbol", lambda name: None if name.endswith("f") else 1)
    x = np.linspace(-3, 3, 100, dtype=np.float32)
    kernel = loop("tanh")
    np.testing.assert_array_equal(apply(kernel, x), [np.float32(math.tanh(v)) for v in x.astype(float)])
    assert "tanhf" not in "".join(kernel.inspect_asm().values())


@needs_libmvec
def test_the_libraries_listed_exist() -> None:
    library = ctypes.CDLL("libmvec.so.1")
    assert all(hasattr(library, symbol) for listed in vmath.symbols().values() for symbol in listed)


PROGRAM = """
import numba, numpy as np
from symgrad import vmath
from symgrad.vmath import exp

@numba.njit(error_model="numpy"{cache})
def kernel(x, mask, single, out):
    for i in range(x.size):
        if mask[i]:
            out[i] = exp(x[i]) + exp(single[i])

n = 1003
x = np.linspace(-3, 3, n); out = np.zeros(n)
kernel(x, np.ones(n, np.int8), x.astype(np.float32), out)
np.testing.assert_allclose(out, np.exp(x) + np.exp(x.astype(np.float32)), rtol=1e-6, atol=0)
print(sum(kernel.stats.cache_hits.values()))
print(*sorted({{s for s in "bcde" if f"_ZGV{{s}}N" in "".join(kernel.inspect_asm().values())}}))
"""


def run(path: str, **environment: str) -> list[str]:
    done = subprocess.run(
        [sys.executable, path],
        env={**os.environ, "PYTHONPATH": os.getcwd(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_cached_kernel_runs_in_a_second_process(tmp_path) -> None:
    path = tmp_path / "program.py"
    path.write_text(PROGRAM.format(cache=", cache=True"))
    first, second = run(str(path)), run(str(path))
    assert (first[0], second[0]) == ("0", "1")


@needs_libmvec
@pytest.mark.parametrize(
    ("features", "allowed"),
    [("+sse2,+sse4.2", "b"), ("+sse2,+avx", "bc"), ("+sse2,+avx,+avx2,+fma", "bd")],
)
def test_only_widths_that_the_processor_has(tmp_path, features: str, allowed: str) -> None:
    # Arrays of 1, 4 and 8 bytes in one loop tempt the vectoriser to widths beyond the registers.
    path = tmp_path / "program.py"
    path.write_text(PROGRAM.format(cache=""))
    cpu = {"b": "nehalem", "bc": "sandybridge", "bd": "haswell"}[allowed]
    used = run(str(path), NUMBA_CPU_NAME=cpu, NUMBA_CPU_FEATURES=features)[1]
    assert set(used.split()) <= set(allowed)


def test_types() -> None:
    @numba.njit
    def both(x, y):
        return vmath.exp(x), vmath.pow(x, y)

    assert both(2, 3) == (math.exp(2.0), 8.0)
    assert both(True, np.float32(1)) == (math.e, 1.0)
    signature = numba.njit(lambda x, y: vmath.hypot(x, y))
    for types, want in (("ff", "float32"), ("fd", "float64"), ("di", "float64")):
        signature(*(np.dtype(t).type(1) for t in types))
        assert str(signature.nopython_signatures[-1].return_type) == want
    with pytest.raises(numba.TypingError):
        numba.njit(lambda x: vmath.exp(x))("text")


def test_many_functions_in_one_kernel(rng: np.random.Generator) -> None:
    @numba.njit(error_model="numpy", fastmath={"reassoc", "contract", "arcp", "nsz"})
    def total(x):
        result = 0.0
        for i in range(x.size):
            result += vmath.exp(x[i]) * vmath.tanh(x[i]) + vmath.exp(vmath.sin(x[i]))
        return result

    x = rng.uniform(-1, 1, 1001)
    assert total(x) == pytest.approx(np.sum(np.exp(x) * np.tanh(x) + np.exp(np.sin(x))), rel=1e-13)


@pytest.mark.parametrize("name", [*UNARY, *BINARY, "gammaln"])
def test_in_plain_python(name: str) -> None:
    function = getattr(vmath, name)
    arguments = (np.array([[0.5, 0.7]]),) * (2 if name in BINARY else 1)
    if name == "arccosh":
        arguments = (np.array([[1.5, 2.7]]),)
    assert function(*arguments).shape == (1, 2)
    assert float(function(*(a[0, 0] for a in arguments))) == pytest.approx(
        function(*arguments)[0, 0], rel=1e-15
    )
    assert pickle.loads(pickle.dumps(function)) is function
    assert function.__doc__


def test_pow_in_plain_python_takes_integers() -> None:
    assert vmath.pow(2, -1) == 0.5
    assert vmath.pow(np.float32(2), np.float32(3)).dtype == np.float32


def test_gammaln() -> None:
    kernel = numba.njit(lambda x: vmath.gammaln(x))
    for x in (0.5, 3.7, 170.3, -1.5, 1e10):
        assert kernel(x) == pytest.approx(scipy.special.gammaln(x), rel=4e-15)
    assert kernel(0.0) == kernel(-3.0) == math.inf
    assert isinstance(kernel(np.float32(3.7)), float)


def test_importing_it_is_light() -> None:
    program = "import sys, symgrad.vmath; print([m for m in ('scipy.special', 'sympy') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
