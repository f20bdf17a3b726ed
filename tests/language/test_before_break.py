"""Names that are only assigned before a `break`; `s = s + [v]`; what is not printed, what is not raised."""

import numpy as np
import pytest
from language.checking import check
from language.programs import Programs

import symgrad as sg
from symgrad.errors import UnsupportedSyntaxError

X = np.array([0.71, 1.33, 0.56, 0.43, 1.12, 0.87, 0.62, 1.41])
PROGRAMS = Programs()
A = np.random.default_rng(3).normal(size=(3, 4))
program, refused = PROGRAMS.program, PROGRAMS.refused


@program(X)
def found_or_not(x):
    for i in range(len(x)):
        if x[i] > 0.8:
            found = x[i] * 2
            where = i
            break
    else:
        found = x[0]
        where = 0
    return found**2 + where * x[1]


@program(X)
def never_found(x):
    for i in range(len(x)):
        if x[i] > 5.8:
            found = x[i] * 2
            break
    else:
        found = x[0] * 3
    return found**2


@program(X)
def three_ways_to_break(x):
    for i in range(len(x)):
        if x[i] > 1.8:
            found = x[i] * 2
            break
        y = x[i] * 0.5
        if y * y > 0.4:
            found = y + x[0]
            break
        elif y > 100:
            found = x[3]
            break
    else:
        found = x[0] * 3
    return found**2


@program(X)
def while_true(x):
    y = x[0]
    k = 0
    while True:
        y = y * 0.7 + 0.1 * x[k % 8]
        k += 1
        if y < 0.5 or k > 10:
            result = y * x[1]
            steps = k
            break
    return result * steps


@program(X)
def found_in_an_inner_loop(x):
    s = 0.0
    for i in range(3):
        for j in range(i, len(x)):
            if x[j] * (i + 1) > 1.0:
                hit = x[j]
                vec = x * hit
                break
        else:
            hit = 0.0 * x[0]
            vec = x.copy()
        s += hit * vec.sum()
    return s


@program(X)
def few_trips(x):
    for v in (x[0], x[1], x[2]):
        if v > 1.0:
            r = v * v
            break
    else:
        r = x[3]
    return r


@program(X)
def beside_a_return(x):
    def find(t):
        for v in x:
            if v < 0.1:
                return v
            if v > t:
                w = v * 2
                break
        else:
            w = x[0]
        return w * w

    return find(1.0) + find(10.0)


@program(X)
def a_tuple_before_break(x):
    for i, v in enumerate(x):
        if v > 0.9:
            pair = (v, i, x * 2)
            break
    else:
        pair = (x[0], 0, x)
    a, b, c = pair
    return a * b + c.sum()


@program(X)
def while_with_else(x):
    i = 0
    while i < len(x):
        if x[i] > 1.0:
            z = x[i] ** 3
            break
        i += 1
    else:
        z = 0.0
    return z + i


@program(X)
def bisection_with_break(x):
    lo, hi = 0.0, 2.0
    for _ in range(60):
        mid = 0.5 * (lo + hi)
        fm = mid**3 + mid * x[0] - 1.0
        if abs(fm) < 1e-13:
            root = mid
            break
        if fm > 0:
            hi = mid
        else:
            lo = mid
        root = mid
    # one Newton step to pass the derivative on
    return root - (root**3 + root * x[0] - 1.0) / (3 * root**2 + x[0])


@program(X)
def longer_by_a_sum(x):
    s = [x[0]]
    for v in x[1:]:
        s = s + [0.3 * v + 0.7 * s[-1]]  # noqa: RUF005
    return np.sum(np.array(s) ** 2)


@program(X)
def longer_in_a_while(x):
    s, t = [x[0]], []
    k = 0
    while s[-1] < 10:
        t = [*t, (s[-1], k)]
        s = s + [s[-1] * 1.5 + x[k % 4]]  # noqa: RUF005
        k += 1
    return sum(s) + sum(a * b for a, b in t)


@program(X)
def another_name_keeps_the_shorter_list(x):
    s = [x[0]]
    old = s
    for k in range(3):
        s = s + [x[k]]  # noqa: RUF005
    return sum(s) * len(old)


@program(X)
def longer_under_a_condition(x):
    out = []
    for v in x:
        if v > 0.7:
            out = [*out, v, v * v]
    return sum(out) * len(out)


@program(X)
def prints(x):
    """Docstring."""
    verbose = True
    s = 0.0
    for k, v in enumerate(x):
        s += v * v
        if verbose:
            print(f"step {k}: s={s:.3f}", v, x.shape)
            print("step %d s=%g" % (k, s), "a {} b".format(s), str(s) + " end", sep="|")  # noqa: UP031, UP032
    assert s > 0, f"negative {s}"
    print("done", s)
    return s


@program(X)
def raises_for_other_data(x):
    def log(v):
        if v <= 0:
            raise ValueError
        return np.log(v)

    if np.any(x < 0):
        raise ValueError("negative")
    for v in x:
        if v > 1.0:
            return log(v) + x[0]
    raise ValueError("none")


@program(X)
def newton_that_must_converge(x):
    y = x[0]
    for _ in range(50):
        f = y * y - x[1]
        if abs(f) < 1e-12:
            break
        y = y - f / (2 * y)
    else:
        raise RuntimeError("no convergence")
    return y * x[2]


# What was bound before the `break` may be one array with another name's.


@refused("what a holds is not known here", A)
def an_array_before_break_is_written(a):
    a = a.copy()
    while True:
        a = a * 0.9
        if np.sum(a**2) < 4.0:
            last = a
            break
    last[0, 0] = 3.0
    return np.sum(a) + last[1, 1]


@refused("what keep holds is not known here", A)
def two_names_before_break(a):
    while True:
        b = a * 0.9
        c = b
        a = a + 1.0
        if np.sum(a**2) > 4.0:
            last, keep = c, b
            break
    last[0, 0] = 3.0
    return np.sum(a) + last[1, 1] + keep[0, 0]


@program(A)
def an_array_before_break_is_read(a):
    while True:
        a = a * 0.9
        if np.sum(a**2) < 4.0:
            last = a
            break
    return np.sum(a) * last[1, 1]


test_program, test_refused = PROGRAMS.tests()


def test_names_before_break_alone_are_not_read():
    def f(x):
        for v in x:
            if v > 1.0:
                found = v
                break
        return found

    with pytest.raises(UnsupportedSyntaxError, match="the value of 'found' is not known here") as e:
        check(f, X)
    assert e.value.why == "it is only assigned before a `break`"


def test_what_the_data_decide_is_not_printed(capsys):
    def f(x):
        print("begins", 3)
        print(f"{x[0]:.2f}", x)
        return x @ x

    check(f, X)
    assert "begins 3" in capsys.readouterr().out
    sg.grad(f, jit=False)(X)
    assert capsys.readouterr().out == "begins 3\n"
