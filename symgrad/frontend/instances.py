"""Objects that the program makes: instances of the user's classes, with numbers and arrays as attributes.

In: a class and arguments, an attribute read or assigned, an operator on an object. Out: an object of that
class whose attributes are values of the interpreter; the methods of the class are interpreted. The attributes
are a dict that the program owns, so loops and branches carry and join them as they do the items of a dict.

    p = Particle(x, v); p.v = p.v + h * a(p.x)        p.__dict__ == {"x": x, "v": v + h * a(x)}
"""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
from abc import ABCMeta
from collections.abc import Mapping, Sequence
from types import FunctionType, MethodType
from typing import Any

from symgrad.frontend.context import Lowering
from symgrad.frontend.resolve import fixed_path, is_library
from symgrad.frontend.structure import adopt, is_instance, parts_of
from symgrad.frontend.values import Val, now
from symgrad.ir.core import Value

# fmt: off
_OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "add", ast.Sub: "sub", ast.Mult: "mul", ast.Div: "truediv", ast.FloorDiv: "floordiv",
    ast.Mod: "mod", ast.Pow: "pow", ast.MatMult: "matmul", ast.BitAnd: "and", ast.BitOr: "or",
    ast.BitXor: "xor", ast.LShift: "lshift", ast.RShift: "rshift",
}
_COMPARISONS: dict[type[ast.AST], tuple[str, str]] = {
    ast.Eq: ("eq", "eq"), ast.NotEq: ("ne", "ne"), ast.Lt: ("lt", "gt"), ast.LtE: ("le", "ge"),
    ast.Gt: ("gt", "lt"), ast.GtE: ("ge", "le"),
}
_UNARY: dict[type[ast.AST], str] = {ast.USub: "neg", ast.UAdd: "pos", ast.Invert: "invert"}
# fmt: on
_HOOKS = ("__setattr__", "__getattribute__", "__getattr__", "__delattr__")
_PLAIN = "its attributes are followed one by one: nothing may stand between them and the object"


# -- making ------------------------------------------------------------------------------------------------


def construct(low: Lowering, cls: type, args: Sequence[Val], kwargs: Mapping[str, Val]) -> Any:
    """`cls(*args, **kwargs)`."""
    _refuse_special(low, cls)
    try:
        obj: Any = object.__new__(cls)
    except TypeError as e:
        low.refuse(str(e), why="Python raises TypeError here")
    _own(low, obj)
    init: Any = inspect.getattr_static(cls, "__init__")
    path = fixed_path(cls, cls.__name__)
    if _is_generated(init):
        _fill(low, obj, init, args, kwargs)
        if hasattr(cls, "__post_init__"):
            low.watch(path.attribute("__post_init__"))
            low.calling(low.frame, MethodType(inspect.getattr_static(cls, "__post_init__"), obj), [], {})
    elif isinstance(init, FunctionType):
        low.watch(path.attribute("__init__"))
        low.calling(low.frame, init, [obj, *args], kwargs)
    elif args or kwargs:
        low.refuse(f"{cls.__name__}() takes no arguments", why="Python raises TypeError here")
    return obj


def _refuse_special(low: Lowering, cls: type) -> None:
    """Classes whose objects are more than their attributes."""
    own = [c for c in cls.__mro__ if c is not object]
    hooked = [h for c in own for h in _HOOKS if isinstance(vars(c).get(h), FunctionType)]
    hooked = [h for h in hooked if not _is_generated(inspect.getattr_static(cls, h))]
    slots = any("__slots__" in vars(c) for c in own)
    builtin = next((c for c in own if is_library(c) and c.__module__ not in ("abc", "typing")), None)
    reason = (
        f"it has a {hooked[0]} of its own" if hooked
        else "it has __slots__" if slots
        else f"it is a {builtin.__name__}" if builtin
        else "" if type(cls) in (type, ABCMeta) and not any("__new__" in vars(c) for c in own)
        else "its class makes objects in a way of its own"
    )  # fmt: skip
    if reason:
        low.refuse(
            f"a {cls.__name__} is made in a differentiated function",
            why=f"{reason}; of the objects that are made at run time, {_PLAIN.partition(': ')[2]}"
            if hooked or slots
            else reason,
            instead="a plain class, a dataclass, or a namedtuple; or make it before, and pass it",
        )


def _is_generated(function: Any) -> bool:
    """Whether `dataclass` wrote it."""
    return isinstance(function, FunctionType) and function.__code__.co_filename == "<string>"


