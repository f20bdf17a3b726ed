"""The lines of a block: statements in order, loops and branches with their blocks indented under them.

In: an open block, how its values are stored, the names. Out: lines, indented from the block's own margin.

    for(0, n, 1, s) exits, cond(c) -> (False, s | True, s)         for i in range(n):
                                                                       s = s + x[i]
                                                                       if s > 3:
                                                                           break
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symgrad.emit.blocks import Block, Step
from symgrad.emit.extents import Scope, lend
from symgrad.emit.plan import state
from symgrad.emit.statements import (
    INDENT,
    Page,
    assigned,
    comment,
    computed,
    identifiers,
    stored,
    with_notes,
)
from symgrad.emit.storage import Move
from symgrad.emit.syntax import negation, truth, variable
from symgrad.errors import Loc
from symgrad.ir.core import Arg, Const
from symgrad.ir.frozen import replace
from symgrad.ir.regions import COND, FOR
from symgrad.ir.types import ArrayType

BOOL = ArrayType("bool")


def lines_of(
    block: Block, scope: Scope, page: Page, around: Loc | None = None, top: bool = True
) -> list[str]:
    """The lines of a block. `around` is the statement whose block it is: it is not echoed again inside."""
    return _lines(block.steps, _sized(block, scope, page), page, around, top)


def _lines(steps: Sequence[Step], scope: Scope, page: Page, around: Loc | None, top: bool) -> list[str]:
    out: list[str] = []
    group, adjoint = around, False
    for step in steps:
        eqn, key = step.eqn, step.key
        if step.blocks and key in page.plan.expressions:
            for side in step.blocks:  # no lines, but the texts of what is nested in them
                lines_of(side, scope, page, around, top=False)
        if key in page.plan.nested:
            note = page.noted(eqn.args, eqn.note)
            page.texts[key] = computed(step, scope, page)
            page.notes[key] = note
            continue
        if step.blocks and key not in page.plan.expressions:
            lines = _region(step, scope, page)
        else:
            lines = list(stored(step, scope, page))
            note = page.noted(eqn.args, eqn.note)
            if top and key.hint in page.alone and eqn.phase == "":
                lend(scope, key.type, key.hint, page.name(key))
            lines = with_notes(lines, note) if lines else []
        if not lines:
            continue
        if eqn.phase == "bwd":
            if top and out and not adjoint:
                out.append("")
            adjoint = True
            says_it = eqn.op is COND and lines[0].startswith("if ") and _is_header(eqn.loc)
            if eqn.loc is not None and eqn.loc != group and not says_it:
                out.append(comment(eqn.loc.text))
            group = eqn.loc
        elif eqn.phase == "":
            group = around
        out += lines
    return out


def _is_header(loc: Loc | None) -> bool:
    return loc is not None and loc.text.startswith(("if ", "elif "))


def _sized(block: Block, scope: Scope, page: Page) -> Scope:
    """The scope of a block: extents that only it names, or that its own values tell."""
    own = {*block.params, *(o for s in block.steps for o in s.eqn.outs)}
    extents: dict[str, str] = {}
    strong = set()
    for size in block.sizes:
        if size.name in scope.extents and not (size.axis is None and size.value in own):
            continue
        if isinstance(size.value, Const):
            extents[size.name] = repr(size.value.value)
            continue
        known = size.value in page.layout.slot_of
        name = page.name(size.value) if known else page.texts[size.value].text
        extents[size.name] = name if size.axis is None else f"{name}.shape[{size.axis}]"
        if size.axis is None and size.value not in block.params[:1]:
            strong.add(size.name)
    if not extents:
        return scope
    merged: Mapping[str, str] = {**scope.extents, **extents}
    return replace(scope, extents=merged, strong=(scope.strong - extents.keys()) | strong)


def _region(step: Step, scope: Scope, page: Page) -> list[str]:
    eqn = step.eqn
    if eqn.op is COND:
        lines = _branch(step, scope, page)
    else:
        lines = assigned(page.layout.entry[step], page)
        for p in step.carried_params:
            page.texts[p] = state(p, page.name(p))
        if eqn.op is FOR:
            lines += _for(step, scope, page)
        else:
            lines += _while(step, scope, page)
    for out in eqn.outs:
        if out in page.layout.slot_of:
            page.texts[out] = state(out, page.name(out))
    return [comment(eqn.note), *lines] if eqn.note and lines else lines


def _indented(lines: Sequence[str]) -> list[str]:
    return [f"{INDENT}{line}" if line else "" for line in lines] or [f"{INDENT}pass"]


def _for(step: Step, scope: Scope, page: Page) -> list[str]:
    index = step.body.params[0]
    page.texts[index] = variable(page.name(index), "int64", weak=True)
    start, stop, by = step.eqn.args[:3]
    bounds = [page.text(a).text for a in (start, stop, by)]
    if isinstance(by, Const) and by.value == 1:
        bounds = bounds[1:2] if isinstance(start, Const) and start.value == 0 else bounds[:2]
    head = f"for {page.name(index)} in range({', '.join(bounds)}):"
    return [head, *_indented(_trip(step, scope, page))]


def _while(step: Step, scope: Scope, page: Page) -> list[str]:
    test = step.blocks[0]
    before = lines_of(test, scope, page, step.eqn.loc, top=False)
    condition = truth(page.text(test.results[0]))
    if not before:
        return [f"while {condition.text}:", *_indented(_trip(step, scope, page))]
    leave = [f"if {negation(condition).text}:", f"{INDENT}break"]
    return ["while True:", *_indented([*before, *leave, *_trip(step, scope, page)])]


def _trip(step: Step, scope: Scope, page: Page) -> list[str]:
    """The body of a loop, the assignments at its end, and how it may end the loop."""
    body = step.body
    more = body.results[0] if step.exits else Const(True, BOOL)
    again = sum(r is more for r in body.results) > 1  # the flag is carried, too
    ends = [page.layout.seams[body]]
    spare = page.names[page.layout.flags[step]] if step.exits else ""
    return _rest(body.steps, more, again, ends, spare, _sized(body, scope, page), page, step.eqn.loc)


def _rest(
    steps: Sequence[Step],
    more: Arg,
    kept: bool,
    ends: Sequence[Sequence[Move]],
    spare: str,
    scope: Scope,
    page: Page,
    loc: Loc | None,
) -> list[str]:
    """Steps, assignments, and `break` unless `more`. A last branch that decides `more` exits by itself."""
    count = len(steps)
    while count and steps[count - 1].key in page.plan.nested:
        count -= 1
    side = None if kept or not count else _leaving(steps[count - 1], more, page)
    if side is None:
        lines = _lines(steps, scope, page, loc, top=False)
        assignments = [line for moves in ends for line in assigned(moves, page)]
        if isinstance(more, Const):
            return [*lines, *assignments] if more.value else [*lines, *assignments, "break"]
        flag = truth(page.text(more))
        if identifiers(flag.text) & {page.names[m.slot] for moves in ends for m in moves}:
            lines.append(f"{spare} = {flag.text}")  # read before the assignments change what it is made of
            flag = variable(spare, "bool")
        return [*lines, *assignments, f"if {negation(flag).text}:", f"{INDENT}break"]
    last, after = steps[count - 1], steps[count:]
    lines = _lines(steps[: count - 1], scope, page, loc, top=False)
    condition = truth(page.text(last.eqn.args[0]))
    place = last.eqn.outs.index(more)
    decided = page.layout.slot_of[last.eqn.outs[place]]
    leave, stay = last.blocks[side], last.blocks[1 - side]
    seams = {b: [m for m in page.layout.seams[b] if m.slot != decided] for b in last.blocks}
    inner = _lines(leave.steps, _sized(leave, scope, page), page, last.eqn.loc, top=False)
    inner += assigned(seams[leave], page)
    page.texts.update((o, state(o, page.name(o))) for o in last.eqn.outs if o in page.layout.slot_of)
    inner += _lines(after, scope, page, loc, top=False)
    inner += [line for moves in ends for line in assigned(moves, page)]
    test = condition if side == 0 else negation(condition)
    lines += [f"if {test.text}:", *_indented([*inner, "break"])]
    further = [*stay.steps, *after]
    within = _sized(stay, scope, page)
    return lines + _rest(further, stay.results[place], False, [seams[stay], *ends], spare, within, page, loc)


def _leaving(step: Step, more: Arg, page: Page) -> int | None:
    """Which of the two blocks of a branch ends the loop for certain."""
    if step.eqn.op is not COND or step.key in page.plan.expressions or more not in step.eqn.outs:
        return None
    place = step.eqn.outs.index(more)
    for side, block in enumerate(step.blocks):
        flag = block.results[place]
        if isinstance(flag, Const) and not flag.value:
            return side
    return None


def _branch(step: Step, scope: Scope, page: Page) -> list[str]:
    condition = truth(page.text(step.eqn.args[0]))
    then, orelse = (
        lines_of(b, scope, page, step.eqn.loc, top=False) + assigned(page.layout.seams[b], page)
        for b in step.blocks
    )
    if not then and not orelse:
        return []
    if not then:
        return [f"if {negation(condition).text}:", *_indented(orelse)]
    lines = [f"if {condition.text}:", *_indented(then)]
    if not orelse:
        return lines
    if orelse[0].startswith("if ") and all(_continues(line) for line in orelse[1:]):
        return [*lines, f"el{orelse[0]}", *orelse[1:]]
    return [*lines, "else:", *_indented(orelse)]


def _continues(line: str) -> bool:
    """The line belongs to an `if` before it."""
    return line.startswith((INDENT, "elif ", "else:"))
