"""Loops over a few trips around longer ones: LLVM does not write them out, and nothing else changes."""

import numba
import numpy as np

from symgrad.backends.numba_cpu import with_options
from symgrad.backends.rolled import rolled, rolled_up
from symgrad.pipeline import Options

HEAD = "import numpy as np\nfrom numba import njit\n"
WINDOW = """

@njit
def window(x, w, out):
    for i in range(3):
        for j in range(3):
            for s in range(x.shape[2]):
                out[s] += x[i, j, s] * w[i, j]
    for i in range(3):
        for j in range(4):
            out[j] += w[i, i]
    for j in range(40):
        out[0] += 1.0
    return out
"""


def test_loops_around_longer_ones_are_rolled_and_no_others():
    text = rolled_up(HEAD + WINDOW)
    assert text.count("range(rolled(3))") == 2
    assert text.count("range(3)") == 1 and "range(4)" in text and "range(40)" in text
    assert "from symgrad.backends.rolled import rolled\n" in text


def test_a_loop_around_many_trips_that_are_known_is_rolled():
    text = rolled_up(
        HEAD
        + "\n\n@njit\ndef f(x):\n    for i in range(2):\n        for j in range(9):\n            x[j] += 1\n"
    )
    assert "range(rolled(2))" in text and "range(9)" in text


def test_a_loop_beside_a_longer_one_is_not():
    text = (
        HEAD
        + "\n\n@njit\ndef f(x):\n    for i in range(2):\n        x[i] = 0\n"
        + "    for j in range(len(x)):\n        x[j] += 1\n"
    )
    assert rolled_up(text) is text


def test_the_number_is_itself_and_llvm_does_not_see_it():
    @numba.njit
    def f(x):
        total = 0.0
        for i in range(rolled(3)):
            for j in range(len(x)):
                total += x[j] * i
        return total

    assert f(np.array([1.0, 2.0])) == f.py_func(np.array([1.0, 2.0])) == 9.0
    assert 'asm "", "=r,0"' in next(iter(f.inspect_llvm().values()))


def test_it_is_part_of_how_a_text_is_compiled():
    text = with_options(HEAD + WINDOW, Options(cache=False))
    scope: dict[str, object] = {}
    exec(text, scope)
    rng = np.random.default_rng(1)
    x, w = rng.normal(size=(3, 3, 5)), rng.normal(size=(3, 3))
    expected = np.einsum("ijs,ij->s", x, w)
    expected[:4] += np.trace(w)
    expected[0] += 40.0
    np.testing.assert_allclose(scope["window"](x, w, np.zeros(5)), expected, rtol=1e-12)
