"""The language: statements, calls, containers, scopes, names. Values against Python itself."""

import functools
import math
from collections import namedtuple
from dataclasses import dataclass

import numpy as np
import pytest

import symgrad as sg
from symgrad.errors import UnsupportedSyntaxError
from symgrad.frontend.lower import lower
from symgrad.frontend.signature import bind
from symgrad.ir.text import show

RNG = np.random.default_rng(11)
X3, X4 = RNG.normal(size=3), RNG.normal(size=4)
X34 = RNG.normal(size=(3, 4))


def statements(x, y):
    """A docstring."""
    a: float = x * y
    b, c = a, a + 1
    (d, [e, f]) = b, (c, 2.0)
    g = h = d * e
    g += f
    h -= 1.0
    i, *j, k = [g, h, 1.0, x]
    if len(j) == 2 and i is g:
        pass
    del k
    assert f == 2.0
    return i * j[0] + j[1]


def test_statements(compare):
    compare(statements, 0.3, 0.7)


def test_every_assigned_name_is_a_hint():
    def f(x, y):
        h = x * y
        z = h
        s = x
        return h + z + s

    text = show(lower(f, bind(f, (1.0, 2.0), {})).function)
    assert "h:float64[] = multiply(x, y)" in text
    assert "z:float64[] = copy(h)" in text
    assert "s:float64[] = copy(x)" in text


def test_places_are_those_of_the_statement():
    def f(x):
        h = x * x
        return (
            h + 1.0  # one
        )

    function = lower(f, bind(f, (1.0,), {})).function
    first, second = (e.loc for e in function.eqns)
    code = f.__code__.co_firstlineno
    assert (first.line, first.text, first.file) == (code + 1, "h = x * x", __file__)
    assert (second.line, second.text) == (code + 2, "return h + 1.0")
    assert function.loc.line == code and function.name == "f"


def helper(z, scale=2.0, *, shift=0.0):
    t = z * scale
    return t + shift


def test_calls(compare):
    def f(x, y):
        half = lambda v, by=0.5: v * by

        def nested(u, *rest, **options):
            return helper(u, **options) + sum(rest) + x

        return helper(x) + helper(y, 3.0, shift=x) + half(x) + nested(y, x, 1, shift=2.0) + half(by=y, v=x)

    compare(f, 0.3, 0.7)
    compare(lambda x, y: helper(*(x, y), **{"shift": y}), 0.3, 0.7)


def test_helper_equations_are_placed_in_the_helper():
    function = lower(lambda x: helper(x), bind(lambda x: helper(x), (1.0,), {})).function
    assert function.eqns[0].loc.text == "t = z * scale"
    assert function.eqns[0].loc.line == helper.__code__.co_firstlineno + 1
    assert [e.out.hint for e in function.eqns] == ["t", ""]


def test_closures_see_later_bindings(compare):
    def f(x):
        k = 2.0
        g = lambda v: v * k
        k = 3.0
        return g(x)

    compare(f, 0.5)


def test_recursion_on_compile_time_conditions(compare):
    def power(x, n):
        return 1.0 if n == 0 else x * power(x, n - 1)

    compare(lambda x: power(x, 5), 0.7)


def test_unbounded_recursion_is_refused():
    def forever(x):
        return forever(x) + 1.0

    with pytest.raises(UnsupportedSyntaxError, match="nested 200 deep") as e:
        lower(forever, bind(forever, (1.0,), {}))
    assert e.value.lineno == forever.__code__.co_firstlineno + 1


def test_control_flow_on_compile_time_values(compare):
    def f(x, mode, flags=(True, False)):
        out = 0.0
        for i, flag in enumerate(flags):
            if flag:
                continue
            out = out + x * i
        n = 0
        while True:
            n += 1
            if n > 3:
                break
            out = out * x
        else:
            out = -1.0
        for _ in ():
            pass
        else:
            out = out + 1
        if mode == "square":
            return out * out
        elif mode is None:
            return out
        raise ValueError(mode)

    compare(f, 0.6, "square")
    compare(f, 0.6, None)
    compare(f, 0.6, mode="square", flags=[True, True, False])


