"""What sympy found in one process, another one knows."""

import pytest
from opt.building import lines, named, program

from symgrad.opt import simplify, symbolic
from symgrad.opt.memo import Remembered


def test_answers_are_kept():
    memo = Remembered()
    memo["add(v0, v0)"] = "multiply(2.0, v0)"
    assert Remembered()["add(v0, v0)"] == "multiply(2.0, v0)"
    assert Remembered().get("never asked") is None
    with pytest.raises(KeyError):
        del memo["add(v0, v0)"]


def test_sympy_is_asked_once_for_all_processes(monkeypatch):
    f = program(lambda g, x, y: named(g * x - g * y, "d"), phase="bwd", g="", x="", y="")
    symbolic._known.clear()
    first = lines(simplify(f, "study", memo=Remembered()))
    symbolic._known.clear()
    monkeypatch.setattr(symbolic, "_search", None)  # a second search would fail
    assert lines(simplify(f, "study", memo=Remembered())) == first
