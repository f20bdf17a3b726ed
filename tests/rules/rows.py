"""The test row of every rule. `test_counts` counts rules against these."""

from __future__ import annotations

import numpy as np
from rules.harness import Case, Sampler, above_one, distinct, inside, normal, off_zero, positive

from symgrad.ir.core import At, AtArg, Gather, NewAxis, Op, Span
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
TABLE = np.array([[2, 0], [2, 1]])  # row 2 twice: repeats accumulate, and the last write wins
MASK = np.array([True, False, True])
COLUMNS = Span(0, 1, 3)


def _full(start: int, step: int, extent: int) -> Span:
    return Span(start, step, extent)


def ops(names: str) -> list[Op]:
    return [getattr(op, name) for name in names.split()]


def between(lo: float, hi: float) -> Sampler:
    return lambda rng, shape: rng.uniform(lo, hi, shape)


def far(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Either sign, and never near what `off_zero` draws."""
    return 5.0 * off_zero(rng, shape)


def always(value: float) -> Sampler:
    return lambda rng, shape: np.full(shape, value)


def regular(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Matrices far from singular ones, their triangles too."""
    return 0.5 * rng.normal(size=shape) + 2.0 * np.eye(shape[-1])


def definite(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    """Positive definite, with eigenvalues that are far apart."""
    noise = 0.2 * rng.normal(size=shape)
    return noise + noise.swapaxes(-1, -2) + np.diag(np.arange(2.0, 2.0 + shape[-1]))


SMOOTH = ops("""
    negative exp exp2 expm1 square sin cos arctan sinh cosh tanh arcsinh sinc erf erfc
    sigmoid log_sigmoid softplus silu
""")

# fmt: off
ELEMENTWISE = [
    *(Case(o, normal, SHAPES) for o in SMOOTH),
    *(Case(o, positive, SHAPES) for o in ops("log log2 log10 log1p sqrt cbrt reciprocal gammaln")),
    *(Case(o, positive, SHAPES) for o in ops("digamma trigamma gamma")),
    Case(op.polygamma, positive, SHAPES, [{"n": 2}, {"n": 5}]),
    *(Case(o, normal, SHAPES) for o in ops("log_ndtr erfcx i0 i1 j0 j1")),
    Case(op.erfinv, inside, SHAPES),
    Case(op.ndtri, between(0.2, 0.8), SHAPES),
    *(Case(o, inside, SHAPES) for o in ops("tan arcsin arccos arctanh")),
    Case(op.arccosh, above_one, SHAPES),
    *(Case(o, off_zero, SHAPES) for o in ops("absolute relu")),
    *(Case(o, normal, PAIRS) for o in ops("add subtract multiply logaddexp sigmoid_cross_entropy")),
    Case(op.divide, (normal, off_zero), PAIRS),
    Case(op.power, (positive, normal), PAIRS),
    *(Case(o, off_zero, PAIRS) for o in ops("arctan2 hypot copysign")),
    Case(op.xlogy, (off_zero, positive), PAIRS),
    *(Case(o, (off_zero, far), PAIRS) for o in ops("maximum minimum")),
    Case(op.remainder, (between(3.2, 3.8), always(1.0)), PAIRS),
    Case(op.fmod, (between(-3.8, -3.2), always(1.0)), PAIRS),
    Case(op.clip, (far, always(-3.0), always(3.0)), [((5,), (), ()), ((5, 2), (2,), (5, 1))]),
    Case(op.where, normal, [((3,), (3,)), ((), (2, 3)), ((2, 1), (1, 1))], ({},), {0: MASK}, named=False),
    Case(op.copy, normal, SHAPES),
    Case(op.recall, normal, SHAPES),
    Case(op.cast, normal, SHAPES, [{"dtype": "float64"}]),
]
REDUCTIONS = [
    *(Case(o, normal, REDUCED, AXES) for o in ops("sum prod")),
    *(Case(o, normal, [((2, 3, 4),)], AXES[:-1]) for o in ops("logsumexp norm")),
    *(Case(o, distinct, [((2, 3, 4),)], AXES[:-1]) for o in ops("max min")),
    *(Case(o, normal, [((2, 3),)], [{"axis": 0}, {"axis": 1}]) for o in ops("cumsum cumprod")),
]
GROUPED = [
    *(Case(o, normal, [((2, 3),)], [{"axis": (0,)}, {"axis": (1,)}, {"axis": (0, 1)}])
      for o in ops("softmax log_softmax")),
]
LINALG = [
    Case(op.matmul, normal, [
        ((3,), (3,)), ((3,), (3, 4)), ((2, 3), (3,)), ((2, 3), (3, 4)), ((3,), (2, 3, 4)), ((5, 2, 3), (3,)),
        ((5, 2, 3), (3, 4)), ((2, 3), (5, 3, 4)), ((5, 2, 3), (5, 3, 4)), ((5, 1, 2, 3), (4, 3, 2)),
        ((1, 2, 3), (5, 3, 4)), ((3, 1), (1, 4)), ((1, 3), (3, 1)),
    ]),
]
SQUARE = [((3, 3),), ((2, 3, 3),)]
TRIANGLES = [{"lower": lower, "trans": trans} for lower in (False, True) for trans in (False, True)]
SYSTEMS = [
    Case(op.solve, (regular, normal), [
        ((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 3, 3), (3, 2)), ((3, 3), (2, 3, 2)), ((2, 3, 3), (2, 3, 2)),
        ((1, 3, 3), (2, 3, 1)),
    ]),
    Case(op.solve_triangular, (regular, normal), [((3, 3), (3,)), ((3, 3), (3, 2)), ((2, 3, 3), (2, 3, 2))],
         TRIANGLES),
    *(Case(o, regular, SQUARE) for o in ops("inv det logabsdet")),
    *(Case(o, definite, SQUARE) for o in ops("cholesky eigh eigvalsh")),
    *(Case(o, normal, [((3, 3),), ((2, 4),), ((2, 3, 4),)], [{"k": -1}, {"k": 0}, {"k": 2}])
      for o in ops("tril triu")),
    Case(op.sort, distinct, [((5,),), ((2, 3, 4),)], [{"axis": 0}]),
    Case(op.sort, distinct, [((2, 3, 4),)], [{"axis": 1}, {"axis": 2}]),
]
SHAPING = [
    Case(op.full, normal, [((),)], [{"shape": (2, 3)}, {"shape": ()}], named=False),
    Case(op.broadcast_to, normal, [((3,),)], [{"shape": (2, 3)}, {"shape": (3,)}], named=False),
    Case(op.broadcast_to, normal, [((2, 1, 3),)], [{"shape": (4, 2, 5, 3)}], named=False),
    Case(op.reshape, normal, [((2, 6),)], [{"shape": (3, 4)}, {"shape": (12,)}, {"shape": (2, 1, 6)}],
         named=False),
    Case(op.transpose, normal, [((2, 3, 4),)], [{"perm": p} for p in ((2, 0, 1), (0, 1, 2), (1, 0, 2))]),
    Case(op.roll, normal, [((2, 5),)], [{"axis": 0, "by": 1}, {"axis": 1, "by": -2}, {"axis": 1, "by": 7}]),
    Case(op.concatenate, normal, [((2, 3), (2, 3)), ((2, 3), (2, 3), (2, 3))], [{"axis": 0}, {"axis": 1}]),
    Case(op.concatenate, normal, [((2, 3), (2, 1), (2, 3))], [{"axis": 1}], named=False),
]
BASIC = [
    {"index": (_full(1, 1, 2), At(2))},
    {"index": (_full(3, -1, 4), _full(0, 2, 2))},
    {"index": (At(0), NewAxis(), _full(0, 1, 3))},
]
ROWS_AT = [{"index": (AtArg(), COLUMNS)}]
ROWS_OF_TABLE = [{"index": (Gather(), COLUMNS)}]
PART = [{"index": (_full(1, 1, 2), At(2))}]
INDEXING = [
    Case(op.getitem, normal, [((4, 3),)], BASIC, named=False),
    Case(op.getitem, normal, [((4, 3),)], ROWS_AT, {1: np.array(-1)}),
    Case(op.getitem, normal, [((4, 3),)], ROWS_OF_TABLE, {1: TABLE}, named=False),
    Case(op.getitem, normal, [((4, 3),)], [{"index": (_full(0, 1, 4), Gather())}], {1: TABLE}, named=False),
    Case(op.getitem, normal, [((4, 3),)], [{"index": (Gather(), Gather())}], {1: TABLE, 2: np.array([0, 1])},
         named=False),
    Case(op.setitem, normal, [((4, 3), (2,)), ((4, 3), ())], PART, named=False),
    Case(op.setitem, normal, [((4, 3), (1, 3)), ((4, 3), (3,))], [{"index": (_full(3, -2, 2), COLUMNS)}],
         named=False),
    Case(op.setitem, normal, [((4, 3), (2, 2, 3))], ROWS_OF_TABLE, {2: TABLE}, named=False),
    Case(op.setitem, normal, [((4, 3), (3,))], ROWS_AT, {2: np.array(-2)}, named=False),
    Case(op.push, normal, [((4, 3), (3,))], ROWS_AT, {2: np.array(2)}, named=False),
    Case(op.add_at, normal, [((4, 3), (2,)), ((4, 3), ())], PART, named=False),
    Case(op.add_at, normal, [((4, 3), (2, 2, 3)), ((4, 3), (3,))], ROWS_OF_TABLE, {2: TABLE}, named=False),
]
# fmt: on

ROWS = ELEMENTWISE + REDUCTIONS + GROUPED + LINALG + SYSTEMS + SHAPING + INDEXING
