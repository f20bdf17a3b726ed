"""What a derivative keeps for its backward pass: per line of the user's program, how many bytes, and why.

In: a derived function, its arguments. Out: a `Memory` that prints as a table. Two things are kept: the slots
that loops write for their adjoints (tapes, snapshots), and arrays of the forward pass that the backward pass
reads. Views of the arguments, and numbers, take nothing.

    line                               saved      bytes  why
      4  y = np.tanh(x @ w)            y           800 B  read by the adjoint of this line
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from symgrad.ad.tape import bytes_of
from symgrad.backends.numpy import compile
from symgrad.emit.blocks import Block, Step, opened
from symgrad.emit.expr import helpers_of
from symgrad.emit.hints import parameter_names
from symgrad.emit.liveness import liveness
from symgrad.emit.memory import Memory as Places
from symgrad.emit.memory import memory as places_of
from symgrad.emit.order import ordered
from symgrad.emit.plan import plan
from symgrad.emit.study import study
from symgrad.errors import Loc
from symgrad.ir.core import Eqn, Function, Kind, Symbol, Value, values
from symgrad.ir.dims import Dim, evaluate, symbols
from symgrad.ir.walk import all_eqns
from symgrad.opt import simplify
from symgrad.study.reasons import Reason, reason_of

_NOTE = re.compile(r"(?:(?P<name>\D.*?), )?(?P<each>\d+ B.*)")  # `y, 8 B x n`, or `8 B x max(n - 1, 0)`


@dataclass(frozen=True, slots=True)
class Saved:
    """One thing that is kept. `bytes` is None where only the run can tell: then `each` says it per slot.

    `reason` says why, by its kind and what belongs to that; `why` is the same as a sentence.
    """

    line: int
    text: str
    name: str
    kind: str  # "tape", "snapshots", "array"
    shape: tuple[int, ...] | None
    bytes: int | None
    each: str
    reason: Reason

    @property
    def why(self) -> str:
        """The reason as a sentence."""
        return str(self.reason)


@dataclass(frozen=True, slots=True)
class Memory:
    """What is kept between the forward and the backward pass. ``.lines`` are records, ``.total`` is bytes."""

    lines: tuple[Saved, ...]

    @property
    def total(self) -> int:
        """The bytes of all that has a size before the run."""
        return sum(s.bytes or 0 for s in self.lines)

    def __str__(self) -> str:
        if not self.lines:
            return "nothing is saved for the backward pass\n"
        rows = [("line", "", "saved", "bytes", "why")]
        rows += [(str(s.line), s.text, s.name, _size(s), s.why) for s in self.lines]
        rows.append(("", "", "total", _bytes(self.total), ""))
        wide = [min(max(len(r[k]) for r in rows), 50) for k in range(4)]
        return "".join(
            f"{a:>{wide[0]}}  {_cut(b, wide[1]):<{wide[1]}}  {c:<{wide[2]}}  {d:>{wide[3]}}  {e}".rstrip()
            + "\n"
            for a, b, c, d, e in rows
        )

    __repr__ = __str__

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{h}</th>" for h in ("line", "statement", "saved", "bytes", "why"))
        rows = [(str(s.line), s.text, s.name, _size(s), s.why) for s in self.lines]
        rows.append(("", "", "total", _bytes(self.total), ""))
        body = "".join("<tr>" + "".join(f"<td>{html.escape(c)}</td>" for c in r) + "</tr>" for r in rows)
        return f"<table><tr>{head}</tr>{body}</table>"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 3] + "..."


def _size(s: Saved) -> str:
    return s.each if s.bytes is None else _bytes(s.bytes)


def _bytes(n: int) -> str:
    """1234567 as 1.23 MB."""
    for unit, size in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3)):
        if n >= size:
            return f"{n / size:.3g} {unit}" if n < 999.5 * size else f"{n / size:.0f} {unit}"
    return f"{n} B"


def memory_of(function: Function, args: Sequence[Any]) -> Memory:
    """What `function` keeps when it is called with these (flat) arguments."""
    program = ordered(opened(function))
    chosen = plan(function, program, parameter_names(function, helpers_of(tuple(all_eqns(function.body)))))
    told = {s.name for s in function.body.symbols if s.param in function.params}
    live = liveness(program, chosen.nested, chosen.expressions, told)
    places = places_of(program, live, chosen.nested, chosen.expressions)
    found = _Finding(program, places, chosen.nested, extents_of(function, args))
    lines = [*found.tapes(program), *found.arrays()]
    return Memory(tuple(sorted(lines, key=lambda s: (s.line, s.kind != "array", s.name))))


@dataclass(frozen=True, slots=True)
class _Finding:
    """A program, where its values are, and what its extents are."""

    program: Block
    places: Places
    nested: set[Value]
    sizes: Mapping[str, int]

    # -- what loops write for their adjoints ---------------------------------------------------------------

    def tapes(self, block: Block, around: str = "") -> Iterator[Saved]:
        """The tapes that a block makes, and those of the blocks in it."""
        for step in block.steps:
            kind, _, rest = step.eqn.note.partition(": ")
            if step.eqn.op.name in ("empty", "tape") and kind in ("saved", "snapshots"):
                yield self._tape(step, block, kind, rest, around)
            for inner in step.blocks:
                loop = step.eqn.loc.text if step.is_loop and step.eqn.loc else ""
                yield from self.tapes(inner, loop or around)

    def _tape(self, step: Step, block: Block, kind: str, rest: str, around: str) -> Saved:
        eqn = step.eqn
        said = _NOTE.fullmatch(rest)
        assert said is not None, "notes of tapes say how large they are"
        name, each = said["name"] or "a temporary", said["each"]
        shape = self._numbers(eqn.out.type.shape)
        loc, reason = reason_of(eqn.out, block)
        if kind == "snapshots":
            loc, reason = eqn.loc, Reason("checkpoint")
        if around and shape is not None:
            reason = replace(reason, around=around)
        size = None if shape is None else _size_of(eqn.out, shape)
        what = "tape" if kind == "saved" else kind
        line, text = (0, "") if loc is None else (loc.line, loc.text)
        each += f" a trip of {around}" if around and size is None else ""
        return Saved(line, text, name, what, shape, size, each, reason)

    def _numbers(self, shape: tuple[Dim, ...]) -> tuple[int, ...] | None:
        known = all(s in self.sizes for d in shape for s in symbols(d))
        return tuple(evaluate(d, self.sizes) for d in shape) if known else None

    # -- what the backward pass reads of the forward pass --------------------------------------------------

    def arrays(self) -> Iterator[Saved]:
        """One record for each array of the forward pass that the backward pass reads."""
        made = {out: step.eqn for step in self.program.steps for out in step.eqn.outs if not step.eqn.phase}
        whole = self._allocations(made)
        taken: set[object] = set()
        for value, reader in _read_backward(self.program.steps):
            eqn = made.get(value)
            roots = self.places.roots.get(value, ())
            if eqn is None or value in self.nested or not value.type.rank or _is_tape(value, made):
                continue
            if any(root in taken or not root.owned for root in roots):
                continue
            taken.update(roots)
            held = max((whole[r] for r in roots if r in whole), key=self._size, default=value)
            shape, size = self._numbers(held.type.shape), self._size(held)
            line, text = (0, "") if eqn.loc is None else (eqn.loc.line, eqn.loc.text)
            here = reader.loc in (None, eqn.loc)
            reason = Reason("read", line=line if here else _line(reader.loc), here=here)
            name = value.hint or "a temporary"
            yield Saved(line, text, name, "array", shape, size if shape else None, bytes_of(held), reason)

    def _allocations(self, made: Mapping[Value, Eqn]) -> dict[object, Value]:
        """For each allocation the largest of the forward values that are in it."""
        largest: dict[object, Value] = {}
        for value in made:
            for root in self.places.roots.get(value, ()):
                if root not in largest or self._size(largest[root]) < self._size(value):
                    largest[root] = value
        return largest

    def _size(self, value: Value) -> int:
        shape = self._numbers(value.type.shape)
        return 0 if shape is None else _size_of(value, shape)


def _line(loc: Loc | None) -> int:
    return 0 if loc is None else loc.line


def _is_tape(value: Value, made: Mapping[Value, Eqn]) -> bool:
    """Whether a value is a tape as its loop left it (or the buffer before)."""
    eqn = made.get(value)
    while eqn is not None and eqn.op.kind is Kind.REGION:
        start = eqn.args[3 + eqn.outs.index(value)] if eqn.op.name == "for" else None
        if eqn.op.name == "while":
            start = eqn.args[eqn.outs.index(value)]
        if not isinstance(start, Value):
            return False
        value, eqn = start, made.get(start)
    return eqn is not None and eqn.note.partition(": ")[0] in ("saved", "snapshots")


def _read_backward(steps: tuple[Step, ...], inside: bool = False) -> Iterator[tuple[Value, Eqn]]:
    """What equations of the backward pass read, those in their blocks too."""
    for step in steps:
        if inside or step.eqn.phase == "bwd":
            yield from ((v, step.eqn) for v in step.eqn.reads)
            for block in step.blocks:
                yield from _read_backward(block.steps, True)
                yield from ((v, step.eqn) for v in values(block.results))


def _size_of(value: Value, shape: tuple[int, ...]) -> int:
    return int(np.dtype(value.type.dtype).itemsize * np.prod(shape, dtype=np.int64))


# -- the numbers of extents --------------------------------------------------------------------------------


def extents_of(function: Function, args: Sequence[Any]) -> dict[str, int]:
    """The numbers of the extents at these arguments: what computes them is run, and nothing else."""
    numbers = {
        s.name: int(args[k] if s.axis is None else np.shape(args[k])[s.axis])
        for k, p in enumerate(function.params)
        for s in function.body.symbols
        if s.param is p
    }
    counts = {s.name: _count(s, function) for s in function.body.symbols if s.name not in numbers}
    wanted = {name: value for name, value in counts.items() if value is not None}
    if wanted:
        body = replace(function.body, results=tuple(wanted.values()))
        reduced = simplify(replace(function, body=body), "study", sympy="off")
        run = compile(study(reduced, returns=tuple(range(len(wanted)))), reduced.name)
        numbers.update(zip(wanted, map(int, run(*args)), strict=True))
    return numbers


def _count(s: Symbol, function: Function) -> Value | None:
    """The integer that an extent is: itself, or the number of trips that wrote into a growing tape."""
    if s.axis is None:
        return s.param
    for eqn in function.eqns:
        if s.param in eqn.outs and eqn.op.kind is Kind.REGION and eqn.op.name != "cond":
            body = eqn.regions[-1]
            params = body.params[eqn.op.name == "for" :]
            for inner in body.eqns:
                slot = inner.args[2] if inner.op.name == "push" else None
                if slot in params and inner.args[0] is params[eqn.outs.index(s.param)]:
                    return eqn.outs[params.index(slot)]
    return None
