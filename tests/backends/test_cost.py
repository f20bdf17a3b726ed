"""What is computed where it is read: not a quotient that stands for a row of many."""

from __future__ import annotations

from backends.helpers import agree, arguments, function

from symgrad.ir.build import Ref, getitem, reshape, sqrt
from symgrad.ir.core import Span
from symgrad.ir.switch import without

SIZES = {"n": 4, "m": 3}


def test_a_row_of_quotients_is_made_once() -> None:
    def f(x: Ref, a: Ref, b: Ref) -> Ref:
        return x * (a / b) + x * x

    f_ = function(f, x="n,m", a="m", b="m")
    with without("recompute"):
        agree(f_, arguments(f_, SIZES), rtol=1e-14)
    lines = agree(f_, arguments(f_, SIZES), rtol=1e-14).splitlines()
    (quotient,) = [line for line in lines if " / " in line]
    assert quotient == "        ratio[i] = a[i] / b[i]"  # in one loop, not in two


def test_of_a_column_it_is_computed_before_the_inner_loop() -> None:
    def f(x: Ref, a: Ref, b: Ref) -> Ref:
        return x * reshape(a / b, (*a.shape, 1))

    f_ = function(f, x="n,m", a="n", b="n")
    assert "np.empty(n)" not in agree(f_, arguments(f_, SIZES), rtol=1e-14)


def test_what_is_made_of_it_is_kept_in_its_place() -> None:
    def f(x: Ref, a: Ref) -> Ref:
        (m,) = a.shape
        return getitem(x, (Span(0, 1, x.shape[0]), Span(0, 1, m))) - sqrt(a) * 2.0

    f_ = function(f, x="n,m", a="m")
    text = agree(f_, arguments(f_, SIZES), rtol=1e-14)
    assert text.count("sqrt") == 1 and text.count("np.empty(m)") == 1
