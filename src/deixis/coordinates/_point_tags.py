"""The XML of the Molmo family: <point …>label</point> and <points …>label</points>."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import final

from deixis.coordinates._words import read_xml_label, xml_label
from deixis.core.region import Region

TAG = re.compile(r"<(/?)(?:points?|tracks?)(?![\w-])")
ATTRIBUTE = re.compile(r"\s{0,9}([A-Za-z_]{1,20}\d{0,6})\s{0,9}=\s{0,9}(?:\"([^\"]*)\"|'([^']*)')")
TAG_END = re.compile(r"\s{0,9}(/?)>")


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PointTag:
    """One tag: its attributes by name, its label, whether it was whole."""

    attributes: dict[str, str]
    label: str | None
    whole: bool
    written: str
    start: int


def point_tags(text: str) -> Iterator[PointTag]:
    """All point tags of a text. The label is the `alt` attribute, else what stands inside."""
    marks = list(TAG.finditer(text))
    for i, mark in enumerate(marks):
        if mark.group(1):
            continue
        until = marks[i + 1].start() if i + 1 < len(marks) else len(text)
        closes = i + 1 < len(marks) and marks[i + 1].group(1) == "/"
        yield _tag(text, mark.start(), mark.end(), until, closes=closes)


def prose_around(text: str, tags: Sequence[PointTag]) -> Iterator[str]:
    """What stands before, between and after point tags."""
    at = 0
    for tag in tags:
        yield text[at : tag.start]
        at = tag.start + len(tag.written)
    yield text[at:]


def grouped_by_label(regions: Sequence[Region]) -> list[tuple[str, list[Region]]]:
    """Neighbours with one label share a tag, as these models write it."""
    groups = groupby(regions, key=lambda region: xml_label(region.label))
    return [(label, list(members)) for label, members in groups]


def _tag(text: str, start: int, at: int, until: int, *, closes: bool) -> PointTag:
    attributes: dict[str, str] = {}
    while (found := ATTRIBUTE.match(text, at, until)) is not None:
        name, double, single = found.groups()
        attributes[name] = single if double is None else double
        at = found.end()
    end = TAG_END.match(text, at, until)
    written = text[start:until]
    label = read_xml_label(attributes.get("alt", ""))
    if end is None:
        return PointTag(
            attributes=attributes, label=label, whole=False, written=written, start=start
        )
    if label is None and closes and not end.group(1):
        label = read_xml_label(text[end.end() : until])
    if end.group(1) or not closes:
        written = text[start : end.end()]
    return PointTag(attributes=attributes, label=label, whole=True, written=written, start=start)
