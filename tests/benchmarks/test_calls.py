"""What the benchmark of calls compares: the adjoint by hand is the derivative."""

import numpy as np
from calls import NUMBERS, neuron_by_hand
from first_gradient import neuron

import symgrad as sg


def test_the_neuron_by_hand() -> None:
    value, gradients = sg.value_and_grad(neuron, wrt="*", jit=False)(*NUMBERS)
    by_hand, theirs = neuron_by_hand.py_func(*NUMBERS)
    assert by_hand == value
    np.testing.assert_allclose(theirs, gradients, rtol=1e-14, atol=0.0)
