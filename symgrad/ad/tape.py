"""What a backward sweep needs of the forward one: recomputed where that is cheap, saved where it is not.

In: the equations of a primal block, the values that its adjoint reads, what is available anyway.
Out: a `Plan`: the equations to run again in the backward block, and the values to save, one slot per trip.

    y = y * x[i]; s = s + exp(y)      dy reads x[i] (loaded again), the old y and exp(y) (saved)
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import field

import numpy as np

from symgrad.ad.dependence import WRITES
from symgrad.ad.loops import Adjoint
from symgrad.ad.versions import NO_VERSIONS, Versions
from symgrad.emit.names import word
from symgrad.ir.core import Arg, Const, Eqn, Kind, Symbol, Value
from symgrad.ir.dims import Dim, symbols
from symgrad.ir.frozen import dataclass
from symgrad.ir.regions import FOR

_TAPE = re.compile(r"(^|_)saved(_\d+)?$")
_BRACKETS, _SUM = re.compile(r"\(.*\)"), re.compile(r" [+-] ")
EXPENSIVE = frozenset(
    """
    exp exp2 expm1 log log2 log10 log1p cbrt sin cos tan arcsin arccos arctan sinh cosh tanh
    arcsinh arccosh arctanh sinc erf erfc gammaln digamma trigamma
    erfinv ndtri log_ndtr erfcx i0 i1 j0 j1 gamma polygamma sigmoid log_sigmoid softplus silu
    power arctan2 hypot logaddexp xlogy sigmoid_cross_entropy sqrt remainder fmod
    matmul cumsum softmax log_softmax logsumexp norm sum prod max min argmax argmin
    setitem add_at push concatenate
    """.split()  # noqa: SIM905 (a table of names)
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Run `again` (primal equations, in order), after loading `saved`.

    `since`: for the first result of each, the last statement before whose adjoint it must have run.
    """

    again: tuple[Eqn, ...]
    saved: tuple[Value, ...]
    since: Mapping[Value, int] = field(default_factory=dict)


def plan(
    eqns: Sequence[Eqn],
    needed: Collection[Value],
    free: Collection[Value],
    saveable: Callable[[Value], bool],
    symbols_here: Sequence[Symbol],
    arrays: Versions = NO_VERSIONS,
    uses: Mapping[Value, int] | None = None,
    first: Sequence[Value] = (),
) -> Plan:
    """Decide for each needed value, in program order, so that what is saved first serves what follows.

    A value is recomputed if it is cheap and all that it is computed from is free, saved, or so itself. If
    that takes arrays that the loop writes, or cannot be, the value is loaded from where it was put; else it
    is saved if it can be (its extents are known where the tape is made); else it is recomputed from whatever
    that takes. `arrays` says which reads of written arrays may be made again, when the adjoint of statement
    `uses` needs them. Those of `first` that anything is recomputed from are saved before all others.
    """
    made = {out: (number, eqn) for number, eqn in enumerate(eqns) for out in eqn.outs}
    order = {v: number for v, (number, _) in made.items()}
    sizes = {s.name: s.param for s in symbols_here if s.param in made}
    saved: list[Value] = [*arrays.overwritten(), *first]
    ready: set[Value] = {*free, *saved}
    again: dict[Value, Eqn] = {}  # by the first result
    since: dict[Value, int] = {}  # the last statement whose adjoint these serve

    def operands(eqn: Eqn, group: int) -> list[Value]:
        """What it takes to run `eqn`: nothing for the arrays that are there by then."""
        read = list(eqn.reads)
        if arrays.of and arrays.readable(eqn, group):
            read = [v for v in read if v not in arrays.of]
        return read + [sizes[name] for name in sorted(eqn.names) if name in sizes]

    def serves(v: Value, group: int) -> bool:
        first = made[v][1].outs[0] if v in made else v
        return first in again and v in again[first].outs and since[first] >= group

    def take(found: Mapping[Value, Eqn], group: int) -> None:
        for v, eqn in found.items():
            if v not in again or len(again[v].outs) < len(eqn.outs):  # a load gives one result of several
                again[v] = eqn
            since[v] = max(group, since.get(v, group))

    def closure(last: Eqn, group: int) -> dict[Value, Eqn] | None:
        """`last` and the equations that it takes, if they are all cheap; beside a loop any number is."""
        loop = arrays.reruns and is_cheap_loop(last)
        found: dict[Value, Eqn] = {}
        stack = [last]
        while stack:
            eqn = stack.pop()
            if eqn.outs[0] in found:
                continue
            fills = eqn.op.name in WRITES and last.outs[0].type.rank >= eqn.out.type.rank
            fills = fills and arrays.reruns and eqn.args[0] in made and eqn.out not in arrays.of
            if not (is_cheap(eqn) or fills or (loop and (eqn is last or _is_number(eqn)))):
                return None
            found[eqn.outs[0]] = eqn
            for o in operands(eqn, group):
                if o in ready or serves(o, group):
                    continue
                if o not in made:
                    return None
                stack.append(made[o][1])
        return found

    def cheapest(v: Value, group: int) -> tuple[dict[Value, Eqn] | None, int]:
        direct = closure(made[v][1], group) if v in made and _worth(v, made[v][1]) else None
        if v not in arrays.instead or (direct is not None and not any(map(arrays.reads, direct.values()))):
            return direct, group
        there = arrays.until(v, group)
        loaded = closure(arrays.instead[v], there)
        if loaded is None or (direct is not None and len(direct) <= len(loaded)):
            return direct, group
        return loaded, there

    def obtain(value: Value, group: int) -> None:
        stack = [value]
        while stack:
            v = stack.pop()
            if v in ready or serves(v, group):
                continue
            found, when = cheapest(v, group)
            if found is not None:
                take(found, when)
            elif saveable(v):
                saved.append(v)
                ready.add(v)
            else:
                eqn = made[v][1]
                take({eqn.outs[0]: eqn}, group)
                stack += operands(eqn, group)

    for value in sorted(needed, key=lambda v: (order.get(v, -1), -v.type.rank)):
        obtain(value, (uses or {}).get(value, 0))
    read = {*needed, *(v for e in again.values() for v in e.reads)}
    saved = [v for v in saved if v not in first or v in read]
    return Plan(_in_order(again, order), tuple(saved), since)


