"""Whole-array calls: `np.dot`, reshape, and arrays of one number.

In: a CALL statement. Out: one line.

    dw = np.dot(x.T, dy)
    np.dot(a[i], b[i], out[i])          in a loop over a batch
"""

from __future__ import annotations

from symgrad.backends.access import Along, Read
from symgrad.backends.legal import ALLOCATED, OWN
from symgrad.backends.library import call_of, is_library
from symgrad.backends.nest import Statement
from symgrad.backends.text import Body, Scope, coord_text, dim_text, piece_of
from symgrad.ir.core import Value
from symgrad.ir.ops import dims
from symgrad.ir.types import Shape

# The slots of a tape before it grows.
_FIRST_SLOTS = 16


def call(statement: Statement, body: Body, scope: Scope) -> None:
    """The line of a CALL statement."""
    eqn, out = statement.eqn, statement.writes.value
    name = body.names[out]
    if eqn.op is OWN:
        value = piece_of(statement.reads[0], body, scope).text
        body.line(f"{name}.fill({value})" if _waits(name, body) else f"{name} = {filled(out, value)}")
    elif eqn.op.name in ALLOCATED:
        if _waits(name, body):
            return
        body.line(f"{name} = {empty(out, made_shape(statement))}")
    elif eqn.op.name == "push":
        slot = piece_of(statement.reads[0], body, scope).text
        body.used.add("grow")
        body.line(f"if {slot} == {name}.shape[0]:")
        body.line(f"    {name} = grow({name})")
    elif eqn.op.name == "reshape":
        (source,) = statement.reads
        assert isinstance(source, Read)
        body.line(f"{name} = {body.names[source.value]}.reshape({shape_text(out.type.shape)})")
    elif is_library(eqn):
        _library(statement, body, scope)
    else:
        a, b = (_matrix(r, body, scope) for r in statement.reads)
        if out.type.rank == 2:
            body.line(f"np.dot({a}, {b}, {name})" if _waits(name, body) else f"{name} = np.dot({a}, {b})")
        else:
            target = _matrix(statement.writes, body, scope)
            body.line(f"np.dot({a}, {b}, {target})")


def _matrix(read: object, body: Body, scope: Scope) -> str:
    """An operand of np.dot: the matrix of this trip, transposed if its axes stand the other way round."""
    assert isinstance(read, Read)
    *batch, row, column = read.coords
    text = body.names[read.value]
    if batch:
        text += f"[{', '.join(coord_text(c, body, scope) for c in batch)}]"
    assert isinstance(row, Along) and isinstance(column, Along)
    return text if row.loop < column.loop else f"{text}.T"


def _library(statement: Statement, body: Body, scope: Scope) -> None:
    """A call of a compiled function, which fills the last of its arguments."""
    call = call_of(statement.eqn)
    body.used.add(call.function)
    arrays = [
        _part(r, own, body, scope)
        for r, own in zip((*statement.reads, statement.writes), (*call.axes, call.out), strict=True)
    ]
    options = [repr(statement.eqn.attrs[name]) for name in call.options]
    body.line(f"{call.function}({', '.join([*arrays[:-1], *options, arrays[-1]])})")


def _part(read: object, own: int, body: Body, scope: Scope) -> str:
    """The array of this trip: the last `own` axes."""
    assert isinstance(read, Read)
    batch = read.coords[: len(read.coords) - own]
    text = body.names[read.value]
    return f"{text}[{', '.join(coord_text(c, body, scope) for c in batch)}]" if batch else text


def _waits(name: str, body: Body) -> bool:
    """Whether the array has been made before the loop."""
    return body.buffers is not None and name in body.buffers.texts


def made_shape(statement: Statement) -> Shape:
    """The shape with which the line makes the array: a tape begins with a few slots."""
    eqn = statement.eqn
    if eqn.op.name in ALLOCATED:
        return ((_FIRST_SLOTS,) if eqn.op.name == "tape" else ()) + dims(eqn.attrs)
    return statement.writes.value.type.shape


def can_fill(statement: Statement) -> bool:
    """Whether the line can write into an array that is there."""
    op = statement.eqn.op
    return op is OWN or op.name in ("matmul", *ALLOCATED) or is_library(statement.eqn)


def allocated_by_call(statement: Statement) -> bool:
    """Whether the line itself makes the array."""
    if is_library(statement.eqn):
        return False
    return statement.eqn.op.name != "matmul" or statement.writes.value.type.rank == 2


def shape_text(shape: Shape) -> str:
    """A shape as an argument: `n`, `(n, m)`."""
    texts = [dim_text(d) for d in shape]
    return texts[0] if len(texts) == 1 else f"({', '.join(texts)})"


def empty(value: Value, shape: Shape) -> str:
    """An array to be written."""
    return f"np.empty({shape_text(shape)}{_dtype(value)})"


def filled(value: Value, text: str, shape: Shape | None = None) -> str:
    """An array of one number."""
    shape = value.type.shape if shape is None else shape
    if text in ("0.0", "0", "False") or (text.endswith("(0.0)") and text.startswith("np.float")):
        return f"np.zeros({shape_text(shape)}{_dtype(value)})"
    return f"np.full({shape_text(shape)}, {text}{_dtype(value)})"


def _dtype(value: Value) -> str:
    dtype = value.type.dtype
    if dtype == "float64":
        return ""
    return ", np.bool_" if dtype == "bool" else f", np.{dtype}"
