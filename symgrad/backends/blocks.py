"""One block of a kernel: statements, their loop nests, the names of its variables, its lines.

In: a legalized block, the names of its params, what the blocks around it have taken. Out: a `Body` to be
written, then its lines. The function and the regions of loops and branches are written alike.

    plan -> schedule -> arrays, share -> names -> for each group: comments, allocations, loops
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from symgrad.backends import calls, folds, threads
from symgrad.backends.access import Read, is_view, peel, whole
from symgrad.backends.body import once, write
from symgrad.backends.buffers import Buffers
from symgrad.backends.cuts import cut_parts
from symgrad.backends.library import is_library
from symgrad.backends.naming import Lives, claim, join, written_by
from symgrad.backends.nest import Form, Group, Loop, Plan, Statement, Straight, statements_in
from symgrad.backends.schedule import schedule
from symgrad.backends.share import share
from symgrad.backends.statements import plan
from symgrad.backends.storage import arrays
from symgrad.backends.text import Body, Scope, dim_text
from symgrad.emit.names import identifier
from symgrad.errors import Loc
from symgrad.ir.core import Arg, Block, Eqn, Value
from symgrad.ir.dims import symbols
from symgrad.ir.regions import operands_of, params_of
from symgrad.ir.switch import is_on
from symgrad.ir.walk import producers


@dataclass
class Draft:
    """What the blocks of one kernel share. `control` writes loops and branches."""

    names: dict[Value, str]
    letters: tuple[str, ...]
    taken: set[str]
    control: Callable[[Statement, Body, Scope, Draft], None]
    parallel: bool = False
    parts: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    literals: list[Eqn] = field(default_factory=list)
    places: list[Loc | None] | None = None  # of the checks of indices, if the text is to tell them


def prepare(
    block: Block,
    draft: Draft,
    owned: frozenset[Value] = frozenset(),
    known: frozenset[str] = frozenset(),
    targets: Mapping[int, str] | None = None,
    indent: int = 1,
    buffers: Buffers | None = None,
    handed_on: Mapping[Value, Value] | None = None,
) -> tuple[Body, tuple[Group, ...]]:
    """The block's loop nests, and its variables.

    Parameters
    ----------
    owned : params whose arrays it may change
    known : extents that have their numbers outside
    targets : the names under which its scalar results leave it, by number
    buffers : of the loop that it stands in
    handed_on : what a trip leaves in the places of the arrays that it may change
    """
    program = plan(block, owned, known)
    program = cut_parts(program) if is_on("cuts") else program
    groups = schedule(program)
    names = draft.names
    draft.literals += [e for e in program.producers.values() if e.op.name == "literal"]
    for statement in program.statements:  # copies, and sums over some loops: no values of the function
        value = program.owner(statement.writes.value)
        for v in (value, statement.writes.value):
            if v not in names:
                names[v] = _new_name(identifier(v.hint) if v.hint else "part", draft.taken)
    kept = arrays(program, groups)
    reused = share(program, groups, kept, handed_on or {}) if is_on("share") else {}
    lent = {owner: value for value, owner in reused.items() if value in block.params}
    ours = {value: owner for value, owner in reused.items() if value not in block.params}
    for value, owner in ours.items():  # what is a row of its own takes one of a whole array that is shared
        kept[owner] = max(kept[value], kept[owner], key=len)
    kept.update((value, kept[owner]) for value, owner in ours.items())
    for owner, chain in _chains(program, reused).items():
        best = owner if owner in block.params else lent.get(owner) or _best_name(chain, program)
        name = names[best]
        if best not in block.params:  # of `da`, `da_2`, ... the first
            name = min((names[v] for v in chain if v.hint == best.hint), key=lambda n: (len(n), n))
        for value in chain:
            names[value] = name
    fixed = frozenset(s.param for s in block.symbols if s.axis is None)
    lives = Lives.of(program, groups, block.results, once(groups, program))
    join(lives, program, names, fixed)
    claim(lives, block, targets or {}, names, fixed)
    body = Body(
        program,
        kept,
        names,
        draft.letters,
        draft.lines,
        draft.used,
        indent,
        taken=draft.taken,
        once=lives.nested,
        reused=frozenset(reused),
        params=block.params,
        buffers=buffers,
        named=fixed,
        parallel=draft.parallel,
        parts=draft.parts,
        places=draft.places,
        known=known | {s.name for s in block.symbols},
        control=lambda statement, body, scope: draft.control(statement, body, scope, draft),
    )
    return body, groups


def _new_name(stem: str, taken: set[str]) -> str:
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    taken.add(name)
    return name


def _chains(program: Plan, reused: Mapping[Value, Value]) -> dict[Value, list[Value]]:
    """The values that share an array under one name, in the order of their making, by their owner."""
    chains: dict[Value, list[Value]] = {}
    order = dict.fromkeys(v for s in program.statements for v in written_by(s))
    for value in order:
        eqn = program.producers.get(value)
        view = eqn is not None and eqn.op.name == "reshape"
        owner = value if view else program.owner(value)
        chains.setdefault(reused.get(owner, owner), []).append(value)
    return {owner: chain for owner, chain in chains.items() if chain != [owner] or owner in reused.values()}


def _best_name(chain: Sequence[Value], program: Plan) -> Value:
    """A result's own name, or else the first that the user gave."""
    named = [v for v in chain if v.hint]
    return next((v for v in named if v in program.results), named[0] if named else chain[0])


