"""Every program of this folder through the public verbs on both backends: right in both modes, or refused."""

import numpy as np
import pytest
from language.backends import judge
from language.cases import cases

import symgrad as sg

RIGHT = [pytest.param(c, id=c.name) for c in cases() if not c.refused]
REFUSED = [pytest.param(c, id=c.name) for c in cases() if c.refused]


@pytest.mark.parametrize("jit", [False, True], ids=["numpy", "numba"])
@pytest.mark.parametrize("case", RIGHT)
def test_right(case, jit):
    with np.errstate(all="ignore"):
        judge(case.function, case.args, jit)


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case):
    with pytest.raises(sg.SymgradError) as e:
        sg.vjp(case.function, *case.args, jit=False)
    assert e.value.message.startswith(case.refused)
    assert e.value.lineno and e.value.why and e.value.instead
