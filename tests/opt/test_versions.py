"""The contributions of one statement to one cotangent are one expression."""

from opt.building import lines, named, program, statement

from symgrad.ir.build import exp, sin
from symgrad.opt import simplify
from symgrad.opt.versions import join_versions


def test_two_contributions_of_one_statement():
    def body(x):
        dx = named(exp(x), "dx")
        return named(dx + sin(x), "dx")

    assert lines(join_versions(program(body, phase="bwd", x=""))) == [
        "t = exp(x)",
        "t_1 = sin(x)",
        "dx = add(t, t_1)",
        "return dx",
    ]


def test_statements_of_their_own_stay():
    def body(x):
        statement(x.builder, "y = exp(x)", 1)
        dx = named(exp(x), "dx")
        statement(x.builder, "z = sin(x)", 2)
        return named(dx + sin(x), "dx")

    f = program(body, phase="bwd", x="")
    assert join_versions(f) is f
    primal = program(lambda x: named(named(exp(x), "s") + sin(x), "s"), x="")
    assert join_versions(primal) is primal


def test_a_version_that_is_a_result_keeps_its_name():
    def body(x):
        dx = named(exp(x), "dx")
        return named(dx + sin(x), "dx"), dx

    f = program(body, phase="bwd", x="")
    assert join_versions(f) is f


def test_long_sums_are_not_one_expression():
    def body(x):
        dx = named(exp(x), "dx")
        for _ in range(20):
            dx = named(dx + sin(x), "dx")
        return dx

    joined = join_versions(program(body, phase="bwd", x=""))
    named_versions = [e for e in joined.eqns if e.out.hint == "dx"]
    assert 7 <= len(named_versions) <= 12


def test_one_contribution_twice():
    def body(reg, w):
        dw = named(reg * w, "dw")
        return named(dw + reg * w, "dw")

    f = program(body, phase="bwd", reg="", w="n")
    assert lines(simplify(f, "study")) == ["t = multiply(2.0, reg)", "dw = multiply(t, w)", "return dw"]
