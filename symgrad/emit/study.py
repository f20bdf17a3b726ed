"""The study text: NumPy statements in the user's names, each adjoint under the statement that it belongs to.

In: a function of primal and adjoint (or tangent) equations. Out: Python source that runs as it stands.

    def loss_grad(x, w):
        y = x @ w
        loss = np.sum(np.square(y))

        # loss = np.square(x.dot(w)).sum()
        dw = x.T @ (2.0 * y)
        return loss, dw
"""

from __future__ import annotations

from symgrad.emit.blocks import Block, opened
from symgrad.emit.control import lines_of
from symgrad.emit.cuts import cut
from symgrad.emit.expr import helpers_of, scalar
from symgrad.emit.hints import lasting, parameter_names, scope_of, wanted_names
from symgrad.emit.liveness import liveness
from symgrad.emit.memory import memory
from symgrad.emit.names import FOREVER, Slot, allocate
from symgrad.emit.order import ordered
from symgrad.emit.plan import LINE, plan
from symgrad.emit.statements import INDENT, Page
from symgrad.emit.storage import layout
from symgrad.emit.syntax import Text, variable
from symgrad.ir.core import Const, Function, Symbol, Value
from symgrad.ir.frozen import dataclass
from symgrad.ir.walk import all_eqns

Returns = int | tuple["Returns", ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A function's text without its imports, and what it imports from `symgrad.runtime`."""

    text: str
    helpers: tuple[str, ...]


def study(function: Function, *, returns: Returns | None = None, header: bool = True) -> str:
    """The text of a function. `returns` nests the numbers of the results as the caller gets them."""
    source = render(function, returns)
    return (imports(source.helpers) + "\n\n" if header else "") + source.text


def imports(helpers: tuple[str, ...]) -> str:
    """The first lines of a module that uses these helpers."""
    if not helpers:
        return "import numpy as np\n"
    line = f"from symgrad.runtime import {', '.join(helpers)}\n"
    if len(line) > LINE:
        line = "from symgrad.runtime import (\n" + "".join(f"{INDENT}{h},\n" for h in helpers) + ")\n"
    return f"import numpy as np\n{line}"


def render(function: Function, returns: Returns | None = None, cache: int | None = None) -> Source:
    """The text of a function; with `cache`, that many first parameters come in a tuple, the last argument."""
    helpers = helpers_of(tuple(all_eqns(function.body)))
    reserved = [*helpers, "cache"] if cache is not None else helpers
    whole, kept = opened(function), set[str]()
    while True:
        shorter, gone = cut(whole, kept)
        program = ordered(shorter)
        chosen = plan(function, program, parameter_names(function, reserved))
        if not (asked := {name for name in gone if chosen.asked[name]}):
            break
        kept |= asked
    told = [s for s in function.body.symbols if s.param in function.params]
    live = liveness(program, chosen.nested, chosen.expressions, {s.name for s in told})
    written = memory(program, live, chosen.nested, chosen.expressions)
    stored = layout(program, live, chosen, written, {s.param for s in told})
    sizes = [s for s in told if s.axis is not None and chosen.asked[s.name] > 1]
    slots = [*stored.slots, *(Slot(0.0, FOREVER, s.name, "n") for s in sizes)]
    names = allocate(slots, reserved)
    params = names[: len(function.params)]
    bound = {s.name: name for s, name in zip(sizes, names[len(stored.slots) :], strict=True)}
    name_of = dict(zip(function.params, params, strict=True))
    scope = scope_of(function, params, _extent_texts(told, name_of, bound))
    texts = {p: variable(n, p.type.dtype) for p, n in name_of.items()}
    page = Page(chosen, stored, names, wanted_names(program), lasting(program), texts)
    lines = _docstring(function.doc)
    if cache:
        lines.append(f"{', '.join(params[:cache])}{',' if cache == 1 else ''} = cache")
    lines += _fetched(sizes, name_of, bound)
    lines += lines_of(program, scope, page)
    lines.append(f"return {_returned(program, returns, texts)}")
    args = params if cache is None else [*params[cache:], "cache"]
    return Source(
        _head(function.name, args) + "".join(f"{INDENT}{line}\n" if line else "\n" for line in lines),
        tuple(helpers),
    )


def _head(name: str, args: list[str]) -> str:
    line = f"def {name}({', '.join(args)}):\n"
    if len(line) <= LINE:
        return line
    inner = f"{INDENT}{', '.join(args)}"
    if len(inner) > LINE:
        inner = "\n".join(f"{INDENT}{arg}," for arg in args)
    return f"def {name}(\n{inner}\n):\n"


def _docstring(doc: str) -> list[str]:
    if not doc.strip():
        return []
    safe = [line.strip() for line in doc.strip().replace("\\", "\\\\").replace('"""', "'''").splitlines()]
    return [f'"""{safe[0]}"""'] if len(safe) == 1 else [f'"""{safe[0]}', *safe[1:], '"""']


def _extent_texts(symbols: list[Symbol], name_of: dict[Value, str], bound: dict[str, str]) -> dict[str, str]:
    """What the text calls each extent: a name fetched at the top, or the place that it is read from."""
    texts = {}
    for s in symbols:
        param = name_of[s.param]
        texts[s.name] = param if s.axis is None else bound.get(s.name, f"{param}.shape[{s.axis}]")
    return texts


def _fetched(sizes: list[Symbol], name_of: dict[Value, str], bound: dict[str, str]) -> list[str]:
    """`n, m = x.shape` where all the axes of `x` are wanted, else `n = x.shape[0]`."""
    by_param: dict[Value, list[Symbol]] = {}
    for size in sizes:
        by_param.setdefault(size.param, []).append(size)
    lines = []
    for param, mine in by_param.items():
        if len(mine) == param.type.rank > 1:
            ordered = sorted(mine, key=lambda s: s.axis or 0)
            lines.append(f"{', '.join(bound[s.name] for s in ordered)} = {name_of[param]}.shape")
        else:
            lines += [f"{bound[s.name]} = {name_of[param]}.shape[{s.axis}]" for s in mine]
    return lines


def _returned(program: Block, returns: Returns | None, texts: dict[Value, Text]) -> str:
    parts = [scalar(r).text if isinstance(r, Const) else texts[r].text for r in program.results]
    if returns is None:
        returns = tuple(range(len(parts))) if len(parts) != 1 else 0
    if isinstance(returns, tuple) and len(returns) > 1:
        return ", ".join(_nested(r, parts) for r in returns)
    return _nested(returns, parts)


def _nested(returns: Returns, parts: list[str]) -> str:
    if isinstance(returns, int):
        return parts[returns]
    inner = ", ".join(_nested(r, parts) for r in returns)
    return f"({inner},)" if len(returns) == 1 else f"({inner})"
