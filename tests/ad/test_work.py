"""What differentiation asks for is asked for once, and only where the answer decides something."""

from __future__ import annotations

import numpy as np
import pytest

import symgrad as sg
from symgrad.ad import dependence, reverse, undo, zeros


def products(x):
    """No equation has singular points, and the loop saves one number a trip."""
    s = 1.0
    for i in range(len(x)):
        s = s * (1.0 + x[i])
    return s


def quotients(x):
    """The cotangent of a quotient is asked about: in the loop it can be zero by choice."""
    s = 0.0
    for i in range(len(x)):
        if x[i] > 0.0:
            s = s + np.sqrt(x[i]) / x[i]
    return s


def swept(x):
    """Each trip reads what the trips before have left, which is there at the end: nothing is saved."""
    x = x.copy()
    for i in range(1, len(x)):
        x[i] = x[i] + 0.5 * x[i - 1]
    return np.sum(x)


def solved(b, a):
    """The final array is the tape of what each trip reads of it."""
    x = b.copy()
    for i in range(1, len(x)):
        x[i] = (x[i] - a[i, :i] @ x[:i]) * a[i, i]
    return np.sum(x)


def written(x, w):
    """A branch writes elements that the loop reads, and overwrites them before their last use."""
    y = x.copy()
    for i in range(1, len(y)):
        if y[i - 1] > w:
            y[i] = y[i - 1] * y[i]
        else:
            y[i] = y[i - 1] + y[i]
    return np.sum(y)


X = np.linspace(0.3, 0.9, 5)


def calls(monkeypatch, module, name, fun, *args):
    """How often a function is called while `fun` is differentiated."""
    count = 0
    own = getattr(module, name)

    def counted(*given, **named):
        nonlocal count
        count += 1
        return own(*given, **named)

    monkeypatch.setattr(module, name, counted)
    sg.grad(fun, jit=False).program_for(*args)
    return count


@pytest.mark.parametrize(("fun", "asked"), [(products, False), (swept, False), (quotients, True)])
def test_zeros_are_looked_for_where_an_op_has_singular_points(fun, asked, monkeypatch):
    assert bool(calls(monkeypatch, zeros, "_note", fun, X)) is asked


@pytest.mark.parametrize("fun", [products, swept])
def test_no_plan_is_made_that_cannot_save_less(fun, monkeypatch):
    """One number a trip, or nothing: with a whole array kept it would be more."""
    assert calls(monkeypatch, undo, "_planned", fun, X) == 1


def test_two_sets_of_elements_are_compared_once(monkeypatch):
    asked = []
    own = dependence._apart

    def noted(x, y, scope):
        asked.append((x, y))
        return own(x, y, scope)

    monkeypatch.setattr(dependence, "_apart", noted)
    sg.grad(solved, wrt=("*",), jit=False).program_for(X, np.eye(5))
    assert asked
    assert len(asked) == len(set(asked))


@pytest.mark.parametrize(("fun", "args", "times"), [(swept, (X,), 1), (written, (X, 0.4), 2)])
def test_writes_of_branches_are_moved_where_something_is_saved(fun, args, times, monkeypatch):
    assert calls(monkeypatch, reverse, "_reverse", fun, *args) == times
