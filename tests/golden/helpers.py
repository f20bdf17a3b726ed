"""A golden file: a program, how it is differentiated, and below a line everything that is generated from it.

The part above the line is Python: one function, `WRT` (the names of its differentiated arguments),
`MODE` ("value_and_grad", "jvp" or "fwd_and_bwd") and `arguments(rng)`. With `FEW = True` the kernel is the one for
axes as short as those of the arguments, with `PARALLEL = True` the one whose loops threads share. The part below is written by
`pytest tests/golden --update-golden`: the graph of the function, the derived graph, the study text, the
kernel text.
"""

import linecache
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import FunctionType
from typing import Any

import numpy as np

from symgrad.frontend.signature import bind
from symgrad.ir.core import Function
from symgrad.ir.text import show
from symgrad.opt.few import few
from symgrad.pipeline import Options, Program, Transform, build, build_pair

LINE = "# ======== generated: pytest tests/golden --update-golden ========\n"
FOLDER = Path(__file__).parent
FILES = sorted(p for p in FOLDER.glob("*.py") if LINE in p.read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Golden:
    """The hand-written part of a golden file, run."""

    path: Path
    fun: Callable[..., Any]
    mode: str
    wrt: tuple[str, ...]
    args: tuple[Any, ...]
    few: bool
    parallel: bool

    @property
    def title(self) -> str:
        return (self.fun.__globals__["__doc__"] or "").strip().splitlines()[0]

    def program(self, **options: Any) -> Program:
        mode: Any = "vjp" if self.mode == "fwd_and_bwd" else self.mode
        transform = Transform(mode, (), self.wrt, single=len(self.wrt) == 1)
        program = build(self.fun, bind(self.fun, self.args, {}), transform, Options(parallel=self.parallel, **options))
        return for_short_axes(program, self.args) if self.few else program


def for_short_axes(program: Program, args: tuple[Any, ...]) -> Program:
    """The program whose kernel is made for axes as short as those of these arguments."""
    return replace(program, numbers=few(program.function, args))


def load(path: Path) -> Golden:
    """Run the part above the line, as a module that knows its source."""
    text = path.read_text(encoding="utf-8")
    above = text.partition(LINE)[0]
    linecache.checkcache(path.name)
    linecache.cache[path.name] = (len(above), None, above.splitlines(keepends=True), path.name)
    namespace: dict[str, Any] = {"__name__": path.stem, "__file__": path.name}
    exec(compile(above, path.name, "exec"), namespace)
    functions = [f for f in namespace.values() if isinstance(f, FunctionType) and f.__name__ != "arguments"]
    args = tuple(namespace["arguments"](np.random.default_rng(1)))
    flags = (namespace.get(name, False) for name in ("FEW", "PARALLEL"))
    return Golden(path, functions[-1], namespace["MODE"], namespace["WRT"], args, *flags)


def generated(golden: Golden) -> str:
    """Everything that belongs below the line."""
    program = golden.program()
    if golden.mode == "fwd_and_bwd":
        transform = Transform("vjp", (), golden.wrt, single=len(golden.wrt) == 1)
        _, first, second = build_pair(golden.fun, bind(golden.fun, golden.args, {}), transform, Options())
        count = len(program.primal.results)
        kept = len(first.results) - count
        gradients = tuple(range(len(second.results)))
        from symgrad.emit.module import pair  # beside the only use

        study = pair(first, second, ((0, tuple(range(count, count + kept))), gradients))
        graphs = _graph("forward", first) + _graph("backward", second)
    else:
        study = program.study_text
        graphs = _graph(golden.mode, program.function)
    parts = [_graph("the function", program.primal), graphs, _section("study text"), study]
    parts += [_section("kernel text"), program.kernel_text]
    return "\n".join(p.rstrip() + "\n" for p in parts)


def _section(title: str) -> str:
    return f"\n# ---- {title}\n"


def _graph(title: str, function: Function) -> str:
    lines = "".join(f"# {line}\n" for line in show(function).splitlines())
    return f"{_section(f'graph: {title}')}{lines}"
