"""What a function reads without being passed it: captures are read anew, changed facts are noticed."""

import math
import types
from math import pi

import numpy as np
import pytest

import symgrad
from symgrad.errors import UnsupportedSyntaxError
from symgrad.frontend.lower import lower
from symgrad.frontend.signature import bind
from symgrad.ir.evaluate import run

W = np.arange(3.0)
LR = 0.5
POWER = 2
USE = True
PARAMS = {"w": np.ones(3), "layers": [(np.eye(3), 0.25)], "name": "relu"}


def helper(x):
    return x * 2


def lowered(f, *args):
    return lower(f, bind(f, args, {}))


def changed(out):
    return [w.path for w in out.watches if w.changed()]


def test_arrays_and_floats_are_parameters():
    def f(x):
        return x @ W * LR + W.sum()

    out = lowered(f, np.ones(3))
    assert [c.path for c in out.captures] == ["W", "LR"]
    assert [p.hint for p in out.function.params] == ["x", "W", "LR"]
    assert out.captures[0].get() is W and out.captures[1].get() == 0.5
    assert run(out.function, np.ones(3), W, LR)[0] == f(np.ones(3))


def test_captures_are_read_at_each_call(monkeypatch):
    out = lowered(lambda x: x * W, np.ones(3))
    monkeypatch.setitem(globals(), "W", np.arange(5.0))
    assert out.captures[0].get() is W and not changed(out)
    monkeypatch.setitem(globals(), "W", np.ones((3, 3)))
    assert changed(out) == ["W"]


def test_constants_of_mathematics_are_constants():
    out = lowered(lambda x: x * math.pi + pi + np.e - np.inf, 1.0)
    assert not out.captures and not out.watches


def test_compile_time_facts_are_watched(monkeypatch):
    out = lowered(lambda x: helper(x) ** POWER if USE else x, 1.0)
    assert not out.captures and not changed(out)
    assert {w.path for w in out.watches} == {"USE", "POWER", "helper"}
    for name, value in [("USE", False), ("POWER", 3), ("helper", lambda x: x)]:
        with monkeypatch.context() as m:
            m.setitem(globals(), name, value)
            assert changed(out) == [name]
    monkeypatch.delitem(globals(), "USE")
    assert changed(out) == ["USE"]


def test_library_functions_are_not_watched():
    assert not lowered(lambda x: math.exp(x) + np.sum(x) + max(x, 1.0) + len((1, 2)), 1.0).watches


def test_closures():
    k, w = 2, np.ones(3)

    def f(x):
        return x * w * k

    out = lowered(f, np.ones(3))
    assert [c.path for c in out.captures] == ["w"] and {x.path for x in out.watches} == {"w", "k"}
    k = 3
    assert changed(out) == ["k"]
    w = np.ones((2, 3))
    assert changed(out) == ["w", "k"]


def test_containers_from_outside(monkeypatch):
    def f(x):
        ((W1, b1),) = PARAMS["layers"]
        return x @ W1 + b1 + PARAMS["w"] if PARAMS["name"] == "relu" else x

    out = lowered(f, np.ones(3))
    assert [c.path for c in out.captures] == [
        "PARAMS['w']",
        "PARAMS['layers'][0][0]",
        "PARAMS['layers'][0][1]",
    ]
    monkeypatch.setitem(PARAMS, "w", np.zeros(3))
    assert out.captures[0].get().sum() == 0 and not changed(out)
    monkeypatch.setitem(PARAMS, "name", "tanh")
    assert changed(out) == ["PARAMS['name']"]
    monkeypatch.setitem(PARAMS, "extra", 1)
    assert "PARAMS" in changed(out)


class Base:
    scale = 3.0

    def activate(self, x):
        return np.tanh(x)


