"""A loop shared out among threads: what kernels import as `shared`.

In: a compiled function of a range of trips, the number of trips, the work in all of them, the function's
other arguments. Out: its results, numbers and arrays: the sums of those of the parts, added in order.

    loss = shared(loss_of, n, 12 * n * m, (x, w))

    def loss_of(start, stop, x, w):        threads = min(get_num_threads(), work // 200000)
        ...                           ->   part k: loss_of(k * n // threads, (k + 1) * n // threads, x, w)
        return loss                        loss = part 0 + part 1 + ...

With little work it is the plain call `loss_of(0, n, x, w)`. An error in a part is raised here, that of the
first part that has one. There is one copy of the function's machine code, whoever runs it; numba keeps it on
disk like any other, which it does not do with `prange`.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from llvmlite import ir
from numba.core import cgutils, compiler
from numba.core import types as numba_types
from numba.core.typing import signature
from numba.extending import lower_builtin, type_callable

from symgrad.backends import pool

types: Any = numba_types  # untyped, most of it

ENOUGH = 200000  # work of one thread, 10 to 20 us: asleep, another one takes about as long to come

pool.start()


def shared(part: Callable[..., Any], trips: int, work: int, args: tuple[Any, ...]) -> Any:
    """Run `part` over all trips, on several threads if there is work for them."""
    return part(0, trips, *args)


def shared_with_neighbours(
    part: Callable[..., Any], trips: int, work: int, reach: int, args: tuple[Any, ...]
) -> Any:
    """The same where a trip adds to what the `reach` trips after it add to: no two such parts at a time."""
    return part(0, trips, *args)


@type_callable(shared)
def _type_shared(context: Any) -> Any:
    def typer(part: Any, trips: Any, work: Any, args: Any) -> Any:
        return _typed(context, part, 2, args)

    return typer


@type_callable(shared_with_neighbours)
def _type_with_neighbours(context: Any) -> Any:
    def typer(part: Any, trips: Any, work: Any, reach: Any, args: Any) -> Any:
        return _typed(context, part, 3, args)

    return typer


def _typed(context: Any, part: Any, numbers: int, args: Any) -> Any:
    if not isinstance(part, types.Dispatcher) or not isinstance(args, types.BaseTuple):
        return None
    result = _compiled(context, part, args.types).signature.return_type
    return signature(result, part, *(types.intp,) * numbers, args)


def _compiled(context: Any, part: Any, args: Sequence[Any]) -> Any:
    """The function of a range of trips, compiled: for its caller alone, which saves half of the time."""
    dispatcher = part.dispatcher
    known = _known.setdefault(dispatcher, {})
    kinds = (types.intp, types.intp, *args)
    if kinds not in known:
        flags = compiler.Flags()
        dispatcher.targetdescr.options.parse_as_flags(flags, dispatcher.targetoptions)
        flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
        target = dispatcher.targetdescr.target_context
        known[kinds] = compiler.compile_extra(context, target, dispatcher.py_func, kinds, None, flags, {})
    return known[kinds]


_known: MutableMapping[Any, dict[Any, Any]] = WeakKeyDictionary()


def _take_code(library: Any, part: Any) -> None:
    """Make the code of a part the library's own: as a library beside it it would be optimised twice."""
    for needed in part._linking_libraries:
        library.add_linking_library(needed)
    library._final_module.link_in(part._final_module.clone())


@lower_builtin(shared, types.Dispatcher, types.intp, types.intp, types.BaseTuple)
def _shared(context: Any, builder: ir.IRBuilder, sig: Any, args: Sequence[ir.Value]) -> ir.Value:
    _, trips, work, rest = args
    threads = _smaller(builder, _threads(context, builder, work), trips)
    return _Call(
        context, builder, sig.args[0], sig.args[3].types, trips, cgutils.unpack_tuple(builder, rest)
    ).shared_out(threads, 1)


