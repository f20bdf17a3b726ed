"""The law: the study text, lowered, is the function that it was made from."""

from dataclasses import replace

from emit.canonical import difference
from hypothesis import HealthCheck, given, settings
from strategies import SIZES, Program, programs

from symgrad.backends.numpy import compile
from symgrad.emit.study import study
from symgrad.frontend.lower import lower
from symgrad.frontend.signature import bind
from symgrad.ir.core import Function
from symgrad.ir.text import show


def lowered(text: str, program: Program) -> Function:
    """The text lowered for arguments of exactly the program's types."""
    source = compile(text, program.function.name).__wrapped__
    types = tuple(p.type for p in program.function.params)
    return lower(source, replace(bind(source, program.args, {}), types=types, sizes=SIZES)).function


@settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(programs())
def test_lowering_the_text_gives_the_function_back(program: Program) -> None:
    text = study(program.function)
    again = lowered(text, program)
    assert not (found := difference(program.function, again)), f"{found}\n{text}\n{show(again)}"
