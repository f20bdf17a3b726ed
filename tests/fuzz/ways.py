"""Ways to call a derivative: each must give the gradient that the plain call gives.

In: a program that is right, a way, a `random.Random`. Out: a `Verdict`. The plain call is that of the NumPy
backend, which `judge` has held against Python; sizes at which Python says nothing are left out.

    views        arguments that are slices, transposed, reversed: the same numbers in other memory
    workspace    one workspace for all sizes, in their order, each of them twice; `out=` as well
    subset       some of the arguments only, in another order
    again        the gradient of a gradient's product with weights: reverse over reverse
    float32, fastmath, strict, parallel, unsimplified, scalar_math, pair, checkpointed
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from random import Random
from typing import Any

import numpy as np
from fuzz.judge import Args, Verdict, Wrong, arguments, directions, failed, plain, sizes_for, true_slope
from fuzz.writer import Program

import symgrad as sg

Check = Callable[[Program, list[tuple[Args, Any]], bool, Random], None]


def try_way(program: Program, way: str, jit: bool) -> Verdict:
    """Call the program's derivative in this way, at the sizes of `judge`."""
    f = plain(program.source)
    reference = sg.value_and_grad(f, (0, 1, 2), jit=False)
    known: list[tuple[Args, Any]] = []
    try:
        for number, (n, m) in enumerate(sizes_for(program)):
            args = arguments(program.seed + number, n, m, signed=program.signed)
            steps = directions(args, program.seed)
            if true_slope(f, program.source, args, steps) is not None:
                known.append((args, reference(*copy.deepcopy(args))[1]))
        if known:
            WAYS[way](program, known, jit, Random(program.seed))
    except Exception as e:
        return failed(e)
    return Verdict("right" if known else "skipped")


def _same(what: str, got: Any, want: Any, rtol: float = 1e-10) -> None:
    scale = max(1.0, *(float(np.max(np.abs(w), initial=0.0)) for w in want)) if len(want) else 1.0
    for k, (g, w) in enumerate(zip(got, want, strict=True)):
        if np.shape(g) != np.shape(w):
            raise Wrong(f"{what}: gradient {k} has shape {np.shape(g)}, not {np.shape(w)}")
        if not np.allclose(g, w, rtol=rtol, atol=rtol * scale):
            raise Wrong(f"{what}: gradient {k} is {g!r}, not {w!r}")


# -- the ways -----------------------------------------------------------------------------------------------


def _with_options(**options: Any) -> Check:
    def check(program: Program, known: list[tuple[Args, Any]], jit: bool, rng: Random) -> None:
        slope = sg.value_and_grad(plain(program.source), (0, 1, 2), jit=jit, **options)
        for args, want in known:
            _same(str(options), slope(*copy.deepcopy(args))[1], want, 1e-9)

    return check


def _in_other_memory(a: Any, rng: Random) -> Any:
    """The same numbers, laid out otherwise."""
    if not isinstance(a, np.ndarray):
        return a
    if a.ndim == 2:
        wide = np.zeros((2 * a.shape[0] + 1, a.shape[1] + 2), a.dtype)
        wide[1::2, 1:-1] = a
        return rng.choice([a.T.copy().T, a[::-1, ::-1].copy()[::-1, ::-1], wide[1::2, 1:-1]])
    return rng.choice([np.repeat(a, 2)[::2], a[::-1].copy()[::-1], np.stack([a, a], 1)[:, 1]])


def _views(program: Program, known: list[tuple[Args, Any]], jit: bool, rng: Random) -> None:
    slope = sg.grad(plain(program.source), (0, 1, 2), jit=jit)
    for args, want in known:
        given = tuple(_in_other_memory(a, rng) for a in copy.deepcopy(args))
        _same("views", slope(*given), want)
        for before, after in zip(args, given, strict=True):
            if not np.array_equal(before, after):
                raise Wrong("views: an argument was modified")


