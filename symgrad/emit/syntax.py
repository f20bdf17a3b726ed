"""Pieces of Python text with the precedence of their outermost operator: parentheses only where needed.

In: texts of operands. Out: the text of an operation on them that Python parses back to exactly that
operation, so that sums and products are evaluated in the order of the graph.

    binary("*", binary("+", a, b), c)  ->  (a + b) * c
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from symgrad.ir.core import Eqn
from symgrad.ir.frozen import dataclass

CHOICE, OR, AND, NOT, COMPARE, BITS, ADD, MUL, UNARY, POW, ATOM = range(11)

_LEVEL = {"&": BITS, "|": BITS, "^": BITS, "<<": BITS, ">>": BITS}
_LEVEL |= {"+": ADD, "-": ADD, "*": MUL, "/": MUL, "//": MUL, "%": MUL, "@": MUL, "**": POW}


@dataclass(frozen=True, slots=True)
class Text:
    """An expression's text. `dtype` is what it has at run time; `weak`, that it is a plain Python number.

    `operator` is the outermost operator, "" if there is none. `name` says that it is just a variable.
    `unsure`: a number that is sometimes a plain Python one, in a variable that a loop or a branch assigns.
    `eqn` and `operands` are what the text was made from, where it is nested: some operations say more
    than one equation (`np.mean`), or make a cast by themselves.
    """

    text: str
    level: int
    dtype: str
    weak: bool = False
    operator: str = ""
    name: bool = False
    unsure: bool = False
    eqn: Eqn | None = None
    operands: tuple[Text, ...] = ()

    def __len__(self) -> int:
        return len(self.text)

    @property
    def bare(self) -> Text | None:
        """For a cast, the text of what is cast."""
        return self.operands[0] if self.eqn is not None and self.eqn.op.name == "cast" else None

    def made_by(self, op: str) -> bool:
        return self.eqn is not None and self.eqn.op.name == op


def variable(name: str, dtype: str, weak: bool = False) -> Text:
    return Text(name, ATOM, dtype, weak, name=True)


def atom(text: str, dtype: str, weak: bool = False) -> Text:
    return Text(text, ATOM, dtype, weak)


def call(function: str, args: Sequence[str], dtype: str) -> Text:
    return Text(f"{function}({', '.join(args)})", ATOM, dtype)


def parenthesise(text: Text, wanted: int) -> str:
    """The text, in parentheses unless it binds at least as tightly as `wanted`."""
    return text.text if text.level >= wanted else f"({text.text})"


def binary(operator: str, a: Text, b: Text, dtype: str, weak: bool = False) -> Text:
    """`a operator b`."""
    level = _LEVEL.get(operator, COMPARE)
    if operator == "**":
        left = parenthesise(a, ATOM)
        right = b.text if b.level >= UNARY and b.level != POW else f"({b.text})"
        joined = f"{left}**{right}" if _short(left) and _short(right) else f"{left} ** {right}"
        return Text(joined, POW, dtype, weak, operator=operator)
    left = a.text if a.level > level or _chains(operator, a, level) else f"({a.text})"
    right = parenthesise(b, level + 1)
    if level == ADD and b.level == UNARY:  # a - (-b), not a - -b
        right = f"({b.text})"
    return Text(f"{left} {operator} {right}", level, dtype, weak, operator=operator)


def _chains(operator: str, a: Text, level: int) -> bool:
    """`a` stands on the left without parentheses, though it binds no tighter: a * b * c, not a * b @ c."""
    if a.level != level or level == COMPARE:
        return False
    if level == BITS:  # they bind differently among themselves, which nobody remembers
        return operator == a.operator and operator in "&|^"
    mixed = {"@", "//", "%"} & {operator, a.operator}
    return not mixed or operator == a.operator == "@"


def _short(text: str) -> bool:
    return re.fullmatch(r"-?[\w.]+", text) is not None


def prefixed(sign: str, a: Text, dtype: str, weak: bool = False) -> Text:
    """`-a` or `~a`; a second sign in a row is kept apart."""
    inner = f"({a.text})" if a.level <= UNARY else a.text
    return Text(f"{sign}{inner}", UNARY, dtype, weak, operator=sign)


def method(a: Text, name: str, args: str, dtype: str) -> Text:
    """`a.name(args)`, or `a.name` where args is empty."""
    return Text(f"{parenthesise(a, ATOM)}.{name}{args}", ATOM, dtype)


def number(value: float | int | bool, *, integral: bool = False) -> str:
    """A constant in its shortest form; `integral` writes 2.0 as 2 where a float is meant anyway."""
    if isinstance(value, bool | int):
        return repr(value)
    if value != value:
        return "np.nan"
    if value in (float("inf"), float("-inf")):
        return "np.inf" if value > 0 else "-np.inf"
    if integral and value == int(value) and abs(value) < 1e6 and repr(value) != "-0.0":
        return repr(int(value))
    return repr(value)


def constant(value: float | int | bool, dtype: str, *, integral: bool = False) -> Text:
    text = number(value, integral=integral)
    return Text(text, UNARY if text.startswith("-") else ATOM, dtype, weak=True)


def choice(condition: Text, then: Text, orelse: Text) -> Text:
    """`then if condition else orelse`; where one of them is a bool that decides, `and` and `or`."""
    weak = then.weak and orelse.weak
    unsure = then.weak != orelse.weak or then.unsure or orelse.unsure
    test = truth(condition)
    if orelse.text == "False" or then.text == "True":
        word, level = ("and", AND) if orelse.text == "False" else ("or", OR)
        other = truth(then if word == "and" else orelse)
        left, right = parenthesise(test, level), parenthesise(other, level + 1)
        return Text(f"{left} {word} {right}", level, then.dtype, unsure=True)
    parts = f"{parenthesise(then, OR)} if {parenthesise(test, OR)} else {orelse.text}"
    return Text(parts, CHOICE, then.dtype, weak, unsure=unsure)


def truth(text: Text) -> Text:
    """A condition in the words of the language: `a and not b` for np.logical_and(a, np.logical_not(b))."""
    if text.eqn is None or text.name:
        return text
    if text.made_by("logical_not"):
        return negation(truth(text.operands[0]))
    for op, word, level in (("logical_and", "and", AND), ("logical_or", "or", OR)):
        if text.made_by(op):
            a, b = map(truth, text.operands)
            return Text(f"{parenthesise(a, level)} {word} {parenthesise(b, level + 1)}", level, "bool")
    return text


def negation(text: Text) -> Text:
    """`not text`; of what is negated already, the text itself."""
    if text.operator == "not":
        return text.operands[0]
    return Text(f"not {parenthesise(text, NOT)}", NOT, "bool", operator="not", operands=(text,))
