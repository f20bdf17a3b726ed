"""What is refused: by name, with the exact place, why, and what to write instead."""

import ast

import numpy as np
import pytest

import symgrad
from symgrad.errors import NoRule, NotDifferentiableError, ShapeError, SymgradError, UnsupportedSyntaxError
from symgrad.frontend.expr import EXPRESSIONS
from symgrad.frontend.lower import lower
from symgrad.frontend.signature import bind
from symgrad.frontend.source import from_source
from symgrad.frontend.statements import STATEMENTS
from symgrad.frontend.subset import REFUSED

X = np.array([0.5, 1.5, 2.5])
A = np.ones((3, 4))


def error(text, *args):
    f = from_source(text)
    with pytest.raises(SymgradError) as e:
        lower(f, bind(f, args, {}))
    return e.value


def test_every_node_class_is_handled_or_refused():
    handled = {cls.__name__ for cls in (*STATEMENTS, *EXPRESSIONS)}
    assert not handled & set(REFUSED) - {"With", "Global", "Nonlocal"}
    for base in (ast.stmt, ast.expr):
        for cls in base.__subclasses__():
            assert cls.__name__ in handled | set(REFUSED), f"{cls.__name__} is neither handled nor refused"


def test_the_text_of_an_error():
    e = error("def f(x):\n    for i in range(2):\n        yield x\n", 1.0)
    lines = str(e).splitlines()
    assert lines[0].endswith(">:3:9: `yield` in a differentiated function")
    assert lines[1:] == [
        "      3 |         yield x",
        "        |         ^^^^^^^",
        "  why: a generator has no single output to differentiate",
        "  try: collect the values in a list or an array and return it",
    ]
    assert (type(e), e.lineno, e.col) == (UnsupportedSyntaxError, 3, 9)


