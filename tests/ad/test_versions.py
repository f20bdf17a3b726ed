"""Arrays that are their own tape: the same gradients as with everything saved, over random writes and reads."""

import numpy as np
import pytest
from ad.written import SIZE, loops
from hypothesis import HealthCheck, given, settings
from language.checking import lowered_for

import symgrad as sg
from symgrad.ad.reverse import reverse
from symgrad.errors import SymgradError
from symgrad.ir.evaluate import run
from symgrad.ir.verify import verify
from symgrad.ir.walk import all_eqns


def arguments():
    rng = np.random.default_rng(5)
    return rng.normal(size=SIZE), rng.normal(size=(SIZE, SIZE)), np.array([2, 0, 3, 3, 1])


def program(text):
    space = {"np": np}
    exec(text, space)
    return sg.from_source(text, space)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(loops())
def test_as_with_everything_saved(text):
    f = program(text)
    args = arguments()
    try:
        _, lowered = lowered_for(f, *args)
    except SymgradError:
        return
    function = lowered.function
    plain = run(verify(reverse(function, (0, 1), "grad", plain=True)), *args)
    found = run(verify(reverse(function, (0, 1), "grad")), *args)
    for a, b in zip(found, plain, strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11, err_msg=text)
