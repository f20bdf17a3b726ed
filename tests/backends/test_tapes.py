"""Tapes that grow: twice the slots, the first half as it was, compiled and not."""

import numba
import numpy as np
import pytest

from symgrad.backends.tapes import grow

grown = numba.njit(lambda tape: grow(tape))


@pytest.mark.parametrize("shape", [(1,), (5,), (3, 2), (2, 1, 4), (3, 0)])
@pytest.mark.parametrize("dtype", ["float64", "float32", "int64", "bool"])
def test_the_slots_that_were_there_are_kept(shape, dtype):
    tape = (np.arange(np.prod(shape)) % 5 + 1).reshape(shape).astype(dtype)
    for longer in (grow(tape), grown(tape)):
        assert longer.shape == (2 * shape[0], *shape[1:]) and longer.dtype == tape.dtype
        np.testing.assert_array_equal(longer[: shape[0]], tape)


def test_a_view_is_no_tape():
    with pytest.raises(numba.TypingError):
        grown(np.zeros((4, 4))[:, ::2])
