"""Forward mode: each tangent right after its statement, in its name."""

import numpy as np
from ad.programs import SCALAR, named, program, tangent, vector

from symgrad.ad.forward import forward
from symgrad.ad.reverse import reverse
from symgrad.ir.build import apply, call, sin, where
from symgrad.ir.build import sum as total
from symgrad.ir.evaluate import run
from symgrad.ir.verify import verify

N = vector("n")


def test_tangents_follow_their_statements():
    f = program(lambda x, y: named(named(x * y, "z") + sin(x), "w"), SCALAR, SCALAR)
    derived = verify(forward(f, (0, 1)))
    assert [p.hint for p in derived.params] == ["x", "y", "x_dot", "y_dot"]
    assert [e.out.hint for e in derived.eqns if e.out.hint] == ["z", "z_dot", "w", "w_dot"]
    assert {e.phase for e in derived.eqns if e.out.hint.endswith("_dot")} == {"fwd"}
    value, slope = run(derived, 2.0, 3.0, 1.0, 10.0)
    np.testing.assert_allclose((value, slope), (6 + np.sin(2), 23 + np.cos(2)), rtol=1e-15)


def test_a_result_that_does_not_move_has_zeros():
    f = program(lambda x, y: (y * 2.0, x, call("cast", x, dtype="int64")), N, N)
    args = np.ones(3), np.full(3, 2.0)
    out = run(verify(forward(f, (0,))), *args, np.full(3, 5.0))
    assert list(out[3]) == [0.0] * 3 and list(out[4]) == [5.0] * 3
    assert out[5] == 0.0  # an integer result


def test_a_value_that_the_results_do_not_need_has_no_tangent():
    def body(x):
        named(sin(x), "unused")
        return x * 2.0

    assert "unused_dot" not in [e.out.hint for e in forward(program(body, SCALAR), (0,)).eqns]


def test_a_second_name_for_a_tangent_is_a_copy():
    f = program(lambda x: named(x + 1.0, "y"), SCALAR)
    assert [(e.op.name, e.out.hint) for e in forward(f, (0,)).eqns if e.phase] == [("copy", "y_dot")]


def test_scalar_tangents_spread_to_the_shape_of_the_result():
    f = program(lambda x, y: where(y > 0.0, x, y), SCALAR, N)
    out = run(verify(forward(f, (0,))), 3.0, np.array([1.0, -1.0]), 5.0)
    assert list(out[1]) == [5.0, 0.0]


def test_forward_over_reverse_is_the_hessian(rng):
    f = program(lambda x, y: total(call("tanh", x @ y) * apply("softmax", x @ y, axis=(0,)), (0,)),
                vector("n", "m"), vector("m"))  # fmt: skip
    h = verify(forward(reverse(f, (0, 1), "grad"), (0, 1)))
    hr = verify(reverse(reverse(f, (0, 1), "grad"), (0, 1), "vjp"))
    args = rng.normal(size=(3, 2)), rng.normal(size=2)
    v = rng.normal(size=(3, 2)), rng.normal(size=2)
    along, back = run(h, *args, *v)[2:], run(hr, *args, *v)[2:]
    for a, b in zip(along, back, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-12, atol=1e-14)


def test_forward_and_reverse_agree(rng):
    f = program(lambda x, y: sin(x) / (1.0 + y * y), vector("n", 1), vector("m"))
    args = rng.normal(size=(3, 1)), rng.normal(size=4)
    v = rng.normal(size=(3, 1)), rng.normal(size=4)
    g = rng.normal(size=(3, 4))
    (moved,) = tangent(f, args, v)
    grads = run(verify(reverse(f, (0, 1), "vjp")), *args, g)[1:]
    np.testing.assert_allclose(
        np.sum(g * moved), sum(np.sum(a * b) for a, b in zip(grads, v, strict=True)), rtol=1e-13
    )
