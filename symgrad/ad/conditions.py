"""What a branch knows of integers: its condition holds on one side, and does not on the other.

In: comparisons of integers, the integers of the block around a branch. Out: the integers of a side, over
atoms that mean the same numbers and have the bounds that the condition tells.

    if i != k: a[i] -= a[k]      inside, i is #3, which is #2, and #3 - #1 is not zero: a[k] stays as it is
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from symgrad.ad.proofs import Facts, linear
from symgrad.ir.core import Arg, Eqn, Value
from symgrad.ir.dims import Dim, substitute, symbol, symbols
from symgrad.ir.frozen import dataclass
from symgrad.ir.types import INT

Known = tuple[str, Dim]  # "at least", "is", "is not" zero


@dataclass(frozen=True, slots=True)
class Told:
    """What is known where a condition holds, and where it does not."""

    yes: tuple[Known, ...]
    no: tuple[Known, ...]


NOTHING = Told((), ())


def told_by(eqn: Eqn, known: Mapping[Value, Told], number: Callable[[Arg], Dim]) -> Told:
    """What a condition tells: a comparison of integers, or several together."""
    name = eqn.op.name
    if name in _COMPARISONS and all(a.type == INT for a in eqn.args):
        x, y = map(number, eqn.args)
        return _COMPARISONS[name](x, y)
    parts = [known.get(a, NOTHING) if isinstance(a, Value) else NOTHING for a in eqn.args]
    if name == "logical_and":
        return Told(parts[0].yes + parts[1].yes, ())
    if name == "logical_or":
        return Told((), parts[0].no + parts[1].no)
    if name == "logical_not":
        return Told(parts[0].no, parts[0].yes)
    return parts[0] if name == "copy" else NOTHING


_COMPARISONS: dict[str, Callable[[Dim, Dim], Told]] = {
    "less": lambda x, y: Told((("at least", y - x - 1),), (("at least", x - y),)),
    "less_equal": lambda x, y: Told((("at least", y - x),), (("at least", x - y - 1),)),
    "greater": lambda x, y: Told((("at least", x - y - 1),), (("at least", y - x),)),
    "greater_equal": lambda x, y: Told((("at least", x - y),), (("at least", y - x - 1),)),
    "equal": lambda x, y: Told((("is", x - y),), (("is not", x - y),)),
    "not_equal": lambda x, y: Told((("is not", x - y),), (("is", x - y),)),
}


def refined(facts: Facts, told: Iterable[Known]) -> dict[str, Dim]:
    """For some atoms what stands for them where this is known: the latest one of each fact knows it."""
    env: dict[str, Dim] = {}
    for kind, dim in told:
        d = substitute(dim, env)
        latest = max(symbols(d), key=lambda s: int(s[1:]), default=None)
        if isinstance(d, int) or latest is None:
            continue
        factor, rest = linear(d, latest)
        if factor not in (1, -1):
            continue
        bound = -rest if factor == 1 else rest  # the atom is at least, at most, or equal to this
        if kind == "is":
            now: Dim = bound
        else:
            same = [(1, symbol(latest))]
            further = [(1, bound)] if kind == "at least" else []
            lower, upper = (further, []) if factor == 1 else ([], further)
            now = facts.same(latest, same + lower, same + upper)
            if kind == "is not":
                facts.not_zero(substitute(d, {latest: now}))
        env = {name: substitute(v, {latest: now}) for name, v in env.items()} | {latest: now}
    return env
