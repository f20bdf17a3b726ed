"""How loops and branches are lowered: what is carried, how they end, which indices are certain."""

import numpy as np
import pytest

import symgrad as sg
from symgrad.errors import UnsupportedSyntaxError
from symgrad.frontend.source import from_source
from symgrad.ir.core import At, AtArg
from symgrad.ir.regions import cond_parts, for_parts, while_parts
from symgrad.ir.walk import all_eqns

X = np.array([0.7, 1.3, 2.1, 3.2])


def of(function, name):
    return [e for e in all_eqns(function.body) if e.op.name == name]


def test_only_what_changes_is_carried(compare):
    f = from_source("""
def f(x):
    s, k = 0.0, 3.0
    y = np.zeros_like(x)
    for i in range(len(x)):
        t = x[i] * k
        s += t
        y[i] = s
    return s + y.sum()
""")
    (loop,) = of(compare(f, X), "for")
    parts = for_parts(loop)
    assert [o.hint for o in loop.outs] == ["s", "y"]
    assert not parts.exits
    assert len(parts.invariant) == 1  # x; k is a constant


def test_break_ends_the_loop_with_a_flag(compare):
    f = from_source("""
def f(x):
    s = 0.0
    for v in x:
        if s > 2.0:
            break
        s += v
    return s
""")
    (loop,) = of(compare(f, X), "for")
    assert for_parts(loop).exits
    assert [o.hint for o in loop.outs] == ["s"]


def test_continue_needs_no_flag(compare):
    f = from_source("""
def f(x):
    s = 0.0
    for v in x:
        if v < 1.0:
            continue
        s += v
    return s
""")
    function = compare(f, X)
    assert not for_parts(of(function, "for")[0]).exits
    (branch,) = of(function, "cond")
    assert [o.hint for o in branch.outs] == ["s"]


def test_a_while_with_break_carries_whether_to_go_on(compare):
    f = from_source("""
def f(x):
    s = x[0]
    while s < 100.0:
        s = s * 1.5
        if s > 20.0:
            break
    return s
""")
    (loop,) = of(compare(f, X), "while")
    assert [o.hint for o in loop.outs] == ["s", "more"]
    assert while_parts(loop).test.results[0].type.dtype == "bool"


def test_return_in_both_sides_is_a_choice(compare):
    f = from_source("""
def f(x):
    if x[0] > 0.0:
        return x * 2.0
    return x * x
""")
    (branch,) = of(compare(f, X), "cond")
    assert len(branch.outs) == 1
    assert cond_parts(branch).then.eqns != ()


@pytest.mark.parametrize(
    ("text", "certain"),
    [
        ("for i in range(1, len(x)): s += x[i - 1]", True),
        ("for i in range(len(x)): s += x[i - 1]", False),
        ("for i in range(len(x)):\n        if i > 0: s += x[i - 1]", True),
        ("for i in range(len(x)):\n        if not (i == 0 or i < 1): s += x[i - 1]", True),
        ("for i in range(len(x)):\n        if i >= 1 and x[i - 1] > 0: s += x[i - 1]", True),
        ("for i in range(len(x) - 1):\n        for j in range(i, len(x)): s += x[i + 1] * x[j - i]", True),
        (
            "for i in range(len(x)):\n        for j in range(len(x)):\n            if j > i: s += x[j - i]",
            True,
        ),
        ("for i in range(len(x) - 1, 0, -1): s += x[i - 1]", True),
        ("for i in range(0, len(x), 2): s += x[i]", True),
    ],
)
def test_positions_that_the_range_tells(compare, text, certain):
    f = from_source(f"def f(x):\n    s = 0.0\n    {text}\n    return s\n")
    items = [i for e in of(compare(f, X), "getitem") for i in e.attrs["index"]]
    assert all(isinstance(i, At) for i in items) is certain
    assert any(isinstance(i, AtArg) for i in items) is not certain


def test_extents_of_a_loop_with_sizes_that_turn_out_equal(compare):
    f = from_source("""
def f(x, y, a):
    for i in range(len(x)):
        y = y + a[i] * x[i]
    return y @ x
""")
    function = compare(f, X, X[::-1].copy(), np.ones((4, 4)) * X)
    assert len({s.name for s in function.body.symbols}) <= 2


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("    while True:\n        s = s + 1.0\n", "a `while` that never ends"),
        (
            "    for v in x:\n        y = v\n        if v > 1: z = y\n    s = z\n",
            "the value of 'z' is not known here",
        ),
        ("    if x[0] > 0: t = 1.0\n    s = t\n", "the value of 't' is not known here"),
        (
            "    for v in x:\n        x = x[::2]\n    s = x.sum()\n",
            "the shape of 'x' changes from trip to trip",
        ),
        ("    if x[0] > 0: s = x\n", "the value of 's' is not known here"),
    ],
)
def test_refusals(lowering, body, message):
    f = from_source(f"def f(x):\n    s = 0.0\n{body}    return s\n")
    with pytest.raises(UnsupportedSyntaxError) as e:
        lowering(f, X)
    assert e.value.message == message
    assert e.value.lineno and e.value.why


def test_deep_nests_are_tried_few_times(compare):
    depth = 7
    lines = ["def f(x):", "    s = 0", "    y = x * 1.0"]
    for d in range(depth):
        lines.append("    " * (d + 1) + f"for i{d} in range(len(x) - 2):")
    lines.append("    " * (depth + 1) + "s = s + y[i0] * x[i1]")
    lines.append("    " * (depth + 1) + "y[i2] = y[i2] * 0.99")
    compare(from_source("\n".join([*lines, "    return s * y.sum()", ""])), X)


def test_many_early_returns(compare):
    tests = "".join(f"    if x[0] > {100 - i}.0: return x[1] * {i}.0\n" for i in range(60))
    compare(from_source(f"def f(x):\n{tests}    return x[2]\n"), X)


def _summed_while(x):
    s = 0.0
    k = 0
    while k < len(x):
        s += x[k] ** 3
        k += 1
    return s


def test_a_while_over_a_length_is_compiled_once_for_all_lengths() -> None:
    df = sg.grad(_summed_while, jit=False)
    for n in (3, 7, 0, 1, 40):
        x = np.linspace(0.5, 1.5, n)
        np.testing.assert_allclose(df(x), 3 * x**2, rtol=1e-14)
    assert df.stats.misses <= 2  # an extent of 1 is a type of its own
