"""Kernel text: a function's IR as fused scalar loops that numba compiles to what one would write by hand.

In: a function (primal and adjoint equations). Out: the text of a module with one `@njit` function.

    loss = sum((x @ w - y)**2)    ->    mm = np.dot(x, w)
    dmm = 2 * (mm - y)                  for i in range(n):
    dw = x.T @ dmm                          for j in range(m):
                                                diff_ij = mm[i, j] - y[i, j]
                                                loss = plus(loss, diff_ij * diff_ij)
                                                dmm[i, j] = 2.0 * diff_ij
                                        dw = np.dot(x.T, dmm)

The way there: `legalize` opens composite ops, `statements` gives each equation its loops, `schedule` fuses
them, `storage` decides what needs memory, `body` writes the lines.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from symgrad.backends import calls, folds, scalar
from symgrad.backends.body import once, write
from symgrad.backends.guards import guards
from symgrad.backends.legalize import legalize
from symgrad.backends.nest import Form, Group, Loop, Plan, statements_in
from symgrad.backends.schedule import schedule
from symgrad.backends.share import share
from symgrad.backends.statements import plan
from symgrad.backends.storage import arrays
from symgrad.backends.text import Body, Scope
from symgrad.cache import PLACEHOLDER
from symgrad.emit.names import value_names
from symgrad.ir.core import Arg, Const, Eqn, Function, Value
from symgrad.ir.walk import all_eqns

Returns = int | tuple["Returns", ...]

_STEPS = ("plus", "larger", "smaller")
_RESERVED = frozenset({*_STEPS, *scalar.VMATH, "np", "njit", "range", "abs", "int", "float", "max", "min"})


def kernel(
    function: Function, *, returns: Returns | None = None, entry: str | None = None, vector_math: bool = True
) -> str:
    """The module text of a function.

    Parameters
    ----------
    function : Function
        Without copies; its results come back as fresh arrays and numbers.
    returns : nested tuple of result numbers, optional
        `(0, (1, 2))` prints `return loss, (dw1, dw2)`. By default all results, one alone bare.
    entry : str, optional
        The name in the text; by default the function's own with the placeholder of `symgrad.cache`.
    vector_math : bool
        Whether exp, log, ... may be vectorised; otherwise they are the C library's, bit for bit.
    """
    legal = legalize(function)
    program = plan(legal.body)
    groups = schedule(program)
    body = _body(legal, program, groups)
    entry = entry or f"{_identifier(function.name)}_{PLACEHOLDER}"
    params = ", ".join(body.names[p] for p in legal.params)
    _prologue(legal, program, body)
    scope = Scope(0)
    allocated: set[str] = set()
    echo = _Echo()
    for group in groups:
        echo.before(group, body)
        _allocate(group, program, body, allocated)
        write([group], body, scope)
        body.forget()
    body.line(f"return {_returned(returns, legal, body)}")
    lines = [*_imports(body.used, vector_math), "", *_literals(legal, program, body)]
    return "\n".join([*lines, "", "@njit", f"def {entry}({params}):", *body.lines]) + "\n"


def _body(function: Function, program: Plan, groups: Sequence[Group]) -> Body:
    hints = {v.hint for v in function.params} | {s.name for s in function.body.symbols}
    hints |= {o.hint for eqn in all_eqns(function.body) for o in eqn.outs}
    letters = "".join(c for c in "ijklpqrstuvabcd" if c not in hints)
    names = value_names(function, [*_RESERVED, *letters])
    for symbol in function.body.symbols:  # an integer parameter is its own extent
        if symbol.axis is None:
            names[symbol.param] = symbol.name
    for statement in program.statements:  # sums over some loops that the function does not have as values
        if statement.writes.value not in names:
            names[statement.writes.value] = f"subtotal{len(names)}"
    kept = arrays(program, groups)
    reused = share(program, groups, kept)
    for value, owner in reused.items():
        kept[value] = kept[owner] = max(kept[value], kept[owner], key=len)
    for chain in _chains(program, reused):
        best = _best_name(chain, program)
        for value in chain:
            names[value] = names[best]
    taken = set(names.values()) | _RESERVED | set(letters) | {s.name for s in function.body.symbols}
    return Body(
        program, kept, names, letters, taken=taken, once=once(groups, program), reused=frozenset(reused)
    )


def _chains(program: Plan, reused: Mapping[Value, Value]) -> list[list[Value]]:
    """The values that share an array under one name, in the order of their making."""
    chains: dict[Value, list[Value]] = {}
    order = dict.fromkeys(s.writes.value for s in program.statements)
    for value in order:
        eqn = program.producers.get(value)
        view = eqn is not None and eqn.op.name == "reshape"
        owner = value if view else program.owner(value)
        chains.setdefault(reused.get(owner, owner), []).append(value)
    return [chain for chain in chains.values() if len(chain) > 1]


def _best_name(chain: Sequence[Value], program: Plan) -> Value:
    """A result's own name, or else the first that the user gave."""
    named = [v for v in chain if v.hint]
    return next((v for v in named if v in program.results), named[0] if named else chain[0])