class Neuron(Base):
    def __init__(self):
        self.weights = np.ones(3)
        self.bias = 0.5
        self.on = True
        self.parts = [Base(), Base()]

    @property
    def gain(self):
        return self.bias * 2

    def tick(self, inputs):
        cell = np.sum(inputs * self.weights) + self.bias if self.on else 0.0
        for p in self.parts:
            cell = p.activate(cell) * p.scale
        return self.activate(cell) * self.scale + self.gain


def test_objects():
    n = Neuron()
    out = lowered(n.tick, np.ones(3))
    assert [c.path for c in out.captures][:2] == ["self.weights", "self.bias"]
    assert [p.hint for p in out.function.params][:3] == ["inputs", "weights", "bias"]
    values = [np.ones(3), *(c.get() for c in out.captures)]
    assert np.isclose(run(out.function, *values)[0], n.tick(np.ones(3)), rtol=1e-14, atol=0)
    n.weights = np.zeros(3)
    assert out.captures[0].get() is n.weights and not changed(out)
    n.on = False
    assert changed(out) == ["self.on"]
    n.on = True
    n.activate = helper
    assert changed(out) == ["self.activate"]
    del n.activate
    n.parts = n.parts[:1]
    assert "self.parts" in changed(out)


def test_modules_of_the_user():
    module = types.ModuleType("config_of_user")
    module.rate, module.steps, module.w = 0.5, 2, np.ones(2)
    out = lowered(lambda x: x * module.rate * module.steps + module.w, np.ones(2))
    assert [c.path for c in out.captures] == ["config_of_user.rate", "config_of_user.w"]
    module.steps = 3
    assert changed(out) == ["config_of_user.steps"]


def test_defaults_of_helpers():
    weights = np.ones(3)

    def g(x, k=2.0, w=weights, n=2):
        return x * k * w * n

    out = lowered(lambda x: g(x), np.ones(3))
    assert len(out.captures) == 1
    g.__defaults__ = (3.0, weights, 2)
    assert changed(out) == ["g"]


def test_a_helper_is_looked_at_piece_by_piece():
    def g(x, *, n=2):
        return x * n

    out = lowered(lambda x: g(x), np.ones(3))
    same = types.FunctionType(g.__code__, g.__globals__, "g", g.__defaults__)
    same.__kwdefaults__ = g.__kwdefaults__
    g, kept = same, g
    assert not changed(out)  # another object of the same code
    g = kept
    g.__kwdefaults__ = {"n": 3}
    assert changed(out) == ["g"]
    g.__kwdefaults__ = same.__kwdefaults__
    assert not changed(out)
    g.__code__ = (lambda x, *, n=2: x + n).__code__
    assert changed(out) == ["g"]


def test_compiled_calls_notice_a_new_helper():
    def g(x):
        return x * x

    df = symgrad.grad(lambda x: np.sum(g(x)))
    x = np.array([1.0, 2.0])
    for _ in range(2):
        np.testing.assert_array_equal(df(x), 2.0 * x)
    g.__code__ = (lambda x: 3.0 * x).__code__
    for _ in range(2):
        np.testing.assert_array_equal(df(x), [3.0, 3.0])


@pytest.mark.parametrize(
    "body, what",
    [
        ("global COUNT\n    COUNT = x", "'COUNT' is assigned, but belongs to an enclosing scope"),
        ("PARAMS['w'] = x", "a dict from outside of the function is changed"),
        ("LIST.append(x)", "append() on a list from outside of the function"),
        ("OBJECT.a = x", "the attribute 'a' is assigned"),
        ("OBJECT.w[0] = x", "o.w is written in place"),
    ],
)
def test_side_effects_are_refused(body, what):
    from symgrad.frontend.source import from_source

    f = from_source(f"def f(x):\n    {body}\n    return x\n")
    f.__globals__.update(PARAMS=PARAMS, LIST=[1.0], OBJECT=types.SimpleNamespace(w=np.ones(2)), COUNT=0)
    with pytest.raises(UnsupportedSyntaxError) as e:
        lowered(f, 1.0)
    assert e.value.message == what or e.value.message.endswith(what[2:])
    assert e.value.why
