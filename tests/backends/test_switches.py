"""Each pass of the kernels left out: it shows in a text, and no value depends on it; compiled too."""

from __future__ import annotations

import numpy as np
import pytest
from golden.helpers import FOLDER
from golden.switched import PROGRAMS, assert_same_values, changed, derived, expected, inputs

from symgrad.backends import numba_cpu
from symgrad.ir.switch import BACKENDS
from symgrad.tree import flatten

# By pass: programs whose texts it changes, a golden file among them.
# fmt: off
SHOWN = {
    "borders":       "levelled heat_plane",
    "buffers":       "diffused loop_products",
    "carry":         "relaxed loop_gauss_seidel",
    "checks":        "attended loop_jacobi",
    "clears":        "levelled heat_plane",
    "cuts":          "relayed shifted_stages",
    "factors":       "implicit loop_factors",
    "fills":         "joined written_in_parts",
    "fusion":        "remembered softmax_cross_entropy",
    "kept":          "accelerations coordinates",
    "recompute":     "remembered hidden_layer",
    "scans":         "walked asian_option",
    "share":         "attended hidden_layer",
    "sink":          "diffused loop_undo",
    "spread":        "diffused loop_jacobi",
    "tables":        "mixed aligned",
    "totals":        "weighted batch_sums",
    "turns":         "stirred periodic",
    "vmath":         "remembered softmax_cross_entropy",
    "windows":       "joined stencil",
}
# fmt: on


def test_every_pass_is_here():
    assert SHOWN.keys() == BACKENDS.keys()


@pytest.mark.parametrize("name", BACKENDS)
def test_a_golden_file_and_another_program_show_it(name):
    programs = SHOWN[name].split()
    assert len(programs) > 1 and any((FOLDER / f"{p}.py").exists() for p in programs)
    for program in programs:
        assert changed(program, name), program


@pytest.mark.parametrize("name", BACKENDS)
def test_no_value_depends_on_it(name):
    for program in PROGRAMS:
        assert_same_values(program, name)


@pytest.mark.parametrize("name", BACKENDS)
def test_compiled_without_it(name):
    program = SHOWN[name].split()[0]
    plain = derived(program, name)
    kernel = numba_cpu.compile(plain.kernel_text, plain.function.name, plain.options)
    for got, want in zip(flatten(kernel(*inputs(program)))[0], expected(program), strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-11, atol=1e-12, err_msg=plain.kernel_text)
