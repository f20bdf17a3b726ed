"""Numbers beside products of a loop's trips stand at the vector that the trip computes.

In: a `Loop`. Out: its equation, in whose body a number that multiplies a product of a matrix from before the
loop and a vector, or the vector of such a matrix in an outer product, multiplies the other vector instead.
What is added beside such a product is added by itself.

    da[i] += alpha * (w @ a)              ->    v = alpha * w;  da[i] += v @ a
    da += np.outer(w, alpha * a[i])       ->    v = alpha * w;  da += np.outer(v, a[i])
"""

from __future__ import annotations

from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, Eqn, NewAxis, Value
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import OPS
from symgrad.ir.walk import live, with_eqns
from symgrad.opt.vector_updates import Loop


def numbers_inward(loop: Loop) -> Eqn:
    """The equation of the loop, perhaps with another body."""
    mover = _Mover(loop)
    body = loop.parts.body
    for e in body.eqns:
        mover.b.loc, mover.b.phase, mover.b.note = e.loc, e.phase, e.note
        mover.b.eqns += mover.terms(e) or [mover.product(e) or mover.outer(e) or e]
    if not mover.changed:
        return loop.eqn
    return replace(loop.eqn, regions=(with_eqns(body, live(mover.b.eqns, body.results, body.symbols)),))


class _Mover:
    def __init__(self, loop: Loop) -> None:
        self.loop = loop
        self.b = Builder()
        self.changed = False
        self._scaled: dict[tuple[Arg, Arg], Value] = {}

    def terms(self, e: Eqn) -> list[Eqn] | None:
        """An addition of a sum, one of whose terms is such a product: an addition for each term."""
        value = e.args[1] if e.op.name == "add_at" else None
        made = self.loop.made.get(value) if isinstance(value, Value) and self.loop.count[value] == 1 else None
        if made is None or made.op.name != "add" or any(a.type != made.out.type for a in made.args):
            return None
        if not any(map(self._is_product, made.args)):
            return None
        self.changed = True
        first, second = made.args
        between = Value(e.out.type, e.out.hint)
        one = replace(e, args=(e.args[0], first, *e.args[2:]), outs=(between,))
        return [one, replace(e, args=(between, second, *e.args[2:]))]

    def _is_product(self, arg: Arg) -> bool:
        """Whether a value is a product of a matrix and a vector, perhaps times a number."""
        made = self.loop.made.get(arg) if isinstance(arg, Value) and self.loop.count[arg] == 1 else None
        if made is None:
            return False
        if made.op.name == "multiply":
            return any(not a.type.rank and self._is_product(b) for a, b in (made.args, made.args[::-1]))
        return made.op.name == "matmul" and sorted(a.type.rank for a in made.args) == [1, 2]

    def product(self, e: Eqn) -> Eqn | None:
        """`number * (matrix @ vector)`."""
        if e.op.name != "multiply":
            return None
        for number, other in (e.args, e.args[::-1]):
            made = self.loop.made.get(other) if isinstance(other, Value) else None
            if number.type.rank or made is None or made.op.name != "matmul" or self.loop.count[made.out] != 1:
                continue
            if sorted(a.type.rank for a in made.args) != [1, 2]:
                continue
            self.changed = True
            args = tuple(self._times(number, a) if a.type.rank == 1 else a for a in made.args)
            return replace(made, args=args, outs=e.outs, loc=e.loc, phase=e.phase, note=e.note)
        return None

    def outer(self, e: Eqn) -> Eqn | None:
        """`column * (number * row)`, or the other way round, where what is scaled is of an array outside."""
        if e.op.name != "multiply" or e.out.type.rank != 2:
            return None
        for k in (0, 1):
            scaled, other = e.args[k], e.args[1 - k]
            found = self._number_of(scaled)
            if found is None or not isinstance(other, Value) or self._number_of(other) is not None:
                continue
            number, plain = found
            self.changed = True
            args = [plain, self._behind(other, number)]
            return replace(e, args=tuple(args[:: 1 if k == 0 else -1]))
        return None

    def _number_of(self, arg: Arg) -> tuple[Arg, Value] | None:
        """The number and the vector of an array outside that a factor of an outer product is."""
        if not isinstance(arg, Value):
            return None
        vector, axes = self._vector(arg)
        made = self.loop.made.get(vector)
        if made is None or made.op.name != "multiply" or vector.type.rank != 1:
            return None
        for number, plain in (made.args, made.args[::-1]):
            if not number.type.rank and isinstance(plain, Value) and self.loop.column(plain) is not None:
                return number, self._again(plain, axes)
        return None

    def _vector(self, arg: Value) -> tuple[Value, Eqn | None]:
        """The vector behind a column or a row of a matrix."""
        e = self.loop.made.get(arg)
        if arg.type.rank == 2 and e is not None and e.op.name in ("getitem", "reshape") and len(e.args) == 1:
            source = e.args[0]
            stretched = e.op.name == "reshape" or NewAxis() in index_of(e.attrs)
            if isinstance(source, Value) and source.type.rank == 1 and stretched:
                return source, e
        return arg, None

    def _behind(self, arg: Value, number: Arg) -> Value:
        """A factor of an outer product, times a number."""
        vector, axes = self._vector(arg)
        return self._again(self._times(number, vector), axes)

    def _again(self, vector: Value, axes: Eqn | None) -> Value:
        if axes is None:
            return vector
        return self.b.emit(axes.op, (vector,), dict(axes.attrs))

    def _times(self, number: Arg, vector: Arg) -> Value:
        key = (number, vector)
        if key not in self._scaled:
            self._scaled[key] = self.b.emit(OPS["multiply"], (number, vector))
        return self._scaled[key]
