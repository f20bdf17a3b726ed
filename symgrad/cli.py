"""The command line: `symgrad show | check | cache | info`. stdout is the artefact, stderr the messages.

In: a function as ``package.module:function`` or ``file.py:function``, example arguments as ``--at x=1.3``
or ``--at W=float64[5,10]``. Out: generated source, a report of a numerical check, facts about the cache.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.util
import inspect
import json
import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from symgrad.errors import SymgradError

_SHAPED = re.compile(r"(float64|float32|int64|bool)\[([\d, ]*)\]")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; the exit status is 0, 1 for a refused or failed check, 2 for wrong usage."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments))
    except SymgradError as error:
        print(_red(f"{type(error).__name__}: {error}"), file=sys.stderr)
        return 1
    except (ValueError, TypeError, ImportError, AttributeError, OSError) as error:
        print(_red(f"symgrad: {error}"), file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    from symgrad import __version__

    parser = argparse.ArgumentParser(
        prog="symgrad", description="Differentiate Python source, and read the result."
    )
    parser.add_argument("--version", action="version", version=f"symgrad {__version__}")
    commands = parser.add_subparsers(required=True, metavar="command")

    show = commands.add_parser("show", help="print the generated source of a gradient")
    _target(show)
    show.add_argument("--wrt", help="arguments to differentiate by, comma-separated (default: every float)")
    what = show.add_mutually_exclusive_group()
    what.add_argument("--kernel", action="store_true", help="the fused loops that numba compiles")
    what.add_argument("--side-by-side", action="store_true", help="the user's lines beside their adjoints")
    what.add_argument("--forward", action="store_true", help="forward mode: tangents beside values")
    show.add_argument("--save", metavar="FILE", help="write the text to a file instead of stdout")
    show.set_defaults(run=_show)

    check = commands.add_parser("check", help="compare the derivatives with centred differences")
    _target(check)
    check.add_argument("--order", type=int, default=1, help="1, or 2 to check second derivatives too")
    check.add_argument("--jit", action="store_true", help="check the compiled kernels")
    check.add_argument("--json", action="store_true")
    check.set_defaults(run=_check)

    cache = commands.add_parser("cache", help="the folder of compiled kernels")
    cache.add_argument("action", choices=("info", "clear"))
    cache.add_argument("--json", action="store_true")
    cache.set_defaults(run=_cache)

    info = commands.add_parser("info", help="versions, vector math, folders")
    info.add_argument("--json", action="store_true")
    info.set_defaults(run=_info)
    return parser


def _target(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("target", help="package.module:function or file.py:function")
    parser.add_argument(
        "--at",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="an example argument: a Python literal, or dtype[extents] such as float64[5,10]",
    )


def load_target(target: str) -> Any:
    """The function that ``module:name`` or ``file.py:name`` names."""
    where, colon, name = target.rpartition(":")
    if not colon or not name:
        raise ValueError(f"{target!r}: write package.module:function or file.py:function")
    if where.endswith(".py"):
        path = Path(where)
        if not path.exists():
            raise ValueError(f"there is no file {where}")
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        sys.path.insert(0, str(path.parent))
        spec.loader.exec_module(module)
    else:
        sys.path.insert(0, os.getcwd())
        module = importlib.import_module(where)
    found: Any = module
    for part in name.split("."):
        if not hasattr(found, part):
            raise ValueError(f"{where} has no {name!r}")
        found = getattr(found, part)
    return getattr(found, "__wrapped__", found)


def example_arguments(fun: Any, given: Sequence[str]) -> tuple[Any, ...] | None:
    """Arguments from ``--at``; None if there are none (the function is then read as one of numbers)."""
    import numpy as np

    values: dict[str, Any] = {}
    for item in given:
        name, equals, text = item.partition("=")
        if not equals:
            raise ValueError(f"--at {item}: write NAME=VALUE")
        shaped = _SHAPED.fullmatch(text.strip())
        if shaped:
            shape = tuple(int(s) for s in shaped[2].split(",") if s.strip())
            numbers = np.random.default_rng(0).uniform(0.5, 1.5, shape)
            values[name.strip()] = numbers.astype(shaped[1])
        else:
            try:
                values[name.strip()] = ast.literal_eval(text)
            except (ValueError, SyntaxError):
                raise ValueError(f"--at {item}: {text!r} is neither a literal nor dtype[extents]") from None
    if not values:
        return None
    parameters = inspect.signature(fun).parameters
    for name in values:
        if name not in parameters:
            raise ValueError(f"--at {name}: the arguments are {', '.join(parameters)}")
    bound = inspect.signature(fun).bind(**values)
    bound.apply_defaults()
    return bound.args


def _show(arguments: argparse.Namespace) -> int:
    from symgrad.api import jvp, value_and_grad

    fun = load_target(arguments.target)
    wrt = tuple(arguments.wrt.split(",")) if arguments.wrt else "*"
    args = example_arguments(fun, arguments.at)
    derivative = value_and_grad(fun, wrt=wrt)
    if arguments.forward:
        primals = args if args is not None else derivative.scalar_arguments()
        names = list(inspect.signature(fun).parameters)
        for name in () if wrt == "*" else wrt:
            if name not in names:
                raise ValueError(f"--wrt {name}: the arguments are {', '.join(names)}")
        varying = tuple(i for i, name in enumerate(names) if wrt == "*" or name in wrt)
        text = jvp(fun).source_for(primals, varying)
    elif arguments.kernel:
        text = derivative.kernel_source if args is None else derivative.kernel_source_for(*args)
    elif arguments.side_by_side:
        if args is not None:
            derivative.specialise(args, {})
        text = derivative.listing()
    else:
        text = derivative.source if args is None else derivative.source_for(*args)
    if arguments.save:
        Path(arguments.save).write_text(text)
        print(f"wrote {arguments.save}", file=sys.stderr)
    else:
        print(_coloured(text), end="")
    return 0


def _check(arguments: argparse.Namespace) -> int:
    from symgrad.testing import check_grads

    fun = load_target(arguments.target)
    args = example_arguments(fun, arguments.at)
    if args is None:
        count = len(inspect.signature(fun).parameters)
        args = tuple(0.7 + 0.3 * i for i in range(count))
    check_grads(fun, args, order=arguments.order, jit=arguments.jit)
    report = {"function": arguments.target, "order": arguments.order, "modes": ["rev", "fwd"], "ok": True}
    print(
        json.dumps(report)
        if arguments.json
        else f"{arguments.target}: derivatives agree with centred differences"
    )
    return 0


def _cache(arguments: argparse.Namespace) -> int:
    from symgrad import cache

    if arguments.action == "clear":
        removed = cache.clear()
        print(json.dumps({"removed": removed}) if arguments.json else f"removed {removed} files")
        return 0
    info = cache.info()
    facts = {"path": str(info.path), "entries": info.entries, "bytes": info.bytes}
    _print_facts(facts, arguments.json)
    return 0


def _info(arguments: argparse.Namespace) -> int:
    from importlib.metadata import version

    from symgrad import __version__, cache, vmath

    facts: dict[str, object] = {"symgrad": __version__, "python": sys.version.split()[0]}
    for package in ("numpy", "scipy", "sympy", "numba", "llvmlite"):
        facts[package] = version(package)
    facts["vector math"] = "libmvec" if vmath.available() else "scalar"
    facts["cache"] = str(cache.info().path)
    _print_facts(facts, arguments.json)
    return 0


def _print_facts(facts: dict[str, object], as_json: bool) -> None:
    if as_json:
        print(json.dumps(facts))
        return
    width = max(map(len, facts))
    for name, value in facts.items():
        print(f"{name:<{width}}  {value}")


def _plain() -> bool:
    return bool(os.environ.get("NO_COLOR"))


def _red(text: str) -> str:
    return text if _plain() or not sys.stderr.isatty() else f"\033[31m{text}\033[0m"


def _coloured(text: str) -> str:
    """Python with colours, on a terminal where rich is installed."""
    if _plain() or not sys.stdout.isatty():
        return text
    try:
        from rich.console import Console
        from rich.syntax import Syntax
    except ImportError:
        return text
    console = Console()
    with console.capture() as capture:
        console.print(Syntax(text, "python", background_color="default"))
    return capture.get()


if __name__ == "__main__":
    sys.exit(main())
