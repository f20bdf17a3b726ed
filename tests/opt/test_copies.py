"""Which copies are statements of the study text, and which name survives."""

from dataclasses import replace

from opt.building import lines, named, program, v

from symgrad.ir.verify import verify
from symgrad.opt import remove_copies


def copy(x, name=""):
    return named(v.copy(x), name)


def _phase(function, *phases):
    """The equations with these phases."""
    eqns = tuple(replace(e, phase=p) for e, p in zip(function.eqns, phases, strict=True))
    return replace(function, body=replace(function.body, eqns=eqns))


def test_a_copy_between_two_names_is_a_statement():
    f = program(lambda x: copy(named(x * 2.0, "dden"), "dsigx") + 1.0, x="")
    assert remove_copies(f, keep_named=True) is f
    assert lines(remove_copies(f, keep_named=False)) == [
        "dden = multiply(x, 2.0)",
        "t = add(dden, 1.0)",
        "return t",
    ]


def test_an_unnamed_value_takes_the_name_of_its_copy():
    f = program(lambda x: copy(x * 2.0, "y"), x="")
    for keep in (True, False):
        assert lines(remove_copies(f, keep_named=keep)) == ["y = multiply(x, 2.0)", "return y"]


def test_the_first_of_two_names_is_taken():
    def body(x):
        t = x * 2.0
        return copy(t, "a"), copy(t, "b")

    f = program(body, x="")
    assert lines(remove_copies(f, keep_named=True)) == ["a = multiply(x, 2.0)", "b = copy(a)", "return a, b"]
    assert lines(remove_copies(f, keep_named=False)) == ["a = multiply(x, 2.0)", "return a, a"]


def test_a_primal_value_does_not_take_the_name_of_an_adjoint():
    f = _phase(program(lambda x: copy(x * 2.0, "dx"), x=""), "", "bwd")
    assert lines(remove_copies(f, keep_named=True)) == ["t = multiply(x, 2.0)", "dx = copy(t)", "return dx"]


def test_copies_of_params_constants_and_copies():
    def body(x):
        one = copy(x)
        two = copy(one, "x")
        return copy(copy(two, "y"), "z") + two

    f = program(body, x="")
    assert lines(remove_copies(f, keep_named=True)) == [
        "y = copy(x)",
        "z = copy(y)",
        "t = add(z, x)",
        "return t",
    ]
    assert lines(remove_copies(f, keep_named=False)) == ["t = add(x, x)", "return t"]
    verify(remove_copies(f, keep_named=False))
