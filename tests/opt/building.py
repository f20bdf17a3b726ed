"""Programs built by hand for the tests of the passes, and the questions that the tests ask of them.

f = program(lambda x, y: x * 1.0 + y, x="n", y="n");  assert_same(f, simplify(f, "study"))
"""

import re

import numpy as np

from symgrad.errors import Loc
from symgrad.ir import evaluate
from symgrad.ir.build import Builder, Ref, apply
from symgrad.ir.core import Block, Const, Function, NewAxis, Symbol, Value, full_span
from symgrad.ir.dims import product, symbol
from symgrad.ir.ops import OPS
from symgrad.ir.text import show
from symgrad.ir.types import ArrayType
from symgrad.ir.verify import verify

# Zeros of both signs, infinities, NaN, and arguments that overflow an exponential.
SPECIAL = [0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 1000.0, -1000.0, 0.5]
MODERATE = [0.0, -0.0, 1.0, -1.0, 0.5, 6.0, -6.0]


def array_type(text):
    """ "n, 3" is float64[n, 3]; "int64: n" is int64[n]; "" is a float64 scalar."""
    dtype, _, shape = text.rpartition(":")
    dims = [d.strip() for d in shape.split(",") if d.strip()]
    return ArrayType(dtype.strip() or "float64", tuple(int(d) if d.isdigit() else symbol(d) for d in dims))


def program(body, *, phase="", **params):
    """The function whose equations `body(*refs)` emits; it returns a ref or several."""
    values = [Value(array_type(text), name) for name, text in params.items()]
    builder = Builder()
    builder.phase = phase
    out = body(*map(builder.ref, values))
    outs = out if isinstance(out, tuple) else (out,)
    symbols = {}
    for value in values:
        for axis, dim in enumerate(value.type.shape):
            if re.fullmatch(r"[a-z]\w*", str(dim)):
                symbols.setdefault(str(dim), Symbol(str(dim), value, axis))
    block = Block(tuple(values), tuple(builder.eqns), tuple(o.arg for o in outs), tuple(symbols.values()))
    return verify(Function("f", block))


def named(ref, name):
    """Give the value just emitted a name, as an assignment does."""
    last = ref.builder.eqns.pop()
    value = Value(ref.type, name)
    ref.builder.eqns.append(type(last)(last.op, last.args, (value,), last.attrs, (), last.loc, last.phase))
    return Ref(value, ref.builder)


def statement(builder, text, line=1):
    """What is emitted from here on belongs to the statement `text`."""
    builder.loc = Loc("model.py", line, 1, len(text) + 1, text, text)


def lines(function):
    """The equations as text, without the types of their results."""
    found = show(function).splitlines()[1:]
    return [re.sub(r"(\w+):\w+\[[^\]]*\]", r"\1", line.split("  # ")[0].strip()) for line in found]


def ops(function):
    return [eqn.op.name for eqn in function.eqns]


def samples(function, rng, *, special=SPECIAL):
    """Random arguments, then arguments of special values where there are only floats."""
    sizes = {"n": 4, "m": 3, "k": 2, "p": 5}

    def shape(value):
        return tuple(evaluate.evaluate(d, sizes) for d in value.type.shape)

    def random(value):
        if value.type.is_float:
            return rng.normal(size=shape(value)).astype(value.type.dtype)[()]
        if value.type.dtype == "bool":
            return rng.integers(0, 2, size=shape(value)).astype(bool)[()]
        return rng.integers(0, 2, size=shape(value)).astype(value.type.dtype)[()]

    yield [random(p) for p in function.params]
    for _ in range(20):
        yield [
            rng.choice(special, size=shape(p)).astype(p.type.dtype)[()] if p.type.is_float else random(p)
            for p in function.params
        ]


def assert_same(a, b, rng=None, *, rtol=1e-14, atol=0.0, moderate=False):
    """Two functions agree: types and values, NaN where the other has NaN."""
    verify(b)
    rng = rng or np.random.default_rng(0)
    assert [r.type for r in a.results] == [r.type for r in b.results]
    for args in samples(a, rng, special=MODERATE if moderate else SPECIAL):
        with np.errstate(all="ignore"):
            left, right = evaluate.run(a, *args), evaluate.run(b, *args)
        for x, y in zip(left, right, strict=True):
            assert np.shape(x) == np.shape(y)
            assert np.asarray(x).dtype == np.asarray(y).dtype
            if moderate:  # where the naive formula neither overflows nor loses every digit
                keep = np.isfinite(x)
                x, y = np.asarray(x)[keep], np.asarray(y)[keep]
            np.testing.assert_allclose(y, x, rtol=rtol, atol=atol, err_msg=f"at {args}\n{show(a)}\n{show(b)}")


class Vocabulary:
    """`v.log1p(x)`, `v.logaddexp(0.0, x)`: any operation of the table by its name."""

    def __getattr__(self, name):
        return lambda *operands, **attrs: apply(name, *operands, **attrs)

    def sum(self, x, axis=None, keepdims=False):
        return self._reduced("sum", x, axis, keepdims)

    def max(self, x, axis=None, keepdims=False):
        return self._reduced("max", x, axis, keepdims)

    def mean(self, x, axis=None):
        total = self.sum(x, axis)
        count = product(tuple(d for i, d in enumerate(x.shape) if axis is None or i == axis))
        return total / extent(x.builder, count)

    def _reduced(self, name, x, axis, keepdims):
        axes = tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int) else axis
        return apply(name, x, axis=axes, keepdims=keepdims)

    def column(self, x):
        """x[:, None]"""
        return apply("getitem", x, index=(full_span(x.shape[0]), NewAxis()))


v = Vocabulary()


def extent(builder, dim, dtype="float64"):
    """An extent as a float, as a mean divides by it."""
    if isinstance(dim, int):
        return builder.ref(builder.full(dim, ArrayType(dtype)))
    count = builder.ref(builder.emit(OPS["extent"], (), {"dim": dim}))
    return apply("cast", count, dtype=dtype)


def select(c, x, y, dtype="float64"):
    """where(c, x, y), also of two constants."""
    sides = [a.arg if isinstance(a, Ref) else Const(a, ArrayType(dtype)) for a in (x, y)]
    return Ref(c.builder.emit(OPS["where"], [c.arg, *sides]), c.builder)
