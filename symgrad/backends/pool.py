"""Threads that wait for work: what `shares` hands the parts of a loop to.

In: the address of a function, of its data, a number of parts. Out: each part has run once, on whichever
thread was free; the caller runs parts too, so that it never waits for a thread to wake up.

    run_parts(function, data, 4)     part 0 here, part 1 on another thread, part 2 here, ...

Threads are Python's, inside compiled code without the interpreter's lock. They look for work for some
microseconds, so that loop after loop finds them awake, then sleep. One caller has them at a time: whoever
comes meanwhile, from another thread or from a part of a loop, runs all its parts itself, in their order. So
does a child of `os.fork`, where there are no threads, and Windows, where there are no pthreads. What a part
computes does not depend on who runs it.
"""

from __future__ import annotations

import atexit
import ctypes
import os
import platform
import threading
from collections.abc import Callable, Sequence
from typing import Any

import llvmlite.binding as ll
import numba
from llvmlite import ir
from numba.core import cgutils
from numba.core import types as numba_types
from numba.core.typing import signature
from numba.extending import intrinsic

types: Any = numba_types  # untyped, most of it

# Words of the state, those that threads wait for 64 bytes apart. The ticket is one number: parts taken in its
# last 16 bits, parts there are in the 16 before, the number of the job above them.
_BUSY, _TICKET, _DONE, _SLEEPING, _STOP, _WORKERS, _FUNCTION, _DATA = 0, 8, 16, 24, 25, 26, 32, 33
_MUTEX, _CONDITION, _WORDS = 40, 56, 80
_SPINS = 2000  # looks at the ticket before a thread goes to sleep: some 50 us
_PATIENCE = 500  # looks before the caller gives the processor away
MOST = 256  # parts

_SYMBOL = "symgrad_pool"
_memory = (ctypes.c_int64 * (_WORDS + 8))()
_state = (ctypes.addressof(_memory) + 63) // 64 * 64
ll.add_symbol(_SYMBOL, _state)
_IS_X86 = platform.machine() in ("x86_64", "AMD64")


def _word(builder: ir.IRBuilder, number: ir.Value) -> ir.Value:
    """The address of a word. The state is a symbol, for its address differs from process to process."""
    i64 = ir.IntType(64)
    state = builder.module.globals.get(_SYMBOL) or ir.GlobalVariable(builder.module, i64, _SYMBOL)
    return builder.gep(state, [number])


def _atomic(arity: int, code: Callable[..., ir.Value]) -> Any:
    """An intrinsic of integers."""

    def generate(context: Any, builder: ir.IRBuilder, sig: Any, args: Sequence[ir.Value]) -> ir.Value:
        return code(builder, *args)

    kinds = (types.int64,) * arity
    makers: dict[int, Any] = {
        0: lambda ctx: (signature(types.int64), generate),
        1: lambda ctx, a: (signature(types.int64, *kinds), generate),
        2: lambda ctx, a, b: (signature(types.int64, *kinds), generate),
        3: lambda ctx, a, b, c: (signature(types.int64, *kinds), generate),
    }
    return intrinsic(makers[arity])


def _swapped(b: ir.IRBuilder, k: ir.Value, old: ir.Value, new: ir.Value) -> ir.Value:
    done = b.extract_value(b.cmpxchg(_word(b, k), old, new, "seq_cst"), 1)
    return b.zext(done, ir.IntType(64))


def _called(b: ir.IRBuilder, function: ir.Value, data: ir.Value, part: ir.Value) -> ir.Value:
    i64 = ir.IntType(64)
    kind = ir.FunctionType(ir.VoidType(), [i64, i64])
    b.call(b.inttoptr(function, kind.as_pointer()), [data, part])
    return i64(0)


def _paused(b: ir.IRBuilder) -> ir.Value:
    """The processor is told that this is a loop of looks."""
    if _IS_X86:
        kind = ir.FunctionType(ir.VoidType(), [])
        b.call(cgutils.get_or_insert_function(b.module, kind, "llvm.x86.sse2.pause"), [])
    return ir.IntType(64)(0)


def _library(name: str, *words: int) -> Callable[[ir.IRBuilder], ir.Value]:
    """A call of the C library's with the addresses of words."""

    def code(b: ir.IRBuilder) -> ir.Value:
        i64, i32 = ir.IntType(64), ir.IntType(32)
        places = [b.ptrtoint(_word(b, i64(k)), i64) for k in words]
        kind = ir.FunctionType(i32, [i64] * len(words))
        function = b.module.globals.get(name) or ir.Function(b.module, kind, name)
        return b.sext(b.call(function, places), i64)

    return code


