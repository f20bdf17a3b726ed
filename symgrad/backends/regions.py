"""Loops and branches as Python text: `for`, `while`, `if`, whose blocks are written like the function itself.

In: a region statement, the block around it. Out: its lines. An invariant operand is called inside what it is
called outside; a carried number is one variable, a carried array one array that is changed in place. What the
body leaves elsewhere is assigned at its end, all at once: two arrays change places in a tuple assignment.

    s = 0.0                          A, B = B, A           if x[i] > 0.0:
    for i in range(n):                                         y[i] = x[i]
        s = s + x[i]                                       else:
                                                               y[i] = 0.0
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from symgrad.backends import scalar
from symgrad.backends.access import Read, resolve, whole
from symgrad.backends.blocks import Draft, prepare, write_block
from symgrad.backends.buffers import Assignment, Buffers
from symgrad.backends.nest import Form, Statement
from symgrad.backends.place import overwritten
from symgrad.backends.scalar import NAME, Piece
from symgrad.backends.text import Body, Scope, give_name, piece_of
from symgrad.ir.core import Arg, Block, Const, Eqn, Value
from symgrad.ir.regions import COND, for_parts, operands_of, params_of, while_parts
from symgrad.ir.types import FLOATS


def control(statement: Statement, body: Body, scope: Scope, draft: Draft) -> None:
    """The lines of a loop or a branch."""
    eqn = statement.eqn
    inits = _bind(eqn, body, scope)
    if eqn.op.name == "cond":
        _cond(eqn, body, scope, draft)
    else:
        _assign(inits, body)
        if eqn.op.name == "for":
            _for(eqn, body, scope, draft)
        else:
            _while(eqn, body, draft)
    for name, symbol in body.plan.made_here.items():
        if symbol.param in eqn.outs and symbol.axis is not None:
            body.line(f"{name} = {body.names[symbol.param]}.shape[{symbol.axis}]")


def _bind(eqn: Eqn, body: Body, scope: Scope) -> list[Assignment]:
    """Call the params of the blocks what they stand for; the carried numbers' first values."""
    names = body.names
    first, carried = operands_of(eqn)
    operands = eqn.args[first:]
    inits: list[Assignment] = []
    changed = {position - first: out for position, out in overwritten(eqn)}
    for k, arg in enumerate(operands):
        params = [params_of(eqn, block)[k] for block in eqn.regions]
        if k in changed or k < carried:
            out = changed[k] if k in changed else eqn.outs[k]
            text = _array(arg, body) if arg.type.rank else _text(arg, body, scope)
            inits.append((names[out], text))
            names.update((p, names[out]) for p in params)
        elif arg.type.rank:
            names.update((p, _array(arg, body)) for p in params)
        else:
            _scalar(arg, eqn, params, body, scope)
    return [(target, text) for target, text in inits if target != text]


def _array(arg: Arg, body: Body) -> str:
    assert isinstance(arg, Value)
    found = resolve(whole(arg), body.plan.producers)
    return body.names[arg if isinstance(found, Const) else found.value]


def _text(arg: Arg, body: Body, scope: Scope) -> str:
    """A number as an expression."""
    if isinstance(arg, Const):
        return _constant(arg)
    return piece_of(resolve(whole(arg), body.plan.producers), body, scope).text


def _constant(arg: Const) -> str:
    value = float(arg.value) if arg.type.dtype in FLOATS else arg.value
    return scalar.constant(value, arg.type.dtype).text


def _scalar(arg: Arg, eqn: Eqn, params: Sequence[Value], body: Body, scope: Scope) -> None:
    """A number that the blocks read: it has a name, and that of the extent that it is."""
    symbols = {s.param: s.name for block in eqn.regions for s in block.symbols if s.axis is None}
    if isinstance(arg, Const):
        text = _constant(arg)
    else:
        read = resolve(whole(arg), body.plan.producers)
        piece = piece_of(read, body, scope)
        if piece.level < NAME and not isinstance(read, Const):
            piece = give_name(read, piece, body, scope)
        text = piece.text
    for name in dict.fromkeys(symbols[p] for p in params if p in symbols):
        if name != text and name not in body.known:
            body.line(f"{name} = {text}")
    body.names.update((p, symbols.get(p, text)) for p in params)


