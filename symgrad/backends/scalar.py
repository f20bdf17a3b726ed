"""The scalar text of every elementwise op, as numba compiles it to straight code.

In: an op and the texts of its operands. Out: a text with the precedence of its outermost operator. A choice
is written `a if c else b` with names for a and b: LLVM makes it a select, and nothing is computed lazily.

    maximum(x, y)  ->  x if (x >= y) | (x != x) else y        NaN wins, as in NumPy
"""

from __future__ import annotations

from collections.abc import Sequence

from symgrad.ir.core import Arg, Const, Eqn
from symgrad.ir.frozen import dataclass
from symgrad.ir.types import BOOL

CHOICE, COMPARE, BITS, ADD, MUL, UNARY, ATOM, NAME = range(8)


@dataclass(frozen=True, slots=True)
class Piece:
    """An expression's text and how tightly it binds; NAME for variables and constants."""

    text: str
    level: int


@dataclass(frozen=True, slots=True)
class Form:
    """How an op is written: `{0}`, `{1}` stand for operands that bind at least as tightly as `needs` says."""

    text: str
    level: int
    needs: tuple[int, ...]


# Functions of symgrad.vmath, which kernels import by name.
# fmt: off
_VMATH = """exp exp2 expm1 log log2 log10 log1p sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh
    arccosh arctanh cbrt erf erfc gammaln pow hypot arctan2"""
_AS_NUMPY = "sqrt floor ceil trunc rint floor_divide remainder fmod copysign"
GAMMAS = frozenset({"digamma", "trigamma", "polygamma"})
ROUNDING = frozenset({"floor_divide", "remainder"})  # of floats: functions of backends.rounding
SPECIAL = frozenset("erfinv ndtri log_ndtr erfcx i0 i1 j0 j1 gamma".split())  # noqa: SIM905
VMATH = frozenset(_VMATH.split())
CALLED = VMATH | SPECIAL | GAMMAS
_NUMPY = frozenset(_AS_NUMPY.split())

_FORMS = {
    "negative":      Form("-{0}",              UNARY,   (ATOM,)),
    "absolute":      Form("abs({0})",          ATOM,    (CHOICE,)),
    "square":        Form("{0} * {0}",         MUL,     (NAME,)),
    "reciprocal":    Form("1 / {0}",           MUL,     (UNARY,)),
    "add":           Form("{0} + {1}",         ADD,     (ADD, MUL)),
    "subtract":      Form("{0} - {1}",         ADD,     (ADD, MUL)),
    "multiply":      Form("{0} * {1}",         MUL,     (MUL, UNARY)),
    "divide":        Form("{0} / {1}",         MUL,     (MUL, UNARY)),
    "power":         Form("pow({0}, {1})",     ATOM,    (CHOICE, CHOICE)),
    "less":          Form("{0} < {1}",         COMPARE, (BITS, BITS)),
    "less_equal":    Form("{0} <= {1}",        COMPARE, (BITS, BITS)),
    "greater":       Form("{0} > {1}",         COMPARE, (BITS, BITS)),
    "greater_equal": Form("{0} >= {1}",        COMPARE, (BITS, BITS)),
    "equal":         Form("{0} == {1}",        COMPARE, (BITS, BITS)),
    "not_equal":     Form("{0} != {1}",        COMPARE, (BITS, BITS)),
    "logical_xor":   Form("{0} != {1}",        COMPARE, (BITS, BITS)),
    "logical_and":   Form("{0} & {1}",         BITS,    (ADD, ADD)),
    "logical_or":    Form("{0} | {1}",         BITS,    (ADD, ADD)),
    "logical_not":   Form("not {0}",           CHOICE,  (ATOM,)),
    "bitwise_and":   Form("{0} & {1}",         BITS,    (ADD, ADD)),
    "bitwise_or":    Form("{0} | {1}",         BITS,    (ADD, ADD)),
    "bitwise_xor":   Form("{0} ^ {1}",         BITS,    (ADD, ADD)),
    "invert":        Form("~{0}",              UNARY,   (ATOM,)),
    "isnan":         Form("{0} != {0}",        COMPARE, (NAME,)),
    "isinf":         Form("abs({0}) == np.inf", COMPARE, (CHOICE,)),
    "isfinite":      Form("abs({0}) < np.inf", COMPARE, (CHOICE,)),
    "where":         Form("{1} if {0} else {2}", CHOICE, (COMPARE, NAME, NAME)),
    "maximum":       Form("{0} if ({0} >= {1}) | ({0} != {0}) else {1}", CHOICE, (NAME, NAME)),
    "minimum":       Form("{0} if ({0} <= {1}) | ({0} != {0}) else {1}", CHOICE, (NAME, NAME)),
    "revolve":       Form("revolve({0}, {1})", ATOM,    (CHOICE, CHOICE)),
    "own":           Form("{0}",               CHOICE,  (CHOICE,)),
}
_GROWING = {"add", "subtract", "multiply", "square", "negative", "invert", "left_shift"}
_ON_BOOL = {  # NumPy's arithmetic on bools
    "add": "logical_or", "maximum": "logical_or", "multiply": "logical_and", "minimum": "logical_and",
}
# fmt: on


