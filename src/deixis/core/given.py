"""What people pass is looked at where it comes in: at the doors of what is public, and only there.

Every refusal reads "ARGUMENT is EXPECTED, got WHAT CAME".
"""

import os
from collections.abc import Callable, Iterable, Mapping
from numbers import Integral, Real
from pathlib import Path
from typing import Any, TypeVar

from deixis.core.errors import UsageError
from deixis.core.untrusted_text import shown

Kind = TypeVar("Kind")
MOST_NAMED = 20  # of the values that may be chosen, in a message


def refused(name: str, expected: str, value: object) -> UsageError:
    """The error says which argument is wrong, what was expected and what came."""
    return UsageError(f"{name} is {expected}, got {told(value)}")


def told(value: object) -> str:
    """A value as messages show it: short; an array by its kind and shape."""
    shape, dtype = getattr(value, "shape", None), getattr(value, "dtype", None)
    if isinstance(shape, tuple) and dtype is not None:
        return f"an array of {dtype} {tuple(shape)}"
    if isinstance(value, type):
        return f"the class {value.__name__}"
    return shown(value)


def number(
    name: str, value: object, *, least: float | None = None, most: float | None = None
) -> float:
    """A real number is given as Python's, within these limits, which NaN never is."""
    found = _number(value)
    if found is None:
        raise refused(name, "a number", value)
    if (least is not None and not found >= least) or (most is not None and not found <= most):
        raise refused(name, f"a number {_span(least, most)}", value)
    return found


def whole(name: str, value: object, *, least: int | None = None, most: int | None = None) -> int:
    """A whole number is given as Python's, within these limits."""
    found = _number(value)
    if not isinstance(found, int):
        raise refused(name, "a whole number", value)
    if (least is not None and found < least) or (most is not None and found > most):
        raise refused(name, f"a whole number {_span(least, most)}", value)
    return found


def text(name: str, value: object) -> str:
    """Text is given as it is."""
    if not isinstance(value, str):
        raise refused(name, "text", value)
    return value


def text_or_none(name: str, value: object) -> str | None:
    """Text is given as it is, and so is None."""
    return None if value is None else text(name, value)


def flag(name: str, value: object) -> bool:
    """True and False are given as they are; 0, 1, "yes" and None are neither."""
    if not isinstance(value, bool):
        raise refused(name, "True or False", value)
    return value


def path(name: str, value: object) -> Path:
    """A file's place is text or a path."""
    if not isinstance(value, str | os.PathLike):
        raise refused(name, "a path", value)
    try:
        place = os.fsdecode(os.fsencode(value))
    except (TypeError, UnicodeError):
        raise refused(name, "a path that this system can write", value) from None
    if not place or "\0" in place:
        raise refused(name, "a path that is not empty and has no zero byte", value)
    return Path(place)


def words(name: str, value: object) -> tuple[str, ...]:
    """A list or tuple of text is given as a tuple; a text alone is none."""
    if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
        raise refused(name, "a tuple of words", value)
    return tuple(value)


def some(name: str, value: object, expected: str) -> Iterable[Any]:  # Any: checked one by one
    """Whatever can be gone through, but for text, a mapping and a single number."""
    no_list = isinstance(value, str | bytes | Mapping | type) or getattr(value, "ndim", 1) == 0
    if no_list or not isinstance(value, Iterable):
        raise refused(name, expected, value)
    return value


def fields(
    owner: object, what: str, check: Callable[[str, object], object], names: Iterable[str]
) -> None:
    """The fields of a frozen value are checked, and become what the check gives."""
    for name in names:
        object.__setattr__(owner, name, check(f"{what}'s {name}", getattr(owner, name)))


def instance(name: str, value: object, kind: type[Kind], expected: str) -> Kind:
    """A value of that kind is given as it is; `expected` says it in words."""
    if not isinstance(value, kind):
        raise refused(name, expected, value)
    return value


def choice(name: str, value: object, known: Iterable[str]) -> str:
    """One of these words is given as it is."""
    words = list(known)
    if not isinstance(value, str) or value not in words:
        listed = ", ".join(words[:MOST_NAMED]) + (", …" if len(words) > MOST_NAMED else "")
        raise refused(name, f"one of {listed}", value)
    return value


def _number(value: object) -> int | float | None:
    if type(value) is int or type(value) is float:
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, Integral):
        return int(value)
    if isinstance(value, Real):
        return float(value)
    item = getattr(value, "item", None)  # an array or a tensor of a single number without an axis
    if getattr(value, "ndim", None) == 0 and callable(item):
        inside = item()
        return inside if type(inside) is int or type(inside) is float else None
    return None


def _span(least: float | None, most: float | None) -> str:
    if least is None:
        return f"of at most {most:g}"
    return f"of at least {least:g}" if most is None else f"within {least:g}..{most:g}"
