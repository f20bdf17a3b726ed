"""Each pass over the graph left out: it shows in a text, and no value depends on it."""

from __future__ import annotations

import pytest
from golden.helpers import FOLDER
from golden.switched import PROGRAMS, assert_same_values, changed

from symgrad.ir.switch import OPT, is_on, without

# By pass: programs whose texts it changes, a golden file among them.
# fmt: off
SHOWN = {
    "contractions":  "projected image_convolution",
    "cse":           "joined hidden_layer softmax_cross_entropy",
    "few":           "stretched coordinates",
    "hoist":         "diffused loop_hoisted",
    "idle":          "accelerations pairs_within_reach",
    "join":          "attended sparse_rows pairs_within_reach",
    "overwritten":   "attended sparse_rows",
    "products":      "remembered attended loop_products",
    "reached":       "likeliest trellis",
    "reads":         "joined written_in_parts",
    "same_loops":    "left orbit",
    "selections":    "joined huber",
    "sparse":        "warped aligned",
    "tiny":          "accelerations tiny_gravity",
    "turned":        "mirrored two_views",
    "unroll":        "battery_bucket battery_loopif",
    "upward":        "loop_nests convolution pivoted_lu",
    "write_through": "loop_undo loop_gauss_seidel",
    "writes":        "battery_view gaussian_process",
}
# fmt: on


def test_every_pass_is_here():
    assert SHOWN.keys() == OPT.keys()


@pytest.mark.parametrize("name", OPT)
def test_a_golden_file_and_another_program_show_it(name):
    programs = SHOWN[name].split()
    assert len(programs) > 1 and any((FOLDER / f"{p}.py").exists() for p in programs)
    for program in programs:
        assert changed(program, name), program


@pytest.mark.parametrize("name", OPT)
def test_no_value_depends_on_it(name):
    for program in PROGRAMS:
        assert_same_values(program, name)


@pytest.mark.parametrize("name", ["windwos", "write through", ""])
def test_a_pass_that_is_none_is_an_error(name):
    with pytest.raises(ValueError, match="no pass is called"), without(name):
        pass
    with pytest.raises(ValueError, match="no pass is called"):
        is_on(name)


def test_a_pass_that_was_left_out_runs_again():
    with without("cse"):
        with without("tiny"):
            assert not is_on("cse") and not is_on("tiny")
        assert not is_on("cse") and is_on("tiny")
    assert is_on("cse")