def for_blas(block: Block) -> list[Value]:
    """The params that np.dot or reshape reads as they are, in regions too."""
    made = producers(block)
    found: dict[Value, None] = {}
    for eqn in block.eqns:
        operands: list[Arg] = []
        if is_library(eqn) or (eqn.op.name in ("matmul", "reshape") and not is_view(eqn)):
            operands += eqn.args
        first = operands_of(eqn)[0] if eqn.regions else 0
        for region in eqn.regions:
            params = params_of(eqn, region)
            operands += [eqn.args[first + params.index(p)] for p in for_blas(region) if p in params]
        sources = (peel(whole(a), made) for a in operands)
        found.update((s.value, None) for s in sources if isinstance(s, Read) and s.value in block.params)
    return list(found)


def write_block(groups: Sequence[Group], body: Body, inner: bool = False) -> Scope:
    """The lines of a block; of an `inner` one each statement stands under its own comment."""
    scope = Scope(0)
    allocated = {body.names[p] for p in body.params}
    reused = body.reused
    echo = _Echo(inner)
    for group in groups:
        apart = isinstance(group, Straight) and (
            inner or any(s.form is Form.REGION for s in group.statements)
        )
        body.reused = _overwritten(group, reused, body)
        body.echo = (lambda eqn, start: echo.after(eqn, start, body)) if apart else None
        body.shares = threads.shared_out(group, body) if isinstance(group, Loop) else None
        if not apart:
            echo.before(group, body)
        if body.shares is not None:
            body.shares.made[:0] = [f"{'    ' * body.indent}# {text}" for text in echo.last if text]
        _not_empty(group, body, frozenset() if inner else body.checked)
        _allocate(group, body, allocated)
        write([group], body, scope)
        body.echo = None
        body.forget()
    return scope


def _overwritten(group: Group, reused: frozenset[Value], body: Body) -> frozenset[Value]:
    """Those of the arrays whose memory another takes over in this group."""
    names = {body.names[s.writes.value] for s in statements_in([group]) if s.form is not Form.REGION}
    return frozenset(value for value in reused if body.names[value] in names)


def _not_empty(group: Group, body: Body, checked: frozenset[str]) -> None:
    """A maximum of nothing is an error; extents among `checked` are not 0."""
    for statement in statements_in([group]):
        if statement.eqn.op.name in ("max", "min", "argmax", "argmin") and statement.form is Form.FOLD:
            for extent in folds.reduced(statement):
                if not isinstance(extent, int) and not checked.issuperset(symbols(extent)):
                    body.line(f"if {dim_text(extent)} <= 0:")
                    body.line(f'    raise ValueError("{statement.eqn.op.name} of an empty array")')


def _allocate(group: Group, body: Body, allocated: set[str]) -> None:
    """The arrays that the group is the first to write."""
    for statement in statements_in([group]):
        if statement.form is Form.REGION:  # it leaves arrays: what is written to them later needs no others
            allocated.update(body.names[out] for out in statement.eqn.outs)
            continue
        value = body.plan.owner(statement.writes.value)
        kept = body.arrays.get(value)
        if kept is None or body.names[value] in allocated:
            continue
        name = body.names[value]
        if body.shares is None or value not in body.shares.own:
            allocated.add(name)
        shape = tuple(value.type.shape[a] for a in kept)
        if statement.eqn.op.name == "tape":
            shape = calls.made_shape(statement)
        empty = calls.empty(value, shape)
        if body.shares is not None and value in body.shares.own:
            body.shares.made.append(f"{'    ' * body.indent}{name} = {empty}")
            continue
        if statement.form is Form.CALL and calls.allocated_by_call(statement):
            if body.buffers is not None and calls.can_fill(statement):
                body.buffers.take(name, shape, empty)
            continue
        waiting = body.buffers is not None and body.buffers.take(name, shape, empty)
        start = folds.fill(value, statement)
        if start is not None and len(kept) == value.type.rank:
            filled = calls.filled(value, start.text, shape)
            body.line(f"{name}.fill({start.text})" if waiting else f"{name} = {filled}")
        elif not waiting:
            body.line(f"{name} = {empty}")


@dataclass
class _Echo:
    """The comments above groups: the user's statements that they compute, each once in a row."""

    inner: bool
    backward: bool = False
    last: tuple[str, ...] = ()

    def before(self, group: Group, body: Body) -> None:
        eqns = [s.eqn for s in statements_in([group])]
        if (
            not (self.backward or self.inner)
            and any(e.phase == "bwd" for e in eqns)
            and isinstance(group, Loop)
        ):
            body.lines.append("")
            self.backward = True
        texts = tuple(dict.fromkeys(filter(None, map(_echo, eqns))))
        if texts != self.last:
            for text in texts:
                body.line(f"# {text}")
        self.last = texts

    def after(self, eqn: Eqn, start: int, body: Body) -> None:
        """The comment above lines that are there already, unless they say it themselves."""
        texts = (_echo(eqn),)
        if len(body.lines) == start or texts == self.last:
            return
        self.last = texts
        own = [line.strip() for line in body.lines[start:]]
        if texts[0] and texts[0] not in own and f"{texts[0]}:" not in own:
            body.lines.insert(start, "    " * body.indent + f"# {texts[0]}")


def _echo(eqn: Eqn) -> str:
    if eqn.loc is None or not eqn.loc.text:
        return ""
    return f"adjoint of {eqn.loc.text}" if eqn.phase == "bwd" else eqn.loc.text
