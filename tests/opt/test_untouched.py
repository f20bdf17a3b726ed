"""Rules are not tried again on equations from which everything looks as before; on all others they are."""

from __future__ import annotations

import pytest

from symgrad.ir.build import Builder
from symgrad.ir.core import Block, Function, Value
from symgrad.ir.ops import OPS
from symgrad.ir.types import ArrayType
from symgrad.ir.walk import with_eqns
from symgrad.opt.rewrite import Table, rewrite

SCALAR = ArrayType("float64")


class Counting:
    """A rule that sees equations, and applies to none."""

    def __init__(self):
        self.seen = []

    def __call__(self, site, eqn):
        self.seen.append(eqn.out.hint)

    @property
    def taken(self):
        found, self.seen = self.seen, []
        return found


@pytest.fixture
def program():
    x = Value(SCALAR, "x")
    b = Builder()
    u = b.emit(OPS["sin"], [x], hint="u")
    v = b.emit(OPS["sin"], [u], hint="v")
    w = b.emit(OPS["sin"], [x], hint="w")
    return Function("f", Block((x,), tuple(b.eqns), (v, w)))


def changed(program, eqns, results=None):
    return Function("f", with_eqns(program.body, eqns, results))


def test_the_same_equations_are_not_tried_again(program):
    rule = Counting()
    rules = Table({"sin": (rule,)})
    rewrite(program, rules, through_names=True)
    assert rule.taken == ["u", "v", "w"]
    again = changed(program, program.eqns)  # another block of the same equations
    rewrite(again, rules, through_names=True)
    assert rule.taken == []
    rewrite(again, rules, through_names=False)
    assert rule.taken == ["u", "v", "w"]
    rewrite(again, Table({"sin": (rule,)}), through_names=True)
    assert rule.taken == ["u", "v", "w"]


def test_another_equation_behind_the_operands_is_seen(program):
    rule = Counting()
    rules = Table({"sin": (rule,)})
    rewrite(program, rules, through_names=True)
    assert rule.taken
    u, v, w = program.eqns
    new = v.with_args(v.args)  # equal, but another object: so is what is behind a reader of it
    b = Builder()
    last = b.emit(OPS["sin"], [v.out], hint="last")
    rewrite(changed(program, (u, v, w, *b.eqns), (last, w.out)), rules, through_names=True)
    assert rule.taken == ["last"]
    rewrite(changed(program, (u, new, w, *b.eqns), (last, w.out)), rules, through_names=True)
    assert rule.taken == ["v", "last"]


def test_another_number_of_readers_is_seen(program):
    rule = Counting()
    rules = Table({"sin": (rule,)})
    rewrite(program, rules, through_names=True)
    assert rule.taken
    u, v, w = program.eqns
    rewrite(changed(program, (u, v, w), (v.out, w.out, u.out)), rules, through_names=True)
    assert rule.taken == ["u", "v"]  # u is read once more: by what reads it, and by what made it


def test_after_a_rule_has_applied_all_are_tried(program):
    rule, fires = Counting(), []
    u, v, w = program.eqns

    def once(site, eqn):
        if eqn.out is u.out and fires:
            fires.clear()
            return site.call("cos", eqn.args[0])
        return None

    rules = Table({"sin": (once, rule)})
    rewrite(program, rules, through_names=True)
    assert rule.taken == ["u", "v", "w"]
    fires.append(True)
    new = u.with_args(u.args)
    rewritten = rewrite(changed(program, (new, v, w)), rules, through_names=True)
    assert [e.op.name for e in rewritten.eqns] == ["cos", "sin", "sin"]
    assert rule.taken == ["v", "w"]
