"""Counts and sums in bins: NumPy's numbers to the last one, and the derivatives by weights and by edges."""

import numpy as np
import pytest
from science.checking import both, check

import symgrad as sg

RNG = np.random.default_rng(4)
W = RNG.uniform(0.5, 2.0, 40)
S = RNG.normal(size=40)
K = RNG.integers(0, 6, 40)
EDGES = np.array([-1.5, -0.3, 0.1, 0.9, 2.0])
V = np.sin(np.arange(1.0, 9.0))

PROGRAMS = {
    "bincount": (lambda w: np.sum(np.bincount(K, weights=w, minlength=8) ** 2 * V), (W,)),
    "bincount_counts": (lambda w: np.sum(w[:8] ** 2 * np.bincount(K, minlength=8)), (W,)),
    "histogram_weights": (lambda w: np.sum(np.histogram(S, 8, weights=w)[0] ** 2 * V), (W,)),
    "histogram_range": (lambda w: np.sum(np.histogram(S, 8, (-1.0, 0.5), weights=w)[0] ** 2 * V), (W,)),
    "histogram_edges": (lambda w: np.sum(np.histogram(S, EDGES, weights=w)[0] ** 2 * V[:4]), (W,)),
    "histogram_density": (
        lambda w: np.sum(np.histogram(S, 8, weights=w, density=True)[0] ** 2 * V),
        (W,),
    ),
    "its_edges": (lambda s: np.sum(np.histogram(s, 8)[1] ** 2), (S,)),
    "mean_by_radius": (
        lambda w: np.sum(np.histogram(S, 5, weights=w)[0] / np.histogram(S, 5)[0] * V[:5]),
        (W,),
    ),
    "digitize": (lambda w: np.sum(w * np.digitize(S, EDGES) + w**2 * np.digitize(S, EDGES[::-1])), (W,)),
    "digitize_right": (lambda w: np.sum(w**2 * np.digitize(np.array(EDGES), EDGES, True)[0]), (W,)),
    "quantiles": (lambda s: np.sum(np.quantile(s, [0.1, 0.5, 0.77]) ** 2), (S,)),
    "percentiles": (
        lambda s: np.sum(np.percentile(s.reshape(5, 8), (25, 75), axis=1) ** 2 * V[:5]),
        (S,),
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_by_differences(name):
    fun, args = PROGRAMS[name]
    check(fun, args, rtol=1e-6, atol=1e-7)


@both
def test_samples_on_edges_fall_where_numpy_puts_them(jit):
    def counts(w, s):
        h, e = np.histogram(s, 7, (0.0, 0.7))
        return np.sum(w**2) * np.sum(h * np.arange(7.0)) + np.sum(e)

    s = np.concatenate((np.arange(0, 8) / 10, np.linspace(0.0, 0.7, 8), [-0.1, 0.71, 0.3 - 1e-17, 0.1 + 0.2]))
    value = sg.value_and_grad(counts, jit=jit)(W, s)[0]
    assert value == pytest.approx(counts(W, s), rel=1e-13)


@both
def test_one_value_only(jit):
    s = np.full(5, 2.0)
    df = sg.value_and_grad(lambda w, s: np.sum(np.histogram(s, 4, weights=w)[0] * V[:4]), jit=jit)
    value, dw = df(W[:5], s)
    np.testing.assert_allclose(value, np.sum(np.histogram(s, 4, weights=W[:5])[0] * V[:4]), rtol=1e-13)
    np.testing.assert_allclose(dw, np.full(5, V[2]), rtol=1e-13)


@both
def test_an_index_beyond_minlength_is_an_error(jit):
    df = sg.grad(lambda w, k: np.sum(np.bincount(k, weights=w, minlength=6) ** 2), jit=jit)
    np.testing.assert_allclose(df(W, K), 2.0 * np.bincount(K, weights=W, minlength=6)[K], rtol=1e-13)
    for k in (6, -1):
        with pytest.raises(IndexError, match="out of bounds"):
            df(W, np.append(K[:39], k))


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda w: np.sum(np.bincount(K, weights=w)), "np.bincount without `minlength=`"),
        (lambda w: np.sum(np.histogram(S, "auto", weights=w)[0]), "np.histogram that chooses its bins"),
    ],
)
def test_refused(f, message):
    with pytest.raises(sg.SymgradError) as e:
        sg.grad(f, jit=False)(W)
    assert e.value.message == message and e.value.instead and e.value.filename == __file__
