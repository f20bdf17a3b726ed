"""Which values become statements and which are nested in the expression that reads them.

In: an open program. Out: the values that have no statement of their own, the branches that are conditional
expressions, and how often each extent is written. A value is nested if it has no user's name and is read
once, in the block and the phase that compute it, and the line stays short; or if writing it again costs
nothing (`x.T`, `-x`, `x[0]`). Whatever would make a line too long becomes a named temporary instead. What a
trip yields is a statement, unless what it replaces is still read: then it is nested in `u, v = v, u + v`.

    %1 = subtract(y_pred, y); %2 = square(%1); loss = sum(%2)   ->   loss = np.sum(np.square(y_pred - y))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from symgrad.emit.blocks import Block, Step, all_steps
from symgrad.emit.casts import computes_in
from symgrad.emit.expr import choice, expression, scalar, write
from symgrad.emit.extents import Scope, lend
from symgrad.emit.hints import hint_for, lasting, scope_of, wanted_names
from symgrad.emit.names import identifier, word
from symgrad.emit.syntax import Text, variable
from symgrad.ir.core import Arg, Const, Eqn, Function, Kind, Value, array_of, dims_in, values
from symgrad.ir.dims import as_symbol
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of, is_basic
from symgrad.ir.ops import extent_of
from symgrad.ir.regions import FOR

LINE = 100  # columns of a line, with its four of indentation
NESTED = 80  # columns of an expression
CHOICE = 6  # operations in a conditional expression
REPEATED = 12  # columns of a load that may be written more than once

# Results of these share memory with their operand.
VIEWS = frozenset({"copy", "recall", "stop_gradient", "transpose", "reshape", "broadcast_to"})


@dataclass(slots=True)
class Plan:
    """`nested` values have no statement; `expressions` are branches that print as one, by their result."""

    nested: set[Value] = field(default_factory=set)
    expressions: set[Value] = field(default_factory=set)
    asked: Counter[str] = field(default_factory=Counter)


def is_view(eqn: Eqn) -> bool:
    return eqn.op.name in VIEWS or (eqn.op.name == "getitem" and is_basic(index_of(eqn.attrs)))


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads a value: a step at an operand's position, or (None) a block as its result of that number."""

    step: Step | None
    position: int
    block: Block
    order: int


@dataclass(slots=True)
class _Planning:
    """What is known of the program, and the plan as far as it goes."""

    program: Block
    texts: dict[Value, Text]
    by_value: dict[Value, Eqn]
    wanted: dict[Value, str]
    alone: frozenset[str]
    one_phase: bool
    scope: Scope
    plan: Plan = field(default_factory=Plan)
    readers: dict[Value, list[Reader]] = field(default_factory=dict)
    order: dict[Step, int] = field(default_factory=dict)
    replaced: dict[tuple[Block, int], Value] = field(default_factory=dict)  # by which result of a loop's body
    written: dict[Value, list[int]] = field(default_factory=dict)  # when arrays are written into
    elements: dict[Value, frozenset[Value]] = field(default_factory=dict)  # what a nested value is read from
    tells: set[Value] = field(default_factory=set)  # results that are the number of an extent
    flags: dict[Block, int] = field(default_factory=dict)  # results that are tests, or whole expressions


def plan(function: Function, program: Block, names: list[str]) -> Plan:
    """Decide for every value of the program."""
    steps = list(all_steps(program))
    p = _Planning(
        program,
        {v: variable(n, v.type.dtype) for v, n in zip(function.params, names, strict=True)},
        {out: s.eqn for s in steps for out in s.eqn.outs},
        wanted_names(program),
        lasting(program),
        len({s.eqn.phase for s in steps}) <= 1,
        scope_of(function, names, {}),
    )
    _read(program, p, 0)
    for step in steps:
        if step.is_loop:
            first = 1 if step.exits else 0
            p.replaced |= {(step.body, first + k): v for k, v in enumerate(step.carried_params)}
            if first:
                p.flags[step.body] = 0
            if len(step.blocks) == 2:
                p.flags[step.blocks[0]] = 0
    _plan_block(program, NESTED, p)
    _short_return(program, p)
    return p.plan


def _read(block: Block, p: _Planning, order: int) -> int:
    """Note every reader in the order of the program."""
    p.tells.update(s.value for s in block.sizes if isinstance(s.value, Value))
    for step in block.steps:
        order += 1
        p.order[step] = order
        if step.eqn.op.kind is Kind.WRITE:
            p.written.setdefault(array_of(step.eqn), []).append(order)
        for i, arg in enumerate(step.eqn.args):
            if isinstance(arg, Value):
                p.readers.setdefault(arg, []).append(Reader(step, i, block, order))
        for inner in step.blocks:
            order = _read(inner, p, order)
    order += 1
    for i, result in enumerate(block.results):
        if isinstance(result, Value):
            p.readers.setdefault(result, []).append(Reader(None, i, block, order))
    return order


