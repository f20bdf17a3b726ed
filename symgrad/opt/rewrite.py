"""The machine under the identities: rules tried on each equation, in order, until none applies.

In: a function and a table from op names to rules. Out: the rewritten function (the same object if no rule
applied). A rule looks at one equation through a `Site` and returns what its result is instead: an operand,
or a `Ref` to equations that it wrote with the site's refs; those are tried in turn, at the same place.

    t = multiply(x, 1.0); y = exp(t)    ->    y = exp(x)

One pass over the program; each rule looks a bounded number of equations back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from symgrad.ir.build import Builder, Ref
from symgrad.ir.core import Arg, Block, Const, Eqn, Function, Kind, Value
from symgrad.ir.dims import Dim
from symgrad.ir.fold import fold
from symgrad.ir.frozen import replace
from symgrad.ir.ops import OPS
from symgrad.ir.settled import settling
from symgrad.ir.switch import switched_off
from symgrad.ir.types import ArrayType, Shape
from symgrad.ir.walk import map_regions, rewire, uses, with_eqns
from symgrad.opt.numbering import Numbers
from symgrad.opt.untouched import Untouched

Rewritten = Arg | Ref | None
Rule = Callable[["Site", Eqn], Rewritten]
Rules = Mapping[str, tuple[Rule, ...]]


class Table(dict[str, tuple[Rule, ...]]):
    """Rules by the names of ops, from several tables in their order; equal to itself only.

    Blocks remember that a table has nothing to do there (`ir.settled`): it is for tables that last.
    """

    def __init__(self, *tables: Rules) -> None:
        names = dict.fromkeys(name for table in tables for name in table)
        super().__init__((n, tuple(rule for table in tables for rule in table.get(n, ()))) for n in names)

    __hash__ = object.__hash__  # type: ignore[assignment]  # dict has none
    __eq__ = object.__eq__
    __ne__ = object.__ne__


# Rules are written to end; should two of them ever chase each other, a program is still compiled.
_FUEL = 64


class Site:
    """The program so far, as a rule sees it, and the builder for what it writes.

    `through_names`: may a rule dissolve a value that the user named? Grouping and kernels may; the study
    text keeps the user's statements.
    """

    def __init__(self, through_names: bool, eqns: tuple[Eqn, ...] = ()) -> None:
        self.through_names = through_names
        self.eqns = eqns  # of the block, as they were
        self.builder = Builder()
        self.target = ""  # the name of the result of the equation at hand
        self.produced: dict[Value, Eqn] = {}
        self.quotients: dict[Value, list[Eqn]] = {}  # by divisor
        self._age: dict[Value, int] = {}
        self.count: dict[Value, int] = {}
        self._numbers = Numbers()
        self._unnumbered: list[Eqn] = []
        self._readers: dict[Value, tuple[str, int]] | None = None

    def ref(self, arg: Arg) -> Ref:
        return self.builder.ref(arg)

    def refs(self, *args: Arg) -> tuple[Ref, ...]:
        return tuple(map(self.builder.ref, args))

    def call(self, name: str, *args: Arg | Ref, **attrs: object) -> Ref:
        """Emit `name(*args)`."""
        plain = [a.arg if isinstance(a, Ref) else a for a in args]
        return self.ref(self.builder.emit(OPS[name], plain, attrs))

    def count_of(self, dim: Dim, dtype: str) -> Ref:
        """An extent as a number of this dtype."""
        return self.call("cast", self.call("extent", dim=dim), dtype=dtype)

    def number(self, value: float, like: ArrayType) -> Const:
        """A constant of the dtype of `like`."""
        full = self.builder.full(value, ArrayType(like.dtype))
        assert isinstance(full, Const)
        return full

    def origin(self, arg: Arg) -> Arg:
        """What `arg` is a copy of."""
        while isinstance(arg, Value) and arg in self.produced and self.produced[arg].op.name == "copy":
            arg = self.produced[arg].args[0]
        return arg

    def see(self, arg: Arg, *names: str) -> Eqn | None:
        """The equation behind `arg`, named or not, if it is one of these ops (of any, if none is given)."""
        arg = self.origin(arg)
        eqn = self.produced.get(arg) if isinstance(arg, Value) else None
        if eqn is None:  # what the rule has just written is there as well
            eqn = next((e for e in self.builder.eqns if e.outs == (arg,)), None)
        return eqn if eqn is not None and (not names or eqn.op.name in names) else None

    def get(self, arg: Arg, *names: str) -> Eqn | None:
        """`see`, but not through a name that the text must keep."""
        eqn = self.produced.get(arg) if isinstance(arg, Value) else None
        if eqn is None or (names and eqn.op.name not in names and eqn.op.name != "copy"):
            return None  # the most frequent answer
        return self._behind(arg, names, alone=False)

    def take(self, arg: Arg, *names: str) -> Eqn | None:
        """`get` for a rule that computes again what it takes apart: only if nothing else reads `arg`."""
        return self._behind(arg, names, alone=True)

    def _behind(self, arg: Arg, names: tuple[str, ...], alone: bool) -> Eqn | None:
        while isinstance(arg, Value):
            eqn = self.produced.get(arg)
            if eqn is None:
                return None
            name = eqn.op.name
            if names and name != "copy" and name not in names:
                return None
            if alone and self.count.get(arg, 1) > 1:
                return None
            if not self.through_names and arg.hint and not self._is_version(arg, eqn):
                return None
            if name != "copy":
                return eqn
            arg = eqn.args[0]
        return None

    def same(self, a: Arg, b: Arg) -> bool:
        """Are the two one value, computed once or twice?"""
        if a is b or a.type != b.type:
            return a is b
        if not self._alike(a, b):
            return False
        for eqn in self._unnumbered:
            self._numbers.add(eqn)
        self._unnumbered.clear()
        return self._numbers.same(a, b)

    def _alike(self, a: Arg, b: Arg) -> bool:
        """Whether the two may be one value: copies aside, they are made by equations that do the same."""
        x, y = self.origin(a), self.origin(b)
        one, other = (self.produced.get(o) if isinstance(o, Value) else None for o in (x, y))
        if one is None or other is None or one.regions or other.regions:
            return x == y
        return one.does == other.does

    def add(self, eqn: Eqn) -> None:
        """`eqn` is final: rules may look back at it."""
        for out in eqn.outs:
            self.produced[out] = eqn
            self._age[out] = len(self._age)
        if eqn.op.name == "divide" and isinstance(eqn.args[1], Value):
            self.quotients.setdefault(eqn.args[1], []).append(eqn)
        self._unnumbered.append(eqn)

    def age(self, value: Value) -> int:
        """Values that were computed earlier have lower numbers; params come first."""
        return self._age.get(value, -1)

    def is_latest(self, arg: Arg) -> bool:
        """Is it what the equation before this one computed?"""
        return isinstance(arg, Value) and self.age(arg) == len(self._age) - 1

    def once(self, arg: Arg) -> bool:
        """Nothing else reads `arg`, so that it goes if this reader does without it."""
        return isinstance(arg, Value) and self.count.get(arg, 1) <= 1

    def reader(self, value: Value) -> tuple[str, int]:
        """An op that read `value` when the pass began, the last one, and as which operand."""
        if self._readers is None:
            self._readers = {
                v: (e.op.name, i) for e in self.eqns for i, v in enumerate(e.args) if isinstance(v, Value)
            }
        return self._readers.get(value, ("", 0))

    def note_reader(self, value: Arg, name: str, place: int) -> None:
        """A rule writes `value` for this reader."""
        if isinstance(value, Value):
            self.reader(value)
            assert self._readers is not None
            self._readers[value] = name, place

    def _is_version(self, arg: Value, eqn: Eqn) -> bool:
        """An earlier value of the name that is assigned, by the same statement: `dw = g; dw = dw + g`."""
        return arg.hint == self.target and (eqn.loc, eqn.phase) == (self.builder.loc, self.builder.phase)

    def release(self, eqn: Eqn) -> None:
        """`eqn` is gone: its operands have a reader less, and those without readers are as good as gone."""
        gone = [eqn]
        while gone:
            for arg in gone.pop().reads:
                self.count[arg] -= 1
                if not self.count[arg] and arg in self.produced and len(self.produced[arg].outs) == 1:
                    gone.append(self.produced[arg])

    def constant(self, arg: Arg) -> float | int | bool | None:
        """The number that `arg` is, or is filled with, if it is known at compile time."""
        while not isinstance(arg, Const):
            eqn = self.produced.get(arg)
            if eqn is None or eqn.op.name not in _SAME_ELEMENTS:
                return None
            arg = eqn.args[0]
        return arg.value

    def may_reform(self, eqn: Eqn) -> bool:
        """May an expression change its form, not only lose work? The user's own statements keep theirs."""
        return self.through_names or bool(eqn.phase)

    def is_constant(self, arg: Arg, value: float) -> bool:
        """Is `arg` filled with this number (of either sign, if it is 0)?"""
        found = self.constant(arg)
        return found is not None and not isinstance(found, bool) and found == value

    def fit(self, arg: Arg | Ref, shape: Shape) -> Ref:
        """`arg` in this shape, which it broadcasts to."""
        ref = arg if isinstance(arg, Ref) else self.ref(arg)
        if ref.shape == shape:
            return ref
        return self.call("full" if isinstance(ref.arg, Const) else "broadcast_to", ref, shape=shape)


