"""Answers under a JSON schema: its fields are filled with places and words, by their names."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, final

from deixis.testing.simulated.writing import Numbered

Json: TypeAlias = Any  # as `json` gives it
NAMES = frozenset({"label", "name", "class", "object", "category", "title", "element"})
TRUE_IF_FOUND = frozenset({"found", "visible", "present", "exists", "is_visible"})
LOW, HIGH = re.compile(r"(min|0|start|left|top)\Z"), re.compile(r"(max|2|end|right|bottom)\Z")
SIDES = {"left": "x", "right": "x", "top": "y", "bottom": "y"}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Filling:
    """What the fields of one object are filled with."""

    rows: tuple[Numbered, ...]  # x first
    words: str
    is_y_first: bool
    row: Numbered | None = None  # the one of the object


def filled(
    schema: Mapping[str, Json], rows: Sequence[Numbered], words: str, *, is_y_first: bool
) -> str:
    """The JSON that a model writes under a schema. `rows` have their numbers x first; lists of
    numbers put y first where the model does.
    """
    first = rows[0] if rows else None
    filling = _Filling(rows=tuple(rows), words=words, is_y_first=is_y_first, row=first)
    return json.dumps(_value(schema, "", (), filling), ensure_ascii=False)


def _value(schema: Json, key: str, beside: Sequence[str], filling: _Filling) -> Json:
    """The value of a field; `beside` are the names of all fields of its object."""
    schema, kind = _settled(schema)
    match kind:
        case "object":
            fields = schema.get("properties", {})
            return {
                name: _value(field, name, tuple(fields), filling) for name, field in fields.items()
            }
        case "array":
            return _list(schema, key, filling)
        case "string":
            return _string(schema, key, filling)
        case "number" | "integer":
            return _number(key, beside, filling)
        case "boolean":
            return key.lower() in TRUE_IF_FOUND and bool(filling.rows)
    return None


def _settled(schema: Json) -> tuple[Json, str]:
    """A schema without its alternatives, and its type."""
    for name in ("anyOf", "oneOf"):
        others = [one for one in schema.get(name, ()) if one.get("type") != "null"]
        if others:
            return _settled(others[0])
    kind = schema.get("type", "")
    kinds = [one for one in kind if one != "null"] if isinstance(kind, list) else [kind]
    return schema, kinds[0] if kinds else ""


def _list(schema: Json, key: str, filling: _Filling) -> Json:
    items = schema.get("items", {})
    _, kind = _settled(items)
    if kind not in ("number", "integer"):
        return [_value(items, key, (), replace(filling, row=row)) for row in filling.rows]
    if filling.row is None:
        return []
    is_point = schema.get("maxItems") == 2 or ("maxItems" not in schema and "point" in key.lower())
    numbers = _as_point(filling.row) if is_point else _as_box(filling.row)
    if filling.is_y_first:
        numbers = [numbers[place ^ 1] for place in range(len(numbers))]
    return numbers


def _string(schema: Json, key: str, filling: _Filling) -> str:
    if "enum" in schema:
        named = filling.words or (filling.row.name if filling.row else "")
        return str(named if named in schema["enum"] else schema["enum"][0])
    if key.lower() in NAMES and filling.row is not None:
        return filling.row.name
    return filling.words


def _number(key: str, beside: Sequence[str], filling: _Filling) -> Json:
    """By the name of an axis: x, y, x_min, y2, left …"""
    name = key.lower()
    axis = SIDES.get(name, name[:1])
    if filling.row is None or axis not in ("x", "y"):
        return 0
    others = [other for other in beside if SIDES.get(other.lower(), other.lower()[:1]) == axis]
    place = 0 if axis == "x" else 1
    if len(others) < 2:
        return _as_point(filling.row)[place]
    is_high = HIGH.search(name) is not None or (
        LOW.search(name) is None and any(LOW.search(other.lower()) for other in others)
    )
    return _as_box(filling.row)[place + 2 * is_high]


def _as_box(row: Numbered) -> list[float]:
    numbers = _numbers(row)
    return numbers if row.is_box else [*numbers, *numbers]


def _as_point(row: Numbered) -> list[float]:
    numbers = _numbers(row)
    if not row.is_box:
        return numbers
    middles = ((numbers[0] + numbers[2]) / 2, (numbers[1] + numbers[3]) / 2)
    is_whole = all(isinstance(number, int) for number in numbers)
    return [round(middle) if is_whole else middle for middle in middles]


def _numbers(row: Numbered) -> list[float]:
    return [float(number) if "." in number else int(number) for number in row.numbers]
