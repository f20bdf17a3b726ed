"""Regions in the making: statements interpreted on an equation list of their own.

In: the state of the interpreter. Out: a `Scope`, whose equations may read everything around it and whose
changes are gone when it ends; closed blocks, and the equation that holds them.

    scope = Scope(low, frame)
    with scope.inside(): run(frame, body)         # scope.builder.eqns; names and arrays as before
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from symgrad.errors import Loc, UnsupportedSyntaxError
from symgrad.frontend.context import Frame, Lowering
from symgrad.frontend.journal import Journal
from symgrad.frontend.values import Rows, Tensor, Val, now
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Block, Eqn, Function, Op, Symbol, Value
from symgrad.ir.dims import Dim, as_symbol, symbol, symbols
from symgrad.ir.frozen import replace
from symgrad.ir.ops import OPS
from symgrad.ir.regions import Body, bind_symbols, close_all, mentioned_symbols, result_types
from symgrad.ir.types import INT


class Scope:
    """One region: its equations, and the changes that its interpretation makes, applied while inside."""

    def __init__(self, low: Lowering, frame: Frame, *, certain: bool = True) -> None:
        self.low = low
        self.builder = Builder(low.solver)
        self.journal = Journal()
        self.start = now()
        self.owned = set(low.owned)
        self.frames = [frame]
        while self.frames[-1].comprehension and (outer := self.frames[-1].outer) is not None:
            self.frames.append(outer)
        self._envs = [dict(f.env) for f in self.frames]
        self._moving, self.numbers = dict(low.solver.moving), dict(low.numbers)
        self.axes = dict(low.axes)
        self._spans, self._scalars = dict(low.spans), dict(low.scalars)
        self._certain = low.solver.certain and certain

    @contextmanager
    def inside(self) -> Iterator[None]:
        """Apply the changes, undo them at the end."""
        low = self.low
        outer, low.builder = low.builder, self.builder
        place = low.frame, low.node, outer.loc
        statements = [(f, f.statement, f.loc) for f in self.frames]  # the region belongs to its own statement
        self.builder.loc = outer.loc
        low.journals.append(self.journal)
        low.outer_lists.append(self.owned)
        self._swap()
        try:
            yield
        finally:
            self._swap()
            low.outer_lists.pop()
            low.journals.pop()
            low.builder = outer
            low.frame, low.node, outer.loc = place
            low.solver.loc = outer.loc
            for f, statement, loc in statements:
                f.statement, f.loc = statement, loc
            if low.journals:
                low.journals[-1].reads |= self.journal.reads

    def _swap(self) -> None:
        low, solver = self.low, self.low.solver
        self.journal.swap()
        for i, frame in enumerate(self.frames):
            frame.env, self._envs[i] = self._envs[i], frame.env
        solver.moving, self._moving = self._moving, solver.moving
        low.numbers, self.numbers = self.numbers, low.numbers
        low.axes, self.axes = self.axes, low.axes
        low.spans, self._spans = self._spans, low.spans
        low.scalars, self._scalars = self._scalars, low.scalars
        solver.certain, self._certain = self._certain, solver.certain

    def env(self, number: int = 0) -> dict[str, Val]:
        """The names as they are inside, seen from outside."""
        return self._envs[number]

    def written(self) -> list[Tensor]:
        """The arrays from outside that were written."""
        return self.journal.written(self.start)

    def is_outer(self, t: Tensor) -> bool:
        return t.born < self.start

    def changed_lists(self) -> Iterator[tuple[Rows, tuple[Val, Val]]]:
        """The lists that loops fill which are older, and have other ends now; asked outside."""
        for rows, (_, start, stop, _) in self.journal.lists.items():
            if id(rows) in self.owned and (rows.start, rows.stop) != (start, stop):
                yield rows, (start, stop)

    def changed_containers(self) -> Iterator[tuple[Any, Any]]:
        """The older containers that were changed, and what they are inside; asked outside."""
        for container, other in self.journal.containers.values():
            if id(container) in self.owned and container != other:
                yield container, other

    def refuse_changed_containers(self, where: str, but: Collection[int] = ()) -> None:
        for container, other in self.changed_containers():
            if id(container) not in but:
                if isinstance(container, list) and len(other) > len(container):
                    added = [self._as_left(v) for v in other[len(container) :]]
                    raise Grown(container, added, self.low.loc(), where)
                if isinstance(container, list):  # shorter here, or longer elsewhere
                    added = [self._as_left(v) for v in other] or list(container)
                    raise Grown(container, added, self.low.loc(), where, exact=False)
                if id(container) in self.low.births:
                    new = next(iter(sorted(set(other) ^ set(container))))
                    self.low.refuse(
                        f"the attribute {new!r} is made {where}",
                        why="which attributes an object has must be known when the program is compiled",
                        instead=f"set self.{new} in __init__",
                    )
                self.low.refuse(
                    f"a {type(container).__name__} is changed {where}",
                    why="how many items a container has must be known when the program is compiled",
                    instead="an array of a fixed length, and its elements",
                )

    def _as_left(self, v: Val) -> Val:
        """A list that a loop fills as it is at the end, seen from outside."""
        if isinstance(v, Rows) and v in self.journal.lists:
            columns, start, stop, _ = self.journal.lists[v]
            return Rows(columns, start, stop, v.depth, v.form)
        return v

    def origins(self, v: Val, own: Collection[Tensor] = ()) -> tuple[Tensor, ...]:
        """The arrays from outside (or of `own`) that a value may be or be part of; to be asked inside."""
        if not isinstance(v, Tensor) or not v.is_array:
            return ()
        found: dict[Tensor, None] = {}
        stack, seen = [v.root], {v.root}
        while stack:
            root = stack.pop()
            if self.is_outer(root) or root in own:
                found[root] = None
                continue
            fresh = [t for t in root.kin if t not in seen]
            seen.update(fresh)
            stack += fresh
        return tuple(found)

    def is_inner(self, shape: Sequence[Dim]) -> bool:
        """Whether a shape depends on numbers that only exist inside."""
        moving = self.low.solver.moving
        return any((s in self._moving) != (s in moving) for d in shape for s in symbols(d))

    def settle(self) -> None:
        """Take over, outside, which arrays are no longer known (call once, when the scope is done)."""
        for t, state in self.journal.tensors.items():
            if self.is_outer(t) and (state[4] or state[5] != t.kin):
                self.low.touch(t)
                t.stale = t.stale or state[4]
                t.kin = tuple(dict.fromkeys((*t.kin, *state[5])))


class Raises(UnsupportedSyntaxError):
    """A way through the program ends by `raise`: a refusal, unless the data decide whether it is taken."""


class Grown(UnsupportedSyntaxError):
    """A list grows in a region: a refusal, unless a statement around makes an array of the list."""

    def __init__(
        self,
        items: list[Val] | Rows,
        added: list[Val],
        loc: Loc | None,
        where: str,
        *,
        exact: bool = True,
        message: str = "",
    ) -> None:
        super().__init__(
            message or f"a list is changed {where}",
            loc,
            why="how many items a container has must be known when the program is compiled",
            instead="an array of a fixed length, and its elements",
        )
        self.items, self.added, self.exact, self.where = items, added, exact, where


@contextmanager
def attempt(low: Lowering, frame: Frame) -> Iterator[None]:
    """All or nothing: an exception leaves no trace of what was lowered meanwhile."""
    journal, eqns, count = Journal(), low.builder.eqns, len(low.builder.eqns)
    state, envs = low.solver.snapshot(), [(frame, dict(frame.env))]
    made = dict(low.numbers), dict(low.axes), dict(low.spans), dict(low.scalars)
    filled, loops, iterated = dict(low.filled), low.loops, list(low.iterated)
    counters = set(low.counters)
    low.journals.append(journal)
    try:
        yield
    except BaseException:
        journal.swap()
        low.journals.pop()
        del eqns[count:]
        low.solver.restore(state)
        low.numbers, low.axes, low.spans, low.scalars = made
        low.filled, low.loops, low.iterated = filled, loops, iterated
        for name in low.counters - counters:  # their names are free again
            low.solver.sizes.pop(name, None)
        low.counters = counters
        for f, env in envs:
            f.env = env
        raise
    low.journals.pop()
    if low.journals:
        journal.merge_into(low.journals[-1])


# -- equations ---------------------------------------------------------------------------------------------


def closed(
    low: Lowering, params: Sequence[Value], bodies: Sequence[Body], scopes: Sequence[Scope] = ()
) -> tuple[tuple[Block, ...], tuple[Arg, ...]]:
    """Closed blocks, and the operands that they take; integers that are extents tell those extents."""
    numbers = {**low.integers, **low.numbers}
    everything = [*numbers.items(), *(pair for s in scopes for pair in s.numbers.items())]
    known = [Symbol(name, value, None) for name, value in dict.fromkeys(everything)]
    known += dict.fromkeys([*low.axes.values(), *(a for s in scopes for a in s.axes.values())])
    return close_all(params, bodies, low.builder, known, numbers)


def reclosed(function: Function) -> Function:
    """Regions bind the extents that they mention, now that names of extents were replaced."""
    return replace(function, body=_reclosed(function.body))


def _reclosed(block: Block) -> Block:
    builder = Builder()
    for eqn in block.eqns:
        if not eqn.regions:
            builder.eqns.append(eqn)
            continue
        inner = [_reclosed(r) for r in eqn.regions]
        needed = [mentioned_symbols(r.params, r.eqns) for r in inner]
        bound = [bind_symbols(r.params, r.eqns, n, r.symbols) for r, n in zip(inner, needed, strict=True)]
        names = sorted({n for m, b in zip(needed, bound, strict=True) for n in m - {s.name for s in b}})
        builder.loc = eqn.loc
        operands = [builder.emit(OPS["extent"], (), {"dim": symbol(n)}, hint=n) for n in names]
        blocks = []
        for r, symbols_here in zip(inner, bound, strict=True):
            params = [Value(INT, n) for n in names]
            missing = {
                n: p for n, p in zip(names, params, strict=True) if n not in {s.name for s in symbols_here}
            }
            more = tuple(Symbol(n, p, None) for n, p in missing.items())
            blocks.append(replace(r, params=(*r.params, *params), symbols=(*symbols_here, *more)))
        builder.eqns.append(replace(eqn, args=(*eqn.args, *operands), regions=tuple(blocks)))
    return replace(block, eqns=tuple(builder.eqns))


def emit_region(
    low: Lowering,
    op: Op,
    args: Sequence[Arg],
    outs: tuple[Value, ...],
    blocks: tuple[Block, ...],
    operands: Sequence[Arg],
    attrs: dict[str, Any] | None = None,
) -> None:
    """Append a region equation; params of its blocks have the names of the operands that they stand for."""
    attrs = attrs or {}
    results = result_types(op, blocks, bool(attrs.get("exits")))
    for out, kind in zip(outs, results, strict=True):  # a trip may have found two names to be one extent
        same_type = out.type.dtype == kind.dtype
        assert same_type and low.solver.shape(out.type.shape) == low.solver.shape(kind.shape), (op, outs)
    for block in blocks:
        last = block.params[len(block.params) - len(operands) :] if operands else ()
        for param, operand in zip(last, operands, strict=True):
            if isinstance(operand, Value) and not param.hint and operand in low.hints:
                low.hints[param] = low.hints[operand]
        for first, param in zip(blocks[0].params, block.params, strict=True):
            if first in low.hints:
                low.hints.setdefault(param, low.hints[first])
    low.builder.eqns.append(Eqn(op, tuple(args), outs, attrs, blocks, low.builder.loc))
    for out in outs:  # a tape that has grown tells its length from now on
        name = as_symbol(out.type.shape[0]) if out.type.rank else None
        told = low.axes.get(name) if name is not None else None
        if told is not None and told.axis == 0 and told.param in (*args, *operands):
            low.axes[told.name] = replace(told, param=out)
