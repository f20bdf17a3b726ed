"""Scalar elementary functions that LLVM may vectorise.

In: calls such as ``exp(x)`` inside ``@njit`` code (or plain Python).  Out: a call of the scalar libm function
that carries the names of its vector versions in glibc's libmvec, so that LLVM's vectoriser can use those.

    for i in range(n): y[i] = exp(x[i])     # the source
    call _ZGVdN4v_exp  (4 elements a call)  # the machine code, on AVX2
    call exp           (the remainder)      # the last n % 4 elements: last bits depend on position and length

The vector versions are within 4 ulp and agree on NaN, infinities, zeros and denormals.  Where libmvec, one
of its symbols or the processor's instructions are missing, only the scalar call is left.  ``scalar_exp`` and
so on never vectorise and never fold: they are bit-equal to the C library's, for ``vector_math="off"``.

A generated module imports this one before its kernels are loaded from numba's cache: machine code that calls
libmvec jumps to address 0 if the library is not in the process.
"""

from __future__ import annotations

import ctypes
import platform
import sys
from collections.abc import Callable, Sequence
from typing import Any

import llvmlite.binding as ll
import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import lower_builtin, type_callable

Function = Callable[..., object]  # of numbers or arrays, in plain Python

# libmvec's letter for an instruction set, the processor features its code uses, its register width in bits.
# A width is offered only where the processor has it: LLVM matches variants by width alone, and given a
# 512-bit variant on an AVX2 machine it would call it, with the argument split over two registers.
_ISAS = (
    ("b", frozenset({"sse2"}), 128),
    ("c", frozenset({"avx"}), 256),
    ("d", frozenset({"avx2", "fma"}), 256),
    ("e", frozenset({"avx512f"}), 512),
)


def _open_libmvec() -> ctypes.CDLL | None:
    # x86-64 only: AArch64's libmvec wants a calling convention of its own.
    if not sys.platform.startswith("linux") or platform.machine() not in ("x86_64", "AMD64"):
        return None
    try:
        ll.load_library_permanently("libmvec.so.1")
        return ctypes.CDLL("libmvec.so.1")
    except (OSError, RuntimeError):
        return None


# Read at every compilation, so a test can force the scalar path by setting it to None.
_libmvec = _open_libmvec()
# Below these the result is exactly 0, in double and in single precision. libmvec goes through such arguments
# one by one, at 15 times the cost; masked scores (-1e9) and far neighbours are all like that.
_NOTHING = {"exp": (-745.14, -104.0), "exp2": (-1075.5, -150.5)}
# C name -> number of arguments, of every function below that may vectorise.
_arity: dict[str, int] = {}


def available() -> bool:
    """Say whether any function here can vectorise in this process.

    Returns
    -------
    bool
        True if glibc's libmvec is loaded and has a version for this processor.

    Examples
    --------
    >>> isinstance(available(), bool)
    True
    """
    return any(symbols().values())


def symbols() -> dict[str, tuple[str, ...]]:
    """List the vector versions that this processor can use.

    Returns
    -------
    dict[str, tuple[str, ...]]
        From each C function name (``exp``, ``expf``) to its libmvec symbols, narrowest first; empty tuples
        where only the scalar function exists.

    Examples
    --------
    >>> all(name.startswith("_ZGV") for name in symbols()["exp"])
    True
    """
    host = ll.get_host_cpu_features()
    features = frozenset(name for name, present in host.items() if present)
    return {
        name + suffix: tuple(symbol for symbol, _ in _variants(name + suffix, arity, bits, features))
        for name, arity in _arity.items()
        for suffix, bits in (("", 64), ("f", 32))
    }


