"""The whole flow as straight-line code: from a Python function to IR to two texts to a callable.

In: a function, the `Signature` of its arguments, a `Transform`, `Options`.
Out: a `Program`: the derived function with its texts, and how flat results become the user's structure.

    program = build(loss, bind(loss, (x, y, w), {}), Transform("value_and_grad", (2,)), Options())
    print(program.study_text)
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from symgrad.ad.calls import without_checkpoints
from symgrad.ad.forward import forward
from symgrad.ad.reverse import reverse
from symgrad.ad.split import split
from symgrad.emit.names import word
from symgrad.emit.study import imports, render, study
from symgrad.errors import NotDifferentiableError
from symgrad.frontend.lower import Lowered, lower
from symgrad.frontend.signature import Signature
from symgrad.frontend.source import place_of
from symgrad.ir.core import Arg, Function, Value
from symgrad.ir.switch import without
from symgrad.ir.text import show
from symgrad.ir.types import FLOATS
from symgrad.ir.verify import verify
from symgrad.ir.walk import producers, rename, with_eqns
from symgrad.opt import simplify
from symgrad.opt.control import shrink_regions
from symgrad.opt.copies import one_name_inside
from symgrad.opt.few import Numbers, fixed
from symgrad.opt.group import group
from symgrad.opt.hoist import hoist
from symgrad.opt.memo import Remembered
from symgrad.timed import stage
from symgrad.tree import LEAF, Tree

if TYPE_CHECKING:
    from symgrad.backends.loops import Reusable

Mode = Literal["value", "grad", "value_and_grad", "vjp", "jvp", "hvp"]
Simplify = Literal["auto", "off", "full"]
VectorMath = Literal["auto", "on", "off"]
Returns = int | tuple["Returns", ...]


@dataclass(frozen=True, slots=True)
class Options:
    """What a caller may choose; every transform takes these as keywords."""

    jit: bool = True
    simplify: Simplify = "auto"
    vector_math: VectorMath = "auto"
    fastmath: bool | str = False
    parallel: bool = False
    cache: bool = True
    nogil: bool = True
    boundscheck: bool = False

    def __post_init__(self) -> None:
        _one_of("simplify", self.simplify, ("auto", "off", "full"))
        _one_of("vector_math", self.vector_math, ("auto", "on", "off"))
        _one_of("fastmath", self.fastmath, (False, True, "strict"))
        for name in ("jit", "parallel", "cache", "nogil", "boundscheck"):
            _one_of(name, getattr(self, name), (False, True))


def _one_of(name: str, value: object, allowed: tuple[object, ...]) -> None:
    if not any(value is a or (isinstance(a, str) and value == a) for a in allowed):
        raise ValueError(f"{name}={value!r}: write one of {', '.join(map(repr, allowed))}")


@dataclass(frozen=True, slots=True)
class Transform:
    """What is asked for: a mode, the arguments by position or name, and whether one argument or a tuple."""

    mode: Mode
    argnums: tuple[int, ...] = (0,)
    names: tuple[str, ...] | None = None  # wrt=; ("*",) is every float argument
    single: bool = True
    has_aux: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """How flat results become what the user gets: a structure, and per leaf a result's number or None."""

    tree: Tree
    slots: tuple[int | None, ...]

    def build(self, results: Sequence[Any]) -> Any:
        return self.tree.build([None if s is None else results[s] for s in self.slots])

    def native(self) -> Returns | None:
        """The structure as nested tuples of result numbers, if it is nothing else."""
        if None in self.slots or not _only_tuples(self.tree):
            return None
        nested: Returns = self.tree.build(self.slots)
        return nested


def _only_tuples(tree: Tree) -> bool:
    return tree.kind is None or (tree.kind is tuple and all(map(_only_tuples, tree.children)))


@dataclass(frozen=True)
class Program:
    """A derived function: its IR, its texts, what it takes and gives.

    Its kernels are right where extents have these `numbers` (`opt.few`); all else is so for every size.
    """

    function: Function
    output: Output
    lowered: Lowered
    options: Options
    wrt: tuple[int, ...]
    primal: Function
    mode: Mode
    seconds: dict[str, float] = field(default_factory=dict, compare=False)
    numbers: Numbers = ()

    @property
    def gradients(self) -> dict[int, int]:
        """Which result is the gradient or tangent of which leaf (nothing for a value or a jvp)."""
        if self.mode in ("value", "jvp"):
            return {}
        before = len(self.function.results) - len(self.wrt)
        return {leaf: before + i for i, leaf in enumerate(self.wrt)}

    @property
    def returns(self) -> Returns:
        native = self.output.native()
        return tuple(range(len(self.function.results))) if native is None else native

    @cached_property
    def study_text(self) -> str:
        """NumPy statements in the user's names."""
        return study(self.function, returns=self.returns)

    @cached_property
    def kernel_text(self) -> str:
        """Fused scalar loops for numba."""
        from symgrad.backends.loops import kernel  # start-up: printing the study text needs no kernel

        with stage(self.seconds, "kernel text"), self._order_of_sums:
            vector_math, parallel = self._how
            return kernel(self._reduced, returns=self.returns, vector_math=vector_math, parallel=parallel)

    @cached_property
    def reusable(self) -> Reusable:
        """The same loops on arrays that the caller keeps."""
        from symgrad.backends.loops import reusable  # start-up, as above

        with stage(self.seconds, "kernel text"), self._order_of_sums:
            vector_math, parallel = self._how
            return reusable(self._reduced, returns=self.returns, vector_math=vector_math, parallel=parallel)

    @property
    def _how(self) -> tuple[bool, bool]:
        return self.options.vector_math != "off", self.options.parallel

    @cached_property
    def _reduced(self) -> Function:
        level: Any = "off" if self.options.simplify == "off" else "kernel"
        with self._order_of_sums:
            return trace("kernel", simplify(fixed(self.function, self.numbers), level))

    @property
    def _order_of_sums(self) -> AbstractContextManager[None]:
        """Without the passes that add in another order than the program, where that is to be kept."""
        adding = ("products", "contractions", "join", "totals", "kept", "borders")
        return without(*(adding if self.options.fastmath == "strict" else ()))


