"""What the measurements of growth say: a page and a plot for scaling, and for compiling.

In: what scaling.py and compiling.py print. Out: docs/benchmarks/scaling.md, compile.md, and their plots.
"""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from report import svg
from timing import pretty

SCALING = """# Scaling

What a gradient costs when the work grows a thousandfold: its time over the time of the value, both compiled
by symgrad, and the memory that a call takes. Memory is the growth of the peak of a fresh process during
the call: tapes, work arrays and the gradients. Kernels themselves take some hundred kilobytes.

    python benchmarks/run.py scaling --docs docs
"""

COMPILING = """# Compiling

CPU seconds from source to the text that numba gets, the cache empty, in a process that has differentiated
before. Short functions of the families first; then written programs of 10 to 3,000 lines: straight-line
arithmetic on numbers, statements on whole arrays, loops with a branch and a write in them. How long numba
then takes, against the adjoints by hand, is in the column `compile` of [the programs](../benchmarks.md).

    python benchmarks/run.py compile --docs docs
"""


def memory(count: float) -> str:
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= scale:
            return f"{count / scale:.3g} {unit}"
    return f"{count:.0f} B"


def lines_plot(
    panels: list[tuple[str, str, dict[str, tuple[list[float], list[float]]]]], x: str, path: Path
) -> None:
    """Curves on logarithmic axes, a panel each: (title, y label, {name: (xs, ys)})."""
    with svg(len(panels) * 4.5, 4.2, path) as figure:
        for place, (title, label, curves) in enumerate(panels):
            axes = figure.add_subplot(1, len(panels), place + 1)
            for k, (name, (xs, ys)) in enumerate(curves.items()):
                axes.plot(xs, ys, marker="os^Dv*Px"[k % 8], markersize=4, linewidth=1, label=name)
            axes.set(xscale="log", yscale="log", xlabel=x, ylabel=label, title=title)
            axes.grid(alpha=0.4)
        axes.legend(fontsize=8)


def scaling_page(programs: list[dict[str, Any]]) -> str:
    lines = [SCALING, "![cost and memory as the work grows](scaling.svg)", ""]
    lines += [
        "| program | what grows | size | value | gradient | ratio | arguments | memory of the gradient |"
    ]
    lines += ["|---|---|--:|--:|--:|--:|--:|--:|"]
    for program in programs:
        for k, row in enumerate(program["rows"]):
            name = [program["program"], program["grows"]] if k == 0 else ["", ""]
            times = [pretty(row["value"]), pretty(row["gradient"]), f"{row['gradient'] / row['value']:.2f}"]
            sizes = [memory(row["inputs"]), memory(row["gradient bytes"])]
            lines.append("| " + " | ".join([*name, f"{row['n']:,}", *times, *sizes]) + " |")
    return "\n".join([*lines, ""])


def write_scaling(docs: Path, programs: list[dict[str, Any]]) -> None:
    folder = docs / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "scaling.md").write_text(scaling_page(programs), encoding="utf-8")

    def curves(y: Callable[[dict[str, Any]], float]) -> dict[str, tuple[list[float], list[float]]]:
        work = lambda p: [r["value"] / p["rows"][0]["value"] for r in p["rows"]]
        return {p["program"]: (work(p), [y(r) for r in p["rows"]]) for p in programs}

    ratio = ("cost", "gradient / value, time", curves(lambda r: r["gradient"] / r["value"]))
    held = ("memory", "bytes of a gradient", curves(lambda r: max(r["gradient bytes"], 1e4)))
    lines_plot(
        [ratio, held], "work (time of the value over that at the smallest size)", folder / "scaling.svg"
    )


def slope(rows: list[dict[str, Any]]) -> float:
    """The exponent of the growth between the last size and the one a tenth of it."""
    last = rows[-1]
    tenth = min(rows, key=lambda r: abs(r["lines"] - last["lines"] / 10))
    return math.log(last["all"] / tenth["all"]) / math.log(last["lines"] / tenth["lines"])


def compile_page(found: dict[str, Any]) -> str:
    stages = ("lower", "group", "differentiate", "simplify", "kernel text")
    lines = [COMPILING, "| function | lines | to text | " + " | ".join(stages) + " |"]
    lines += ["|---|--:|--:|" + "--:|" * len(stages)]
    for row in found["short"]:
        total = sum(row[s] for s in stages)
        shares = [f"{row[s] / total:.0%}" for s in stages]
        lines.append(
            f"| {row['program']} | {row['lines']} | {pretty(row['all'])} | " + " | ".join(shares) + " |"
        )
    lines += ["", "![seconds against lines](compile.svg)", ""]
    families = {
        name: [r for r in found["long"] if r["program"] == name] for name in ("scalars", "arrays", "loops")
    }
    lines += ["| lines | " + " | ".join(families) + " |", "|--:|" + "--:|" * len(families)]
    for rows in zip(*families.values(), strict=True):
        lines.append(f"| {rows[0]['lines']:,} | " + " | ".join(pretty(r["all"]) for r in rows) + " |")
    exponents = ", ".join(f"{slope(rows):.2f} ({name})" for name, rows in families.items())
    return "\n".join(
        [*lines, "", f"Over the last factor of ten the time grows as lines to the power {exponents}.", ""]
    )


def write_compiling(docs: Path, found: dict[str, Any]) -> None:
    folder = docs / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "compile.md").write_text(compile_page(found), encoding="utf-8")
    names = dict.fromkeys(r["program"] for r in found["long"])
    of = lambda name, key: [r[key] for r in found["long"] if r["program"] == name]
    curves = {name: (of(name, "lines"), of(name, "all")) for name in names}
    lines_plot([("source to text", "CPU seconds", curves)], "lines of the program", folder / "compile.svg")
