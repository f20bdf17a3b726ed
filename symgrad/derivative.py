"""`Derivative`: what every transform returns. Called like the function it came from; prints its own source.

In: a function, what to differentiate, options. Out: gradients, values, texts. The call path is in
`dispatch`, the compiler in `pipeline`.
"""

from __future__ import annotations

import functools
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from symgrad.dispatch import Dispatcher, Stats
from symgrad.errors import NotDifferentiableError, SymgradError
from symgrad.frontend.lower import Lowered
from symgrad.frontend.scalars import is_scalar_function
from symgrad.frontend.signature import Signature
from symgrad.pickling import recipe
from symgrad.pipeline import Mode, Options, Program, Transform, build
from symgrad.specialised import Specialisation
from symgrad.study.graph import Graph
from symgrad.study.graph import graph as draw
from symgrad.study.latex import latex, named, partial
from symgrad.study.memory import Memory, memory_of
from symgrad.study.show import side_by_side


class Derivative(Dispatcher):
    """A derivative of a function: callable, printable, picklable, usable inside ``@njit``.

    ``df(*args)`` is what the transform promises; ``df.value(*args)`` the function's value by the same
    compiler, ``df.value_and_grad(*args)`` both. ``df.__wrapped__`` is the function itself.
    """

    def __init__(self, fun: Callable[..., Any], transform: Transform, options: Options) -> None:
        if not callable(fun):
            raise TypeError(f"{fun!r} is not a function")
        super().__init__(fun, transform, options)
        functools.update_wrapper(self, fun, updated=())
        self._bound: weakref.WeakKeyDictionary[Any, Derivative] = weakref.WeakKeyDictionary()

    def __repr__(self) -> str:
        return f"<{self.transform.mode} of {getattr(self.fun, '__qualname__', self.fun)!s}>"

    def __get__(self, instance: Any, owner: type | None = None) -> Derivative:
        """A method decorated in its class: bound to the instance like any method."""
        if instance is None:
            return self
        if instance not in self._bound:
            self._bound[instance] = Derivative(
                self.fun.__get__(instance, owner), self.transform, self.options
            )
        return self._bound[instance]

    @functools.cached_property
    def value(self) -> Dispatcher:
        """The function's own value, compiled."""
        return self._variant("value")

    @functools.cached_property
    def value_and_grad(self) -> Dispatcher:
        """Value and gradient in one pass."""
        return self if self.transform.mode == "value_and_grad" else self._variant("value_and_grad")

    def _variant(self, mode: Mode) -> Dispatcher:
        return Dispatcher(self.fun, replace(self.transform, mode=mode), self.options)

    # -- as an ingredient of other functions ---------------------------------------------------------

    def __symgrad_ir__(self, signature: Signature) -> Lowered:
        """The derived program itself, for differentiating again or calling from a differentiated function."""
        program = build(self.fun, signature, self.transform, replace(self.options, simplify="auto"))
        lowered = program.lowered
        if None in program.output.slots:
            raise NotDifferentiableError(
                f"{self!r} returns containers with leaves that are not floats",
                instead="differentiate by float arguments only",
            )
        results = tuple(program.function.results[s] for s in program.output.slots if s is not None)
        function = replace(program.function, body=replace(program.function.body, results=results))
        return Lowered(
            function, program.output.tree, lowered.captures, lowered.watches, written=lowered.written
        )

    # -- texts ---------------------------------------------------------------------------------------

    @property
    def source(self) -> str:
        """The study text of the last specialisation: NumPy statements, forward and backward."""
        return self._program().study_text

    @property
    def kernel_source(self) -> str:
        """The text that numba compiles: fused scalar loops."""
        specialisation = self._specialised()
        return (specialisation.latest or specialisation.program).kernel_text

    @property
    def forward_source(self) -> str:
        """The forward half of the lectures' form: returns the value and a cache."""
        return self._pair_texts()[0]

    @property
    def backward_source(self) -> str:
        """The backward half: takes the upstream gradient and the cache."""
        return self._pair_texts()[1]

    def source_for(self, *args: Any, **kwargs: Any) -> str:
        """The study text for these arguments; nothing is compiled."""
        return self.program_for(*args, **kwargs).study_text

    def kernel_source_for(self, *args: Any, **kwargs: Any) -> str:
        """The kernel text for these arguments; nothing is compiled."""
        specialisation, signature = self.specialise(args, kwargs)
        return specialisation.for_values(specialisation.arguments(signature.leaves)).kernel_text

    def program_for(self, *args: Any, **kwargs: Any) -> Program:
        """The derived program for these arguments (its IR is ``.function``)."""
        return self.specialise(args, kwargs)[0].program

    def _pair_texts(self) -> tuple[str, str]:
        from symgrad.pairs import PairDispatcher  # start-up: few derivatives are printed in two halves

        pair = PairDispatcher(self.fun, replace(self.transform, mode="vjp"), self.options)
        return pair.texts_of(self._signature())

    def _program(self) -> Program:
        return self._specialised().program

    def _signature(self) -> Signature:
        return self._specialised().signature

    def _specialised(self) -> Specialisation:
        if self.last is not None:
            return self.last
        return self.specialise(self.scalar_arguments(), {})[0]

    def scalar_arguments(self) -> tuple[float, ...]:
        """Before any call: numbers for the parameters, if the body reads as a function of numbers."""
        count = is_scalar_function(self.fun)
        if count is None:
            raise SymgradError(
                f"{getattr(self.fun, '__name__', 'the function')} takes arrays; its source depends on them",
                instead="call it first, or print df.source_for(*example_arguments)",
            )
        return (1.5,) * count

    # -- for people ----------------------------------------------------------------------------------

    def show(self, style: str = "side-by-side") -> None:
        """Print the user's lines beside their adjoints (or, with ``style="source"``, the plain source)."""
        print(self.listing(style), end="")

    def listing(self, style: str = "side-by-side") -> str:
        """What `show` prints."""
        if style not in ("side-by-side", "source"):
            raise ValueError(f"style={style!r}: write 'side-by-side' or 'source'")
        program = self._program()
        if style == "source":
            return program.study_text
        return side_by_side(program.primal, program.study_text)

    def graph(self, *args: Any, **kwargs: Any) -> Graph:
        """The computation graph at these arguments: forward values green, gradients red."""
        specialisation, signature = self.specialise(args, kwargs)
        captured = [c.get() for c in specialisation.program.lowered.captures]
        return draw(specialisation.program.primal, [*signature.leaves, *captured])

    def memory(self, *args: Any, **kwargs: Any) -> Memory:
        """What is kept for the backward pass at these arguments: per line, how many bytes, and why.

        Prints as a table; ``.lines`` are records, ``.total`` is the bytes of all of them. Loops whose trips
        only a run can count are run (forward, without their tapes).
        """
        specialisation, signature = self.specialise(args, kwargs)
        return memory_of(specialisation.program.function, specialisation.arguments(signature.leaves))

    def latex(self) -> str:
        r"""The results as formulas: ``\frac{\partial f}{\partial x} = ...``."""
        program = self._program()
        gradients = {slot: leaf for leaf, slot in program.gradients.items()}
        name = program.primal.name
        labels = [
            partial(name, program.function.params[gradients[k]].hint) if k in gradients else named(name)
            for k in range(len(program.function.results))
        ]
        return latex(program.function, labels)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex()}$"

    # -- compiling ahead -----------------------------------------------------------------------------

    def compile(self, *args: Any, **kwargs: Any) -> Derivative:
        """Compile now for arguments like these; returns the derivative."""
        specialisation, signature = self.specialise(args, kwargs)
        self.ready(specialisation, specialisation.arguments(signature.leaves))
        return self

    @property
    def kernel(self) -> Any:
        """The numba dispatcher of the last specialisation, for every size (arguments are the flat leaves)."""
        return self._specialised().run

    @property
    def vg_kernel(self) -> Any:
        """The numba dispatcher of value and gradient."""
        other = self.value_and_grad
        return (
            other.last.run if other.last is not None else other.specialise(self.scalar_arguments(), {})[0].run
        )

    def __reduce__(self) -> tuple[Any, ...]:
        return recipe(self, self.fun, self.transform, self.options)


__all__ = ["Derivative", "Stats"]