def _plan_block(block: Block, room: int, p: _Planning) -> None:
    for step in block.steps:
        eqn = step.eqn
        local = replace(p.scope, asked=Counter())
        if step.eqn.op is FOR:
            index = step.body.params[0]
            p.texts[index] = variable(identifier(index.hint or "i"), "int64", weak=True)
        if step.blocks:
            if _choose(step, room, p):
                text = choice(eqn, _condition(step, p), *(_result(b.results[0], p) for b in step.blocks))
            else:
                if step.is_loop:
                    p.texts.update((v, _placeholder(v)) for v in step.carried_params)
                for inner in step.blocks:
                    _plan_block(inner, room - 4, p)
                p.texts.update((o, _placeholder(o)) for o in eqn.outs)
                continue
        else:
            text = _short(step, room, local, p)
        out = step.key
        reads = p.readers.get(out, [])
        p.plan.asked.update(local.asked)
        from_arrays = _elements(eqn, p)
        if _is_nested(step, block, text, room, reads, p) and not _outlives(step, from_arrays, reads, p):
            p.plan.nested.add(out)
            p.elements[out] = from_arrays
            p.texts[out] = text
            for name, count in local.asked.items():
                p.plan.asked[name] += count * (len(reads) - 1)
        else:
            p.texts[out] = _provisional(eqn, text)
            if out.hint in p.alone and eqn.phase == "" and room == NESTED:
                lend(p.scope, out.type, out.hint, out.hint)


def state(value: Value, name: str) -> Text:
    """What a region hands on: a number that may be a plain Python one on the first trip and NumPy's later."""
    return replace(variable(name, value.type.dtype), unsure=not value.type.rank)


def _placeholder(value: Value) -> Text:
    return state(value, identifier(value.hint) if value.hint else "state2")


def _condition(step: Step, p: _Planning) -> Text:
    return _result(step.eqn.args[0], p)


def _result(arg: Arg, p: _Planning) -> Text:
    return scalar(arg) if isinstance(arg, Const) else p.texts[arg]


def _choose(step: Step, room: int, p: _Planning) -> bool:
    """A branch between two cheap numbers is an expression, unless the user wrote a statement."""
    eqn = step.eqn
    if step.is_loop or len(eqn.outs) != 1 or eqn.out.type.rank or eqn.phase == "bwd":
        return False
    if eqn.loc is not None and eqn.loc.text.startswith(("if ", "elif ", "while ", "for ")):
        return False
    inner = [s for block in step.blocks for s in all_steps(block)]
    if len(inner) > CHOICE or any(_is_work(s, p) for s in inner):
        return False
    asked = p.plan.asked.copy()
    for block in step.blocks:
        p.flags[block] = 0
        _plan_block(block, room, p)
    nested = p.plan.nested
    whole = sum(len(_result(b.results[0], p)) for b in step.blocks) + len(_condition(step, p))
    if all(s.key in nested for s in inner) and whole <= room - 10:
        p.plan.expressions.add(step.key)
        return True
    p.plan.asked = asked
    for s in inner:
        nested.discard(s.key)
        p.plan.expressions.discard(s.key)
    for block in step.blocks:
        del p.flags[block]
    return False


def _is_work(step: Step, p: _Planning) -> bool:
    """Not an unnamed number that is read once."""
    named = bool(step.key.hint) or step.key.type.rank > 0 or step.eqn.op.kind is Kind.WRITE
    return named or len(p.readers.get(step.key, ())) != 1 or (bool(step.blocks) and step.is_loop)


def _provisional(eqn: Eqn, text: Text) -> Text:
    out = eqn.out
    return variable(identifier(out.hint) if out.hint else f"{word(eqn.op.name)}2", out.type.dtype, text.weak)


def operand_texts(args: tuple[Arg, ...], texts: dict[Value, Text]) -> list[Text | None]:
    return [texts[a] if isinstance(a, Value) else None for a in args]


def _short(step: Step, room: int, scope: Scope, p: _Planning) -> Text:
    """The text of a step; operands that would make it too long are given a statement of their own."""
    eqn, hint = step.eqn, hint_for(step, p.wanted)
    while True:
        scope.asked.clear()
        values_of = operand_texts(eqn.args, p.texts)
        if eqn.op.kind is Kind.WRITE:
            text = variable(write(eqn, eqn.out.hint or "arr", values_of, scope), eqn.out.type.dtype)
        else:
            text = expression(eqn, values_of, scope, hint)
        if len(text) + len(eqn.out.hint) <= room or not _spill(eqn.reads, p):
            return text


def _spill(args: Iterable[Value], p: _Planning) -> bool:
    """Take the longest nested operand out; False if there is none worth it."""
    texts, nested = p.texts, p.plan.nested
    candidates = [a for a in args if a in nested and len(texts[a]) > REPEATED]
    if not candidates:
        return False
    longest = max(candidates, key=lambda a: len(texts[a]))
    nested.discard(longest)
    texts[longest] = variable(longest.hint or "total2", longest.type.dtype, texts[longest].weak)
    return True


def _short_return(program: Block, p: _Planning) -> None:
    results = list(dict.fromkeys(values(program.results)))
    while sum(len(p.texts[r]) + 2 for r in results) > NESTED and _spill(results, p):
        pass


