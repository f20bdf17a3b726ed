"""Arrays of a few elements live in scalars.

In: a function. Out: the same function where an array of at most 16 elements, their number fixed, is so many
scalars: statements on it are written out, loops and branches carry its elements. An array that is indexed by
a position known only at run time stays one (`opt.tiny_arrays`); so does the operand of an op that is known as
a whole.

    d = pos[j] - pos[i]; r2 = sum(d * d)    ->    d_0 = pos[j, 0] - pos[i, 0]; d_1 = ...; d_2 = ...
                                                  r2 = d_0 * d_0 + d_1 * d_1 + d_2 * d_2
"""

from __future__ import annotations

import operator
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import numpy as np

from symgrad.ir.build import Builder
from symgrad.ir.core import Arg, At, Block, Const, Eqn, Function, Symbol, Value
from symgrad.ir.fold import fold
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of, index_shape
from symgrad.ir.ops import OPS
from symgrad.ir.regions import COND, FOR, operands_of, params_of
from symgrad.ir.switch import is_on
from symgrad.ir.types import ArrayType
from symgrad.opt.elements import (
    Parts,
    all_constant,
    data_of,
    element,
    fixed,
    hint_of,
    is_small,
    is_tiny,
    one_element,
    single,
    split,
)
from symgrad.opt.tiny_arrays import stay_arrays
from symgrad.opt.unroll import unroll


def scalarise(function: Function) -> Function:
    """`function` with its tiny arrays in scalars."""
    if is_on("unroll"):
        function = unroll(function)
    arrays = stay_arrays(function)
    if arrays is None:
        return function
    scope = _Scope(arrays, {p: p for p in function.params})
    body = scope.rewritten(function.body, function.params, [False] * len(function.results))
    return function if body is function.body else replace(function, body=body)


def _same(new: Sequence[object], old: Sequence[object]) -> bool:
    return len(new) == len(old) and all(map(operator.is_, new, old))


