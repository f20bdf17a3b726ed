"""The bookkeeping of derivatives: what each value's cotangent is so far, in the user's names.

In: contributions, one at a time. Out: equations. A contribution is summed over what a broadcast repeated,
cast to its primal's dtype, and added where it arises; each sum is a further version of one name.

    z = x + b;  f = z * x       dz = df * x;  dx = df * z;  dx = dx + dz;  db = sum(dz, axis=0)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from symgrad.ad.zeros import Zeros
from symgrad.ir.build import Builder, Ref, cast, reshape, sum
from symgrad.ir.core import Arg, Eqn, Value
from symgrad.ir.frozen import replace
from symgrad.ir.ops import op
from symgrad.ir.types import ArrayType
from symgrad.ir.walk import rewire, rewire_args
from symgrad.rules.declare import AddAt


def unbroadcast(c: Ref, to: ArrayType) -> Ref:
    """`c` summed over the axes that it has and `to` has not, or has as ones; in the dtype of `to`."""
    extra = c.ndim - to.rank
    ones = tuple(extra + i for i, d in enumerate(to.shape) if d == 1 and c.shape[extra + i] != 1)
    total = sum(c, (*range(extra), *ones), keepdims=not extra)
    out: Ref = cast(reshape(total, to.shape), to.dtype)
    return out


@dataclass(slots=True)
class Derivatives:
    """The cotangents (or tangents) of the values met so far.

    `held` may contain any argument: a value of the primal, a constant, a cotangent that two values share.
    What has a user's name gets a name of its own: by `copy` if the value has one already.
    """

    builder: Builder
    naming: str  # "d{}" or "{}_dot"
    zeros: Zeros
    held: dict[Value, Arg] = field(default_factory=dict)
    _hints: dict[Value, str] = field(default_factory=dict)
    _notes: dict[Value, str] = field(default_factory=dict)
    _fresh: set[Value] = field(default_factory=set)
    _seen: int = 0

    def get(self, value: Value) -> Ref | None:
        held = self.held.get(value)
        return None if held is None else self.builder.ref(held)

    def add(self, value: Value, contribution: Ref | AddAt, note: str = "") -> None:
        """Add to the cotangent of `value`."""
        b, held = self.builder, self.held.get(value)
        if isinstance(contribution, AddAt):
            if held is None:
                held = self._named(value, b.full(0.0, value.type))
            operands = [held, contribution.value.arg, *(o.arg for o in contribution.operands)]
            total: Arg = b.emit(op.add_at, operands, {"index": contribution.index})
        else:
            total = unbroadcast(contribution, value.type).arg
            if held is not None:
                total = (b.ref(held) + b.ref(total)).arg
        assert total.type == value.type, f"a derivative of type {total.type} for a value of type {value.type}"
        self.hold(value, total, note)

    def hold(self, value: Value, derivative: Arg, note: str = "") -> None:
        """Let `derivative` be the cotangent of `value`, under its name."""
        derivative = self._named(value, derivative)
        if note and isinstance(derivative, Value):
            self._notes[derivative] = note.format(value.hint) if value.hint else note.replace("{0} = ", "")
        self.held[value] = derivative
        self._look()

    def bind(self, value: Value, derivative: Arg) -> None:
        """Let `derivative`, which is named already, be the cotangent of `value`."""
        self.held[value] = derivative

    def repeat(self, eqn: Eqn) -> None:
        """Emit an equation of the primal again: its results are not derivatives, and keep their names."""
        self._look()
        self.builder.eqns.append(eqn)
        self._seen += 1

    def _named(self, value: Value, derivative: Arg) -> Arg:
        if not value.hint:
            return derivative
        self._look()
        if derivative not in self._fresh or derivative in self._hints:
            derivative = self.builder.emit(op.copy, [derivative])
        assert isinstance(derivative, Value)
        self._hints[derivative] = self.naming.format(value.hint)
        return derivative

    def _look(self) -> None:
        """Take note of the equations emitted since the last time."""
        new = self.builder.eqns[self._seen :]
        self._seen += len(new)
        self._fresh.update(out for eqn in new for out in eqn.outs if not out.hint)
        self.zeros.waiting += new

    def finish(self, eqns: Iterable[Eqn], results: tuple[Arg, ...]) -> tuple[list[Eqn], tuple[Arg, ...]]:
        """The equations and results with the names and notes in them."""
        env: dict[Value, Arg] = {}
        out = []
        for eqn in eqns:
            eqn = rewire(eqn, env)
            if any(o in self._hints for o in eqn.outs):
                outs = tuple(Value(o.type, self._hints[o]) if o in self._hints else o for o in eqn.outs)
                env.update(zip(eqn.outs, outs, strict=True))
                note = next((self._notes[o] for o in eqn.outs if o in self._notes), eqn.note)
                eqn = replace(eqn, outs=outs, note=note)
            elif any(o in self._notes for o in eqn.outs):
                eqn = replace(eqn, note=self._notes[eqn.outs[0]])
            out.append(eqn)
        return out, rewire_args(results, env)