def constant(value: float | int | bool, dtype: str) -> Piece:
    """A constant of exactly this dtype: numba computes in float64 when a plain number meets a float32."""
    if dtype in ("float64", BOOL, "int64"):
        return Piece(number(value), NAME)
    return Piece(f"np.{dtype}({number(value)})", NAME)


def number(value: float | int | bool) -> str:
    """A Python number as kernels spell it; NaN and infinities have no literals."""
    if value != value:
        return "np.nan"
    if value in (float("inf"), float("-inf")):
        return "np.inf" if value > 0 else "-np.inf"
    return repr(value)


def form_of(eqn: Eqn) -> Form:
    """How the op of an elementwise equation is written for its operands' dtype."""
    name = eqn.op.name
    dtype = eqn.args[-1].type.dtype
    if dtype == BOOL and name in _ON_BOOL:
        name = _ON_BOOL[name]
    if name == "cast":
        return _cast(dtype, eqn.out.type.dtype)
    if name == "polygamma":
        return Form(f"polygamma({eqn.attrs['n']}, {{0}})", ATOM, (CHOICE,))
    if name in CALLED or (name in ROUNDING and eqn.out.type.is_float):
        return Form(f"{name}({', '.join(f'{{{k}}}' for k in range(len(eqn.args)))})", ATOM, (CHOICE,) * 2)
    if name == "fmod" and not eqn.out.type.is_float:  # numba's own is wrong where the signs differ
        return Form("abs({0}) % abs({1}) * (1 if {0} > 0 else -1)", MUL, (NAME, NAME))
    if name in _NUMPY:
        return Form(f"np.{name}({', '.join(f'{{{k}}}' for k in range(len(eqn.args)))})", ATOM, (CHOICE,) * 2)
    if name == "sign":
        one, minus, zero = (
            constant(v, dtype).text for v in (_like(1, dtype), _like(-1, dtype), _like(0, dtype))
        )
        last = "{0}" if eqn.args[0].type.is_float else zero  # NaN
        text = f"{one} if {{0}} > 0 else {minus} if {{0}} < 0 else {zero} if {{0}} == 0 else {last}"
        return Form(text, CHOICE, (NAME,))
    if name == "reciprocal":
        return Form(f"{constant(_like(1, dtype), dtype).text} / {{0}}", MUL, (UNARY,))
    if name in ("maximum", "minimum"):
        return _extreme(name, eqn)
    if name.startswith("logical_") and dtype != BOOL:
        return _logical(name)
    if name == "power" and dtype not in ("float32", "float64"):
        return Form("{0} ** {1}", ATOM, (NAME, NAME))
    return _narrow(_shift(name, eqn.args[1]) if name.endswith("_shift") else _FORMS[name], name, dtype)


