"""Sums of products in Einstein's notation.

In: np.einsum("ij,jk->ik", a, b). Out: transposes, reshapes and `matmul`, two operands at a time.

    np.einsum("bij,bj->bi", a, x)   ->   matmul(a, x[:, :, None])[:, :, 0]
"""

from __future__ import annotations

from string import ascii_uppercase

import numpy as np

from symgrad.errors import ShapeError
from symgrad.frontend.context import Lowering
from symgrad.frontend.index import getitem
from symgrad.frontend.linalg import diagonal
from symgrad.frontend.operators import matmul
from symgrad.frontend.promote import as_tensor, cast, elementwise, result_dtype
from symgrad.frontend.reductions import reduce
from symgrad.frontend.registry import handles
from symgrad.frontend.shaping import permuted, reshaped
from symgrad.frontend.values import Tensor, Val
from symgrad.ir.dims import Dim, product


@handles(np.einsum)
def einsum(low: Lowering, subscripts: Val, *operands: Val, optimize: Val = False) -> Val:
    """Operands are aligned by letters and contracted two by two, from left to right, by matmul."""
    if not isinstance(subscripts, str):
        low.refuse("np.einsum without a string of subscripts")
    parts = [as_tensor(low, v) for v in operands]
    terms, out = _subscripts(low, subscripts, [t.rank for t in parts])
    dtype = result_dtype([Tensor(p.arg, is_array=True) for p in parts])
    pairs = [_diagonal(low, Tensor(cast(low, p, dtype)), t) for p, t in zip(parts, terms, strict=True)]
    t, letters = pairs[0]
    for number, (other, more) in enumerate(pairs[1:], start=1):
        needed = set(out).union(*(p[1] for p in pairs[number + 1 :]))
        t, letters = _contracted(low, t, letters, other, more, needed)
    gone = tuple(i for i, c in enumerate(letters) if c not in out)
    if gone:
        t = reduce(low, "sum", t, gone, False)
        letters = "".join(c for c in letters if c in out)
    return permuted(low, t, tuple(letters.index(c) for c in out)) if letters != out else t


def _subscripts(low: Lowering, text: str, ranks: list[int]) -> tuple[list[str], str]:
    """The letters of each term and of the result; `...` stands for capital ones, counted from the end."""
    text = text.replace(" ", "")
    left, arrow, out = text.partition("->")
    terms = left.split(",")
    if len(terms) != len(ranks):
        low.refuse(f"np.einsum({text!r}) has {len(terms)} terms for {len(ranks)} arrays", error=ShapeError)
    spare = [c for c in ascii_uppercase if c not in text]
    longest = ""
    for k, (term, rank) in enumerate(zip(terms, ranks, strict=True)):
        if "..." in term:
            count = rank - len(term) + 3
            between = "".join(spare[len(spare) - count :]) if count > 0 else ""
            longest = max(longest, between, key=len)
            terms[k] = term.replace("...", between)
    if not arrow:
        letters = "".join(terms)
        single = sorted(c for c in set(letters) if letters.count(c) == 1 and c not in longest)
        return terms, longest + "".join(single)
    return terms, out.replace("...", longest)


def _diagonal(low: Lowering, t: Tensor, letters: str) -> tuple[Tensor, str]:
    """A letter that repeats in one term means the diagonal."""
    if len(letters) != t.rank:
        low.refuse(
            f"{letters!r} in np.einsum names {len(letters)} axes of an array of {t.rank}", error=ShapeError
        )
    for c in dict.fromkeys(letters):
        while letters.count(c) > 1:
            i, j = letters.index(c), letters.rindex(c)
            t = diagonal(low, t, 0, i, j)
            letters = letters[:i] + letters[i + 1 : j] + letters[j + 1 :] + c
    return t, letters


def _contracted(
    low: Lowering, x: Tensor, left: str, y: Tensor, right: str, needed: set[str]
) -> tuple[Tensor, str]:
    """The product of two terms, summed over the letters that nothing else needs."""
    x, left = _summed(low, x, left, needed | set(right))
    y, right = _summed(low, y, right, needed | set(left))
    batch = [c for c in left if c in right and c in needed]
    inner = [c for c in left if c in right and c not in needed]
    rows = [c for c in left if c not in right]
    columns = [c for c in right if c not in left]
    for c in (*batch, *inner):
        low.solver.equal(low.shape(x)[left.index(c)], low.shape(y)[right.index(c)])
    if not inner:
        return _multiplied(low, x, left, y, right, [*batch, *rows, *columns])
    size = {c: d for c, d in zip((*left, *right), (*low.shape(x), *low.shape(y)), strict=True)}
    lead = tuple(size[c] for c in batch)
    m, k, n = (product(tuple(size[c] for c in part)) for part in (rows, inner, columns))

    def arranged(t: Tensor, letters: str, order: list[str], shape: tuple[Dim, ...]) -> Tensor:
        perm = tuple(letters.index(c) for c in order)
        moved = permuted(low, t, perm) if perm != tuple(range(t.rank)) else t
        return (
            moved if low.shape(moved) == shape else Tensor(low.emit("reshape", [low.arg(moved)], shape=shape))
        )

    a = arranged(x, left, [*batch, *rows, *inner], (*lead, m, k) if rows else (*lead, 1, k))
    b = arranged(y, right, [*batch, *inner, *columns], (*lead, k, n) if columns else (*lead, k, 1))
    if not batch:  # vectors stay vectors
        a = a if rows else reshaped(low, a, (k,))
        b = b if columns else reshaped(low, b, (k,))
    out = matmul(low, a, b)
    letters = [*batch, *rows, *columns]
    return reshaped(low, out, tuple(size[c] for c in letters)), "".join(letters)


def _summed(low: Lowering, t: Tensor, letters: str, needed: set[str]) -> tuple[Tensor, str]:
    gone = tuple(i for i, c in enumerate(letters) if c not in needed)
    if not gone:
        return t, letters
    return reduce(low, "sum", t, gone, False), "".join(c for c in letters if c in needed)


def _multiplied(
    low: Lowering, x: Tensor, left: str, y: Tensor, right: str, letters: list[str]
) -> tuple[Tensor, str]:
    def aligned(t: Tensor, mine: str) -> Tensor:
        order = [c for c in letters if c in mine]
        t = permuted(low, t, tuple(mine.index(c) for c in order)) if list(mine) != order else t
        key = tuple(slice(None) if c in mine else None for c in letters)
        return getitem(low, t, key) if None in key else t

    return elementwise(low, "multiply", aligned(x, left), aligned(y, right)), "".join(letters)
