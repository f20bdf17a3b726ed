"""What sympy found, kept from one process to the next.

In: the key of a statement (`opt.symbolic`). Out: the text of its better term, "" if it stays as it is. One
small record of the cache each; records of another version of the compiler do not count.

    simplify(function, "study", memo=Remembered())
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping

from symgrad import cache

_PREFIX = "statement: "


class Remembered(MutableMapping[str, str]):
    """The answers in the cache folder. They are looked up and stored, never listed or removed one by one."""

    def __getitem__(self, key: str) -> str:
        record = cache.lookup(_PREFIX + key)
        found = None if record is None else record.get("term")
        if not isinstance(found, str):
            raise KeyError(key)
        return found

    def __setitem__(self, key: str, value: str) -> None:
        cache.remember(_PREFIX + key, {"term": value})

    def __delitem__(self, key: str) -> None:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0
