"""`check(f, *args)`: a program of the language against Python itself, and its derivatives in both modes.

The value is that of the function; the gradient of a weighted sum of the results, by reverse mode, is compared
along random directions with central differences; forward mode gives the same slope. All by `ir.evaluate`.
"""

from __future__ import annotations

import copy

import numpy as np

from symgrad.ad.forward import forward
from symgrad.ad.reverse import reverse
from symgrad.frontend.lower import lower
from symgrad.frontend.signature import NeedConstant, bind
from symgrad.ir.dims import evaluate
from symgrad.ir.evaluate import run, symbol_values
from symgrad.ir.verify import verify
from symgrad.tree import flatten


def lowered_for(f, *args):
    """(signature, lowered), with the constants that lowering asks for."""
    constants = frozenset()
    while True:
        signature = bind(f, args, {}, constants=constants)
        try:
            out = lower(f, signature)
        except NeedConstant as need:
            assert need.path not in constants, f"{need.path} was given, and is asked for again"
            constants |= {need.path}
            continue
        verify(out.function)
        return signature, out


def check(f, *args, rtol=1e-6, atol=1e-7, h=1e-6):
    """Value, reverse and forward mode of `f` at `args`; returns the lowered function."""
    signature, out = lowered_for(f, *copy.deepcopy(args))
    function = out.function
    leaves = [*copy.deepcopy(signature.leaves), *(c.get() for c in out.captures)]
    env = symbol_values(function.body, leaves)
    for guard in function.guards:
        assert evaluate(guard.nonnegative, env) >= 0, guard
    got = run(function, *leaves)
    want = flatten(f(*copy.deepcopy(args)))[0]
    assert len(got) == len(want)
    for g, w in zip(got, want, strict=True):
        assert np.shape(g) == np.shape(w)
        np.testing.assert_allclose(g, np.asarray(w), rtol=1e-11, atol=1e-12)

    wrt = tuple(i for i, t in enumerate(signature.types) if t.is_float)
    rng = np.random.default_rng(7)
    floats = [r for r in function.results if r.type.is_float]
    weights = [np.asarray(rng.normal(size=np.shape(g))) for g, r in zip(got, function.results, strict=True)
               if r in floats]  # fmt: skip
    back = verify(reverse(function, wrt, "vjp"))
    gradients = run(back, *leaves, *weights)[len(got) :]
    push = verify(forward(function, wrt))
    for _ in range(2):
        steps = [np.asarray(rng.normal(size=np.shape(leaves[i]))) for i in wrt]

        def along(t, steps=steps):
            moved = list(leaves)
            for i, s in zip(wrt, steps, strict=True):
                moved[i] = leaves[i] + t * s
            values = flatten(f(*_as_given(signature, args, moved)))[0]
            pairs = zip(values, function.results, strict=True)
            kept = [v for v, r in pairs if r.type.is_float]
            return sum(float(np.sum(w * v)) for w, v in zip(weights, kept, strict=True))

        expected = (along(h) - along(-h)) / (2 * h)
        by_reverse = sum(float(np.sum(g * s)) for g, s in zip(gradients, steps, strict=True))
        np.testing.assert_allclose(by_reverse, expected, rtol=rtol, atol=atol * max(1.0, abs(expected)))
        for g, i in zip(gradients, wrt, strict=True):
            assert np.shape(g) == np.shape(leaves[i])
        results = run(push, *leaves, *steps)
        tangents = [t for t, r in zip(results[len(got) :], floats, strict=True)]
        by_forward = sum(float(np.sum(w * t)) for w, t in zip(weights, tangents, strict=True))
        np.testing.assert_allclose(by_forward, by_reverse, rtol=1e-9, atol=1e-9 * max(1.0, abs(expected)))
    return function


def _as_given(signature, args, leaves):
    """The arguments over other leaves, copied: a program may write into them."""
    out = []
    for tree, slots in zip(signature.trees, signature.slots, strict=True):
        parts = [leaves[s] if isinstance(s, int) else s.value for s in slots]
        parts = [float(p) if np.shape(p) == () and not isinstance(p, int | np.integer) and isinstance(
            p, float | np.ndarray) else copy.deepcopy(p) for p in parts]  # fmt: skip
        out.append(tree.build(parts))
    return out
