"""Two loops' bodies side by side: with one index, reading what stands around the loops directly.

In: two `for` equations of a block. Out: their equations, carried params, results and extents, so that they
can be put in one body (`ir.regions.close`). Extents that both make under one name, and may make differently,
get names of their own.
"""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.ir.core import Arg, Block, Eqn, Symbol, Value
from symgrad.ir.dims import Dim, symbol
from symgrad.ir.frozen import dataclass
from symgrad.ir.regions import For, told_by
from symgrad.ir.walk import rewire, rewire_args, with_extents
from symgrad.opt.numbering import Numbers


@dataclass(frozen=True, slots=True)
class Body:
    """A loop's body in terms of what stands around it. `params`: the index, then what is carried."""

    params: tuple[Value, ...]
    eqns: tuple[Eqn, ...]
    flag: tuple[Arg, ...]  # of a loop that is left: whether there is another trip
    yields: tuple[Arg, ...]
    symbols: tuple[Symbol, ...]


class Opener:
    """`names`: the extents that the function has names for."""

    def __init__(self, names: set[str]) -> None:
        self.names = names

    def both(self, p: For, q: For, index: Value, between: Sequence[Eqn]) -> tuple[Body, Body] | None:
        """The two bodies; None where a plain number tells an extent. `between`: equations of the block."""
        at, to = (told_by(b.params[0], b) for b in (p.body, q.body))
        renamed: dict[str, Dim] = dict.fromkeys(at, symbol(to[0])) if to else {}
        second = opened(q, index, {})
        first = opened(p, index, renamed)
        if first is None or second is None:
            return None
        taken = {s for e in (*q.body.eqns, *between) for s in e.names}
        taken |= {s.name for s in q.body.symbols}
        mine = [s.name for s in p.body.symbols if s.param not in p.body.params and s.name in taken]
        if mine:
            same = _equal_extents(first, second)
            renamed |= {name: symbol(self._fresh(name)) for name in mine if name not in same}
            first = opened(p, index, renamed)
            assert first is not None
        return first, second

    def _fresh(self, stem: str) -> str:
        name, k = stem, 1
        while name in self.names:
            name, k = f"{stem}_{k}", k + 1
        self.names.add(name)
        return name


def opened(loop: For, index: Value, renamed: dict[str, Dim]) -> Body | None:
    """A copy of a body that reads what stands around the loop directly."""
    block: Block = with_extents(loop.body, renamed)
    count = len(loop.carried)
    env: dict[Value, Arg] = {block.params[0]: index}
    env.update(zip(block.params[1 + count :], loop.invariant, strict=True))
    table = []
    for s in block.symbols:
        param = env.get(s.param, s.param)
        if not isinstance(param, Value):
            return None
        table.append(Symbol(s.name, param, s.axis))
    results = rewire_args(block.results, env)
    return Body(
        (index, *block.params[1 : 1 + count]),
        tuple(rewire(e, env) for e in block.eqns),
        results[: loop.exits],
        results[loop.exits :],
        tuple(table),
    )


def _equal_extents(first: Body, second: Body) -> set[str]:
    """The extents that both bodies make, and make alike."""
    numbers = Numbers()
    for eqn in (*first.eqns, *second.eqns):
        numbers.add(eqn)
    made = {s.name: s.param for s in second.symbols}
    return {s.name for s in first.symbols if s.name in made and numbers.same(s.param, made[s.name])}
