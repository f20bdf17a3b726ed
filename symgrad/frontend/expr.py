"""Expressions: one function for each class of AST node.

In: a frame and an expression. Out: its value, compile-time or run-time; equations on the way.

    evaluate(frame, ast of `x @ w + b`)   # emits matmul, add
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from symgrad.errors import ShapeError, SymgradError
from symgrad.frontend import (
    attributes,
    branches,
    comprehensions,
    containers,
    facts,
    instances,
    listed,
    operators,
)
from symgrad.frontend.calls import call
from symgrad.frontend.containers import owned
from symgrad.frontend.context import Closure, Frame, Lowering
from symgrad.frontend.index import getitem
from symgrad.frontend.iterate import iterate
from symgrad.frontend.names import bind_name, lookup
from symgrad.frontend.sequences import part_of_range
from symgrad.frontend.solver import Mismatch
from symgrad.frontend.structure import is_instance
from symgrad.frontend.subset import refuse_node
from symgrad.frontend.values import Rows, SymRange, Tensor, TensorMethod, Text, Val
from symgrad.ir.dims import Extent


def evaluate(frame: Frame, node: ast.expr) -> Val:
    """The value of an expression."""
    handler = EXPRESSIONS.get(type(node))
    if handler is None:
        frame.low.at(frame, node)
        refuse_node(frame.low, node)
    value = handler(frame, node)
    return frame.low.filled.get(id(value), value) if type(value) is list else value


def described(frame: Frame, operands: Sequence[tuple[ast.AST, Val]]) -> str:
    """`x has shape (3, 4), w has shape (5,)`: the arrays that do not fit together."""
    parts = []
    for node, v in operands:
        if isinstance(v, Tensor) and v.is_array:
            text = ast.unparse(node)
            text = text if len(text) <= 40 else f"{text[:37]}..."
            parts.append(f"{text} has shape {frame.low.solver.values(v.type.shape)}")
    return ", ".join(parts)


def applied(
    frame: Frame, node: ast.AST, operands: Sequence[tuple[ast.AST, Val]], f: Callable[[], Val]
) -> Val:
    """`f()` with errors and equations placed at `node`, and shape errors in terms of the operands."""
    low = frame.low
    low.at(frame, node)
    try:
        return f()
    except Mismatch as e:
        what = described(frame, operands)
        message = f"shapes do not fit together: {what}" if what else e.message
        raise ShapeError(message, low.loc(node), why=e.message if what else "") from None
    except SymgradError as e:
        if e.loc is not None:
            raise
        raise type(e)(e.message, low.loc(node), why=e.why, instead=e.instead) from None


def _binop(frame: Frame, node: ast.BinOp) -> Val:
    """Left-deep chains (`a + b + c + ...`) are walked in a loop: they may be thousands long."""
    spine = [node]
    while isinstance(spine[-1].left, ast.BinOp):
        spine.append(spine[-1].left)
    left = evaluate(frame, spine[-1].left)
    for part in reversed(spine):
        right = evaluate(frame, part.right)
        op = partial(_operate, frame.low, type(part.op), left, right)
        left = applied(frame, part, [(part.left, left), (part.right, right)], op)
    return left


def _operate(low: Lowering, op: type[ast.operator], left: Val, right: Val) -> Val:
    if op is ast.Add and (isinstance(left, Rows) or isinstance(right, Rows)):
        return listed.joined(low, left, right)
    if is_instance(left) or is_instance(right):
        return instances.binary(low, op, left, right)
    if isinstance(left, str | Text) and operators.is_by_data((left, right)):
        joined = op is ast.Add and isinstance(right, str | Text)
        if op is ast.Mod or joined:
            return Text()
    return operators.binary(low, op, left, right)


def _unary(frame: Frame, node: ast.UnaryOp) -> Val:
    v = evaluate(frame, node.operand)
    low = frame.low
    low.at(frame, node)
    if isinstance(node.op, ast.Not):
        v = branches.plain_truth(low, v)
        if operators.is_scalar_bool(v):
            out = Tensor(low.emit("logical_not", [low.arg(v)]), weak=True)
            facts.negated(low, out.arg, low.arg(v))
            return out
        return not operators.truth(low, v, "`not`")
    negate = instances.unary if is_instance(v) else operators.unary
    return negate(low, type(node.op), v)


def _compare(frame: Frame, node: ast.Compare) -> Val:
    low = frame.low
    left = evaluate(frame, node.left)
    runtime: list[Tensor] = []
    before: ast.expr = node.left
    for op, right_node in zip(node.ops, node.comparators, strict=True):
        right = evaluate(frame, right_node)
        compare = instances.compare if is_instance(left) or is_instance(right) else operators.compare
        test = partial(compare, low, type(op), left, right)
        out = applied(frame, node, [(before, left), (right_node, right)], test)
        if isinstance(out, Tensor):
            runtime.append(out)
        elif not out:
            return out
        left, before = right, right_node
    if not runtime:
        return True
    if len(node.ops) > 1 and not all(t.rank == 0 for t in runtime):
        operators.truth(low, next(t for t in runtime if t.rank), "a chained comparison")
    return operators.logical(low, "logical_and", runtime)


def _boolop(frame: Frame, node: ast.BoolOp) -> Val:
    return branches.connected(frame, isinstance(node.op, ast.And), node.values, evaluate)


def _ifexp(frame: Frame, node: ast.IfExp) -> Val:
    low = frame.low
    value = evaluate(frame, node.test)
    low.at(frame, node.test)
    test = branches.decided(low, value, "a conditional expression")
    if isinstance(test, bool):
        return evaluate(frame, node.body if test else node.orelse)
    if branches.cheap(frame, node.body) and branches.cheap(frame, node.orelse):
        left, right = evaluate(frame, node.body), evaluate(frame, node.orelse)
        low.at(frame, node)
        return branches.chosen(frame, test, left, right)
    low.at(frame, node)
    return branches.choice(
        frame, test, lambda: evaluate(frame, node.body), lambda: evaluate(frame, node.orelse)
    )


def _subscript(frame: Frame, node: ast.Subscript) -> Val:
    base = evaluate(frame, node.value)
    key = evaluate(frame, node.slice)
    return applied(frame, node, [(node.value, base)], lambda: subscript(frame, base, key))


def subscript(frame: Frame, base: Val, key: Val) -> Val:
    """`base[key]`."""
    low = frame.low
    if isinstance(base, Tensor):
        return getitem(low, base, key)
    if isinstance(base, Rows):
        return listed.item_of(low, base, key)
    if isinstance(key, slice) and (isinstance(base, SymRange) or (isinstance(base, range) and _moving(key))):
        return part_of_range(low, base, key)
    if isinstance(base, dict | list | tuple | str | range):
        listed.by_data(low, base, key)
        key = operators.constant(low, _plain_slice(frame, key), f"the index of a {type(base).__name__}")
        if isinstance(base, containers.Defaults) and not isinstance(key, slice):
            containers.fill(low, base, key)
        try:
            out = base[key]
        except (LookupError, TypeError) as e:
            low.refuse(
                f"{type(e).__name__}: {e}", error=ShapeError if isinstance(e, IndexError) else SymgradError
            )
        if isinstance(out, list):
            low.owned[id(out)] = out
        return out
    if is_instance(base):
        return instances.called(low, base, "__getitem__", key)
    if isinstance(base, type):
        return base  # list[int]: an annotation
    low.refuse(f"a {type(base).__name__} is indexed", why="only arrays and Python's own containers are")


def _moving(key: slice) -> bool:
    """A bound is only known at run time."""
    return isinstance(key.start, Tensor | Extent) or isinstance(key.stop, Tensor | Extent)


def _plain_slice(frame: Frame, key: Val) -> Val:
    if isinstance(key, slice):
        parts = [
            operators.constant(frame.low, p, "the bound of a slice") for p in (key.start, key.stop, key.step)
        ]
        return slice(*parts)
    return key


def _slice(frame: Frame, node: ast.Slice) -> slice:
    parts = [None if p is None else evaluate(frame, p) for p in (node.lower, node.upper, node.step)]
    return slice(*parts)


def elements(frame: Frame, nodes: list[ast.expr]) -> Iterator[Val]:
    """The items of a display or a call, stars expanded."""
    for node in nodes:
        if isinstance(node, ast.Starred):
            v = evaluate(frame, node.value)
            frame.low.at(frame, node)
            yield from iterate(frame.low, v)
        else:
            yield evaluate(frame, node)


def _tuple(frame: Frame, node: ast.Tuple) -> Val:
    return tuple(elements(frame, node.elts))


def _list(frame: Frame, node: ast.List) -> Val:
    return owned(frame.low, list(elements(frame, node.elts)))


def _set(frame: Frame, node: ast.Set) -> Val:
    items = [operators.constant(frame.low, v, "an element of a set") for v in elements(frame, node.elts)]
    return owned(frame.low, set(items))


def _dict(frame: Frame, node: ast.Dict) -> Val:
    made: dict[Any, Val] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        v = evaluate(frame, value)
        if key is None:
            made.update(v)
        else:
            k = evaluate(frame, key)
            frame.low.at(frame, key)
            made[operators.constant(frame.low, k, "the key of a dict")] = v
    return owned(frame.low, made)


def _lambda(frame: Frame, node: ast.Lambda) -> Val:
    return closure(frame, node)


def closure(frame: Frame, node: ast.Lambda | ast.FunctionDef) -> Closure:
    """A nested function: its defaults are evaluated here and now."""
    defaults = tuple(evaluate(frame, d) for d in node.args.defaults)
    pairs = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
    return Closure(node, frame, defaults, {a.arg: evaluate(frame, d) for a, d in pairs if d is not None})


def _call(frame: Frame, node: ast.Call) -> Val:
    fn = evaluate(frame, node.func)
    if fn is zip and len(node.args) == 1 and isinstance(star := node.args[0], ast.Starred):
        rows = evaluate(frame, star.value)
        if isinstance(rows, Rows) and isinstance(rows.form, tuple):
            return listed.unzipped(frame.low, rows)
        args = list(iterate(frame.low, rows))
    else:
        args = list(elements(frame, node.args))
    kwargs: dict[str, Val] = {}
    for keyword in node.keywords:
        v = evaluate(frame, keyword.value)
        if keyword.arg is not None:
            kwargs[keyword.arg] = v
        else:
            kwargs.update(v)
    plain = [n for n in node.args if not isinstance(n, ast.Starred)]
    operands: list[tuple[ast.AST, Val]] = list(zip(plain, args, strict=False))
    if isinstance(node.func, ast.Attribute) and isinstance(fn, TensorMethod):
        operands.insert(0, (node.func.value, fn.tensor))
    return applied(frame, node, operands, lambda: call(frame, node, fn, args, kwargs))


def _attribute(frame: Frame, node: ast.Attribute) -> Val:
    base = evaluate(frame, node.value)
    frame.low.at(frame, node)
    return attributes.get(frame, node, base, node.attr)


def _name(frame: Frame, node: ast.Name) -> Val:
    frame.low.at(frame, node)
    return lookup(frame, node.id)


def _named(frame: Frame, node: ast.NamedExpr) -> Val:
    v = evaluate(frame, node.value)
    while frame.comprehension:
        assert frame.outer is not None
        frame = frame.outer
    frame.low.at(frame, node)
    return bind_name(frame, node.target.id, v)


def _joined(frame: Frame, node: ast.JoinedStr) -> str | Text:
    parts = [evaluate(frame, v) for v in node.values]
    return Text() if any(isinstance(v, Text) for v in parts) else "".join(map(str, parts))


def _formatted(frame: Frame, node: ast.FormattedValue) -> str | Text:
    v = evaluate(frame, node.value)
    frame.low.at(frame, node)
    if operators.is_by_data(v):
        return Text()
    v = operators.constant(frame.low, v, "a formatted value")
    table: dict[int, Callable[[Any], str]] = {115: str, 114: repr, 97: ascii}
    conversion = table.get(node.conversion)
    v = v if conversion is None else conversion(v)
    return format(v, str(evaluate(frame, node.format_spec)) if node.format_spec else "")


def _constant(frame: Frame, node: ast.Constant) -> Val:
    return node.value


def _starred(frame: Frame, node: ast.Starred) -> Val:
    frame.low.at(frame, node)
    frame.low.refuse("`*` outside of a call or a display")


_list_of = partial(comprehensions.as_list, evaluate)
_set_of = partial(comprehensions.as_set, evaluate)
_dict_of = partial(comprehensions.as_dict, evaluate)

# fmt: off
EXPRESSIONS: dict[type[ast.AST], Callable[[Frame, Any], Val]] = {
    ast.BinOp: _binop, ast.UnaryOp: _unary, ast.Compare: _compare, ast.BoolOp: _boolop, ast.IfExp: _ifexp,
    ast.Subscript: _subscript, ast.Slice: _slice, ast.Tuple: _tuple, ast.List: _list, ast.Set: _set,
    ast.Dict: _dict, ast.ListComp: _list_of, ast.GeneratorExp: _list_of, ast.SetComp: _set_of,
    ast.DictComp: _dict_of, ast.Lambda: _lambda, ast.Call: _call, ast.Attribute: _attribute, ast.Name: _name,
    ast.NamedExpr: _named, ast.JoinedStr: _joined, ast.FormattedValue: _formatted, ast.Constant: _constant,
    ast.Starred: _starred,
}
# fmt: on
