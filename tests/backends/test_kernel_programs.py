"""The kernel text of random programs computes what the graph means, as plain Python and compiled."""

import ast

import numpy as np
import pytest
from backends.helpers import agree, python
from hypothesis import HealthCheck, given, settings
from strategies import Program, programs

from symgrad.backends import numba_cpu
from symgrad.backends.loops import kernel
from symgrad.pipeline import Options

BUDGET = settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow])
# Array functions that a kernel may call: everything else is loops over scalars.
ALLOWED = {"empty", "zeros", "full", "dot", "ascontiguousarray", "array", "iinfo", "sqrt", "rint", "floor"}
ALLOWED |= {"ceil", "trunc", "floor_divide", "remainder", "fmod", "copysign", "nan", "inf"}
ALLOWED |= {"bool_", "float32", "int64", "int32", "int8", "uint8"}


@BUDGET
@given(programs(dtype="float64"))
def test_kernel_computes_the_graph(program: Program) -> None:
    agree(program.function, program.args, rtol=1e-9)


@BUDGET
@given(programs(dtype="float32", avoid=("power",), max_steps=5))
def test_kernel_computes_in_single_precision(program: Program) -> None:
    agree(program.function, program.args, rtol=1e-3)


@BUDGET
@given(programs())
def test_text_is_the_same_every_time_and_has_no_array_arithmetic(program: Program) -> None:
    text = kernel(program.function)
    assert text == kernel(program.function)
    tree = ast.parse(text)
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "np":
            assert node.attr in ALLOWED, text
        # A slice of an array would be an array operation; matrices of a batch are `a[i]`.
        assert not isinstance(node, ast.Slice), text


@pytest.mark.parametrize("fastmath", [False, "strict"])
@settings(BUDGET, max_examples=6)
@given(programs(dtype="float64"))
def test_compiled_kernel_computes_the_graph(fastmath: bool | str, program: Program) -> None:
    text = kernel(program.function, returns=tuple(range(len(program.function.results))))
    run = numba_cpu.compile(text, program.function.name, Options(fastmath=fastmath))
    args = [np.asfortranarray(a) if np.ndim(a) > 1 else a for a in program.args]
    agree(program.function, args, rtol=1e-9, run=lambda *a: _bare(run(*a)))


def _bare(results: tuple[object, ...]) -> object:
    return results if len(results) > 1 else results[0]


def test_python_runs_the_text_without_numba() -> None:
    text = "import numpy as np\nfrom numba import njit\n\n\n@njit\ndef f(x):\n    return 1.0 / x\n"
    assert python(text, "f")(0.0) == np.inf
