"""Which values become statements and which are nested in the expression that reads them.

In: a function. Out: the values that have no statement of their own, and how often each extent is written.
A value is nested if it has no user's name and is read once, in the phase that computes it, and the line
stays short; or if writing it again costs nothing (`x.T`, `-x`, `x[0]`). Whatever would make a line too
long becomes a named temporary instead.

    %1 = subtract(y_pred, y); %2 = square(%1); loss = sum(%2)   ->   loss = np.sum(np.square(y_pred - y))
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from symgrad.emit.casts import computes_in
from symgrad.emit.expr import expression, write
from symgrad.emit.extents import Scope, lend
from symgrad.emit.names import Slot, allocate, identifier, word
from symgrad.emit.syntax import Text, variable
from symgrad.ir.core import Arg, Const, Eqn, Function, Kind, Value, values
from symgrad.ir.dims import as_symbol
from symgrad.ir.indexing import index_of, is_basic
from symgrad.ir.walk import dims_in

LINE = 100  # columns of a line, with its four of indentation
NESTED = 80  # columns of an expression
REPEATED = 12  # columns of a load that may be written more than once

# Results of these share memory with their operand.
VIEWS = frozenset({"copy", "stop_gradient", "transpose", "reshape", "broadcast_to"})


@dataclass(frozen=True, slots=True)
class Plan:
    nested: frozenset[Value]
    asked: Counter[str]


def is_view(eqn: Eqn) -> bool:
    return eqn.op.name in VIEWS or (eqn.op.name == "getitem" and is_basic(index_of(eqn.attrs)))


def parameter_names(function: Function, reserved: list[str]) -> list[str]:
    slots = [Slot(0.0, 1.0, p.hint or "arg", "arg") for p in function.params]
    return allocate(slots, reserved)


def scope_of(function: Function, names: list[str], extents: dict[str, str]) -> Scope:
    """What expressions of this function may mention; array parameters lend their shapes."""
    strong = frozenset(s.name for s in function.body.symbols if s.axis is None)
    scope = Scope(extents, strong)
    for param, name in zip(function.params, names, strict=True):
        lend(scope, param.type, param.hint, name)
    return scope


def lasting(function: Function) -> frozenset[str]:
    """The hints that only one value has: its name is never given to another."""
    count = Counter(p.hint for p in function.params)
    count.update(out.hint for eqn in function.eqns for out in eqn.outs)
    return frozenset(hint for hint, times in count.items() if hint and times == 1)


def plan(function: Function, names: list[str]) -> Plan:
    """Decide for every value of the function's body."""
    readers = _readers(function)
    by_value = {out: eqn for eqn in function.eqns for out in eqn.outs}
    one_phase = len({e.phase for e in function.eqns}) <= 1
    scope = scope_of(function, names, {})
    alone = lasting(function)
    nested: set[Value] = set()
    asked: Counter[str] = Counter()
    texts: dict[Value, Text] = {
        p: variable(n, p.type.dtype) for p, n in zip(function.params, names, strict=True)
    }
    for eqn in function.eqns:
        local = replace(scope, asked=Counter())
        text = _short(eqn, texts, nested, local)
        out = eqn.out
        reads = readers.get(out, [])
        asked.update(local.asked)
        if _is_nested(eqn, text, reads, texts, by_value, one_phase):
            nested.add(out)
            texts[out] = text
            for name, count in local.asked.items():
                asked[name] += count * (len(reads) - 1)
        else:
            texts[out] = _provisional(eqn, text)
            if out.hint in alone and eqn.phase == "":
                lend(scope, out.type, out.hint, out.hint)
    _short_return(function, texts, nested)
    return Plan(frozenset(nested), asked)


Reader = tuple[Eqn, int] | None  # an equation and the position of the operand; None for a result


def _readers(function: Function) -> dict[Value, list[Reader]]:
    out: dict[Value, list[Reader]] = {}
    for eqn in function.eqns:
        for i, arg in enumerate(eqn.args):
            if isinstance(arg, Value):
                out.setdefault(arg, []).append((eqn, i))
    for result in values(function.results):
        out.setdefault(result, []).append(None)
    return out


def _provisional(eqn: Eqn, text: Text) -> Text:
    out = eqn.out
    return variable(identifier(out.hint) if out.hint else f"{word(eqn.op.name)}2", out.type.dtype, text.weak)


