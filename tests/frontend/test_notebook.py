"""Notebook cells: compiled one statement at a time, with an import beside the function."""

import ast
import linecache

import numpy as np
import pytest

import symgrad as sg

CELL = """import numpy as np
def f(x):
    return np.sum(x**2)
g = lambda x: np.sum(np.exp(x)); h = lambda x: np.sum(np.sin(x))
"""


def run_cell(text, name):
    """What IPython does: each statement of the cell is compiled and run by itself."""
    linecache.cache[name] = (len(text), None, text.splitlines(keepends=True), name)
    space = {"__name__": "__main__"}
    for statement in ast.parse(text).body:
        exec(compile(ast.Module([statement], []), name, "exec"), space)
    return space


def test_a_cell_with_an_import_in_it():
    space = run_cell(CELL, "<ipython-input-7-symgrad>")
    x = np.array([0.5, 2.0])
    np.testing.assert_allclose(sg.grad(space["f"], jit=False)(x), 2 * x, rtol=1e-15)
    np.testing.assert_allclose(sg.grad(space["g"], jit=False)(x), np.exp(x), rtol=1e-15)
    np.testing.assert_allclose(sg.grad(space["h"], jit=False)(x), np.cos(x), rtol=1e-15)


def test_a_timed_cell_keeps_no_text():
    space = {"__name__": "__main__"}
    exec(compile("def f(x): return x * x", "<timed exec>", "exec"), space)
    with pytest.raises(sg.SourceUnavailableError, match="%%time"):
        sg.grad(space["f"])(1.0)
