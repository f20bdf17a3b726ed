"""A pass is not run again on a block that it left alone, unless something else is asked of it."""

from __future__ import annotations

import pickle

from symgrad.ir.build import Builder
from symgrad.ir.core import Block, Value
from symgrad.ir.dims import symbol
from symgrad.ir.ops import OPS
from symgrad.ir.settled import settling
from symgrad.ir.switch import without
from symgrad.ir.types import ArrayType
from symgrad.opt.rewrite import Table


def _block() -> Block:
    x = Value(ArrayType("float64", (symbol("n"),)), "x")
    b = Builder()
    y = b.emit(OPS["exp"], [x], hint="y")
    return Block((x,), tuple(b.eqns), (y,))


def test_a_block_left_alone_is_looked_at_once():
    seen: list[tuple[Block, int]] = []

    @settling
    def leave(block, number):
        seen.append((block, number))
        return block

    one, two = _block(), _block()
    for block in (one, two, one, one):
        assert leave(block, 1) is block
    assert [b for b, _ in seen] == [one, two]
    leave(one, 2)
    assert seen[-1] == (one, 2) and len(seen) == 3
    with without("cse"):
        leave(one, 1)
    assert len(seen) == 4


def test_a_block_that_changes_is_looked_at_again():
    calls = []

    @settling
    def change(block):
        calls.append(block)
        return Block(block.params, block.eqns, block.results)

    block = _block()
    assert change(block) is not block and change(block) is not block
    assert calls == [block, block]


def test_two_passes_and_two_tables_are_told_apart():
    seen = []
    block = _block()

    @settling
    def first(block, table):
        seen.append(("first", table))
        return block

    @settling
    def second(block, table):
        seen.append(("second", table))
        return block

    tables = Table({}), Table({})
    for apply in (first, second, first):
        for table in tables:
            apply(block, table)
    assert [name for name, _ in seen] == ["first", "first", "second", "second"]


def test_what_is_kept_with_an_equation_follows_it():
    n, m = symbol("n"), symbol("m")
    x, y = (Value(ArrayType("float64", (n,)), name) for name in "xy")
    b = Builder()
    wide = b.emit(OPS["broadcast_to"], [x], {"shape": (m + 1, n)})
    (eqn,) = b.eqns
    assert eqn.reads == (x,) and eqn.names == {"n", "m"}
    assert eqn.with_args((y,)).reads == (y,) and eqn.with_args((y,)).names == {"n", "m"}
    k = Value(ArrayType("float64", (symbol("k"), n)))
    assert eqn.with_outs((k,)).names == {"n", "m", "k"} and wide.type.names == {"n", "m"}


def test_types_of_another_process_are_equal_here():
    kind = ArrayType("float64", (symbol("n") * 2 + 1, 3))
    again = pickle.loads(pickle.dumps(kind))
    assert again == kind and hash(again) == hash(kind) and again.names == {"n"}
