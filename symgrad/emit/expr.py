"""One operation as a Python expression over the texts of its operands.

In: an equation, the texts of its value operands, a `Scope`. Out: a `Text` that computes exactly the
equation, bit for bit where NumPy is deterministic: association is kept, constants and casts are
printed only as far as NumPy needs them.

    multiply(h, subtract(1.0, h))  ->  h * (1 - h)
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symgrad.emit.casts import computes_in, stays_python
from symgrad.emit.extents import Scope, extent, lender, shape, target_shape
from symgrad.emit.idioms import keywords, mean, outer
from symgrad.emit.index import cut_text, key, subscript
from symgrad.emit.syntax import (
    ATOM,
    Text,
    atom,
    binary,
    call,
    constant,
    method,
    number,
    parenthesise,
    prefixed,
)
from symgrad.emit.syntax import choice as conditional
from symgrad.ir.core import Arg, Const, Eqn, Kind, Value
from symgrad.ir.frozen import replace
from symgrad.ir.indexing import index_of, is_basic
from symgrad.ir.ops import dims, extent_of
from symgrad.ir.types import FLOATS
from symgrad.runtime import __all__ as HELPERS

# fmt: off
_OPERATORS = {
    "add": "+", "subtract": "-", "multiply": "*", "divide": "/", "floor_divide": "//", "remainder": "%",
    "power": "**", "matmul": "@", "less": "<", "less_equal": "<=", "greater": ">", "greater_equal": ">=",
    "equal": "==", "not_equal": "!=", "bitwise_and": "&", "bitwise_or": "|", "bitwise_xor": "^",
    "left_shift": "<<", "right_shift": ">>",
}
_SIGNS = {"negative": "-", "invert": "~"}
# Beside a float operand, 1.0 is written 1 in these: x + 1, x > 0, x**2; but 2.0 * x and 1.0 / x.
_INTEGRAL = {
    "add", "subtract", "less", "less_equal", "greater", "greater_equal", "equal", "not_equal",
    "maximum", "minimum",
}
_ALIASES = {
    "absolute": "np.abs", "solve": "np.linalg.solve", "inv": "np.linalg.inv", "det": "np.linalg.det",
    "cholesky": "np.linalg.cholesky", "eigvalsh": "np.linalg.eigvalsh",
}
_PARTS = {  # functions that give several results at once
    "eigh": "np.linalg.eigh({}).eigenvectors", "detsign": "np.linalg.slogdet({}).sign",
    "logabsdet": "np.linalg.slogdet({}).logabsdet",
}
# fmt: on
_FREE_CASTS = {"sum", "prod", "cumsum", "cumprod", "concatenate", "matmul"}


def helpers_of(eqns: Sequence[Eqn]) -> list[str]:
    """The names that the texts of these equations import from `symgrad.runtime`."""
    return sorted({e.op.name for e in eqns} & set(HELPERS))


def expression(eqn: Eqn, values: Sequence[Text | None], scope: Scope, hint: str = "") -> Text:
    """The text of `eqn`; `values` has None where the operand is a constant."""
    name = eqn.op.name
    if name in _SPECIAL:
        args = _plain_operands(eqn, values)
        text = _SPECIAL[name](eqn, args, scope, hint)
        return text if name in ("copy", "recall") else replace(text, eqn=eqn, operands=tuple(args))
    args = operands(eqn, values)
    text = _idiom(eqn, args, scope) or _plain(eqn, args)
    return replace(text, eqn=eqn, operands=tuple(args))


def _idiom(eqn: Eqn, args: list[Text], scope: Scope) -> Text | None:
    """The one NumPy function that says what several equations say."""
    if eqn.op.name == "divide":
        return mean(eqn, args[0], args[1], scope)
    return outer(eqn, args[0], args[1]) if eqn.op.name == "multiply" else None


def _plain(eqn: Eqn, args: list[Text]) -> Text:
    """An operator, or a call of the function that is called as the op is."""
    name, dtype = eqn.op.name, eqn.out.type.dtype
    weak = stays_python(name, [(a.dtype, a.weak) for a in args])
    if name in _SIGNS:
        return prefixed(_SIGNS[name], args[0], dtype, weak)
    if name in _OPERATORS:
        return binary(_OPERATORS[name], args[0], args[1], dtype, weak)
    function = name if name in HELPERS else _ALIASES.get(name, f"np.{name}")
    return call(function, [*(a.text for a in args), *keywords(eqn)], dtype)


def operands(eqn: Eqn, values: Sequence[Text | None]) -> list[Text]:
    """The operands as this operation needs them: casts left out where NumPy makes them, constants short."""
    name = eqn.op.name
    first = 1 if name == "where" else 0  # the condition of where has a dtype of its own
    want = eqn.args[first].type.dtype
    full = [_value(a, v) for a, v in zip(eqn.args, values, strict=True)]
    data = full[first:]
    if eqn.op.kind is Kind.ELEMENTWISE or name in _FREE_CASTS:
        data = _without_casts(name, data, want)
    kinds = tuple((t.dtype, t.weak) for t in data)
    if all(weak for _, weak in kinds) and not computes_in(name, kinds, want):
        data = [call(_dtype(want), [data[0].text], want), *data[1:]]
    by_arg = list(zip(eqn.args[first:], data, strict=True))
    floats = any(t.dtype in FLOATS for a, t in by_arg if not isinstance(a, Const))
    for i, arg in enumerate(eqn.args[first:]):
        if isinstance(arg, Const) and floats and (name in _INTEGRAL or (name == "power" and i == 1)):
            data[i] = constant(arg.value, arg.type.dtype, integral=True)
    return full[:first] + data


def _value(arg: Arg, text: Text | None) -> Text:
    if text is not None:
        return text
    assert isinstance(arg, Const)
    return constant(arg.value, arg.type.dtype)


def _without_casts(name: str, data: list[Text], want: str) -> list[Text]:
    """`data` with as many casts left to NumPy as give the same dtype: all of them, else one by one."""
    if all(t.bare is None for t in data):
        return data
    bare = [t.bare or t for t in data]
    if _certainly_computes(name, bare, want):
        return bare
    out = list(data)
    for i, text in enumerate(data):
        attempt = [*out[:i], text.bare or text, *out[i + 1 :]]
        if text.bare is not None and _certainly_computes(name, attempt, want):
            out = attempt
    return out


def _certainly_computes(name: str, data: Sequence[Text], want: str) -> bool:
    """NumPy computes in this dtype, also where it meets plain Python numbers."""
    known = computes_in(name, tuple((t.dtype, t.weak) for t in data), want)
    if known and any(t.unsure for t in data):
        return computes_in(name, tuple((t.dtype, t.weak or t.unsure) for t in data), want)
    return known


def _plain_operands(eqn: Eqn, values: Sequence[Text | None]) -> list[Text]:
    """The operands without any liberty."""
    out = []
    for arg, text in zip(eqn.args, values, strict=True):
        if text is None:
            assert isinstance(arg, Const)
            takes_its_dtype = eqn.op.kind is Kind.WRITE or eqn.op.name == "full"
            text = constant(arg.value, arg.type.dtype) if takes_its_dtype else scalar(arg)
        out.append(text)
    return out


def choice(eqn: Eqn, condition: Text, then: Text, orelse: Text) -> Text:
    """The text of a branch between two expressions."""
    return replace(conditional(condition, then, orelse), dtype=eqn.out.type.dtype, eqn=eqn)


def scalar(const: Const) -> Text:
    """A constant that stands alone, with its dtype where a plain number would not have it."""
    plain = constant(const.value, const.type.dtype)
    if const.type.dtype in ("float64", "int64", "bool"):
        return plain
    return call(_dtype(const.type.dtype), [plain.text], const.type.dtype)


def _dtype(dtype: str) -> str:
    return "np.bool_" if dtype == "bool" else f"np.{dtype}"


def _cast(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    dtype = eqn.out.type.dtype
    (source,) = args
    if eqn.out.type.rank:
        return method(source, "astype", f"({_dtype(dtype)})", dtype)
    return call(_dtype(dtype), [source.text], dtype)


def _same(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    return args[0]


def _extent(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    return extent(extent_of(eqn.attrs), scope)


def _full(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    (value,) = args
    out = eqn.out.type
    const = eqn.args[0].value if isinstance(eqn.args[0], Const) else None
    plain = {"0": "zeros", "0.0": "zeros", "1": "ones", "1.0": "ones"}.get(repr(const), "")
    like = lender(out.shape, hint, scope, out.dtype)
    if like is not None and like.type.dtype == out.dtype:
        if plain:
            return call(f"np.{plain}_like", [like.name], out.dtype)
        return call("np.full_like", [like.name, value.text], out.dtype)
    natural = "float64" if plain else _natural(value)
    dtype = [] if natural == out.dtype else [f"dtype={_dtype(out.dtype)}"]
    where = shape(out.shape, scope, hint)
    if plain:
        return call(f"np.{plain}", [where, *dtype], out.dtype)
    return call("np.full", [where, value.text, *dtype], out.dtype)


def _eye(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    out, k = eqn.out.type, eqn.attrs["k"]
    rows, columns = (extent(d, scope).text for d in out.shape)
    options = [f"k={k}"] if k else []
    if out.dtype != "float64":
        options.append(f"dtype={_dtype(out.dtype)}")
    return call("np.eye", [rows, *([columns] if columns != rows else []), *options], out.dtype)


def _natural(value: Text) -> str:
    """The dtype of an array made of this value."""
    if not value.weak:
        return value.dtype
    return {"f": "float64", "b": "bool"}.get(value.dtype[0], "int64")


def _empty(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    out = eqn.out.type
    dtype = [] if out.dtype == "float64" else [f"dtype={_dtype(out.dtype)}"]
    sizes = extent(out.shape[0], scope).text if out.rank == 1 else shape(out.shape, scope, hint)
    return call("np.empty", [sizes, *dtype], out.dtype)


def _tape(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    """A tape without slots; it grows by `push`."""
    out = eqn.out.type
    dtype = [] if out.dtype == "float64" else [f"dtype={_dtype(out.dtype)}"]
    return call("tape", [*(extent(d, scope).text for d in dims(eqn.attrs)), *dtype], out.dtype)


def _iota(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    return call("np.arange", [extent(dims(eqn.attrs)[0], scope).text], "int64")


def _literal(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    dtype = eqn.out.type.dtype
    data = _nested(eqn.attrs["data"])
    natural = dtype in ("float64", "int64", "bool") and 0 not in eqn.out.type.shape
    return call("np.array", [data, *([] if natural else [f"dtype={_dtype(dtype)}"])], dtype)


def _nested(data: object) -> str:
    if isinstance(data, tuple):
        return f"[{', '.join(map(_nested, data))}]"
    assert isinstance(data, float | int | bool)
    return number(data)


def _broadcast_to(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    return call("np.broadcast_to", [args[0].text, shape(eqn.out.type.shape, scope, hint)], eqn.out.type.dtype)


def _reshape(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    source, out = eqn.args[0].type, eqn.out.type
    target = target_shape(source.shape, out.shape, scope)
    if source.rank == 0 or not out.shape:
        comma = "," if len(out.shape) == 1 else ""
        return call("np.reshape", [args[0].text, f"({target}{comma})"], out.dtype)
    return method(args[0], "reshape", f"({target})", out.dtype)


def _transpose(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    perm = eqn.attrs["perm"]
    assert isinstance(perm, tuple)
    n, dtype = len(perm), eqn.out.type.dtype
    if perm == tuple(reversed(range(n))) and n > 1:
        return method(args[0], "T", "", dtype)
    if n > 1 and perm == (*range(n - 2), n - 1, n - 2):
        return method(args[0], "mT", "", dtype)
    order = ", ".join(map(repr, perm)) + ("," if n == 1 else "")
    return call("np.transpose", [args[0].text, f"({order})"], dtype)


def _getitem(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    index, source = index_of(eqn.attrs), eqn.args[0].type.shape
    base = parenthesise(args[0], ATOM)
    return atom(base + subscript(index, source, args[1:], scope), eqn.out.type.dtype)


def _roll(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    places = str(eqn.attrs["by"])
    along = [f"axis={eqn.attrs['axis']}"] if eqn.out.type.rank > 1 else []
    return call("np.roll", [args[0].text, places, *along], eqn.out.type.dtype)


def _concatenate(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    parts = operands(eqn, [t if isinstance(a, Value) else None for a, t in zip(eqn.args, args, strict=True)])
    joined = ", ".join(p.text for p in parts) + ("," if len(parts) == 1 else "")
    return call("np.concatenate", [f"({joined})", *keywords(eqn)], eqn.out.type.dtype)


def _part(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    """One of the results of a function."""
    return atom(_PARTS[eqn.op.name].format(args[0].text), eqn.out.type.dtype)


def _polygamma(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    return call("polygamma", [str(eqn.attrs["n"]), args[0].text], eqn.out.type.dtype)


def _slice_start(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    """Where a slice begins that nothing is cut with."""
    bounds = cut_text(args[0].text, "", eqn.attrs["step"])
    return atom(f"range({args[1].text})[{bounds}].start", "int64", weak=True)


def _slice_count(eqn: Eqn, args: list[Text], scope: Scope, hint: str) -> Text:
    bounds = cut_text(args[0].text, args[1].text, eqn.attrs["step"])
    return atom(f"len(range({args[2].text})[{bounds}])", "int64", weak=True)


_SPECIAL: dict[str, Callable[[Eqn, list[Text], Scope, str], Text]] = {
    "slice_start": _slice_start,
    "slice_count": _slice_count,
    "cast": _cast,
    "copy": _same,
    "recall": _same,
    "extent": _extent,
    "full": _full,
    "empty": _empty,
    "eye": _eye,
    "tape": _tape,
    "iota": _iota,
    "literal": _literal,
    "broadcast_to": _broadcast_to,
    "reshape": _reshape,
    "transpose": _transpose,
    "getitem": _getitem,
    "roll": _roll,
    "concatenate": _concatenate,
    "polygamma": _polygamma,
    **dict.fromkeys(_PARTS, _part),
}


def write(eqn: Eqn, name: str, values: Sequence[Text | None], scope: Scope) -> str:
    """The statement that writes into the array `name`, which holds the old contents."""
    index, base = index_of(eqn.attrs), eqn.args[0].type
    _, value, *dynamic = _plain_operands(eqn, values)
    bare = value.bare
    if bare is not None and computes_in("setitem", ((bare.dtype, False), (base.dtype, False)), base.dtype):
        value = bare
    if eqn.op.name == "push":
        return f"{name} = push({name}, {dynamic[0].text}, {value.text})"
    if eqn.op.name == "setitem":
        place = f"{name}{subscript(index, base.shape, dynamic, scope)}"
        for op, sign in (("multiply", "*="), ("divide", "/=")):
            if is_basic(index) and value.made_by(op) and value.operands[0].text == place:
                return f"{place} {sign} {value.operands[1].text}"
        return f"{place} = {value.text}"
    if is_basic(index):
        place = f"{name}{subscript(index, base.shape, dynamic, scope)}"
        if value.made_by("negative"):
            return f"{place} -= {value.operands[0].text}"
        return f"{place} += {value.text}"
    view, where = key(index, base.shape, dynamic, scope)
    return f"np.add.at({name}{view}, {where}, {value.text})"


def augmented_by(eqn: Eqn, values: Sequence[Text | None]) -> str:
    """The right-hand side of `name += ...`."""
    return operands(eqn, values)[1].text
