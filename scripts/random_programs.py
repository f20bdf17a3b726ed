#!/usr/bin/env python3
"""Random programs for as long as you like: `scripts/random_programs.py --minutes 30 --seed 7`.

Every program is written, judged and, if it is wrong, made small and printed; the last lines count what became
of them all. The same seed gives the same programs. Exit code 1 if one was wrong.
"""

from __future__ import annotations

import argparse
import collections
import os
import re
import sys
import tempfile
import time
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=5.0)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--compiled", type=float, default=0.1, help="the part that is compiled as well")
    parser.add_argument("--steps", type=int, default=14, help="the most statements of a program")
    parser.add_argument("--one", type=int, help="this number only, compiled too")
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
    print(f"{sum(counts.values())} trials: " + ", ".join(f"{v} {k}" for k, v in counts.most_common()))
    for reason, count in reasons.most_common(40):
        print(f"{count:6d} refused: {reason}")
    return int(counts["wrong"] > 0)


def _one(
    chosen: argparse.Namespace,
    number: int,
    counts: collections.Counter[str],
    reasons: collections.Counter[str],
) -> None:
    from fuzz.judge import trial
    from fuzz.shrink import shrink
    from fuzz.writer import Program, write

    rng = Random(f"{chosen.seed}/{number}")
    program = write(rng, rng.randrange(3, chosen.steps))
    verdict = trial(program)
    jit = verdict.kind == "right" and (chosen.one is not None or rng.random() < chosen.compiled)
    counts[verdict.kind] += 1
    if jit:
        verdict = trial(program, jit=True)
        counts[f"{verdict.kind} compiled" if verdict.kind == "right" else verdict.kind] += 1
    if verdict.kind == "refused":
        reasons[re.sub(r"\b\w+ (is|holds)\b", r"_ \1", verdict.detail.splitlines()[0])[:90]] += 1
    if verdict.kind == "wrong":
        stage = verdict.stage

        def fails(text: str) -> bool:
            found = trial(Program(text, program.seed), jit=jit)
            return found.kind == "wrong" and found.stage == stage

        small = shrink(program.source, fails, 150 if jit else 600)
        last = trial(Program(small, program.seed), jit=jit)
        head = f"# seed {chosen.seed}/{number}, arguments {program.seed}, jit={jit}"
        report = f"{head}\n# {last.detail[:700]}\n{small}"
        print(report, flush=True)
        if chosen.keep is not None:
            chosen.keep.mkdir(parents=True, exist_ok=True)
            (chosen.keep / f"wrong_{chosen.seed}_{number}.py").write_text(report)


if __name__ == "__main__":
    sys.exit(main())