VERIFY = os.environ.get("SYMGRAD_VERIFY", "") not in ("", "0")
TRACE = os.environ.get("SYMGRAD_TRACE", "") not in ("", "0")


def trace(stage: str, function: Function) -> Function:
    """Show a stage's result on stderr (SYMGRAD_TRACE=1) and check its laws (SYMGRAD_VERIFY=1)."""
    if VERIFY:
        verify(function)
    if TRACE:
        print(f"--- {stage}\n{show(function)}", file=sys.stderr)
    return function


def lowered_primal(fun: Callable[..., Any], signature: Signature) -> Lowered:
    """The function's own IR; a Derivative brings its own."""
    own = getattr(fun, "__symgrad_ir__", None)
    return own(signature) if own is not None else lower(fun, signature)


def build(fun: Callable[..., Any], signature: Signature, transform: Transform, options: Options) -> Program:
    """Lower, group, differentiate, simplify: the derived program for one signature."""
    seconds: dict[str, float] = {}
    wrt = differentiated(signature, transform, fun) if transform.mode != "value" else ()
    with stage(seconds, "lower"):
        lowered = lowered_primal(fun, signature)
        primal = trace("lower", lowered.function)
    with stage(seconds, "group"):
        if options.simplify != "off":
            primal = trace("group", hoist(group(shrink_regions(one_name_inside(primal)))))
    with stage(seconds, "differentiate"):
        derived, output = _derive(primal, lowered, signature, transform, wrt)
        trace(transform.mode, derived)
    with stage(seconds, "simplify"):
        level: Any = "off" if options.simplify == "off" else "study"
        memo = Remembered() if options.cache else None
        derived = trace("simplify", simplify(derived, level, sympy=options.simplify, memo=memo))
    plain = without_checkpoints(primal)
    return Program(derived, output, lowered, options, wrt, plain, transform.mode, seconds)


def build_pair(
    fun: Callable[..., Any], signature: Signature, transform: Transform, options: Options
) -> tuple[Program, Function, Function]:
    """The vjp program, cut into a forward function (results, residuals) and a backward one (gradients)."""
    program = build(fun, signature, transform, options)
    count = len(program.primal.results)
    first, second = split(program.function, count, len(program.primal.params))
    first, second = _named_residuals(first, second, count)
    return program, trace("forward", first), trace("backward", second)


def _named_residuals(first: Function, second: Function, count: int) -> tuple[Function, Function]:
    """Both halves call a residual without a user's name by the word for what made it."""
    made = producers(first.body)
    one, two = {}, {}
    for residual, param in zip(first.results[count:], second.params, strict=False):
        if isinstance(residual, Value) and residual in made and not residual.hint:
            one[residual] = two[param] = word(made[residual].op.name)
    return rename(first, one), rename(second, two)


def pair_texts(first: Program, second: Program, residuals: int) -> tuple[str, str]:
    """The two halves as the lectures write them: forward returns a cache, backward unpacks it."""
    forward = render(first.function, first.returns)
    backward = render(second.function, second.returns, cache=residuals)
    one, two = (f"{imports(s.helpers)}\n\n{s.text}" for s in (forward, backward))
    return one, two


def _derive(
    primal: Function, lowered: Lowered, signature: Signature, transform: Transform, wrt: tuple[int, ...]
) -> tuple[Function, Output]:
    count = len(primal.results)
    value = Output(lowered.out_tree, tuple(range(count)))
    gradient = gradient_output(signature, transform, wrt)
    match transform.mode:
        case "value":
            return without_checkpoints(primal), value
        case "grad":
            _scalar_result(primal, lowered, transform)
            derived = reverse(primal, wrt, "value_and_grad" if transform.has_aux else "grad")
            if transform.has_aux:
                return derived, _pair(_shifted(gradient, count), _aux(lowered, count))
            return derived, gradient
        case "value_and_grad":
            _scalar_result(primal, lowered, transform)
            derived = reverse(primal, wrt, "value_and_grad")
            if transform.has_aux:
                value = _pair(Output(LEAF, (0,)), _aux(lowered, count))
            return derived, _pair(value, _shifted(gradient, count))
        case "vjp":
            return reverse(primal, wrt, "vjp"), _pair(value, _shifted(gradient, count))
        case "jvp":
            tangent = _shifted(_float_slots(primal, lowered), count)
            return forward(primal, wrt), _pair(value, tangent)
        case "hvp":
            _scalar_result(primal, lowered, transform)
            gradients = simplify(reverse(primal, wrt, "grad"), "study")
            both = forward(gradients, wrt)
            tangents = both.results[len(wrt) :]
            return _with_results(both, tangents), gradient


