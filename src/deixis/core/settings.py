"""Settings are changed by their names, as `optim.lr=1e-4` on nested frozen dataclasses, and read
from what a run saved.
"""

import dataclasses
import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, TypeVar

from deixis.core.errors import UnknownNameError, UsageError
from deixis.core.json_lines import parse
from deixis.core.typed_json import is_number, is_whole, is_whole_text

Settings = TypeVar("Settings")
WORDS = {bool: "true or false", int: "a whole number", float: "a number", str: "text", Path: "text"}


def override(settings: Settings, assignments: Sequence[str]) -> Settings:
    """The settings change by each `name.name=value`; a name or a type that is wrong is told. They
    hold together: only what comes out of all of them must make sense.
    """
    changes: dict[str, Any] = {}
    for assignment in assignments:
        path, equals, text = assignment.partition("=")
        if not equals or not path:
            raise UsageError(f"a setting is written NAME=VALUE, got {assignment!r}")
        *outer, name = path.strip().split(".")
        value = _value(settings, [*outer, name], text.strip(), path.strip())
        place = changes
        for step in outer:
            place = place.setdefault(step, {})
        place[name] = value
    return _changed(settings, changes)


def to_record(settings: object) -> dict[str, Any]:  # Any: what JSON holds
    """A dataclass becomes JSON-ready values."""
    assert dataclasses.is_dataclass(settings)
    assert not isinstance(settings, type)
    return {
        field.name: _plain(getattr(settings, field.name)) for field in dataclasses.fields(settings)
    }


def stored_text(value: object) -> str:
    """A dataclass as `repr` writes it, each under its `stored_name` where it has one: what names
    the folders of runs, so a class that is called otherwise later finds its runs.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        name = vars(type(value)).get("stored_name", type(value).__qualname__)
        told = (
            f"{field.name}={stored_text(getattr(value, field.name))}"
            for field in dataclasses.fields(value)
        )
        return f"{name}({', '.join(told)})"
    if isinstance(value, tuple):
        return f"({', '.join(map(stored_text, value))}{',' if len(value) == 1 else ''})"
    return repr(value)


def from_record(kind: type[Settings], record: object, *, name: str = "settings") -> Settings:
    """A record gives its dataclass, as strictly as `override`; what is left out has its default."""
    if not isinstance(record, Mapping):
        raise UsageError(f"{name} is an object of names and values, got {record!r:.60}")
    hints = _hints(kind)
    for key in record:
        if key not in hints:
            raise UnknownNameError(kind=f"setting of {name}", name=str(key), known=hints)
    values = {key: _checked(hints[key], value, key) for key, value in record.items()}
    try:
        return kind(**values)
    except TypeError as error:
        raise UsageError(f"{name} is not complete: {error}") from None


def _value(settings: Any, path: Sequence[str], text: str, whole: str) -> Any:
    """A text stands for this value at that place of the settings."""
    first, *rest = path
    hints = _hints(type(settings))
    if first not in hints:
        before = whole.split(".")[: -len(path)]
        known = [".".join([*before, name]) for name in hints]
        raise UnknownNameError(kind="setting", name=whole, known=known)
    nested = dataclasses.is_dataclass(getattr(settings, first))
    if rest and not nested:
        raise UsageError(f"{whole}: {first!r} has no settings within")
    if nested and not rest:
        inner = ", ".join(_hints(type(getattr(settings, first))))
        raise UsageError(f"{whole} has settings within, name one of them: {inner}")
    if nested:
        return _value(getattr(settings, first), rest, text, whole)
    return _checked(hints[first], _read(hints[first], text), whole)


def _changed(settings: Settings, changes: Mapping[str, Any]) -> Settings:
    values = {
        name: _changed(getattr(settings, name), value)
        if dataclasses.is_dataclass(getattr(settings, name))
        else value
        for name, value in changes.items()
    }
    return dataclasses.replace(settings, **values)  # type: ignore[type-var]  # a dataclass


def _hints(kind: type) -> dict[str, Any]:
    if not dataclasses.is_dataclass(kind):
        raise UsageError(f"{kind.__name__} has no settings")
    known = typing.get_type_hints(kind)
    return {field.name: known[field.name] for field in dataclasses.fields(kind)}


def _read(annotation: Any, text: str) -> object:
    """A text stands for this JSON value where that type is asked."""
    choices = _choices(annotation)
    if types.NoneType in choices and text.lower() in ("none", "null"):
        return None
    if any(choice in (str, Path) or _is_word(choice, text) for choice in choices):
        return text
    listed = [choice for choice in choices if typing.get_origin(choice) is tuple]
    whole = text if not listed or text.startswith("[") else f"[{text}]"
    try:
        return parse(whole.lower() if whole in ("True", "False") else whole)
    except ValueError:
        is_words = any(str in typing.get_args(choice) for choice in listed)
        return [word.strip() for word in text.split(",")] if is_words else whole


def _is_word(choice: Any, text: str) -> bool:
    return typing.get_origin(choice) is Literal and text in typing.get_args(choice)


def _choices(annotation: Any) -> tuple[Any, ...]:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return typing.get_args(annotation)
    return (annotation,)


def _checked(annotation: Any, value: object, name: str) -> Any:
    """The value is checked as the annotated type, or UsageError."""
    for choice in _choices(annotation):
        if dataclasses.is_dataclass(choice) and isinstance(choice, type):
            return from_record(choice, value, name=name)
        if typing.get_origin(choice) is tuple and isinstance(value, list | tuple):
            return _items(choice, value, name)
        if _fits(choice, value):
            return choice(value) if choice in (float, Path) else value
    expected = " or ".join(_spoken(choice) for choice in _choices(annotation))
    raise UsageError(f"{name} is {expected}, got {value!r:.60}")


def _fits(choice: Any, value: object) -> bool:
    if choice is types.NoneType:
        return value is None
    if typing.get_origin(choice) is Literal:
        return value in typing.get_args(choice)
    if choice in (str, Path):
        return is_whole_text(value)
    if choice is bool:
        return isinstance(value, bool)
    if choice is int:
        return is_whole(value)
    return choice is float and is_number(value)


def _items(choice: Any, values: Sequence[object], name: str) -> tuple[Any, ...]:
    kinds = typing.get_args(choice)
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        kinds = (kinds[0],) * len(values)
    if len(kinds) != len(values):
        raise UsageError(f"{name} is {len(kinds)} values, got {len(values)}")
    return tuple(_checked(kind, value, name) for kind, value in zip(kinds, values, strict=True))


def _spoken(choice: Any) -> str:
    if typing.get_origin(choice) is Literal:
        return " or ".join(str(word) for word in typing.get_args(choice))
    if typing.get_origin(choice) is tuple:
        return "values with commas between"
    return WORDS.get(choice, "none")


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return to_record(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return value