def test_unrolled_loops(compare):
    def f(ws, x):
        for i in range(len(ws)):
            x = np.tanh(ws[i] @ x)
        for w in reversed(ws):
            x = w.T @ x
        for w, v in zip(ws, [x, 2 * x], strict=True):
            x = x + w @ v
        return x

    compare(f, [RNG.normal(size=(3, 3)), RNG.normal(size=(3, 3))], X3)


def test_comprehensions(compare):
    def f(x, y):
        a = [v * i for i, v in enumerate((x, y)) if i > 0]
        b = {k: v * 2 for k, v in zip("ab", [x, y], strict=True)}
        c = sum(v * w for v in (x, y) for w in (1.0, y))
        d = [[v * w for v in (x, y)] for w in range(2)]
        n = len({1, 2, 3} | {i % 2 for i in range(4)})
        return a[0] + b["b"] + c + d[1][0] + n + [last := x, last * 3][1] + last

    compare(f, 0.3, 0.7)


def test_expressions(compare):
    def f(x, y):
        s = f"{'ab'}{len('abc'):02d}"
        return {
            "chain": 1 < 2 < 3,
            "fold": 2**3 // 3 % 2 + (5 & 3) + len(s) + (-(7)) + ~3,
            "ternary": x if s == "ab03" else y,
            "or": (0 or None or x) * (1 and y),
            "in": ("a" in ("a", "b")) + (3 not in [1, 2]) + ("k" in {"k": x}),
            "is": (x is None) + (x is x),
            "slice": (x, y, 1.0)[1:][0],
            "not": not s,
            "compare": (x < y) * 1.0 + (x == y) + (x != y) + (x >= y),
            "chained": (0.0 < x < y) * 1.0,
            "and": ((x < y) and (x > 0.0)) * 2.0,
            "ops": x // 0.2 + x % 0.2 + divmod(y, 0.3)[0] + round(x, 1) + abs(-x) + pow(x, 2) + x**y,
        }

    compare(f, 0.3, 0.7)


def test_choice_between_numbers(compare):
    f = lambda x: x if x > 0 else 0.01 * x
    compare(f, 0.5)
    compare(f, -0.5)


def test_builtins(compare):
    def f(x, y, z):
        a = max(x, y, 0.0) + min(x, 1) + max([x, y]) + max(2, 3)
        b = sum([x, y]) + sum((x,), y) + sum(z) + max(z) + min(z)
        c = float(x) + int(2.9) + int(y) + bool(1) + float("1.5")
        d = sum(map(lambda u, v: u * v, [x, y], [1, 2])) + functools.reduce(lambda u, v: u * v, [x, y, 2.0])
        e = len(z) + len([x]) + isinstance(x, float) + isinstance(z, np.ndarray) + isinstance(y, (int, str))
        g = sorted([3, 1, 2])[0] + list(range(3))[-1] + tuple([1, 2])[1] + dict(a=x)["a"] + any([False, True])
        return a, b, c, d, e + all([]), g + round(2.5) + abs(-2) + sum(filter(lambda i: i > 1, [1, 2, 3]))

    compare(f, 0.3, 0.7, X3)


Layer = namedtuple("Layer", "w b")


@dataclass
class Params:
    w: np.ndarray
    b: float
    name: str = "p"

    def apply(self, x):
        return self.w @ x + self.b

    @property
    def double(self):
        return 2 * self.b


def test_containers(compare):
    def f(params, layers, data, x):
        h = params.apply(x) + params.double if params.name == "p" else x
        for W, b in layers:
            h = np.tanh(W @ h + b)
        for key, v in data.items():
            h = h + v * len(key)
        first = layers[0]
        return {"h": h, "b": [first.b, data["aa"]]}, Layer(w=h, b=params.b), Params(h, 1.0, 2.0)

    w = RNG.normal(size=(3, 3))
    out = compare(f, Params(w, 0.5), [Layer(w, X3), Layer(2 * w, X3 * 3)], {"aa": 1.5, "b": 2.5}, X3)
    assert [p.hint for p in out.params] == [
        "params_w", "params_b", "layers_0_w", "layers_0_b", "layers_1_w", "layers_1_b",
        "data_aa", "data_b", "x",
    ]  # fmt: skip