def _fill(
    low: Lowering, obj: Any, init: FunctionType, args: Sequence[Val], kwargs: Mapping[str, Val]
) -> None:
    """What the __init__ of a dataclass does."""
    cls = type(obj)
    try:
        given = inspect.signature(init).bind(obj, *args, **kwargs).arguments
    except TypeError as e:
        low.refuse(f"{cls.__name__}(): {e}", why="Python raises TypeError here")
    fields = dataclasses.fields(cls)
    if set(given) - {f.name for f in fields} - {"self"}:
        low.refuse(f"a {cls.__name__} with an InitVar is made", instead="an __init__ of its own")
    for f in fields:
        if f.init and f.name in given:
            put(low, obj, f.name, given[f.name])
        elif f.default_factory is not dataclasses.MISSING:
            put(low, obj, f.name, low.calling(low.frame, f.default_factory, [], {}))
        elif f.default is not dataclasses.MISSING:
            plain = isinstance(f.default, float)
            path = fixed_path(f.default, f"default of {cls.__name__}.{f.name}")
            put(low, obj, f.name, f.default if plain else low.outside(f.default, path))


def replaced(low: Lowering, obj: Any, changes: Mapping[str, Val]) -> Any:
    """`dataclasses.replace(obj, **changes)`."""
    if not dataclasses.is_dataclass(obj) or isinstance(obj, type):
        low.refuse(f"dataclasses.replace of a {type(obj).__name__}", why="Python raises TypeError here")
    kept = {f.name: getattr(obj, f.name) for f in dataclasses.fields(obj) if f.init}
    return construct(low, type(obj), [], {**kept, **changes})


def copied(low: Lowering, obj: Any) -> Any:
    """`copy.copy(obj)`: another object with the same attributes."""
    out = object.__new__(type(obj))
    out.__dict__.update(obj.__dict__)
    _own(low, out)
    return out


def _own(low: Lowering, obj: Any) -> None:
    adopt(obj)
    low.owned[id(obj.__dict__)] = obj.__dict__
    low.births[id(obj.__dict__)] = now()
    low.instances.append(obj)


# -- attributes --------------------------------------------------------------------------------------------


def attribute(low: Lowering, obj: Any, name: str) -> Val:
    """`obj.name`: what the object holds, or a method, property or constant of its class."""
    if name in obj.__dict__:
        return obj.__dict__[name]
    cls = type(obj)
    if name == "__class__":
        return cls
    try:
        static = inspect.getattr_static(cls, name)
    except AttributeError:
        low.refuse(
            f"a {cls.__name__} has no attribute {name!r} here",
            why="Python raises AttributeError, unless a branch or loop that the data decide has set it",
            instead=f"set self.{name} in __init__",
        )
    path = fixed_path(cls, cls.__name__)
    if isinstance(static, property):
        low.watch(path)
        return low.calling(low.frame, static.fget, [obj], {})
    if isinstance(static, functools.cached_property):
        low.watch(path)
        value = low.calling(low.frame, static.func, [obj], {})
        assign(low, obj, name, value)
        return value
    if isinstance(static, FunctionType):
        low.watch(path.attribute(name))
        return MethodType(static, obj)
    if isinstance(static, classmethod):
        return MethodType(static.__func__, cls)
    if isinstance(static, staticmethod):
        return static.__func__
    return low.outside(getattr(cls, name), path.attribute(name))


def assign(low: Lowering, obj: Any, name: str, value: Val) -> None:
    """`obj.name = value`."""
    if not is_instance(obj):
        low.refuse(
            f"the attribute {name!r} is assigned",
            why="a differentiated function must not have side effects",
            instead="a local variable, and return the new value",
        )
    cls = type(obj)
    setter = inspect.getattr_static(cls, name, None)
    if isinstance(setter, property):
        if setter.fset is None:
            low.refuse(f"the property {name!r} is assigned", why="Python raises AttributeError here")
        low.calling(low.frame, setter.fset, [obj, value], {})
        return
    params = getattr(cls, "__dataclass_params__", None)
    if params is not None and params.frozen:
        low.refuse(
            f"the attribute {name!r} of a frozen dataclass is assigned",
            why="Python raises FrozenInstanceError here",
            instead=f"dataclasses.replace(obj, {name}=...)",
        )
    if id(obj.__dict__) not in low.owned:
        low.refuse(
            f"the attribute {name!r} of a {cls.__name__} is assigned that a loop or a branch has bound",
            why="which object the name stands for, the data decide: another name may have it too",
            instead=f"{cls.__name__}(...) with the new value, bound to the name",
        )
    low.change(obj.__dict__)
    put(low, obj, name, value)


