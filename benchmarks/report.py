"""What the measurements say: a Markdown page with a table per family, means and misses, and a plot.

In: rows as one_program.py prints them. Out: docs/benchmarks.md, docs/benchmarks/programs.svg. Rows are kept
in docs/benchmarks/programs.json, so that a program measured again replaces its own row only.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from catalogue import BY_HAND
from timing import geometric_mean, pretty

Row = dict[str, Any]
AGAINST_HAND, AGAINST_JAX, AGAINST_PRIMAL = 1.25, 1.1, 2.0  # what we want to stay under

INTRODUCTION = """# Benchmarks

Gradients by symgrad against adjoints written by hand with numba, `jax.jit` (the fastest version), PyTorch,
autograd, and against the function itself compiled by symgrad. One core, one thread; medians of interleaved
rounds of process CPU time; every gradient compared with the others' first (1e-9), every value with NumPy's,
every slope with differences.

    python benchmarks/run.py programs FOLDER --size S --docs docs   # of programs/, hand/, jax_versions/
    python benchmarks/run.py programs --docs docs                   # the lecture set, and the families here
    python benchmarks/run.py programs --workspace --quick           # beside them df.workspace() and out=

A column says how many times symgrad's time the other takes: above 1, symgrad is faster. `gradient / primal`
is symgrad's gradient over symgrad's compiled value. `compile` is symgrad's first call, source to machine
code, over the first call of the adjoint by hand, in processes that have compiled something before: the
modules of both compilers are loaded. A dash: no version for this library, and it does not take the program
as it stands.

More: [what is in excess where symgrad is slower](benchmarks/notes.md),
[how cost and memory grow](benchmarks/scaling.md), [what compiling costs](benchmarks/compile.md).
"""


def best(row: Row, prefix: str) -> float | None:
    """The seconds of the fastest variant of a peer."""
    times = [s for name, s in row["seconds"].items() if name.startswith(prefix)]
    return min(times, default=None)


def ratios(row: Row) -> dict[str, float | None]:
    """How many times symgrad's time each peer takes; gradient over primal; compile over compile by hand."""
    seconds, compiled = row["seconds"], row["compile"]
    ours = seconds.get("symgrad")
    over = lambda other: None if ours is None or other is None else other / ours
    hand = next((name for name in BY_HAND if name in compiled), "")
    both = ours is not None and compiled.get(hand) and compiled.get("symgrad")
    return {
        "hand": over(seconds.get(f"by hand, {hand}")),
        "jax.jit": over(best(row, "jax")),
        "PyTorch": over(best(row, "PyTorch")),
        "autograd": over(best(row, "autograd")),
        "gradient / primal": None if ours is None else ours / seconds["primal"],
        "compile": compiled["symgrad"] / compiled[hand] if both else None,
    } | ({"workspace": over(seconds["symgrad, workspace"])} if "symgrad, workspace" in seconds else {})


def number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.0f}" if value >= 100 else f"{value:.3g}" if value >= 10 else f"{value:.2f}"


def family_table(rows: list[Row]) -> list[str]:
    names = list(dict.fromkeys(name for row in rows for name in ratios(row)))
    lines = [
        "| program | size | symgrad | " + " | ".join(names) + " |",
        "|---|---|---|" + "--:|" * len(names),
    ]
    columns: dict[str, list[float]] = {name: [] for name in names}
    for row in rows:
        found = ratios(row)
        for name, value in found.items():
            if value is not None:
                columns[name].append(value)
        ours = row["seconds"].get("symgrad")
        cells = [row["program"], row["size"], "refused" if ours is None else pretty(ours)]
        lines.append("| " + " | ".join(cells + [number(found.get(n)) for n in names]) + " |")
    means = [number(geometric_mean(columns[n]) if columns[n] else None) for n in names]
    lines.append("| **geometric mean** | | | " + " | ".join(means) + " |")
    return lines


def misses(rows: list[Row]) -> list[str]:
    """The programs that are slower than we want, and what went wrong with others."""
    lines = []
    for row in rows:
        found, name = ratios(row), f"{row['family']}/{row['program']} ({row['size']})"
        if found["hand"] is not None and 1 / found["hand"] > AGAINST_HAND:
            lines.append(f"- {name}: {1 / found['hand']:.2f} times the adjoint by hand")
        if found["jax.jit"] is not None and 1 / found["jax.jit"] > AGAINST_JAX:
            lines.append(f"- {name}: {1 / found['jax.jit']:.2f} times the time of JAX")
        lines += [f"- {name}: {note}" for note in row["notes"] if note.startswith(("WRONG", "REFUSED"))]
    return lines


