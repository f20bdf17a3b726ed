"""Arguments that share memory, and arrays that are more than arrays: refused, cold and warm."""

import numpy as np
import pytest

import symgrad as sg


def writes(x, y):
    x[0] = 5.0
    return np.sum(x * y)


@pytest.mark.parametrize("jit", [False, True])
def test_a_written_argument_that_shares_memory_is_refused(jit):
    gradient = sg.grad(writes, argnums=(0, 1), jit=jit)
    a, b = np.arange(1.0, 4.0), np.ones(3)
    for _ in range(2):
        dx, dy = gradient(a, b)
        np.testing.assert_array_equal(dx, [0.0, 1.0, 1.0])
        np.testing.assert_array_equal(dy, [5.0, 2.0, 3.0])
        with pytest.raises(sg.SymgradError, match="x and y share memory") as caught:
            gradient(a, a)
        assert caught.value.lineno == 10 or caught.value.lineno == 9
        with pytest.raises(sg.SymgradError, match="share memory"):
            gradient(a, a[::-1])
    np.testing.assert_array_equal(a, [1.0, 2.0, 3.0])


def test_other_transforms_refuse_it_too():
    a = np.ones(3)
    with pytest.raises(sg.SymgradError, match="share memory"):
        sg.vjp(writes, a, a, jit=False)
    with pytest.raises(sg.SymgradError, match="share memory"):
        sg.jvp(writes, (a, a), (a, a), jit=False)


def test_reading_one_array_twice_is_fine():
    a = np.arange(3.0)
    dx, dy = sg.grad(lambda x, y: np.sum(x * y), argnums=(0, 1), jit=False)(a, a)
    np.testing.assert_array_equal(dx, a)
    np.testing.assert_array_equal(dy, a)


def test_subclasses_are_refused_also_when_warm():
    gradient = sg.grad(lambda x: np.sum(x * x))
    gradient(np.ones(3))
    gradient(np.ones(3))
    with pytest.raises(sg.SymgradError):
        gradient(np.ma.masked_array(np.ones(3), [True, False, False]))
