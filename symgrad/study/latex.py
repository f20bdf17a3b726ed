r"""Derivatives as formulas, with the sums and subscripts of a textbook.

In: a derived function (IR). Out: LaTeX, one line for each result, and one for each user-named value that is
too long to be written out inside them.

    mean squared error of a line:  \frac{\partial f}{\partial m} = \frac{1}{n} \sum_{i=1}^{n} -2 x_{i} (...)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symgrad.ir.core import Arg, At, Const, Eqn, Function, Kind, NewAxis, Span, Value
from symgrad.ir.dims import Dim
from symgrad.ir.indexing import index_of
from symgrad.ir.ops import axes, extent_of
from symgrad.ir.regions import extent_names
from symgrad.ir.types import ArrayType
from symgrad.ir.walk import producers

INDICES = "ijklpqrstuvabcdefgh"
LONG = 14  # operations; a named value with more gets a line of its own

# fmt: off
FUNCTIONS = {"exp": r"\exp", "log": r"\log", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan",
             "tanh": r"\tanh", "sinh": r"\sinh", "cosh": r"\cosh", "arctan": r"\arctan", "arcsin": r"\arcsin",
             "arccos": r"\arccos",
             "sigmoid": r"\sigma", "gammaln": r"\ln\Gamma", "digamma": r"\psi", "erf": r"\operatorname{erf}"}
GREEK = {"alpha", "beta", "gamma", "delta", "epsilon", "theta", "lambda", "mu", "nu", "rho", "sigma", "tau",
         "phi", "psi", "omega", "eta", "kappa", "xi"}
COMPARE = {"less": "<", "less_equal": r"\le", "greater": ">", "greater_equal": r"\ge", "equal": "=",
           "not_equal": r"\ne", "logical_and": r"\land", "logical_or": r"\lor"}
# fmt: on

# binding strength of what an operation prints
SUM, PRODUCT, UNARY, POWER, ATOM = range(5)
Text = tuple[str, int]


def latex(function: Function, labels: Sequence[str]) -> str:
    """The results of `function` as an aligned set of equations; `labels` are their left-hand sides."""
    made = producers(function.body)
    named = _long_names(function)
    extents = extent_names(function.body)
    letters = tuple(c for c in INDICES if c not in extents)
    lines = []
    for eqn in function.eqns:
        if eqn.out in named:
            indices = letters[: eqn.out.type.rank]
            inner = _Printer(made, named - {eqn.out}, letters)
            lines.append(f"{_symbol(named_hint(eqn.out), indices)} &= {inner.formula(eqn.out, indices)}")
    printer = _Printer(made, named, letters)
    for label, result in zip(labels, function.results, strict=True):
        indices = letters[: result.type.rank]
        sub = f"_{{{','.join(indices)}}}" if indices else ""
        left = f"\\left({label}\\right){sub}" if sub else label
        lines.append(f"{left} &= {printer.formula(result, indices)}")
    return "\\begin{aligned}\n" + " \\\\\n".join(lines) + "\n\\end{aligned}"


def named_hint(value: Value) -> str:
    return value.hint or "t"


def partial(of: str, by: str) -> str:
    r"""The symbol ``\frac{\partial f}{\partial x}``."""
    return rf"\frac{{\partial {_symbol(of, ())}}}{{\partial {_symbol(by, ())}}}"


def named(name: str) -> str:
    """A name as a formula has it: ``w1`` with its index below, ``alpha`` in Greek."""
    return _symbol(name, ())


def _long_names(function: Function) -> set[Value]:
    """User-named values whose formulas are too long to repeat inside others."""
    size: dict[Value, int] = {}
    named: set[Value] = set()
    for eqn in function.eqns:
        total = 1 + sum(size.get(a, 0) for a in eqn.args if isinstance(a, Value))
        if total > LONG and eqn.out.hint:
            named.add(eqn.out)
            total = 0
        size[eqn.out] = total
    return named


MINUS = Const(-1.0, ArrayType("float64"))


@dataclass(frozen=True, slots=True)
class _Factor:
    """A factor of a product (a divisor if `below`) under its index names."""

    arg: Arg
    indices: tuple[str, ...]
    below: bool

    def runs_over(self, names: Sequence[str]) -> bool:
        return any(i in names for i in self.indices)


def _under(arg: Arg, indices: tuple[str, ...], rank: int) -> tuple[str, ...]:
    """The indices of an operand of an elementwise equation of this rank: broadcast axes drop theirs."""
    mine = indices[rank - arg.type.rank :]
    return tuple("1" if d == 1 else i for d, i in zip(arg.type.shape, mine, strict=True))


class _Printer:
    """Prints values under index names; `named` values print as their names."""

    def __init__(self, made: Mapping[Value, Eqn], named: set[Value], letters: tuple[str, ...]) -> None:
        self.made = made
        self.named = named
        self.letters = letters
        self.open: list[str] = []  # index names that mean something around what is printed

    def formula(self, arg: Arg, indices: tuple[str, ...]) -> str:
        """The element of `arg` at free indices."""
        self.open = list(indices)
        return self.show(arg, indices)[0]

    def show(self, arg: Arg, indices: tuple[str, ...]) -> Text:
        if isinstance(arg, Const):
            return _number(arg.value)
        if arg in self.named or arg not in self.made:
            return _symbol(named_hint(arg), indices), ATOM
        return self._eqn(self.made[arg], indices)

    def at(self, arg: Arg, indices: tuple[str, ...], rank: int) -> Text:
        """An operand of an elementwise equation of this rank."""
        return self.show(arg, _under(arg, indices, rank))

    def _eqn(self, eqn: Eqn, indices: tuple[str, ...]) -> Text:
        name, rank = eqn.op.name, eqn.out.type.rank
        if eqn.op.kind is Kind.ELEMENTWISE:
            parts = [self.at(a, indices, rank) for a in eqn.args]
            return _elementwise(name, parts)
        if name == "sum":
            return self._sum(eqn, indices)
        if name == "extent":
            return _dim(extent_of(eqn.attrs)), ATOM
        if name in ("full", "broadcast_to"):
            (arg,) = eqn.args
            return self.at(arg, indices, rank)
        if name == "transpose":
            perm = eqn.attrs["perm"]
            assert isinstance(perm, tuple)
            inner = [""] * rank
            for out_axis, in_axis in enumerate(perm):
                inner[in_axis] = indices[out_axis]
            return self.show(eqn.args[0], tuple(inner))
        if name == "matmul" and all(a.type.rank in (1, 2) for a in eqn.args):
            return self._matmul(eqn, indices)
        if name == "getitem" and all(isinstance(i, Span | At | NewAxis) for i in index_of(eqn.attrs)):
            return self._getitem(eqn, indices)
        whole = ", ".join(self._whole(a) for a in eqn.args)
        sub = f"_{{{','.join(indices)}}}" if indices else ""
        return rf"\operatorname{{{name.replace('_', ' ')}}}\left({whole}\right){sub}", ATOM

    def _whole(self, arg: Arg) -> str:
        return self.show(arg, tuple(self._fresh(arg.type.rank, set())))[0]

    def _sum(self, eqn: Eqn, indices: tuple[str, ...]) -> Text:
        (arg,) = eqn.args
        outer = iter(i for i in indices if i != "1")
        kept = iter(indices) if eqn.attrs["keepdims"] else outer
        fresh = self._fresh(len(axes(eqn.attrs)), set(indices))
        inner, signs = [], []
        for axis, dim in enumerate(arg.type.shape):
            if axis in axes(eqn.attrs):
                index = fresh.pop(0)
                inner.append(index)
                signs.append(rf"\sum_{{{index}=1}}^{{{_dim(dim)}}}")
                if eqn.attrs["keepdims"]:
                    next(kept)
            else:
                inner.append(next(kept))
        summed = tuple(inner[a] for a in axes(eqn.attrs))
        around = len(self.open)
        self.open += [*summed, *indices]
        factors = self._factors(arg, tuple(inner))
        outside = [f for f in factors if not f.runs_over(summed)]
        body = self._product([f for f in factors if f.runs_over(summed)])
        del self.open[around:]
        total = " ".join(signs) + " " + _wrap(body, PRODUCT)
        if not outside:
            return total, SUM
        before = self._product(outside)
        lead = (
            "-"
            if before[0] == "-1"
            else _wrap(before, PRODUCT if not before[0].startswith("-") else SUM) + " "
        )
        return f"{lead}{total}", SUM

    def _factors(self, arg: Arg, indices: tuple[str, ...]) -> list[_Factor]:
        """A product as its factors: a minus sign is the factor -1, a divisor one that is marked."""
        eqn = self.made.get(arg) if isinstance(arg, Value) and arg not in self.named else None
        if eqn is None or eqn.op.name not in ("multiply", "divide", "negative"):
            return [_Factor(arg, indices, False)]
        parts = [self._factors(a, _under(a, indices, eqn.out.type.rank)) for a in eqn.args]
        if eqn.op.name == "negative":
            return [_Factor(MINUS, (), False), *parts[0]]
        below = eqn.op.name == "divide"
        return [*parts[0], *(_Factor(f.arg, f.indices, f.below != below) for f in parts[1])]

    def _product(self, factors: Sequence[_Factor]) -> Text:
        """Factors as one fraction, the numbers multiplied out."""
        number = 1.0
        above: list[Text] = []
        below: list[Text] = []
        for f in factors:
            if isinstance(f.arg, Const) and not f.below:
                number *= f.arg.value
            elif isinstance(f.arg, Const) and f.arg.value:
                number /= f.arg.value
            else:
                (below if f.below else above).append(self.show(f.arg, f.indices))
        sign = "-" if number < 0 else ""
        if abs(number) != 1 or not above:
            above.insert(0, _number(abs(number)))
        top = " ".join(_wrap(t, UNARY) for t in above) if len(above) > 1 else above[0][0]
        if below:
            bottom = " ".join(_wrap(t, UNARY) for t in below) if len(below) > 1 else below[0][0]
            return rf"{sign}\frac{{{top}}}{{{bottom}}}", PRODUCT
        if len(above) == 1 and not sign:
            return above[0]
        return f"{sign}{top if len(above) > 1 else _wrap(above[0], PRODUCT)}", PRODUCT

    def _matmul(self, eqn: Eqn, indices: tuple[str, ...]) -> Text:
        a, b = eqn.args
        (k,) = self._fresh(1, set(indices))
        rows = indices[: a.type.rank - 1]
        columns = indices[a.type.rank - 1 :]
        around = len(self.open)
        self.open += [k, *indices]
        left = self.show(a, (*rows, k))
        right = self.show(b, (k, *columns))
        del self.open[around:]
        sign = rf"\sum_{{{k}=1}}^{{{_dim(a.type.shape[-1])}}}"
        return f"{sign} {_wrap(left, PRODUCT)} {_wrap(right, PRODUCT)}", SUM

    def _getitem(self, eqn: Eqn, indices: tuple[str, ...]) -> Text:
        mine = iter(indices)
        inner = []
        for item in index_of(eqn.attrs):
            if isinstance(item, At):
                inner.append(_dim(item.position + 1))
            elif isinstance(item, NewAxis):
                next(mine)
            elif isinstance(item, Span):
                index = next(mine)
                scaled = index if item.step == 1 else f"{item.step} {index}"
                inner.append(scaled if item.start == 0 else f"{scaled}+{_dim(item.start)}")
        return self.show(eqn.args[0], tuple(inner))

    def _fresh(self, count: int, taken: set[str]) -> list[str]:
        """Index names that no enclosing sum, no operand and no extent has."""
        free = [c for c in self.letters if c not in taken and c not in self.open]
        return free[:count]


def _elementwise(name: str, p: list[Text]) -> Text:
    if name in ("add", "subtract"):
        sign = "+" if name == "add" else "-"
        return f"{p[0][0]} {sign} {_wrap(p[1], PRODUCT if sign == '-' else SUM)}", SUM
    if name == "multiply":
        return f"{_wrap(p[0], PRODUCT)} {_wrap(p[1], UNARY)}", PRODUCT
    if name == "divide":
        return rf"\frac{{{p[0][0]}}}{{{p[1][0]}}}", ATOM
    if name == "negative":
        return f"-{_wrap(p[0], PRODUCT)}", SUM
    if name == "power":
        return f"{_wrap(p[0], ATOM)}^{{{p[1][0]}}}", POWER
    if name == "square":
        return f"{_wrap(p[0], ATOM)}^{{2}}", POWER
    if name == "sqrt":
        return rf"\sqrt{{{p[0][0]}}}", ATOM
    if name == "reciprocal":
        return rf"\frac{{1}}{{{p[0][0]}}}", ATOM
    if name == "absolute":
        return rf"\left|{p[0][0]}\right|", ATOM
    if name in COMPARE:
        return f"{_wrap(p[0], PRODUCT)} {COMPARE[name]} {_wrap(p[1], PRODUCT)}", SUM
    if name == "where":
        return rf"\begin{{cases}}{p[1][0]} & {p[0][0]} \\ {p[2][0]} & \text{{otherwise}}\end{{cases}}", ATOM
    if name in ("cast", "copy", "recall", "stop_gradient"):
        return p[0]
    inside = ", ".join(t for t, _ in p)
    word = FUNCTIONS.get(name, rf"\operatorname{{{name.replace('_', ' ')}}}")
    return rf"{word}\left({inside}\right)", ATOM


def _wrap(text: Text, needed: int) -> str:
    return text[0] if text[1] >= needed else rf"\left({text[0]}\right)"


def _number(value: float | int | bool) -> Text:
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    text = f"{value!r}" if not isinstance(value, bool) else rf"\text{{{value}}}"
    if "e" in text:
        mantissa, exponent = text.split("e")
        text = rf"{mantissa} \cdot 10^{{{int(exponent)}}}"
        return text, PRODUCT
    return text, SUM if text.startswith("-") else ATOM


def _dim(dim: Dim) -> str:
    return str(dim).replace("*", "").replace("//", "/")


def _symbol(name: str, indices: tuple[str, ...]) -> str:
    stem, _, rest = name.partition("_")
    digits = stem.lstrip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
    letters = stem[: len(stem) - len(digits)]
    shown = f"\\{letters}" if letters in GREEK else letters if len(letters) == 1 else rf"\mathrm{{{letters}}}"
    subs = [s for s in (digits, rest.replace("_", r"\_")) if s] + [i for i in indices if i != "1"]
    return shown + (f"_{{{','.join(subs)}}}" if subs else "")
