"""The user's lines beside their adjoints, for a terminal.

In: a derived program's study text, whose backward part stands under echoes of the user's statements, and the
primal function. Out: two columns; reading the right one from the bottom up is the backward pass.

    num = x + sigy     | dx += dnum
                       | dsigy = dnum
    f = num * invden   | dnum = invden
                       | dinvden = num
"""

from __future__ import annotations

from symgrad.ir.core import Function
from symgrad.ir.walk import all_eqns


def side_by_side(primal: Function, text: str) -> str:
    """The statements of `primal`, in order, each with the lines of `text` that stand under its echo."""
    groups = _groups(text)
    rows: list[tuple[str, str]] = []
    seen: set[tuple[str, int]] = set()
    for eqn in all_eqns(primal.body):
        if eqn.loc is None or (eqn.loc.file, eqn.loc.line) in seen:
            continue
        seen.add((eqn.loc.file, eqn.loc.line))
        lines = groups.pop(eqn.loc.text, [""])
        rows.append((eqn.loc.text, lines[0]))
        rows += [("", line) for line in lines[1:]]
    rest = [line for lines in groups.values() for line in lines]
    rows += [("", line) for line in rest]
    width = min(max((len(left) for left, _ in rows), default=0), 60)
    title = [(primal.name, "adjoint, read upwards"), ("-" * width, "-" * 22)]
    return "".join(f"{left:<{width}} | {right}".rstrip() + "\n" for left, right in [*title, *rows])


def _groups(text: str) -> dict[str, list[str]]:
    """The lines under each echo comment."""
    groups: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in text.splitlines():
        inner = line[4:]
        if inner.startswith("# "):
            current = groups.setdefault(inner[2:], [])
        elif line.startswith("    return") or not line.startswith("    "):
            current = None
        elif current is not None:
            current.append(inner)
    return groups
