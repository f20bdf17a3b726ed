"""The benchmarks of the lectures.

python benchmarks/run.py lectures [--rounds 15] [program ...]   value and gradient per call, against the peers
python benchmarks/run.py startup                                import, first gradient cold and warm
"""

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from timing import measure, one_thread, pretty, table

HERE = Path(__file__).resolve().parent
LECTURES = ["neuron", "two_layers", "softmax_cross_entropy"]


def lectures(names: list[str], rounds: int) -> None:
    one_thread()
    import peers  # late: it imports NumPy, whose threads are fixed at import

    for name in names:
        spec = importlib.util.spec_from_file_location(name, HERE / "programs" / f"{name}.py")
        assert spec is not None and spec.loader is not None
        program = importlib.util.module_from_spec(spec)
        sys.modules[name] = program
        spec.loader.exec_module(program)
        calls, notes = peers.all_calls(program, program.SIZE)
        peers.check_agreement(calls, reference="by hand, numba")
        print(table(f"{name}: {program.__doc__.strip()}", measure(calls, rounds), reference="symgrad"))
        for note in notes:
            print(f"  ({note})")
        print(flush=True)


def first_gradient(library: str, cache: str) -> tuple[float, float]:
    """Seconds of the import and of the first gradient, in a process of its own."""
    command = [sys.executable, str(HERE / "first_gradient.py"), library]
    environment = os.environ | {"SYMGRAD_CACHE_DIR": cache}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    imported, computed = map(float, done.stdout.split())
    return imported, computed


def startup(repeats: int = 5) -> None:
    rows = {}
    with tempfile.TemporaryDirectory() as folder:
        cold = [first_gradient("symgrad", os.path.join(folder, str(i))) for i in range(repeats)]
        warm = [first_gradient("symgrad", os.path.join(folder, "0")) for _ in range(repeats)]
        rows["import symgrad"] = [imported for imported, _ in cold + warm]
        rows["first gradient of the neuron, empty cache"] = [computed for _, computed in cold]
        rows["first gradient of the neuron, warm cache"] = [computed for _, computed in warm]
        if importlib.util.find_spec("jax") is not None:
            other = [first_gradient("jax", folder) for _ in range(repeats)]
            rows["import jax"] = [imported for imported, _ in other]
            rows["first gradient of the neuron, jax.jit"] = [computed for _, computed in other]
        else:
            print("(jax is not installed)")
    width = max(map(len, rows))
    for name, seconds in rows.items():
        print(f"{name:{width}}  {pretty(statistics.median(seconds)):>8}   ({pretty(min(seconds))} at best)")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    some = commands.add_parser("lectures", help="value and gradient per call, against the peers")
    some.add_argument("programs", nargs="*", metavar="program", help=f"of {', '.join(LECTURES)}; default all")
    some.add_argument("--rounds", type=int, default=15)
    commands.add_parser("startup", help="import, first gradient cold and warm")
    args = parser.parse_args()
    if args.command == "startup":
        startup()
    else:
        lectures(args.programs or LECTURES, args.rounds)


if __name__ == "__main__":
    main()