def operand_texts(args: tuple[Arg, ...], texts: dict[Value, Text]) -> list[Text | None]:
    return [texts[a] if isinstance(a, Value) else None for a in args]


def _short(eqn: Eqn, texts: dict[Value, Text], nested: set[Value], scope: Scope) -> Text:
    """The text of `eqn`; operands that would make it too long are given a statement of their own."""
    while True:
        scope.asked.clear()
        values_of = operand_texts(eqn.args, texts)
        if eqn.op.kind is Kind.WRITE:
            text = variable(write(eqn, eqn.out.hint or "arr", values_of, scope), eqn.out.type.dtype)
        else:
            text = expression(eqn, values_of, scope, eqn.out.hint)
        if len(text) + len(eqn.out.hint) <= NESTED or not _spill(values(eqn.args), texts, nested):
            return text


def _spill(args: Iterable[Value], texts: dict[Value, Text], nested: set[Value]) -> bool:
    """Take the longest nested operand out; False if there is none worth it."""
    candidates = [a for a in args if a in nested and len(texts[a]) > REPEATED]
    if not candidates:
        return False
    longest = max(candidates, key=lambda a: len(texts[a]))
    nested.discard(longest)
    texts[longest] = variable(longest.hint or "total2", longest.type.dtype, texts[longest].weak)
    return True


def _short_return(function: Function, texts: dict[Value, Text], nested: set[Value]) -> None:
    results = list(dict.fromkeys(values(function.results)))
    while sum(len(texts[r]) + 2 for r in results) > NESTED and _spill(results, texts, nested):
        pass


def _is_nested(
    eqn: Eqn,
    text: Text,
    reads: list[Reader],
    texts: dict[Value, Text],
    by_value: dict[Value, Eqn],
    one_phase: bool,
) -> bool:
    if eqn.op.kind is Kind.WRITE or len(text) > NESTED:
        return False
    if any(r is not None and r[0].op.kind is Kind.WRITE and r[1] == 0 for r in reads):
        # the array that is written needs a name, but for a view that is copied on the way
        return len(reads) == 1 and is_view(eqn) and (not eqn.out.hint or _named_alike(eqn, reads[0]))
    if eqn.out.hint:
        return False
    if len(reads) == 1:
        here = one_phase if reads[0] is None else reads[0][0].phase == eqn.phase
        if here or (reads[0] is not None and eqn.op.kind is Kind.CREATE):
            return True
    return _costs_nothing(eqn, text, reads, texts, by_value)


def _named_alike(eqn: Eqn, reader: Reader) -> bool:
    return reader is not None and eqn.out.hint == reader[0].out.hint and eqn.op.name == "copy"


def _costs_nothing(
    eqn: Eqn, text: Text, reads: list[Reader], texts: dict[Value, Text], by_value: dict[Value, Eqn]
) -> bool:
    """Writing it again is as short as a name for it, and no work."""
    if None in reads:
        return False
    name = eqn.op.name
    base = texts.get(eqn.args[0]) if eqn.args and isinstance(eqn.args[0], Value) else None
    if name == "extent":
        return all(as_symbol(d) is not None for d in dims_in(eqn.attrs["dim"]))
    if name == "cast":
        return all(r is not None and _makes_cast(r[0], by_value) for r in reads)
    if base is None or not base.name:
        return False
    if name == "transpose":
        return text.text.endswith((".T", ".mT"))
    return name in ("negative", "copy") or (is_view(eqn) and name == "getitem" and len(text) <= REPEATED)


def _makes_cast(eqn: Eqn, by_value: dict[Value, Eqn]) -> bool:
    """NumPy converts all the operands of `eqn` that are casts, as far as types can tell."""
    if eqn.op.kind is not Kind.ELEMENTWISE or eqn.op.name == "cast":
        return False
    data = eqn.args[1:] if eqn.op.name == "where" else eqn.args
    kinds = []
    for arg in data:
        producer = by_value.get(arg) if isinstance(arg, Value) else None
        if producer is not None and producer.op.name == "cast" and not arg.hint:  # type: ignore[union-attr]
            source = producer.args[0]
            weak = isinstance(source, Value) and source in by_value and by_value[source].op.name == "extent"
            kinds.append((source.type.dtype, weak and not source.hint))  # type: ignore[union-attr]
        else:
            kinds.append((arg.type.dtype, isinstance(arg, Const)))
    return computes_in(eqn.op.name, tuple(kinds), data[0].type.dtype)
