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
them, `storage` decides what needs memory, `body` writes the lines; `blocks` does so for the function and for
the regions of loops and branches, whose own lines `regions` writes.
"""

from __future__ import annotations

import keyword
import re

from symgrad.backends import scalar
from symgrad.backends.blocks import Draft, for_blas, prepare, write_block
from symgrad.backends.borders import with_borders
from symgrad.backends.buffers import Buffers
from symgrad.backends.cleared import without_clears
from symgrad.backends.factors import factors_first
from symgrad.backends.guards import extents, guards, told
from symgrad.backends.legalize import legalize
from symgrad.backends.library import FUNCTIONS
from symgrad.backends.naming import variables
from symgrad.backends.regions import control
from symgrad.backends.tables import Checks, lines
from symgrad.backends.text import Body, dim_text
from symgrad.cache import PLACEHOLDER
from symgrad.errors import Loc
from symgrad.ir.core import Arg, Const, Function
from symgrad.ir.frozen import dataclass, replace
from symgrad.ir.regions import extent_names
from symgrad.ir.switch import is_on, without
from symgrad.ir.walk import all_eqns

Returns = int | tuple["Returns", ...]

_HELPERS = {  # functions that the text calls, by module of this package
    "accumulate": ("plus", "larger", "smaller"),
    "gammas": sorted(scalar.GAMMAS),
    "lapack": sorted(FUNCTIONS),
    "rounding": sorted(scalar.ROUNDING),
    "shares": ("shared", "shared_with_neighbours"),
    "special": sorted(scalar.SPECIAL),
    "tapes": ("grow", "revolve"),
}
_CALLED = frozenset(scalar.VMATH).union(*_HELPERS.values())
_RESERVED = frozenset({*_CALLED, "np", "njit", "range", "abs", "int", "float", "max", "min"})


def kernel(
    function: Function,
    *,
    returns: Returns | None = None,
    entry: str | None = None,
    vector_math: bool = True,
    parallel: bool = False,
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
    parallel : bool
        Whether loops of independent trips are shared out among threads (`backends.threads`).
    """
    return _module(function, returns, entry, vector_math, parallel, None)[0]


def telling(function: Function) -> tuple[str, list[Loc | None]]:
    """The kernel whose IndexErrors have three arguments: a number of the list, the index, the extent."""
    places: list[Loc | None] = []
    with without("tables"):
        return _module(function, None, None, True, False, None, places)[0], places


@dataclass(frozen=True, slots=True)
class Reusable:
    """A kernel that takes its arrays from outside.

    `make(*args)` returns them, `run(*args, *arrays)` is the kernel. `places` says which of the arrays a
    result is, unless the trips of a loop exchange it with another one.
    """

    text: str
    run: str
    make: str
    places: dict[int, int]


def reusable(
    function: Function, *, returns: Returns | None = None, vector_math: bool = True, parallel: bool = False
) -> Reusable:
    """The kernel as two functions: one makes the arrays that do not depend on data, one fills them.

    dx = np.zeros(n)        ->    def arrays_of_grad(x): ... return np.empty(n),
    ...                           def grad(x, dx):
                                      if dx.shape[0] != n: raise ...
                                      dx.fill(0.0); ...
    """
    known = {s.name for s in function.body.symbols if s.param in function.params}
    buffers = Buffers(frozenset(known))
    text, names = _module(function, returns, None, vector_math, parallel, buffers)
    run = f"{_identifier(function.name)}_{PLACEHOLDER}"
    order = list(buffers.texts)
    places = {k: order.index(name) for k, name in names.items() if name in order}
    return Reusable(text, run, f"arrays_of_{run}", places)


