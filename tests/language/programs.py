"""What the test files of this folder share: the programs that they collect, and the arrays that these get.

PROGRAMS = Programs()
program, refused = PROGRAMS.program, PROGRAMS.refused

@program(X)
def square(x): ...

@refused("`try`", X)
def caught(x): ...

test_program, test_refused = PROGRAMS.tests()
"""

from __future__ import annotations

import numpy as np
import pytest
from language.checking import check

from symgrad.errors import SymgradError

X = np.array([0.7, 1.3, 2.1, 3.2, -1.1, 0.4, 0.9])
A = np.random.default_rng(3).normal(size=(4, 5))
B = np.random.default_rng(4).normal(size=(4, 4))


def weighted(y):
    """A number that every element of y changes in its own way."""
    return (y * np.sin(np.arange(1.0, 1 + y.size)).reshape(y.shape) * y).sum()


class Programs(list):
    """The programs of one file, each with its arguments; beside them those that are refused, and how."""

    def __init__(self):
        super().__init__()
        self.refusals = []

    def program(self, *args):
        """Collect a program that is right at `args`."""

        def register(f):
            self.append(pytest.param(f, args, id=f.__name__))
            return f

        return register

    def refused(self, message, *args):
        """Collect a program whose refusal begins with `message`."""

        def register(f):
            self.refusals.append(pytest.param(f, args, message, id=f.__name__))
            return f

        return register

    def test(self):
        """The test of the programs: value, reverse and forward mode."""

        @pytest.mark.parametrize(("f", "args"), self)
        def test_program(f, args):
            check(f, *args)

        return test_program

    def tests(self):
        """The test of the programs, and that of the refusals."""

        @pytest.mark.parametrize(("f", "args", "message"), self.refusals)
        def test_refused(f, args, message):
            with pytest.raises(SymgradError) as e:
                check(f, *args)
            assert e.value.message.startswith(message)
            assert e.value.lineno

        return self.test(), test_refused
