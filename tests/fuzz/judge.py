"""What becomes of a random program: right, refused, says nothing, or wrong.

In: a `Program`. Out: a `Verdict`. Python itself is the judge: the value from running the text; the slope
from a complex step, where every function it meets is analytic and comparisons go by the real part; and from
central differences with two steps. The two must agree: a program that stands at a kink or a jump, raises, or
has numbers beyond 1e4 is skipped. What is checked, at several sizes of the arguments:

    value, gradient by reverse mode, slope by forward mode, hvp against the gradient, arguments untouched
"""

from __future__ import annotations

import builtins
import cmath
import copy
import math
import re
import types
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np
from fuzz.writer import Program

import symgrad as sg

LARGE = 1e4
Args = tuple[Any, ...]


@dataclass(frozen=True)
class Verdict:
    """`kind` is "right", "refused", "skipped" or "wrong"; `detail` says what was found, `stage` where."""

    kind: str
    detail: str = ""
    stage: str = ""


class Wrong(AssertionError):
    """A derivative that disagrees with Python; its first word is the stage."""


# -- arguments and the plain function -----------------------------------------------------------------------


def arguments(seed: int, n: int, m: int, dtype: str = "float64", signed: bool = False) -> Args:
    """x, a, c, k, idx for these sizes; a `signed` k may be negative."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(-1.3, 1.3, n).astype(dtype)
    a = rng.uniform(-1.1, 1.1, (n, m)).astype(dtype)
    c = float(rng.uniform(-1, 1.2))
    idx = rng.integers(0, max(n, 1), 3) if n else np.zeros(0, dtype=np.int64)
    return (
        x,
        a,
        c if dtype == "float64" else np.dtype(dtype).type(c),
        int(rng.integers(-2 * signed, 3 + signed)),
        idx,
    )


def plain(source: str) -> Callable[..., Any]:
    """The function as the user has it."""
    return sg.from_source(f"import symgrad as sg\n{source}" if "sg." in source else source, "f")


def _complex_numpy() -> types.SimpleNamespace:
    """NumPy for complex steps: new arrays are complex, `abs` and its like go by the real part."""
    space = types.SimpleNamespace(
        **{name: getattr(np, name) for name in dir(np) if not name.startswith("__")}
    )

    def made(f: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *args, **kw: f(*args, **{"dtype": complex, **kw})

    for name in (
        "zeros",
        "ones",
        "empty",
        "full",
        "zeros_like",
        "ones_like",
        "empty_like",
        "full_like",
        "eye",
    ):
        setattr(space, name, made(getattr(np, name)))
    space.abs = space.absolute = _complex_abs
    space.maximum = lambda a, b: np.where(np.real(a) >= np.real(b), a, b)
    space.minimum = lambda a, b: np.where(np.real(a) <= np.real(b), a, b)
    space.argmax = lambda a, *rest, **kw: np.argmax(np.real(a), *rest, **kw)
    return space


def _complex_abs(z: Any) -> Any:
    return np.where(np.real(z) < 0, -np.asarray(z), z)[()]


_CMATH = types.SimpleNamespace(
    **{k: getattr(cmath, k) for k in ("sin", "cos", "tanh", "exp", "log", "sqrt", "atan")}, pi=math.pi
)


def complex_version(source: str) -> Callable[..., Any]:
    """The same text over complex numbers."""
    space: dict[str, Any] = {
        "sg": types.SimpleNamespace(checkpoint=lambda what, **_: what),
        "np": _complex_numpy(),
        "math": _CMATH,
        "abs": _complex_abs,
        "float": lambda z: z,
    }
    space["max"] = lambda *a: builtins.max(*a, key=np.real)
    space["min"] = lambda *a: builtins.min(*a, key=np.real)
    exec(compile(source, "<complex step>", "exec"), space)
    return space["f"]  # type: ignore[no-any-return]


# -- slopes -------------------------------------------------------------------------------------------------


def moved(args: Args, steps: Sequence[Any], t: Any) -> Args:
    """The arguments moved along a direction; copies, for a program writes into them."""
    return tuple(copy.copy(a) if s is None else a + t * s for a, s in zip(args, steps, strict=True))


def complex_slope(source: str, args: Args, steps: Sequence[Any]) -> float | None:
    """The slope by a complex step, or None where the text does not run over complex numbers."""
    h = 1e-30
    try:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("error")
            value = complex_version(source)(*moved(args, steps, 1j * h))
    except (TypeError, ValueError, ArithmeticError, Warning, AttributeError, IndexError, NameError):
        return None
    return float(np.imag(value)) / h


def difference_slope(f: Callable[..., Any], args: Args, steps: Sequence[Any]) -> tuple[float, float] | None:
    """The slope by central differences and how far it may be off; None at a kink, a jump, an overflow."""

    def along(t: float) -> float:
        with np.errstate(all="ignore"), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = float(f(*moved(args, steps, t)))
        if not abs(value) < LARGE:
            raise OverflowError
        return value

    try:
        found, sides = [], []
        here = along(0.0)
        for h in (1e-3, 2.5e-4):
            up, up2, down, down2 = along(h), along(2 * h), along(-h), along(-2 * h)
            found.append((8 * (up - down) - (up2 - down2)) / (12 * h))
            sides.append(((up - here) / h, (here - down) / h, abs(up - 2 * here + down)))
    except (ArithmeticError, IndexError, ValueError, TypeError, NameError, AttributeError):
        return None
    scale = max(1.0, abs(found[1]))
    # The second difference shrinks with h squared where f is smooth, and with h at a kink.
    smooth = sides[1][2] <= 0.12 * sides[0][2] + 1e-11 * max(1.0, abs(here))
    error = 3 * abs(found[0] - found[1]) + 1e-9 * scale
    if error > 1e-4 * scale or not smooth:
        return None
    return found[1], error


def true_slope(
    f: Callable[..., Any], source: str, args: Args, steps: Sequence[Any]
) -> tuple[float, float] | None:
    """The slope and its error, if the judges agree."""
    rough = difference_slope(f, args, steps)
    if rough is None:
        return None
    exact = complex_slope(source, args, steps)
    if exact is None:
        return rough
    if not abs(exact - rough[0]) <= max(20 * rough[1], 1e-6 * max(1.0, abs(exact))):
        return None
    return exact, 1e-9 * max(1.0, abs(exact))


# -- the trial ----------------------------------------------------------------------------------------------


def directions(args: Args, seed: int) -> tuple[Any, ...]:
    """A random tangent for each float argument, None for the others."""
    rng = np.random.default_rng(seed + 1)
    out: list[Any] = []
    for a in args:
        if isinstance(a, float | np.floating):
            out.append(type(a)(rng.normal()))
        elif isinstance(a, np.ndarray) and a.dtype.kind == "f":
            out.append(rng.normal(size=a.shape).astype(a.dtype))
        else:
            out.append(None)
    return tuple(out)


def sizes_for(program: Program) -> list[tuple[int, int]]:
    """Sizes in an order of its own: each call may need a branch, or a kernel, that none before did."""
    sizes = [(4, 3), (5, 2), (1, 1), (2, 4), (0, 2)]
    if program.signed:
        sizes = Random(program.seed).sample([*sizes, (3, 3), (7, 2), (2, 1), (1, 3), (6, 4)], 6)
    return sizes


def failed(e: Exception) -> Verdict:
    """What an exception says of a program."""
    if isinstance(e, sg.SymgradError):
        if not (e.lineno and (e.why or e.instead)):
            return Verdict("wrong", f"a refusal without its place or reason: {e}", "refusal")
        return Verdict("refused", str(e.message))
    if isinstance(e, Wrong):
        return Verdict("wrong", str(e), str(e).split(":")[0])
    return Verdict("wrong", f"{type(e).__name__}: {e}", f"{type(e).__name__} {_shape_of(str(e))}")


def _shape_of(message: str) -> str:
    """A message without the names and numbers in it."""
    return re.sub(r"'\w+'|\d+", "_", message.splitlines()[0])[:60] if message else ""


def trial(
    program: Program, jit: bool = False, *, forward: bool = True, second: bool = True, simplify: str = "auto"
) -> Verdict:
    """Run the program and its derivatives at a few sizes."""
    f = plain(program.source)
    options = {"jit": jit, "simplify": simplify}
    slope = sg.value_and_grad(f, (0, 1, 2), **options)
    push = sg.jvp(f, **options) if forward else None
    curve = sg.hvp(f, (0, 1, 2), **options) if second else None
    checked = 0
    sizes = sizes_for(program)
    try:
        for number, (n, m) in enumerate(sizes):
            args = arguments(program.seed + number, n, m, signed=program.signed)
            checked += _at(f, program, args, slope, push, curve if number < 2 else None)
    except Exception as e:
        return failed(e)
    return Verdict("right" if checked else "skipped")


def _at(f: Any, program: Program, args: Args, slope: Any, push: Any, curve: Any) -> bool:
    """Check everything at these arguments; whether anything was checked."""
    steps = directions(args, program.seed)
    found = true_slope(f, program.source, args, steps)
    if found is None:
        return False
    expected, error = found
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        want = float(f(*copy.deepcopy(args)))
        given = copy.deepcopy(args)
        value, gradients = slope(*given)
        _close("value", value, want, 1e-9 * max(1.0, abs(want)))
        for before, after in zip(args, given, strict=True):
            if not np.array_equal(before, after):
                raise Wrong("untouched: an argument was modified")
        reverse = _inner(gradients, steps)
        _close("reverse", reverse, expected, error + 1e-7 * max(1.0, _size(gradients)))
        if push is not None:
            out, forward = push(given, steps)
            _close("forward value", out, want, 1e-9 * max(1.0, abs(want)))
            _close("forward", forward, reverse, 1e-9 * max(1.0, _size(gradients)))
        if curve is not None:
            _second_order(f, program, args, steps, slope, curve)
    return True


def _second_order(f: Any, program: Program, args: Args, steps: Any, slope: Any, curve: Any) -> None:
    """The hvp is the slope of the gradient, where that is smooth."""
    others = directions(args, program.seed + 7)

    def along(t: float) -> float:
        return _inner(slope(*moved(args, steps, t))[1], others)

    found = []
    for h in (1e-3, 2.5e-4):
        if difference_slope(f, moved(args, steps, 2 * h), steps) is None:
            return
        up, up2, down, down2 = along(h), along(2 * h), along(-h), along(-2 * h)
        found.append((8 * (up - down) - (up2 - down2)) / (12 * h))
        if abs((up - along(0.0)) - (along(0.0) - down)) > 0.3 * abs(up - down) + 1e-6:
            return  # the gradient has a kink or a jump
    error = 3 * abs(found[0] - found[1])
    if not error < 1e-4 * max(1.0, abs(found[1])):
        return
    got = _inner(curve(args[:3], steps[:3], *args[3:]), others[:3])
    _close("second order", got, found[1], error + 1e-6 * max(1.0, abs(found[1])))


def _inner(gradients: Sequence[Any], steps: Sequence[Any]) -> float:
    pairs = zip(gradients, steps[:3], strict=True)
    return sum(float(np.sum(np.asarray(g) * s)) for g, s in pairs)


def _size(gradients: Sequence[Any]) -> float:
    return max((float(np.max(np.abs(g), initial=0.0)) for g in map(np.asarray, gradients)), default=0.0)


def _close(stage: str, got: Any, want: float, error: float) -> None:
    if not abs(float(got) - want) <= error:
        raise Wrong(f"{stage}: {float(got)!r} where Python has {want!r} (within {error:.1e})")