def _in_order(again: Mapping[Value, Eqn], order: Mapping[Value, int]) -> tuple[Eqn, ...]:
    """As in the program, but for loads of what is put somewhere later: those follow their operands."""
    made = {o: eqn for eqn in again.values() for o in eqn.outs}
    done: dict[Value, Eqn] = {}
    for first in sorted(again, key=lambda v: order.get(v, -1)):
        stack = [again[first]]
        while stack:
            eqn = stack[-1]
            missing = [made[a] for a in eqn.reads if a in made and made[a].outs[0] not in done]
            if missing and eqn.outs[0] not in done:
                stack += missing
            else:
                done[stack.pop().outs[0]] = eqn
    return tuple(done.values())


def is_cheap(eqn: Eqn) -> bool:
    """Cheaper to compute again than to store and load; and a scalar, or a view that costs nothing."""
    if eqn.op.kind is Kind.REGION or (eqn.op.name in EXPENSIVE and not _is_short(eqn)):
        return False
    if eqn.op.kind in (Kind.SHAPE, Kind.CREATE):
        return True
    return eqn.op.kind is Kind.ELEMENTWISE


def _is_short(eqn: Eqn) -> bool:
    """A power that is a product or two, or the remainder of integers."""
    if eqn.op.name == "power":
        exponent = eqn.args[1]
        return isinstance(exponent, Const) and exponent.value in (2, 3, 4)
    return eqn.op.name == "remainder" and not eqn.out.type.is_float


def uses_of(adjoint: Adjoint, sizes: Iterable[Value], arrays: Versions) -> dict[Value, int]:
    """For each value that the adjoint reads, the last statement whose adjoint does."""
    found = dict.fromkeys((r for r in adjoint.results if isinstance(r, Value)), -1)
    for eqn, group in zip(adjoint.eqns, adjoint.groups, strict=True):
        found.update((v, max(group, found.get(v, group))) for v in eqn.reads)
    found.update((v, max(group, found.get(v, group))) for v, group in arrays.places_needed().items())
    return found | dict.fromkeys(sizes, max((*adjoint.groups, *adjoint.origins), default=0) + 1)


_RUN_AGAIN = 8  # operations: about what writing a number to a tape, and reading it later, costs