def _variants(c_name: str, arity: int, bits: int, features: frozenset[str]) -> list[tuple[str, int]]:
    """Name the vector versions of a C function, with the number of elements each takes."""
    found: dict[int, str] = {}
    for letter, needed, width in _ISAS:
        symbol = f"_ZGV{letter}N{width // bits}{'v' * arity}_{c_name}"
        if needed <= features and _libmvec is not None and hasattr(_libmvec, symbol):
            found[width // bits] = symbol  # AVX2 replaces AVX: same width, later in the table
    return [(symbol, lanes) for lanes, symbol in found.items()]


class _CallAttributes(ir.instructions.CallInstrAttributes):
    """Call attributes outside llvmlite's fixed list; the tests pin this by finding _ZGV in the assembly."""

    def add(self, name: str) -> None:
        set.add(self, name)


def _call(
    context: object, builder: ir.IRBuilder, args: Sequence[ir.Value], name: str, *, vector: bool
) -> ir.Value:
    """Emit the scalar call, annotated with its vector versions."""
    element = args[0].type
    single = isinstance(element, ir.FloatType)
    c_name = name + "f" if single else name
    if single and ll.address_of_symbol(c_name) is None:  # a C library without float versions
        wide = [builder.fpext(arg, ir.DoubleType()) for arg in args]
        return builder.fptrunc(_call(context, builder, wide, name, vector=False), element)
    module = builder.module
    callee = _declared(module, c_name, element, len(args))
    call = builder.call(callee, args)
    # "nobuiltin": otherwise LLVM turns pow(x, 2.0) into x * x, and the result is not the C library's.
    call.attributes = _CallAttributes(
        ["nounwind", "readnone", "willreturn"] if vector else ["nounwind", "readnone", "nobuiltin"]
    )
    if not vector:
        return call
    mappings = []
    for symbol, lanes in _variants(c_name, len(args), 32 if single else 64, _target_features(context)):
        _keep(module, _declared(module, symbol, ir.VectorType(element, lanes), len(args)))
        mappings.append(f"{symbol}({symbol})")
    if mappings:
        call.attributes.add(f'"vector-function-abi-variant"="{",".join(mappings)}"')
    return call


def _target_features(context: object) -> frozenset[str]:
    """Read the features numba compiles for: not always the host's (NUMBA_CPU_FEATURES, NUMBA_ENABLE_AVX)."""
    # The tuple is part of numba's cache key: what is decided from it is never stale on another machine.
    features: str = context.codegen().magic_tuple()[2]  # type: ignore[attr-defined]  # numba's context, untyped
    listed = frozenset(word[1:] for word in features.split(",") if word.startswith("+"))
    return listed | {"sse2"}  # part of x86-64 itself


def _declared(module: ir.Module, name: str, value: ir.Type, arity: int) -> ir.Function:
    """Give the module's declaration of a function of `arity` values, making it at first need."""
    return module.globals.get(name) or ir.Function(module, ir.FunctionType(value, [value] * arity), name)


def _keep(module: ir.Module, function: ir.Function) -> None:
    """Keep a declaration that nothing calls yet: list it in @llvm.compiler.used."""
    name = "llvm.compiler.used"
    pointer = ir.IntType(8).as_pointer()
    listed = module.globals.get(name)
    entries = list(listed.initializer.constant) if listed is not None else []
    entry = function.bitcast(pointer)
    if any(str(old) == str(entry) for old in entries):
        return
    array = ir.ArrayType(pointer, len(entries) + 1)
    if listed is None:
        listed = ir.GlobalVariable(module, array, name)
        listed.linkage = "appending"
        listed.section = "llvm.metadata"
    listed.value_type = array
    listed.type = array.as_pointer()
    listed.initializer = ir.Constant(array, [*entries, entry])


def float_of(*args: types.Type) -> types.Type | None:
    """Give the type of the result: float32 if all arguments are, float64 for other real numbers."""
    if not all(isinstance(arg, (types.Float, types.Integer, types.Boolean)) for arg in args):
        return None
    return types.float32 if all(arg == types.float32 for arg in args) else types.float64


def _register(function: Function, c_name: str, arity: int, *, vector: bool) -> None:
    """Teach numba to type and lower a call of `function`."""
    # Typed and lowered directly: an @overload would compile one more function for every use.
    typers = (
        lambda x: (t := float_of(x)) and t(t),
        lambda x, y: (t := float_of(x, y)) and t(t, t),
    )
    type_callable(function)(lambda context: typers[arity - 1])

    def codegen(context: object, builder: ir.IRBuilder, sig: object, args: Sequence[ir.Value]) -> ir.Value:
        if not vector or c_name not in _NOTHING:
            return _call(context, builder, args, c_name, vector=vector)
        (x,) = args
        zero, limit = x.type(0.0), x.type(_NOTHING[c_name][isinstance(x.type, ir.FloatType)])
        nothing = builder.fcmp_ordered("<", x, limit)
        value = _call(context, builder, [builder.select(nothing, zero, x)], c_name, vector=True)
        return builder.select(nothing, zero, value)

    for element in (types.float32, types.float64):
        lower_builtin(function, *[element] * arity)(codegen)


def _pair(
    name: str, c_name: str, python: Function, *, arity: int = 1, vector: bool = True
) -> tuple[Function, Function]:
    """Make ``name`` and ``scalar_name``; `python` is what they do outside compiled code."""

    def vectorised(*args: object) -> object:
        return python(*args)

    def scalar(*args: object) -> object:
        return python(*args)

    vectorised.__doc__ = f"Compute {name}; in compiled loops LLVM may vectorise it."
    scalar.__doc__ = f"Compute {name}, in compiled code by the C library's scalar {c_name}, always."
    for function, public in ((vectorised, name), (scalar, "scalar_" + name)):
        function.__name__ = function.__qualname__ = public
        _register(function, c_name, arity, vector=vector and function is vectorised)
    if vector:
        _arity[c_name] = arity
    return vectorised, scalar


def _special(name: str, *before: int) -> Function:
    """Give a function of scipy.special, imported at its first call (0.1 s): kernels do without."""

    def python(x: object) -> object:
        import scipy.special

        result: object = getattr(scipy.special, name)(*before, x)
        return result

    return python


def _float_power(x: Any, y: Any) -> object:
    # np.power refuses negative integer powers of integers; compiled code has floats there, float32 kept.
    return np.power(np.multiply(x, 1.0), y)


# fmt: off
exp,     scalar_exp     = _pair("exp",     "exp",   np.exp)
exp2,    scalar_exp2    = _pair("exp2",    "exp2",  np.exp2)
expm1,   scalar_expm1   = _pair("expm1",   "expm1", np.expm1)
log,     scalar_log     = _pair("log",     "log",   np.log)
log2,    scalar_log2    = _pair("log2",    "log2",  np.log2)
log10,   scalar_log10   = _pair("log10",   "log10", np.log10)
log1p,   scalar_log1p   = _pair("log1p",   "log1p", np.log1p)
sin,     scalar_sin     = _pair("sin",     "sin",   np.sin)
cos,     scalar_cos     = _pair("cos",     "cos",   np.cos)
tan,     scalar_tan     = _pair("tan",     "tan",   np.tan)
arcsin,  scalar_arcsin  = _pair("arcsin",  "asin",  np.arcsin)
arccos,  scalar_arccos  = _pair("arccos",  "acos",  np.arccos)
arctan,  scalar_arctan  = _pair("arctan",  "atan",  np.arctan)
sinh,    scalar_sinh    = _pair("sinh",    "sinh",  np.sinh)
cosh,    scalar_cosh    = _pair("cosh",    "cosh",  np.cosh)
tanh,    scalar_tanh    = _pair("tanh",    "tanh",  np.tanh)
arcsinh, scalar_arcsinh = _pair("arcsinh", "asinh", np.arcsinh)
arccosh, scalar_arccosh = _pair("arccosh", "acosh", np.arccosh)
arctanh, scalar_arctanh = _pair("arctanh", "atanh", np.arctanh)
cbrt,    scalar_cbrt    = _pair("cbrt",    "cbrt",  np.cbrt)
erf,     scalar_erf     = _pair("erf",     "erf",   _special("erf"))
erfc,    scalar_erfc    = _pair("erfc",    "erfc",  _special("erfc"))
gammaln, scalar_gammaln = _pair("gammaln", "lgamma", _special("gammaln"), vector=False)
pow,     scalar_pow     = _pair("pow",     "pow",   _float_power, arity=2)
hypot,   scalar_hypot   = _pair("hypot",   "hypot", np.hypot, arity=2)
arctan2, scalar_arctan2 = _pair("arctan2", "atan2", np.arctan2, arity=2)
# fmt: on
