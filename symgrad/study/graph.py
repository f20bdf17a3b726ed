"""The computation graph as the lectures draw it: forward values green, gradients red, patterns named.

In: a primal function (IR) and arguments. Out: a `Graph` of nodes and edges that prints as DOT, JSON or
SVG (through pygraphviz, the extra `viz`), and shows itself in a notebook.

The gradient on an intermediate value v is the derivative by e of the program in which v is v + e, at e = 0:
one reverse pass over that program gives the gradient on every wire.
"""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from symgrad.ad.reverse import reverse
from symgrad.ir.core import Const, Eqn, Function, Value
from symgrad.ir.evaluate import run
from symgrad.ir.ops import OPS

# fmt: off
SIGN = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/", "power": "**", "matmul": "@",
        "negative": "neg", "maximum": "max", "minimum": "min"}
PATTERN = {"add": "distributes", "subtract": "distributes", "sum": "distributes", "multiply": "switches",
           "matmul": "switches", "maximum": "routes", "minimum": "routes", "max": "routes", "min": "routes",
           "relu": "routes", "where": "routes"}
# fmt: on


@dataclass(frozen=True, slots=True)
class Node:
    """An input, a gate or a constant; `value` and `gradient` are printed numbers or shapes."""

    id: str
    kind: str
    label: str
    value: str = ""
    gradient: str = ""
    pattern: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes in program order and edges between their ids."""

    nodes: tuple[Node, ...]
    edges: tuple[tuple[str, str], ...]

    @property
    def json(self) -> str:
        """The graph as JSON text."""
        return json.dumps({"nodes": [asdict(n) for n in self.nodes], "edges": list(self.edges)}, indent=1)

    @property
    def dot(self) -> str:
        """The graph in Graphviz's language."""
        lines = ["digraph {", '  rankdir=LR; node [fontname="Helvetica", shape=box, style=rounded];']
        for n in self.nodes:
            parts = [f"<b>{html.escape(n.label)}</b>"]
            if n.pattern:
                parts.append(f'<font point-size="9" color="gray40">{n.pattern}</font>')
            if n.value:
                parts.append(f'<font color="darkgreen">{html.escape(n.value)}</font>')
            if n.gradient:
                parts.append(f'<font color="red">{html.escape(n.gradient)}</font>')
            shape = {"input": "plaintext", "constant": "plaintext"}.get(n.kind, "box")
            lines.append(f"  {n.id} [shape={shape}, label=<{'<br/>'.join(parts)}>];")
        lines += [f"  {a} -> {b};" for a, b in self.edges]
        return "\n".join([*lines, "}"]) + "\n"

    def svg(self, path: str | None = None) -> str:
        """The drawing as SVG text, written to `path` if one is given. Needs pygraphviz."""
        try:
            import pygraphviz
        except ImportError:
            raise ImportError(
                "drawing needs pygraphviz: pip install 'symgrad[viz]' (graph.dot needs nothing)"
            ) from None
        drawn: bytes = pygraphviz.AGraph(string=self.dot).draw(format="svg", prog="dot")
        text = drawn.decode()
        if path is not None:
            Path(path).write_text(text)
        return text

    def _repr_svg_(self) -> str:
        return self.svg()


def graph(primal: Function, arguments: Sequence[Any]) -> Graph:
    """The graph of `primal` at these (flat) arguments, with the value and gradient on every wire."""
    values, gradients = _wires(primal, arguments)
    nodes: list[Node] = []
    edges: list[tuple[str, str]] = []
    ids: dict[Value, str] = {}
    for number, param in enumerate(primal.params):
        ids[param] = f"x{number}"
        nodes.append(
            Node(ids[param], "input", param.hint or "?", _text(values[param]), _text(gradients.get(param)))
        )
    for number, eqn in enumerate(primal.eqns):
        if eqn.op.name == "copy" and isinstance(eqn.args[0], Value):
            ids[eqn.out] = ids[eqn.args[0]]
            continue
        here = f"g{number}"
        for place, arg in enumerate(eqn.args):
            if isinstance(arg, Const):
                nodes.append(Node(f"{here}c{place}", "constant", f"{arg.value:g}"))
                edges.append((f"{here}c{place}", here))
            else:
                edges.append((ids[arg], here))
        ids[eqn.out] = here
        label = SIGN.get(eqn.op.name, eqn.op.name) + (f"  {eqn.out.hint}" if eqn.out.hint else "")
        nodes.append(
            Node(
                here,
                "gate",
                label,
                _text(values[eqn.out]),
                _text(gradients.get(eqn.out)),
                PATTERN.get(eqn.op.name, ""),
            )
        )
    return Graph(tuple(nodes), tuple(edges))


def _wires(primal: Function, arguments: Sequence[Any]) -> tuple[dict[Value, Any], dict[Value, Any]]:
    """The value of every wire and, for float ones, the derivative of result 0 by it."""
    named = [*primal.params, *(e.out for e in primal.eqns)]
    body = replace(primal.body, results=(*primal.results, *named))
    numbers = run(replace(primal, body=body), *arguments)[len(primal.results) :]
    values = dict(zip(named, numbers, strict=True))

    wires = [e.out for e in primal.eqns if e.out.type.is_float]
    nudges = {w: Value(w.type, "e") for w in wires}
    eqns: list[Eqn] = []
    moved: dict[Value, Value] = {}
    for eqn in primal.eqns:
        args = tuple(moved.get(a, a) if isinstance(a, Value) else a for a in eqn.args)
        eqns.append(replace(eqn, args=args))
        if eqn.out in nudges:
            moved[eqn.out] = Value(eqn.out.type, eqn.out.hint)
            eqns.append(Eqn(OPS["add"], (eqn.out, nudges[eqn.out]), (moved[eqn.out],), {}, (), eqn.loc))
    result = primal.results[0]
    out = moved.get(result, result) if isinstance(result, Value) else result
    params = (*primal.params, *nudges.values())
    nudged = replace(primal, body=replace(primal.body, params=params, eqns=tuple(eqns), results=(out,)))
    wrt = [i for i, p in enumerate(params) if p.type.is_float]
    zeros = [np.zeros_like(values[w]) for w in wires]
    found = run(reverse(nudged, tuple(wrt), "grad"), *arguments, *zeros)
    back = {nudge: wire for wire, nudge in nudges.items()}
    return values, {back.get(params[i], params[i]): g for i, g in zip(wrt, found, strict=True)}


def _text(number: Any) -> str:
    if number is None:
        return ""
    array = np.asarray(number)
    if array.ndim == 0:
        return f"{array[()]:.3g}" if array.dtype.kind == "f" else str(array[()])
    return f"{'x'.join(map(str, array.shape))}, norm {np.linalg.norm(array.astype(float)):.3g}"
