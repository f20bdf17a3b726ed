"""The test row of every rule. `test_counts` counts rules against these."""

from __future__ import annotations

import numpy as np
from rules.harness import Case, above_one, distinct, inside, normal, off_zero, positive

from symgrad.ir.core import At, AtArg, Gather, NewAxis, Span
from symgrad.ir.ops import op

SHAPES = [((),), ((3,),), ((2, 4),)]
PAIRS = [((3,), ()), ((2, 1), (4,)), ((2, 3), (2, 3)), ((), ()), ((3,), (3, 1))]
ONE = [((4,),)]
AXES = [
    {"axis": (0,), "keepdims": False},
    {"axis": (1,), "keepdims": True},
    {"axis": (0, 2), "keepdims": False},
    {"axis": (0, 1, 2), "keepdims": False},
    {"axis": (0, 1, 2), "keepdims": True},
    {"axis": (), "keepdims": False},
]
REDUCED = [((2, 3, 4),), ((1, 3, 1),)]
TABLE = np.array([[2, 0], [2, 1]])


def _full(start: int, step: int, extent: int) -> Span:
    return Span(start, step, extent)


# fmt: off
ELEMENTWISE = [
    *(Case(getattr(op, name), normal, SHAPES) for name in """
        negative exp exp2 expm1 square sin cos arctan sinh cosh tanh arcsinh sinc erf erfc sigmoid log_sigmoid
        softplus silu""".split()),
    *(Case(getattr(op, name), positive, SHAPES) for name in "log log2 log10 log1p sqrt cbrt reciprocal gammaln".split()),
    Case(op.digamma, positive, SHAPES, order=1),
    *(Case(getattr(op, name), inside, SHAPES) for name in "tan arcsin arccos arctanh".split()),
    Case(op.arccosh, above_one, SHAPES),
    *(Case(getattr(op, name), off_zero, SHAPES) for name in "absolute relu".split()),
    *(Case(getattr(op, name), normal, PAIRS) for name in "add subtract multiply logaddexp sigmoid_cross_entropy".split()),
    Case(op.divide, (normal, off_zero), PAIRS),
    Case(op.power, (positive, normal), PAIRS),
    Case(op.arctan2, off_zero, PAIRS),
    Case(op.hypot, off_zero, PAIRS),
    Case(op.xlogy, (off_zero, positive), PAIRS),
    Case(op.copysign, off_zero, PAIRS),
    Case(op.maximum, (off_zero, lambda rng, shape: 5.0 * off_zero(rng, shape)), PAIRS),
    Case(op.minimum, (off_zero, lambda rng, shape: 5.0 * off_zero(rng, shape)), PAIRS),
    Case(op.remainder, (lambda rng, shape: rng.uniform(3.2, 3.8, shape), lambda rng, shape: np.ones(shape)), PAIRS),
    Case(op.fmod, (lambda rng, shape: rng.uniform(-3.8, -3.2, shape), lambda rng, shape: np.ones(shape)), PAIRS),
    Case(op.clip, (lambda rng, shape: 3.0 * off_zero(rng, shape), lambda rng, shape: np.full(shape, -2.0),
                   lambda rng, shape: np.full(shape, 2.0)), [((5,), (), ()), ((5, 2), (2,), (5, 1))]),
    Case(op.where, normal, [((3,), (3,)), ((), (2, 3)), ((2, 1), (1, 1))], ({},), {0: np.array([True, False, True])}, named=False),
    Case(op.copy, normal, SHAPES),
    Case(op.cast, normal, SHAPES, attrs=[{"dtype": "float64"}]),
]
REDUCTIONS = [
    *(Case(getattr(op, name), normal, REDUCED, AXES) for name in "sum prod".split()),
    *(Case(getattr(op, name), normal, [((2, 3, 4),)], AXES[:-1]) for name in "logsumexp norm".split()),
    *(Case(getattr(op, name), distinct, [((2, 3, 4),)], AXES[:-1]) for name in "max min".split()),
    *(Case(getattr(op, name), normal, [((2, 3),)], [{"axis": 0}, {"axis": 1}]) for name in "cumsum cumprod".split()),
]
GROUPED = [
    *(Case(getattr(op, name), normal, [((2, 3),)], [{"axis": (0,)}, {"axis": (1,)}, {"axis": (0, 1)}])
      for name in "softmax log_softmax".split()),
]
LINALG = [
    Case(op.matmul, normal, [
        ((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((3,), (2, 3, 4)), ((5, 2, 3), (3,)),
        ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)), ((5, 2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 2)),
        ((1, 2, 3), (5, 3, 4)), ((3, 1), (1, 4)), ((1, 3), (3, 1)),
    ]),
]
SHAPING = [
    Case(op.full, normal, [((),)], [{"shape": (2, 3)}, {"shape": ()}], named=False),
    Case(op.broadcast_to, normal, [((3,),)], [{"shape": (2, 3)}, {"shape": (3,)}], named=False),
    Case(op.broadcast_to, normal, [((2, 1, 3),)], [{"shape": (4, 2, 5, 3)}], named=False),
    Case(op.reshape, normal, [((2, 6),)], [{"shape": (3, 4)}, {"shape": (12,)}, {"shape": (2, 1, 6)}], named=False),
    Case(op.transpose, normal, [((2, 3, 4),)], [{"perm": (2, 0, 1)}, {"perm": (0, 1, 2)}, {"perm": (1, 0, 2)}]),
    Case(op.concatenate, normal, [((2, 3), (2, 3)), ((2, 3), (2, 3), (2, 3))], [{"axis": 0}, {"axis": 1}]),
    Case(op.concatenate, normal, [((2, 3), (2, 1), (2, 3))], [{"axis": 1}], named=False),
]
BASIC = [
    {"index": (_full(1, 1, 2), At(2))},
    {"index": (_full(3, -1, 4), _full(0, 2, 2))},
    {"index": (At(0), NewAxis(), _full(0, 1, 3))},
]
INDEXING = [
    Case(op.getitem, normal, [((4, 3),)], BASIC, named=False),
    Case(op.getitem, normal, [((4, 3),)], [{"index": (AtArg(), _full(0, 1, 3))}], {1: np.array(-1)}),
    Case(op.getitem, normal, [((4, 3),)], [{"index": (Gather(), _full(0, 1, 3))}, {"index": (_full(0, 1, 4), Gather())}],
         {1: TABLE}, named=False),
    Case(op.getitem, normal, [((4, 3),)], [{"index": (Gather(), Gather())}], {1: TABLE, 2: np.array([0, 1])}, named=False),
    Case(op.setitem, normal, [((4, 3), (2,)), ((4, 3), ())], [{"index": (_full(1, 1, 2), At(2))}], named=False),
    Case(op.setitem, normal, [((4, 3), (1, 3)), ((4, 3), (3,))], [{"index": (_full(3, -2, 2), _full(0, 1, 3))}], named=False),
    Case(op.setitem, normal, [((4, 3), (2, 2, 3))], [{"index": (Gather(), _full(0, 1, 3))}], {2: TABLE}, named=False),
    Case(op.setitem, normal, [((4, 3), (3,))], [{"index": (AtArg(), _full(0, 1, 3))}], {2: np.array(-2)}, named=False),
    Case(op.push, normal, [((4, 3), (3,))], [{"index": (AtArg(), _full(0, 1, 3))}], {2: np.array(2)}, named=False),
    Case(op.add_at, normal, [((4, 3), (2,)), ((4, 3), ())], [{"index": (_full(1, 1, 2), At(2))}], named=False),
    Case(op.add_at, normal, [((4, 3), (2, 2, 3)), ((4, 3), (3,))], [{"index": (Gather(), _full(0, 1, 3))}], {2: TABLE},
         named=False),
]
# fmt: on

ROWS = ELEMENTWISE + REDUCTIONS + GROUPED + LINALG + SHAPING + INDEXING
