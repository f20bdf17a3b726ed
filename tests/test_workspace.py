"""Gradients in arrays that are there: the same numbers in that memory; refused where it cannot be."""

import threading

import numpy as np
import pytest
from backends.helpers import python
from steps import steps as steps_of

import symgrad as sg

RNG = np.random.default_rng(5)


def smooth(x, w):
    z = np.tanh(x * w)
    for _ in range(3):
        z = z * 0.5 + np.roll(z, 1) * w
    return np.sum(z * z)


def layers(params, x):
    h = np.tanh(x @ params["w"] + params["b"])
    return params["scale"] * np.sum(h * h)


def steps(x, n):
    y = x.copy()
    for _ in range(n):
        y[1:-1] += 0.1 * np.sin(y[2:] + y[:-2])
    return np.sum(y**2)


def vectors(n):
    return RNG.normal(size=n), RNG.normal(size=n)


def in_place(x, w):
    x += w * x
    return np.sum(x * x * scale)


scale = 2.0


@pytest.mark.parametrize("jit", [True, False])
def test_a_function_that_writes_and_captures_is_looked_at_once(jit, monkeypatch):
    """The call after the first binds nothing; what it captures is read again, what it writes stays apart."""
    df, step = (
        sg.grad(in_place, argnums=(0, 1), jit=jit),
        sg.grad(in_place, argnums=(0, 1), jit=jit).workspace(),
    )
    x, w = vectors(5)
    first, before = steps_of(lambda: step(x, w)), x.copy()
    again = steps_of(lambda: step(x, w))
    assert again < first / 20 and again < 300
    np.testing.assert_array_equal(x, before)
    monkeypatch.setitem(globals(), "scale", -3.0)
    for got, want in zip(step(x, w), df(x, w), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-14)
    monkeypatch.setitem(globals(), "scale", np.array([1.0, 2.0, 3.0, 4.0, 5.0]))  # now another program
    for got, want in zip(step(x, w), df(x, w), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-14)
    both = RNG.normal(size=8)
    with pytest.raises(sg.SymgradError, match="share memory"):
        step(both[:5], both[1:6])
    monkeypatch.setitem(globals(), "scale", 1.0)
    for got, want in zip(step(w, x), df(w, x), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-14)


@pytest.mark.parametrize("jit", [True, False])
def test_out_is_written_in_place(jit):
    df = sg.grad(smooth, argnums=(0, 1), jit=jit)
    x, w = vectors(9)
    out = (np.full(9, np.nan), np.full(9, np.nan))
    found = df(x, w, out=out)
    assert found[0] is out[0]
    assert found[1] is out[1]
    for a, b in zip(found, df(x, w), strict=True):
        np.testing.assert_allclose(a, b, rtol=1e-14)


def test_out_of_value_and_grad_and_of_containers():
    params = {"w": RNG.normal(size=(4, 3)), "b": RNG.normal(size=3), "scale": 1.5}
    x = RNG.normal(size=(6, 4))
    df = sg.value_and_grad(layers)
    value, grads = df(params, x)
    out = {"w": np.empty((4, 3)), "b": np.empty(3), "scale": None}
    again, found = df(params, x, out=out)
    assert again == value
    assert found["w"] is out["w"]
    assert found["scale"] == grads["scale"]
    np.testing.assert_allclose(out["w"], grads["w"], rtol=1e-14)
    np.testing.assert_allclose(out["b"], grads["b"], rtol=1e-14)


def test_a_workspace_keeps_its_arrays_and_follows_sizes():
    df = sg.grad(smooth, argnums=(0, 1))
    step = df.workspace()
    memory = []
    for n in (8, 8, 5, 5, 8):
        x, w = vectors(n)
        found = step(x, w)
        memory.append(found[0].ctypes.data)
        for a, b in zip(found, df(x, w), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-14)
    assert memory[0] == memory[1]
    assert memory[2] == memory[3]


def test_a_workspace_starts_afresh_at_each_call():
    step = sg.value_and_grad(steps).workspace()
    df = sg.value_and_grad(steps)
    x = RNG.normal(size=12)
    for n in (4, 7, 2, 2):
        value, dx = step(x, n)
        expected, expected_dx = df(x, n)
        np.testing.assert_allclose(value, expected, rtol=1e-14)
        np.testing.assert_allclose(dx, expected_dx, rtol=1e-14)


