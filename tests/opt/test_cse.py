"""Repeated work is found whatever its names; short repetitions between statements stay in the study text."""

from opt.building import assert_same, lines, named, ops, program, statement, v

from symgrad.ir.build import exp
from symgrad.opt import share, simplify


def test_repeated_work_is_done_once():
    f = program(lambda x, y: (exp(x) + y) * (y + exp(x)), x="n", y="n")
    g = simplify(share(f, everything=False), "study")
    assert lines(g) == ["t = exp(x)", "t_1 = add(t, y)", "t_2 = multiply(t_1, t_1)", "return t_2"]
    assert_same(f, g)


def test_a_name_is_given_once_and_kept():
    def body(x):
        first = exp(x) + 1.0
        return first, named(exp(x), "e")

    assert lines(simplify(program(body, x=""), "study")) == ["e = exp(x)", "t = add(e, 1.0)", "return t, e"]


def test_both_names_stay_in_the_study_text():
    f = program(lambda x: (named(exp(x), "a"), named(exp(x), "b")), x="")
    assert lines(simplify(f, "study")) == ["a = exp(x)", "b = copy(a)", "return a, b"]
    assert lines(simplify(f, "kernel")) == ["a = exp(x)", "return a, a"]


def test_different_constants_and_attributes_are_different():
    def body(x):
        return (
            x * 0.0 + x * -0.0,
            v.sum(x, 0, True) + v.sum(x, 0, False),
            v.arctan2(x, x * 2.0) + v.arctan2(x * 2.0, x),
        )

    f = program(body, x="n")
    assert ops(simplify(f, "kernel")).count("arctan2") == 2
    assert_same(f, share(f, everything=True))


def test_short_repetitions_between_statements_stay():
    def body(x, y):
        statement(x.builder, "a = exp(-x)", 1)
        a = named(exp(-x), "a")
        statement(x.builder, "b = y * -x", 2)
        return a, named(y * -x, "b")

    f = program(body, x="", y="")
    assert ops(share(f, everything=False)).count("negative") == 2
    assert ops(share(f, everything=True)).count("negative") == 1


def test_short_repetitions_in_one_statement_are_shared():
    f = program(lambda x: exp(-x) + v.sin(-x), x="")
    assert ops(share(f, everything=False)).count("negative") == 1


def test_what_is_computed_from_an_adjoint_is_said_in_its_name():
    def body(num, inv):
        f = named(num * inv, "f")
        dinv = named(v.copy(num), "dinv")
        return f, named(dinv * inv, "d")

    f = program(body, num="", inv="")
    assert lines(simplify(f, "study"))[-2:] == ["d = multiply(dinv, inv)", "return f, d"]
    assert lines(simplify(f, "kernel")) == ["f = multiply(num, inv)", "return f, f"]