def _with_results(function: Function, results: tuple[Arg, ...]) -> Function:
    body = with_eqns(function.body, function.eqns, results)
    return Function(function.name, body, function.guards, function.loc, function.doc)


def _pair(a: Output, b: Output) -> Output:
    return Output(Tree(tuple, (0, 1), (a.tree, b.tree)), a.slots + b.slots)


def _shifted(output: Output, by: int) -> Output:
    return Output(output.tree, tuple(None if s is None else s + by for s in output.slots))


def _aux(lowered: Lowered, count: int) -> Output:
    return Output(lowered.out_tree.children[1], tuple(range(1, count)))


def _float_slots(primal: Function, lowered: Lowered) -> Output:
    """One tangent for each result; None where the result is not a float."""
    slots: list[int | None] = []
    for number, result in enumerate(primal.results):
        slots.append(number if result.type.dtype in FLOATS else None)
    return Output(lowered.out_tree, tuple(slots))


def _scalar_result(primal: Function, lowered: Lowered, transform: Transform) -> None:
    if transform.has_aux:
        tree = lowered.out_tree
        if tree.kind is not tuple or len(tree.children) != 2 or tree.children[0].kind is not None:
            raise NotDifferentiableError(
                f"{primal.name} was differentiated with has_aux=True but does not return a pair (value, aux)",
                primal.loc,
                instead="return loss, aux",
            )
    elif lowered.out_tree.kind is not None:
        raise NotDifferentiableError(
            f"{primal.name} returns {len(primal.results)} values; a gradient is of one number",
            primal.loc,
            instead="has_aux=True for values that ride along, or jacobian for several outputs",
        )
    result = primal.results[0].type
    if result.dtype not in FLOATS:
        raise NotDifferentiableError(
            f"{primal.name} returns {result.dtype}, which has no derivative",
            primal.loc,
            instead="return a float",
        )
    if any(d != 1 for d in result.shape):
        raise NotDifferentiableError(
            f"{primal.name} returns an array {result}; a gradient is of one number",
            primal.loc,
            instead="return its .sum(), or use jacobian for all the derivatives",
        )


def positions(signature: Signature, transform: Transform) -> tuple[int, ...]:
    """The positions of the arguments that are asked for."""
    names = signature.parameters
    if transform.names is None:
        out = []
        for n in transform.argnums:
            if not -len(names) <= n < len(names):
                raise ValueError(f"argnums={n}, but {signature.function_name} has {len(names)} arguments")
            out.append(n % len(names))
        return tuple(out)
    if transform.names == ("*",):
        floats = {a for a, t in zip(signature.arg_of_leaf, signature.types, strict=True) if t.dtype in FLOATS}
        return tuple(sorted(floats))
    for name in transform.names:
        if name not in names:
            raise ValueError(
                f"wrt={name!r}, but the arguments of {signature.function_name} are {', '.join(names)}"
            )
    return tuple(names.index(name) for name in transform.names)


def differentiated(signature: Signature, transform: Transform, fun: Callable[..., Any]) -> tuple[int, ...]:
    """The leaves to differentiate, in the order of the gradients."""
    wrt: list[int] = []
    for position in positions(signature, transform):
        mine = [i for i, a in enumerate(signature.arg_of_leaf) if a == position]
        floats = [i for i in mine if signature.types[i].dtype in FLOATS]
        if not floats:
            name = signature.parameters[position]
            what = ", ".join(signature.types[i].dtype for i in mine) or "a compile-time value"
            raise NotDifferentiableError(
                f"argument {name!r} of {signature.function_name} is {what}: it has no derivative",
                place_of(fun),
                instead=f"pass a float ({name}=3.0, or .astype(float)), or choose another by argnums or wrt",
            )
        wrt += [i for i in floats if i not in wrt]
    return tuple(wrt)


def gradient_output(signature: Signature, transform: Transform, wrt: tuple[int, ...]) -> Output:
    """One gradient for each chosen argument, in the argument's own structure."""
    parts = []
    for position in positions(signature, transform):
        slots = tuple(
            wrt.index(leaf) if leaf is not None and leaf in wrt else None
            for leaf in signature.leaf_numbers(position)
        )
        parts.append(Output(signature.argument_tree(position), slots))
    if transform.single and len(parts) == 1:
        return parts[0]
    tree = Tree(tuple, tuple(range(len(parts))), tuple(p.tree for p in parts))
    return Output(tree, tuple(s for p in parts for s in p.slots))