def _module(
    function: Function,
    returns: Returns | None,
    entry: str | None,
    vector_math: bool,
    parallel: bool,
    buffers: Buffers | None,
    places: list[Loc | None] | None = None,
) -> tuple[str, dict[int, str]]:
    """The module text, and the variables of the results that are arrays."""
    legal, checks = legalize(factors_first(function))
    legal = with_borders(legal) if is_on("borders") else legal
    legal = without_clears(legal) if is_on("clears") else legal
    draft = replace(_draft(legal, parallel), places=places)
    body, groups = prepare(legal.body, draft, buffers=buffers)
    entry = entry or f"{_identifier(function.name)}_{PLACEHOLDER}"
    params = [body.names[p] for p in legal.params]
    _prologue(legal, checks, body)
    start = len(body.lines)
    write_block(groups, body)
    if buffers is not None:
        body.lines[start:start] = _checked(buffers)
    body.line(f"return {_returned(returns, legal, body)}")
    lines = [*_imports(body.used, vector_math), "", *_literals(draft)]
    lines += [line for part in draft.parts for line in ("", part, "")]
    if buffers is not None:
        made = "".join(f"{text}, " for text in buffers.texts.values()).rstrip()
        lines += ["", "@njit", f"def arrays_of_{entry}({', '.join(params)}):"]
        lines += [f"    {line}" for line in extents(legal, body.names)]
        lines += [f"    return {made or '()'}", ""]
        params += buffers.texts
    lines += ["", "@njit", f"def {entry}({', '.join(params)}):", *body.lines]
    arrays = {k: _result(r, body) for k, r in enumerate(legal.results) if r.type.rank}
    return "\n".join(lines) + "\n", arrays


def _checked(buffers: Buffers) -> list[str]:
    """The check that arrays from outside have their sizes; LLVM learns from it that rows are equally long."""
    wrong = [
        f"{name}.shape[{axis}] != {dim_text(extent)}"
        for name in buffers.texts
        for axis, extent in enumerate(buffers.shapes[name])
    ]
    if not wrong:
        return []
    first, *others = wrong
    lines = ["if (", f"    {first}", *(f"    or {w}" for w in others), "):"]
    return [f"    {line}" for line in (*lines, "    raise ValueError('these arrays have other sizes')")]


def _draft(function: Function, parallel: bool) -> Draft:
    """The names of all values, and letters for loops that no value has."""
    extents = extent_names(function.body)
    hints = {v.hint for v in function.params} | extents
    hints |= {o.hint for eqn in all_eqns(function.body) for o in eqn.outs}
    hints |= {p.hint for eqn in all_eqns(function.body) for block in eqn.regions for p in block.params}
    names_of_loops = [*"ijklpqrstuvabcd", *(f"{c}{n}" for n in range(1, 10) for c in "ijkl")]
    letters = tuple(name for name in names_of_loops if name not in hints)
    names = variables(function, [*_RESERVED, *letters, *extents])
    taken = set(names.values()) | _RESERVED | set(letters) | extents
    return Draft(names, letters, taken, control, parallel)


def _prologue(function: Function, checks: Checks, body: Body) -> None:
    """Extents, checks, and operands that BLAS needs contiguous."""
    for line in guards(function, body.plan.statements, body.names):
        body.line(line)
    for line in lines(checks, body.names, body.letters):
        body.line(line)
    body.checked = told(function)
    for param in for_blas(function.body):
        body.line(f"{body.names[param]} = np.ascontiguousarray({body.names[param]})")


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
    lines = ["import numpy as np", "from numba import njit", ""]
    for module, names in _HELPERS.items():
        if found := [name for name in names if name in used]:
            lines.append(f"from symgrad.backends.{module} import {', '.join(found)}")
    vector_math = vector_math and is_on("vmath")
    if functions := sorted(used & scalar.VMATH):
        names = [f if vector_math else f"scalar_{f} as {f}" for f in functions]
        lines.append(f"from symgrad.vmath import {', '.join(names)}")
    return lines if len(lines) > 3 else lines[:2]


def _literals(draft: Draft) -> list[str]:
    """Constant arrays, outside the function: numba compiles them in."""
    lines = []
    for eqn in draft.literals:
        dtype = "bool_" if eqn.attrs["dtype"] == "bool" else eqn.attrs["dtype"]
        lines.append(f"{draft.names[eqn.out]} = np.array({_nested(eqn.attrs['data'])}, dtype=np.{dtype})")
    return lines


def _nested(data: object) -> str:
    if isinstance(data, tuple):
        return f"({', '.join(map(_nested, data))}{',' if len(data) == 1 else ''})"
    assert isinstance(data, float | int | bool)
    return scalar.number(data)


def _identifier(name: str) -> str:
    text = re.sub(r"\W", "_", name).strip("_") or "kernel"
    return f"f_{text}" if text[0].isdigit() or keyword.iskeyword(text) else text
