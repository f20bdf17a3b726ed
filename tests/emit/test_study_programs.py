"""The study text of random programs computes what the graph means, bit for bit."""

import ast

import numpy as np
from hypothesis import HealthCheck, given, settings
from strategies import Program, programs

from symgrad.backends.numpy import compile
from symgrad.emit.study import study
from symgrad.ir import evaluate
from symgrad.ir.text import show

BUDGET = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])


def results_of(program: Program) -> tuple[str, tuple[object, ...]]:
    count = len(program.function.results)
    text = study(program.function, returns=tuple(range(count)))
    return text, compile(text, program.function.name)(*program.args)


@BUDGET
@given(programs(avoid=("power", "matmul", "matmul_self")))
def test_text_computes_the_graph_exactly(program: Program) -> None:
    before = [np.copy(a) for a in program.args]
    expected = evaluate.run(program.function, *program.args)
    text, got = results_of(program)
    for g, e, r in zip(got, expected, program.function.results, strict=True):
        assert np.shape(g) == np.shape(e), f"{show(program.function)}\n{text}"
        if r.type.rank:
            assert np.asarray(g).dtype == r.type.dtype, f"{show(program.function)}\n{text}"
        np.testing.assert_array_equal(g, e, err_msg=f"{show(program.function)}\n{text}")
    for a, b in zip(program.args, before, strict=True):
        np.testing.assert_array_equal(a, b, err_msg=f"an argument was written\n{text}")


@BUDGET
@given(programs(makers=("power", "matmul", "matmul_self", "binary", "unary", "transpose", "reduce")))
def test_text_of_powers_and_products(program: Program) -> None:
    """Arrays take short cuts for **2 and **-1, and BLAS may sum in another order: the last bits are free."""
    expected = evaluate.run(program.function, *program.args)
    text, got = results_of(program)
    tolerance = 1e-9 if all(r.type.dtype != "float32" for r in program.function.results) else 1e-2
    for g, e in zip(got, expected, strict=True):
        np.testing.assert_allclose(
            g, e, rtol=tolerance, atol=tolerance, err_msg=f"{show(program.function)}\n{text}"
        )


@BUDGET
@given(programs())
def test_text_is_deterministic_and_parses(program: Program) -> None:
    text = study(program.function)
    assert text == study(program.function)
    tree = ast.parse(text)
    (function,) = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    stored = {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    imported = {a.asname or a.name for n in tree.body if isinstance(n, ast.ImportFrom) for a in n.names}
    assert not stored & ({"np"} | imported)
    for line in text.splitlines():
        assert len(line) <= 110, line
