"""Every program of this folder through the public verbs: right in both modes, or refused; some compiled."""

from pathlib import Path

import numpy as np
import pytest
from language.backends import judge
from language.cases import cases
from language.report import listed, table

import symgrad as sg

DOC = Path(__file__).parents[2] / "docs" / "language.md"
RIGHT = [pytest.param(c, id=c.name) for c in cases() if not c.refused]
REFUSED = [pytest.param(c, id=c.name) for c in cases() if c.refused]


@pytest.mark.parametrize("case", RIGHT)
def test_right(case):
    with np.errstate(all="ignore"):
        judge(case.function, case.args, jit=False)


@pytest.mark.parametrize(
    "case", RIGHT[::3]
)  # the others by scripts/language_report.py: kernels take their time
def test_right_compiled(case):
    with np.errstate(all="ignore"):
        judge(case.function, case.args, jit=True)


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    with pytest.raises(sg.SymgradError) as e:
        sg.vjp(case.function, *case.args, jit=False)
    assert e.value.message.startswith(case.refused)
    assert e.value.lineno and (e.value.why or e.value.instead)


def test_the_table_in_the_docs_is_this_one():
    run = "scripts/language_report.py --listed --write"
    assert table(listed()) in DOC.read_text(encoding="utf-8"), f"out of date: {run}"
