"""Random programs in every run of the tests: none is wrong. For long runs: scripts/random_programs.py."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from fuzz.judge import trial
from fuzz.shrink import shrink
from fuzz.writer import Program, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


def programs(steps: int = 10) -> st.SearchStrategy[Program]:
    """Programs as a strategy: hypothesis makes every choice of the writer, and shrinks them."""
    return st.randoms(use_true_random=False).map(lambda rng: write(rng, steps))


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(programs())
def test_no_program_is_wrong(program: Program) -> None:
    verdict = trial(program)
    assert verdict.kind != "wrong", f"{verdict.detail}\n{program.source}"


@pytest.mark.parametrize("part", range(4))
def test_most_programs_are_right(part: int) -> None:
    counts: Counter[str] = Counter()
    for number in range(15):
        rng = Random(f"tests/{part}/{number}")
        program = write(rng, rng.randrange(3, 14))
        verdict = trial(program)
        assert verdict.kind != "wrong", f"{verdict.detail}\n{program.source}"
        counts[verdict.kind] += 1
    assert counts["right"] >= 6, counts


@pytest.mark.parametrize("part", range(2))
def test_compiled(part: int) -> None:
    for number in range(5):
        rng = Random(f"compiled/{part}/{number}")
        program = write(rng, rng.randrange(3, 10))
        verdict = trial(program, jit=True, second=number == 0)
        assert verdict.kind != "wrong", f"{verdict.detail}\n{program.source}"


def test_a_failing_program_is_made_small() -> None:
    lines = ["s = x[0] * 2.0", "for i in range(3):", "    if s > 0:", "        s += x[i]", "return s"]
    source = "def f(x):\n" + "".join(f"    {line}\n" for line in lines)
    small = shrink(source, lambda text: "s += " in text and "range" in text)
    assert small == "def f(x):\n    for i in range(3):\n        s += x\n"