def _shift(name: str, count: Arg) -> Form:
    """`<<` or `>>`; by more bits than there are nothing stays, as in NumPy: processors take the rest."""
    operator = "<<" if name == "left_shift" else ">>"
    if isinstance(count, Const) and 0 <= count.value < 64:
        return Form(f"{{0}} {operator} {{1}}", BITS, (ADD, ADD))
    zero, most = (constant(v, count.type.dtype).text for v in (0, 63))
    if operator == "<<":
        return Form(f"{{0}} << {{1}} if 0 <= {{1}} < 64 else {zero}", CHOICE, (ADD, NAME))
    return Form(f"{{0}} >> ({{1}} if 0 <= {{1}} < 64 else {most})", BITS, (ADD, NAME))


def _narrow(form: Form, name: str, dtype: str) -> Form:
    """numba computes in 64 bits: what does not fit in fewer is cut off, as NumPy does."""
    if name not in _GROWING or dtype in ("int64", "uint64", BOOL) or dtype.startswith("float"):
        return form
    return Form(f"np.{dtype}({form.text})", ATOM, form.needs)


def _like(value: int, dtype: str) -> float | int:
    return float(value) if dtype.startswith("float") else value


def _cast(source: str, target: str) -> Form:
    if target == BOOL:
        return Form("{0} != 0", COMPARE, (BITS,))
    if source == BOOL:  # numba has no float(bool)
        one, zero = (constant(_like(v, target), target).text for v in (1, 0))
        return Form(f"{one} if {{0}} else {zero}", CHOICE, (COMPARE,))
    function = {"float64": "float", "int64": "int"}.get(target, f"np.{target}")
    return Form(f"{function}({{0}})", ATOM, (CHOICE,))


def _extreme(name: str, eqn: Eqn) -> Form:
    """maximum or minimum; against a number one comparison does, and NaN falls through it."""
    sign = "<=" if name == "maximum" else ">="
    if not eqn.args[0].type.is_float:
        return Form(f"{name[:3]}({{0}}, {{1}})", ATOM, (CHOICE, CHOICE))
    for k, other in ((1, 0), (0, 1)):
        arg = eqn.args[k]
        if isinstance(arg, Const) and arg.value == arg.value:
            return Form(f"{{{k}}} if {{{other}}} {sign} {{{k}}} else {{{other}}}", CHOICE, (NAME, NAME))
    return _FORMS[name]


def _logical(name: str) -> Form:
    if name == "logical_not":
        return Form("{0} == 0", COMPARE, (BITS,))
    operator = {"logical_and": "&", "logical_or": "|", "logical_xor": "!="}[name]
    level = COMPARE if operator == "!=" else BITS
    return Form(f"({{0}} != 0) {operator} ({{1}} != 0)", level, (BITS, BITS))


def enclosed(piece: Piece, need: int, after: bool = False) -> str:
    """The text, in parentheses unless it binds tightly enough; no sign stands bare `after` an operator."""
    signed = after and piece.text.startswith("-") and need >= ADD
    return piece.text if piece.level >= need and not signed else f"({piece.text})"


def added(place: str, value: Piece) -> str:
    """The statement that adds a value to a place: `x[i] -= p` for a value `-p`."""
    if value.level != UNARY or not value.text.startswith("-"):
        return f"{place} += {value.text}"
    text = value.text[1:]
    if text.startswith("(") and _closes(text) == len(text) - 1:
        text = text[1:-1]
    return f"{place} -= {text}"


def _closes(text: str) -> int:
    """Where the parenthesis at the front ends."""
    depth = 0
    for place, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if not depth:
            return place
    raise ValueError(text)


def written(eqn: Eqn, args: Sequence[Piece]) -> Piece:
    """The text of an elementwise equation. Operands that need a name have one."""
    form = form_of(eqn)
    needs = zip(args, form.needs, strict=False)
    text = form.text.format(*(enclosed(a, min(n, ATOM), k > 0) for k, (a, n) in enumerate(needs)))
    dtype = eqn.out.type.dtype
    if (
        eqn.op.name != "own"
        and dtype.startswith(("int", "uint"))
        and dtype != "int64"
        and eqn.op.name != "cast"
    ):
        return Piece(f"np.{dtype}({text})", ATOM)  # numba computes small integers in int64
    return Piece(text, form.level if eqn.op.name != "own" else args[0].level)
