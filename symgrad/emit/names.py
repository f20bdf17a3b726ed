"""Names for values: the user's own where there is one, a short word for the operation where not.

In: slots, each a variable of the text with the span of its life and the name that it would like to have.
Out: one name for each slot. Two slots share a name only if they want the same one and the first is dead
when the second is born, as in `dx = dden; dx = dx + dnum`; otherwise the second is `dx_2`. Same input,
same names. The study text and the kernel text both name with this.

    [Slot(0, 3, "x", "x"), Slot(2, 9, "x", "x"), Slot(4, 5, "", "diff")]  ->  ["x", "x_2", "diff"]
"""

from __future__ import annotations

import builtins
import keyword
import math
import re
from collections.abc import Iterable, Sequence

from symgrad.ir.frozen import dataclass

FOREVER = math.inf

# A temporary is named after what it is, in a word that a lecturer would write on the board.
# fmt: off
_WORDS = {
    "add": "total", "subtract": "diff", "multiply": "prod", "divide": "ratio", "power": "pow", "square": "sq",
    "negative": "neg", "absolute": "size", "sign": "sgn", "reciprocal": "inv", "sqrt": "root", "cbrt": "root",
    "exp": "e", "exp2": "e", "expm1": "em", "log": "lg", "log2": "lg", "log10": "lg", "log1p": "lg",
    "sin": "s", "cos": "c", "tan": "tn", "sinh": "sh", "cosh": "ch", "tanh": "th",
    "arcsin": "angle", "arccos": "angle", "arctan": "angle", "arctan2": "angle",
    "sigmoid": "sig", "log_sigmoid": "logsig", "softplus": "soft", "relu": "act", "silu": "act",
    "softmax": "p", "log_softmax": "logp", "logsumexp": "lse", "norm": "length",
    "maximum": "top", "minimum": "low", "max": "top", "min": "low", "argmax": "best", "argmin": "best",
    "sum": "total", "prod": "product", "cumsum": "running", "cumprod": "running",
    "less": "mask", "less_equal": "mask", "greater": "mask", "greater_equal": "mask", "equal": "mask",
    "not_equal": "mask", "logical_and": "mask", "logical_or": "mask", "logical_xor": "mask",
    "logical_not": "mask", "isnan": "mask", "isinf": "mask", "isfinite": "mask", "any": "mask", "all": "mask",
    "bitwise_and": "bits", "bitwise_or": "bits", "bitwise_xor": "bits", "invert": "bits",
    "left_shift": "shifted", "right_shift": "shifted",
    "where": "masked", "clip": "clipped", "cast": "num", "matmul": "dot", "getitem": "part", "setitem": "arr",
    "add_at": "arr", "concatenate": "joined", "full": "fill", "iota": "index", "literal": "table",
    "extent": "count", "reshape": "flat", "transpose": "turned", "broadcast_to": "wide", "copy": "same",
    "roll": "rolled",
    "solve": "solution", "solve_triangular": "solution", "inv": "inverse", "det": "volume", "detsign": "sgn",
    "logabsdet": "logdet", "cholesky": "factor", "eigh": "vectors", "eigvalsh": "spectrum",
    "lu_factor": "lu", "lu_solve": "solution", "lu_inverse": "inverse",
    "polygamma": "psi", "eye": "identity", "tril": "triangle", "triu": "triangle",
    "slice_start": "start", "slice_count": "count",
    "sort": "ordered", "searchsorted": "place", "argsort": "order",
}
# fmt: on


def word(op: str, other: str = "t") -> str:
    """The word for a temporary that `op` makes; `other` if there is none."""
    return _WORDS.get(op, other)


@dataclass(frozen=True, slots=True)
class Slot:
    """A variable of the text: born at `start`, last read at `stop`; `hint` is the user's name or ""."""

    start: float
    stop: float
    hint: str
    word: str


def identifier(hint: str) -> str:
    """`hint` as a name that Python allows and that hides nothing which generated text uses."""
    name = re.sub(r"\W", "_", hint) if hint.strip("_") else "i"  # `for _ in range(n)`: now it is read
    if not name or name[0].isdigit():
        name = f"v{name}"
    return f"{name}_" if keyword.iskeyword(name) or name in _SYSTEM else name


_SYSTEM = frozenset({"np", "math", "njit", "vmath", "numba", "range", "len", "float", "int", "bool", "slice"})
_BUILTINS = frozenset(dir(builtins))


def allocate(slots: Sequence[Slot], reserved: Iterable[str] = ()) -> list[str]:
    """A name for each slot, in order; hints come before words, earlier slots before later ones."""
    taken = set(reserved)
    hints = [identifier(s.hint) if s.hint else "" for s in slots]
    wanted = {h for h in hints if h}
    free_from: dict[str, float] = dict.fromkeys(taken, FOREVER)
    counters: dict[str, int] = {}
    out: list[str] = []
    for slot, hint in zip(slots, hints, strict=True):
        if hint:
            name = _version(hint, slot, free_from, wanted, counters)
        else:
            name = _fresh(slot.word, free_from, wanted, counters)
        free_from[name] = max(free_from.get(name, -FOREVER), slot.stop)
        out.append(name)
    return out


def _version(
    hint: str, slot: Slot, free_from: dict[str, float], wanted: set[str], counters: dict[str, int]
) -> str:
    """`hint`, if every earlier slot of that name is dead; else the next number of it."""
    if free_from.get(hint, -FOREVER) <= slot.start:
        return hint
    return _numbered(f"{hint}_", free_from, wanted, counters)


def _fresh(base: str, free_from: dict[str, float], wanted: set[str], counters: dict[str, int]) -> str:
    """`base`, if nothing at all has that name; else the next number of it."""
    if base not in free_from and base not in wanted and base not in _BUILTINS:
        return base
    return _numbered(base, free_from, wanted, counters)


def _numbered(base: str, free_from: dict[str, float], wanted: set[str], counters: dict[str, int]) -> str:
    number = counters.get(base, 1)
    while True:  # the counter makes this linear over all slots
        number += 1
        name = f"{base}{number}"
        if name not in free_from and name not in wanted:
            counters[base] = number
            return name
