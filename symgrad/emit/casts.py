"""Which casts NumPy makes by itself, so that the text can leave them out.

In: an operation and its operands as the text has them, each a dtype and whether it is a plain Python
number. Out: whether NumPy then computes in the dtype that the graph wants.

    add(int64 array, float64 array) in float64: yes, so `cast` is not printed
    add(int64 array, float32 array) in float32: no, NumPy would take float64
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

Operand = tuple[str, bool]  # dtype, plain Python number

_PYTHON: dict[str, type] = {"f": float, "i": int, "u": int, "b": bool}
_SUMS = {"sum", "prod", "cumsum", "cumprod"}
_BITS = {"bitwise_and", "bitwise_or", "bitwise_xor", "left_shift", "right_shift", "invert"}
_ARITHMETIC = _BITS | {
    "add", "subtract", "multiply", "divide", "floor_divide", "remainder", "power", "negative",
}  # fmt: skip


@lru_cache(maxsize=4096)
def computes_in(op: str, operands: tuple[Operand, ...], dtype: str) -> bool:
    """NumPy's `op` on these operands converts each of them to `dtype` and computes in it."""
    if all(weak for _, weak in operands):
        return _python_computes_in(op, operands, dtype)
    if op in _SUMS:
        (source, _), *_ = operands
        kind = np.dtype(source).kind
        return source == dtype or (dtype, kind) in (("int64", "i"), ("int64", "b"), ("uint64", "u"))
    if op in ("where", "concatenate", "clip", "setitem"):
        return str(np.result_type(*map(_stand_in, operands))) == dtype
    function = getattr(np, op, None)
    if not isinstance(function, np.ufunc):
        return all(d == dtype or weak for d, weak in operands)
    try:
        resolved = function.resolve_dtypes((*map(_for_resolve, operands), *([None] * function.nout)))
    except TypeError:
        return False
    return all(str(d) == dtype for d in resolved[: function.nin])


def _python_computes_in(op: str, operands: Sequence[Operand], dtype: str) -> bool:
    """Plain Python numbers: ints stay ints but in `/`, and every float is a double."""
    kinds = {np.dtype(d).kind for d, _ in operands}
    if op == "divide" or "f" in kinds:
        return dtype == "float64"
    return dtype == "int64" and kinds <= {"i"}


def stays_python(op: str, operands: Sequence[Operand]) -> bool:
    """The result is a plain Python number again."""
    return op in _ARITHMETIC and all(weak for _, weak in operands)


def _stand_in(operand: Operand) -> Any:
    dtype, weak = operand
    return _PYTHON[np.dtype(dtype).kind](0) if weak else np.dtype(dtype)


def _for_resolve(operand: Operand) -> np.dtype[Any] | type:
    dtype, weak = operand
    kind = np.dtype(dtype).kind
    return _PYTHON[kind] if weak and kind != "b" else np.dtype(dtype)
