"""NumPy's functions that write into an array, spelt in the language itself.

In: a call such as np.copyto(a, b). Out: what interpreting the function of that name here does: writes through
views reach the arrays that they are part of.

    np.fill_diagonal(a, 1.0)   ->   a[i, i] = 1.0 for i = 0, 1, 2, ...
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symgrad.frontend.registry import spelled
from symgrad.frontend.spelled import refuse

Array = Any


@spelled(np.copyto)
def copyto(dst: Array, src: Array, casting: Array = "same_kind", where: Array = True) -> None:
    if where is True:
        dst[...] = src
    else:
        dst[...] = np.where(where, src, dst)


@spelled(np.putmask)
def putmask(a: Array, mask: Array, values: Array) -> None:
    values = np.asarray(values)
    if values.ndim > 0 and values.shape != a.shape:
        refuse("np.putmask of values that are repeated", instead="a[mask] = values, one for each True")
    a[...] = np.where(mask, values, a)


@spelled(np.put)
def put(a: Array, ind: Array, v: Array, mode: Array = "raise") -> None:
    if mode != "raise":
        refuse(f"`mode={mode!r}` of np.put", instead="np.clip(ind, 0, a.size - 1), or ind % a.size")
    if a.ndim != 1:
        refuse("np.put into an array of several axes", instead="a[i, j] = v")
    ind = np.asarray(ind)
    values = np.asarray(v)
    if values.ndim > 0 and values.shape != ind.shape:
        refuse("np.put of values that are repeated", instead="as many values as indices")
    a[ind] = values


@spelled(np.fill_diagonal)
def fill_diagonal(a: Array, val: Array, wrap: Array = False) -> None:
    if a.ndim != 2:
        refuse("np.fill_diagonal of an array that is not a matrix", instead="a[i, i, i] = v")
    if wrap and a.shape[0] > a.shape[1]:
        refuse("`wrap=True` of np.fill_diagonal")
    i = np.arange(min(a.shape[0], a.shape[1]))
    a[i, i] = val
