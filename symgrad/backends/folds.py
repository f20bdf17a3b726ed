"""Reductions and running sums: the line before the loop, the line in it, the lines after it.

In: a FOLD or SCAN statement. Out: lines. The accumulator is a scalar where the innermost loops are reduced,
the result's own array where an outer loop is.

    s_i = 0.0                                  for i in range(n):
    for j in range(m):                             for j in range(m):
        s_i = plus(s_i, x[i, j])                       db[j] += dx[i, j]
"""

from __future__ import annotations

from symgrad.backends import scalar
from symgrad.backends.access import Along, Read, loops_in
from symgrad.backends.nest import Form, Statement
from symgrad.backends.scalar import NAME, Piece
from symgrad.backends.text import Body, Scope, dim_text, give_name, stored
from symgrad.ir.core import Value
from symgrad.ir.dims import Dim
from symgrad.ir.types import BOOL, FLOATS

_SUMS = ("sum", "cumsum")


def is_scalar(statement: Statement) -> bool:
    """Whether the innermost loops are the reduced ones: one number accumulates at a time."""
    coords = statement.writes.coords
    return statement.form is Form.SCAN or not any(
        isinstance(c, Along) and c.loop >= statement.first for c in coords
    )


def reduced(statement: Statement) -> list[Dim]:
    """The extents that are reduced away: a maximum over none of them is an error, none of maxima is not."""
    kept = set(loops_in(statement.writes.coords))
    return list(
        dict.fromkeys(d for k, d in enumerate(statement.loops) if k >= statement.first and k not in kept)
    )


def identity(statement: Statement) -> Piece:
    """What accumulation starts with."""
    return _identity(statement.eqn.op.name, _dtype(statement))


def _identity(op: str, dtype: str) -> Piece:
    floating = dtype in FLOATS
    if op in ("any", "all"):
        return Piece(str(op == "all"), NAME)
    if op in (*_SUMS, "prod", "cumprod"):
        start = 0 if op in _SUMS else 1
        return scalar.constant(float(start) if floating else start, dtype)
    low = op in ("max", "argmax")
    if floating:
        return scalar.constant(float("-inf") if low else float("inf"), dtype)
    if dtype == BOOL:
        return Piece(str(not low), NAME)
    return Piece(f"np.iinfo(np.{dtype}).{'min' if low else 'max'}", NAME)


def _dtype(statement: Statement) -> str:
    """The accumulator's dtype: a sum of float32 runs in float64, as exact as NumPy's pairwise one."""
    dtype = statement.eqn.args[0].type.dtype
    if statement.form is Form.FOLD and statement.eqn.op.name in ("sum", "prod") and is_scalar(statement):
        return "float64" if dtype in FLOATS else "int64"
    return dtype


def _is_wide(statement: Statement) -> bool:
    return statement.eqn.op.name in ("sum", "prod") and _dtype(statement) != statement.eqn.out.type.dtype


def accumulator(statement: Statement, body: Body) -> str:
    """The scalar that accumulates."""
    target = statement.writes
    variable = body.local(target) if target.coords else body.names[target.value]
    return f"{variable}_sum" if _is_wide(statement) else variable


def start(statement: Statement, body: Body, scope: Scope) -> None:
    """The accumulator before its first loop."""
    op = statement.eqn.op.name
    if is_scalar(statement):
        if op in ("argmax", "argmin"):
            body.line(f"{accumulator(statement, body)} = 0")
            body.line(f"{_best(statement, body)} = {identity(statement).text}")
        else:
            body.line(f"{accumulator(statement, body)} = {identity(statement).text}")
        return
    kept = body.arrays[statement.writes.value]
    if len(kept) == len(statement.writes.coords):
        return  # its array was allocated with this value
    indent = body.indent
    for coord in (statement.writes.coords[a] for a in kept):
        assert isinstance(coord, Along)
        if coord.loop >= statement.first:  # the others are open: this trip's part is meant
            body.line(f"for {body.letters[coord.loop]} in range({dim_text(statement.loops[coord.loop])}):")
            body.indent += 1
    body.line(f"{stored(statement.writes, body, scope)} = {identity(statement).text}")
    body.indent = indent


def _best(statement: Statement, body: Body) -> str:
    return f"{accumulator(statement, body)}_value"


def step(statement: Statement, value: Piece, body: Body, scope: Scope) -> None:
    """One accumulation."""
    op = statement.eqn.op.name
    if op in ("argmax", "argmin"):
        _argument(statement, value, body, scope)
        return
    target = accumulator(statement, body) if is_scalar(statement) else stored(statement.writes, body, scope)
    floating = statement.eqn.args[0].type.is_float
    if op == "sum" and floating and is_scalar(statement):
        body.line(f"{target} = {plus(body, Piece(target, NAME), value).text}")
    elif op in ("sum", "prod"):
        body.line(f"{target} {'+' if op == 'sum' else '*'}= {value.text}")
    elif op in ("any", "all"):
        body.line(f"{target} = {target} {'|' if op == 'any' else '&'} {scalar.enclosed(value, scalar.ADD)}")
    elif floating:
        function = "larger" if op == "max" else "smaller"
        body.used.add(function)
        body.line(f"{target} = {function}({target}, {value.text})")
    else:
        body.line(f"{target} = {op}({target}, {value.text})")


def plus(body: Body, total: Piece, value: Piece) -> Piece:
    """The sum of both, which LLVM may reorder."""
    body.used.add("plus")
    return Piece(f"plus({total.text}, {value.text})", scalar.ATOM)


def _argument(statement: Statement, value: Piece, body: Body, scope: Scope) -> None:
    """The first extreme element; the first NaN counts as one."""
    read = statement.reads[0]
    if value.level < NAME and isinstance(read, Read):
        value = give_name(read, value, body, scope)
    best, v = _best(statement, body), value.text
    test = f"{v} {'>' if statement.eqn.op.name == 'argmax' else '<'} {best}"
    if statement.eqn.args[0].type.is_float:
        test += f" or ({v} != {v} and {best} == {best})"
    body.line(f"if {test}:")
    body.line(f"    {best} = {v}")
    body.line(f"    {accumulator(statement, body)} = {_position(statement, body)}")


def _position(statement: Statement, body: Body) -> str:
    """The position among the reduced elements, in C order."""
    loops = range(statement.first, len(statement.loops))
    text = body.letters[loops[0]]
    for k in loops[1:]:
        factor = text if k == loops[1] else f"({text})"
        text = f"{factor} * {_factor(statement.loops[k])} + {body.letters[k]}"
    return text


def _factor(dim: Dim) -> str:
    text = dim_text(dim)
    return text if text.isalnum() else f"({text})"


def finish(statement: Statement, body: Body, scope: Scope) -> None:
    """The result after its last loop."""
    if not is_scalar(statement):
        return
    target = statement.writes
    total = accumulator(statement, body)
    variable = total
    if _is_wide(statement):
        variable = total.removesuffix("_sum")
        body.line(f"{variable} = np.{statement.eqn.out.type.dtype}({total})")
    scope.pieces[target] = Piece(variable, NAME)
    if target.value in body.arrays:
        body.line(f"{stored(target, body, scope)} = {variable}")


def fill(value: Value, statement: Statement) -> Piece | None:
    """What the array of a reduction is allocated with, if it accumulates there."""
    if statement.form is not Form.FOLD or is_scalar(statement):
        return None
    return identity(statement)