def _workspace(program: Program, known: list[tuple[Args, Any]], jit: bool, rng: Random) -> None:
    slope = sg.grad(plain(program.source), (0, 1, 2), jit=jit)
    step = slope.workspace()
    for args, want in [*known, *known[::-1]]:
        for _ in range(2):
            _same("workspace", step(*copy.deepcopy(args)), want)
        out = (np.full_like(args[0], 7.0), np.full_like(args[1], -3.0), None)
        chosen = rng.choice([step, slope])
        _same("out", chosen(*copy.deepcopy(args), out=out), want)
        _same("out", out[:2], want[:2])


def _subset(program: Program, known: list[tuple[Args, Any]], jit: bool, rng: Random) -> None:
    chosen = rng.sample(range(3), rng.randrange(1, 3))
    slope = sg.grad(plain(program.source), tuple(chosen), jit=jit)
    for args, want in known:
        _same(f"by {chosen}", slope(*copy.deepcopy(args)), [want[k] for k in chosen])


def _float32(program: Program, known: list[tuple[Args, Any]], jit: bool, rng: Random) -> None:
    slope = sg.grad(plain(program.source), (0, 1), jit=jit)
    for args, want in known:
        small = (*(a.astype(np.float32) for a in args[:2]), np.float32(args[2]), *args[3:])
        got = slope(*copy.deepcopy(small))
        for g in got:
            if g.dtype != np.float32:
                raise Wrong(f"float32: the gradient is {g.dtype}")
        wide = (*(np.asarray(a, np.float64) for a in small[:2]), float(small[2]), *args[3:])
        again = sg.grad(plain(program.source), (0, 1), jit=False)(*wide)
        if all(np.allclose(w, a, rtol=1e-3, atol=1e-3) for w, a in zip(want, again, strict=False)):
            _same("float32", got, again, 2e-3)


def _again(program: Program, known: list[tuple[Args, Any]], jit: bool, rng: Random) -> None:
    """Reverse over reverse against forward over reverse, both of the same program."""
    f = plain(program.source)
    first, along = sg.grad(f, (0, 1, 2), jit=jit), sg.hvp(f, (0, 1, 2), jit=False)

    def product(x: Any, a: Any, c: Any, k: Any, idx: Any, u: Any, v: Any, w: Any) -> Any:
        dx, da, dc = first(x, a, c, k, idx)
        return np.sum(dx * u) + np.sum(da * v) + dc * w

    second = sg.grad(product, (0, 1, 2), jit=jit)
    for args, _ in known[:3]:
        steps = directions(args, program.seed)[:3]
        want = along(args[:3], steps, *args[3:])
        _same("reverse over reverse", second(*copy.deepcopy(args), *steps), want, 1e-8)


def _pair(program: Program, known: list[tuple[Args, Any]], jit: bool, rng: Random) -> None:
    forward, backward = sg.fwd_and_bwd(plain(program.source), (0, 1, 2), jit=jit)
    for args, want in known:
        _, cache = forward(*copy.deepcopy(args))
        _same("pair", backward(1.0, cache), want)


def _checkpointed(program: Program, known: list[tuple[Args, Any]], jit: bool, rng: Random) -> None:
    """The first loop over a range keeps its state on few trips, or all of the program is computed again."""
    head, loop, rest = program.source.partition("in range(")
    if loop and rng.random() < 0.7:
        arguments_, end, after = rest.partition("):\n")
        source = f"{head}in sg.checkpoint(range({arguments_}), slots={rng.randrange(1, 3)}){end[1:]}{after}"
        f = plain(source)
    else:
        inner = plain(program.source)
        f = sg.checkpoint(inner)
    slope = sg.grad(f, (0, 1, 2), jit=jit)
    for args, want in known:
        _same("checkpointed", slope(*copy.deepcopy(args)), want)


WAYS: dict[str, Check] = {
    "views": _views,
    "workspace": _workspace,
    "subset": _subset,
    "again": _again,
    "float32": _float32,
    "pair": _pair,
    "checkpointed": _checkpointed,
    "fastmath": _with_options(fastmath=True),
    "strict": _with_options(fastmath="strict"),
    "parallel": _with_options(parallel=True),
    "unsimplified": _with_options(simplify="off"),
    "scalar_math": _with_options(vector_math="off"),
}
