"""Elements that a branch writes are written after it: the branch gives numbers, the loop has the writes.

In: a function that is about to be differentiated. Out: the same function, where a branch in a loop that
writes single elements of an array, which the loop also reads, gives what is to be written. So the loop is
seen to overwrite these elements and no others: what it saves of the array is them, or nothing.

    if i == j: L[i, j] = sqrt(a[i, i] - s)              if i == j: v = sqrt(a[i, i] - s)
    else: L[i, j] = (a[i, j] - s) / L[j, j]     ->      else: v = (a[i, j] - s) / L[j, j]
                                                        L[i, j] = v

A side that leaves the elements alone gives what is there, if they are certainly elements on that side too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from symgrad.ad.numbers import Scope
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, At, AtArg, Block, Const, Eqn, Function, Index, Kind, Symbol, Value
from symgrad.ir.dims import symbols
from symgrad.ir.frozen import dataclass, replace
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS
from symgrad.ir.regions import COND, FOR, WHILE, close_all, operands_of, params_of
from symgrad.ir.switch import is_on
from symgrad.ir.types import ArrayType
from symgrad.ir.walk import producers, rewire, rewire_args, uses

Key = tuple[Index, tuple[Arg, ...]]  # a position: its items, and the operands of those that have one


def writes_after_branches(function: Function) -> Function:
    """`function` with the writes of branches in loops behind them (the same object if there are none)."""
    if not is_on("branch_writes"):
        return function
    body = _block(function.body, Scope.of(function.body), False)
    return function if body is function.body else replace(function, body=body)


def _block(block: Block, scope: Scope, in_loop: bool) -> Block:
    eqns: list[Eqn] = []
    told: list[Symbol] = []
    for eqn in block.eqns:
        if eqn.regions:
            looped = in_loop or eqn.op in (FOR, WHILE)
            regions = tuple(_block(r, scope.inside(eqn, r), looped) for r in eqn.regions)
            if any(a is not b for a, b in zip(regions, eqn.regions, strict=True)):
                eqn = replace(eqn, regions=regions)
        found = _Branch.of(eqn, block, scope) if in_loop and eqn.op is COND else None
        if found is None:
            eqns.append(eqn)
        else:
            eqns += found.written(told)
    if len(eqns) == len(block.eqns) and all(a is b for a, b in zip(eqns, block.eqns, strict=True)):
        return block
    return replace(block, eqns=tuple(eqns), symbols=(*block.symbols, *told))


@dataclass(frozen=True, slots=True)
class _Moved:
    """A result of a branch that is an array: the array before, and the writes of each side, first to last."""

    place: int
    base: Value
    sides: tuple[list[Eqn], ...]
    keys: list[Key]


@dataclass(frozen=True, slots=True)
class _Branch:
    eqn: Eqn
    moved: list[_Moved]
    known: list[Symbol]  # extents of the block around
    inside: list[Symbol]  # those that the sides alone tell

    @staticmethod
    def of(eqn: Eqn, block: Block, scope: Scope) -> _Branch | None:
        """The branch, if some of its writes can stand after it."""
        if not any(o.type.rank for o in eqn.outs):
            return None
        names = {s.name: s.param for s in block.symbols}
        inside: list[Symbol] = []
        for region in eqn.regions:
            outside = dict(zip(region.params, eqn.args[1:], strict=True))
            for s in region.symbols:
                param = outside.get(s.param)
                if isinstance(param, Value) and s.name not in names:
                    names[s.name] = param
                    inside.append(Symbol(s.name, param, s.axis))
        moved = []
        for k, out in enumerate(eqn.outs):
            found = _moved(k, eqn, names) if out.type.rank else None
            if found is None or not _is_read(block, found.base):
                continue
            if _are_elements(found, eqn, block, scope):
                moved.append(found)
        return _Branch(eqn, moved, list(block.symbols), inside) if moved else None

    def written(self, told: list[Symbol]) -> Iterator[Eqn]:
        """The branch, and the writes after it. `told` gets the extents that these mention."""
        eqn, gone = self.eqn, {m.place for m in self.moved}
        builder = Builder()
        builder.loc, builder.phase = eqn.loc, eqn.phase
        bodies = [self._side(n) for n in range(len(eqn.regions))]
        blocks, operands = close_all((), bodies, builder, [*self.known, *self.inside])
        outs = [o for k, o in enumerate(eqn.outs) if k not in gone]
        numbers = [[Value(ArrayType(m.base.type.dtype), "") for _ in m.keys] for m in self.moved]
        outs += [v for group in numbers for v in group]
        yield from builder.eqns
        yield replace(eqn, args=(eqn.args[0], *operands), outs=tuple(outs), regions=blocks)
        for m, group in zip(self.moved, numbers, strict=True):
            array: Value = m.base
            writes = m.sides[0] or m.sides[1]
            for number, (index, further), write in zip(group, m.keys, writes, strict=True):
                last = number is group[-1]
                out = eqn.outs[m.place] if last else Value(array.type, write.out.hint)
                args = (array, number, *further)
                yield Eqn(OPS["setitem"], args, (out,), {"index": index}, (), write.loc, write.phase)
                array = out
        mentioned = {s for m in self.moved for index, _ in m.keys for s in _names(index)}
        told += [s for s in self.inside if s.name in mentioned and s not in told]

    def _side(self, number: int) -> tuple[tuple[Eqn, ...], tuple[Arg, ...]]:
        """The equations of a side, of the block around; its results, numbers in place of arrays."""
        region = self.eqn.regions[number]
        env: dict[Value, Arg] = dict(zip(region.params, self.eqn.args[1:], strict=True))
        gone = {m.place for m in self.moved}
        written = {w.out for m in self.moved for w in m.sides[number]}
        eqns = [rewire(e, env) for e in region.eqns if e.outs[0] not in written]
        results = [r for k, r in enumerate(rewire_args(region.results, env)) if k not in gone]
        b = Builder()
        b.loc, b.phase = self.eqn.loc, self.eqn.phase
        for m in self.moved:
            dtype = m.base.type.dtype
            for k, (index, further) in enumerate(m.keys):
                write = m.sides[number][k] if m.sides[number] else None
                value = None if write is None else rewire_args((write.args[1],), env)[0]
                if write is None or write.op.name == "add_at":
                    old = b.emit(OPS["getitem"], (m.base, *further), {"index": index})
                    value = old if value is None else b.emit(OPS["add"], (old, value))
                assert value is not None
                if isinstance(value, Const):
                    value = Const(float(value.value), ArrayType(dtype))
                results.append(value)
        return (*eqns, *b.eqns), tuple(results)


def _moved(k: int, eqn: Eqn, names: Mapping[str, Value]) -> _Moved | None:
    """Result `k` as writes to one array of the block around: at the same positions on both sides, or one."""
    bases: list[Arg] = []
    sides: list[list[Eqn]] = []
    keys: list[list[Key]] = []
    for region in eqn.regions:
        writes = _chain(region, region.results[k])
        if writes is None:
            return None
        env: dict[Value, Arg] = dict(zip(region.params, eqn.args[1:], strict=True))
        start = writes[0].args[0] if writes else region.results[k]
        if not isinstance(start, Value):
            return None
        found = [_key(w, region, env, names) for w in writes]
        if any(key is None for key in found):
            return None
        bases.append(env[start])
        sides.append(writes)
        keys.append([key for key in found if key is not None])
    base, other = bases
    if base is not other or not isinstance(base, Value) or not base.type.is_float or not any(sides):
        return None
    if all(sides) and keys[0] != keys[1]:
        return None
    if any(w.op.name == "add_at" for side in sides for w in side) and max(map(len, sides)) > 1:
        return None  # a later addition is to what the earlier ones left
    return _Moved(k, base, tuple(sides), keys[0] or keys[1])


def _chain(region: Block, result: Arg) -> list[Eqn] | None:
    """The writes of single elements, first to last, that make a param a result; nobody else reads them."""
    made, count = producers(region), uses(region)
    writes: list[Eqn] = []
    while result not in region.params:
        write = made.get(result) if isinstance(result, Value) else None
        if write is None or write.op.kind is not Kind.WRITE or count[write.out] != 1:
            return None
        if write.op.name not in ("setitem", "add_at") or write.args[1].type.rank:
            return None
        value = write.args[1]
        if not isinstance(value, Const) and value.type.dtype != write.out.type.dtype:
            return None
        if not all(isinstance(item, At | AtArg) for item in index_of(write.attrs)):
            return None
        writes.insert(0, write)
        result = write.args[0]
    return writes


def _key(write: Eqn, region: Block, env: Mapping[Value, Arg], names: Mapping[str, Value]) -> Key | None:
    """The position in the words of the block around; None if it is made inside, or told by another name."""
    index = index_of(write.attrs)
    told = {s.name: env.get(s.param) for s in region.symbols}
    if any(name not in names or told.get(name) is not names[name] for name in _names(index)):
        return None
    further = [env.get(a) if isinstance(a, Value) else a for a in write.args[2:]]
    if any(a is None for a in further):
        return None
    return index, tuple(a for a in further if a is not None)


def _names(index: Index) -> Iterator[str]:
    for item in index:
        if isinstance(item, At):
            yield from symbols(item.position)


def _are_elements(moved: _Moved, eqn: Eqn, block: Block, scope: Scope) -> bool:
    """Are the positions in range on both sides? They are written there, were read before, or it is proved."""
    if all(moved.sides):
        return True
    shape = moved.base.type.shape
    before = block.eqns[: next(k for k, e in enumerate(block.eqns) if e.outs[0] is eqn.outs[0])]
    seen = [
        (index_of(e.attrs), e.args[1:] if e.op.name == "getitem" else e.args[2:])
        for e in before
        if e.op.name in ("getitem", "setitem", "add_at") and e.args[0].type.shape == shape
    ]
    return all(key in seen or _is_inside(key[0], moved.base.type, scope) for key in moved.keys)


def _is_inside(index: Index, array: ArrayType, scope: Scope) -> bool:
    sure = scope.facts.nonnegative
    for item, extent in zip(index, array.shape, strict=True):
        if not isinstance(item, At) or not set(symbols(item.position)) <= set(scope.names):
            return False
        position = scope.dim(item.position)
        if not sure(position) or not sure(scope.dim(extent) - position - 1):
            return False
    return True


def _is_read(block: Block, base: Value) -> bool:
    """Does the block read elements of the array, or of what it is before or after other writes?"""
    made = producers(block)
    root: Arg = base
    while isinstance(root, Value) and (eqn := made.get(root)) is not None:
        same = [a for a in eqn.args if a.type == base.type]
        if not (eqn.op.kind is Kind.WRITE or eqn.regions) or not same:
            break
        root = same[0]
    return _reads_any(block.eqns, {root, base})


def _reads_any(eqns: Iterable[Eqn], start: Iterable[Arg]) -> bool:
    """Whether an element of one of these arrays, or of what writes make of them, is read."""
    family = set(start)
    for eqn in eqns:
        places = [k for k, a in enumerate(eqn.args) if a in family]
        if not places:
            continue
        if eqn.regions:
            first, _ = operands_of(eqn)
            for region in eqn.regions:
                params = params_of(eqn, region)
                if _reads_any(region.eqns, {params[k - first] for k in places if k >= first}):
                    return True
            family.update(o for o in eqn.outs if o.type in {a.type for a in eqn.reads if a in family})
        elif eqn.op.kind is Kind.WRITE and places == [0]:
            family.add(eqn.out)
        else:
            return True
    return False