def _prologue(function: Function, program: Plan, body: Body) -> None:
    """Extents, checks, and operands that BLAS needs contiguous."""
    for line in guards(function, program.statements, body.names):
        body.line(line)
    for statement in program.statements:
        if statement.form is Form.CALL and statement.eqn.op.name in ("matmul", "reshape"):
            for read in statement.reads:
                if not isinstance(read, Const) and read.value in function.params:
                    line = f"{body.names[read.value]} = np.ascontiguousarray({body.names[read.value]})"
                    if "    " + line not in body.lines:
                        body.line(line)


def _allocate(group: Group, program: Plan, body: Body, allocated: set[str]) -> None:
    """The arrays that the group is the first to write."""
    for statement in statements_in([group]):
        value = program.owner(statement.writes.value)
        kept = body.arrays.get(value)
        if kept is None or body.names[value] in allocated:
            continue
        allocated.add(body.names[value])
        if statement.form is Form.CALL and calls.allocated_by_call(statement):
            continue
        shape = tuple(value.type.shape[a] for a in kept)
        start = folds.fill(value, statement)
        if start is not None and len(kept) == value.type.rank:
            text = calls.filled(value, start.text, shape)
        else:
            text = calls.empty(value, shape)
        body.line(f"{body.names[value]} = {text}")


@dataclass
class _Echo:
    """The comments above groups: the user's statements that they compute, each once in a row."""

    backward: bool = False
    last: tuple[str, ...] = ()

    def before(self, group: Group, body: Body) -> None:
        eqns = [s.eqn for s in statements_in([group])]
        if not self.backward and any(e.phase == "bwd" for e in eqns) and isinstance(group, Loop):
            body.lines.append("")
            self.backward = True
        texts = tuple(dict.fromkeys(filter(None, map(_echo, eqns))))
        if texts != self.last:
            for text in texts:
                body.line(f"# {text}")
        self.last = texts


def _echo(eqn: Eqn) -> str:
    if eqn.loc is None or not eqn.loc.text:
        return ""
    return f"adjoint of {eqn.loc.text}" if eqn.phase == "bwd" else eqn.loc.text


def _returned(returns: Returns | None, function: Function, body: Body) -> str:
    results = [_result(r, body) for r in function.results]
    if returns is None:
        return ", ".join(results) if results else "()"

    def nested(item: Returns, outermost: bool) -> str:
        if isinstance(item, int):
            return results[item]
        inner = ", ".join(nested(i, False) for i in item) + ("," if len(item) == 1 else "")
        return inner if outermost and item else f"({inner})"

    return nested(returns, True)


def _result(result: Arg, body: Body) -> str:
    if isinstance(result, Const):
        return scalar.constant(result.value, result.type.dtype).text
    return body.names[result]


def _imports(used: set[str], vector_math: bool) -> list[str]:
    """The first lines: NumPy, numba, and the functions that the text calls."""
    lines = ["import numpy as np", "from numba import njit"]
    steps = [name for name in _STEPS if name in used]
    functions = sorted(used - set(_STEPS))
    if steps:
        lines += ["", f"from symgrad.backends.accumulate import {', '.join(steps)}"]
    if functions:
        names = [f if vector_math else f"scalar_{f} as {f}" for f in functions]
        lines += ([] if steps else [""]) + [f"from symgrad.vmath import {', '.join(names)}"]
    return lines


def _literals(function: Function, program: Plan, body: Body) -> list[str]:
    """Constant arrays, outside the function: numba compiles them in."""
    lines = []
    for eqn in program.producers.values():
        if eqn.op.name == "literal":
            dtype = "bool_" if eqn.attrs["dtype"] == "bool" else eqn.attrs["dtype"]
            lines.append(f"{body.names[eqn.out]} = np.array({eqn.attrs['data']!r}, dtype=np.{dtype})")
    return lines


def _identifier(name: str) -> str:
    text = re.sub(r"\W", "_", name).strip("_") or "kernel"
    return f"f_{text}" if text[0].isdigit() or keyword.iskeyword(text) else text
