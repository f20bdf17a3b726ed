"""A derivative crosses to other processes: by name, or as text with what it reads."""

import math
import multiprocessing
import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import symgrad as sg

SCALE = 3.0


def cube(x):
    return SCALE * x**3


@sg.grad(jit=False)
def decorated(x):
    return math.sin(x)


def test_by_name():
    again = pickle.loads(pickle.dumps(sg.grad(cube, jit=False)))
    assert again.__wrapped__ is cube
    assert again(2.0) == 36.0


def test_a_decorated_name_is_itself():
    assert pickle.loads(pickle.dumps(decorated)) is decorated


def test_a_lambda_with_a_closure_travels_as_text():
    a, w = 2.0, np.array([1.0, 4.0])
    helper = lambda t: t * t
    derivative = sg.grad(lambda x, p=3.0: np.sum(w * helper(x)) * a * p, jit=False)
    data = pickle.dumps(derivative)
    assert len(data) < 2000
    np.testing.assert_allclose(pickle.loads(data)(np.array([1.0, -1.0])), [12.0, -48.0], rtol=1e-15)


# JAX, where another test of this process imported it, warns of every fork; the workers do not use it.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_worker_processes(method):
    derivative = sg.grad(lambda x: np.sum(x**4))
    derivative(np.ones(2))
    with multiprocessing.get_context(method).Pool(2) as pool:
        found = pool.map(derivative, [np.array([1.0, 2.0]), np.array([3.0])])
    np.testing.assert_allclose(found[0], [4.0, 32.0], rtol=1e-15)
    np.testing.assert_allclose(found[1], [108.0], rtol=1e-15)


def test_threads_share_one_derivative():
    derivative = sg.grad(lambda x: np.sum(x * x * x))
    points = [np.full(n, float(n)) for n in range(2, 10)] * 20
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(derivative, points))
    for x, g in zip(points, found, strict=True):
        np.testing.assert_allclose(g, 3 * x * x, rtol=1e-15)