_SAME_ELEMENTS = frozenset({"copy", "full", "broadcast_to", "reshape", "transpose"})


def rewrite(function: Function, rules: Rules, *, through_names: bool) -> Function:
    """Apply `rules` everywhere in `function`."""
    body = _rewritten(function.body, rules, through_names)
    return function if body is function.body else replace(function, body=body)


@settling
def _rewritten(block: Block, rules: Rules, through_names: bool) -> Block:
    site = Site(through_names, block.eqns)
    site.count = dict(uses(block))
    told = {s.param for s in block.symbols}  # the number of an extent has a value, also if it is a constant
    env: dict[Value, Arg] = {}
    done: list[Eqn] = []
    changed = False
    untouched = Untouched((rules, through_names, switched_off()), site.produced, site.count)
    untouched.open = isinstance(rules, Table)
    for original in block.eqns:
        if not original.regions and untouched.knows(original):
            done.append(original)
            site.add(original)
            continue
        pending, fuel = [original], _FUEL
        while pending:
            eqn = rewire(pending.pop(), env)
            if eqn.op.kind is Kind.REGION:
                inner = map_regions(eqn, lambda b: _rewritten(b, rules, through_names))
                eqn, changed = inner, changed or inner is not eqn
            lasting = eqn.op.name == "copy" and isinstance(eqn.args[0], Const) and eqn.out in told
            if lasting:
                done.append(eqn)
                site.add(eqn)
                continue
            known = fold(eqn.op.name, eqn.args) if through_names and len(eqn.outs) == 1 else None
            if known is not None and known.type == eqn.out.type:
                changed = True
                untouched.open = False
                site.release(eqn)
                copy = replace(eqn, op=OPS["copy"], args=(known,), attrs={})
                if eqn.out in told:
                    pending.append(copy)
                else:
                    _bind(site, env, copy)
                continue
            new = _apply(site, rules.get(eqn.op.name, ()), eqn) if fuel else None
            if new is not None:
                fuel, changed, untouched.open = fuel - 1, True, False
                pending.extend(reversed(new))
                continue
            if eqn.op.name == "copy" and not eqn.out.hint:
                changed, untouched.open = True, False
                _bind(site, env, eqn)
                continue
            if not eqn.regions or not untouched.knows(eqn):
                untouched.note(eqn)
            done.append(eqn)
            site.add(eqn)
    return with_eqns(block, done, env=env) if changed else block


