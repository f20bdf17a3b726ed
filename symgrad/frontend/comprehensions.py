"""Comprehensions: the trips one after the other, or the loop that they are where there are many.

In: a frame, a comprehension, and who evaluates its parts. Out: the list, set or dict, or the array of a list
that a loop has filled.

    [f(v) for v in x if c]    ->    for v in x:
                                        if c: .items.append(f(v))
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from symgrad.frontend import branches, grids, growing, listed, operators
from symgrad.frontend.containers import owned
from symgrad.frontend.context import Frame
from symgrad.frontend.iterate import iterate
from symgrad.frontend.names import stored_names, unpack
from symgrad.frontend.regions import attempt
from symgrad.frontend.values import Val

Evaluate = Callable[[Frame, ast.expr], Val]
Rest = Callable[[Frame, list[ast.comprehension], Val], None]


class _ByData(Exception):
    """The data decide whether an item passes a filter."""


def _chosen(evaluate: Evaluate, frame: Frame, test: ast.expr, rest: Rest | None) -> bool:
    low = frame.low
    v = evaluate(frame, test)
    low.at(frame, test)
    chosen = branches.decided(low, v, "a filter")
    if isinstance(chosen, bool):
        return chosen
    if rest is not None:
        raise _ByData
    low.refuse(
        "a filter that the data decide, of a set or a dict",
        why="how many items a container has must be known when the program is compiled",
        instead="a list, or the sum or the largest of what passes it",
    )


def _trips(
    evaluate: Evaluate,
    frame: Frame,
    generators: list[ast.comprehension],
    emit: Callable[[Frame], None],
    rest: Rest | None = None,
    *,
    by_data: bool = False,
) -> None:
    """The trips one after the other; `rest` does what is left from a generator on whose items are many.

    With `by_data` it does so from the first generator on: the data decide which items are taken.
    """
    targets = frozenset(n for g in generators for n in stored_names([g.target]))
    inner = Frame(
        frame.low, frame.unit, {}, targets, outer=frame, around=frame.around, statement=frame.statement,
        loc=frame.loc, depth=frame.depth, comprehension=True,
    )  # fmt: skip
    first = evaluate(frame, generators[0].iter)

    def run(level: int) -> None:
        if level == len(generators):
            emit(inner)
            return
        generator = generators[level]
        if generator.is_async:
            frame.low.at(inner, generator.iter)
            frame.low.refuse("an asynchronous comprehension")
        items = first if level == 0 else evaluate(inner, generator.iter)
        frame.low.at(inner, generator.iter)
        if rest is not None and (by_data or _is_long(frame, items)):
            rest(inner, generators[level:], items)
            return
        if isinstance(items, grids.Grid):
            items = grids.listed(frame.low, items)
        for item in iterate(frame.low, items):
            unpack(inner, generator.target, item, _not_a_name, named=False)
            if all(_chosen(evaluate, inner, c, rest) for c in generator.ifs):
                run(level + 1)

    run(0)


def _is_long(frame: Frame, items: Val) -> bool:
    return grids.is_long(items) if isinstance(items, grids.Grid) else growing.is_long(frame.low, items)


def _not_a_name(frame: Frame, target: ast.expr, value: Val) -> None:
    frame.low.at(frame, target)
    frame.low.refuse("a comprehension assigns to something that is not a name")


def as_list(evaluate: Evaluate, frame: Frame, node: ast.ListComp | ast.GeneratorExp) -> Val:
    out: list[Val] = owned(frame.low, [])

    def rest(inner: Frame, generators: list[ast.comprehension], items: Val) -> None:
        inner.env[growing.RESULT] = out
        frame.low.at(inner, node)
        frame.low.looping(inner, _as_loop(node, generators), items)

    def emit(inner: Frame) -> None:
        _append(inner, out, evaluate(inner, node.elt))

    try:
        with attempt(frame.low, frame):
            _trips(evaluate, frame, node.generators, emit, rest)
    except _ByData:
        out.clear()
        _trips(evaluate, frame, node.generators, emit, rest, by_data=True)
    return frame.low.filled.get(id(out), out)


def _append(frame: Frame, out: list[Val], item: Val) -> None:
    if id(out) in frame.low.filled:
        listed.append(frame.low, frame.low.filled[id(out)], item)
    else:
        out.append(item)


def _as_loop(node: ast.ListComp | ast.GeneratorExp, generators: list[ast.comprehension]) -> ast.For:
    """`[f(v) for v in x if c]`, as the loop that it is: over arrays of any length."""
    target = ast.Attribute(ast.Name(growing.RESULT, ast.Load()), "append", ast.Load())
    inside: ast.stmt = ast.Expr(ast.Call(target, [node.elt], []))
    for generator in reversed(generators):
        for test in reversed(generator.ifs):
            inside = ast.If(test, [inside], [])
        inside = ast.For(generator.target, generator.iter, [inside], [])
    assert isinstance(inside, ast.For)
    for part in ast.walk(inside):
        if not hasattr(part, "lineno"):
            ast.copy_location(part, node)
    return inside


def as_set(evaluate: Evaluate, frame: Frame, node: ast.SetComp) -> Val:
    out: set[Any] = set()

    def emit(inner: Frame) -> None:
        out.add(operators.constant(frame.low, evaluate(inner, node.elt), "an element of a set"))

    _trips(evaluate, frame, node.generators, emit)
    return owned(frame.low, out)


def as_dict(evaluate: Evaluate, frame: Frame, node: ast.DictComp) -> Val:
    out: dict[Any, Val] = {}

    def emit(inner: Frame) -> None:
        key = operators.constant(frame.low, evaluate(inner, node.key), "the key of a dict")
        out[key] = evaluate(inner, node.value)

    _trips(evaluate, frame, node.generators, emit)
    return owned(frame.low, out)
