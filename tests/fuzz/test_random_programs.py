"""Random programs in every run of the tests: none is wrong. For long runs: scripts/random_programs.py."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np
import pytest
from fuzz import numeric
from fuzz.judge import trial
from fuzz.loops_in_python import loops_in_python, run_by_python
from fuzz.shrink import shrink
from fuzz.ways import WAYS, try_way
from fuzz.writer import Program, write
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from symgrad.pipeline import Options


def programs(steps: int = 10) -> st.SearchStrategy[Program]:
    """Programs as a strategy: hypothesis makes every choice of the writer."""
    return st.randoms(use_true_random=False).map(lambda rng: write(rng, steps))


# Without hypothesis's shrinking, which would take minutes: `fuzz.shrink` makes programs small.
WITHOUT_SHRINKING = (Phase.explicit, Phase.generate)


@settings(
    max_examples=25,
    suppress_health_check=list(HealthCheck),
    phases=WITHOUT_SHRINKING,
)
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
    for number in range(2):
        rng = Random(f"compiled/{part}/{number}")
        program = write(rng, rng.randrange(3, 10))
        verdict = trial(program, jit=True, second=number == 0)
        assert verdict.kind != "wrong", f"{verdict.detail}\n{program.source}"


@pytest.mark.parametrize("part", range(4))
def test_loops_of_kernels(part: int) -> None:
    """The text that numba would compile, run by Python: programs of the kind that kernels are made of."""
    counts: Counter[str] = Counter()
    for number in range(5):
        rng = Random(f"loops/{part}/{number}")
        program = numeric.write(rng, rng.randrange(1, 5))
        with loops_in_python():
            verdict = trial(program, jit=True, forward=number == 0, second=number == 1)
        assert verdict.kind != "wrong", f"{verdict.detail}\n{program.source}"
        counts[verdict.kind] += 1
    assert counts["right"] >= 2, counts


@pytest.mark.parametrize("way", WAYS)
def test_every_way_to_call(way: str) -> None:
    rng = Random(f"ways/{way}")
    counts: Counter[str] = Counter()
    for write_one in (numeric.write, write):
        program = write_one(rng, 4)
        with loops_in_python():
            verdict = try_way(program, way, jit=True)
        assert verdict.kind != "wrong", f"{verdict.detail}\n{program.source}"
        counts[verdict.kind] += 1
    assert counts["right"] >= 1, counts


def test_an_array_that_is_read_before_it_is_written_shows() -> None:
    text = "import numpy as np\nfrom numba import njit\n\n\n@njit\ndef f(n):\n    return np.empty(n)\n"
    assert np.isnan(run_by_python(text, "f", Options())(3)).all()


def test_a_failing_program_is_made_small() -> None:
    lines = ["s = x[0] * 2.0", "for i in range(3):", "    if s > 0:", "        s += x[i]", "return s"]
    source = "def f(x):\n" + "".join(f"    {line}\n" for line in lines)
    small = shrink(source, lambda text: "s += " in text and "range" in text)
    assert small == "def f(x):\n    for i in range(3):\n        s += x\n"
