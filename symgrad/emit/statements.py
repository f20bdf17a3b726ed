"""The lines of a body: one or two for each value that has a name, comments that say where they belong.

In: equations, how each is stored, the names. Out: lines without indentation. An adjoint statement stands
under a comment with the user's statement that it differentiates; a note stands behind its line.

    # h = 1 / (1 + np.exp(-x.dot(w1)))
    dw1 = x.T @ (dh * h * (1 - h))
"""

from __future__ import annotations

from collections.abc import Iterator

from symgrad.emit.expr import augmented_by, expression, write
from symgrad.emit.extents import Scope, lend
from symgrad.emit.plan import LINE, lasting, operand_texts
from symgrad.emit.storage import Layout, Store, augmented
from symgrad.emit.syntax import ATOM, Text, parenthesise, variable
from symgrad.errors import Loc
from symgrad.ir.core import Eqn, Function, Value, values

INDENT = "    "


def statements(
    function: Function, stored: Layout, names: list[str], scope: Scope, texts: dict[Value, Text]
) -> Iterator[str]:
    """The lines of the body, not indented; `texts` is filled with what each value is called."""
    notes: dict[Value, tuple[str, ...]] = {}
    group: Loc | None = None
    before, adjoint = False, False
    alone = lasting(function)
    for i, eqn in enumerate(function.eqns):
        out = eqn.outs[0]
        note = tuple(n for a in values(eqn.args) for n in notes.pop(a, ())) + (
            (eqn.note,) if eqn.note else ()
        )
        store = stored.stores.get(i)
        if store is None:
            texts[out] = expression(eqn, operand_texts(eqn.args, texts), scope, out.hint)
            notes[out] = note
            continue
        slot = stored.slot_of[out]
        lines = list(_statement(eqn, store, names[slot], stored.slots[slot].hint, scope, texts))
        if out.hint in alone and eqn.phase == "":
            lend(scope, out.type, out.hint, names[slot])
        if not lines:
            continue
        if eqn.phase == "bwd":
            if before and not adjoint:
                yield ""
            adjoint = True
            if eqn.loc is not None and eqn.loc != group:
                yield _comment(eqn.loc.text)
            group = eqn.loc
        elif eqn.phase == "":
            group = None
        before = True
        yield from _with_notes(lines, note)


def _statement(
    eqn: Eqn, store: Store, name: str, hint: str, scope: Scope, texts: dict[Value, Text]
) -> Iterator[str]:
    """One or two lines that compute and store the result; afterwards it is called `name`."""
    out = eqn.outs[0]
    operands = operand_texts(eqn.args, texts)
    if store in (Store.WRITE, Store.COPY_AND_WRITE):
        base = operands[0]
        if store is Store.COPY_AND_WRITE and base is not None:
            yield f"{name} = {parenthesise(base, ATOM)}.copy()"
        yield write(eqn, name, operands, scope)
        texts[out] = variable(name, out.type.dtype)
        return
    text = expression(eqn, operands, scope, hint)
    texts[out] = variable(name, out.type.dtype, text.weak)
    if store is Store.AUGMENT:
        yield f"{name} {augmented(eqn)} {augmented_by(eqn, operands)}"
    elif text.text != name:
        yield f"{name} = {text.text}"


def _comment(text: str) -> str:
    line = f"# {text}"
    room = LINE - len(INDENT)
    return line if len(line) <= room else f"{line[: room - 4]} ..."


def _with_notes(lines: list[str], notes: tuple[str, ...]) -> list[str]:
    """The notes behind the last line, or above the first if that is too long."""
    if not notes:
        return lines
    note = "; ".join(dict.fromkeys(notes))
    if len(INDENT) + len(lines[-1]) + 4 + len(note) <= LINE:
        return [*lines[:-1], f"{lines[-1]}  # {note}"]
    return [_comment(note), *lines]
