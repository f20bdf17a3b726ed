"""Compiled kernels: options, layouts, no warnings, and the steps that LLVM vectorises."""

from __future__ import annotations

import numpy as np
import pytest
from backends.helpers import agree, function
from numba import njit

from symgrad.backends import accumulate, numba_cpu
from symgrad.backends.loops import kernel
from symgrad.ir import build
from symgrad.ir.build import Ref, apply, call, exp, log, square, where
from symgrad.ir.core import Function
from symgrad.pipeline import Options


def compiled(f: Function, **options: object) -> object:
    text = kernel(f, vector_math=options.pop("vector_math", True) is True)
    return numba_cpu.compile(text, f.name, Options(**options))  # type: ignore[arg-type]


def network(x: Ref, w: Ref, b: Ref) -> tuple[Ref, ...]:
    h = call("tanh", x @ w + b)
    g = h * (1.0 - square(h))
    return build.sum(h, (0, 1)), x.mT @ g, build.sum(g, (0,)), g @ w.mT


def test_layouts_of_arguments_do_not_matter(rng: np.random.Generator) -> None:
    f = function(network, x="n,k", w="k,m", b="m")
    run = compiled(f)
    x, w, b = rng.normal(size=(6, 5)), rng.normal(size=(5, 3)), rng.normal(size=3)
    agree(f, [x, w, b], run=run)
    agree(f, [np.asfortranarray(x), w.T.copy().T, b], run=run)
    agree(
        f,
        [rng.normal(size=(12, 10))[::2, ::2], rng.normal(size=(5, 6))[:, ::-2], np.repeat(b, 2)[::2]],
        run=run,
    )


def test_arguments_may_be_read_only(rng: np.random.Generator) -> None:
    f = function(network, x="n,k", w="k,m", b="m")
    args = [rng.normal(size=s) for s in ((6, 5), (5, 3), (3,))]
    for a in args:
        a.flags.writeable = False
    agree(f, args, run=compiled(f))


def test_elementwise_arithmetic_is_numpys_bit_for_bit(rng: np.random.Generator) -> None:
    def f(x: Ref, y: Ref) -> tuple[Ref, ...]:
        a = x * y + x / y - (x - y) * 0.1
        b = where(call("greater", x, y), call("sqrt", build.absolute(a)), -a)
        return a, b * b + call("maximum", a, y), (x + y) - x, call("floor", x) * (y * 3.0)

    args = [rng.normal(size=1003), rng.normal(size=1003)]
    for fastmath in (False, "strict"):
        agree(
            function(f, x="n", y="n"),
            args,
            rtol=0,
            run=compiled(function(f, x="n", y="n"), fastmath=fastmath),
        )


def test_strict_sums_in_order_and_default_in_any(rng: np.random.Generator) -> None:
    f = function(lambda x: build.sum(x, (0,)), x="n")
    x = rng.normal(size=1001) * 10.0 ** rng.integers(-8, 8, size=1001)
    in_order = 0.0
    for v in x:
        in_order += v
    assert compiled(f, fastmath="strict")(x) == in_order
    default = compiled(f)
    np.testing.assert_allclose(default(x), in_order, rtol=1e-9)
    assert "vaddpd" in _assembly(default) or "addpd" in _assembly(default)
    fast = compiled(f, fastmath=True)
    np.testing.assert_allclose(fast(x), in_order, rtol=1e-9)


def _assembly(dispatcher: object) -> str:
    (text,) = dispatcher.inspect_asm().values()  # type: ignore[attr-defined]
    return str(text)


def test_infinities_and_nans_survive_fastmath() -> None:
    f = function(lambda x: (exp(x), x - x, apply("max", x, axis=(0,), keepdims=False)), x="n")
    run = compiled(f, fastmath=True)
    agree(f, [np.array([np.inf, -np.inf, 1000.0, -1000.0, 0.0])], run=run)
    assert np.isnan(run(np.array([1.0, np.nan, 2.0]))[2])


def test_scalar_math_is_the_c_library(rng: np.random.Generator) -> None:
    import math

    f = function(lambda x: (exp(x), log(build.absolute(x))), x="n")
    x = rng.normal(size=103)
    e, lg = compiled(f, vector_math=False)(x)
    assert e.tolist() == [math.exp(v) for v in x]
    assert lg.tolist() == [math.log(abs(v)) for v in x]


def test_division_by_zero_is_infinite() -> None:
    f = function(lambda x, y: (1.0 / x, x / y), x="", y="")
    assert compiled(f)(0.0, 0.0)[0] == np.inf


def test_options_stand_in_the_decorator() -> None:
    text = kernel(function(lambda x: build.sum(x, (0,)), x="n"))
    plain = numba_cpu.with_options(text, Options(cache=False))
    assert '@njit(error_model="numpy", nogil=True)\n' in plain
    assert "import plus" in plain
    strict = numba_cpu.with_options(text, Options(fastmath="strict", nogil=False, boundscheck=True))
    assert '@njit(error_model="numpy", boundscheck=True, cache=True)\n' in strict
    assert "import strict_plus as plus" in strict
    fast = numba_cpu.with_options(text, Options(fastmath=True))
    assert 'fastmath={"contract", "arcp", "nsz"}' in fast


def test_only_what_takes_time_lets_other_threads_run() -> None:
    few = kernel(function(lambda x, y: build.exp(x) * y, x="", y=""))
    assert '@njit(error_model="numpy", cache=True)\n' in numba_cpu.with_options(few, Options())
    loop = kernel(function(build.exp, x="n"))
    product = kernel(function(lambda a, b: build.call("matmul", a, b), a="n,m", b="m,k"))
    for long in (loop, product):
        assert "nogil=True" in numba_cpu.with_options(long, Options())


def test_compilation_ahead_of_the_call() -> None:
    f = function(lambda x: x * 2.0, x="n")
    run = compiled(f)
    types = numba_cpu.types_of([np.ones(3)])
    numba_cpu.compile_for(run, types)
    assert len(run.signatures) == 1
    run(np.ones(4))
    assert len(run.signatures) == 1


def test_kernel_is_callable_in_other_compiled_code() -> None:
    inner = compiled(function(lambda x: build.sum(square(x), (0,)), x="n"))

    @njit
    def outer(x: np.ndarray) -> float:
        return 2.0 * inner(x)

    assert outer(np.array([3.0, 4.0])) == 50.0


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_steps_agree_with_numpy_in_both_worlds(dtype: type) -> None:
    special = [0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1e-30]
    steps = {
        accumulate.plus: np.add, accumulate.strict_plus: np.add, accumulate.fast_plus: np.add,
        accumulate.larger: np.maximum, accumulate.smaller: np.minimum,
    }  # fmt: skip
    for step, reference in steps.items():

        @njit
        def call_it(a: float, b: float) -> float:
            return step(a, b)  # noqa: B023

        for a in special:
            for b in special:
                with np.errstate(all="ignore"):
                    expected = reference(dtype(a), dtype(b))
                    np.testing.assert_array_equal(step(dtype(a), dtype(b)), expected)
                np.testing.assert_array_equal(call_it(dtype(a), dtype(b)), expected)
