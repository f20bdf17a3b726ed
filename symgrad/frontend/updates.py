"""Updates: `a op= b`, elements and items that are written, lists that are made longer.

In: a target and a value. Out: an array with another element, a container with another item; where a sum is
added to an element, one addition in place, which needs nothing of what was there.

    x[i] += v   ->   add_at(x, v, i)          s = s + [v]   ->   s += [v]
"""

from __future__ import annotations

import ast
from functools import partial
from typing import Any

import numpy as np

from symgrad.frontend import instances, listed, operators
from symgrad.frontend.context import Frame
from symgrad.frontend.expr import applied, evaluate, subscript
from symgrad.frontend.index import parse, setitem, write
from symgrad.frontend.iterate import iterate
from symgrad.frontend.names import bind_name, lookup
from symgrad.frontend.promote import as_tensor, cast, elementwise, result_dtype
from symgrad.frontend.sole import sole_lists
from symgrad.frontend.structure import is_instance
from symgrad.frontend.values import Rows, Tensor, Val, is_number
from symgrad.ir.indexing import is_basic


def put(frame: Frame, base: Val, key: Val, value: Val) -> None:
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


def longer(frame: Frame, node: ast.Assign) -> ast.AugAssign | None:
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


def update(frame: Frame, node: ast.AugAssign) -> None:
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
    same = isinstance(base, Tensor) and (before.is_array or writes == base.root.version)
    if same and _added(frame, node, base, key, before, value):
        if stop > start and eqns[stop - 1].out is before.arg:
            del eqns[stop - 1]  # the read of what was there before
        return
    operands = [(target, before), (node.value, value)]

    def changed() -> None:
        new = _in_place(frame, node, before, value, "")
        if not (new is before and isinstance(new, Tensor) and new.view is not None):  # else written already
            put(frame, base, key, new)

    applied(frame, node, operands, changed)


def _update_attribute(frame: Frame, node: ast.AugAssign, target: ast.Attribute) -> None:
    """`obj.name op= value`."""
    low = frame.low
    owner = evaluate(frame, target.value)
    low.at(frame, target)
    if not is_instance(owner):
        instances.assign(low, owner, target.attr, None)
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