def test_leaves_of_containers_take_the_names_they_are_unpacked_to():
    def f(params, x):
        W, b = params["a"]
        u = params["u"]
        return W @ x + b + u

    sig = bind(f, ({"a": (np.eye(3), X3), "u": 1.0}, X3), {})
    out = lower(f, sig)
    assert sig.names == ("params_a_0", "params_a_1", "params_u", "x")
    assert [p.hint for p in out.function.params] == ["W", "b", "u", "x"]
    assert all(e.op.name != "copy" for e in out.function.eqns)


def test_lists_and_dicts_of_the_program_may_change(compare):
    def f(x, ys):
        out = []
        for i in range(3):
            out.append(x * i)
        out.extend([1.0, x])
        out += [x]
        out[0] = 5.0
        d = {"a": x}
        d["b"] = d["a"] * 2
        d.update(c=x)
        ys[0] = ys[0] * 2
        return sum(out) + d["b"] + d.get("z", 1.0) + sum(d.values()) + out.pop() + ys[0]

    compare(f, 0.3, [0.1, 0.2])


def test_arguments_of_every_kind(compare):
    def f(a, /, b, *rest, c=2.0, **more):
        return a + b * c + sum(rest) + more["d"]

    compare(f, 0.1, 0.2, 0.3, 0.4, c=0.5, d=0.6)


def test_partials_methods_and_callable_objects(compare):
    class Model:
        scale = 2.0

        def __init__(self):
            self.w = X3
            self.layers = [Params(np.eye(3), 0.5), Params(2 * np.eye(3), 0.25)]
            self.activation = np.tanh

        def forward(self, x):
            for layer in self.layers:
                x = self.activation(layer.apply(x))
            return x @ self.w * self.scale

        def __call__(self, x):
            return self.forward(x) + 1.0

    m = Model()
    compare(m.forward, X3)
    compare(m, X3)
    compare(functools.partial(helper, shift=2.0), 0.5)
    compare(lambda x: functools.partial(helper, x)(scale=3.0), 0.5)
    compare(lambda x: m(x) + m.forward(x), X3)
    compare(lambda model, x: model.forward(x), m, X3)


def test_numpy_functions_themselves(compare):
    compare(np.sin, 0.3)
    compare(np.add, X3, 2.0)
    compare(math.exp, 0.3)


def test_decorated_helpers(compare):
    def logged(f):
        @functools.wraps(f)
        def wrapper(*args, **kwargs):
            return f(*args, **kwargs) * 2

        return wrapper

    @logged
    def g(x):
        return x * x

    @functools.lru_cache
    def h(x):
        return x + 1

    compare(lambda x: g(x) + h(x), 0.5)
    compare(g, 0.5)


def test_numba_dispatchers(compare):
    import numba

    @numba.njit
    def g(x):
        return x * x

    signature = bind(g, (0.5,), {})
    assert lower(g, signature).function.eqns[0].op.name == "multiply"
    f = lambda x: g(x) + 1
    assert len(lower(f, bind(f, (0.5,), {})).function.eqns) == 2


def test_imports_inside(compare):
    def f(x):
        import math as m
        from math import sqrt

        return m.exp(x) + sqrt(x) + m.pi

    compare(f, 0.5)


def test_errstate_changes_nothing(compare):
    def f(x):
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(x > 0, np.log(x), 0.0)

    compare(f, X3)


def test_a_sum_of_thousands_of_terms():
    from symgrad.frontend.source import from_source

    terms = " + ".join(["x * 2.0"] * 1500)
    f = from_source(f"def f(x):\n    return {terms}\n")
    assert len(lower(f, bind(f, (1.0,), {})).function.eqns) == 2999


def test_three_thousand_statements():
    from symgrad.frontend.source import from_source

    lines = "\n".join(f"    a{i + 1} = np.sin(a{i}) * x" for i in range(3000))
    f = from_source(f"def f(x):\n    a0 = x\n{lines}\n    return a3000\n")
    assert len(lower(f, bind(f, (1.0,), {})).function.eqns) == 6001


def test_lowering_is_deterministic():
    def f(params, x):
        h = x
        for W, b in params:
            h = np.tanh(h @ W + b)
        return h.sum()

    args = ([(np.eye(3), X3), (np.eye(3), X3)], X34[:, :3])
    texts = {show(lower(f, bind(f, args, {})).function) for _ in range(3)}
    assert len(texts) == 1


