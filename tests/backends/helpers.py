"""What the backend tests share: functions built by hand, and kernel text run as plain Python."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from symgrad.backends.loops import kernel
from symgrad.cache import PLACEHOLDER
from symgrad.frontend.signature import bind
from symgrad.ir import evaluate
from symgrad.ir.build import Builder, Ref
from symgrad.ir.core import Arg, Block, Function, Symbol, Value
from symgrad.ir.dims import as_symbol
from symgrad.ir.dims import symbol as extent
from symgrad.ir.switch import without
from symgrad.ir.types import ArrayType
from symgrad.ir.verify import verify
from symgrad.pipeline import Options, Transform, build

Body = Callable[..., Any]


def shape_of(text: str) -> tuple[Any, ...]:
    """`"n,3"` as a shape."""
    return tuple(int(d) if d.isdigit() else extent(d) for d in text.split(",") if d)


def function(body: Body, name: str = "f", **params: str) -> Function:
    """`function(lambda x, w: x @ w, x="n,k", w="k,m")`; a dtype other than float64 is written `int64:n`."""
    builder = Builder()
    values = []
    for hint, text in params.items():
        dtype, _, shape = text.rpartition(":")
        values.append(Value(ArrayType(dtype or "float64", shape_of(shape)), hint))
    results = body(*(Ref(v, builder) for v in values))
    results = results if isinstance(results, tuple) else (results,)
    bound: dict[str, Symbol] = {}
    for v in values:
        for axis, dim in enumerate(v.type.shape):
            if (found := as_symbol(dim)) is not None:
                bound.setdefault(found, Symbol(found, v, axis))
    args: tuple[Arg, ...] = tuple(r.arg for r in results)
    return verify(Function(name, Block(tuple(values), tuple(builder.eqns), args, tuple(bound.values()))))


def arguments(f: Function, sizes: dict[str, int], seed: int = 0) -> list[Any]:
    """Random arguments for a function; integers are small and not negative."""
    rng = np.random.default_rng(seed)
    out = []
    for p in f.params:
        shape = tuple(d if isinstance(d, int) else sizes[str(d)] for d in p.type.shape)
        if p.type.is_float:
            x = rng.normal(size=shape).astype(p.type.dtype)
        elif p.type.dtype == "bool":
            x = rng.random(shape) < 0.5
        else:
            x = rng.integers(0, 3, size=shape).astype(p.type.dtype)
        out.append(x if shape else x.dtype.type(x))
    return out


class _IEEE(ast.NodeTransformer):
    """Float constants as NumPy numbers, whose division by zero is infinite, as numba's is."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        if not isinstance(node.value, float):
            return node
        return ast.Call(ast.parse("np.float64", mode="eval").body, [node], [])


def python(text: str, entry: str = "f___HASH__") -> Callable[..., Any]:
    """The kernel as plain Python: slow, and no compilation."""
    namespace: dict[str, Any] = {"float": np.float64}
    plain = text.replace("@njit\n", "").replace("from numba import njit\n", "")
    tree = ast.fix_missing_locations(_IEEE().visit(ast.parse(plain)))
    exec(compile(tree, "<kernel>", "exec"), namespace)
    run = namespace[entry]

    def call(*args: Any) -> Any:
        with np.errstate(all="ignore"):
            return run(*args)

    return call


def agree(
    f: Function, args: Sequence[Any], rtol: float = 1e-12, run: Callable[..., Any] | None = None
) -> str:
    """Assert that the kernel computes what the reference does; return its text."""
    text = kernel(f)
    before = [np.copy(a) for a in args]
    got = (run or python(text, f"{f.name}_{PLACEHOLDER}"))(*args)
    expected = evaluate.run(f, *args)
    got = got if len(expected) > 1 else (got,)
    assert len(got) == len(expected)
    for g, e, result in zip(got, expected, f.results, strict=True):
        g = np.asarray(g)
        assert g.shape == np.shape(e), text
        if result.type.rank:
            assert g.dtype == result.type.dtype, text
            assert not any(np.shares_memory(g, a) for a in args), text
        np.testing.assert_allclose(g, e, rtol=rtol, atol=rtol, err_msg=text)
    for a, b in zip(args, before, strict=True):
        np.testing.assert_array_equal(a, b, err_msg=text)
    return text


def gradients(fun: Callable[..., float], args: tuple[Any, ...], wrt: tuple[int, ...], *passes: str) -> str:
    """The kernel's text; its gradients are compared with differences and with those without `passes`."""
    program = build(fun, bind(fun, args, {}), Transform("grad", wrt, single=False), Options(jit=False))
    entry = f"{program.function.name}_{PLACEHOLDER}"
    text = program.kernel_text
    with without(*passes):
        plain = kernel(program.function, returns=program.returns)
    got, loops = python(text, entry)(*args), python(plain, entry)(*args)
    rng = np.random.default_rng(5)
    for k, place in enumerate(wrt):
        direction = rng.normal(size=np.shape(args[place]))
        high, low = (
            fun(*(a + s * 1e-6 * direction if j == place else a for j, a in enumerate(args))) for s in (1, -1)
        )
        slope = (high - low) / 2e-6
        np.testing.assert_allclose(np.sum(got[k] * direction), slope, rtol=1e-5, atol=1e-7, err_msg=text)
        np.testing.assert_allclose(got[k], loops[k], rtol=1e-12, atol=1e-12, err_msg=text)
    return text