def _is_nested(step: Step, block: Block, text: Text, room: int, reads: list[Reader], p: _Planning) -> bool:
    eqn = step.eqn
    if eqn.op.kind is Kind.WRITE or len(text) > room or not reads:
        return False
    if _is_size(eqn):
        return True
    if step.key in p.tells:
        return False
    if any(r.step is not None and r.step.eqn.op.kind is Kind.WRITE and r.position == 0 for r in reads):
        # the array that is written needs a name, but for a view that is copied on the way
        return len(reads) == 1 and is_view(eqn) and (not eqn.out.hint or _named_alike(eqn, reads[0]))
    if len(reads) == 1 and reads[0].step is None and reads[0].block is block:
        handed = _is_handed_on(step, reads[0], p)
        if handed is not None:
            return handed
    if eqn.out.hint:
        return False
    if len(reads) == 1 and reads[0].block is block:
        reader = reads[0].step
        here = p.one_phase if reader is None else reader.eqn.phase == eqn.phase
        if here or (reader is not None and eqn.op.kind is Kind.CREATE):
            return True
    at_hand = eqn.op.name == "extent" or all(r.block is block for r in reads)
    return at_hand and _costs_nothing(eqn, text, reads, p)


def _elements(eqn: Eqn, p: _Planning) -> frozenset[Value]:
    """The arrays whose contents an expression reads."""
    found = frozenset[Value]().union(*(p.elements.get(a, frozenset()) for a in eqn.reads))
    if eqn.op.kind in (Kind.ELEMENTWISE, Kind.REDUCTION) or eqn.op.name == "getitem":
        found |= {a for a in eqn.reads if a.type.rank and a in p.written and a not in p.plan.nested}
    return found


def _outlives(step: Step, arrays: frozenset[Value], reads: list[Reader], p: _Planning) -> bool:
    """An array is written into before the expression is printed: the value needs a variable."""
    first, last = p.order[step], max((r.order for r in reads), default=0)
    return any(first < time < last for a in arrays for time in p.written.get(a, ()))


def _is_size(eqn: Eqn) -> bool:
    """The number of an extent under the extent's own name."""
    return eqn.op.name == "extent" and bool(eqn.out.hint) and as_symbol(extent_of(eqn.attrs)) == eqn.out.hint


def _is_handed_on(step: Step, reader: Reader, p: _Planning) -> bool | None:
    """For the result of an inner block: whether it is nested where it is handed on; None: as usual."""
    if p.flags.get(reader.block) == reader.position:
        return None if step.key.hint else True
    old = p.replaced.get((reader.block, reader.position))
    if old is None or step.key.hint not in ("", old.hint):
        return None if step.key.hint or reader.block is p.program else False
    return any(_printed(r, p) > p.order[step] for r in p.readers.get(old, ()))


def _printed(reader: Reader, p: _Planning) -> int:
    """When a reader is printed: with the statement that it is nested in, as far as that is decided."""
    while reader.step is not None and reader.step.key in p.plan.nested:
        reader = p.readers[reader.step.key][-1]
    return reader.order


def _named_alike(eqn: Eqn, reader: Reader) -> bool:
    return reader.step is not None and eqn.out.hint == reader.step.eqn.out.hint and eqn.op.name == "copy"


def _costs_nothing(eqn: Eqn, text: Text, reads: list[Reader], p: _Planning) -> bool:
    """Writing it again is as short as a name for it, and no work."""
    if any(r.step is None for r in reads):
        return False
    name = eqn.op.name
    base = p.texts.get(eqn.args[0]) if eqn.args and isinstance(eqn.args[0], Value) else None
    if name == "extent":
        return len(text) <= REPEATED // 2 or all(
            as_symbol(d) is not None for d in dims_in(extent_of(eqn.attrs))
        )
    if name == "cast":
        return all(r.step is not None and _makes_cast(r.step.eqn, p.by_value) for r in reads)
    if base is None or not base.name:
        return False
    if name == "transpose":
        return text.text.endswith((".T", ".mT"))
    return name in ("negative", "copy", "recall") or (
        is_view(eqn) and name == "getitem" and len(text) <= REPEATED
    )


def _makes_cast(eqn: Eqn, by_value: dict[Value, Eqn]) -> bool:
    """NumPy converts all the operands of `eqn` that are casts, as far as types can tell."""
    if eqn.op.kind is not Kind.ELEMENTWISE or eqn.op.name == "cast":
        return False
    data = eqn.args[1:] if eqn.op.name == "where" else eqn.args
    kinds = []
    for arg in data:
        producer = by_value.get(arg) if isinstance(arg, Value) else None
        if producer is not None and producer.op.name == "cast" and not producer.out.hint:
            source = producer.args[0]
            weak = isinstance(source, Value) and source in by_value and by_value[source].op.name == "extent"
            kinds.append((source.type.dtype, weak and not getattr(source, "hint", "")))
        else:
            kinds.append((arg.type.dtype, isinstance(arg, Const)))
    return computes_in(eqn.op.name, tuple(kinds), data[0].type.dtype)
