#!/usr/bin/env python3
"""Random programs for as long as you like: `scripts/random_programs.py --minutes 30 --seed 7`.

Every program is written, judged and, if it is wrong, made small and printed; the last lines count what became
of them all. The same seed gives the same programs. Exit code 1 if one was wrong. Of the programs a part is
run by NumPy, a part as the kernel's loops in Python, a part compiled; then the derivative is called in one of
the ways of `fuzz.ways`, by the last of these.
"""

from __future__ import annotations

import argparse
import collections
import os
import re
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kind", choices=("any", "numeric"), default="any", help="which writer")
    parser.add_argument("--numpy", type=float, default=0.3, help="the part that NumPy runs")
    parser.add_argument("--loops", type=float, default=1.0, help="the part whose loops Python runs")
    parser.add_argument("--compiled", type=float, default=0.1, help="the part that is compiled")
    parser.add_argument("--ways", type=float, default=0.5, help="the part that is called in other ways too")
    parser.add_argument("--steps", type=int, default=14, help="the most statements of a program")
    parser.add_argument("--one", type=int, help="this number only, in all ways")
    parser.add_argument("--keep", type=Path, help="a folder for what is wrong")
    chosen = parser.parse_args()
    os.environ.setdefault("SYMGRAD_VERIFY", "1")
    os.environ["SYMGRAD_CACHE_DIR"] = tempfile.mkdtemp(prefix="symgrad-fuzz-")  # read at the first import
    counts: collections.Counter[str] = collections.Counter()
    reasons: collections.Counter[str] = collections.Counter()
    end = time.monotonic() + 60 * chosen.minutes
    number = 0 if chosen.one is None else chosen.one
    while time.monotonic() < end:
        _one(chosen, number, counts, reasons)
        number += 1
        if chosen.one is not None:
            break
    print(f"{number} programs, trials: " + ", ".join(f"{v} {k}" for k, v in counts.most_common()))
    for reason, count in reasons.most_common(40):
        print(f"{count:6d} refused: {reason}")
    return int(counts["wrong"] > 0)


def _trials(chosen: argparse.Namespace, rng: Random) -> list[tuple[str, Callable[[Any], Any]]]:
    """What is done with a program, in order, by name."""
    from fuzz.judge import trial
    from fuzz.loops_in_python import loops_in_python
    from fuzz.ways import WAYS, try_way

    forward, second = rng.random() < 0.5, rng.random() < 0.35
    todo: list[tuple[str, Callable[[Any], Any]]] = []
    jit, context = False, nullcontext
    for name, part in (("NumPy", chosen.numpy), ("loops", chosen.loops), ("compiled", chosen.compiled)):
        if chosen.one is None and rng.random() >= part:
            continue
        jit, context = name != "NumPy", loops_in_python if name == "loops" else nullcontext

        def judged(program: Any, jit: bool = jit, context: Any = context) -> Any:
            with context():
                return trial(program, jit=jit, forward=forward, second=second)

        todo.append((name, judged))

    ways = list(WAYS) if chosen.one is not None else [rng.choice(list(WAYS))] * (rng.random() < chosen.ways)
    for way in ways:

        def called(program: Any, way: str = way) -> Any:
            with context():
                return try_way(program, way, jit)

        todo.append((way, called))
    return todo


def _one(
    chosen: argparse.Namespace,
    number: int,
    counts: collections.Counter[str],
    reasons: collections.Counter[str],
) -> None:
    from fuzz import numeric, writer
    from fuzz.shrink import shrink

    rng = Random(f"{chosen.seed}/{number}")
    if chosen.kind == "numeric":
        program = numeric.write(rng, rng.randrange(1, max(2, chosen.steps // 2 - 1)))
    else:
        program = writer.write(rng, rng.randrange(3, chosen.steps))
    for name, judged in _trials(chosen, rng):
        verdict = judged(program)
        counts[f"right {name}" if verdict.kind == "right" else verdict.kind] += 1
        if verdict.kind == "refused":
            reasons[re.sub(r"\b\w+ (is|holds)\b", r"_ \1", verdict.detail.splitlines()[0])[:90]] += 1
        if verdict.kind != "right":
            break
    if verdict.kind != "wrong":
        return

    def fails(text: str) -> bool:
        found = judged(replace(program, source=text))
        return bool(found.kind == "wrong" and found.stage == verdict.stage)

    small = shrink(program.source, fails, 150 if name == "compiled" else 400)
    detail = judged(replace(program, source=small)).detail[:700].replace("\n", "\n# ")
    report = f"# seed {chosen.seed}/{number}, {program.seed=}, {program.signed=}, {name}\n# {detail}\n{small}"
    print(report, flush=True)
    if chosen.keep is not None:
        chosen.keep.mkdir(parents=True, exist_ok=True)
        (chosen.keep / f"wrong_{chosen.seed}_{number}.py").write_text(f"{report}\n# was:\n{program.source}")


if __name__ == "__main__":
    sys.exit(main())
