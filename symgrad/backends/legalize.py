"""IR into the IR that loops can say: composite ops opened, indices wrapped, results with memory of their own.

In: any function. Out: the same function in elementwise ops that have a scalar text, reductions without
keepdims, 2-D (or batched 2-D) matmul, views, and two ops of this backend's own:

    wrap(k, extent)   an index counted from the front, or IndexError
    own(x)            a copy in C order: for BLAS and reshape, and for results that would share memory

    p = softmax(x, axis=1)   ->   m = max(x, 1);  e = exp(x - m);  s = sum(e, 1);  p = e / s

Equal equations become one on the way: the adjoint of logsumexp finds the exponentials of its primal.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from symgrad.backends.access import Along, Read, is_view, peel, resolve, whole
from symgrad.backends.opened import OPEN, scaled
from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, AtArg, Attrs, Block, Const, Eqn, Function, Gather, Kind, NewAxis, Op, Value
from symgrad.ir.dims import Dim
from symgrad.ir.indexing import index_of
from symgrad.ir.types import ArrayType, Unifier
from symgrad.ir.walk import producers, rewire, rewire_args


def _same(types: tuple[ArrayType, ...], attrs: Attrs, unify: Unifier) -> tuple[ArrayType, ...]:
    return (types[0],)


def _position(types: tuple[ArrayType, ...], attrs: Attrs, unify: Unifier) -> tuple[ArrayType, ...]:
    return (types[0].with_dtype("int64"),)


WRAP = Op("wrap", Kind.ELEMENTWISE, _position)
OWN = Op("own", Kind.ELEMENTWISE, _same)


def legalize(function: Function) -> Function:
    """The function in ops that have a loop form; each array result in memory of its own."""
    body = legalize_block(function.body)
    return replace(function, body=_own_results(body))


def legalize_block(block: Block) -> Block:
    """The block in ops that have a loop form."""
    emitter = _Emitter()
    env: dict[Value, Arg] = {}
    for original in block.eqns:
        eqn = rewire(original, env)
        emitter.loc, emitter.phase, emitter.note = eqn.loc, eqn.phase, eqn.note
        if eqn.regions:
            emitter.eqns.append(replace(eqn, regions=tuple(map(legalize_block, eqn.regions))))
            continue
        arg = _legal(eqn, emitter)
        if arg is not eqn.out:
            env[eqn.out] = arg
    return replace(block, eqns=tuple(emitter.eqns), results=rewire_args(block.results, env))


class _Emitter(Builder):
    """A builder that emits an equation once: a second equal one is the first."""

    def __init__(self) -> None:
        super().__init__()
        self.defined: dict[Value, Eqn] = {}
        self.softmaxes: set[Arg] = set()
        self._known: dict[object, Value] = {}

    def emit(
        self, op: Op, args: Sequence[Arg], attrs: dict[str, object] | None = None, hint: str = ""
    ) -> Value:
        (out_type,) = op.infer(tuple(a.type for a in args), attrs or {}, self.unify)
        return self.keep(self.stamp(op, args, attrs or {}, Value(out_type, hint)))

    def stamp(self, op: Op, args: Sequence[Arg], attrs: Attrs, out: Value) -> Eqn:
        return Eqn(op, tuple(args), (out,), attrs, (), self.loc, self.phase, self.note)

    def append(self, eqn: Eqn) -> Value:
        self.eqns.append(eqn)
        self.defined[eqn.out] = eqn
        return eqn.out

    def keep(self, eqn: Eqn) -> Value:
        """Append the equation, or find the one that computes the same."""
        known = self._known.setdefault(_key(eqn), eqn.out)
        return self.append(eqn) if known is eqn.out else known

    def name_last(self, arg: Arg, out: Value) -> Arg:
        """Let the last equation define `out`, the user's name for what an opened op computes."""
        last = self.eqns[-1] if self.eqns else None
        if last is None or last.outs != (arg,) or last.out.hint or not out.hint or last.out.type != out.type:
            return arg
        self.eqns.pop()
        self._known[_key(last)] = out
        return self.append(replace(last, outs=(out,)))


def _key(eqn: Eqn) -> object:
    return (eqn.op.name, eqn.args, tuple(sorted(eqn.attrs.items())))


