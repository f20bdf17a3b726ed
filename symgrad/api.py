"""The public verbs. Each says what it wants of a function and returns a callable; nothing is compiled here.

In: a Python function, the arguments to differentiate by, options. Out: a `Derivative` (or the small
callables built on it). Every verb works as a call, as a bare decorator, and as a decorator with options.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, TypedDict, Unpack

from symgrad.derivative import Derivative
from symgrad.directional import Hvp, Jvp
from symgrad.jacobians import Jacobian
from symgrad.pairs import FwdAndBwd, Vjp
from symgrad.pipeline import Mode, Options, Simplify, Transform, VectorMath

Argnums = int | Sequence[int]
Wrt = str | Sequence[str] | None


class OptionKeywords(TypedDict, total=False):
    """The keywords that every transform takes (numba's names where numba has them)."""

    jit: bool
    simplify: Simplify
    vector_math: VectorMath
    fastmath: bool | str
    parallel: bool
    cache: bool
    nogil: bool
    boundscheck: bool


def _transform(mode: Mode, argnums: Argnums, wrt: Wrt, has_aux: bool = False) -> Transform:
    if wrt is not None:
        if argnums != 0:
            raise TypeError("give argnums or wrt, not both")
        names = (wrt,) if isinstance(wrt, str) or not isinstance(wrt, Sequence) else tuple(wrt)
        if not all(isinstance(name, str) for name in names):
            raise TypeError(f"wrt={wrt!r}: wrt takes names; write argnums={wrt!r}, or wrt='x' for x")
        return Transform(mode, (), names, isinstance(wrt, str) and wrt != "*", has_aux)
    if isinstance(argnums, str):
        raise TypeError(f"argnums={argnums!r}: positions; write wrt={argnums!r}")
    if isinstance(argnums, bool) or not isinstance(argnums, int | Sequence):
        raise TypeError(f"argnums={argnums!r}: write an int or a tuple of ints")
    if isinstance(argnums, int):
        return Transform(mode, (argnums,), None, True, has_aux)
    return Transform(mode, tuple(argnums), None, False, has_aux)


def _options(keywords: OptionKeywords) -> Options:
    for name in keywords:
        if name not in OptionKeywords.__annotations__:
            raise TypeError(
                f"there is no option {name!r}; the options are {', '.join(OptionKeywords.__annotations__)}"
            )
    return Options(**keywords)


def grad(
    fun: Callable[..., Any] | None = None,
    /,
    argnums: Argnums = 0,
    *,
    wrt: Wrt = None,
    has_aux: bool = False,
    signature: tuple[Any, ...] | None = None,
    **options: Unpack[OptionKeywords],
) -> Any:
    """The gradient of a function that returns one number.

    Parameters
    ----------
    fun : a plain Python function, method, lambda, or numba dispatcher
    argnums : int or tuple of int; an int gives the bare gradient, a tuple gives a tuple
    wrt : the same by name: ``"w"``, ``("w", "b")``, or ``"*"`` for every float argument (a tuple)
    has_aux : the function returns ``(value, aux)``; the call returns ``(gradient, aux)``
    signature : example arguments (or numba types) to compile for at once
    **options : ``jit``, ``simplify``, ``vector_math``, ``fastmath``, ``parallel``, ``cache``, ``nogil``,
        ``boundscheck``

    Returns
    -------
    Derivative
        Called with the function's own arguments. The gradient has the structure, shapes and dtypes of
        its argument; a Python float's gradient is a float.

    Raises
    ------
    NotDifferentiableError : an integer argument is chosen, or the result is not one float
    UnsupportedSyntaxError, NoRule : the function is outside the accepted language, with the place

    Examples
    --------
    >>> def f(x):
    ...     return x**3
    >>> grad(f)(2.0)
    12.0
    """
    if fun is None:
        return partial(grad, argnums=argnums, wrt=wrt, has_aux=has_aux, signature=signature, **options)
    return _derivative(fun, _transform("grad", argnums, wrt, has_aux), signature, options)


def value_and_grad(
    fun: Callable[..., Any] | None = None,
    /,
    argnums: Argnums = 0,
    *,
    wrt: Wrt = None,
    has_aux: bool = False,
    signature: tuple[Any, ...] | None = None,
    **options: Unpack[OptionKeywords],
) -> Any:
    """The value and the gradient in one pass: ``(value, gradient)``, as ``minimize(..., jac=True)`` wants.

    Parameters, options and errors are those of `grad`. With ``has_aux`` the call returns
    ``((value, aux), gradient)``.

    Examples
    --------
    >>> def f(x, y):
    ...     return x * y
    >>> value_and_grad(f, argnums=(0, 1))(3.0, 4.0)
    (12.0, (4.0, 3.0))
    """
    if fun is None:
        return partial(
            value_and_grad, argnums=argnums, wrt=wrt, has_aux=has_aux, signature=signature, **options
        )
    return _derivative(fun, _transform("value_and_grad", argnums, wrt, has_aux), signature, options)


def _derivative(
    fun: Callable[..., Any], transform: Transform, signature: tuple[Any, ...] | None, options: OptionKeywords
) -> Derivative:
    derivative = Derivative(fun, transform, _options(options))
    if signature is not None:
        derivative.compile(*signature)
    return derivative


def fwd_and_bwd(
    fun: Callable[..., Any] | None = None,
    /,
    argnums: Argnums = 0,
    *,
    wrt: Wrt = None,
    **options: Unpack[OptionKeywords],
) -> Any:
    """The lectures' form: a forward function that keeps a cache, a backward one that reads it.

    Returns
    -------
    FwdAndBwd
        Unpacks into ``forward, backward``: ``out, cache = forward(*args)`` and
        ``grads = backward(dout, cache)``. ``dout`` has the structure and shapes of ``out``.

    Examples
    --------
    >>> forward, backward = fwd_and_bwd(lambda x, y: x * y, argnums=(0, 1))
    >>> out, cache = forward(3.0, 4.0)
    >>> backward(1.0, cache)
    (4.0, 3.0)
    """
    if fun is None:
        return partial(fwd_and_bwd, argnums=argnums, wrt=wrt, **options)
    return FwdAndBwd(fun, _transform("vjp", argnums, wrt), _options(options))


def vjp(fun: Callable[..., Any], /, *primals: Any, **options: Unpack[OptionKeywords]) -> Any:
    """Value and pullback: ``out, pullback = vjp(fun, *primals)``; ``pullback(dout)`` is a tuple of gradients.

    One gradient for each primal, None for a primal that holds no float. Without primals (so as a
    decorator) it returns the function ``(*primals) -> (out, pullback)``.

    Examples
    --------
    >>> out, pullback = vjp(lambda x, y: x * y, 3.0, 4.0)
    >>> pullback(1.0)
    (4.0, 3.0)
    """
    transformed = Vjp(fun, _options(options))
    return transformed(*primals) if primals else transformed


def jvp(
    fun: Callable[..., Any],
    primals: Sequence[Any] | None = None,
    tangents: Sequence[Any] | None = None,
    **options: Unpack[OptionKeywords],
) -> Any:
    """Value and directional derivative: ``out, tangent_out = jvp(fun, primals, tangents)``.

    A tangent has the structure and shapes of its primal, or is None for one that does not vary (or is
    not a float). Without primals it returns the function ``(primals, tangents) -> (out, tangent_out)``.

    Examples
    --------
    >>> jvp(lambda x, y: x * y, (3.0, 4.0), (1.0, 0.0))
    (12.0, 4.0)
    """
    transformed = Jvp(fun, _options(options))
    if primals is None:
        return transformed
    if tangents is None:
        raise TypeError("jvp wants a tangent for each primal: jvp(fun, primals, tangents)")
    return transformed(primals, tangents)


def jacfwd(
    fun: Callable[..., Any], argnums: Argnums = 0, *, wrt: Wrt = None, **options: Unpack[OptionKeywords]
) -> Jacobian:
    """The Jacobian column by column, in forward mode: ``out.shape + x.shape``. Few inputs, many outputs."""
    return Jacobian(fun, _transform("jvp", argnums, wrt), _options(options), "fwd")


def jacrev(
    fun: Callable[..., Any], argnums: Argnums = 0, *, wrt: Wrt = None, **options: Unpack[OptionKeywords]
) -> Jacobian:
    """The Jacobian, row by row in reverse mode: shape ``out.shape + x.shape``. Many inputs, few outputs."""
    return Jacobian(fun, _transform("vjp", argnums, wrt), _options(options), "rev")


def jacobian(
    fun: Callable[..., Any], argnums: Argnums = 0, *, wrt: Wrt = None, **options: Unpack[OptionKeywords]
) -> Jacobian:
    """The Jacobian by whichever mode needs fewer passes: shape ``out.shape + x.shape``.

    Examples
    --------
    >>> import numpy as np
    >>> jacobian(lambda x: x**2)(np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    return Jacobian(fun, _transform("vjp", argnums, wrt), _options(options), "auto")


def hessian(fun: Callable[..., Any], argnums: int = 0, **options: Unpack[OptionKeywords]) -> Jacobian:
    """The Hessian of a function that returns one number: shape ``x.shape + x.shape``.

    Examples
    --------
    >>> import numpy as np
    >>> hessian(lambda x: x[0] * x[1])(np.array([1.0, 2.0]))
    array([[0., 1.],
           [1., 0.]])
    """
    gradient = Derivative(fun, _transform("grad", argnums, None), _options(options))
    return Jacobian(gradient, _transform("jvp", argnums, None), _options(options), "fwd")


def hvp(fun: Callable[..., Any], argnums: Argnums = 0, **options: Unpack[OptionKeywords]) -> Any:
    """Hessian times vector, forward over reverse: ``hvp(fun)(x, p, *args)``, SciPy's ``hessp``.

    With a tuple ``argnums``, ``p`` is a tuple of directions and so is the result.

    Examples
    --------
    >>> import numpy as np
    >>> hvp(lambda x: np.sum(x**3))(np.array([1.0, 2.0]), np.array([1.0, 1.0]))
    array([ 6., 12.])
    """
    return Hvp(fun, _transform("hvp", argnums, None), _options(options))
