"""The laws of the passes together: values stay, a second run changes nothing, work is linear."""

from dataclasses import replace

import numpy as np
from hypothesis import HealthCheck, given, reject, settings
from opt.building import assert_same, lines, named, ops, program, v
from steps import steps
from strategies import programs

from symgrad.ad.reverse import reverse
from symgrad.ir import evaluate
from symgrad.ir.build import exp, sigmoid
from symgrad.ir.text import difference, show
from symgrad.ir.verify import verify
from symgrad.opt import remove_dead, simplify
from symgrad.opt.group import group

examples = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def _primal(function):
    eqns = tuple(replace(e, phase="") for e in function.eqns)
    return replace(function, body=replace(function.body, eqns=eqns))


def _run(function, args):
    """The results; a program that takes the maximum or an element of nothing is no example."""
    try:
        return evaluate.run(function, *args)
    except (ValueError, IndexError):
        reject()


@examples
@given(programs())
def test_the_users_statements_keep_their_bits(random):
    f = _primal(random.function)
    g = verify(simplify(f, "study"))
    before, after = _run(f, random.args), evaluate.run(g, *random.args)
    for x, y in zip(before, after, strict=True):
        np.testing.assert_array_equal(np.asarray(y), np.asarray(x))
        assert np.asarray(x).dtype == np.asarray(y).dtype


@examples
@given(programs(dtype="float64"))
def test_a_second_run_changes_nothing(random):
    for level in ("study", "kernel"):
        once = verify(simplify(random.function, level))
        assert not difference(once, simplify(once, level)), show(once)


# Of these, rounding errors stay small: no step functions, no poles, nothing that grows fast.
SMOOTH = (
    "reduce", "rows", "matmul_self", "transpose", "reshape", "broadcast_to", "getitem", "write", "version",
    "create", "mean", "copy",
)  # fmt: skip


@examples
@given(programs(dtype="float64", makers=SMOOTH))
def test_derivatives_and_kernels_keep_values(random):
    before = _run(random.function, random.args)
    for level in ("study", "kernel"):
        after = evaluate.run(verify(simplify(random.function, level)), *random.args)
        for x, y in zip(before, after, strict=True):
            scale = np.max(np.abs(x), initial=1.0)
            np.testing.assert_allclose(y, x, rtol=1e-9, atol=1e-9 * scale)


@examples
@given(programs())
def test_results_keep_their_types_through_grouping(random):
    g = verify(group(random.function))
    assert [r.type for r in g.results] == [r.type for r in random.function.results]


def test_off_is_off():
    f = program(lambda x: x * 1.0, x="n")
    assert simplify(f, "off") is f


def test_dead_code():
    f = program(lambda x: (exp(x), x * 2.0)[1], x="n")
    clean = remove_dead(f)
    assert ops(clean) == ["multiply"]
    assert remove_dead(clean) is clean


def test_phases_and_names_survive():
    f = program(lambda x: named(1.0 * exp(x) * 1.0, "y"), phase="bwd", x="")
    (eqn,) = simplify(f, "study").eqns
    assert (eqn.out.hint, eqn.phase) == ("y", "bwd")


def _network(x, y, w1, w2):
    h = named(sigmoid(x @ w1), "h")
    y_pred = named(h @ w2, "y_pred")
    return named(v.sum(v.square(y_pred - y)), "loss")


def test_the_two_layer_network():
    f = program(_network, x="n, m", y="n, k", w1="m, p", w2="p, k")
    g = verify(simplify(reverse(f, (2, 3), "value_and_grad"), "study"))
    assert lines(g)[6:] == [
        "dy_pred = multiply(2.0, t_1)",
        "t_3 = transpose(w2, perm=(1, 0))",
        "dh = matmul(dy_pred, t_3)",
        "t_4 = transpose(h, perm=(1, 0))",
        "dw2 = matmul(t_4, dy_pred)",
        "t_5 = subtract(1.0, h)",
        "t_6 = multiply(dh, h)",
        "t_7 = multiply(t_6, t_5)",
        "t_8 = transpose(x, perm=(1, 0))",
        "dw1 = matmul(t_8, t_7)",
        "return loss, dw1, dw2",
    ]
    assert_same(f, group(f))


def _chain(length):
    def body(x):
        for i in range(length):
            x = named(x * 1.0 + (-x) * 0.5 + v.sin(x), f"x{i % 7}")
        return x

    return program(body, phase="bwd", x="")


def test_the_work_is_linear_in_the_program():
    def work(length):
        f = _chain(length)
        return steps(lambda: simplify(group(f), "kernel"))

    assert work(1600) < 1.1 * 16 * work(100)
