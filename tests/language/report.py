"""Counts of right, refused and wrong by feature, and their table in docs/language.md."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import groupby

from language.backends import judge
from language.cases import Case, cases

import symgrad as sg

BEGIN, END = "<!-- table: scripts/language_report.py --write -->", "<!-- end of table -->"


@dataclass(frozen=True)
class Row:
    feature: str
    right: int
    refused: int
    wrong: int


def outcome(case: Case, tell: Callable[[str], object]) -> str:
    """What becomes of a program on the two backends; "wrong" is told."""
    found = set()
    for jit in (False, True):
        try:
            judge(case.function, case.args, jit)
            found.add("right")
        except sg.SymgradError:
            found.add("refused")
        except Exception as e:
            tell(f"{case.name}, jit={jit}: {type(e).__name__}: {e}")
            found.add("wrong")
    return found.pop() if len(found) == 1 else "wrong"


def tried(tell: Callable[[str], object]) -> list[Row]:
    """The counts from running every program."""
    return _rows(lambda case: outcome(case, tell))


def listed() -> list[Row]:
    """The counts that the tests assert."""
    return _rows(lambda case: "refused" if case.refused else "right")


def _rows(kind: Callable[[Case], str]) -> list[Row]:
    rows = []
    for feature, group in groupby(cases(), key=lambda c: c.feature):
        kinds = [kind(case) for case in group]
        rows.append(Row(feature, *(kinds.count(k) for k in ("right", "refused", "wrong"))))
    return rows


def table(rows: list[Row]) -> str:
    total = Row("all", *(sum(getattr(r, k) for r in rows) for k in ("right", "refused", "wrong")))
    lines = ["| feature | right | refused | wrong |", "|---|---|---|---|"]
    lines += [f"| {r.feature} | {r.right} | {r.refused} | {r.wrong} |" for r in [*rows, total]]
    return "\n".join(lines)


def replaced(text: str, new: str) -> str:
    """The page with another table."""
    head, rest = text.split(BEGIN)
    return f"{head}{BEGIN}\n{new}\n{END}{rest.split(END)[1]}"