_load = _atomic(1, lambda b, k: b.load_atomic(_word(b, k), "seq_cst", 8))
_add = _atomic(2, lambda b, k, n: b.atomic_rmw("add", _word(b, k), n, "seq_cst"))
_set = _atomic(2, lambda b, k, n: b.atomic_rmw("xchg", _word(b, k), n, "seq_cst"))
_swap = _atomic(3, _swapped)
_call = _atomic(3, _called)
_pause = _atomic(0, _paused)
_yield = _atomic(0, _library("sched_yield"))
_lock = _atomic(0, _library("pthread_mutex_lock", _MUTEX))
_unlock = _atomic(0, _library("pthread_mutex_unlock", _MUTEX))
_sleep = _atomic(0, _library("pthread_cond_wait", _CONDITION, _MUTEX))
_wake = _atomic(0, _library("pthread_cond_broadcast", _CONDITION))


@numba.njit(cache=True)
def _take_parts() -> None:
    """Run parts of the job that is there until all are taken."""
    ticket = _load(_TICKET)
    while ticket & 0xFFFF < (ticket >> 16) & 0xFFFF:
        if _swap(_TICKET, ticket, ticket + 1):
            _call(_load(_FUNCTION), _load(_DATA), ticket & 0xFFFF)
            _add(_DONE, 1)
        ticket = _load(_TICKET)


@numba.njit(cache=True)
def _is_open(ticket: int) -> bool:
    return ticket & 0xFFFF < (ticket >> 16) & 0xFFFF


@numba.njit(nogil=True, cache=True)
def _work() -> None:
    """What a thread does until it is told to stop."""
    while not _load(_STOP):
        looks = 0
        while looks < _SPINS and not _is_open(_load(_TICKET)) and not _load(_STOP):
            looks += 1
            _pause()
        if looks == _SPINS:
            _lock()
            _add(_SLEEPING, 1)  # before the last look: who posts a job looks at this after the ticket
            while not _is_open(_load(_TICKET)) and not _load(_STOP):
                _sleep()
            _add(_SLEEPING, -1)
            _unlock()
        _take_parts()


@numba.njit(cache=True)
def run_parts(function: int, data: int, parts: int) -> None:
    """Call `function(data, k)` for each part k, on all threads that are free; return when all are done."""
    if _load(_WORKERS) == 0 or not _swap(_BUSY, 0, 1):
        for k in range(parts):
            _call(function, data, k)
        return
    _set(_FUNCTION, function)
    _set(_DATA, data)
    _set(_DONE, 0)
    job = (_load(_TICKET) >> 32) + 1
    _set(_TICKET, (job & 0x7FFFFFFF) << 32 | parts << 16)
    if _load(_SLEEPING):
        _lock()
        _wake()
        _unlock()
    _take_parts()
    looks = 0
    while _load(_DONE) < parts:
        looks += 1
        if looks > _PATIENCE:
            _yield()
        else:
            _pause()
    _set(_BUSY, 0)


_threads: list[threading.Thread] = []


def start() -> None:
    """The threads, one less than numba may use; nothing where they run already."""
    numba.get_num_threads()  # numba has the function of this name for compiled code only after a first call
    if _threads or os.name != "posix" or numba.config.NUMBA_NUM_THREADS < 2:
        return
    library = ctypes.CDLL(None)
    library.pthread_mutex_init(ctypes.c_void_p(_state + 8 * _MUTEX), None)
    library.pthread_cond_init(ctypes.c_void_p(_state + 8 * _CONDITION), None)
    _words()[_STOP] = 0
    for k in range(numba.config.NUMBA_NUM_THREADS - 1):
        # A daemon: Python would wait for others before it calls what atexit knows
        thread = threading.Thread(target=_work, name=f"symgrad-{k}", daemon=True)
        thread.start()
        _threads.append(thread)
    _words()[_WORKERS] = len(_threads)


def _words() -> Any:
    return (ctypes.c_int64 * _WORDS).from_address(_state)


@numba.njit(cache=True)
def _stop() -> None:
    _set(_STOP, 1)
    _lock()
    _wake()
    _unlock()


def _end() -> None:
    """Before the interpreter goes, and with it the code that the threads are in."""
    if _threads:
        _words()[_WORKERS] = 0
        _stop()
        for thread in _threads:
            thread.join()
        _threads.clear()


def _in_child() -> None:
    """A child has none of the threads, and whatever they were about to do will not be done."""
    _threads.clear()
    ctypes.memset(_state, 0, 8 * _WORDS)


atexit.register(_end)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
