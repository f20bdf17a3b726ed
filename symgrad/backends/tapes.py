"""What kernels call for the tapes of loops: buffers that grow, and the schedule of snapshots.

In: a buffer that is full. Out: one twice as long that begins with its slots. `revolve` is that of
`symgrad.runtime`, compiled.

    if trip == s_saved.shape[0]:
        s_saved = grow(s_saved)
    s_saved[trip] = s
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

from symgrad import runtime

revolve = njit(cache=True)(runtime.revolve)


@njit(cache=True)
def grow(tape: Any) -> Any:
    """`tape` with room for as many slots again."""
    slots = tape.shape[0]
    longer = np.empty((2 * slots, *tape.shape[1:]), tape.dtype)
    longer[:slots] = tape
    return longer