@lower_builtin(shared_with_neighbours, types.Dispatcher, types.intp, types.intp, types.intp, types.BaseTuple)
def _with_neighbours(context: Any, builder: ir.IRBuilder, sig: Any, args: Sequence[ir.Value]) -> ir.Value:
    """Every other part, then those between them: what lies between two parts is longer than the reach."""
    _, trips, work, reach, rest = args
    threads = _smaller(
        builder, _threads(context, builder, work), builder.sdiv(trips, builder.mul(reach, reach.type(2)))
    )
    return _Call(
        context, builder, sig.args[0], sig.args[4].types, trips, cgutils.unpack_tuple(builder, rest)
    ).shared_out(threads, 2)


def _threads(context: Any, builder: ir.IRBuilder, work: ir.Value) -> ir.Value:
    """How many threads the work is enough for."""
    kind = ir.FunctionType(ir.IntType(32), [])
    function = cgutils.get_or_insert_function(builder.module, kind, "get_num_threads")
    most = _smaller(builder, builder.sext(builder.call(function, []), work.type), work.type(pool.MOST // 2))
    return _smaller(builder, most, builder.sdiv(work, work.type(ENOUGH)))


def _smaller(builder: ir.IRBuilder, a: ir.Value, b: ir.Value) -> ir.Value:
    return builder.select(builder.icmp_signed("<", a, b), a, b)


class _Call:
    """A call of the function of a range of trips, in one piece or in parts."""

    def __init__(
        self,
        context: Any,
        builder: ir.IRBuilder,
        part: Any,
        kinds: Sequence[Any],
        trips: ir.Value,
        args: Sequence[ir.Value],
    ) -> None:
        self.context, self.builder, self.trips, self.args = context, builder, trips, args
        compiled = _compiled(context.typing_context, part, kinds)
        self.signature = compiled.signature
        _take_code(context.active_code_library, compiled.library)
        self.function = context.declare_function(builder.module, compiled.fndesc)
        self.result = context.get_value_type(self.signature.return_type)
        self.passed = ir.LiteralStructType([a.type for a in args])
        self.left = ir.LiteralStructType([ir.IntType(32), _error(context), self.result])
        number = ir.IntType(64)
        all_left = ir.ArrayType(self.left, pool.MOST)
        # trips, parts, the first part of this round, how far it is to the next, arguments, what parts leave
        self.data = ir.LiteralStructType([number, number, number, number, self.passed, all_left])

    def shared_out(self, threads: ir.Value, rounds: int) -> ir.Value:
        """The result of the call in so many parts for each round; in one piece for less than two."""
        builder = self.builder
        result = cgutils.alloca_once(builder, self.result)
        with builder.if_else(builder.icmp_signed("<", threads, threads.type(2))) as (alone, many):
            with alone:
                status, value = self._run(builder, threads.type(0), self.trips, self.args)
                with cgutils.if_unlikely(builder, status.is_error):
                    self.context.call_conv.return_status_propagate(builder, status)
                builder.store(value, result)
            with many:
                self._in_parts(threads, rounds, result)
        return builder.load(result)

    def _run(
        self, builder: ir.IRBuilder, start: ir.Value, stop: ir.Value, args: Sequence[ir.Value]
    ) -> tuple[Any, ir.Value]:
        status, value = self.context.call_conv.call_function(
            builder,
            self.function,
            self.signature.return_type,
            self.signature.args,
            (start, stop, *args),
            attrs=("noinline",),  # twice the code would take twice the time to compile
        )
        return status, value

    def _in_parts(self, threads: ir.Value, rounds: int, result: ir.Value) -> None:
        builder, number = self.builder, threads.type
        data = cgutils.alloca_once(builder, self.data)
        parts = builder.mul(threads, number(rounds))
        for k, value in enumerate((self.trips, parts, number(0), number(rounds))):
            builder.store(value, _place(builder, data, k))
        for k, value in enumerate(self.args):
            builder.store(value, _place(builder, _place(builder, data, 4), k))
        function = builder.ptrtoint(self._one_part(), number)
        for k in range(rounds):
            builder.store(number(k), _place(builder, data, 2))
            self._run_parts(function, builder.ptrtoint(data, number), threads)
        with cgutils.for_range(builder, parts) as loop:
            left = builder.gep(data, [ir.IntType(32)(0), ir.IntType(32)(5), loop.index], inbounds=True)
            code, error, value = (builder.load(_place(builder, left, k)) for k in range(3))
            status = self.context.call_conv._get_return_status(builder, code, error)
            with cgutils.if_unlikely(builder, status.is_error):
                self.context.call_conv.return_status_propagate(builder, status)
            is_first = builder.icmp_signed("==", loop.index, loop.index.type(0))
            with builder.if_else(is_first) as (first, others):
                with first:
                    builder.store(value, result)
                with others:
                    total = _sum(
                        self.context, builder, self.signature.return_type, builder.load(result), value
                    )
                    builder.store(total, result)

    def _run_parts(self, *args: ir.Value) -> None:
        """`pool.run_parts` of these integers."""
        kind = self.context.typing_context.resolve_value_type(pool.run_parts)
        sig = kind.get_call_type(self.context.typing_context, (types.int64,) * 3, {})
        compiled = kind.dispatcher.overloads[tuple(sig.args)]
        self.context.active_code_library.add_linking_library(compiled.library)
        function = self.context.declare_function(self.builder.module, compiled.fndesc)
        self.context.call_conv.call_function(self.builder, function, sig.return_type, sig.args, args)

    def _one_part(self) -> ir.Function:
        """The function of the data's address and a part's number."""
        number, module = ir.IntType(64), self.builder.module
        kind = ir.FunctionType(ir.VoidType(), [number, number])
        name = module.get_unique_name(f"{self.function.name}.part")
        one = ir.Function(module, kind, name)
        one.linkage = "internal"
        builder = ir.IRBuilder(one.append_basic_block("entry"))
        data = builder.inttoptr(one.args[0], self.data.as_pointer())
        trips, parts, first, step = (builder.load(_place(builder, data, k)) for k in range(4))
        part = builder.add(first, builder.mul(one.args[1], step))
        start = builder.sdiv(builder.mul(part, trips), parts)
        stop = builder.sdiv(builder.mul(builder.add(part, number(1)), trips), parts)
        args = [builder.load(_place(builder, _place(builder, data, 4), k)) for k in range(len(self.args))]
        status, value = self._run(builder, start, stop, args)
        left = builder.gep(data, [ir.IntType(32)(0), ir.IntType(32)(5), part], inbounds=True)
        for k, item in enumerate((status.code, status.excinfoptr, value)):
            builder.store(item, _place(builder, left, k))
        builder.ret_void()
        return one


def _error(context: Any) -> ir.Type:
    """What points to an error."""
    kind = context.call_conv.get_function_type(types.none, ()).args[1]
    return kind.pointee


def _place(builder: ir.IRBuilder, data: ir.Value, number: int) -> ir.Value:
    return builder.gep(data, [ir.IntType(32)(0), ir.IntType(32)(number)], inbounds=True)


def _sum(context: Any, builder: ir.IRBuilder, kind: Any, a: ir.Value, b: ir.Value) -> ir.Value:
    """The sums of numbers, of arrays (in the first one), of tuples of them; None stays what it is."""
    if isinstance(kind, types.BaseTuple):
        for k, item in enumerate(kind.types):
            one, other = builder.extract_value(a, k), builder.extract_value(b, k)
            a = builder.insert_value(a, _sum(context, builder, item, one, other), k)
    elif isinstance(kind, types.Array):
        into, more = (context.make_array(kind)(context, builder, value) for value in (a, b))
        with cgutils.for_range(builder, into.nitems) as loop:  # both are in C order: a part has made them
            place, other = (builder.gep(array.data, [loop.index]) for array in (into, more))
            builder.store(builder.fadd(builder.load(place), builder.load(other)), place)
        context.nrt.decref(builder, kind, b)
    elif isinstance(kind, types.Float):
        a = builder.fadd(a, b)
    return a
