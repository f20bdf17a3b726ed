"""Why something is kept for the backward pass: a kind to ask for, and a sentence to read.

In: a tape, and the block with the loop that fills it. Out: the line whose value it holds, and a `Reason`.

    y_saved: y = x * c in a loop        line 7, Reason("lost", op="multiply")
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from symgrad.ad.dependence import WRITES
from symgrad.ad.tape import is_cheap
from symgrad.emit.blocks import Block, Step
from symgrad.errors import Loc
from symgrad.ir.core import Kind, Value

ReasonKind = Literal["carried", "overwritten", "dear", "lost", "rerun", "read", "checkpoint"]

_SENTENCES: dict[ReasonKind, str] = {
    "carried": "the next trip overwrites it, and the adjoint reads it",
    "overwritten": "it is overwritten later, and the adjoint reads it",
    "dear": "{op}: dearer to compute again than to load",
    "lost": "{op}: what it is computed from is overwritten later",
    "rerun": "what a loop or branch gives: to compute it again is to run it again",
    "read": "read by the adjoint of {place}",
    "checkpoint": "checkpoint: the state on some trips; the others are computed again from it",
}


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something is kept. `str` of it is a sentence.

    kind: "carried", "overwritten" (elements), "dear" and "lost" (`op` computes it), "rerun", "read" (by the
    adjoint of `line`; 0: of a loop), "checkpoint". around: the loop on each of whose trips there is one.
    """

    kind: ReasonKind
    op: str = ""
    line: int = 0
    here: bool = False  # `line` is the line that computes it
    around: str = ""

    def __str__(self) -> str:
        place = "this line" if self.here else f"line {self.line}" if self.line else "the loop"
        sentence = _SENTENCES[self.kind].format(op=self.op, place=place)
        return f"{sentence}; once for a trip of {self.around}" if self.around else sentence


def reason_of(tape: Value, block: Block) -> tuple[Loc | None, Reason]:
    """The line whose value a tape holds, and why it is saved."""
    for step in block.steps:
        if not step.is_loop or tape not in step.carried:
            continue
        param = step.carried_params[step.carried.index(tape)]
        for inner in step.body.steps:
            if inner.eqn.op.kind is Kind.WRITE and inner.eqn.args[0] is param:
                return _saved(inner.eqn.args[1], step)
    return None, Reason("read")


def _saved(value: object, loop: Step) -> tuple[Loc | None, Reason]:
    """The line that computes a saved value, and why it is not computed again."""
    if value in loop.carried_params:
        return loop.eqn.loc, Reason("carried")
    for step in loop.body.steps:
        if value in step.eqn.outs:
            if step.blocks:
                return step.eqn.loc, Reason("rerun")
            op = step.eqn.op.name
            if op == "getitem" or op in WRITES:
                return step.eqn.loc, Reason("overwritten")
            return step.eqn.loc, Reason("lost" if is_cheap(step.eqn) else "dear", op)
    return loop.eqn.loc, Reason("read")