def is_cheap_loop(eqn: Eqn) -> bool:
    """A loop over a few numbers, its tapes aside: run again it costs less than its tapes, kept for each trip
    of the loop around it. Only innermost loops are: nothing is run again inside what is run again.
    """
    if eqn.op is not FOR or eqn.attrs.get("exits"):
        return False
    body = eqn.regions[0].eqns
    writes = [e for e in body if e.op.name == "setitem"]
    numbers = [e for e in body if e.op.name != "setitem"]
    return bool(writes) and len(numbers) <= _RUN_AGAIN * len(writes) and all(map(_is_cheap_number, numbers))


def _is_cheap_number(eqn: Eqn) -> bool:
    return is_cheap(eqn) and not any(o.type.rank for o in eqn.outs)


def _is_number(eqn: Eqn) -> bool:
    """A few numbers from a few numbers, or an element of an array."""
    if eqn.op.kind is Kind.REGION or any(o.type.rank for o in eqn.outs):
        return False
    return eqn.op.name == "getitem" or not any(a.type.rank for a in eqn.args)


def _worth(value: Value, eqn: Eqn) -> bool:
    """A loop is run again for its tapes, not for one number."""
    return eqn.op.kind is not Kind.REGION or bool(value.type.rank)


def read_by(eqns: Iterable[Eqn], results: Iterable[Arg]) -> list[Value]:
    """The values that equations and results read and do not define, in order of first use."""
    eqns = tuple(eqns)
    own = {out for e in eqns for out in e.outs}
    read = [v for e in eqns for v in e.reads] + [r for r in results if isinstance(r, Value)]
    return list(dict.fromkeys(v for v in read if v not in own))


def sizes_in(eqns: Iterable[Eqn], symbols_here: Sequence[Symbol], made: Iterable[Eqn]) -> list[Value]:
    """The values made by `made` that are extents in `eqns`: read by no operand, and needed all the same."""
    own = {out for e in made for out in e.outs}
    sizes = {s.name: s.param for s in symbols_here if s.param in own}
    mentioned = {name for e in eqns for name in e.names} if sizes else set()
    return [sizes[name] for name in sorted(mentioned) if name in sizes]


def facts(symbols: Iterable[Symbol], env: Mapping[Value, Arg], eqns: Iterable[Eqn]) -> list[Symbol]:
    """Which values are extents in a backward block: what `env` has for the primal ones, and its own."""
    own = {out for e in eqns for out in e.outs}
    found = ((s, env.get(s.param, s.param)) for s in symbols if s.param in env or s.param in own)
    return [Symbol(s.name, param, s.axis) for s, param in found if isinstance(param, Value)]


def known_extents(bound: Collection[str], partial: Collection[Value]) -> Callable[[Value], bool]:
    """Whether a value's type mentions only extents that `bound` names, and it is no tape filled in part."""

    def test(value: Value) -> bool:
        return value not in partial and all(s in bound for d in value.type.shape for s in symbols(d))

    return test


def name_of(value: Value, made: Mapping[Value, Eqn]) -> str:
    """What a saved value is called: parts of arrays after the array, tapes after what they hold."""
    source = made.get(value)
    if not value.hint and source is not None and source.op.name == "getitem":
        base = source.args[0]
        return _stem(base.hint) if isinstance(base, Value) else ""
    return _stem(value.hint)


def tape_name(value: Value, called: str, made: Mapping[Value, Eqn]) -> str:
    """What the tape of a value is called: after its name, or after the word for what makes it."""
    source = made.get(value)
    known = called or ("" if source is None else word(source.op.name, ""))
    return f"{known}_saved" if known else "saved"


def _stem(hint: str) -> str:
    """A name without the endings that tapes have."""
    while (shorter := _TAPE.sub("", hint)) != hint:
        hint = shorter
    return hint


def bytes_of(value: Value, *slots: Dim) -> str:
    """`8 B`, or `8 B x m` for a row of m, and how many of them."""
    size = f"{np.dtype(value.type.dtype).itemsize} B"
    return " x ".join([size, *(factor(str(d)) for d in (*value.type.shape, *slots))])


def factor(text: str) -> str:
    """The text of an extent in a product: a sum is set in brackets."""
    return f"({text})" if _SUM.search(_BRACKETS.sub("", text)) else text