def put(low: Lowering, obj: Any, name: str, value: Val) -> None:
    """The attribute has this value, which takes its name if it has none."""
    if is_plain_value(value) and not low.quiet:
        low.hints.setdefault(value.arg, name)
    obj.__dict__[name] = value


def is_plain_value(v: Val) -> bool:
    return isinstance(getattr(v, "arg", None), Value) and not is_instance(v)


# -- operators ---------------------------------------------------------------------------------------------


def method(v: Val, name: str) -> Any:
    """The class's method of this name, bound; None where it has none."""
    if not is_instance(v):
        return None
    static = inspect.getattr_static(type(v), name, None)
    return MethodType(static, v) if isinstance(static, FunctionType) and not _is_generated(static) else None


def binary(low: Lowering, op: type[ast.AST], left: Val, right: Val, *, in_place: bool = False) -> Val:
    """`left op right`, by the methods of the classes."""
    name = _OPERATORS[op]
    tries = [(method(left, f"__{name}__"), right), (method(right, f"__r{name}__"), left)]
    if in_place:
        tries.insert(0, (method(left, f"__i{name}__"), right))
    return _first(low, tries, f"an operator on a {_class_of(left, right)}", f"__{name}__")


def compare(low: Lowering, op: type[ast.AST], left: Val, right: Val) -> Val:
    """`left op right` for the six comparisons, and for identity."""
    if op in (ast.Is, ast.IsNot) or (op in (ast.Eq, ast.NotEq) and _has_no_equality(left, right)):
        unsure = [v for v in (left, right) if is_instance(v) and id(v.__dict__) not in low.owned]
        if unsure and is_instance(left) and is_instance(right):
            low.refuse(
                f"a {type(unsure[0]).__name__} that a loop or a branch has bound is compared with another",
                why="whether they are one object, the data decide",
                instead="compare a number that they hold",
            )
        return (left is right) is (op in (ast.Is, ast.Eq))
    if op not in _COMPARISONS:
        low.refuse(f"`in` with a {_class_of(left, right)}", why="__contains__ is not interpreted")
    name, other = _COMPARISONS[op]
    tries = [(method(left, f"__{name}__"), right), (method(right, f"__{other}__"), left)]
    return _first(low, tries, f"a comparison of a {_class_of(left, right)}", f"__{name}__")


def unary(low: Lowering, op: type[ast.AST], v: Val) -> Val:
    name = f"__{_UNARY[op]}__"
    return _first(low, [(method(v, name),)], f"an operator on a {type(v).__name__}", name)


def called(low: Lowering, v: Val, name: str, *args: Val) -> Val:
    """A special method: `__len__`, `__getitem__`, `__setitem__`, `__abs__`."""
    return _first(low, [(method(v, name), *args)], f"{name} of a {type(v).__name__}", name)


def truth(low: Lowering, v: Val) -> Val:
    """`bool(v)`: by __bool__ or __len__, else true."""
    for name in ("__bool__", "__len__"):
        if (found := method(v, name)) is not None:
            return low.calling(low.frame, found, [], {})
    return True


def _first(low: Lowering, tries: Sequence[tuple[Any, ...]], what: str, name: str) -> Val:
    for found, *args in tries:
        if found is not None:
            cls = type(found.__self__)
            low.watch(fixed_path(cls, cls.__name__).attribute(found.__name__))
            out = low.calling(low.frame, found, args, {})
            if out is not NotImplemented:
                return out
    low.refuse(what, why=f"its class has no {name} in Python that could be interpreted")


def _has_no_equality(left: Val, right: Val) -> bool:
    return all(
        not any("__eq__" in vars(c) for c in type(v).__mro__[:-1]) for v in (left, right) if is_instance(v)
    )


def _class_of(left: Val, right: Val) -> str:
    return type(left if is_instance(left) else right).__name__


def freeze(low: Lowering, v: Val) -> None:
    """From here on another object stands for this one, with the attributes that it has now."""
    for part in parts_of(v):
        if is_instance(part):
            low.frozen[id(part.__dict__)] = part.__dict__
            freeze(low, tuple(part.__dict__.values()))
