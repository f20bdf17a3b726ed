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

from symgrad.frontend import branches, instances, listed, operators, trips
from symgrad.frontend.context import Frame
from symgrad.frontend.exits import Exit, Leave, Maybe, Return
from symgrad.frontend.expr import applied, closure, evaluate, subscript
from symgrad.frontend.index import parse, setitem, write
from symgrad.frontend.iterate import iterate
from symgrad.frontend.names import bind_name, lookup, unpack
from symgrad.frontend.promote import as_tensor, cast, elementwise, result_dtype
from symgrad.frontend.regions import Raises
from symgrad.frontend.sole import sole_lists
from symgrad.frontend.source import FunctionNode
from symgrad.frontend.structure import is_instance
from symgrad.frontend.subset import refuse_node
from symgrad.frontend.values import Rows, Tensor, Val, is_number
from symgrad.ir.indexing import is_basic


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
    return endless and not any(isinstance(n, ast.Break) for n in ast.walk(last))


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
    if (longer := _longer(frame, node)) is not None:
        _aug_assign(frame, longer)
        return
    value = evaluate(frame, node.value)
    for target in node.targets:
        assign(frame, target, value)


def _longer(frame: Frame, node: ast.Assign) -> ast.AugAssign | None:
    """`s = s + [v]`, `s = [*s, v]` as `s += [v]`, where no other name has the list."""
    value, target = node.value, node.targets[0]
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add):
        left, more = value.left, value.right
    elif isinstance(value, ast.List) and value.elts and isinstance(star := value.elts[0], ast.Starred):
        left, more = star.value, ast.copy_location(ast.List(value.elts[1:], ast.Load()), value)
    else:
        return None
    if not isinstance(target, ast.Name) or not isinstance(left, ast.Name) or left.id != target.id:
        return None
    held = frame.env.get(target.id)
    if not isinstance(held, list | Rows) or frame.function is None or frame.outer is not None:
        return None
    if len(node.targets) > 1 or target.id not in sole_lists(frame.function):
        return None
    return ast.copy_location(ast.AugAssign(target, ast.Add(), more), node)


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
        if is_instance(owner):
            instances.assign(low, owner, target.attr, value)
            return
        low.refuse(
            f"the attribute {target.attr!r} is assigned",
            why="a differentiated function must not have side effects",
            instead="a local variable, and return the new value",
        )
    if not isinstance(target, ast.Subscript):
        low.refuse("`*` stands where a name is assigned")
    base = evaluate(frame, target.value)
    key = evaluate(frame, target.slice)
    applied(frame, target, [(target.value, base)], lambda: _put(frame, base, key, value))


def _put(frame: Frame, base: Val, key: Val, value: Val) -> None:
    low = frame.low
    if isinstance(base, Tensor):
        setitem(low, base, key, value)
        return
    if isinstance(base, Rows):
        listed.put(low, base, key, value)
        return
    if is_instance(base):
        instances.called(low, base, "__setitem__", key, value)
        return
    if not isinstance(base, list | dict):
        low.refuse(f"an element of a {type(base).__name__} is written")
    refuse_foreign(frame, base)
    listed.by_data(low, base, key)
    low.change(base)
    base[operators.constant(low, key, "the index")] = value


def refuse_foreign(frame: Frame, container: Any) -> None:
    """Only containers that the program made, or was passed copies of, may change."""
    if id(container) not in frame.low.owned:
        frame.low.refuse(
            f"a {type(container).__name__} from outside of the function is changed",
            why="a differentiated function must not have side effects",
            instead="make a new one",
        )


def _aug_assign(frame: Frame, node: ast.AugAssign) -> None:
    low = frame.low
    target = node.target
    if isinstance(target, ast.Name):
        current = lookup(frame, target.id)
        value = evaluate(frame, node.value)
        operands: list[tuple[ast.AST, Val]] = [(target, current), (node.value, value)]
        new = applied(frame, node, operands, lambda: _in_place(frame, node, current, value, target.id))
        if new is not current:
            bind_name(frame, target.id, new)
        return
    if isinstance(target, ast.Attribute):
        _update_attribute(frame, node, target)
        return
    base = evaluate(frame, target.value)
    key = evaluate(frame, target.slice)
    low.at(frame, target)
    eqns = low.builder.eqns
    start = len(eqns)
    before = subscript(frame, base, key)
    stop = len(eqns)
    writes = base.root.version if isinstance(base, Tensor) else 0
    value = evaluate(frame, node.value)
    # Python has read an element by now, and only sees a slice: a call may have written in between.
    same = isinstance(before, Tensor) and (before.is_array or writes == base.root.version)
    if isinstance(base, Tensor) and same and _added(frame, node, base, key, before, value):
        if stop > start and eqns[stop - 1].out is before.arg:
            del eqns[stop - 1]  # the read of what was there before
        return
    operands = [(target, before), (node.value, value)]

    def update() -> None:
        new = _in_place(frame, node, before, value, "")
        if not (new is before and isinstance(new, Tensor) and new.view is not None):  # else written already
            _put(frame, base, key, new)

    applied(frame, node, operands, update)


