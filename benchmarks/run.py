"""The benchmarks.

python benchmarks/run.py programs [FOLDER] [--size S] [name ...]   against adjoints by hand, other libraries
python benchmarks/run.py scaling [name ...]                        the work grows a thousandfold: time, memory
python benchmarks/run.py compile                                   source to text, short and long programs
python benchmarks/run.py startup                                   import, first gradient cold and warm
python benchmarks/run.py calls                                     what a call costs, from Python and @njit
"""

import argparse
import importlib.util
import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from typing import Any

import growth
import report
from catalogue import entries
from timing import pretty, table

HERE = Path(__file__).resolve().parent
DOCS = HERE.parent / "docs"


def programs(
    folder: Path, names: list[str], size: str, out: Path | None, prefix: str, budget: float, flags: list[str]
) -> None:
    """Each program in a process of its own; the page is written after each, so that nothing is lost."""
    versions = ", ".join(
        f"{name} {metadata.version(name)}" for name in ("numba", "numpy", "jax", "torch") if found(name)
    )
    for entry in entries(folder, names):
        row = worker(prefix, "one_program.py", str(entry.folder), entry.name, size, str(budget), *flags)
        if row is None:
            continue
        if row["seconds"]:
            print(table(f"{entry.family}/{entry.name} ({row['size']})", row["seconds"], reference="symgrad"))
        compiled = {name: pretty(s) for name, s in row["compile"].items() if s is not None}
        print("  compile:", ", ".join(f"{name} {s}" for name, s in compiled.items()))
        for note in row["notes"]:
            print(f"  ({note})")
        print(flush=True)
        if out is not None:
            report.write(out, [row], versions)


def worker(prefix: str, script: str, *arguments: str) -> Any:
    """The JSON that a script of this folder prints, run in a process of its own; None if it failed."""
    command = [*shlex.split(prefix), sys.executable, str(HERE / script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{script} {' '.join(arguments)} failed\n{done.stderr[-2000:]}", flush=True)
        return None
    return json.loads(done.stdout.splitlines()[-1])


def scaling(names: list[str], out: Path | None, prefix: str) -> None:
    from scaling import PROGRAMS  # late: it imports NumPy

    rows = [worker(prefix, "scaling.py", name) for name in names or PROGRAMS]
    rows = [row for row in rows if row is not None]
    print(growth.scaling_page(rows))
    if out is not None:
        growth.write_scaling(out, rows)


def compiling(out: Path | None, prefix: str) -> None:
    result = worker(prefix, "compiling.py")
    if result is None:
        return
    print(growth.compile_page(result))
    if out is not None:
        growth.write_compiling(out, result)


def found(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def first_gradient(library: str, cache: str) -> tuple[float, float]:
    """Seconds of the import and of the first gradient, in a process of its own."""
    command = [sys.executable, str(HERE / "first_gradient.py"), library]
    environment = os.environ | {"SYMGRAD_CACHE_DIR": cache}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    imported, computed = map(float, done.stdout.split())
    return imported, computed


def importing(name: str) -> float:
    """Seconds of an import, in a process of its own."""
    code = f"import time; start = time.perf_counter(); import {name}; print(time.perf_counter() - start)"
    return float(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    )


def startup(repeats: int = 5) -> None:
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        cold = [first_gradient("symgrad", os.path.join(folder, str(i))) for i in range(repeats)]
        warm = [first_gradient("symgrad", os.path.join(folder, "0")) for _ in range(repeats)]
        numba = [importing("numba") for _ in range(repeats)]
        rows["import numba"] = numba
        rows["import symgrad"] = [imported for imported, _ in cold + warm]
        rows["first gradient of the neuron, empty cache"] = [computed for _, computed in cold]
        rows["first gradient of the neuron, warm cache"] = [computed for _, computed in warm]
        loading = statistics.median(numba)
        rows["import and warm first gradient over `import numba`"] = [sum(times) - loading for times in warm]
        if found("jax"):
            other = [first_gradient("jax", folder) for _ in range(repeats)]
            rows["import jax"] = [imported for imported, _ in other]
            rows["first gradient of the neuron, jax.jit"] = [computed for _, computed in other]
        else:
            print("(jax is not installed)")
    width = max(map(len, rows))
    for name, seconds in rows.items():
        print(f"{name:{width}}  {pretty(statistics.median(seconds)):>8}   ({pretty(min(seconds))} at best)")


def calls(prefix: str) -> None:
    for title, seconds in (worker(prefix, "calls.py") or {}).items():
        print(table(title, seconds, reference="symgrad"))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    every = commands.add_parser("programs", help="gradients against adjoints by hand and other libraries")
    every.add_argument(
        "where", nargs="*", help="a folder of programs (default: this one), then names of programs"
    )
    every.add_argument("--size", default="S", help="T, S or M (default S), or the programs' own names")
    every.add_argument("--budget", type=float, default=20.0, help="CPU seconds for timing each program")
    every.add_argument("--quick", action="store_true", help="symgrad, its primal, the adjoint by hand only")
    every.add_argument(
        "--workspace", action="store_true", help="also into arrays that are there: df.workspace(), out="
    )
    some = commands.add_parser("scaling", help="cost and memory as the work grows a thousandfold")
    some.add_argument("names", nargs="*", metavar="name")
    short = commands.add_parser("compile", help="source to text, for short and long programs")
    called = commands.add_parser("calls", help="what a call costs, from Python and in @njit")
    for command in (every, some, short):
        command.add_argument("--docs", type=Path, help=f"write a page and a plot here, e.g. {DOCS.name}")
    for command in (every, some, short, called):
        command.add_argument("--prefix", default="", help="a command to run each under, e.g. 'flock FILE'")
    commands.add_parser("startup", help="import, first gradient cold and warm")
    args = parser.parse_args()
    match args.command:
        case "startup":
            startup()
        case "calls":
            calls(args.prefix)
        case "scaling":
            scaling(args.names, args.docs, args.prefix)
        case "compile":
            compiling(args.docs, args.prefix)
        case "programs":
            where = list(args.where)
            folder = Path(where.pop(0)) if where and Path(where[0]).is_dir() else HERE
            flags = [f"--{name}" for name in ("quick", "workspace") if getattr(args, name)]
            programs(folder, where, args.size, args.docs, args.prefix, args.budget, flags)


if __name__ == "__main__":
    main()
