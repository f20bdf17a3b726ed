"""Matrix products that a loop makes one vector at a time: their vectors are collected, one product follows.

In: a loop. Out: equations in its place, where an array that it only adds to, a rank-one update or a product
of a matrix and a vector per trip, is added to once, after it.

    for i in range(n):                                    for i in range(n):
        w = f(x, i)                                           W[i] = f(x, i)
        da += np.outer(b[:, i], w)             ->         da += b @ W + (c @ W.T)
        da[:, i] += c @ w

Where the vectors of the trips differ in length (a triangle), the rest of `W` is 0. A product with 0 is 0 only
if the matrix is finite, so the loop stays beside the product, for matrices that are not.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Iterable, Sequence

from symgrad.ir.build import Builder, Ref, add_at, getitem, transpose
from symgrad.ir.core import Arg, AtArg, Const, Eqn, Span, Symbol, Value, full_span
from symgrad.ir.dims import symbol, symbols
from symgrad.ir.frozen import replace
from symgrad.ir.ops import OPS
from symgrad.ir.regions import close_all
from symgrad.ir.types import INT, ArrayType
from symgrad.ir.walk import again, rewire, with_eqns
from symgrad.opt.scaled import numbers_inward
from symgrad.opt.vector_updates import Factor, Loop, Matrix, Plan, Rows, Update


def deferred(loop: Loop, known: Sequence[Symbol]) -> list[Eqn] | None:
    """The equations instead of the loop's; `known` says where extents are found before it."""
    if loop.trips is None:
        return None
    loop = Loop(numbers_inward(loop), loop.names, loop.before, loop.known, loop.counts)
    plan = loop.plan()
    guarded = _uncertain(plan) if plan is not None else None
    if plan is None or guarded is None:
        return None
    return _Products(loop, plan).rewritten(guarded, known)


def _uncertain(plan: Plan) -> list[Matrix] | None:
    """The matrices that have to be finite, for rows filled up by zeros; None if two such meet."""
    found: dict[Value, Matrix] = {}
    for updates in plan.updates.values():
        for update in updates:
            for factor, other in ((update.left, update.right), (update.right, update.left)):
                if isinstance(factor, Rows) and factor.span != full_span(factor.extent):
                    if isinstance(other, Rows):
                        return None
                    found.setdefault(other.array, other)
    return list(found.values())


