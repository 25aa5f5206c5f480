"""What stands between brackets, as it was written: numbers, words, lists and objects.

These values, and those that a scan makes of them, are made for every number of an answer and never
changed. They are not frozen, since that would cost three times as much as making them.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias, final

DIGIT_LIMIT = 18
CONSTANTS = {"nan": math.nan, "inf": math.inf, "infinity": math.inf}
QUOTED_NUMBER = re.compile(r"\s*[-+]?(?:\d+(?:\.\d*)?|\.\d+)\s*\Z")


@final
@dataclass(slots=True)
class Number:
    """A number was written at this place of the text, with a point or without."""

    value: float
    start: int
    end: int
    has_point: bool


@final
@dataclass(slots=True)
class Words:
    """A word or a text in quotes stands here; `inner` is where the text itself begins, none where
    it has escapes, so that its letters cannot be found in the answer.
    """

    value: str
    start: int
    end: int
    inner: int | None


@final
@dataclass(slots=True)
class Listed:
    """A list is not `sound` where something else than values stood between its brackets."""

    items: tuple["Value", ...]
    start: int
    end: int
    is_round: bool
    sound: bool

    def numbers(self) -> tuple[Number, ...] | None:
        """Its items are given if all are numbers, also those in quotes; else None."""
        if not self.sound or not self.items:
            return None
        return all_numbers(self.items)


@final
@dataclass(slots=True)
class Fields:
    """An object or a call has values by their names in the text's order, and loose ones; so has a
    round bracket without a name, as in (x=1, y=2).
    """

    fields: tuple[tuple[str, "Value"], ...]
    loose: tuple["Value", ...]
    start: int
    end: int
    call: str | None = None
    is_round: bool = False

    def named(self) -> dict[str, "Value"]:
        """The values by their names in small letters; of a name twice the last."""
        return {key.lower(): value for key, value in self.fields}


Value: TypeAlias = Number | Words | Listed | Fields | None  # none: was read already


def as_number(value: Value) -> Number | None:
    """A value may be a number, also one in quotes."""
    if isinstance(value, Number):
        return value
    if not isinstance(value, Words) or len(value.value) > DIGIT_LIMIT:
        return None
    if QUOTED_NUMBER.match(value.value):
        return Number(float(value.value), value.start, value.end, "." in value.value)
    constant = CONSTANTS.get(value.value.lower())
    return None if constant is None else Number(constant, value.start, value.end, True)


def all_numbers(values: Iterable[Value]) -> tuple[Number, ...] | None:
    """The values are given if all are numbers."""
    found = [as_number(value) for value in values]
    kept = tuple(number for number in found if number is not None)
    return kept if len(kept) == len(found) else None


def count_numbers(value: Value) -> int:
    """A value holds so many numbers, at any depth."""
    if isinstance(value, Listed):
        return sum(map(count_numbers, value.items))
    if isinstance(value, Fields):
        own = sum(count_numbers(item) for _, item in value.fields)
        return own + sum(map(count_numbers, value.loose))
    return int(as_number(value) is not None)
