"""Counts and sums in bins, spelt in the language: linear in the weights, steps in everything else.

In: a call such as np.histogram(x, 20, weights=w). Out: what interpreting the function of that name here
gives. Which bin a sample is in has the derivative 0; what falls into it is added up.

    np.bincount(k, weights=w, minlength=n)   ->   total = np.zeros(n);  np.add.at(total, k, w)
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symgrad.frontend.registry import spelled
from symgrad.frontend.spelled import refuse

Array = Any


def _totals(k: Array, weights: Array, inside: Array, n: Any) -> Array:
    """The sum of the weights (or the number) of the samples in each of `n` bins."""
    if weights is None:
        total = np.zeros(n, dtype=np.int64)
        np.add.at(total, k, np.where(inside, 1, 0))
        return total
    w = np.ravel(np.asarray(weights))
    total = np.zeros(n, dtype=(w[:1] * 1).dtype)
    np.add.at(total, k, np.where(inside, w, 0))
    return total


@spelled(np.bincount)
def bincount(x: Array, weights: Array = None, minlength: Any = 0) -> Array:
    x = np.asarray(x)
    if isinstance(minlength, int) and minlength == 0:
        return refuse(
            "np.bincount without `minlength=`",
            why="the shape of its result depends on the data",
            instead="minlength=n, where every index is less than n",
        )
    k = np.where(x < 0, minlength, x)  # NumPy has no negative ones either
    w = None if weights is None else 1.0 * np.asarray(weights)
    return _totals(k, w, k >= 0, minlength)


@spelled(np.digitize)
def digitize(x: Array, bins: Array, right: bool = False) -> Array:
    x, bins = np.asarray(x), np.asarray(bins)
    rising = np.searchsorted(bins, x, side="left" if right else "right")
    falling = len(bins) - np.searchsorted(bins[::-1], x, side="left" if right else "right")
    return np.where(bins[-1] >= bins[0], rising, falling)


@spelled(np.histogram)
def histogram(a: Array, bins: Any = 10, range: Any = None, density: Any = None, weights: Array = None) -> Any:
    a = np.ravel(np.asarray(a))
    if isinstance(bins, str):
        return refuse("np.histogram that chooses its bins", instead="the number of bins, or their edges")
    if isinstance(bins, int):
        n, edges, k, inside = _equal_bins(a, bins, range)
    else:
        edges = np.asarray(bins)
        n = len(edges) - 1
        inside = (a >= edges[0]) & (a <= edges[n])
        k = np.clip(np.searchsorted(edges, a, side="right") - 1, 0, n - 1)
    total = _totals(k, weights, inside, n)
    if density:
        return total / (edges[1:] - edges[:-1]) / np.sum(total), edges
    return total, edges


def _equal_bins(a: Array, n: Any, span: Any) -> Any:
    """Bins of one width: the place is computed, and moved by one where rounding has put it beside its bin."""
    first, last = (np.min(a), np.max(a)) if span is None else (1.0 * span[0], 1.0 * span[1])
    wide = np.where(first == last, 0.5, 0.0)
    first, last = first - wide, last + wide
    edges = np.linspace(first, last, n + 1)
    inside = (a >= first) & (a <= last)
    k = np.where(inside, (a - first) / (last - first) * n, 0.0).astype(np.int64)
    k = np.minimum(k, n - 1)
    k = np.where(inside & (a < edges[k]), k - 1, k)
    k = np.where(inside & (a >= edges[k + 1]) & (k != n - 1), k + 1, k)
    return n, edges, k, inside