def _update_attribute(frame: Frame, node: ast.AugAssign, target: ast.Attribute) -> None:
    """`obj.name op= value`."""
    low = frame.low
    owner = evaluate(frame, target.value)
    low.at(frame, target)
    if not is_instance(owner):
        _write(frame, target, None)
    current = instances.attribute(low, owner, target.attr)
    current = low.filled.get(id(current), current) if type(current) is list else current
    value = evaluate(frame, node.value)
    operands: list[tuple[ast.AST, Val]] = [(target, current), (node.value, value)]
    new = applied(frame, node, operands, lambda: _in_place(frame, node, current, value, target.attr))
    if new is not current:
        low.at(frame, target)
        instances.assign(low, owner, target.attr, new)


def _added(frame: Frame, node: ast.AugAssign, base: Tensor, key: Val, before: Val, value: Val) -> bool:
    """`x[i] += v` where x holds what the sum is: one addition in place, which needs nothing of x[i]."""
    low = frame.low
    if not isinstance(node.op, ast.Add | ast.Sub) or not is_number(value) or base.dtype == "bool":
        return False
    low.at(frame, node)
    shape = low.shape(base)
    parsed = parse(low, shape, key)
    if not is_basic(parsed.index) or parsed.whole(shape):
        return False
    t = as_tensor(low, value)
    if result_dtype([before, t]) != base.dtype or t.rank > before.rank:
        return False
    signed = t if isinstance(node.op, ast.Add) else elementwise(low, "negative", t, operator=True)
    add = partial(write, low, base, key, signed, "add_at")
    applied(frame, node, [(node.target, before), (node.value, value)], add)
    return True


def _in_place(frame: Frame, node: ast.AugAssign, current: Val, value: Val, name: str) -> Val:
    """`current op= value`: an array changes, and everything else is replaced."""
    low = frame.low
    if isinstance(current, Rows) and isinstance(node.op, ast.Add):
        listed.extend(low, current, value)
        return current
    if isinstance(current, list) and isinstance(node.op, ast.Add):
        refuse_foreign(frame, current)
        low.change(current)
        current.extend(iterate(low, value))
        return current
    if is_instance(current) or is_instance(value):
        return instances.binary(low, type(node.op), current, value, in_place=True)
    new = operators.binary(low, type(node.op), current, value)
    if not isinstance(current, Tensor) or not current.is_array:
        return new
    new = as_tensor(low, new)
    if not np.can_cast(new.dtype, current.dtype, "same_kind"):
        low.refuse(
            f"an array of {current.dtype} is updated in place with {new.dtype}",
            why="NumPy refuses it too",
            instead="a = a + b, which makes a new array",
        )
    shape = low.shape(current)
    arg = cast(low, new, current.dtype)
    if len(arg.type.shape) != len(shape):
        low.refuse(
            f"an array of shape {low.solver.values(shape)} cannot hold {low.solver.values(arg.type.shape)}"
        )
    for a, b in zip(arg.type.shape, shape, strict=True):
        low.solver.equal(a, b)
    low.write(current, arg)
    return current


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
    refuse_foreign(frame, base)
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
    ast.Expr: _expr, ast.Assign: _assign, ast.AnnAssign: _ann_assign, ast.AugAssign: _aug_assign,
    ast.Delete: _delete, ast.Return: _return, ast.If: _nothing, ast.For: _for, ast.While: _while,
    ast.FunctionDef: _function, ast.Assert: _assert, ast.Import: _import, ast.ImportFrom: _import_from,
    ast.With: _with, ast.Pass: _nothing, ast.Global: _nothing, ast.Nonlocal: _nothing,
    ast.Break: _break, ast.Continue: _continue, ast.Raise: _raise,
}
# fmt: on
