"""Golden files: the generated texts are what they were, and right, with and without simplification."""

from typing import Any

import numpy as np
import pytest
from golden.helpers import FILES, LINE, Golden, generated, load

from symgrad.backends import numba_cpu
from symgrad.backends.numpy import compile
from symgrad.ir import evaluate
from symgrad.tree import flatten


@pytest.fixture(params=FILES, ids=lambda p: p.stem)
def golden(request: pytest.FixtureRequest) -> Golden:
    return load(request.param)


def test_the_texts_are_what_they_were(golden: Golden, request: pytest.FixtureRequest) -> None:
    above, _, below = golden.path.read_text(encoding="utf-8").partition(LINE)
    now = generated(golden)
    if request.config.getoption("--update-golden", default=False):
        golden.path.write_text(above + LINE + now, encoding="utf-8")
        return
    assert now == below, "a reviewable change: pytest tests/golden --update-golden, then read the diff"


def inputs(golden: Golden) -> list[Any]:
    """The arguments, then random tangents or cotangents where the mode wants them."""
    function = golden.program().function
    rng = np.random.default_rng(2)
    args = list(golden.args)
    leaf = {p.hint: a for p, a in zip(function.params, args, strict=False)}
    for p in function.params[len(args) :]:
        like = leaf[p.hint.removesuffix("_dot")] if golden.mode == "jvp" else golden.fun(*golden.args)
        args.append(rng.normal(size=np.shape(like)))
    return args


def flat(results: Any) -> list[Any]:
    return flatten(results)[0]


def test_the_study_text_computes_the_graph(golden: Golden) -> None:
    program, args = golden.program(), inputs(golden)
    got = flat(compile(program.study_text, program.function.name)(*args))
    for g, e in zip(got, evaluate.run(program.function, *args), strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-14, atol=1e-14)


def test_the_kernel_computes_the_graph(golden: Golden) -> None:
    program, args = golden.program(), inputs(golden)
    kernel = numba_cpu.compile(program.kernel_text, program.function.name, program.options)
    for g, e in zip(flat(kernel(*args)), evaluate.run(program.function, *args), strict=True):
        np.testing.assert_allclose(g, e, rtol=1e-12, atol=1e-12)


def test_simplification_changes_nothing_but_the_text(golden: Golden) -> None:
    plain, args = golden.program(simplify="off"), inputs(golden)
    raw = flat(compile(plain.study_text, plain.function.name)(*args))
    program = golden.program()
    short = flat(compile(program.study_text, program.function.name)(*args))
    for a, b in zip(raw, short, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-11, atol=1e-12)


def test_derivatives_agree_with_differences(golden: Golden) -> None:
    """Along one random direction: sum(g * direction) against a central difference of the function."""
    program, args = golden.program(), inputs(golden)
    results = flat(compile(program.study_text, program.function.name)(*args))
    rng = np.random.default_rng(3)
    names = [p.hint for p in program.function.params[: len(golden.args)]]
    places = [names.index(name) for name in golden.wrt]
    steps = {i: rng.normal(size=np.shape(golden.args[i])) for i in places}
    if golden.mode == "jvp":
        steps = dict(zip(places, args[len(golden.args) :], strict=True))
    h = 1e-6
    ahead, behind = (
        np.asarray(
            golden.fun(*[a + s * h * steps[i] if i in steps else a for i, a in enumerate(golden.args)])
        )
        for s in (1, -1)
    )
    slope = (ahead - behind) / (2 * h)
    if golden.mode == "jvp":
        np.testing.assert_allclose(results[1], slope, rtol=1e-6, atol=1e-8)
        return
    seed = args[len(golden.args)] if golden.mode == "fwd_and_bwd" else 1.0
    gradients = results[-len(places) :]
    total = sum(np.sum(g * steps[i]) for g, i in zip(gradients, places, strict=True))
    np.testing.assert_allclose(total, np.sum(seed * slope), rtol=1e-6, atol=1e-8)
