"""What the user wrote, for the comment beside a grouped operation.

In: the equations as they were lowered, and a value. Out: a short text, `1 / (1 + exp(-x))`. The user's own
right-hand side where the value is what the statement assigns, else the expression printed from the equations
down to the names in it; too long a text has `...` inside.
"""

from __future__ import annotations

from collections.abc import Callable

from symgrad.ir.core import Arg, Const, Eqn, Value
from symgrad.ir.ops import dims

_LONGEST = 60

# fmt: off
_INFIX = {
    "add": (" + ", 1), "subtract": (" - ", 1), "multiply": (" * ", 2), "divide": (" / ", 2),
    "matmul": (" @ ", 2), "power": ("**", 4), "greater": (" > ", 0), "less": (" < ", 0),
    "greater_equal": (" >= ", 0), "less_equal": (" <= ", 0),
}
# fmt: on
Lookup = Callable[[Value], Eqn | None]
_SILENT = ("cast", "copy", "recall", "broadcast_to", "reshape", "full")


def described(lookup: Lookup, value: Value) -> str:
    """The text that `value` comes from; `lookup` finds the equation of a value."""
    eqn = lookup(value)
    if eqn and eqn.loc and value.hint:
        target, equals, text = eqn.loc.text.partition(" = ")
        if equals and target == value.hint and len(text) <= _LONGEST:
            return text
    for depth in range(8, 1, -1):
        text, _ = _expression(lookup, value, depth, root=True)
        if len(text) <= _LONGEST:
            break
    return text


def _expression(lookup: Lookup, arg: Arg, depth: int, *, root: bool = False) -> tuple[str, int]:
    """A text and how tightly it binds."""
    if isinstance(arg, Const):
        return (f"{arg.value:g}" if isinstance(arg.value, float) else str(arg.value)), 5
    if arg.hint and not root:
        return arg.hint, 5
    eqn = lookup(arg)
    if eqn is None or not depth:
        return "...", 5
    name = eqn.op.name
    if name in _SILENT:
        return _expression(lookup, eqn.args[0], depth)
    parts = [_expression(lookup, a, depth - 1) for a in eqn.args]
    if name in _INFIX:
        sign, level = _INFIX[name]
        left, right = parts
        if name == "power":
            return _within(left, 5) + sign + _within(right, 3), level
        return _within(left, level) + sign + _within(right, level + 1), level
    if name == "negative":
        return "-" + _within(parts[0], 2), 3
    if name == "iota":
        (extent,) = dims(eqn.attrs)
        return f"arange({extent})", 5
    if name == "getitem":
        return f"{_within(parts[0], 5)}[{', '.join(t for t, _ in parts[1:]) or ':'}]", 5
    return f"{name}({', '.join(t for t, _ in parts)})", 5


def _within(part: tuple[str, int], level: int) -> str:
    text, binds = part
    return text if binds >= level else f"({text})"
