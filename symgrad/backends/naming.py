"""Variables of a kernel: one name a value, and one name for the values that are versions of one variable.

In: a legalized function; then, block by block, its loop nests. Out: names. Values of a region are dead after
it: the next loop may call its own the same. A number that a loop carries and what the body makes of it are
one variable, unless the old one is read after the new one is there:

    for i in range(n):                  for i in range(n):
        s_2 = s * x[i]          ->          s = s * x[i]
        s = s_2
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from symgrad.backends.nest import Form, Group, Plan, Statement, statements_in
from symgrad.backends.schedule import reads_of
from symgrad.emit.names import FOREVER, Slot, allocate, word
from symgrad.ir.core import Arg, Block, Eqn, Function, Value
from symgrad.ir.regions import operands_of


def variables(function: Function, reserved: Iterable[str]) -> dict[Value, str]:
    """A name for every value of the function and its regions, save what stands for a value outside.

    `reserved`: among others the names of extents.
    """
    order = [(p, Slot(0.0, FOREVER, p.hint, "arg")) for p in function.params]
    clock = [0.0]
    _collect(function.body, 0.0, FOREVER, order, clock)
    names = allocate([slot for _, slot in order], reserved)
    out = {value: name for (value, _), name in zip(order, names, strict=True)}
    _numbers(function.body, out)
    return out


def _collect(
    block: Block, start: float, stop: float, order: list[tuple[Value, Slot]], clock: list[float]
) -> None:
    """The slots of a block's values, all alive as long as the block runs."""
    for eqn in block.eqns:
        order += [(o, Slot(start, stop, o.hint, word(eqn.op.name))) for o in eqn.outs]
    for eqn in block.eqns:
        for region in eqn.regions:
            clock[0] += 1
            begin = clock[0]
            inner: list[tuple[Value, Slot]] = []
            if eqn.op.name == "for":  # other params are called as what they stand for
                index = region.params[0]
                inner.append((index, Slot(begin, FOREVER, index.hint, "i")))
            _collect(region, begin, FOREVER, inner, clock)
            clock[0] += 1
            end = clock[0] if stop == FOREVER else min(stop, clock[0])
            for v, s in inner:  # arrays may be made before the loop: their names are their own
                if not v.type.rank:
                    s = Slot(s.start, min(s.stop, end), s.hint, s.word)
                order.append((v, s if not v.type.rank else Slot(0.0, FOREVER, s.hint, s.word)))


def _numbers(block: Block, names: dict[Value, str]) -> None:
    """An integer that is an extent has its name."""
    for symbol in block.symbols:
        if symbol.axis is None:
            names[symbol.param] = symbol.name
    for eqn in block.eqns:
        for region in eqn.regions:
            _numbers(region, names)


@dataclass
class Lives:
    """For the statements of one block in their order: when each value is read last."""

    order: list[Statement]
    made: dict[Value, int] = field(default_factory=dict)
    last: dict[Value, int] = field(default_factory=dict)
    nested: frozenset[Value] = frozenset()

    @staticmethod
    def of(plan: Plan, groups: Sequence[Group], results: Sequence[Arg], once: frozenset[Value]) -> Lives:
        """`once` are the values whose text may stand in that of their one reader: they are read there.

        So it stands, unless what it reads is written in between.
        """
        lives = Lives(list(statements_in(groups)))
        readers: dict[Value, list[int]] = {}
        writers: dict[Value, list[int]] = {}
        for k, statement in enumerate(lives.order):
            for element in reads_of(statement, plan):
                readers.setdefault(element.value, []).append(k)
            for value in written_by(statement):
                writers.setdefault(plan.owner(value), []).append(k)
        end = len(lives.order)
        at = list(range(end))
        nested = set()
        for k in range(end - 1, -1, -1):
            statement = lives.order[k]
            value = statement.writes.value
            if value in once and statement.form is Form.MAP:
                then = max((at[r] for r in readers.get(value, ())), default=k)
                owners = {plan.owner(e.value) for e in reads_of(statement, plan)}
                if not any(_between(writers.get(owner, ()), k, then) for owner in owners):
                    at[k] = then
                    nested.add(value)
        lives.nested = frozenset(nested)
        lives.last = {value: max(at[k] for k in found) for value, found in readers.items()}
        lives.last.update((r, end) for r in results if isinstance(r, Value))
        for k, statement in enumerate(lives.order):
            if statement.form is Form.REGION:
                lives.made.update((o, k) for o in statement.eqn.outs)
            elif statement.form is Form.MAP and not statement.loops:
                lives.made[statement.writes.value] = k
        return lives

    def until(self, value: Value) -> int:
        return self.last.get(value, -1)


