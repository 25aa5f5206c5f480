"""The commonest answer is read at once: a list of plain JSON records, with or without a fence.

What is not wholly of that form is left to the scanner, which reads it to the same places: a test
holds both against each other.
"""

import re

from deixis.coordinates.audit import groups_in
from deixis.coordinates.groups import Group
from deixis.coordinates.lexing import has_digit

NUMBER = r"\s*(-?\d{1,17}(?:\.\d{1,17})?)\s*"
LABEL = r"\"label\"\s*:\s*\"([^\"\\\x00-\x1f]*)\"\s*"
PROSE = re.compile(r"[^\[({<◁（［【]*+\[?\s*")
RECORD = re.compile(
    rf"\{{\s*(?:{LABEL},\s*)?\"(bbox_2d|box_2d|point_2d|bbox|box|point)\"\s*:\s*"
    rf"\[{NUMBER},{NUMBER}(?:,{NUMBER},{NUMBER})?\]\s*(?:,\s*{LABEL})?\}}"
)
NEXT = re.compile(r"\s*,\s*")
REST = re.compile(r"\s*\]?[^\[({<◁（［【]*+\Z")


def plain_groups(text: str) -> list[Group] | None:
    """Each record of an answer is a group; none where the answer is of another form."""
    at = first = PROSE.match(text).end()  # type: ignore[union-attr]  # it matches the empty text
    found: list[Group] = []
    while (record := RECORD.match(text, at)) is not None:
        before, key, *written, after = record.groups()
        numbers = [number for number in written if number is not None]
        label = after if after is not None else before
        found.append(
            Group(
                form="list",
                numbers=tuple(map(float, numbers)),
                start=record.start(),
                end=record.end(),
                label=label if label is not None and label.strip() else None,
                key=key,
                has_fraction=any("." in number for number in numbers),
            )
        )
        more = NEXT.match(text, record.end())
        at = record.end() if more is None else more.end()
        if more is None:
            break
    if not found or REST.match(text, at) is None:
        return None
    told = (prose for prose in (text[:first], text[at:]) if has_digit(prose))
    return None if any(groups_in(prose) for prose in told) else found
