"""Statements: one function for each class of AST node.

In: a frame and statements. Out: bindings in the frame, equations, and how the block was left.

    run_body(frame, <def f(x): h = x * x; return h>)   # h, after emitting multiply
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np

from symgrad.frontend import branches, instances, operators, trips, updates
from symgrad.frontend.context import Frame
from symgrad.frontend.exits import Exit, Leave, Maybe, Return
from symgrad.frontend.expr import applied, closure, evaluate
from symgrad.frontend.names import bind_name, lookup, unpack
from symgrad.frontend.parts import parts
from symgrad.frontend.regions import Raises
from symgrad.frontend.source import FunctionNode
from symgrad.frontend.subset import refuse_node
from symgrad.frontend.values import Tensor, Val


def run_body(frame: Frame, node: FunctionNode) -> Val:
    """The value that a function returns."""
    if isinstance(node, ast.Lambda):
        frame.statement = node.body
        frame.loc = frame.unit.loc(node.body)
        return evaluate(frame, node.body)
    if isinstance(node, ast.AsyncFunctionDef):
        frame.low.at(frame, node)
        refuse_node(frame.low, node)
    frame.function = node
    exit_ = run(frame, node.body)
    if isinstance(exit_, Maybe) and _ends_by_return(node.body[-1]):
        return exit_.value
    if isinstance(exit_, Maybe):
        frame.low.refuse(
            f"{node.name} returns a value on one way, and ends without one on another",
            why="which way is taken depends on the data",
            instead="end with a `return` of a value of the same kind",
            node=node,
        )
    return exit_.value if isinstance(exit_, Return) else None


def _ends_by_return(last: ast.stmt) -> bool:
    """A `while True` without a `break` can only be left by `return`."""
    endless = isinstance(last, ast.While) and isinstance(last.test, ast.Constant) and bool(last.test.value)
    return endless and not any(isinstance(n, ast.Break) for n in parts(last))


def run(frame: Frame, body: Sequence[ast.stmt], end: Exit = None) -> Exit:
    """Statements in order, until one leaves the block; `end` is what reaching the end counts as."""
    for k, node in enumerate(body):
        frame.statement = node
        frame.loc = frame.unit.loc(node)
        handler = STATEMENTS.get(type(node))
        frame.low.at(frame, node)
        if handler is None:
            refuse_node(frame.low, node)
        if isinstance(node, ast.If):
            exit_, done = _if(frame, node, partial(_from, body, k + 1), end)
            if done:
                return exit_
        else:
            exit_ = handler(frame, node)
        if isinstance(exit_, Maybe):
            return branches.guarded(frame, exit_, body[k + 1 :], end, run)
        if exit_ is not None:
            return exit_
    return end


def _from(body: Sequence[ast.stmt], start: int) -> Sequence[ast.stmt]:
    return body[start:]


def _again(frame: Frame, node: ast.stmt) -> None:
    """Back at the head of a compound statement."""
    frame.statement = node
    frame.loc = frame.unit.loc(node)
    frame.low.at(frame, node)


def _expr(frame: Frame, node: ast.Expr) -> None:
    if not isinstance(node.value, ast.Constant):
        evaluate(frame, node.value)


def _assign(frame: Frame, node: ast.Assign) -> None:
    if (longer := updates.longer(frame, node)) is not None:
        updates.update(frame, longer)
        return
    value = evaluate(frame, node.value)
    for target in node.targets:
        assign(frame, target, value)


def _ann_assign(frame: Frame, node: ast.AnnAssign) -> None:
    if node.value is not None:
        assign(frame, node.target, evaluate(frame, node.value))


def assign(frame: Frame, target: ast.expr, value: Val) -> None:
    """Bind names, unpack, or write an element."""
    unpack(frame, target, value, _write)


def _write(frame: Frame, target: ast.expr, value: Val) -> None:
    low = frame.low
    if isinstance(target, ast.Attribute):
        owner = evaluate(frame, target.value)
        low.at(frame, target)
        instances.assign(low, owner, target.attr, value)
        return
    if not isinstance(target, ast.Subscript):
        low.refuse("`*` stands where a name is assigned")
    base = evaluate(frame, target.value)
    key = evaluate(frame, target.slice)
    applied(frame, target, [(target.value, base)], lambda: updates.put(frame, base, key, value))


def _delete(frame: Frame, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Subscript):
            _delete_item(frame, target)
            continue
        if not isinstance(target, ast.Name):
            frame.low.at(frame, target)
            frame.low.refuse("`del` of something that is not a name or an item")
        lookup(frame, target.id)
        frame.env.pop(target.id, None)


def _delete_item(frame: Frame, target: ast.Subscript) -> None:
    """`del d[key]` of a container that the program made."""
    low = frame.low
    base, key = evaluate(frame, target.value), evaluate(frame, target.slice)
    low.at(frame, target)
    if not isinstance(base, list | dict):
        low.refuse(f"`del` of an item of a {type(base).__name__}", instead="an array without it")
    updates.refuse_foreign(frame, base)
    low.change(base)
    try:
        del base[operators.constant(low, key, "the index")]
    except (LookupError, TypeError) as e:
        low.refuse(f"{type(e).__name__}: {e}", why="Python raises it here")


def _return(frame: Frame, node: ast.Return) -> Return:
    return Return(None if node.value is None else evaluate(frame, node.value))


def _if(frame: Frame, node: ast.If, rest: Callable[[], Sequence[ast.stmt]], end: Exit) -> tuple[Exit, bool]:
    """The exit of an `if`, and whether the rest of its block is done as well."""
    value = evaluate(frame, node.test)
    frame.low.at(frame, node.test)
    test = branches.decided(frame.low, value, "`if`")
    if isinstance(test, bool):
        return run(frame, node.body if test else node.orelse), False
    return branches.if_statement(frame, node, test, rest, end, run)


def _for(frame: Frame, node: ast.For) -> Exit:
    items = evaluate(frame, node.iter)
    frame.low.at(frame, node.iter)
    return trips.for_statement(frame, node, items, run, _bind_item)


def run_loop(frame: Frame, node: ast.For, items: Val) -> None:
    """A comprehension as the loop that it is."""
    trips.for_statement(frame, node, items, run, _bind_item)


def _bind_item(frame: Frame, target: ast.expr, item: Val) -> None:
    unpack(frame, target, item, _write, named=False)


def _while(frame: Frame, node: ast.While) -> Exit:
    return trips.while_statement(frame, node, evaluate, run)


def _function(frame: Frame, node: ast.FunctionDef) -> None:
    if node.decorator_list:
        frame.low.at(frame, node.decorator_list[0])
        frame.low.refuse("a decorated function inside the function", instead="define it at module level")
    bind_name(frame, node.name, closure(frame, node))


def _assert(frame: Frame, node: ast.Assert) -> None:
    """A compile-time assertion is checked now; one on run-time values is not part of compiled code."""
    v = evaluate(frame, node.test)
    frame.low.at(frame, node.test)
    if not isinstance(v, Tensor) and not operators.truth(frame.low, v, "`assert`"):
        frame.low.refuse("this assertion does not hold", why="Python raises AssertionError here")


def _raise(frame: Frame, node: ast.Raise) -> Exit:
    """Left out where the data decide whether it is reached, as assertions are: see `branches.branch`."""
    raise Raises(
        "`raise` in a differentiated function",
        frame.low.loc(node),
        why="the program raises here for these arguments",
        instead="return a value, or np.nan",
    )


def _import(frame: Frame, node: ast.Import) -> None:
    for alias in node.names:
        module = importlib.import_module(alias.name)
        if alias.asname is None:
            module = importlib.import_module(alias.name.partition(".")[0])
        bind_name(frame, alias.asname or alias.name.partition(".")[0], module)


def _import_from(frame: Frame, node: ast.ImportFrom) -> None:
    if node.level or node.module is None:
        frame.low.refuse("a relative import inside the function", instead="import at module level")
    module = importlib.import_module(node.module)
    for alias in node.names:
        bind_name(frame, alias.asname or alias.name, getattr(module, alias.name))


def _with(frame: Frame, node: ast.With) -> Exit:
    """np.errstate changes no value."""
    for item in node.items:
        call = item.context_expr
        if not isinstance(call, ast.Call) or evaluate(frame, call.func) is not np.errstate:
            refuse_node(frame.low, node)
    return run(frame, node.body)


def _nothing(frame: Frame, node: ast.stmt) -> None:
    """`pass`, and declarations of names that are then only read."""


def _break(frame: Frame, node: ast.Break) -> Exit:
    return Leave.BREAK


def _continue(frame: Frame, node: ast.Continue) -> Exit:
    return Leave.CONTINUE


# fmt: off
STATEMENTS: dict[type[ast.AST], Callable[[Frame, Any], Exit]] = {
    ast.Expr: _expr, ast.Assign: _assign, ast.AnnAssign: _ann_assign, ast.AugAssign: updates.update,
    ast.Delete: _delete, ast.Return: _return, ast.If: _nothing, ast.For: _for, ast.While: _while,
    ast.FunctionDef: _function, ast.Assert: _assert, ast.Import: _import, ast.ImportFrom: _import_from,
    ast.With: _with, ast.Pass: _nothing, ast.Global: _nothing, ast.Nonlocal: _nothing,
    ast.Break: _break, ast.Continue: _continue, ast.Raise: _raise,
}
# fmt: on
