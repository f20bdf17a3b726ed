"""What every backend offers: a text becomes something that can be called.

In: the text of a module, the name of a function in it. Out: that function, compiled. What a compiled
function promises, whatever the backend:

- arguments are the leaves of the signature: arrays as they are, numbers as Python or NumPy numbers;
- results come nested as the text returns them, arrays as fresh memory that nobody else holds;
- floating point is IEEE: 1.0 / 0.0 is inf, log(-1.0) is nan, and nothing warns.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

Compiled = Callable[..., Any]


class Compile(Protocol):
    """How a backend is called."""

    def __call__(self, text: str, entry: str, /) -> Compiled:
        """The function `entry` of the module `text`."""
