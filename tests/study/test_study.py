"""What people look at: the graph of the lectures, the listing, the formulas."""

import json
import math
import re

import numpy as np

import symgrad as sg


def gates(x, y, z):
    q = x + y
    return q * z


def mean_squared_error(m, b, x, y):
    err = y - (m * x + b)
    return np.mean(err**2)


def test_the_first_picture_of_the_lectures():
    graph = sg.grad(gates, wrt="*", jit=False).graph(-2.0, 5.0, -4.0)
    nodes = {n.label: n for n in graph.nodes}
    assert [(nodes[k].value, nodes[k].gradient) for k in "xyz"] == [("-2", "-4"), ("5", "-4"), ("-4", "3")]
    assert (
        nodes["+  q"].value == "3"
        and nodes["+  q"].gradient == "-4"
        and nodes["+  q"].pattern == "distributes"
    )
    assert nodes["*"].value == "-12" and nodes["*"].gradient == "1" and nodes["*"].pattern == "switches"
    assert 'color="darkgreen">-12<' in graph.dot and 'color="red">-4<' in graph.dot
    assert len(json.loads(graph.json)["edges"]) == 4


def test_every_wire_of_the_neuron():
    def neuron(w0, x0, w1, x1, w2):
        return 1 / (1 + math.exp(-(w0 * x0 + w1 * x1 + w2)))

    graph = sg.grad(neuron, wrt="*", jit=False).graph(2.0, -1.0, -3.0, -2.0, -3.0)
    gates_ = [n for n in graph.nodes if n.kind == "gate"]
    assert [(n.label, n.value, n.gradient) for n in gates_] == [
        ("*", "-2", "0.197"),
        ("*", "6", "0.197"),
        ("+", "4", "0.197"),
        ("+", "1", "0.197"),
        ("sigmoid", "0.731", "1"),
    ]


def test_arrays_show_shape_and_norm():
    graph = sg.grad(lambda w, x: np.sum(w @ x), jit=False).graph(np.ones((2, 3)), np.ones(3))
    assert graph.nodes[0].value == "2x3, norm 2.45"


def test_the_two_sums_of_the_slide():
    derivative = sg.grad(mean_squared_error, argnums=(0, 1), jit=False)
    x = np.arange(4.0)
    derivative(1.0, 2.0, x, 3 * x)
    m, b = derivative.latex().splitlines()[1:3]
    assert m.startswith(
        r"\frac{\partial \mathrm{mean}_{squared\_error}}{\partial m} &= -\frac{2}{n} \sum_{i=1}^{n}"
    )
    assert r"x_{i}" in m.rsplit(r"\right)", 1)[1]
    assert b.endswith(r"-\frac{2}{n} \sum_{i=1}^{n} \left(y_{i} - \left(m x_{i} + b\right)\right)")
    assert derivative._repr_latex_().startswith("$")


def test_side_by_side(capsys):
    derivative = sg.grad(gates, wrt="*", jit=False)
    derivative.show()
    text = derivative.listing()
    assert capsys.readouterr().out == text
    rows = [line.split(" | ") for line in text.splitlines()]
    left = [row[0].strip() for row in rows]
    assert left[2:] and "q = x + y" in left and "return q * z" in left
    assert any("dq = z" in row[-1] for row in rows)


def test_every_sum_has_an_index_of_its_own():
    derivative = sg.grad(lambda a, b, c: np.sum((a @ b @ c) ** 2), argnums=1, jit=False)
    square = np.ones((3, 3))
    derivative(square, square, square)
    formula = derivative.latex()
    indices = re.findall(r"\\sum_\{(\w)=1\}\^\{(\w)\}", formula)
    assert len(indices) == 4 and len({i for i, _ in indices}) == 4
    assert not {i for i, _ in indices} & ({n for _, n in indices} | {"i", "j"})
