"""The op table: every operation of the language with its typing rule.

In: operand types and attributes. Out: result types, or ShapeError / TypeError where NumPy would refuse.
Elementwise operands must already have one dtype (the frontend inserts `cast`); shapes broadcast.

    add: (float64[n, m], float64[m]) -> float64[n, m]
"""

from __future__ import annotations

from symgrad.errors import ShapeError
from symgrad.ir.core import Attrs, Infer, Kind, Op
from symgrad.ir.dims import Dim, Extent, product
from symgrad.ir.indexing import index_shape
from symgrad.ir.types import INT, INTS, ArrayType, Shape, Unifier, broadcast, broadcast_dims

OPS: dict[str, Op] = {}
Types = tuple[ArrayType, ...]


def define(name: str, kind: Kind, infer: Infer) -> Op:
    """Add an op to the table. A second op of the same name is an error."""
    if name in OPS:
        raise ValueError(f"op {name!r} is defined twice")
    OPS[name] = Op(name, kind, infer)
    return OPS[name]


def _same_dtype(types: Types) -> str:
    dtypes = {t.dtype for t in types}
    if len(dtypes) != 1:
        raise TypeError(f"operands of different dtypes: {', '.join(map(str, types))}")
    return types[0].dtype


def _elementwise(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    return (ArrayType(_same_dtype(types), broadcast(*(t.shape for t in types), unify=unify)),)


def _predicate(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    _same_dtype(types)
    return (ArrayType("bool", broadcast(*(t.shape for t in types), unify=unify)),)


def _slice(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    if any(t != INT for t in types):
        raise TypeError(f"the bounds of a slice are integers, not {', '.join(map(str, types))}")
    return (INT,)


def _bits(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    if types[0].dtype not in INTS:
        raise TypeError(f"bit operations are for integers, not {types[0]}")
    return _elementwise(types, attrs, unify)


def _where(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    if types[0].dtype != "bool":
        raise TypeError(f"the condition of where is {types[0]}, not bool")
    return (ArrayType(_same_dtype(types[1:]), broadcast(*(t.shape for t in types), unify=unify)),)


def _cast(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    return (types[0].with_dtype(str(attrs["dtype"])),)


def reduced(shape: Shape, axis: tuple[int, ...], keepdims: bool) -> Shape:
    """The shape that is left when `axis` is reduced away."""
    if keepdims:
        return tuple(1 if i in axis else d for i, d in enumerate(shape))
    return tuple(d for i, d in enumerate(shape) if i not in axis)


def axes(attrs: Attrs) -> tuple[int, ...]:
    """The `axis` attribute, which is always a sorted tuple of non-negative ints."""
    axis = attrs["axis"]
    assert isinstance(axis, tuple)
    return axis


def dims(attrs: Attrs, name: str = "shape") -> Shape:
    """A shape attribute."""
    shape = attrs[name]
    assert isinstance(shape, tuple)
    return shape


def extent_of(attrs: Attrs, name: str = "dim") -> Dim:
    """An extent among the attributes."""
    dim = attrs[name]
    assert isinstance(dim, Dim)
    return dim


def _reduction(dtype: str | None = None) -> Infer:
    def infer(types: Types, attrs: Attrs, unify: Unifier) -> Types:
        out = reduced(types[0].shape, axes(attrs), bool(attrs["keepdims"]))
        return (ArrayType(dtype or types[0].dtype, out),)

    return infer


def _same_as_first(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    return (types[0],)


def _create(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    return (ArrayType(types[0].dtype, dims(attrs)),)


def _iota(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    return (ArrayType("int64", dims(attrs)),)


def _extent(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    return (INT,)


def _literal(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    shape: list[Dim] = []
    data = attrs["data"]
    while isinstance(data, tuple):
        shape.append(len(data))
        data = data[0] if data else None
    return (ArrayType(str(attrs["dtype"]), tuple(shape)),)


def _empty(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    return (ArrayType(str(attrs["dtype"]), dims(attrs)),)


def _tape(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    slots = attrs["slots"]
    assert isinstance(slots, Extent)
    return (ArrayType(str(attrs["dtype"]), (slots, *dims(attrs))),)


def _broadcast_to(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    target = dims(attrs)
    source = types[0].shape
    if len(source) > len(target):
        raise ShapeError(f"cannot broadcast {types[0]} to {len(target)} axes")
    for a, b in zip(reversed(source), reversed(target), strict=False):
        if a != 1:
            unify.equal(a, b)
    return (types[0].with_shape(target),)


def _reshape(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    unify.equal(product(types[0].shape), product(dims(attrs)))
    return (types[0].with_shape(dims(attrs)),)


def _transpose(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    perm = attrs["perm"]
    assert isinstance(perm, tuple)
    if sorted(perm) != list(range(types[0].rank)):
        raise ShapeError(f"{perm} is not a permutation of the axes of {types[0]}")
    return (types[0].with_shape(tuple(types[0].shape[p] for p in perm)),)


def _roll(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    axis = attrs["axis"]
    if not isinstance(axis, int) or not 0 <= axis < types[0].rank:
        raise ShapeError(f"there is no axis {axis} in {types[0]}")
    return (types[0],)


def _concatenate(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    axis = attrs["axis"]
    assert isinstance(axis, int)
    shape = list(types[0].shape)
    for t in types[1:]:
        if t.rank != len(shape):
            raise ShapeError(f"cannot concatenate {types[0]} and {t}: the number of axes differs")
        for i, dim in enumerate(t.shape):
            shape[i] = shape[i] + dim if i == axis else unify.equal(shape[i], dim)
    return (ArrayType(_same_dtype(types), tuple(shape)),)


def _matmul(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    dtype = _same_dtype(types)
    a, b = (t.shape for t in types)
    if not a or not b:
        raise ShapeError("matmul of a scalar; write a product with *")
    unify.equal(a[-1], b[-2] if len(b) > 1 else b[-1])
    batch = broadcast(a[:-2], b[:-2], unify=unify)
    return (ArrayType(dtype, batch + a[-2:-1] + (b[-1:] if len(b) > 1 else ())),)


def _square(types: Types, unify: Unifier) -> ArrayType:
    """The first operand, which must be a stack of square matrices."""
    if types[0].rank < 2:
        raise ShapeError(f"{types[0]} is not a matrix")
    unify.equal(types[0].shape[-2], types[0].shape[-1])
    return types[0]


def _of_square(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    return (_square(types, unify),)


def _per_matrix(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    return (types[0].with_shape(_square(types, unify).shape[:-2]),)


def _per_column(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    return (types[0].with_shape(_square(types, unify).shape[:-1]),)


def _solve(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    """(..., n, n) and (..., n, k); or one matrix and one vector."""
    _same_dtype(types)
    a, b = _square(types, unify), types[1]
    if not b.rank or (b.rank == 1 and a.rank > 2):
        raise ShapeError(f"a system of {a} has no right-hand side {b}")
    unify.equal(a.shape[-1], b.shape[-2] if b.rank > 1 else b.shape[0])
    batch = broadcast(a.shape[:-2], b.shape[:-2], unify=unify)
    return (b.with_shape(batch + (b.shape[-2:] if b.rank > 1 else b.shape)),)


def _places(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    if types[0].rank != 1 or types[1].rank != 1:
        raise ShapeError(f"{types[1]} is looked up in {types[0]}: both must have one axis")
    _same_dtype(types)
    return (types[1].with_dtype("int64"),)


def _argsort(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    return (types[0].with_dtype("int64"),)


def _getitem(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    return (types[0].with_shape(index_shape(types[0].shape, types[1:], attrs, unify)),)


def _write(types: Types, attrs: Attrs, unify: Unifier) -> Types:
    base, value = types[0], types[1]
    target = index_shape(base.shape, types[2:], attrs, unify)
    if value.rank > len(target):
        raise ShapeError(f"cannot write {value} into {base.with_shape(target)}")
    for a, b in zip(reversed(value.shape), reversed(target), strict=False):
        if a != 1:
            broadcast_dims(a, b, unify)
            unify.equal(a, b)
    _same_dtype((base, value))
    return (base,)


def _table(names: str, kind: Kind, infer: Infer) -> None:
    for name in names.split():
        define(name, kind, infer)


# fmt: off
_table("negative absolute sign exp exp2 expm1 log log2 log10 log1p sqrt cbrt square reciprocal"
       " sin cos tan arcsin arccos arctan sinh cosh tanh arcsinh arccosh arctanh"
       " floor ceil trunc rint sinc erf erfc gammaln digamma trigamma"
       " erfinv ndtri log_ndtr erfcx i0 i1 j0 j1 gamma polygamma", Kind.ELEMENTWISE, _elementwise)
_table("sigmoid log_sigmoid softplus relu silu", Kind.ELEMENTWISE, _elementwise)
_table("add subtract multiply divide power maximum minimum floor_divide remainder fmod"
       " arctan2 hypot logaddexp copysign xlogy clip sigmoid_cross_entropy", Kind.ELEMENTWISE, _elementwise)
_table("less less_equal greater greater_equal equal not_equal isnan isinf isfinite"
       " logical_and logical_or logical_xor logical_not", Kind.ELEMENTWISE, _predicate)
_table("bitwise_and bitwise_or bitwise_xor left_shift right_shift invert", Kind.ELEMENTWISE, _bits)
_table("where", Kind.ELEMENTWISE, _where)
_table("cast", Kind.ELEMENTWISE, _cast)
_table("slice_start slice_count", Kind.ELEMENTWISE, _slice)  # (bounds, extent); attr step: range(n)[a:b:step]
_table("revolve", Kind.ELEMENTWISE, _elementwise)  # trips to the next snapshot of a checkpointed loop
_table("copy stop_gradient recall", Kind.ELEMENTWISE, _same_as_first)
_table("sum prod max min", Kind.REDUCTION, _reduction())
_table("argmax argmin", Kind.REDUCTION, _reduction("int64"))
_table("any all", Kind.REDUCTION, _reduction("bool"))
_table("logsumexp norm", Kind.REDUCTION, _reduction())
_table("softmax log_softmax", Kind.GROUPED, _same_as_first)
_table("cumsum cumprod", Kind.GROUPED, _same_as_first)
_table("full", Kind.CREATE, _create)
_table("eye", Kind.CREATE, _create)  # (1,): ones where column - row is k
_table("iota", Kind.CREATE, _iota)
_table("extent", Kind.CREATE, _extent)
_table("literal", Kind.CREATE, _literal)
_table("broadcast_to", Kind.SHAPE, _broadcast_to)
_table("reshape", Kind.SHAPE, _reshape)
_table("transpose", Kind.SHAPE, _transpose)
_table("roll", Kind.SHAPE, _roll)  # by `by` places along `axis`, to the right if positive
_table("concatenate", Kind.SHAPE, _concatenate)
_table("getitem", Kind.SHAPE, _getitem)
_table("setitem add_at", Kind.WRITE, _write)
_table("empty", Kind.CREATE, _empty)  # to be written before it is read
_table("tape", Kind.CREATE, _tape)  # a buffer whose first axis grows; `slots` is its extent
_table("push", Kind.WRITE, _write)  # setitem into a tape at slot k, which grows to hold it
_table("matmul", Kind.LINEAR_ALGEBRA, _matmul)
_table("solve solve_triangular", Kind.LINEAR_ALGEBRA, _solve)  # triangular: attrs lower, trans
_table("inv cholesky eigh", Kind.LINEAR_ALGEBRA, _of_square)  # eigh: the vectors; eigvalsh: the values
_table("eigvalsh", Kind.LINEAR_ALGEBRA, _per_column)
_table("det detsign logabsdet", Kind.LINEAR_ALGEBRA, _per_matrix)
_table("tril triu", Kind.GROUPED, _same_as_first)  # attr k
_table("sort", Kind.GROUPED, _same_as_first)
_table("searchsorted", Kind.GROUPED, _places)  # (sorted, values); attr side
_table("argsort", Kind.GROUPED, _argsort)  # stable
# fmt: on


SLICES = frozenset({"slice_start", "slice_count"})  # on numbers alone, never on arrays of them


class _Names:
    """`op.add` for `OPS["add"]`: what the rules are keyed by."""

    def __getattr__(self, name: str) -> Op:
        try:
            return OPS[name]
        except KeyError:
            raise AttributeError(f"no op is called {name!r}") from None


op = _Names()
