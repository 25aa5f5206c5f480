"""Values of JSON as the dataclasses that they are of: each field checked, each mistake named.

A record that somebody else wrote may hold anything. `read_as` gives the value that the annotations
speak of, or a UsageError with the place in the record, what was expected and what came.
"""

import dataclasses
import math
import types
import typing
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeVar, final

from deixis.core.errors import UsageError
from deixis.core.untrusted_text import shown

Value = TypeVar("Value")
DEEPEST = 32  # lists within lists of a value whose form is free
LARGEST = 2**63  # whole numbers beyond are none that a program of ours wrote
SPOKEN: Mapping[object, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a finite number",
    str: "text",
    types.NoneType: "null",
}


def read_as(
    kind: type[Value],
    value: object,
    *,
    name: str,
    null_is_nan: bool = False,
    any_letters: bool = False,
) -> Value:
    """The value as that type: a dataclass, text, a number, a list or an object of such. `name` is
    what messages begin with. Fields with a default may be missing, others not, unknown ones never.

    `null_is_nan`: null stands for a number that JSON has no word for. `any_letters`: text may hold
    half a letter, as what a model said may.
    """
    reader = _Reader(null_is_nan=null_is_nan, any_letters=any_letters)
    return typing.cast(Value, reader.read(kind, value, name))


def object_of(value: object, *, name: str) -> dict[str, Any]:  # Any: what JSON holds
    """An object of JSON is copied, for records that are read field by field."""
    if not isinstance(value, dict):
        raise UsageError(f"{name} is an object, got {shown(value)}")
    return dict(value)


def is_whole_text(value: object) -> bool:
    """Text counts as whole if it holds no half a letter, which no file and no model could be
    given.
    """
    return isinstance(value, str) and not any("\ud800" <= letter <= "\udfff" for letter in value)


def is_number(value: object) -> bool:
    """A value counts as a number if it is finite and a float holds it."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return is_whole(value) if isinstance(value, int) else math.isfinite(value)


def is_whole(value: object) -> bool:
    """A value counts as whole if it is a whole number that a machine holds."""
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST


def is_plain_object(value: object) -> bool:
    """A value counts as a plain object, of any form, if it is not nested deeply and is whole
    text.
    """
    try:
        return isinstance(_plain(value, "", DEEPEST), dict)
    except UsageError:
        return False


@final
class _Reader:
    """A reader walks a value and its type side by side."""

    def __init__(self, *, null_is_nan: bool, any_letters: bool) -> None:
        self._null_is_nan = null_is_nan
        self._any_letters = any_letters

    def read(self, annotation: Any, value: object, name: str) -> object:  # Any: a type, or a union
        """The value is read as one of the annotation's choices: the first that it looks like."""
        if annotation is Any or annotation is object:
            return _plain(value, name, DEEPEST)
        choices = _choices(annotation)
        if value is None and self._null_is_nan and float in choices:
            return None if types.NoneType in choices else math.nan
        for choice in choices:
            is_text = choice is str and self._any_letters and isinstance(value, str)
            if is_text or _looks_like(choice, value):
                return self._as(choice, value, name)
        expected = " or ".join(_spoken(choice) for choice in choices)
        raise UsageError(f"{name} is {expected}, got {shown(value)}")

    def _as(self, choice: Any, value: Any, name: str) -> object:
        match _form(choice):
            case "dataclass":
                return self._dataclass(choice, value, name)
            case "list":
                return self._list(choice, value, name)
            case "object":
                return self._object(choice, value, name)
        return float(value) if choice is float else value

    def _list(self, choice: Any, values: Sequence[object], name: str) -> tuple[object, ...]:
        kinds = typing.get_args(choice)
        if len(kinds) == 2 and kinds[1] is Ellipsis:
            kinds = (kinds[0],) * len(values)
        if len(kinds) != len(values):
            raise UsageError(f"{name} is {len(kinds)} values, got {len(values)}")
        pairs = zip(kinds, values, strict=True)
        return tuple(self.read(kind, one, f"{name}[{i}]") for i, (kind, one) in enumerate(pairs))

    def _object(self, choice: Any, values: dict[str, object], name: str) -> dict[str, object]:
        key_kind, kind = typing.get_args(choice)
        for key in values:
            self.read(key_kind, key, f"a name in {name}")
        return {key: self.read(kind, one, f"{name}.{key:.40}") for key, one in values.items()}

    def _dataclass(self, choice: Any, values: dict[str, object], name: str) -> object:
        hints = typing.get_type_hints(choice)
        fields = {field.name: field for field in dataclasses.fields(choice)}
        for key in values:
            if key not in fields:
                raise UsageError(f"{name} has no field {shown(key)}; it has {', '.join(fields)}")
        for field in fields.values():
            if field.name not in values and _is_needed(field):
                raise UsageError(f"{name} lacks the field {field.name!r}")
        read = {key: self.read(hints[key], one, f"{name}.{key}") for key, one in values.items()}
        return choice(**read)


def _plain(value: object, name: str, depth: int) -> object:
    """A value of any form passes, unless nothing could be done with it."""
    if isinstance(value, str) and not is_whole_text(value):
        raise UsageError(f"{name} holds half a letter")
    if isinstance(value, list | dict) and not depth:
        raise UsageError(f"{name} is nested too deeply")
    if isinstance(value, dict):
        return {
            _plain(key, name, 0): _plain(one, f"{name}.{key:.40}", depth - 1)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [_plain(one, f"{name}[{i}]", depth - 1) for i, one in enumerate(value)]
    return value


def _choices(annotation: Any) -> tuple[Any, ...]:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return typing.get_args(annotation)
    return (annotation,)


def _form(choice: Any) -> str:
    """A type has one of a few forms."""
    if dataclasses.is_dataclass(choice):
        return "dataclass"
    origins = {tuple: "list", Literal: "literal", Mapping: "object", dict: "object"}
    return origins.get(typing.get_origin(choice), "plain")


def _looks_like(choice: Any, value: object) -> bool:
    """Whether a value may be meant as that type; what a list or an object holds is seen later."""
    match _form(choice):
        case "dataclass" | "object":
            return isinstance(value, dict)
        case "list":
            return isinstance(value, list | tuple)
        case "literal":
            return any(value == one and type(value) is type(one) for one in typing.get_args(choice))
    checks = {str: is_whole_text, int: is_whole, float: is_number}
    return checks[choice](value) if choice in checks else isinstance(value, choice)


def _is_needed(field: dataclasses.Field[Any]) -> bool:
    missing = dataclasses.MISSING
    return field.default is missing and field.default_factory is missing


def _spoken(choice: Any) -> str:
    match _form(choice):
        case "dataclass" | "object":
            return "an object"
        case "list":
            return "a list"
        case "literal":
            return " or ".join(shown(word) for word in typing.get_args(choice))
    return SPOKEN.get(choice, "a value")
