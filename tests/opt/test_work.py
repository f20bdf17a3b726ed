"""The work from source to kernel grows as the program does, whatever its shape; counted in executed lines."""

import numpy as np
import pytest
from steps import steps

import symgrad as sg
from symgrad.ir.build import Builder
from symgrad.ir.core import Block, Value
from symgrad.ir.ops import OPS
from symgrad.ir.types import ArrayType
from symgrad.opt.places import touching

X = np.linspace(0.1, 0.9, 7)


def one_loop(lines):
    """One loop with a long body: as many tapes as statements."""
    body = [f"        t{k + 1} = sin(t{k}) * w[i] + {k}.0" for k in range(lines)]
    head = ["def f(x, w):", "    y = np.zeros(len(x))", "    for i in range(len(x)):", "        t0 = x[i]"]
    return [*head, *body, f"        y[i] = t{lines}", "    return np.sum(y)"], (X, X[::-1].copy())


def slices(lines):
    body = []
    for k in range(lines // 2):
        body += [f"    t{k} = x[1:] * w[:-1] + {k}.0", f"    x[1:] = x[1:] + np.tanh(t{k})"]
    return ["def f(x, w):", "    x = x.copy()", *body, "    return np.sum(x)"], (X, X[::-1].copy())


def whiles(lines):
    body = []
    for k in range(lines // 3):
        body += [f"    while y > {k + 1}.0:", "        y = y * w", f"    y = y + {k}.5"]
    return ["def f(x, w):", "    y = x * w", *body, "    return y"], (0.3, 0.7)


def loops(lines):
    body = []
    for k in range(lines // 3):
        body += [
            "    for i in range(len(x)):",
            f"        t = x[i] * w[i] + {k}.0",
            "        x[i] = x[i] + sin(t)",
        ]
    return ["def f(x, w):", "    x = x.copy()", *body, "    return np.sum(x)"], (X, X[::-1].copy())


@pytest.mark.parametrize("shape", [one_loop, slices, whiles, loops])
def test_three_times_the_lines_are_about_three_times_the_work(shape):
    def work(lines):
        text, arguments = shape(lines)
        fun = sg.from_source("\n".join(["import numpy as np", "from math import sin", *text]), "f")
        return steps(lambda: sg.grad(fun, wrt="*", cache=False).program_for(*arguments).kernel_text)

    work(6)  # what is made once in a process
    assert work(90) < 3.2 * work(30)


def test_who_touches_an_array_is_found_in_order_through_its_versions():
    array, other = Value(ArrayType("float64", (3,)), "a"), Value(ArrayType("float64", (3,)), "b")
    builder = Builder()
    second = builder.emit(OPS["negative"], (array,))
    builder.emit(OPS["exp"], (other,))
    builder.emit(OPS["multiply"], (array, second))
    builder.emit(OPS["add"], (second, second))
    block = Block((array, other), tuple(builder.eqns), ())
    versions = {array}
    found = []
    for eqn in touching(block, versions):
        found.append(eqn.op.name)
        if eqn.op.name == "negative":
            versions.add(eqn.out)
    assert found == ["negative", "multiply", "add"]
    assert [block.uses[v] for v in (array, other, second)] == [2, 1, 3]
    assert block.producers[second].op.name == "negative"