def test_a_workspace_takes_out_dtypes_and_views():
    step = sg.grad(steps).workspace()
    wide = RNG.normal(size=24)
    for x in (wide[:12].copy(), wide[::2], wide[:12].astype(np.float32)):
        out = np.empty(12, x.dtype)
        assert step(x, 3, out=out) is out
        np.testing.assert_allclose(out, sg.grad(steps)(x, 3), rtol=1e-6 if x.dtype == np.float32 else 1e-14)


def test_captured_values_are_read_again():
    scale = np.array([2.0, 3.0])

    def f(x):
        return np.sum(scale * x * x)

    step = sg.grad(f).workspace()
    x = np.array([1.0, -1.0])
    np.testing.assert_array_equal(step(x), 2 * scale * x)
    scale = np.array([5.0, 7.0])
    np.testing.assert_array_equal(step(x), 2 * scale * x)


REFUSED = [
    (lambda x, w: np.empty(9), ValueError, "built otherwise"),
    (lambda x, w: (np.empty(8), np.empty(9)), ValueError, r"out\[0\] is float64\[8\]"),
    (lambda x, w: (np.empty(9), np.empty(9, np.float32)), ValueError, r"out\[1\] is float32"),
    (lambda x, w: (np.empty(18)[::2], np.empty(9)), ValueError, "contiguous"),
    (lambda x, w: (x, np.empty(9)), ValueError, r"out\[0\] shares memory"),
    (lambda x, w: (np.empty(9), [0.0] * 9), ValueError, "built otherwise"),
    (lambda x, w: (np.empty(9), 1.0), TypeError, r"out\[1\] is float"),
]


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize(("make", "error", "message"), REFUSED)
def test_refused(jit, make, error, message):
    x, w = vectors(9)
    with pytest.raises(error, match=message):
        sg.grad(smooth, argnums=(0, 1), jit=jit)(x, w, out=make(x, w))


def test_two_parts_in_one_array_are_refused():
    x, w = vectors(9)
    both = np.empty(9)
    with pytest.raises(ValueError, match=r"out\[1\] shares memory"):
        sg.grad(smooth, argnums=(0, 1))(x, w, out=(both, both))


def test_an_argument_of_the_users_own_called_out():
    def f(x, out):
        return np.sum(x * out)

    np.testing.assert_array_equal(sg.grad(f)(np.ones(3), out=np.arange(3.0)), np.arange(3.0))


def test_a_value_has_no_gradient_to_place():
    x, w = vectors(4)
    with pytest.raises(TypeError, match="out= is for gradients"):
        sg.grad(smooth).value(x, w, out=np.empty(4))


def test_one_thread_at_a_time():
    step = sg.grad(smooth).workspace()
    x, w = vectors(4)
    step(x, w)
    with step._busy:
        errors = []

        def other():
            try:
                step(x, w)
            except RuntimeError as error:
                errors.append(str(error))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert "one for each thread" in errors[0]


def test_nothing_is_allocated_in_the_second_call():
    df = sg.grad(smooth, argnums=(0, 1))
    text = df.program_for(*vectors(4)).reusable.text
    run = text.partition("def grad_smooth")[2]
    assert "np.zeros(" not in run
    assert run.count("np.empty(") <= 1  # a piece of one element inside the loop


def test_arrays_from_outside_have_their_sizes():
    """Checked once at entry: LLVM knows by it that the rows of all arrays are equally long."""
    df = sg.grad(smooth, argnums=(0, 1), jit=False)
    text = df.program_for(*vectors(4)).reusable
    x, w = vectors(6)
    make, run = python(text.text, text.make), python(text.text, text.run)
    arrays = make(x, w)
    for got, want in zip(run(x, w, *arrays), df(x, w), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-13)
    for k in range(len(arrays)):
        with pytest.raises(ValueError, match="other sizes"):
            run(x, w, *arrays[:k], arrays[k][:-1], *arrays[k + 1 :])
