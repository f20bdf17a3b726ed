"""Methods of Python's own containers, which exist at compile time and hold values of both kinds.

In: calls such as out.append(h), params.items(), "a".upper(). Out: what Python gives. Only containers that
the program made (`Lowering.owned`) may change.
"""

from __future__ import annotations

import collections
from typing import Any

import numpy as np

from symgrad.errors import SymgradError
from symgrad.frontend import listed
from symgrad.frontend.context import Lowering
from symgrad.frontend.iterate import iterate
from symgrad.frontend.operators import constant, is_by_data
from symgrad.frontend.regions import Grown
from symgrad.frontend.registry import handles
from symgrad.frontend.values import Text, Val


class Defaults(dict[Any, Val]):
    """A defaultdict: `factory` makes what is under a key that is not there yet."""

    def __init__(self, factory: Val, items: Any = ()) -> None:
        super().__init__(items)
        self.factory = factory


class Bounded(list[Any]):
    """A deque of a largest length: what is put in at one end pushes out what is at the other."""

    def __init__(self, items: Any, most: int) -> None:
        super().__init__(items)
        self.most = most


@handles(collections.deque)
def deque(low: Lowering, iterable: Val = (), maxlen: Val = None) -> Val:
    """A list, which has the methods for its beginning too."""
    items = list(iterate(low, iterable))
    if maxlen is None:
        return owned(low, items)
    most = constant(low, maxlen, "the largest length of a deque")
    return owned(low, Bounded(items[max(0, len(items) - most) :], most))


@handles(collections.defaultdict)
def defaultdict(low: Lowering, default_factory: Val = None, items: Val = ()) -> Val:
    return owned(low, Defaults(default_factory, items))


def fill(low: Lowering, container: Defaults, key: Any) -> None:
    """What `d[key]` makes, if nothing is there."""
    if key not in container and container.factory is not None:
        low.change(container)
        container[key] = low.calling(low.frame, container.factory, [], {})


CONTAINERS = (list, dict, tuple, str, set, frozenset, bytes, range, slice, int, float, np.generic, np.dtype)
# fmt: off
LEFT = {"popleft": "pop", "appendleft": "insert"}  # of a deque, as the method of a list
READ = {
    list: "index count copy", tuple: "index count", dict: "get items keys values copy",
}
CHANGE = {
    list: "append extend insert pop reverse clear", dict: "update pop setdefault clear",
    set: "add update discard",
}
# fmt: on


def method(low: Lowering, owner: Any, name: str, args: list[Val], kwargs: dict[str, Val]) -> Val:
    """A method of a compile-time object."""
    if isinstance(owner, list) and name in LEFT:
        name, args = LEFT[name], [0, *args]
    if isinstance(owner, Bounded):
        return _bounded(low, owner, name, args)
    if id(owner) in low.filled:
        return listed.method(low, low.filled[id(owner)], name, args)
    kind = next((k for k in (list, tuple, dict, set) if isinstance(owner, k)), None)
    changes = name in CHANGE.get(kind, "").split() if kind else False
    if changes and id(owner) not in low.owned:
        low.refuse(
            f"{name}() on a {type(owner).__name__} from outside of the function",
            why="a differentiated function must not have side effects",
            instead="make a new one",
        )
    if not changes and kind in READ and name not in READ[kind].split():
        low.refuse(f"the {type(owner).__name__} method {name!r}", why="it is not compiled")
    if isinstance(owner, str) and name in ("format", "join") and is_by_data([*args, *kwargs.values()]):
        return Text()
    keyed = kind is dict or name in ("insert", "pop", "index", "count") or kind is None or kind is set
    if keyed and args:
        args = [constant(low, args[0], f"the argument of {name}()"), *args[1:]]
    if name == "extend":
        args = [list(iterate(low, args[0]))]
    if changes:
        low.change(owner)
    try:
        out = getattr(owner, name)(*args, **kwargs)
    except (LookupError, TypeError, ValueError) as e:
        if name == "pop" and isinstance(owner, list):
            _count(low, owner)
        low.refuse(f"{type(e).__name__}: {e}", error=SymgradError)
    return owned(low, out) if isinstance(out, list | dict | set) else out


def _bounded(low: Lowering, owner: Bounded, name: str, args: list[Val]) -> None:
    """`append`, `appendleft` and `extend` of a deque of a largest length; once it is full it stays so."""
    if name not in ("append", "insert", "extend") or id(owner) not in low.owned:
        low.refuse(f"{name}() of a deque of a largest length", instead="append, appendleft or extend")
    items = list(iterate(low, args[0])) if name == "extend" else [args[-1]]
    low.change(owner)
    whole = [*items, *owner] if name == "insert" else [*owner, *items]
    if len(owner) < owner.most and any(id(owner) in older for older in low.outer_lists[-1:]):
        low.refuse(
            "a deque of a largest length that a loop or a branch fills",
            why="how many items it has is not known when the program is compiled",
            instead="deque([0.0] * k, maxlen=k), which is full from the beginning",
        )
    owner[:] = whole[: owner.most] if name == "insert" else whole[max(0, len(whole) - owner.most) :]


def _count(low: Lowering, owner: list[Val]) -> None:
    """A list that branches empty: how many items it has, the data decide."""
    for journal in reversed(low.journals):
        _, before = journal.containers.get(id(owner), (owner, []))
        if before and low.outer_lists and id(owner) in low.outer_lists[-1]:
            raise Grown(owner, before, low.loc(), "under a condition that the data decide", exact=False)


def owned(low: Lowering, made: Any) -> Any:
    low.owned[id(made)] = made
    return made
