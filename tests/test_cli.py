"""The command line: stdout is the artefact, stderr the messages, the exit status the verdict."""

import json
import subprocess
import sys

import pytest

from symgrad import cli

PROGRAM = """
import math
import numpy as np

def neuron(w, x, b):
    return 1 / (1 + math.exp(-(w * x + b)))

def loss(w, x):
    return np.sum((x @ w) ** 2)

def wrong(x):
    yield x
"""


@pytest.fixture
def model(tmp_path):
    path = tmp_path / "model.py"
    path.write_text(PROGRAM)
    return str(path)


def test_show(model, capsys):
    assert cli.main(["show", f"{model}:neuron", "--wrt", "w,b"]) == 0
    shown = capsys.readouterr()
    assert "sigmoid(w * x + b)" in shown.out and "return" in shown.out
    assert shown.err == ""
    space = {}
    exec(shown.out, space)
    value, (dw, db) = space["value_and_grad_neuron"](2.0, 3.0, -5.0)
    assert (round(value, 6), round(dw, 6), round(db, 6)) == (0.731059, 0.589836, 0.196612)


def test_show_arrays_needs_examples(model, capsys):
    assert cli.main(["show", f"{model}:loss"]) == 1
    assert "takes arrays" in capsys.readouterr().err
    assert cli.main(["show", f"{model}:loss", "--at", "w=float64[3]", "--at", "x=float64[5,3]"]) == 0
    assert "x.T @" in capsys.readouterr().out


def test_show_kernel_and_save(model, capsys, tmp_path):
    assert cli.main(["show", f"{model}:neuron", "--kernel", "--save", str(tmp_path / "k.py")]) == 0
    assert "wrote" in capsys.readouterr().err
    assert "@njit" in (tmp_path / "k.py").read_text()


def test_show_side_by_side_and_forward(model, capsys):
    assert cli.main(["show", f"{model}:neuron", "--side-by-side"]) == 0
    assert "adjoint, read upwards" in capsys.readouterr().out
    assert cli.main(["show", f"{model}:neuron", "--forward"]) == 0
    assert "w_dot" in capsys.readouterr().out


def test_check(model, capsys):
    assert cli.main(["check", f"{model}:neuron", "--order", "2"]) == 0
    assert "agree" in capsys.readouterr().out
    assert cli.main(["check", f"{model}:loss", "--at", "w=[1.0, 2.0]", "--json"]) == 2
    capsys.readouterr()
    arguments = ["--at", "w=float64[3]", "--at", "x=float64[5,3]", "--json"]
    assert cli.main(["check", f"{model}:loss", *arguments]) == 0
    assert json.loads(capsys.readouterr().out)["ok"] is True


def test_refusals_have_a_place_and_a_status(model, capsys):
    assert cli.main(["show", f"{model}:wrong"]) == 1
    assert "model.py:12:5" in capsys.readouterr().err
    assert cli.main(["show", f"{model}:missing"]) == 2
    assert "missing" in capsys.readouterr().err
    assert cli.main(["show", "nowhere.py:f"]) == 2


def test_cache_and_info(capsys):
    assert cli.main(["cache", "info", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"path", "entries", "bytes"}
    assert cli.main(["info"]) == 0
    assert "vector math" in capsys.readouterr().out


def test_show_imports_no_numba(model):
    code = (
        "import sys; from symgrad import cli; "
        f"status = cli.main(['show', {model + ':neuron'!r}]); "
        "assert status == 0 and not {'numba', 'sympy'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
