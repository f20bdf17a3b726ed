"""The primal block while it is differentiated: its extents, and what takes the place of its loops.

In: a block. Out: a `Forward`, to which each loop and branch adds the equation that also saves what its
adjoint needs; `apply` puts these in their places.

    y = for(0, n, 1, ...)    ->    y_saved = empty(n); y, y_saved = for(0, n, 1, ..., y_saved)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from symgrad.ad.numbers import Scope
from symgrad.ir.core import Arg, Block, Const, Eqn, Symbol, Value
from symgrad.ir.dims import Dim, symbol, symbols
from symgrad.ir.ops import extent_of


@dataclass(slots=True)
class Forward:
    """What reverse mode changes in the primal block: equations that save more, and symbols that they bring.

    `bound` are the extents whose numbers are known before the block runs, so that a tape can be made there;
    `scope` knows the bounds of its integers.
    """

    bound: set[str]
    names: set[str]
    dims: dict[Value, Dim]
    scope: Scope
    plain: bool
    signed: set[str] = field(default_factory=set)  # extents that may be negative: integer arguments, counters
    partial: set[Value] = field(default_factory=set)  # tapes that a loop that is left fills in part: no trip
    # of a loop around it keeps them
    trips: set[str] = field(default_factory=set)  # the lengths of tapes that no extent tells: nothing else
    lengths: dict[str, Dim] = field(default_factory=dict)  # what these are, if it is known (`ad.lengths`)
    depth: int = 0  # how many loops and branches are around the block
    replaced: dict[Value, tuple[Eqn, ...]] = field(default_factory=dict)
    symbols: list[Symbol] = field(default_factory=list)
    marks: list[int] = field(default_factory=list)  # adjoint equations after each primal one, last first
    restored: dict[Value, Value] = field(default_factory=dict)  # an array after a loop, and undone before it

    @staticmethod
    def of(block: Block, names: set[str], scope: Scope, plain: bool) -> Forward:
        """The state before anything is differentiated."""
        dims: dict[Value, Dim] = {s.param: symbol(s.name) for s in block.symbols if s.axis is None}
        for eqn in block.eqns:
            if eqn.op.name == "extent":
                dims[eqn.out] = extent_of(eqn.attrs)
        defined = {o for e in block.eqns for o in e.outs}
        bound = {s.name for s in block.symbols if s.param not in defined}
        signed = {s.name for s in block.symbols if s.axis is None and s.param not in defined}
        return Forward(bound, names, dims, scope, plain, signed)

    def inside(self, eqn: Eqn, block: Block, params: Sequence[Value], args: Sequence[Arg]) -> Forward:
        """The state in a region, some of whose params are `args` throughout: extents are what they were."""
        inner = Forward.of(block, self.names, self.scope.inside(eqn, block), self.plain)
        inner.signed -= self.bound - self.signed  # lengths, handed in as numbers
        inner.signed |= self.signed
        inner.bound |= self.bound
        inner.partial, inner.trips, inner.lengths = self.partial, self.trips, self.lengths
        inner.depth = self.depth + 1
        for param, arg in zip(params, args, strict=True):
            dim = self.dim(arg)
            if dim is not None:
                inner.dims.setdefault(param, dim)
        return inner

    def bound_at(self, eqn: Eqn) -> set[str]:
        """`bound`, with the extents of what an equation takes: they are known where it stands."""
        return self.bound | {s for arg in eqn.args for d in arg.type.shape for s in symbols(d)}

    def dim(self, arg: Arg) -> Dim | None:
        """The extent that an integer operand is, if it is one."""
        return int(arg.value) if isinstance(arg, Const) else self.dims.get(arg)

    def fresh(self, stem: str) -> str:
        name, k = stem, 1
        while name in self.names:
            name, k = f"{stem}_{k}", k + 1
        self.names.add(name)
        return name

    def apply(self, eqns: Sequence[Eqn]) -> tuple[Eqn, ...]:
        """The primal equations with the replacements in their places."""
        return tuple(new for _, new in self.applied(eqns))

    def applied(self, eqns: Sequence[Eqn]) -> Iterator[tuple[int, Eqn]]:
        """`apply`, each equation with the number of the one that it stands for."""
        for number, e in enumerate(eqns):
            for new in self.replaced.get(e.outs[0], (e,)) if e.regions and e.outs else (e,):
                yield number, new
