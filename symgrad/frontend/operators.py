"""Python's operators on the two kinds of value.

In: an operator's AST class and two values. Out: at compile time what Python computes; on extents an
extent, or a decision that becomes a guard; on tensors an equation.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from enum import Enum
from typing import Any

import numpy as np

from symgrad.errors import ShapeError
from symgrad.frontend import facts
from symgrad.frontend.context import Lowering
from symgrad.frontend.promote import array_of, as_bool, as_tensor, cast, elementwise, power, result_dtype
from symgrad.frontend.signature import NeedConstant
from symgrad.frontend.solver import Undecided
from symgrad.frontend.values import NeedUnrolled, Rows, Tensor, Text, Val, is_dim
from symgrad.ir.core import Arg, Const
from symgrad.ir.dims import Dim, Extent, as_symbol, symbols
from symgrad.ir.types import INTS

# fmt: off
PYTHON: dict[type[ast.AST], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Mod: operator.mod, ast.Pow: operator.pow,
    ast.MatMult: operator.matmul, ast.LShift: operator.lshift, ast.RShift: operator.rshift,
    ast.BitAnd: operator.and_, ast.BitOr: operator.or_, ast.BitXor: operator.xor,
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le,
    ast.Gt: operator.gt, ast.GtE: operator.ge,
}
OPS: dict[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "subtract", ast.Mult: "multiply", ast.Div: "divide",
    ast.FloorDiv: "floor_divide", ast.Mod: "remainder",
    ast.BitAnd: "bitwise_and", ast.BitOr: "bitwise_or", ast.BitXor: "bitwise_xor",
    ast.LShift: "left_shift", ast.RShift: "right_shift",
}
PREDICATES: dict[type[ast.AST], str] = {
    ast.Eq: "equal", ast.NotEq: "not_equal", ast.Lt: "less", ast.LtE: "less_equal",
    ast.Gt: "greater", ast.GtE: "greater_equal",
}
UNARY: dict[type[ast.AST], Callable[[Any], Any]] = {
    ast.USub: operator.neg, ast.UAdd: operator.pos, ast.Invert: operator.inv,
}
# fmt: on


_PLAIN = (
    int, float, complex, str, bytes, list, tuple, set, frozenset, dict, range, type(None), np.generic,
    np.dtype,
)  # fmt: skip
_NOT_FOLLOWED = "the methods behind operators are not interpreted"


def constant(low: Lowering, v: Val, what: str = "") -> Any:
    """`v` as a compile-time value; an integer argument or extent is asked for by name."""
    if isinstance(v, Extent):
        v = low.solver.resolve(v)
        if isinstance(v, Extent):
            if low.solver.is_moving(v):
                raise NeedUnrolled(frozenset(symbols(v)))
            raise NeedConstant(symbols(v)[0])
        return v
    if isinstance(v, Tensor):
        arg = low.arg(v)
        if isinstance(arg, Const):
            return arg.value
        _need_leaf(low, arg)
        low.refuse(
            f"{what or 'this'} depends on the data",
            why="the shape of the program is fixed when it is compiled",
            instead="use a number, an integer argument, or an extent of a shape",
        )
    if isinstance(v, tuple | list):
        return type(v)(constant(low, x, what) for x in v)
    if isinstance(v, Text):
        low.refuse(
            f"{what or 'this'} is a string that depends on the data",
            why="strings exist at compile time only",
            instead="compare the numbers themselves; such a string can only be printed",
        )
    return v


def is_by_data(v: Val) -> bool:
    """Whether the text of a value depends on the data."""
    if isinstance(v, tuple | list):
        return any(map(is_by_data, v))
    if isinstance(v, dict):
        return any(map(is_by_data, v.values()))
    return isinstance(v, Text | Rows | Extent) or (isinstance(v, Tensor) and not isinstance(v.arg, Const))


def _need_leaf(low: Lowering, arg: Arg) -> None:
    """An integer argument that is not a Python int (an np.int64) can become a compile-time value."""
    for name, value in low.integers.items():
        if arg is value:
            raise NeedConstant(name)


def binary(low: Lowering, op: type[ast.AST], left: Val, right: Val) -> Val:
    """`left op right`."""
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        return _on_tensors(low, op, left, right)
    if isinstance(left, Extent) or isinstance(right, Extent):
        if not (is_dim(left) and is_dim(right)):
            if isinstance(left, list | tuple | str) or isinstance(right, list | tuple | str):
                return binary(low, op, constant(low, left), constant(low, right))
            return _on_tensors(low, op, left, right)
        return _on_extents(low, op, low.solver.resolve(left), low.solver.resolve(right))
    for v in (left, right):
        if not isinstance(v, _PLAIN):
            low.refuse(f"an operator on a {type(v).__name__}", _NOT_FOLLOWED)
    try:
        out = PYTHON[op](left, right)
    except ArithmeticError as e:
        low.refuse(
            f"{e} at compile time",
            why="a length of 0 or 1 is known while compiling, also in a branch that no call takes",
        )
    except TypeError as e:
        low.refuse(str(e))
    if isinstance(out, list | dict | set):
        low.owned[id(out)] = out
    return out


def _on_extents(low: Lowering, op: type[ast.AST], left: Dim, right: Dim) -> Val:
    if isinstance(right, int) and right >= 0 and (same := _without_bits(op, right)) is not None:
        op, right = same
    if op in (ast.Add, ast.Sub, ast.Mult):
        return PYTHON[op](left, right)
    if op in (ast.FloorDiv, ast.Mod):
        if low.solver.is_moving(left) or low.solver.is_moving(right):
            return _on_tensors(low, op, left, right)
        divisor = constant(low, right)
        if divisor > 0:
            return PYTHON[op](left, divisor)
    if op is ast.Pow:
        if low.solver.is_moving(right):
            return _on_tensors(low, op, left, right)
        exponent = constant(low, right)
        if exponent >= 0:
            out: Dim = 1
            for _ in range(exponent):
                out = out * left
            return out
    return _on_tensors(low, op, left, right)


def _without_bits(op: type[ast.AST], right: int) -> tuple[type[ast.AST], int] | None:
    """`op right` in arithmetic that extents know, for every integer on the left: `i >> 1` is `i // 2`."""
    if op is ast.LShift and right < 32:
        return ast.Mult, 2**right
    if op is ast.RShift and right < 32:
        return ast.FloorDiv, 2**right
    if op is ast.BitAnd and right & (right + 1) == 0:
        return ast.Mod, right + 1
    return None


def _on_tensors(low: Lowering, op: type[ast.AST], left: Val, right: Val) -> Tensor:
    left, right = _number(low, left, right), _number(low, right, left)
    if op is ast.MatMult:
        return matmul(low, left, right)
    if op is ast.Pow:
        if isinstance(right, Extent) and as_symbol(right) in low.integers:
            right = constant(low, right)
        return power(low, left, right)
    return elementwise(low, OPS[op], left, right, operator=True)


def _number(low: Lowering, v: Val, other: Val) -> Val:
    """A list beside an array is an array; anything else that is no number is refused by as_tensor."""
    if isinstance(v, list | tuple) and isinstance(other, Tensor) and not other.weak:
        return array_of(low, v)
    if isinstance(v, list | tuple | str):
        low.refuse(f"a {type(v).__name__} and a number", why="Python has no such operation")
    return v


def matmul(low: Lowering, left: Val, right: Val) -> Tensor:
    """`left @ right`, every pair of ranks."""
    a, b = as_tensor(low, left), as_tensor(low, right)
    dtype = result_dtype([a, b])
    if a.rank == 0 or b.rank == 0:
        low.refuse("matmul of a scalar", instead="write the product with *", error=ShapeError)
    return Tensor(low.emit("matmul", [cast(low, a, dtype), cast(low, b, dtype)]))


def unary(low: Lowering, op: type[ast.AST], v: Val) -> Val:
    """`-v`, `+v`, `~v`."""
    if isinstance(v, Extent):
        if op is ast.Invert:
            return -v - 1
        return -v if op is ast.USub else v
    if isinstance(v, Tensor):
        if op is ast.USub:
            return elementwise(low, "negative", v, operator=True)
        if op is ast.UAdd:
            return v if not v.is_array else Tensor(low.arg(v))
        return elementwise(low, "invert", v, operator=True)
    try:
        return UNARY[op](v)
    except TypeError as e:
        low.refuse(str(e))


def compare(low: Lowering, op: type[ast.AST], left: Val, right: Val) -> Val:
    """One comparison."""
    if op is ast.Is:
        return _object(left) is _object(right)
    if op is ast.IsNot:
        return _object(left) is not _object(right)
    if op in (ast.In, ast.NotIn):
        return _contains(low, left, right) is (op is ast.In)
    if isinstance(left, Tensor) or isinstance(right, Tensor):
        for v in (left, right):
            if v is None or isinstance(v, str | type):
                _refuse_order(low, op, v)
                return op is ast.NotEq
        return elementwise(
            low, PREDICATES[op], _number(low, left, right), _number(low, right, left), operator=True
        )
    if isinstance(left, Extent) or isinstance(right, Extent):
        if is_dim(left) and is_dim(right):
            try:
                return _compare_extents(low, op, left, right)
            except Undecided:
                out = elementwise(low, PREDICATES[op], left, right, operator=True)
                facts.note(low, out.arg, facts.of_comparison(op, left, right))
                return out
        for v in (left, right):
            if v is None or isinstance(v, str):
                _refuse_order(low, op, v)
                return op is ast.NotEq
        return elementwise(low, PREDICATES[op], left, right, operator=True)
    if _has_runtime(left) or _has_runtime(right):
        if op in (ast.Eq, ast.NotEq) and _are_shapes(left, right):
            same = len(left) == len(right) and all(map(low.solver.same, left, right))
            return same is (op is ast.Eq)
        left, right = constant(low, left), constant(low, right)
    for v in (left, right):
        if not isinstance(v, (*_PLAIN, type, Enum)) and _has_own_equality(v):
            low.refuse(f"a comparison of a {type(v).__name__}", _NOT_FOLLOWED)
    try:
        return PYTHON[op](left, right)
    except TypeError as e:
        low.refuse(str(e))


def _refuse_order(low: Lowering, op: type[ast.AST], v: Val) -> None:
    """Nothing but a number is less or greater than a number."""
    if op not in (ast.Eq, ast.NotEq):
        what = "None" if v is None else f"a {type(v).__name__}"
        low.refuse(
            f"a number is compared with {what}", "Python raises TypeError here", "`v is not None and ...`"
        )


def _object(v: Val) -> Val:
    """The Python object that a value stands for: a second name for an array is the same array."""
    while isinstance(v, Tensor) and v.view is not None and v.view.alias:
        v = v.view.base
    return v


def _has_own_equality(v: Val) -> bool:
    return any("__eq__" in vars(c) for c in type(v).__mro__[:-1])


def _are_shapes(left: Val, right: Val) -> bool:
    return all(isinstance(v, tuple | list) and all(map(is_dim, v)) for v in (left, right))


def _has_runtime(v: Val) -> bool:
    if isinstance(v, tuple | list):
        return any(map(_has_runtime, v))
    return isinstance(v, Tensor | Extent)


def _contains(low: Lowering, item: Val, container: Val) -> bool:
    if isinstance(container, Tensor) or isinstance(item, Tensor):
        low.refuse(
            "`in` with a run-time value",
            why="the answer depends on the data",
            instead="np.any(x == v), or x == a or x == b",
        )
    if isinstance(container, tuple | list):
        if any(map(is_by_data, container)):
            low.refuse(
                "`in` a list of run-time values",
                why="the answer depends on the data",
                instead="np.any(np.array(values) == v)",
            )
        return any(compare(low, ast.Eq, item, x) is True for x in container)
    try:
        return bool(constant(low, item) in container)
    except TypeError as e:
        low.refuse(str(e))


def _compare_extents(low: Lowering, op: type[ast.AST], left: Dim, right: Dim) -> bool:
    s = low.solver
    if op is ast.Eq:
        return s.same(left, right)
    if op is ast.NotEq:
        return not s.same(left, right)
    if op is ast.Lt:
        return s.decide(right - left - 1)
    if op is ast.LtE:
        return s.decide(right - left)
    if op is ast.Gt:
        return s.decide(left - right - 1)
    return s.decide(left - right)


def truth(low: Lowering, v: Val, what: str) -> bool:
    """A compile-time condition; one that depends on the data is refused (regions will be built here)."""
    if isinstance(v, Tensor):
        arg = low.arg(v)
        if isinstance(arg, Const):
            return bool(arg.value)
        if v.is_array:
            low.refuse(
                f"{what} on a whole array",
                why="the truth of an array with several elements is ambiguous, as in NumPy",
                instead="np.any(...) or np.all(...), or np.where(c, a, b) for a choice per element",
            )
        low.refuse(
            f"{what} on a value that is only known at run time",
            why="branches and loops that the data decide are not compiled yet",
            instead="np.where(c, a, b), which chooses by value",
        )
    if isinstance(v, Extent):
        return not low.solver.same(v, 0)
    return bool(v)


def logical(low: Lowering, name: str, values: list[Tensor]) -> Tensor:
    """`and`, `or` of run-time bools."""
    out = values[0]
    for v in values[1:]:
        parts = [as_bool(low, out), as_bool(low, v)]
        out = Tensor(low.emit(name, parts), weak=True)
        facts.connected(low, name == "logical_and", out.arg, parts)
    return out


def is_integer(v: Val) -> bool:
    """Something that counts positions."""
    return is_dim(v) or (isinstance(v, Tensor) and not v.rank and v.dtype in INTS)


def is_scalar_bool(v: Val) -> bool:
    return isinstance(v, Tensor) and v.dtype == "bool" and v.rank == 0


def static_class(v: Val) -> type:
    """The Python class of any value."""
    if isinstance(v, Tensor):
        return v.python_class()
    return int if isinstance(v, Extent) else type(v)
