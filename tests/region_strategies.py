"""Random programs with loops and branches, to compare texts and passes with the reference on.

Out of hypothesis comes a `Program` of two arrays and two numbers: loops over ranges of every direction,
`while` with a counter, exits, branches, nested up to three deep; they carry numbers and arrays, write
elements and slices, hand on swaps, views, outer values, or one value twice. Names are few: they clash.

    @given(region_programs())
    def test_text(program): ...
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st
from strategies import SIZES, Program

from symgrad.errors import Loc
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, At, AtArg, Block, Const, Eqn, Function, Span, Symbol, Value, full_span
from symgrad.ir.dims import symbol
from symgrad.ir.ops import OPS
from symgrad.ir.regions import COND, FOR, WHILE, close, close_all
from symgrad.ir.types import ArrayType
from symgrad.ir.verify import verify

Draw = Callable[[st.SearchStrategy[Any]], Any]
N = symbol("n")
REAL, INT, VECTOR = ArrayType("float64"), ArrayType("int64"), ArrayType("float64", (N,))
HINTS = {REAL: ["", "", "s", "t", "u"], VECTOR: ["", "", "y", "z", "x"]}


class _Scope:
    """A block under construction: what it may read, where its equations go."""

    def __init__(self, draw: Draw, builder: Builder, pool: Sequence[Value], indices: Sequence[Value]) -> None:
        self.draw, self.builder = draw, builder
        self.pool, self.indices = list(pool), list(indices)

    def inner(self, params: Sequence[Value], indices: Sequence[Value] = ()) -> _Scope:
        builder = Builder()
        builder.loc = self.builder.loc
        return _Scope(self.draw, builder, [*self.pool, *params], [*self.indices, *indices])

    def pick(self, options: Sequence[Any]) -> Any:
        return self.draw(st.sampled_from(list(options)))

    def flip(self) -> bool:
        return bool(self.draw(st.booleans()))

    def value(self, of: ArrayType) -> Value:
        fit = [v for v in self.pool if v.type == of]
        return self.pick(fit[-4:] if self.flip() else fit)

    def operand(self, of: ArrayType) -> Arg:
        return self.number() if of == REAL and self.flip() and self.flip() else self.value(of)

    def number(self) -> Const:
        return Const(self.pick([0.5, -1.0, 2.0, 0.0]), REAL)

    def emit(self, name: str, *args: Arg, hint: str | None = None, **attrs: Any) -> Value:
        types = tuple(a.type for a in args)
        (out,) = OPS[name].infer(types, attrs, self.builder.unify)
        hint = self.pick(HINTS.get(out, [""])) if hint is None else hint
        value = self.builder.emit(OPS[name], args, attrs, hint)
        if value.type in HINTS:
            self.pool.append(value)
        return value


def _arithmetic(s: _Scope, depth: int) -> None:
    of = s.pick([REAL, VECTOR])
    x = s.value(of)
    if s.flip():
        s.emit(s.pick(["sin", "tanh", "negative"]), x)
    else:
        y = s.operand(s.pick([of, REAL]))
        s.emit(s.pick(["add", "subtract", "multiply", "maximum"]), *((x, y) if s.flip() else (y, x)))


def _version(s: _Scope, depth: int) -> None:
    """`s += ...` under one name."""
    x = s.value(s.pick([REAL, VECTOR]))
    s.emit("add", x, s.operand(x.type), hint=x.hint)


def _place(s: _Scope) -> tuple[Any, list[Value]]:
    """The index of an element."""
    if s.indices and s.flip():
        return (AtArg(),), [s.pick(s.indices)]
    return (At(s.pick([0, 1, N - 1])),), []


def _slice(s: _Scope) -> Any:
    """An index and how many elements it has: all of them, so that types stay few."""
    return (s.pick([Span(N - 1, -1, N), full_span(N)]),)


def _load(s: _Scope, depth: int) -> None:
    index, operands = _place(s)
    s.emit("getitem", s.value(VECTOR), *operands, index=index)


def _store(s: _Scope, depth: int) -> None:
    index, operands = _place(s)
    base = s.value(VECTOR)
    name = s.pick(["setitem", "setitem", "add_at"])
    s.emit(name, base, s.operand(REAL), *operands, index=index, hint=s.pick([base.hint, base.hint, "z"]))


def _store_slice(s: _Scope, depth: int) -> None:
    base, value = s.value(VECTOR), s.value(VECTOR)
    part = s.emit("getitem", value, index=(Span(1, 1, N - 1),), hint="")
    s.emit("setitem", base, part, index=(Span(0, 1, N - 1),), hint=base.hint)


def _view(s: _Scope, depth: int) -> None:
    s.emit("getitem", s.value(VECTOR), index=_slice(s))


def _fresh(s: _Scope, depth: int) -> None:
    s.emit("full", s.number(), shape=(N,))


def _copy(s: _Scope, depth: int) -> None:
    s.emit("copy", s.value(s.pick([REAL, VECTOR])))


def _total(s: _Scope, depth: int) -> None:
    s.emit("sum", s.value(VECTOR), axis=(0,), keepdims=False)


def _test(s: _Scope) -> Value:
    return s.emit(s.pick(["less", "greater"]), s.value(REAL), s.operand(REAL), hint="")


def _handed_on(s: _Scope, params: Sequence[Value], fallback: Sequence[Value]) -> list[Arg]:
    """What a block gives for each of its params: mostly the newest of that name, sometimes anything."""
    out: list[Arg] = []
    for p in params:
        named = [v for v in s.pool if v.type == p.type and v.hint == p.hint]
        kind = s.pick(["newest", "newest", "newest", "any", "swap", "number"])
        swapped = [q for q in fallback if q.type == p.type]
        if kind == "newest" and named:
            out.append(named[-1])
        elif kind == "swap" and swapped:
            out.append(s.pick(swapped))
        else:
            out.append(s.number() if kind == "number" and p.type == REAL else s.value(p.type))
    return out


def _carried(s: _Scope) -> tuple[list[Arg], list[Value]]:
    types = [s.pick([REAL, VECTOR]) for _ in range(s.pick([1, 2, 2, 3]))]
    inits: list[Arg] = [s.operand(t) for t in types]
    hints = [i.hint if isinstance(i, Value) and s.flip() else s.pick(HINTS[i.type]) for i in inits]
    return inits, [Value(i.type, h) for i, h in zip(inits, hints, strict=True)]


def _range(s: _Scope) -> tuple[Arg, Arg, Arg]:
    def number(k: int) -> Const:
        return Const(k, INT)

    size = s.builder.emit(OPS["extent"], (), {"dim": N}, s.pick(["", "n"]))
    last = s.builder.emit(OPS["extent"], (), {"dim": N - 1})
    ranges = [
        (number(0), size, number(1)),
        (last, number(-1), number(-1)),
        (number(1), size, number(2)),
        (number(0), number(0), number(1)),
    ]
    return s.pick(ranges)  # type: ignore[no-any-return]


def _for(s: _Scope, depth: int) -> None:
    bounds = _range(s)
    inits, params = _carried(s)
    index = Value(INT, s.pick(["i", "i", "j", "s"]))
    inner = s.inner(params, [index])
    _steps(inner, depth - 1)
    exits = s.flip() and s.flip()
    if exits and s.flip():  # the rest of the body under the condition that there is a rest
        more = inner.emit("logical_not", _test(inner), hint="")
        yields = _conditional(inner, [Value(p.type, p.hint) for p in params], depth, flag=True, test=more)
    else:
        yields = [_test(inner)] if exits else []
        yields += _handed_on(inner, params, params)
    block, further = close([index, *params], inner.builder.eqns, yields, s.builder)
    outs = tuple(Value(p.type, p.hint) for p in params)
    attrs = {"exits": True} if exits else {}
    s.builder.eqns.append(Eqn(FOR, (*bounds, *inits, *further), outs, attrs, (block,), s.builder.loc))
    s.pool += outs


def _while(s: _Scope, depth: int) -> None:
    inits, params = _carried(s)
    k = Value(INT, s.pick(["k", "trip", "s"]))
    size = s.builder.emit(OPS["extent"], (), {"dim": N})
    test = s.inner([])
    going = test.builder.emit(OPS["less"], (k, size))
    if s.flip():
        level = test.builder.emit(OPS["sin"], (next((p for p in params if p.type == REAL), s.value(REAL)),))
        small = test.builder.emit(OPS["less"], (level, Const(0.9, REAL)))
        going = test.builder.emit(OPS["logical_and"], (going, small))
    inner = s.inner(params, [k])
    _steps(inner, depth - 1)
    following = inner.builder.emit(OPS["add"], (k, Const(1, INT)), {}, k.hint)
    yields = [following, *_handed_on(inner, params, params)]
    bodies = [(test.builder.eqns, [going]), (inner.builder.eqns, yields)]
    blocks, further = close_all([k, *params], bodies, s.builder)
    outs = tuple(Value(p.type, p.hint) for p in (k, *params))
    args = (Const(0, INT), *inits, *further)
    s.builder.eqns.append(Eqn(WHILE, args, outs, {}, blocks, s.builder.loc))
    s.pool += outs[1:]


def _branch(s: _Scope, depth: int) -> None:
    _, likes = _carried(s)
    _conditional(s, likes, depth)


def _conditional(
    s: _Scope, likes: Sequence[Value], depth: int, *, flag: bool = False, test: Value | None = None
) -> list[Arg]:
    """A branch that gives values like these, and first (`flag`) whether its first side was taken."""
    test = test or _test(s)
    bodies = []
    for side in (True, False):
        inner = s.inner([])
        if inner.pick([True, True, False]):
            _steps(inner, depth - 1)
        given = _handed_on(inner, likes, [])
        lead: list[Arg] = [Const(side, ArrayType("bool"))] if flag else []
        bodies.append((inner.builder.eqns, [*lead, *given]))
    blocks, operands = close_all([], bodies, s.builder)
    first = [Value(ArrayType("bool"))] if flag else []
    outs = (*first, *(Value(v.type, v.hint) for v in likes))
    s.builder.eqns.append(Eqn(COND, (test, *operands), outs, {}, blocks, s.builder.loc))
    s.pool += outs[len(first) :]
    return list(outs)


_SIMPLE = (
    _arithmetic,
    _arithmetic,
    _version,
    _load,
    _store,
    _store,
    _store_slice,
    _view,
    _fresh,
    _copy,
    _total,
)
_REGIONS = (_for, _for, _while, _branch)


def _steps(s: _Scope, depth: int) -> None:
    makers = (*_SIMPLE, *_REGIONS, *_REGIONS) if depth > 0 else _SIMPLE
    for number in range(s.pick([1, 2, 2, 3])):
        if s.flip():
            s.builder.loc = Loc("model.py", number, 1, 9, f"statement {number}")
        s.pick(makers)(s, depth)


@st.composite
def region_programs(draw: Draw, *, depth: int = 2) -> Program:
    """A program of x, w (arrays of n), a, b (numbers): one number, then an array."""
    params = [Value(VECTOR, "x"), Value(VECTOR, "w"), Value(REAL, "a"), Value(REAL, "b")]
    s = _Scope(draw, Builder(), params, [])
    for _ in range(draw(st.integers(0, 2))):
        s.pick(_SIMPLE)(s, 0)
    s.pick(_REGIONS)(s, depth)
    _steps(s, depth)
    array = next(v for v in reversed(s.pool) if v.type == VECTOR)
    number = s.emit("add", s.value(REAL), s.emit("sum", array, axis=(0,), keepdims=False, hint=""))
    block = Block(tuple(params), tuple(s.builder.eqns), (number, array), (Symbol("n", params[0], 0),))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    args = tuple(rng.normal(size=SIZES["n"] if p.type.rank else ())[()] for p in params)
    return Program(verify(Function("program", block)), args)
