"""The page about measurements: from rows to tables, means and misses; nothing is measured here."""

import json

import pytest
import report
from timing import geometric_mean, measure

FAST = {
    "family": "made",
    "program": "fast",
    "size": "S",
    "what": "gradient",
    "compile": {"symgrad": 1.0, "grad": 0.5, "grad_blas": 0.1},
    "notes": [],
    "seconds": {
        "symgrad": 0.001,
        "primal": 0.0005,
        "by hand, grad": 0.001,
        "by hand, grad_blas": 0.0001,
        "jax.jit, slow": 0.1,
        "jax.jit, good": 0.004,
        "autograd": 0.08,
    },
}
SLOW = FAST | {
    "program": "slow",
    "seconds": FAST["seconds"] | {"symgrad": 0.008},
    "notes": ["WRONG GRADIENT: 1.0e-03 from the one by hand, grad"],
}
REFUSED = FAST | {"program": "refused", "seconds": {}, "compile": {}, "notes": ["REFUSED: a reason"]}


def test_ratios_take_the_main_adjoint_by_hand_and_the_fastest_version_of_a_peer():
    found = report.ratios(FAST)
    assert found == {
        "hand": pytest.approx(1.0),
        "jax.jit": pytest.approx(4.0),
        "PyTorch": None,
        "autograd": pytest.approx(80.0),
        "gradient / primal": pytest.approx(2.0),
        "compile": pytest.approx(2.0),
    }


def test_the_page_has_means_and_lists_what_is_slow_wrong_or_refused():
    text = report.page([FAST, SLOW, REFUSED], "numba 1", "plot.svg")
    assert "| fast | S | 1 ms | 1.00 | 4.00 | - | 80 | 2.00 | 2.00 |" in text
    assert "| refused | S | refused | - |" in text
    assert f"| {geometric_mean([1.0, 0.125]):.2f} |" in text
    missed = text[text.index("wrong, or refused:") :]
    assert "made/fast" not in missed
    assert "made/slow (S): 8.00 times the adjoint by hand" in missed
    assert "made/slow (S): 2.00 times the time of JAX" in missed
    assert "made/slow (S): WRONG GRADIENT" in missed
    assert "made/refused (S): REFUSED: a reason" in missed


def test_a_workspace_has_a_column_where_it_was_measured():
    kept = FAST | {"program": "kept", "seconds": FAST["seconds"] | {"symgrad, workspace": 0.0004}}
    text = report.page([FAST, kept], "numba 1", "plot.svg")
    assert "| gradient / primal | compile | workspace |" in text
    assert "| fast | S | 1 ms | 1.00 | 4.00 | - | 80 | 2.00 | 2.00 | - |" in text
    assert "| kept | S | 1 ms | 1.00 | 4.00 | - | 80 | 2.00 | 2.00 | 0.40 |" in text


def test_a_program_measured_again_replaces_its_row_and_nothing_else(tmp_path):
    report.write(tmp_path, [FAST, SLOW], "numba 1")
    report.write(tmp_path, [SLOW | {"notes": []}], "numba 1")
    kept = json.loads((tmp_path / "benchmarks" / "programs.json").read_text())
    assert [row["program"] for row in kept] == ["fast", "slow"]
    assert kept[1]["notes"] == []
    before = (tmp_path / "benchmarks" / "programs.svg").read_bytes()
    report.write(tmp_path, [], "numba 1")
    assert (tmp_path / "benchmarks" / "programs.svg").read_bytes() == before


def test_measure_counts_calls_and_keeps_to_its_budget():
    calls = {"a": 0}

    def work():
        calls["a"] += 1
        sum(range(10_000))

    seconds = measure({"work": work}, rounds=3, seconds=0.001, budget=0.01)
    assert seconds["work"] > 0
    assert calls["a"] >= 3