class _Scope:
    """A block while it is rewritten: `env` holds what is one value, `parts` the elements of what is not."""

    def __init__(self, arrays: AbstractSet[Value], env: dict[Value, Arg]) -> None:
        self.arrays = arrays
        self.env = env
        self.parts: dict[Value, Parts] = {}
        self.builder = Builder()

    def rewritten(self, block: Block, params: Sequence[Value], in_parts: Sequence[bool]) -> Block:
        """The block on new params; `in_parts` says which of its results leave it as elements."""
        numbers = {s.param for s in block.symbols}  # of extents: they keep a place of their own
        b = self.builder
        for eqn in block.eqns:
            b.loc, b.phase, b.note = eqn.loc, eqn.phase, eqn.note
            if eqn.regions:
                self._region(eqn)
            elif not self._write_out(eqn):
                self._equation(eqn, numbers)
        results: list[Arg] = []
        for result, apart in zip(block.results, in_parts, strict=True):
            results += self.flat(result) if apart else [self.whole(result)]
        made = {*params, *(o for e in b.eqns for o in e.outs)}
        places = ((s, self.env.get(s.param)) for s in block.symbols)
        symbols = tuple(Symbol(s.name, v, s.axis) for s, v in places if isinstance(v, Value) and v in made)
        new = Block(tuple(params), tuple(b.eqns), tuple(results), symbols)
        return block if _same(block.eqns, new.eqns) and new == block else new

    # -- operands ------------------------------------------------------------------------------------

    def whole(self, arg: Arg) -> Arg:
        """The operand as one value: an array that is written element by element, if need be."""
        if isinstance(arg, Const):
            return arg
        if arg not in self.env:
            self.env[arg] = self._stacked(arg)
        return self.env[arg]

    def elements(self, arg: Arg) -> Parts:
        """The operand's elements; those of an array are read."""
        if isinstance(arg, Const) or not arg.type.shape:
            return single(self.whole(arg))
        if arg not in self.parts:
            self.parts[arg] = self._read(arg)
        return self.parts[arg]

    def flat(self, arg: Arg) -> list[Arg]:
        return [*self.elements(arg).flat]

    def _read(self, arg: Value) -> Parts:
        array = self.whole(arg)
        found = np.empty(fixed(arg.type.shape), dtype=object)
        for place in np.ndindex(found.shape):
            found[place] = self._emit("getitem", [array], hint_of(arg, place), index=tuple(map(At, place)))
        return found

    def _stacked(self, arg: Value) -> Arg:
        parts = self.parts[arg]
        first, *others = parts.flat
        if isinstance(first, Const) and all(p == first for p in others):
            return self._emit("full", [first], arg.hint, shape=arg.type.shape)
        if all_constant(parts):
            return self._emit("literal", [], arg.hint, dtype=arg.type.dtype, data=data_of(parts))
        array = self._emit("empty", [], dtype=arg.type.dtype, shape=arg.type.shape)
        for place in np.ndindex(parts.shape):
            array = self._emit(
                "setitem", [array, element(parts, place)], arg.hint, index=tuple(map(At, place))
            )
        return array

    def _emit(self, name: str, args: Sequence[Arg], hint: str = "", /, **attrs: object) -> Arg:
        return self.builder.emit(OPS[name], args, attrs, hint)

    def _compute(self, name: str, args: Sequence[Arg], hint: str = "", /, **attrs: object) -> Arg:
        known = fold(name, args)
        return self._emit(name, args, hint, **attrs) if known is None else known

    # -- equations -----------------------------------------------------------------------------------

    def _equation(self, eqn: Eqn, numbers: AbstractSet[Value]) -> None:
        parts = self._split(eqn)
        if parts is None:
            args = tuple(map(self.whole, eqn.args))
            self.builder.eqns.append(eqn if _same(args, eqn.args) else eqn.with_args(args))
            self.env[eqn.out] = eqn.out
            if is_tiny(eqn.out) and eqn.out not in self.arrays:
                self.parts[eqn.out] = self._read(eqn.out)  # now, for the array may be overwritten later
        elif eqn.out.type.shape:
            self.parts[eqn.out] = parts
        else:
            number = element(parts, ())
            self.env[eqn.out] = self._emit("copy", [number], eqn.out.hint) if eqn.out in numbers else number

    def _split(self, eqn: Eqn) -> Parts | None:
        """The elements of the result (a scalar is its only one); None where the equation stays."""
        out = eqn.out
        if out in self.arrays or (out.type.shape and not is_tiny(out)):
            return None
        if not out.type.shape and not any(is_tiny(a) and a not in self.arrays for a in eqn.args):
            return None
        if all(is_tiny(a) or not a.type.shape for a in eqn.args):
            return split(eqn, [self.elements(a) for a in eqn.args], self._compute)
        return self._picked(eqn) if eqn.op.name == "getitem" else None

    def _picked(self, eqn: Eqn) -> Parts | None:
        """A few elements of a large array."""
        found = np.empty(fixed(eqn.out.type.shape), dtype=object)
        for place in np.ndindex(found.shape):
            index = one_element(index_of(eqn.attrs), place)
            if index is None:
                return None
            args = [self.whole(a) for a in eqn.args]
            found[place] = self._emit("getitem", args, hint_of(eqn.out, place), index=index)
        return found

    def _write_out(self, eqn: Eqn) -> bool:
        """Write elements that are in scalars into a larger array, one after the other."""
        if eqn.op.name not in ("setitem", "add_at") or eqn.args[1] not in self.parts:
            return False
        if eqn.out not in self.arrays and is_tiny(eqn.out):
            return False
        base, value, *operands = eqn.args
        types = tuple(o.type for o in operands)
        target = index_shape(base.type.shape, types, eqn.attrs, self.builder.unify)
        if not is_small(target):
            return False
        new = np.broadcast_to(self.parts[value], fixed(target))  # type: ignore[index]  # it has parts
        array = self.whole(base)
        moving = [self.whole(a) for a in operands]
        indices = [(one_element(index_of(eqn.attrs), place), place) for place in np.ndindex(new.shape)]
        if any(index is None for index, _ in indices):
            return False
        for index, place in indices:
            array = self._emit(eqn.op.name, [array, element(new, place), *moving], eqn.out.hint, index=index)
        self.env[eqn.out] = array
        return True

    # -- regions -------------------------------------------------------------------------------------

    def _region(self, eqn: Eqn) -> None:
        first, carried = operands_of(eqn)
        slots = list(zip(*(params_of(eqn, block) for block in eqn.regions), strict=True))
        apart = [all(self._is_apart(p) for p in params) for params in slots]
        args = [self.whole(a) for a in eqn.args[:first]]
        constant: dict[int, Parts] = {}  # operands that every trip knows: they need no param
        for k, (arg, elements) in enumerate(zip(eqn.args[first:], apart, strict=True)):
            if elements and k >= carried and all_constant(parts := self.elements(arg)):
                constant[k] = parts
            else:
                args += self.flat(arg) if elements else [self.whole(arg)]
        leaving = list(map(self._is_apart, eqn.outs)) if eqn.op is COND else apart[:carried]
        regions = []
        for number, block in enumerate(eqn.regions):
            scope = _Scope(self.arrays, {})
            params = list(block.params[:1]) if eqn.op is FOR else []
            scope.env.update((p, p) for p in params)
            for k, (param, elements) in enumerate(zip(params_of(eqn, block), apart, strict=True)):
                if k in constant:
                    scope.parts[param] = constant[k]
                else:
                    params += scope._enter(param, elements)
            last = number == len(eqn.regions) - 1 or eqn.op is COND
            flags = len(block.results) - len(leaving) if last else len(block.results)
            regions.append(scope.rewritten(block, params, [False] * flags + (leaving if last else [])))
        outs: list[Value] = []
        for out, elements in zip(eqn.outs, leaving, strict=True):
            outs += self._enter(out, elements)
        same = _same(args, eqn.args) and _same(outs, eqn.outs) and _same(regions, eqn.regions)
        new = eqn if same else replace(eqn, args=tuple(args), outs=tuple(outs), regions=tuple(regions))
        self.builder.eqns.append(new)

    def _is_apart(self, value: Value) -> bool:
        return is_tiny(value) and value not in self.arrays

    def _enter(self, value: Value, apart: bool) -> list[Value]:
        """What comes into the block for `value`: itself, or a number for each of its elements."""
        if not apart:
            self.env[value] = value
            return [value]
        parts = np.empty(fixed(value.type.shape), dtype=object)
        for place in np.ndindex(parts.shape):
            parts[place] = Value(ArrayType(value.type.dtype), hint_of(value, place))
        self.parts[value] = parts
        return [*parts.flat]
