"""The text of loops and branches, and of their derivatives, is a program of the accepted language."""

import numpy as np
import pytest
from golden.helpers import FILES, load

from symgrad.backends.numpy import compile
from symgrad.errors import UnsupportedSyntaxError
from symgrad.frontend.lower import lower
from symgrad.frontend.signature import bind
from symgrad.ir import evaluate

LOOPS = [p for p in FILES if p.stem.startswith(("loop_", "battery_"))]


@pytest.mark.parametrize("path", LOOPS, ids=lambda p: p.stem)
def test_the_text_lowers_to_what_it_was_made_from(path) -> None:  # type: ignore[no-untyped-def]
    golden = load(path)
    program = golden.program()
    source = compile(program.study_text, program.function.name).__wrapped__
    signature = bind(source, golden.args, {})
    if "push" in program.study_text:  # a length that is known only afterwards
        with pytest.raises(UnsupportedSyntaxError, match="a tape that grows"):
            lower(source, signature)
        return
    again = lower(source, signature).function
    expected = evaluate.run(program.function, *golden.args)
    for got, want in zip(evaluate.run(again, *golden.args), expected, strict=True):
        np.testing.assert_allclose(got, want, rtol=1e-14, atol=1e-14)
