"""`np.roll` is said where the user rolls, and the text is the same program again."""

from __future__ import annotations

import numpy as np
import pytest
from emit.canonical import difference

import symgrad as sg
from symgrad.backends.numpy import compile
from symgrad.frontend.lower import lower
from symgrad.frontend.signature import bind
from symgrad.pipeline import Options, Transform, build

U = np.random.default_rng(0).normal(size=(3, 4))


def periodic(u, steps):
    for _ in range(steps):
        around = np.roll(u, 1, axis=0) + np.roll(u, -1, axis=0) + np.roll(u, 2, axis=1)
        u = u * u - 0.1 * around
    return np.sum(u * u)


def spelled_out(u):
    return np.sum(np.concatenate((u[-1:], u[:-1])) * u)


@pytest.mark.parametrize("f", [periodic, spelled_out])
def test_the_text_says_what_the_user_said(f):
    args = (U, 2) if f is periodic else (U,)
    program = build(f, bind(f, args, {}), Transform("value", ()), Options(simplify="off"))
    text = program.study_text
    assert text.count("np.roll(") == (3 if f is periodic else 0)
    assert ("np.roll(u_2, 2, axis=1)" in text) == (f is periodic)
    source = compile(text, program.function.name).__wrapped__
    again = build(source, bind(source, args, {}), Transform("value", ()), Options(simplify="off"))
    assert not difference(program.function, again.function), text


@pytest.mark.parametrize("f", [periodic, spelled_out])
def test_the_text_of_the_gradient_is_read_back(f):
    args = (U, 2) if f is periodic else (U,)
    program = build(f, bind(f, args, {}), Transform("value_and_grad", (0,)), Options())
    text = program.study_text
    assert ("np.roll(u, 2, axis=1)" in text) == (f is periodic)
    source = compile(text, program.function.name).__wrapped__
    again = lower(source, bind(source, args, {})).function
    assert not difference(program.function, again), text


@pytest.mark.parametrize("jit", [False, True])
def test_slopes_are_those_of_a_complex_step(jit):
    way = np.random.default_rng(1).normal(size=U.shape)
    want = np.imag(periodic(U + 1e-30j * way, 2)) * 1e30
    got = sg.grad(periodic, jit=jit)(U, 2)
    np.testing.assert_allclose(np.sum(got * way), want, rtol=1e-12)
