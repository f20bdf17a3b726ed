"""What is the same on every trip of a loop is computed before it, where that is dear.

In: a function. Out: the same function; expensive equations of a loop's body that read only what the loop
leaves alone stand in front of it, innermost loops first. So a tape does not hold one number n times.

    for t in range(n): u = u + c ** 2 * v    ->    pow2 = c ** 2
                                                   for t in range(n): u = u + pow2 * v

Only equations that cannot fail are moved: a loop of no trips computes them too.
"""

from __future__ import annotations

from symgrad.ir.core import Eqn, Function, Kind
from symgrad.ir.frozen import replace
from symgrad.ir.invariant import before_loop, with_loops
from symgrad.ir.switch import is_on

# Worth a variable of their own; the arithmetic around them goes along where they need it.
_DEAR = frozenset(
    """
    exp exp2 expm1 log log2 log10 log1p cbrt sin cos tan arcsin arccos arctan sinh cosh tanh
    arcsinh arccosh arctanh erf erfc gammaln sigmoid log_sigmoid softplus silu power arctan2 hypot logaddexp
    sqrt divide reciprocal matmul sum softmax logsumexp norm
    """.split()  # noqa: SIM905 (a table of names)
)
_MOVES = frozenset({"transpose", "reshape", "broadcast_to", "matmul", "sum", "softmax", "logsumexp", "norm"})


def hoist(function: Function) -> Function:
    """`function` with loop-invariant work before its loops (the same object if there is none)."""
    if not is_on("hoist"):
        return function
    body = with_loops(function.body, lambda loop: before_loop(loop, _moves, _is_dear))
    return function if body is function.body else replace(function, body=body)


def _is_dear(eqn: Eqn) -> bool:
    return eqn.op.name in _DEAR


def _moves(eqn: Eqn) -> bool:
    """It cannot fail."""
    return (eqn.op.kind is Kind.ELEMENTWISE or eqn.op.name in _MOVES) and eqn.out.type.is_float