def _assign(pairs: Sequence[Assignment], body: Body) -> None:
    """Assign at once; line by line where no text mentions what an earlier line assigns."""
    targets = [t for t, _ in pairs]
    if any(_mentions(text, targets[:k]) for k, (_, text) in enumerate(pairs)):
        body.line(f"{', '.join(targets)} = {', '.join(text for _, text in pairs)}")
        return
    for target, text in pairs:
        body.line(f"{target} = {text}")


def _mentions(text: str, names: Sequence[str]) -> bool:
    words = "".join(c if c.isalnum() or c == "_" else " " for c in text).split()
    return any(name in words for name in names)


def _write(
    block: Block, eqn: Eqn, body: Body, draft: Draft, buffers: Buffers | None, skip: int = 0
) -> tuple[Body, list[Assignment]]:
    """The lines of a block that leaves the results of `eqn`; what is still to be assigned at its end."""
    first, _ = operands_of(eqn)
    params = params_of(eqn, block)
    owned = frozenset(params[position - first] for position, _ in overwritten(eqn))
    outs = {k + skip: body.names[out] for k, out in enumerate(eqn.outs)}
    targets = {k: outs[k] for k in outs if not block.results[k].type.rank}
    handed_on = {} if eqn.op is COND else _handed_on(params, block.results[skip:])
    inner, groups = prepare(block, draft, owned, body.known, targets, body.indent + 1, buffers, handed_on)
    inner.scatters = body.scatters or (eqn.op is COND and bool(owned))
    pairs = [(outs[k], _result(block.results[k], inner)) for k in outs]
    if buffers is not None:
        buffers.leaving |= {inner.names[v] for v in _reshaped(inner)}
        if eqn.op is COND:
            buffers.leaving |= {text for _, text in pairs}
        else:
            buffers.settle(pairs, [out.type for out in eqn.outs])
    mark = len(inner.lines)
    write_block(groups, inner, True)
    _carried_extents(block, eqn, inner, mark)
    if buffers is not None and eqn.op is not COND:
        pairs = buffers.exchanged(pairs)
    return inner, [(target, text) for target, text in pairs if target != text]


def _carried_extents(block: Block, eqn: Eqn, body: Body, mark: int) -> None:
    """A carried number that is an extent of this trip is called as the loop calls it, and as the extent."""
    carried = params_of(eqn, block)[: operands_of(eqn)[1]]
    text = "\n".join(body.lines[mark:])
    for symbol in block.symbols:
        number = body.names[symbol.param]
        extent = symbol.axis is None and symbol.param in carried and number != symbol.name
        if extent and _mentions(text, [symbol.name]):
            body.lines.insert(mark, f"{'    ' * body.indent}{symbol.name} = {number}")


def _handed_on(params: Sequence[Value], results: Sequence[Arg]) -> dict[Value, Value]:
    """What a trip leaves in the place of each array that it got."""
    pairs = zip(params, results, strict=False)  # the params end with the invariant ones
    return {p: r for p, r in pairs if p.type.rank and isinstance(r, Value) and r is not p}


def _reshaped(body: Body) -> Iterator[Value]:
    """Arrays that share their memory with another name."""
    for statement in body.plan.statements:
        if statement.form is Form.CALL and statement.eqn.op.name == "reshape":
            yield statement.writes.value
            yield from (r.value for r in statement.reads if isinstance(r, Read))


def _result(result: Arg, body: Body) -> str:
    return _constant(result) if isinstance(result, Const) else body.names[result]


