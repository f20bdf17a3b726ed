"""Forward and backward as two functions: the lectures' form, and the pullback of `vjp`.

In: a function. Out: ``forward(*args) -> (out, cache)`` and ``backward(dout, cache) -> gradients``; the
cache holds exactly the residuals that the backward function reads.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from symgrad import outside
from symgrad.directional import like
from symgrad.dispatch import Dispatcher
from symgrad.errors import ShapeError
from symgrad.frontend.signature import Signature
from symgrad.ir.core import Function
from symgrad.ir.types import FLOATS
from symgrad.pickling import recipe
from symgrad.pipeline import (
    Options,
    Output,
    Program,
    Transform,
    build_pair,
    gradient_output,
    pair_texts,
    positions,
)
from symgrad.specialised import Specialisation, refuse_shared, specialisation_of
from symgrad.tree import LEAF, Tree, flatten


@dataclass(slots=True)
class Pair(Specialisation):
    """A specialisation whose program is the forward half; `backward` is the other."""

    backward: Specialisation | None = None


@dataclass(frozen=True, slots=True)
class Cache:
    """What a forward call keeps for its backward call."""

    residuals: tuple[Any, ...]
    out_leaves: tuple[Any, ...]
    pair: Pair


class PairDispatcher(Dispatcher):
    """Calls of the forward function; each specialisation brings its backward function."""

    def _make(self, signature: Signature) -> Pair:
        program, first, second = build_pair(self.fun, signature, self.transform, self.options)
        forward, backward = _halves(program, first, second, signature, self.transform)
        one = specialisation_of(forward, signature)
        two = specialisation_of(backward, signature)
        return Pair(one.program, one.into, one.out_of, signature, backward=two)

    def forward(self, *args: Any, **kwargs: Any) -> tuple[Any, Cache]:
        """Value and cache."""
        pair, signature = self.specialise(args, kwargs)
        assert isinstance(pair, Pair)
        values = pair.arguments(signature.leaves)
        refuse_shared(pair.program, signature.names, values)
        run = self.ready(pair, values)
        with outside.told(pair.program, values):
            out, residuals = pair.finish(run(*values))
        return out, Cache(residuals, tuple(flatten(out)[0]), pair)

    def backward(self, dout: Any, cache: Cache) -> Any:
        """Gradients for an upstream gradient of the structure of the value."""
        if not isinstance(cache, Cache):
            raise TypeError(f"backward(dout, cache) wants the cache that forward returned, not {cache!r}")
        half = cache.pair.backward
        assert half is not None
        flat = flatten(dout)[0]
        if len(flat) != len(cache.out_leaves):
            raise ShapeError(f"dout has {len(flat)} leaves, the output {len(cache.out_leaves)}")
        cotangents = [
            like(o, d, "the output")
            for o, d, t in zip(cache.out_leaves, flat, _result_types(cache.pair.program), strict=True)
            if t in FLOATS
        ]
        values = [*cache.residuals, *cotangents]
        return half.finish(self.ready(half, values)(*values))

    def texts_of(self, signature: Signature) -> tuple[str, str]:
        """The study texts of the two halves."""
        program, first, second = build_pair(self.fun, signature, self.transform, self.options)
        forward, backward = _halves(program, first, second, signature, self.transform)
        kept = len(first.results) - len(program.primal.results)
        return pair_texts(forward, backward, kept)


class FwdAndBwd:
    """Unpacks into ``forward, backward``; prints both."""

    def __init__(self, fun: Callable[..., Any], transform: Transform, options: Options) -> None:
        self.pair = PairDispatcher(fun, transform, options)
        self.__wrapped__ = fun
        self.__doc__ = fun.__doc__

    def __reduce__(self) -> tuple[Any, ...]:
        return recipe(self, self.pair.fun, self.pair.transform, self.pair.options)

    @property
    def forward(self) -> Callable[..., tuple[Any, Cache]]:
        return self.pair.forward

    @property
    def backward(self) -> Callable[[Any, Cache], Any]:
        return self.pair.backward

    def __iter__(self) -> Iterator[Callable[..., Any]]:
        return iter((self.pair.forward, self.pair.backward))

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """Both study texts for these arguments."""
        _, signature = self.pair.specialise(args, kwargs)
        return "\n\n".join(self.pair.texts_of(signature))


class Vjp:
    """``(*primals) -> (out, pullback)``; the pullback gives one gradient for each primal."""

    def __init__(self, fun: Callable[..., Any], options: Options) -> None:
        self.pair = PairDispatcher(fun, Transform("vjp", (), ("*",), single=False), options)
        functools.update_wrapper(self, fun, updated=())

    def __call__(self, *primals: Any) -> tuple[Any, Callable[[Any], tuple[Any, ...]]]:
        out, cache = self.pair.forward(*primals)
        chosen = positions(cache.pair.signature, self.pair.transform)

        def pullback(dout: Any) -> tuple[Any, ...]:
            gradients = dict(zip(chosen, self.pair.backward(dout, cache), strict=True))
            return tuple(gradients.get(i) for i in range(len(primals)))

        return out, pullback

    def __reduce__(self) -> tuple[Any, ...]:
        return recipe(self, self.pair.fun, self.pair.options)


def _halves(
    program: Program, first: Function, second: Function, signature: Signature, transform: Transform
) -> tuple[Program, Program]:
    """The two programs: out and residuals from the first, gradients from the second."""
    count = len(program.primal.results)
    kept = len(first.results) - count
    residuals = Tree(tuple, tuple(range(kept)), (LEAF,) * kept)
    tree = Tree(tuple, (0, 1), (program.lowered.out_tree, residuals))
    forward = replace(program, function=first, output=Output(tree, tuple(range(count + kept))), mode="value")
    backward = replace(program, function=second, output=gradient_output(signature, transform, program.wrt))
    return forward, backward


def _result_types(forward: Program) -> list[str]:
    return [r.type.dtype for r in forward.primal.results]
