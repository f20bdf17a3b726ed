"""The lines of one statement, and the comments that say where it belongs.

In: an equation, how its result is stored, the names. Out: lines without indentation. An adjoint statement
stands under a comment with the user's statement that it differentiates; a note stands behind its line.

    # h = 1 / (1 + np.exp(-x.dot(w1)))
    dw1 = x.T @ (dh * h * (1 - h))
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import field

from symgrad.emit.blocks import Step
from symgrad.emit.expr import augmented_by, choice, expression, scalar, write
from symgrad.emit.extents import Scope
from symgrad.emit.memory import augmented
from symgrad.emit.plan import LINE, Plan, operand_texts
from symgrad.emit.storage import Layout, Move, Store
from symgrad.emit.syntax import ATOM, Text, parenthesise, variable
from symgrad.ir.core import Arg, Value, values
from symgrad.ir.frozen import dataclass

INDENT = "    "


@dataclass(frozen=True, slots=True)
class Page:
    """What the text calls things: variables by slot, `texts` of values met so far, notes on nested ones."""

    plan: Plan
    layout: Layout
    names: Sequence[str]
    wanted: dict[Value, str]
    alone: frozenset[str]
    texts: dict[Value, Text]
    notes: dict[Value, tuple[str, ...]] = field(default_factory=dict)

    def name(self, value: Value) -> str:
        return self.names[self.layout.slot_of[value]]

    def text(self, arg: Arg) -> Text:
        """An operand that stands alone."""
        return self.texts[arg] if isinstance(arg, Value) else scalar(arg)

    def noted(self, args: Sequence[Arg], own: str = "") -> tuple[str, ...]:
        """The notes of what is nested in these operands, and one more; each is printed once."""
        return tuple(n for a in values(tuple(args)) for n in self.notes.pop(a, ())) + ((own,) if own else ())


def computed(step: Step, scope: Scope, page: Page) -> Text:
    """The expression of a step."""
    eqn = step.eqn
    if step.blocks:
        return choice(eqn, page.text(eqn.args[0]), *(page.text(b.results[0]) for b in step.blocks))
    hint = eqn.out.hint or page.wanted.get(eqn.out, "")
    return expression(eqn, operand_texts(eqn.args, page.texts), scope, hint)


def stored(step: Step, scope: Scope, page: Page) -> Iterator[str]:
    """One or two lines that compute and store the result; afterwards it is called by its variable's name."""
    eqn, out = step.eqn, step.key
    name, store = page.name(out), page.layout.stores[out]
    operands = operand_texts(eqn.args, page.texts)
    if store in (Store.WRITE, Store.COPY_AND_WRITE):
        base = operands[0]
        if store is Store.COPY_AND_WRITE and base is not None:
            yield f"{name} = {parenthesise(base, ATOM)}.copy()"
        yield write(eqn, name, operands, scope)
        page.texts[out] = variable(name, out.type.dtype)
        return
    text = computed(step, scope, page)
    page.texts[out] = variable(name, out.type.dtype, text.weak)
    if store is Store.AUGMENT:
        yield f"{name} {augmented(eqn)} {augmented_by(eqn, operands)}"
    elif out in page.layout.apart:
        yield f"{name} = {parenthesise(text, ATOM)}.copy()"
    elif text.text != name:
        yield f"{name} = {text.text}"


def assigned(moves: Sequence[Move], page: Page) -> list[str]:
    """Assignments that happen at once: in an order that overwrites nothing still to be read, else a tuple."""
    pairs: list[tuple[str, str]] = []
    for move in moves:
        text = page.text(move.source)
        value = f"{parenthesise(text, ATOM)}.copy()" if move.copies else text.text
        if value != page.names[move.slot]:
            pairs.append((page.names[move.slot], value))
    left = [(name, value, identifiers(value)) for name, value in pairs]
    lines: list[str] = []
    while left:
        first = next((p for p in left if not any(p[0] in q[2] for q in left if q is not p)), None)
        if first is None:
            lines.append(f"{', '.join(p[0] for p in left)} = {', '.join(p[1] for p in left)}")
            break
        lines.append(f"{first[0]} = {first[1]}")
        left.remove(first)
    return with_notes(lines, page.noted([m.source for m in moves])) if lines else []


def identifiers(text: str) -> set[str]:
    """The names in an expression."""
    return set(re.findall(r"[^\W\d]\w*", text))


def comment(text: str) -> str:
    line = f"# {text}"
    room = LINE - len(INDENT)
    return line if len(line) <= room else f"{line[: room - 4]} ..."


def with_notes(lines: list[str], notes: tuple[str, ...]) -> list[str]:
    """The notes behind the last line, or above the first if that is too long."""
    if not notes:
        return lines
    note = "; ".join(dict.fromkeys(notes))
    if len(INDENT) + len(lines[-1]) + 4 + len(note) <= LINE:
        return [*lines[:-1], f"{lines[-1]}  # {note}"]
    return [comment(note), *lines]