REFUSALS = {
    # source of the body after `def f(x):`: (class, message, line, the underlined text)
    "class A: pass": (UnsupportedSyntaxError, "`class` in a differentiated function", 2, "class A: pass"),
    "try:\n        y = x\n    except ValueError:\n        y = 0\n    return y": (
        UnsupportedSyntaxError,
        "`try` in a differentiated function",
        2,
        "try:",
    ),
    "with open('f') as g: pass": (
        UnsupportedSyntaxError,
        "`with` in a differentiated function",
        2,
        "with open('f') as g: pass",
    ),
    "match x:\n        case 1: return x": (
        UnsupportedSyntaxError,
        "`match` in a differentiated function",
        2,
        "match x:",
    ),
    "raise ValueError(x)": (
        UnsupportedSyntaxError,
        "`raise` in a differentiated function",
        2,
        "raise ValueError(x)",
    ),
    "return (yield from x)": (
        UnsupportedSyntaxError,
        "`yield from` in a differentiated function",
        2,
        "yield from x",
    ),
    "return [x, y]": (UnsupportedSyntaxError, "the name 'y' is not defined", 2, "y"),
    "y = z; z = 1; return y": (UnsupportedSyntaxError, "'z' is read before it is assigned", 2, "z"),
    "return np.tna(x)": (UnsupportedSyntaxError, "module 'numpy' has no attribute 'tna'", 2, "np.tna"),
    "return x + np.nanargmax(x)": (
        NoRule,
        "no derivative rule for np.nanargmax (did you mean np.nanmax?)",
        2,
        "np.nanargmax(x)",
    ),
    "return np.linalg.svd(x)": (NoRule, "no derivative rule for np.linalg.svd", 2, "np.linalg.svd(x)"),
    "return np.median(x, overwrite_input=True)": (
        UnsupportedSyntaxError,
        "`overwrite_input=` of np.median",
        2,
        "np.median(x, overwrite_input=True)",
    ),
    "return x.byteswap()": (UnsupportedSyntaxError, "the array attribute 'byteswap'", 2, "x.byteswap"),
    "return x[7]": (ShapeError, "index 7 is out of bounds for axis 0 of size 3", 2, "x[7]"),
    "return x[0.5]": (UnsupportedSyntaxError, "an array is indexed with a float", 2, "x[0.5]"),
    "return x[0, 1]": (ShapeError, "2 indices for an array of 1 axes", 2, "x[0, 1]"),
    "return x.sum(axis=2)": (
        ShapeError,
        "axis 2 is out of bounds for an array of 1 axes",
        2,
        "x.sum(axis=2)",
    ),
    "if x > 1:\n        return x\n    return 2 * x": (
        UnsupportedSyntaxError,
        "`if` on a whole array",
        2,
        "x > 1",
    ),
    "return 'a' + x[0]": (UnsupportedSyntaxError, "a str and a number", 2, "'a' + x[0]"),
    "return x + 1j": (
        UnsupportedSyntaxError,
        "a complex number",
        2,
        "x + 1j",
    ),
    "return x + None": (
        UnsupportedSyntaxError,
        "None stands where a number or an array is needed",
        2,
        "x + None",
    ),
    "return (x > 1) - (x > 2)": (UnsupportedSyntaxError, "- of arrays of bools", 2, "(x > 1) - (x > 2)"),
    "return x.foo": (UnsupportedSyntaxError, "the array attribute 'foo'", 2, "x.foo"),
    "return math.sin(x)": (ShapeError, "math.sin of an array", 2, "math.sin(x)"),
    "a, b = x, x, x": (UnsupportedSyntaxError, "3 values are unpacked to 2 names", 2, "a, b"),
    "assert 1 > 2": (UnsupportedSyntaxError, "this assertion does not hold", 2, "1 > 2"),
    "g = lambda u, v: u\n    return g(x)": (
        UnsupportedSyntaxError,
        "<lambda>() is missing the argument 'v'",
        3,
        "g(x)",
    ),
    "g = lambda u: u\n    return g(x, x)": (
        UnsupportedSyntaxError,
        "<lambda>() takes 1 positional arguments but 2 were given",
        3,
        "g(x, x)",
    ),
    "return {}[x[0]]": (UnsupportedSyntaxError, "the index of a dict depends on the data", 2, "{}[x[0]]"),
    "return np.zeros(x[0])": (UnsupportedSyntaxError, "a shape depends on the data", 2, "np.zeros(x[0])"),
    "return 1 / 0": (UnsupportedSyntaxError, "division by zero at compile time", 2, "1 / 0"),
    "return x @ 2.0": (ShapeError, "matmul of a scalar", 2, "x @ 2.0"),
    "return np.unique(x)": (NoRule, "no derivative rule for np.unique", 2, "np.unique(x)"),
    "return x << 2": (UnsupportedSyntaxError, "`<<` of floats", 2, "x << 2"),
    "return sorted([x[0], x[1]])": (
        UnsupportedSyntaxError,
        "sorted() of run-time values",
        2,
        "sorted([x[0], x[1]])",
    ),
}


@pytest.mark.parametrize("body", REFUSALS)
def test_refusals(body):
    kind, message, line, underlined = REFUSALS[body]
    head = "async def" if "async" in body and "def" in body else "def"
    e = error(f"{head} f(x):\n    {body}\n", X)
    assert e.message == message
    assert type(e) is kind
    assert e.lineno == line
    assert e.loc.source[e.col - 1 : e.loc.end_col - 1] == underlined


def test_shape_errors_name_the_operands():
    e = error("def f(x, w):\n    h = x * 2\n    return h @ w + 1\n", X, A.T)
    assert type(e) is ShapeError and isinstance(e, ValueError)
    assert e.message == "shapes do not fit together: h has shape (3,), w has shape (4, 3)"
    assert (e.lineno, e.col, e.why) == (3, 12, "extents 3 and 4 differ")
    e = error("def f(x, w):\n    return np.concatenate([x, w], axis=1)\n", A, np.ones((2, 2)))
    assert type(e) is ShapeError and e.lineno == 2
    e = error("def f(x, w):\n    return np.maximum(x, w[1:])\n", X, X)
    assert e.message == "shapes do not fit together: x has shape (3,), w[1:] has shape (2,)"
    e = error("def f(x):\n    return x.reshape(2, 2)\n", X)
    assert type(e) is ShapeError and e.message == "shapes do not fit together: x has shape (3,)"
    e = error("def f(x):\n    y = np.zeros((2, 3))\n    y[:, 1] = x\n    return y\n", X)
    assert type(e) is ShapeError and e.lineno == 3