def _for(eqn: Eqn, body: Body, scope: Scope, draft: Draft) -> None:
    parts = for_parts(eqn)
    start, stop, step = (_text(a, body, scope) for a in eqn.args[:3])
    trips = f"{start}, {stop}" if start != "0" or step != "1" else stop
    if step != "1":
        trips += f", {step}"
    body.line(f"for {body.names[parts.index]} in range({trips}):")
    mark = len(body.lines)
    buffers = Buffers(body.known)
    inner, pairs = _write(parts.body, eqn, body, draft, buffers, int(parts.exits))
    more = _result(parts.body.results[0], inner) if parts.exits else "True"
    _assign(pairs, inner)
    if more != "True":
        inner.line(f"if not {more}:")
        inner.line("    break")
    if len(body.lines) == mark:
        inner.line("pass")
    _make(buffers, mark - 1, body)


def _make(buffers: Buffers, mark: int, body: Body) -> None:
    """The buffers of a loop, before its first line."""
    body.lines[mark:mark] = ["    " * body.indent + text for text in buffers.lines(body.buffers)]


def _while(eqn: Eqn, body: Body, draft: Draft) -> None:
    parts = while_parts(eqn)
    mark = len(body.lines)
    body.line("while True:")
    test, groups = prepare(parts.test, draft, known=body.known, indent=body.indent + 1)
    start = len(test.lines)
    scope = write_block(groups, test, True)
    _carried_extents(parts.test, eqn, test, start)
    (result,) = parts.test.results
    going = _condition(result, test, scope)
    simple = _single_assignment(body.lines[mark + 1 :], going)
    if simple:
        del body.lines[mark:]
        body.line(f"while {simple}:")
    else:
        test.line(f"if not {going}:")
        test.line("    break")
    buffers = Buffers(body.known)
    inner, pairs = _write(parts.body, eqn, body, draft, buffers)
    _assign(pairs, inner)
    if len(body.lines) == mark + 1:
        inner.line("pass")
    _make(buffers, mark, body)


def _condition(result: Arg, body: Body, scope: Scope) -> str:
    if isinstance(result, Const):
        return str(bool(result.value))
    found: Piece = piece_of(resolve(whole(result), body.plan.producers), body, scope)
    return scalar.enclosed(found, scalar.ATOM)


def _single_assignment(lines: Sequence[str], name: str) -> str:
    """The text of a condition, if its one line is all that there is."""
    if not lines:
        return name
    if len(lines) == 1 and lines[0].strip().startswith(f"{name} = "):
        return lines[0].strip().removeprefix(f"{name} = ")
    return ""


def _cond(eqn: Eqn, body: Body, scope: Scope, draft: Draft) -> None:
    condition = eqn.args[0]
    if isinstance(condition, Const):
        test = Piece(str(bool(condition.value)), NAME)
    else:
        test = piece_of(resolve(whole(condition), body.plan.producers), body, scope)
    mark = len(body.lines)
    for number, block in enumerate(eqn.regions):
        start = len(body.lines)
        if number == 0:
            body.line(f"if {test.text}:")
        elif start == mark + 1:  # nothing to do in the first branch
            del body.lines[mark:]
            start = mark
            body.line(f"if not {scalar.enclosed(test, scalar.ATOM)}:")
        else:
            body.line("else:")
        inner, pairs = _write(block, eqn, body, draft, body.buffers)
        _assign(pairs, inner)
        if number and len(body.lines) == start + 1:
            del body.lines[start:]
        elif number and start != mark:
            _else_if(start, body)


def _else_if(start: int, body: Body) -> None:
    """`else:` with nothing but an `if` in it is `elif`."""
    deeper = "    " * (body.indent + 1)
    tops = [line for line in body.lines[start + 1 :] if not line.startswith(deeper + " ")]
    if not tops[0].startswith(f"{deeper}if ") or any(
        not line.startswith((f"{deeper}else:", f"{deeper}elif ")) for line in tops[1:]
    ):
        return
    lines = [line[4:] for line in body.lines[start + 1 :]]
    first = "    " * body.indent
    body.lines[start:] = [f"{first}el{lines[0][len(first) :]}", *lines[1:]]
