"""What is refused, by name: each construct outside the language with why, and what to write instead.

In: an AST node without a handler. Out: an UnsupportedSyntaxError with a caret.
"""

from __future__ import annotations

import ast
from typing import NoReturn

from symgrad.frontend.context import Lowering

_ASYNC = ("nothing can run beside a differentiated function", "a plain function")
_PURE = ("a differentiated function must not have side effects", "return the new value")
_GENERATOR = (
    "a generator has no single output to differentiate",
    "collect the values in a list or an array and return it",
)
_TRY = ("an exception cannot be caught in compiled code", "test the condition before, or use np.where")
_STRING = ("strings exist at compile time only", "an f-string")
_WITH = "a context manager has effects that a derivative cannot follow; only np.errstate is known"

REFUSED: dict[str, tuple[str, str, str]] = {  # node class: what, why, what instead
    "AsyncFunctionDef": ("`async def`", *_ASYNC),
    "AsyncFor": ("`async for`", *_ASYNC),
    "AsyncWith": ("`async with`", *_ASYNC),
    "Await": ("`await`", *_ASYNC),
    "Yield": ("`yield`", *_GENERATOR),
    "YieldFrom": ("`yield from`", *_GENERATOR),
    "ClassDef": ("`class`", "classes are compile-time objects", "define the class at module level"),
    "Try": ("`try`", *_TRY),
    "TryStar": ("`try` ... `except*`", *_TRY),
    "With": ("`with`", _WITH, "call what it does outside of the function"),
    "Match": ("`match`", "patterns are not compiled", "`if` and `elif` on compile-time values"),
    "TypeAlias": ("`type`", "it means nothing to a derivative", "define it at module level"),
    "TemplateStr": ("a t-string", *_STRING),
    "Interpolation": ("a t-string", *_STRING),
    "Global": ("`global`", *_PURE),
    "Nonlocal": ("`nonlocal`", *_PURE),
}


def refuse_node(low: Lowering, node: ast.AST) -> NoReturn:
    """Refuse a construct by its name."""
    what, why, instead = REFUSED.get(
        type(node).__name__, (f"`{type(node).__name__}`", "it is not compiled", "")
    )
    low.refuse(f"{what} in a differentiated function", why, instead, node=node)