def test_errors_in_helpers_point_into_the_helper():
    e = error("def g(z):\n    return np.nanargmax(z)\n\ndef f(x):\n    return g(x)\n", X)
    assert (e.lineno, e.loc.text) == (2, "return np.nanargmax(z)")


def test_results_that_are_not_numbers():
    e = error("def f(x):\n    y = x\n", 1.0)
    assert e.message == "f returns None"
    e = error("def f(x):\n    return x, 'a'\n", 1.0)
    assert e.message == "f returns a str"


def test_complex_arguments():
    with pytest.raises(NotDifferentiableError, match=r"argument 'x' of f is an array of complex128"):
        bind(from_source("def f(x): return x"), (X * 1j,), {})


def test_async_functions():
    e = error("async def f(x):\n    return x\n", 1.0)
    assert e.message == "`async def` in a differentiated function"
    e = error("def f(x):\n    async def g(): pass\n    return x\n", 1.0)
    assert e.message == "`async def` in a differentiated function"


def test_too_deep_expressions():
    e = error("def f(x):\n    return " + "(-" * 80 + "x" + ")" * 80 + " + nothing\n", 1.0)
    assert "nothing" in e.message


G = from_source("def g(x):\n    return (x * x).sum()\n")
INSIDE = [
    ("sg.jvp(g, (x,), (x,))[1]", "symgrad.jvp in a differentiated function"),
    ("sg.vjp(g, x)[0]", "symgrad.vjp in a differentiated function"),
    ("sg.hvp(g)(x, x).sum()", "symgrad.hvp in a differentiated function"),
    ("sg.hessian(g)(x).sum()", "symgrad.hessian in a differentiated function"),
    ("H(x).sum()", "symgrad.jacobian in a differentiated function"),
]


@pytest.mark.parametrize(("text", "message"), INSIDE)
def test_transforms_that_compute_at_once_are_refused_by_name(text, message):
    f = from_source(f"def f(x):\n    return {text}\n")
    f.__globals__.update(sg=symgrad, g=G, H=symgrad.hessian(G))
    with pytest.raises(UnsupportedSyntaxError) as e:
        lower(f, bind(f, (X,), {}))
    assert e.value.message == message
    assert "sg.grad" in e.value.instead
    assert e.value.lineno == 2


def test_functions_of_jax_are_refused_where_they_are_called():
    jnp = pytest.importorskip("jax.numpy")
    f = from_source("def f(x):\n    return jnp.sum(x)\n")
    f.__globals__["jnp"] = jnp
    with pytest.raises(NoRule) as e:
        lower(f, bind(f, (X,), {}))
    assert e.value.message == "no derivative rule for jax.numpy.sum (did you mean np.sum?)"
    assert e.value.lineno == 2


def test_none_among_numbers():
    e = error("def f(x, m):\n    return x.sum() * m\n", X, None)
    assert e.message == "None stands where a number or an array is needed"
    assert e.instead == "`if v is not None:` around it"
    e = error("def f(x, m):\n    return x.sum() if x[0] < m else 0.0\n", X, None)
    assert e.message == "a number is compared with None"
    e = error("def f(x, m):\n    return x.sum() if len(x) > m else 0.0\n", X, "a")
    assert e.message == "a number is compared with a str"


def test_assertions_of_shapes_are_checked_and_those_of_data_left_out():
    e = error("def f(x):\n    assert x.ndim == 2\n    return x.sum()\n", X)
    assert e.message == "this assertion does not hold"
    f = from_source("def f(x):\n    assert x[0] > 100.0, 'large'\n    return x.sum()\n")
    np.testing.assert_array_equal(symgrad.grad(f, jit=False)(X), np.ones(3))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("return x if 0.5 in [x, 2.0 * x] else 0.0", "`in` a list of run-time values"),
        ("d = {f'{x:.1f}': 1.0}\n    return x", "the key of a dict is a string that depends on the data"),
        ("return sorted([x, 2.0 * x])[0]", "sorted() of run-time values"),
        ("import random\n    return x * random.random()", "no derivative rule for random.random"),
        (
            "for i in range(3):\n        raise ValueError\n    return x",
            "`raise` in a differentiated function",
        ),
    ],
)
def test_what_the_data_would_decide_is_refused(text, message):
    e = error(f"def f(x):\n    {text}\n", 1.0)
    assert e.message == message
    assert e.why
    assert e.instead
