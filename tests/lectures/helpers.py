"""What the lecture tests share: oracles that know nothing of symgrad, and ways to read generated text.

complex_step(f, (w, x), 0)     # the gradient by w, exact to rounding, of a real-analytic NumPy function
central(f, (w, x), 0)          # the same by central differences, for everything else
assigned(text)                 # names in the order of their first assignment
"""

import ast
import re
import textwrap

import numpy as np
import pytest

# Both ways to run: the study text in CPython, and the kernel text through numba.
both = pytest.mark.parametrize("jit", [False, True], ids=["study", "compiled"])

# Rounding only: what two right float64 programs of these sizes may differ by.
RTOL, ATOL = 1e-12, 1e-13


def complex_step(fun, args, i):
    """Gradient of the scalar `fun(*args)` by `args[i]`: Im f(x + ih) / h has no cancellation."""
    step = 1e-100
    x = np.asarray(args[i], dtype=complex)
    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):
        moved = x.copy()
        moved[index] += 1j * step
        gradient[index] = np.imag(fun(*args[:i], moved[()], *args[i + 1 :])) / step
    return gradient[()]


def central(fun, args, i, step=1e-3):
    """Gradient of the scalar `fun(*args)` by `args[i]`, fourth-order differences: about 1e-11 right."""
    x = np.asarray(args[i], dtype=float)
    gradient = np.empty(x.shape)
    for index in np.ndindex(x.shape):

        def at(h, index=index):
            moved = x.copy()
            moved[index] += h
            return fun(*args[:i], moved[()], *args[i + 1 :])

        wide, narrow = at(2 * step) - at(-2 * step), at(step) - at(-step)
        gradient[index] = (8 * narrow - wide) / (12 * step)
    return gradient[()]


def code(text):
    """The statements alone, normally spaced: comments (which echo the user's lines) are gone."""
    return ast.unparse(ast.parse(textwrap.dedent(text)))


def assignments(text):
    """(name, statement) of each assignment to a plain name, in the order of the text."""
    found = []
    nodes = [
        n for n in ast.walk(ast.parse(textwrap.dedent(text))) if isinstance(n, ast.Assign | ast.AugAssign)
    ]
    for node in sorted(nodes, key=lambda n: n.lineno):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        found += [(t.id, ast.unparse(node)) for t in targets if isinstance(t, ast.Name)]
    return found


def assigned(text):
    """Names in the order of their first assignment."""
    return list(dict.fromkeys(name for name, _ in assignments(text)))


def has_sigmoid_adjoint(text, name):
    """Whether the code multiplies by `(1 - name) * name`, in either order."""
    one_minus = rf"\(1(\.0)? - {name}\)"
    return re.search(rf"{one_minus} \* {name}\b|\b{name} \* {one_minus}", code(text)) is not None
