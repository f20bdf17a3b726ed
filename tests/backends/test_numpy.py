"""The NumPy backend: IEEE numbers, results of their own, lines that a debugger can show."""

import inspect
import linecache
import traceback

import numpy as np
import pytest

from symgrad.backends.numpy import compile

TEXT = """import numpy as np


def f(x, y):
    z = x / y
    return z, x.T
"""


def test_numbers_are_ieee_and_nothing_warns() -> None:
    run = compile("import numpy as np\n\n\ndef f(x, y):\n    return x / y\n", "f")
    assert run(1.0, 0.0) == np.inf
    assert np.isnan(run(0.0, 0.0))
    assert run(1, 0) == np.inf
    text = "import numpy as np\n\n\ndef f(x):\n    return 2.0 / len(x) * x\n"
    np.testing.assert_array_equal(compile(text, "f")(np.zeros(0)), np.zeros(0))


def test_results_are_nobody_elses() -> None:
    x = np.arange(6.0).reshape(2, 3)
    z, turned = compile(TEXT, "f")(x, 1.0)
    assert not np.shares_memory(turned, x)
    assert turned.flags.owndata and z.flags.owndata
    same = compile("def f(x):\n    return x, (x, x)\n", "f")(x)
    assert not np.shares_memory(same[0], x)
    assert not np.shares_memory(same[1][0], same[1][1])


def test_a_traceback_shows_the_generated_line() -> None:
    run = compile(TEXT, "f")
    with pytest.raises(ValueError) as caught:
        run(np.ones(2), np.ones(3))
    frames = traceback.extract_tb(caught.value.__traceback__)
    assert frames[-1].line == "z = x / y"
    assert frames[-1].lineno == 5


def test_the_source_is_known() -> None:
    run = compile(TEXT, "f")
    assert run.__source__ == TEXT
    assert inspect.getsource(run.__wrapped__) == TEXT[TEXT.index("def") :]
    linecache.checkcache()
    assert "z = x / y" in inspect.getsource(run.__wrapped__)
