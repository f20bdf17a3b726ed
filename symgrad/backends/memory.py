"""Where the memory of large arrays comes from: kept by the C library, or taken in large pages.

In: a new process, or a new array in compiled code. Out: the same, with fewer page faults. To a kernel that
passes over memory a page that it has not got yet costs more than the arithmetic on it.

    gradients of 2 x 8 MB, call after call    8.8 -> 2.0 ms    `keep_freed`: the C library gives nothing back
    a gradient of 200 MB                      146 ->  57 ms    `in_large_pages`: 2 MB a fault, not 4 kB
"""

from __future__ import annotations

import functools
import mmap
import sys
from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import cgutils

LARGE = 1 << 22  # bytes: where NumPy asks for large pages too
_MOST = (32 << 20) - (64 << 10)  # bytes: glibc learns nothing from arrays of over 32 MB
_ADVICE = 14  # MADV_HUGEPAGE of Linux


@functools.cache
def keep_freed() -> None:
    """Have glibc keep arrays that were freed for the next ones.

    At first it maps each array of over 128 kB from the system and unmaps it when it is freed; the largest
    that it has seen freed, up to 32 MB, becomes the size up to which it keeps memory, and twice that is the
    most that it keeps. One array that nobody touches teaches it what the user's own arrays would. Whoever
    sets MALLOC_MMAP_THRESHOLD_ or MALLOC_TRIM_THRESHOLD_ has decided otherwise, and glibc learns nothing.
    """
    if sys.platform == "linux":
        np.empty(_MOST, np.uint8)


def in_large_pages(builder: ir.IRBuilder, data: ir.Value, size: ir.Value) -> None:
    """Ask for large pages under an array of LARGE bytes or more; an answer of no changes nothing."""
    if sys.platform != "linux":
        return
    word = size.type
    with cgutils.if_unlikely(builder, builder.icmp_unsigned(">=", size, word(LARGE))):
        kind = ir.FunctionType(ir.IntType(32), [word, word, ir.IntType(32)])
        madvise: Any = cgutils.get_or_insert_function(builder.module, kind, "madvise")
        start = builder.ptrtoint(data, word)
        first = builder.and_(builder.add(start, word(mmap.PAGESIZE - 1)), word(-mmap.PAGESIZE))
        length = builder.sub(builder.add(start, size), first)
        builder.call(madvise, [first, length, ir.IntType(32)(_ADVICE)])