def _legal(eqn: Eqn, emitter: _Emitter) -> Arg:
    """Emit what `eqn` becomes and return what its result is now."""
    if eqn.op.name in ("copy", "stop_gradient"):
        return eqn.args[0]
    if eqn.op.name in ("getitem", "setitem", "add_at"):
        eqn = _wrapped(eqn, emitter)
    before = len(emitter.eqns)
    opening = OPEN.get(eqn.op.name)
    opened = opening(eqn, [emitter.ref(a) for a in eqn.args]) if opening else None
    if eqn.op.name in ("multiply", "divide") and eqn.args[0] in emitter.softmaxes:
        made = emitter.defined[eqn.args[0]]  # type: ignore[index]  # a value: it is in a set of them
        opened = scaled(eqn, [emitter.ref(a) for a in eqn.args], made)
    if opened is not None:
        arg = emitter.name_last(opened.arg, eqn.out) if len(emitter.eqns) > before else opened.arg
        if eqn.op.name == "softmax":
            emitter.softmaxes.add(arg)
        return arg
    if eqn.op.kind is Kind.WRITE:  # each write has a base of its own to change
        return emitter.append(eqn)
    if eqn.op.name == "matmul":
        eqn = replace(eqn, args=tuple(_for_blas(a, emitter) for a in eqn.args))
    if eqn.op.name == "reshape" and not is_view(eqn):
        eqn = replace(eqn, args=(_in_c_order(eqn.args[0], emitter),))
    return emitter.keep(eqn)


def _wrapped(eqn: Eqn, emitter: _Emitter) -> Eqn:
    """The indexing equation with its run-time positions checked and counted from the front."""
    count = 1 if eqn.op.name == "getitem" else 2
    rest = iter(eqn.args[count:])
    operands: list[Arg] = []
    items = [item for item in index_of(eqn.attrs) if not isinstance(item, NewAxis)]
    for item, extent in zip(items, eqn.args[0].type.shape, strict=True):
        if isinstance(item, Gather | AtArg):
            operands.append(_wrap(next(rest), extent, emitter))
    return replace(eqn, args=eqn.args[:count] + tuple(operands))


def _wrap(index: Arg, extent: Dim, emitter: _Emitter) -> Arg:
    source = resolve(whole(index), emitter.defined)
    if isinstance(source, Read) and (made := emitter.defined.get(source.value)) is not None:
        inside = made.op is WRAP and made.attrs["extent"] == extent
        if inside or (made.op.name == "iota" and made.out.type.shape == (extent,)):
            return index
    return emitter.emit(WRAP, [index], {"extent": extent})


def layout(arg: Arg, defined: Mapping[Value, Eqn]) -> tuple[Value, tuple[int, ...]] | None:
    """The array behind a value, and which axis of the value each of its axes is, if that is all."""
    source = peel(whole(arg), defined)
    if isinstance(source, Const) or not all(isinstance(c, Along) for c in source.coords):
        return None
    loops = tuple(c.loop for c in source.coords if c == Along(c.loop))  # type: ignore[union-attr]
    made = defined.get(source.value)
    if sorted(loops) != list(range(arg.type.rank)) or (made is not None and made.op.kind is Kind.CREATE):
        return None
    return source.value, loops


def _in_c_order(arg: Arg, emitter: _Emitter) -> Arg:
    found = layout(arg, emitter.defined)
    if found is not None and found[1] == tuple(range(arg.type.rank)):
        return found[0]
    return emitter.emit(OWN, [arg])


def _for_blas(arg: Arg, emitter: _Emitter) -> Arg:
    """An operand that np.dot takes without a copy: an array, or its transpose in the last two axes."""
    found = layout(arg, emitter.defined)
    rank = arg.type.rank
    if found is not None and found[1][:-2] == tuple(range(rank - 2)):
        return arg
    return emitter.emit(OWN, [arg])


def _own_results(body: Block) -> Block:
    """The block with a copy for each result that is not an array of its own."""
    made = dict(producers(body))
    eqns = list(body.eqns)
    taken = set(body.params)
    results: list[Arg] = []
    for result in body.results:
        if isinstance(result, Value) and not result.type.rank:
            source = made.get(result)
            if source is not None and (is_view(source) or source.op.kind is Kind.CREATE):
                number = Value(result.type, result.hint)
                eqns.append(Eqn(OWN, (result,), (number,)))
                result = number
        elif isinstance(result, Value):
            array = _array(result, made)
            if array is None or _memory(array, made) in taken:
                array = Value(result.type, result.hint)
                made[array] = Eqn(OWN, (result,), (array,))
                eqns.append(made[array])
            taken.add(_memory(array, made))
            result = array
        results.append(result)
    return replace(body, eqns=tuple(eqns), results=tuple(results))


def _array(result: Value, made: Mapping[Value, Eqn]) -> Value | None:
    """The array that a result is, if it is one as it stands."""
    found = layout(result, made)
    if found is None or found[1] != tuple(range(result.type.rank)) or found[0].type != result.type:
        return None
    return found[0]


def _memory(array: Value, made: Mapping[Value, Eqn]) -> Value:
    """The array whose memory this one shares."""
    while (eqn := made.get(array)) is not None and eqn.op.name == "reshape" and not eqn.regions:
        found = layout(eqn.args[0], made)
        assert found is not None  # `_legal` put a copy there if it was not an array
        array = found[0]
    return array