def page(rows: list[Row], versions: str, plot: str) -> str:
    lines = [INTRODUCTION, f"Measured with {versions}.", "", f"![times relative to symgrad]({plot})", ""]
    for family in sorted({row["family"] for row in rows}):
        mine = [row for row in rows if row["family"] == family]
        lines += [f"## {family}", "", *family_table(mine), ""]
    every = [ratios(row) for row in rows]
    mean = lambda name: geometric_mean([r[name] for r in every if r[name] is not None])
    lines += ["## All", ""]
    lines += [
        f"Geometric means: {1 / mean('hand'):.2f} times the adjoints by hand; JAX takes {mean('jax.jit'):.2f}"
        f" times our time, PyTorch {mean('PyTorch'):.1f}, autograd {mean('autograd'):.1f}.",
        f"A gradient costs {mean('gradient / primal'):.2f} times its primal, and compiles "
        f"{mean('compile'):.2f} times as long as the adjoint by hand.",
        "",
        f"Over {AGAINST_HAND} times the adjoint by hand, over {AGAINST_JAX} times JAX, wrong, or refused:",
        "",
        *(misses(rows) or ["- none"]),
        "",
    ]
    return "\n".join(lines)


@contextmanager
def svg(width: float, height: float, path: Path) -> Iterator[Any]:
    """A figure, written at the end: the same bytes for the same numbers."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams["svg.hashsalt"] = "symgrad"
    import matplotlib.pyplot as plt

    figure = plt.figure(figsize=(width, height), layout="constrained")
    yield figure
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def plot(rows: list[Row], path: Path) -> None:
    """A dot per program and peer, on a logarithmic axis; the line at 1 is symgrad."""
    styles = {"hand": ("k", "D"), "jax.jit": ("C0", "o"), "PyTorch": ("C1", "s"), "autograd": ("C2", "^")}
    height = 1.2 + 0.22 * len(rows)
    with svg(8, height, path) as figure:
        axes = figure.add_subplot()
        for name, (color, marker) in styles.items():
            found = [(i, ratios(row)[name]) for i, row in enumerate(rows)]
            points = [(i, r) for i, r in found if r is not None]
            axes.scatter(
                [r for _, r in points], [i for i, _ in points], c=color, marker=marker, s=28, label=name
            )
        axes.axvline(1.0, color="C3", label="symgrad")
        axes.set_xscale("log")
        axes.set_yticks(range(len(rows)), [f"{row['family']}/{row['program']}" for row in rows], fontsize=8)
        axes.set_ylim(len(rows) - 0.5, -0.5)
        axes.grid(axis="x", alpha=0.4)
        axes.set_xlabel("time over symgrad's time (right of the line: symgrad is faster)")
        figure.legend(loc="outside upper center", ncol=5, frameon=False)


def merged(folder: Path, new: list[Row]) -> list[Row]:
    """The rows of earlier runs with these in their places; kept in the folder."""
    path = folder / "programs.json"
    old = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
    key = lambda row: (row["family"], row["size"], row["program"])
    rows = {key(row): row for row in old + new}
    kept = [rounded(rows[k]) for k in sorted(rows)]
    path.write_text("[\n" + ",\n".join(json.dumps(r) for r in kept) + "\n]\n", encoding="utf-8")
    return kept


def rounded(value: Any) -> Any:
    """Four digits are more than a measurement has."""
    if isinstance(value, dict):
        return {k: rounded(v) for k, v in value.items()}
    return float(f"{value:.4g}") if isinstance(value, float) else value


def write(docs: Path, new: list[Row], versions: str) -> Path:
    """Keep the rows; write page and plot."""
    folder = docs / "benchmarks"
    folder.mkdir(parents=True, exist_ok=True)
    rows = merged(folder, new)
    plot(rows, folder / "programs.svg")
    target = docs / "benchmarks.md"
    target.write_text(page(rows, versions, "benchmarks/programs.svg"), encoding="utf-8")
    return target
