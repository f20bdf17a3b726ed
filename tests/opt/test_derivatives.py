"""Adjoints of random programs: grouped and simplified on every level they are worth what they were."""

import numpy as np
from hypothesis import HealthCheck, given, reject, settings
from strategies import programs

from symgrad.ad.reverse import reverse
from symgrad.errors import SymgradError
from symgrad.ir import evaluate
from symgrad.ir.text import show
from symgrad.ir.verify import verify
from symgrad.opt import simplify
from symgrad.opt.group import group


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(programs(dtype="float64"))
def test_random_adjoints_keep_their_values(random):
    f = group(random.function)
    wrt = tuple(i for i, p in enumerate(f.params) if p.type.is_float)
    rng = np.random.default_rng(0)
    try:
        derivative = verify(reverse(f, wrt, "vjp"))
        outputs = evaluate.run(f, *random.args)
        seeds = [
            rng.normal(size=np.shape(out))
            for out, result in zip(outputs, f.results, strict=True)
            if result.type.is_float
        ]
        plain = evaluate.run(derivative, *random.args, *seeds)
    except (SymgradError, ValueError):  # no rule, or the maximum of nothing
        reject()
    study = verify(simplify(derivative, "study"))
    assert show(simplify(study, "study")) == show(study)
    for function in (study, verify(simplify(derivative, "kernel")), verify(simplify(study, "kernel"))):
        _assert_close(plain, evaluate.run(function, *random.args, *seeds), show(function))


def _assert_close(expected, found, message):
    """Equal up to rounding that the program itself may have magnified, where values are of usual size."""
    for x, y in zip(expected, found, strict=True):
        assert np.shape(x) == np.shape(y)
        x, y = np.asarray(x, float), np.asarray(y, float)
        usual = np.isfinite(x) & (np.abs(x) < 1e8)
        scale = max(1.0, np.max(np.abs(x[usual]), initial=0.0))
        np.testing.assert_allclose(y[usual], x[usual], rtol=1e-6, atol=1e-6 * scale, err_msg=message)
