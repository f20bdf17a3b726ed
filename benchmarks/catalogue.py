"""Which programs there are: modules in folders, their adjoints by hand and their JAX versions beside them.

In: a folder. Out: an `Entry` for each program in it. Nothing is measured and no peer is imported here.

    FOLDER/programs/NAME.py       make_inputs(size), primal(*inputs) -> float, WRT; perhaps WHAT, SIZES
    FOLDER/hand/NAME.py           grad, derivative or hand: the compiled adjoint by hand; grad_...: others
    FOLDER/jax_versions/NAME.py   VARIANTS, a dict of functions; STATIC, names of arguments not traced

A folder of such folders gives the programs of all of them.
"""

import importlib.util
import inspect
import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

BY_HAND = ("grad", "derivative", "hand")
GRADIENT, BOTH, NEWTON = "gradient", "value and gradient", "hessian"
# What a size is called by programs that have their own names for it.
OTHER_NAMES = {"T": ("tiny", "small"), "S": ("small",), "M": ("medium",), "L": ("large",)}


@dataclass(frozen=True)
class Entry:
    """One program: the folder it stands in, and its name there."""

    folder: Path
    name: str

    @property
    def family(self) -> str:
        return self.folder.name

    def module(self, part: str = "programs") -> ModuleType | None:
        """A fresh copy of its module of that part, or None."""
        path = self.folder / part / f"{self.name}.py"
        if not path.exists():
            return None
        title = f"{self.family}_{part}_{self.name}"
        spec = importlib.util.spec_from_file_location(title, path)
        assert spec is not None and spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[title] = module  # numba and inspect look modules up by name
        spec.loader.exec_module(module)
        return module


def entries(folder: Path, names: list[str] | None = None) -> list[Entry]:
    """The programs of a folder, or of the folders in it; of these names, if names are given."""
    folders = (
        [folder] if (folder / "programs").is_dir() else sorted(p.parent for p in folder.glob("*/programs"))
    )
    if not folders:
        raise SystemExit(f"{folder}: no folder called programs in it")
    found = [Entry(f.resolve(), path.stem) for f in folders for path in sorted((f / "programs").glob("*.py"))]
    if not names:
        return found
    unknown = set(names) - {e.name for e in found}
    if unknown:
        raise SystemExit(f"{folder}: no program called {', '.join(sorted(unknown))}")
    return [e for e in found if e.name in names]


def what(program: ModuleType) -> str:
    """What is wanted of it: GRADIENT, BOTH or NEWTON (gradient over the diagonal of a diagonal Hessian)."""
    wanted: str = getattr(program, "WHAT", GRADIENT)
    assert wanted in (GRADIENT, BOTH, NEWTON), wanted
    return wanted


def inputs_of(program: ModuleType, size: str) -> tuple[str, tuple[Any, ...]]:
    """The arguments of the size, or of what the program calls it; and that name."""
    known = getattr(program, "SIZES", None)
    if known is not None and size not in known:
        size = next((s for s in OTHER_NAMES.get(size, ()) if s in known), known[0])
    return size, tuple(program.make_inputs(size))


def positions(program: ModuleType) -> tuple[int, ...]:
    """Where the arguments of WRT stand."""
    names = list(inspect.signature(program.primal).parameters)
    return tuple(names.index(name) for name in program.WRT)


def by_hand(entry: Entry, program: ModuleType) -> dict[str, Any]:
    """The compiled adjoints by hand, by name: the one to compare with, and variants called grad_..."""
    beside = entry.module("hand")
    found = {} if beside is None else dict(vars(beside))
    if hasattr(program, "hand"):
        found["hand"] = program.hand
    return {n: f for n, f in found.items() if n in BY_HAND or n.startswith("grad_")}