def _apply(site: Site, rules: tuple[Rule, ...], eqn: Eqn) -> list[Eqn] | None:
    """The equations that compute the result of `eqn` by the first rule that applies."""
    builder = site.builder
    builder.loc, builder.phase, builder.note = eqn.loc, eqn.phase, ""
    site.target = eqn.outs[0].hint if eqn.outs else ""
    for rule in rules:
        found = rule(site, eqn)
        if found is None:
            if builder.eqns:
                builder.eqns.clear()
            continue
        result = found.arg if isinstance(found, Ref) else found
        written = [*builder.eqns]
        builder.eqns.clear()
        assert result.type.dtype == eqn.out.type.dtype, f"{rule.__name__}: {eqn} became {result}"
        if isinstance(result, Const) and eqn.out.type.shape:
            written.append(_equation(eqn, "full", result, {"shape": eqn.out.type.shape}))
        elif result.type != eqn.out.type:
            written.append(_equation(eqn, "broadcast_to", result, {"shape": eqn.out.type.shape}))
        elif written and written[-1].outs == (result,):
            note = written[-1].note or eqn.note
            written[-1] = replace(written[-1], outs=eqn.outs, note=note)  # the name stays
        else:
            written.append(_equation(eqn, "copy", result, {}))
        for new in written:
            for arg in new.reads:
                site.count[arg] = site.count.get(arg, 0) + 1
        site.release(eqn)
        return written
    return None


def _equation(eqn: Eqn, name: str, arg: Arg, attrs: dict[str, object]) -> Eqn:
    return replace(eqn, op=OPS[name], args=(arg,), attrs=attrs)


def _bind(site: Site, env: dict[Value, Arg], copy: Eqn) -> None:
    """Read the source of an unnamed copy in place of the copy."""
    (source,) = copy.args
    env[copy.out] = source
    if isinstance(source, Value):
        site.count[source] = site.count.get(source, 0) + site.count.get(copy.out, 0) - 1
