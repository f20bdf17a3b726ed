"""Jacobians and Hessians, assembled from compiled directional derivatives or pullbacks.

In: a function of arrays. Out: arrays of shape ``out.shape + x.shape`` (in the structure of the output,
then of the argument). One forward pass for each input element, or one backward pass for each output element.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from symgrad.directional import run_along
from symgrad.dispatch import Dispatcher
from symgrad.errors import NotDifferentiableError
from symgrad.frontend.signature import Signature
from symgrad.pairs import PairDispatcher
from symgrad.pickling import recipe
from symgrad.pipeline import Options, Transform, gradient_output, positions
from symgrad.tree import Tree, flatten


class Jacobian:
    """Called like the function; an array (or container of arrays) of all partial derivatives."""

    def __init__(
        self,
        fun: Callable[..., Any],
        transform: Transform,
        options: Options,
        mode: Literal["fwd", "rev", "auto"],
    ) -> None:
        self.transform = transform
        self.mode = mode
        self._last: str = mode
        self._forward = Dispatcher(fun, replace(transform, mode="jvp"), options)
        self._reverse = PairDispatcher(fun, replace(transform, mode="vjp"), options)
        functools.update_wrapper(self, fun, updated=())

    def __reduce__(self) -> tuple[Any, ...]:
        return recipe(self, self._forward.fun, self.transform, self._forward.options, self.mode)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        mode = self.mode
        if mode == "auto":
            specialisation, signature = self._forward.specialise(args, kwargs)
            inputs = sum(np.size(signature.leaves[i]) for i in specialisation.program.wrt)
            out = flatten(self._reverse.forward(*args, **kwargs)[0])[0]
            mode = "fwd" if inputs <= sum(map(np.size, out)) else "rev"
        self._last = mode
        return self._by_columns(args, kwargs) if mode == "fwd" else self._by_rows(args, kwargs)

    @property
    def source(self) -> str:
        """The study text of the pass that the last call repeated: a tangent, or a pullback."""
        used = self._forward if self._last == "fwd" else self._reverse
        return used.text_of_last()

    def _by_columns(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        specialisation, signature = self._forward.specialise(args, kwargs)
        wrt = specialisation.program.wrt
        blocks: list[list[Any]] = []  # per input leaf: per output leaf an array out.shape + x.shape
        out_tree = specialisation.program.lowered.out_tree
        for leaf in wrt:
            x = np.asarray(signature.leaves[leaf])
            columns: list[list[Any]] = []
            for basis in _bases(x):
                directions = self._directions(signature, {leaf: basis})
                columns.append(flatten(run_along(self._forward, specialisation, signature, directions)[1])[0])
            blocks.append(
                [_stacked([c[k] for c in columns], x.shape, last=True) for k in range(out_tree.size)]
            )
        per_output = [[b[k] for b in blocks] for k in range(out_tree.size)]
        return self._arranged(out_tree, per_output, signature, wrt)

    def _by_rows(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        out, cache = self._reverse.forward(*args, **kwargs)
        leaves, out_tree = flatten(out)
        signature, wrt = cache.pair.signature, cache.pair.program.wrt
        per_output: list[list[Any]] = []
        for number, leaf in enumerate(leaves):
            o = np.asarray(leaf)
            if o.dtype.kind != "f":
                raise NotDifferentiableError(f"output {number} is {o.dtype}: it has no derivative")
            rows: list[list[Any]] = []
            for basis in _bases(o):
                cotangents = [basis if k == number else np.zeros_like(a) for k, a in enumerate(leaves)]
                gradients = self._reverse.backward(out_tree.build(cotangents), cache)
                rows.append([g for g in flatten(gradients)[0] if g is not None])
            per_output.append([_stacked([r[k] for r in rows], o.shape, last=False) for k in range(len(wrt))])
        return self._arranged(out_tree, per_output, signature, wrt)

    def _directions(self, signature: Signature, chosen: dict[int, Any]) -> list[Any]:
        """Tangents in the structure of the arguments: the chosen leaves, None elsewhere."""
        out = []
        for position in positions(signature, self.transform):
            flat = [chosen.get(-1 if n is None else n) for n in signature.leaf_numbers(position)]
            out.append(signature.argument_tree(position).build(flat))
        return out

    def _arranged(
        self, out_tree: Tree, per_output: list[list[Any]], signature: Signature, wrt: tuple[int, ...]
    ) -> Any:
        gradient = gradient_output(signature, self.transform, wrt)
        return out_tree.build([gradient.build(blocks) for blocks in per_output])


def _bases(x: Any) -> Iterator[Any]:
    """An array like `x` for each of its elements, 1 there; without elements one of zeros, for the shapes."""
    for index in np.ndindex(x.shape):
        basis = np.zeros_like(x)
        basis[index] = 1
        yield basis
    if not x.size:
        yield np.zeros_like(x)


def _stacked(parts: list[Any], shape: tuple[int, ...], *, last: bool) -> Any:
    """Parts for each index of `shape` as one array with those axes last (columns) or first (rows)."""
    if shape == ():
        return parts[0]
    whole = np.stack([np.asarray(p) for p in parts], axis=-1 if last else 0)
    inner = whole.shape[:-1] if last else whole.shape[1:]
    if 0 in shape:
        whole = np.zeros((*inner, 0), whole.dtype)
    return whole.reshape(inner + shape if last else shape + inner)