def test_identity_follows_second_names(compare):
    def f(x, y):
        v = y
        w = y.copy()
        s = x
        return (v is y) * 1.0 + (w is y) * 2.0 + (s is x) * 4.0 + (y[:] is not y) * 8.0 + x

    compare(f, 0.5, X3)


class Animal:
    def __init__(self):
        self.k = 2.0

    def speak(self, x):
        return x * self.k


class Dog(Animal):
    def speak(self, x):
        return super().speak(x) + sum(super(Dog, self).speak(v) for v in (x, 1.0))

    @classmethod
    def make(cls, x):
        return x * len(cls.__name__)

    @staticmethod
    def twice(x):
        return 2 * x


def test_super_and_kinds_of_methods(compare):
    d = Dog()
    compare(d.speak, 0.5)
    compare(lambda x: d.make(x) + d.twice(x) + Dog.make(x) + Dog.twice(x), 0.5)


def test_keys_that_look_alike():
    f = lambda p: p["a b"] + p["a_b"] * p["a-b"]
    s = bind(f, ({"a b": 1, "a_b": 2, "a-b": 3},), {})
    assert s.names == ("p_a_b", "p_a_b_2", "p_a_b_3")
    assert s.sizes == {"p_a_b": 1, "p_a_b_2": 2, "p_a_b_3": 3}


TABLE = {"used": np.ones(3), "unused": np.ones(5), "sized": np.ones(7), "list": [1.0] * 100}


def test_only_what_is_read_is_captured(compare):
    f = lambda x: x * TABLE["used"] / TABLE["sized"].shape[0]
    s = bind(f, (X3,), {})
    assert [c.path for c in lower(f, s).captures] == ["TABLE['used']", "TABLE['sized']"]
    compare(f, X3)


class Vector:
    def __init__(self, data):
        self.data = data

    def __add__(self, other):
        return Vector(self.data + other.data)

    def __eq__(self, other):
        return bool(self.data[0] == other.data[0])

    __hash__ = None


V = Vector(np.ones(3))


@pytest.mark.parametrize("f", [lambda x: (V + V).data + x, lambda x: x if V == V else 2 * x], ids=["+", "=="])
def test_overloaded_operators_are_refused(f):
    with pytest.raises(UnsupportedSyntaxError, match="a Vector"):
        lower(f, bind(f, (X3,), {}))


def test_shapes_are_compared_as_extents(compare):
    def f(x, y):
        assert x.shape == y.shape
        return x * y if x.shape != (7, 7) else x

    function = compare(f, X34, X34)
    assert function.params[0].type == function.params[1].type


def test_loops_over_rows_of_a_fixed_number(compare):
    def f(x):
        out = 0.0
        for row in x.reshape(3, 4):
            for v in row:
                out = out * 0.5 + v
        a, b, c = x[:3, 0]
        return out + a * b * c

    compare(f, X34)


def test_results_that_are_integers_of_shapes(compare):
    compare(lambda x, k: (x.shape, len(x) * 2, k, k + 1, {"n": x.shape[0] // 2}, 3, True), X34, 5)


def test_functions_are_not_results():
    for f in (lambda x: lambda y: x, lambda x: x.sum, lambda x: (x, range(x.shape[0]))):
        with pytest.raises(UnsupportedSyntaxError, match="returns a"):
            lower(f, bind(f, (X3,), {}))


def test_an_array_is_unpacked_to_names_at_its_length() -> None:
    def two(p):
        a, b = p
        return a * a * b

    def starred(p):
        first, *rest = p
        return first * sum(rest)

    def spread(p):
        return np.hypot(*p)

    x = np.array([3.0, 4.0])
    np.testing.assert_allclose(sg.grad(two, jit=False)(x), [24.0, 9.0])
    np.testing.assert_allclose(sg.grad(spread, jit=False)(x), [0.6, 0.8])
    df = sg.grad(starred, jit=False)
    np.testing.assert_allclose(df(np.array([2.0, 3.0, 5.0])), [8.0, 2.0, 2.0])
    np.testing.assert_allclose(df(x), [4.0, 3.0])  # another length, another specialisation
    with pytest.raises(sg.SymgradError, match="3 values are unpacked to 2 names"):
        sg.grad(two, jit=False)(np.ones(3))
