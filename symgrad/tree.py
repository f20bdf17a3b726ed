"""Containers of arguments: tuples, lists, dicts, namedtuples and dataclasses as a structure over leaves.

In: a Python object. Out: its leaves in order and a `Tree` that puts leaves back in the same containers.
Dicts keep their own key order. Anything that is not a container is a leaf, and so is a dataclass whose
class says `__leaf__ = True`.

    leaves, tree = flatten({"w": 1.0, "b": (2.0, 3.0)});  tree.build([10.0, 20.0, 30.0])
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Tree:
    """A structure: `kind` is None for a leaf, else the container's type; `keys` name the children."""

    kind: type | None
    keys: tuple[Any, ...] = ()
    children: tuple[Tree, ...] = ()

    @property
    def size(self) -> int:
        """The number of leaves."""
        return 1 if self.kind is None else sum(c.size for c in self.children)

    def build(self, leaves: Sequence[Any]) -> Any:
        """The containers with these leaves in them."""
        it = iter(leaves)
        out = self._build(it)
        return out

    def _build(self, leaves: Iterator[Any]) -> Any:
        if self.kind is None:
            return next(leaves)
        items = [c._build(leaves) for c in self.children]
        if self.kind in (tuple, list):
            return self.kind(items)
        if issubclass(self.kind, dict):
            made = self.kind.__new__(self.kind)  # a defaultdict's constructor takes other things
            made.update(zip(self.keys, items, strict=True))
            return made
        if issubclass(self.kind, tuple):
            return self.kind(*items)
        out = object.__new__(self.kind)  # a dataclass: its fields, without running __post_init__
        for name, item in zip(self.keys, items, strict=True):
            object.__setattr__(out, name, item)
        return out

    def paths(self) -> list[tuple[Any, ...]]:
        """The way to each leaf: indices, keys and field names."""
        if self.kind is None:
            return [()]
        return [(k, *p) for k, c in zip(self.keys, self.children, strict=True) for p in c.paths()]

    def map(self, f: Callable[[int], Tree | None], start: int = 0) -> Tree:
        """The structure with leaf number i replaced by the structure f(i), where that is not None."""
        if self.kind is None:
            return f(start) or self
        out = []
        for c in self.children:
            out.append(c.map(f, start))
            start += c.size
        return Tree(self.kind, self.keys, tuple(out))


LEAF = Tree(None)


def children(obj: Any) -> tuple[tuple[Any, ...], list[Any]] | None:
    """The keys and items of a container, or None for a leaf."""
    if isinstance(obj, tuple) and hasattr(obj, "_fields"):
        return tuple(obj._fields), list(obj)
    if isinstance(obj, tuple | list):
        return tuple(range(len(obj))), list(obj)
    if isinstance(obj, dict):
        return tuple(obj), list(obj.values())
    if is_dataclass(obj) and not isinstance(obj, type) and not getattr(type(obj), "__leaf__", False):
        names = tuple(f.name for f in fields(obj))
        return names, [getattr(obj, n) for n in names]
    return None


def flatten(obj: Any) -> tuple[list[Any], Tree]:
    """The leaves of `obj`, left to right, and its structure."""
    inner = children(obj)
    if inner is None:
        return [obj], LEAF
    keys, items = inner
    leaves: list[Any] = []
    trees = []
    for item in items:
        below, tree = flatten(item)
        leaves += below
        trees.append(tree)
    return leaves, Tree(type(obj), keys, tuple(trees))
