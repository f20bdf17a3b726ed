"""What a backward sweep needs of the forward one: recomputed where that is cheap, saved where it is not.

In: the equations of a primal block, the values that its adjoint reads, what is available anyway.
Out: a `Plan`: the equations to run again in the backward block, and the values to save, one slot per trip.

    y = y * x[i]; s = s + exp(y)      dy reads x[i] (loaded again), the old y and exp(y) (saved)
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from symgrad.ir.core import Arg, Eqn, Kind, Symbol, Value, values
from symgrad.ir.dims import symbols
from symgrad.ir.walk import symbols_of

EXPENSIVE = frozenset(
    """
    exp exp2 expm1 log log2 log10 log1p cbrt sin cos tan arcsin arccos arctan sinh cosh tanh
    arcsinh arccosh arctanh sinc erf erfc gammaln digamma trigamma sigmoid log_sigmoid softplus silu
    power arctan2 hypot logaddexp xlogy sigmoid_cross_entropy sqrt divide remainder fmod
    matmul cumsum softmax log_softmax logsumexp norm sum prod max min argmax argmin
    setitem add_at push concatenate
    """.split()  # noqa: SIM905 (a table of names)
)


@dataclass(frozen=True, slots=True)
class Plan:
    """Run `again` (primal equations, in order), after loading `saved`."""

    again: tuple[Eqn, ...]
    saved: tuple[Value, ...]


def plan(
    eqns: Sequence[Eqn],
    needed: Collection[Value],
    free: Collection[Value],
    saveable: Callable[[Value], bool],
    symbols_here: Sequence[Symbol],
) -> Plan:
    """Decide for each needed value, in program order, so that what is saved first serves what follows.

    A value is recomputed if it is cheap and all that it is computed from is free, saved, or so itself;
    else it is saved if it can be (its extents are known where the tape is made); else it is recomputed
    from whatever that takes.
    """
    made = {out: (number, eqn) for number, eqn in enumerate(eqns) for out in eqn.outs}
    sizes = {s.name: s.param for s in symbols_here if s.param in made}
    ready: set[Value] = set(free)
    saved: list[Value] = []
    again: set[int] = set()

    def cheap_closure(value: Value) -> set[int] | None:
        """The equations that recompute `value` from what is ready, if they are all cheap."""
        found: set[int] = set()
        stack = [value]
        while stack:
            v = stack.pop()
            if v in ready:
                continue
            if v not in made:
                return None
            number, eqn = made[v]
            if number in found or number in again:
                continue
            if not is_cheap(eqn):
                return None
            found.add(number)
            stack += _operands(eqn, sizes)
        return found

    def obtain(value: Value) -> None:
        stack = [value]
        while stack:
            v = stack.pop()
            if v in ready or (v in made and made[v][0] in again):
                continue
            closure = cheap_closure(v)
            if closure is not None:
                again.update(closure)
            elif saveable(v):
                saved.append(v)
                ready.add(v)
            else:
                number, eqn = made[v]
                again.add(number)
                stack += _operands(eqn, sizes)

    order = {v: number for v, (number, _) in made.items()}
    for value in sorted(needed, key=lambda v: order.get(v, -1)):
        obtain(value)
    return Plan(tuple(eqns[i] for i in sorted(again)), tuple(saved))


def _operands(eqn: Eqn, sizes: Mapping[str, Value]) -> list[Value]:
    """What an equation reads: its operands, and the values that are extents in it."""
    return [*values(eqn.args), *(sizes[name] for name in sorted(symbols_of(eqn)) if name in sizes)]


def is_cheap(eqn: Eqn) -> bool:
    """Cheaper to compute again than to store and load; and a scalar, or a view that costs nothing."""
    if eqn.op.kind is Kind.REGION or eqn.op.name in EXPENSIVE:
        return False
    if eqn.op.kind in (Kind.SHAPE, Kind.CREATE):
        return True
    return eqn.op.kind is Kind.ELEMENTWISE


def read_by(eqns: Iterable[Eqn], results: Iterable[Arg]) -> list[Value]:
    """The values that equations and results read and do not define, in order of first use."""
    eqns = tuple(eqns)
    own = {out for e in eqns for out in e.outs}
    read = [v for e in eqns for v in values(e.args)] + [r for r in results if isinstance(r, Value)]
    return list(dict.fromkeys(v for v in read if v not in own))


def known_extents(bound: Collection[str]) -> Callable[[Value], bool]:
    """Whether a value's type mentions only extents that `bound` names."""

    def test(value: Value) -> bool:
        return all(s in bound for d in value.type.shape for s in symbols(d))

    return test


def name_of(value: Value, eqns: Iterable[Eqn]) -> str:
    """What a saved value is called: an element or a part of an array is called after the array."""
    if value.hint:
        return value.hint.removesuffix("_saved")
    made = next((e for e in eqns if value in e.outs), None)
    base = made.args[0] if made is not None and made.op.name == "getitem" else None
    return base.hint.removesuffix("_saved") if isinstance(base, Value) else ""


def bytes_of(value: Value) -> str:
    """`8 B`, or `8 B x m` for a row of m."""
    size = 1 if value.type.dtype == "bool" else int("".join(filter(str.isdigit, value.type.dtype))) // 8
    return " x ".join([f"{size} B", *map(str, value.type.shape)])
