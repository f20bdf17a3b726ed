"""Parentheses only where needed, and Python parses back exactly what was meant."""

import ast
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad.emit.syntax import ATOM, Text, binary, constant, number, prefixed, variable

A, B, C = (variable(n, "float64") for n in "abc")


def test_association_is_kept() -> None:
    f = "float64"
    assert binary("*", binary("*", A, B, f), C, f).text == "a * b * c"
    assert binary("*", A, binary("*", B, C, f), f).text == "a * (b * c)"
    assert binary("-", A, binary("-", B, C, f), f).text == "a - (b - c)"
    assert binary("@", binary("*", A, B, f), C, f).text == "(a * b) @ c"
    assert binary("@", binary("@", A, B, f), C, f).text == "a @ b @ c"
    assert binary("**", prefixed("-", A, f), constant(2.0, f, integral=True), f).text == "(-a) ** 2"
    assert prefixed("-", binary("**", A, B, f), f).text == "-a**b"
    assert binary("-", A, prefixed("-", B, f), f).text == "a - (-b)"
    assert prefixed("-", constant(-1.0, f), f).text == "-(-1.0)"


def test_numbers_are_short_and_exact() -> None:
    assert number(2.0) == "2.0"
    assert number(2.0, integral=True) == "2"
    assert number(-0.0, integral=True) == "-0.0"
    assert number(0.1 + 0.2) == "0.30000000000000004"
    assert number(float("inf")) == "np.inf"
    assert number(float("-inf")) == "-np.inf"
    assert number(float("nan")) == "np.nan"
    assert number(True) == "True"


Tree = Any
_OPERATORS = ["+", "-", "*", "/", "//", "%", "@", "**", "<", "==", "&", "|", "^", "<<", ">>"]
_TREES = st.recursive(
    st.sampled_from(["a", "b", "c"]),
    lambda t: st.tuples(st.sampled_from("-~"), t) | st.tuples(st.sampled_from(_OPERATORS), t, t),
    max_leaves=8,
)


def _text(tree: Tree) -> Text:
    if isinstance(tree, str):
        return variable(tree, "float64")
    operator, *parts = tree
    texts = [_text(p) for p in parts]
    return (prefixed if len(texts) == 1 else binary)(operator, *texts, "float64")


def _explicit(tree: Tree) -> str:
    if isinstance(tree, str):
        return tree
    operator, *parts = tree
    texts = [_explicit(p) for p in parts]
    return f"({operator}{texts[0]})" if len(texts) == 1 else f"({texts[0]} {operator} {texts[1]})"


@settings(max_examples=300)
@given(_TREES)
def test_python_parses_back_what_was_meant(tree: Tree) -> None:
    text = _text(tree)
    assert ast.dump(ast.parse(text.text)) == ast.dump(ast.parse(_explicit(tree)))
    assert (text.level == ATOM) == isinstance(tree, str)