class _Products:
    """A loop and the plan for it."""

    def __init__(self, loop: Loop, plan: Plan) -> None:
        self.eqn, self.parts, self.outer, self.before = loop.eqn, loop.parts, loop.outer, loop.before
        self.trips = loop.trips
        self.plan = plan

    def rewritten(self, guarded: list[Matrix], known: Sequence[Symbol]) -> list[Eqn]:
        eqn = self.eqn
        if not guarded:
            builder, results = self._after()
            last = [
                Eqn(OPS["copy"], (r,), (o,), loc=eqn.loc, phase=eqn.phase)
                for o, r in zip(eqn.outs, results, strict=True)
            ]
            return [*builder.eqns, *last]
        test = Builder()
        test.loc, test.phase = eqn.loc, eqn.phase
        finite: Arg | None = None
        for matrix in guarded:
            operand = self.outer[matrix.array]
            total = test.emit(OPS["sum"], (operand,), {"axis": (0, 1), "keepdims": False})
            one = test.emit(OPS["isfinite"], (total,))
            finite = one if finite is None else test.emit(OPS["logical_and"], (finite, one))
        assert finite is not None
        builder, results = self._after()
        other = Builder()
        first = [self._again(a, other) for a in self.parts.carried]
        args = (*eqn.args[:3], *first, *eqn.args[3 + len(first) :])
        loop = again(replace(eqn, args=args), {})
        bodies = [(builder.eqns, results), ([*other.eqns, loop], loop.outs)]
        blocks, operands = close_all((), bodies, test, known)
        branch = replace(eqn, op=OPS["cond"], args=(finite, *operands), attrs={}, regions=blocks)
        return [*test.eqns, branch]

    def _again(self, arg: Arg, b: Builder) -> Arg:
        """An array of one number is made where it is needed."""
        eqn = self.before.get(arg) if isinstance(arg, Value) else None
        if eqn is None or eqn.op.name != "full" or not isinstance(eqn.args[0], Const):
            return arg
        return b.emit(eqn.op, eqn.args, dict(eqn.attrs), eqn.out.hint)

    def _after(self) -> tuple[Builder, list[Arg]]:
        """The loop without its products, and these after it."""
        b = Builder()
        b.loc, b.phase = self.eqn.loc, self.eqn.phase
        rows = list(dict.fromkeys(
            r for u in self.plan.updates.values() for x in u for f in (x.left, x.right) if isinstance(f, Rows)
            for r in [replace(f, turned=False)]
        ))  # fmt: skip
        outs, collected = self._loop(rows, b)
        results: list[Arg] = list(outs)
        for number, updates in self.plan.updates.items():
            target = b.ref(results[number])
            for (span, other), (left, right) in _grouped(updates, collected, b, self.outer):
                product = left @ right
                full = (span, other) == tuple(map(full_span, target.shape))
                target = target + product if full else add_at(target, product, (span, other))
            results[number] = target.arg
        return b, results

    def _place(self, inside: Builder) -> Arg:
        """The number of the row that a trip fills."""
        assert self.trips is not None
        low = self.trips.start
        if low == 0:
            return self.parts.index
        number = Const(low, INT) if isinstance(low, int) else inside.emit(OPS["extent"], (), {"dim": low})
        return inside.emit(OPS["subtract"], (self.parts.index, number))

    def _loop(self, rows: Sequence[Rows], b: Builder) -> tuple[tuple[Value, ...], dict[Rows, Ref]]:
        """The loop that collects vectors in place of adding products."""
        assert self.trips is not None
        body = self.parts.body
        inside = Builder()
        inside.loc, inside.phase = self.eqn.loc, self.eqn.phase
        skipped: dict[Value, Arg] = {}
        for out, base in self.plan.skipped.items():
            skipped[out] = skipped.get(base, base) if isinstance(base, Value) else base
        for eqn in body.eqns:
            if not (eqn.outs and eqn.outs[0] in self.plan.skipped):
                inside.eqns.append(rewire(eqn, skipped))
        place = self._place(inside)
        kept = [self._again(a, b) for a in self.parts.carried]
        firsts: list[Arg] = []
        params: list[Value] = []
        yields: list[Arg] = []
        for r in rows:
            kind = ArrayType(r.vector.type.dtype, (self.trips.extent, r.extent))
            firsts.append(_before_the_first(kind, r.span, b))
            param = Value(kind, _plural(r.vector.hint))
            params.append(param)
            index: dict[str, object] = {"index": (AtArg(), r.span)}
            yields.append(inside.emit(OPS["setitem"], (param, r.vector, place), index, param.hint))
        n = len(self.eqn.outs)
        results = tuple(skipped.get(r, r) if isinstance(r, Value) else r for r in body.results)
        told = {name for p in params for d in p.type.shape for name in symbols(d)}
        told -= {s.name for s in body.symbols}
        numbers = [Value(INT, name) for name in sorted(told)]
        facts = (*body.symbols, *(Symbol(v.hint, v, None) for v in numbers))
        lead, rest = body.params[: 1 + n], body.params[1 + n :]
        block = with_eqns(
            replace(body, params=(*lead, *params, *rest, *numbers), symbols=facts),
            inside.eqns,
            (*results, *yields),
        )
        outs = (*(Value(o.type, o.hint) for o in self.eqn.outs), *(Value(p.type, p.hint) for p in params))
        lengths = [b.emit(OPS["extent"], (), {"dim": symbol(v.hint)}) for v in numbers]
        args = (*self.eqn.args[:3], *kept, *firsts, *self.eqn.args[3 + n :], *lengths)
        b.eqns.append(again(replace(self.eqn, args=args, outs=outs, regions=(block,)), {}))
        made = b.eqns[-1].outs
        return made[:n], {r: b.ref(v) for r, v in zip(rows, made[n:], strict=True)}


def _before_the_first(kind: ArrayType, span: Span, b: Builder) -> Arg:
    """The rows before the first trip: zeros where a trip does not fill its own."""
    if span != full_span(kind.shape[1]):
        return b.full(0.0, kind)
    return b.emit(OPS["empty"], (), {"shape": kind.shape, "dtype": kind.dtype})


def _grouped(
    updates: Sequence[Update], collected: dict[Rows, Ref], b: Builder, outer: dict[Value, Arg]
) -> list[tuple[tuple[Span, Span], tuple[Ref, Ref]]]:
    """The products to be added to each part of an array; `a @ b + a @ c` is `a @ (b + c)`."""

    def ref(factor: Factor) -> Ref:
        if isinstance(factor, Rows):
            found = collected[replace(factor, turned=False)]
        else:
            found = b.ref(outer[factor.array])
            index = (factor.rows, factor.columns)
            if index != tuple(map(full_span, found.shape)):
                found = getitem(found, index)
        return transpose(found, (1, 0)) if factor.turned else found

    groups: dict[tuple[Span, Span, Factor], list[Factor]] = {}
    for u in updates:
        groups.setdefault((u.rows, u.columns, u.left), []).append(u.right)
    of_right: dict[tuple[Span, Span, tuple[Factor, ...]], list[Factor]] = {}
    for (rows, columns, left), rights in groups.items():
        of_right.setdefault((rows, columns, tuple(rights)), []).append(left)
    found = []
    for (rows, columns, several), lefts in of_right.items():
        both = _sum(map(ref, lefts)), _sum(map(ref, several))
        found.append(((rows, columns), both))
    return found


def _sum(refs: Iterable[Ref]) -> Ref:
    return functools.reduce(operator.add, refs)


def _plural(hint: str) -> str:
    return f"{hint}s" if hint else "rows"