def written_by(statement: Statement) -> tuple[Value, ...]:
    """The values that a statement defines."""
    return statement.eqn.outs if statement.form is Form.REGION else (statement.writes.value,)


def _between(numbers: Sequence[int], first: int, last: int) -> bool:
    """Whether one of the sorted numbers lies strictly between."""
    k = bisect_right(numbers, first)
    return k < len(numbers) and numbers[k] < last


def join(lives: Lives, plan: Plan, names: dict[Value, str], fixed: frozenset[Value]) -> None:
    """Let a number that a loop or branch of this block takes over lend its name to the result."""
    for k, statement in enumerate(lives.order):
        if statement.form is not Form.REGION:
            continue
        eqn = statement.eqn
        lent: set[Value] = set()  # one branch may keep a number in one result, the other hand it to another
        for out, arg in _passed(eqn):
            if (
                isinstance(arg, Value)
                and arg not in lent
                and lives.made.get(arg, k) < k
                and lives.until(arg) <= k
                and arg not in plan.inline
                and not {arg, out} & fixed
                and sum(a is arg for a in eqn.args) == 1
            ):
                names[out] = names[arg]
                lent.add(arg)


def _passed(eqn: Eqn) -> Iterator[tuple[Value, Arg]]:
    """The scalar results that are versions of an operand."""
    first, carried = operands_of(eqn)
    if eqn.op.name != "cond":
        pairs: Iterable[tuple[Value, Arg]] = zip(eqn.outs, eqn.args[first : first + carried], strict=True)
    else:
        found = []
        for k, out in enumerate(eqn.outs):
            for block in eqn.regions:
                result = block.results[k]
                if isinstance(result, Value) and result in block.params:
                    found.append((out, eqn.args[first + block.params.index(result)]))
                    break
        pairs = found
    yield from ((out, arg) for out, arg in pairs if not out.type.rank)


def claim(
    lives: Lives, block: Block, targets: Mapping[int, str], names: dict[Value, str], fixed: frozenset[Value]
) -> None:
    """Let results be made under the names that they leave the block with, where nothing there is read later.

    `targets` are the names of the scalar results, by number.
    """
    by_name: dict[str, list[Value]] = {}
    for p in block.params:
        by_name.setdefault(names[p], []).append(p)
    versions: dict[str, list[Value]] = {}
    for value in lives.made:
        versions.setdefault(names[value], []).append(value)
    for k, target in targets.items():
        result = block.results[k]
        if not isinstance(result, Value) or result not in lives.made:
            continue
        chain = versions[names[result]]
        if any(v in fixed for v in chain) or sum(r in chain for r in block.results) != 1:
            continue
        begin = min(chain, key=lambda v: lives.made[v])
        at = lives.made[begin]
        if all(_free(lives, p, begin, at) for p in by_name.get(target, ())):
            for value in chain:
                names[value] = target


def _free(lives: Lives, param: Value, begin: Value, at: int) -> bool:
    """Whether a param is not read any more once `begin` is made by statement number `at`."""
    if lives.until(param) > at:
        return False
    statement = lives.order[at]
    if statement.form is not Form.REGION or lives.until(param) < at:
        return True
    mentions = sum(a is param for a in statement.eqn.args)
    passed = any(out is begin and arg is param for out, arg in _passed(statement.eqn))
    return mentions == 1 and (passed or statement.eqn.op.name == "cond")
