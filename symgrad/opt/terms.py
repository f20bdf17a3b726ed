"""Arithmetic expressions as plain nested tuples: what the algebra works on, and what a memo can keep as text.

In: leaves by number, constants, operations. Out: cost, readers, values in NumPy and in mpmath.

    ("divide", ("leaf", 0), ("power", ("leaf", 1), ("const", 2.0)))        is  a / b**2
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Term = tuple[Any, ...]  # (operation, *operands); ("leaf", int) and ("const", float) end it

# fmt: off
# What an operation costs a processor, in multiplications. A power is the products that it takes.
COST = {
    "add": 1.0, "subtract": 1.0, "multiply": 1.0, "divide": 4.0, "negative": 0.5, "square": 1.0, "power": 1.0,
    "reciprocal": 4.0, "absolute": 0.5, "sign": 1.0, "sqrt": 5.0, "exp": 10.0, "log": 10.0, "sin": 10.0,
    "cos": 10.0, "tanh": 15.0,
}
ARITHMETIC = frozenset({"add", "subtract", "multiply", "divide", "negative", "square", "power", "reciprocal"})
# fmt: on
_OF_NUMBERS = 0.1  # an operation on numbers, beside operations on arrays
_ATOMS = ("leaf", "const")


def subterms(term: Term) -> Iterator[Term]:
    """Every node once for each place where it stands, operands before what is made of them."""
    if term[0] not in _ATOMS:
        for operand in term[1:]:
            yield from subterms(operand)
    yield term


def leaves(term: Term) -> list[int]:
    """The leaves in the order in which they stand, with repeats."""
    return [t[1] for t in subterms(term) if t[0] == "leaf"]


def size(term: Term) -> int:
    """The number of operations."""
    return sum(t[0] not in _ATOMS for t in subterms(term))


def cost(term: Term, scalars: frozenset[int] = frozenset()) -> float:
    """What the term costs; equal parts count once, operations on numbers (leaves in `scalars`) hardly."""
    total = 0.0
    for t in dict.fromkeys(subterms(term)):
        if t[0] in _ATOMS:
            continue
        price = COST[t[0]]
        if t[0] == "power":
            price = float(_products(int(t[2][1])))
        total += price * (_OF_NUMBERS if _of_numbers(t, scalars) else 1.0)
    return total


def _products(exponent: int) -> int:
    """Multiplications for a whole power by repeated squaring, and one division if it is negative."""
    k = abs(exponent)
    return max(k.bit_length() - 1 + bin(k).count("1") - 1, 0) + (4 if exponent < 0 else 0)


def _of_numbers(term: Term, scalars: frozenset[int]) -> bool:
    return bool(scalars) and all(i in scalars for i in leaves(term))


def text(term: Term) -> str:
    """A text that `parse` reads back."""
    if term[0] == "leaf":
        return f"v{term[1]}"
    if term[0] == "const":
        return repr(float(term[1]))
    return f"{term[0]}({', '.join(map(text, term[1:]))})"


def parse(source: str) -> Term:
    """The term that a text is of."""
    term, rest = _parse(source)
    if rest:
        raise ValueError(f"{rest!r} after a term")
    return term


def _parse(source: str) -> tuple[Term, str]:
    stop = next((i for i, c in enumerate(source) if c in "(),"), len(source))
    head, rest = source[:stop].strip(), source[stop:]
    if not rest.startswith("("):
        return (("leaf", int(head[1:])) if head.startswith("v") else ("const", float(head))), rest
    operands: list[Term] = []
    rest = rest[1:]
    while True:
        operand, rest = _parse(rest)
        operands.append(operand)
        if rest.startswith(")"):
            return (head, *operands), rest[1:]
        rest = rest[1:].lstrip()


Functions = Mapping[str, Callable[..., Any]]


def value(term: Term, of_leaf: Sequence[Any], functions: Functions, number: Callable[[float], Any]) -> Any:
    """The value of a term, in whatever arithmetic `functions` and `number` are."""
    if term[0] == "leaf":
        return of_leaf[term[1]]
    if term[0] == "const":
        return number(term[1])
    if term[0] == "power":
        return value(term[1], of_leaf, functions, number) ** int(term[2][1])
    return functions[term[0]](*(value(t, of_leaf, functions, number) for t in term[1:]))
