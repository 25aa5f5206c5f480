"""The types of every call of ours are checked as jaxtyping's hook does it, in a tenth of the time.

The hook binds the arguments of each call, opens a scope of axes and makes two checks, and compiles
them again whenever a function within a function is made. Only functions whose types name axes need
that. beartype alone checks the others, and those within functions by checks that are kept.
"""

import inspect
from collections.abc import Callable
from dataclasses import is_dataclass
from functools import wraps
from types import CodeType, SimpleNamespace
from typing import Any, get_args, get_type_hints

import jaxtyping
from beartype import BeartypeConf, beartype
from beartype.door import die_if_unbearable

WITH_AXES = jaxtyping.jaxtyped
WRAPPERS = (__name__, WITH_AXES.__module__)
WRONG = BeartypeConf(is_pep484_tower=True, violation_type=jaxtyping.TypeCheckError)
Hints = dict[str, Any]
OF_CODE: dict[CodeType, tuple[Hints, Hints]] = {}  # annotations, and the types they name


def known_hints(function: Callable[..., Any]) -> Hints:
    """The types of arguments and of the result, without those of names that are not known yet."""
    hints = {}
    for name, hint in function.__annotations__.items():
        alone = SimpleNamespace(__annotations__={name: hint})
        try:
            hints |= get_type_hints(alone, function.__globals__)
        except (NameError, TypeError):  # a class that is being made; what only stubs subscript
            continue
    return hints


def kept_hints(function: Callable[..., Any]) -> Hints:
    """The same of a function that is made again and again."""
    annotations, hints = OF_CODE.get(function.__code__, (None, {}))
    if annotations != function.__annotations__:
        annotations, hints = function.__annotations__, known_hints(function)
        OF_CODE[function.__code__] = annotations, hints
    return hints


def names_axes(hint: Any) -> bool:
    """Whether a type, or a part of it, is an array whose axes are named."""
    if isinstance(hint, type) and issubclass(hint, jaxtyping.AbstractArray):
        return True
    return any(names_axes(part) for part in get_args(hint))


def checked_one_by_one(function: Callable[..., Any], hints: Hints) -> Callable[..., Any]:
    """A function for which nothing is compiled, each argument and the result is checked."""
    names = function.__code__.co_varnames[: function.__code__.co_argcount]

    def checked(*args: Any, **kwargs: Any) -> Any:
        for name, value in (*zip(names, args, strict=False), *kwargs.items()):
            if name in hints:
                die_if_unbearable(value, hints[name], conf=WRONG)
        result = function(*args, **kwargs)
        if "return" in hints:
            die_if_unbearable(result, hints["return"], conf=WRONG)
        return result

    return checked


def jaxtyped(thing: Any = None, *, typechecker: Any) -> Any:
    """What the hook decorates each function and class with."""
    if thing is None:
        return lambda thing: jaxtyped(thing, typechecker=typechecker)
    if is_dataclass(thing):
        if getattr(thing.__init__, "__globals__", {}).get("__name__") not in WRAPPERS:
            thing.__init__ = jaxtyped(thing.__init__, typechecker=typechecker)
        return thing
    if not inspect.isfunction(thing) or inspect.iscoroutinefunction(thing):
        return WITH_AXES(thing, typechecker=typechecker)
    is_made_again = "<locals>" in thing.__qualname__
    hints = kept_hints(thing) if is_made_again else known_hints(thing)
    alone = (
        is_made_again
        or inspect.isgeneratorfunction(thing)
        or len(hints) < len(thing.__annotations__)
    )
    takes_more = thing.__code__.co_flags & (inspect.CO_VARARGS | inspect.CO_VARKEYWORDS)
    if any(map(names_axes, hints.values())) or (alone and takes_more):
        return WITH_AXES(thing, typechecker=typechecker)
    checked = checked_one_by_one(thing, hints) if alone else beartype(conf=WRONG)(thing)

    @wraps(thing)
    def called(*args: Any, **kwargs: Any) -> Any:
        if jaxtyping.config.jaxtyping_disable:
            return thing(*args, **kwargs)
        return checked(*args, **kwargs)

    return called
