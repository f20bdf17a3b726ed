"""Every program of this folder with all its `for` loops checkpointed, and as one checkpointed call.

The gradients are those of the plain program: by the graph, and by the study text that NumPy runs.
"""

from __future__ import annotations

import copy
import importlib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from language.checking import lowered_for

from symgrad.ad.reverse import reverse
from symgrad.backends.numpy import compile
from symgrad.emit.study import study
from symgrad.ir.build import Builder
from symgrad.ir.core import Block, Eqn, Function, Value
from symgrad.ir.evaluate import run
from symgrad.ir.regions import CALL, FOR, close
from symgrad.ir.verify import verify
from symgrad.ir.walk import all_eqns, rename
from symgrad.opt import simplify

OTHERS = sorted(p.stem for p in Path(__file__).parent.glob("test_*.py") if p.stem != Path(__file__).stem)
EVERY = [
    pytest.param(*case.values, id=f"{name.removeprefix('test_')}-{case.id}")
    for name in OTHERS
    for case in getattr(importlib.import_module(f"language.{name}"), "PROGRAMS", [])
    if len(case.values) == 2
]


def checkpointed(block: Block, slots: int) -> Block:
    """Every `for` of a block, and of its regions, with a checkpoint."""
    eqns = []
    for eqn in block.eqns:
        attrs = {**eqn.attrs, "checkpoint": ("slots", slots)} if eqn.op is FOR else eqn.attrs
        eqns.append(replace(eqn, attrs=attrs, regions=tuple(checkpointed(r, slots) for r in eqn.regions)))
    return replace(block, eqns=tuple(eqns))


def one_call(function: Function) -> Function:
    """The function whose body is one checkpointed call."""
    body = function.body
    made = {o for e in body.eqns for o in e.outs}
    inner = [r for r in dict.fromkeys(body.results) if r in made]
    kept = [*inner, *(s.param for s in body.symbols if s.param in made and s.param not in inner)]
    block, operands = close((), body.eqns, kept, Builder(), body.symbols)
    inside = rename(Function("", block), {}).body
    outs = tuple(Value(v.type, v.hint) for v in kept)
    env = dict(zip(kept, outs, strict=True))
    call = Eqn(CALL, operands, outs, {}, (inside,))
    results = tuple(env.get(r, r) for r in body.results)
    symbols = tuple(replace(s, param=env.get(s.param, s.param)) for s in body.symbols)
    return replace(function, body=Block(body.params, (call,), results, symbols))


@pytest.mark.parametrize("how", ["loops-2", "call"])
@pytest.mark.parametrize(("f", "args"), EVERY)
def test_gradients_stay(f, args, how):
    signature, out = lowered_for(f, *copy.deepcopy(args))
    function = out.function
    if how == "call":
        marked = one_call(function)
    else:
        if not any(e.op is FOR for e in all_eqns(function.body)):
            return
        marked = replace(function, body=checkpointed(function.body, int(how[-1])))
    verify(marked)
    leaves = [*copy.deepcopy(signature.leaves), *(c.get() for c in out.captures)]
    wrt = tuple(i for i, t in enumerate(signature.types) if t.is_float)
    rng = np.random.default_rng(7)
    weights = [rng.normal(size=np.shape(r)) for r in run(function, *copy.deepcopy(leaves))]
    weights = [np.asarray(w)[()] for w, r in zip(weights, function.results, strict=True) if r.type.is_float]
    want = run(reverse(function, wrt, "vjp"), *copy.deepcopy(leaves), *weights)
    derived = verify(reverse(marked, wrt, "vjp"))
    short = verify(simplify(derived, "study", sympy="off"))
    text = study(short, returns=tuple(range(len(short.results))))
    by_text = compile(text, short.name)(*copy.deepcopy(leaves), *weights)
    for got in (run(derived, *copy.deepcopy(leaves), *weights), by_text):
        for g, w in zip(got, want, strict=True):
            np.testing.assert_allclose(g, w, rtol=1e-10, atol=1e-11)
