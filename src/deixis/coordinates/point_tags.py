"""The Molmo family writes XML: <point …>label</point> and <points …>label</points>."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, ClassVar, final

from typing_extensions import override

from deixis.coordinates.dialect import ScaledDialect
from deixis.coordinates.groups import Grammar, Group
from deixis.coordinates.labels import read_xml_label, xml_label
from deixis.coordinates.number_scale import NumberScale, said_shape, whole_scale
from deixis.coordinates.reading import CUT_OFF, OTHER_WORDS
from deixis.coordinates.saying import said_numbers
from deixis.coordinates.values import QUOTED_NUMBER
from deixis.core.convert import Shape
from deixis.core.region import Region
from deixis.core.size import Size

TAG_NAMES = frozenset(("point", "points", "track", "tracks"))
AXIS = re.compile(r"([xy])(\d{0,6})\Z")


def grouped_by_label(regions: Sequence[Region]) -> list[tuple[str, list[Region]]]:
    """Neighbours with one label share a tag, as these models write it."""
    groups = groupby(regions, key=lambda region: xml_label(region.label))
    return [(label, list(members)) for label, members in groups]


def tag_label(group: Group) -> str | None:
    """A tag's label is its `alt`, else what stands in it."""
    alt = read_xml_label(group.attributes.get("alt", ""))
    return alt if alt is not None else read_xml_label(group.content or "")


@final
class MolmoDialect(ScaledDialect):
    """`<point x="36.4" y="49.4" alt="cup">cup</point>`, several as `<points x1= y1= x2= …>`.

    Percent of the picture with one decimal, x first. Every region is said as a point; neighbours
    with one label share a tag. Labels are escaped as XML and come back exactly.
    """

    kinds: ClassVar[tuple[str, ...]] = ("point",)
    summary: ClassVar[str] = "XML <point x y>, percent of the picture, one decimal"
    grammar: ClassVar[Grammar] = Grammar(attributes=TAG_NAMES)

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        groups = grouped_by_label(regions)
        return " ".join(_said(label, members, self.scale(size)) for label, members in groups)

    @override
    def parted(self, group: Group) -> list[Group]:
        """Each x and y of one number are a point."""
        if group.form != "attributes" or group.tag not in TAG_NAMES:
            return [group]
        label = tag_label(group)
        places: dict[str, dict[str, str]] = {}
        for name in group.attributes:
            axis = AXIS.match(name)
            if axis is not None:
                places.setdefault(axis[2], {})[axis[1]] = name
        rest = None if group.cut is None else places.pop(group.cut.lstrip("xy"), None)
        found = [_point(group, label, place) for place in places.values()]
        if group.cut is not None:
            start = group.start if rest is None or not found else _start(group, rest)
            found.append(replace(group, why_none=CUT_OFF, start=start))
        return found or [group]

    @override
    def shape(self, group: Group, size: Size) -> Shape | str:
        """An x and a y are a point."""
        if not self.grammar.takes(group):
            return OTHER_WORDS
        if len(group.numbers) != 2:
            return "a point has an x and a y"
        return self.scale(size).shape(group)

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(100.0, 100.0), decimals=1)


def _point(group: Group, label: str | None, place: dict[str, str]) -> Group:
    """An x and a y of one number, by the names of their attributes, are a point."""
    written = [group.attributes.get(place.get(axis, ""), "") for axis in "xy"]
    whole = all(len(one) <= 20 and QUOTED_NUMBER.match(one) for one in written)
    numbers = tuple(map(float, written)) if whole else ()
    ends = [group.starts[name] + len(group.attributes[name]) for name in place.values()]
    return replace(
        group,
        label=label,
        closed=True,
        numbers=numbers,
        start=_start(group, place),
        end=max(ends),
    )


def _start(group: Group, place: dict[str, str]) -> int:
    """The first attribute of a place begins here, with its name."""
    return min(group.starts[name] - len(name) - 2 for name in place.values())


def _said(label: str, regions: Sequence[Region], scale: NumberScale) -> str:
    alt = f' alt="{label}"' if label else ""
    name = "point" if len(regions) == 1 else "points"
    numbered: list[str] = []
    for i, region in enumerate(regions, start=1):
        x, y = said_numbers(said_shape(region, scale.size, MolmoDialect.kinds), scale)
        number = "" if name == "point" else str(i)
        numbered.append(f'x{number}="{x:.1f}" y{number}="{y:.1f}"')
    return f"<{name} {' '.join(numbered)}{alt}>{label}</{name}>"


PARTS = re.compile(r"[^\t\n:;,]+")  # numbers of one picture
WORD = re.compile(r"\S+")


@final
@dataclass(frozen=True, kw_only=True)
class Molmo2Dialect(ScaledDialect):
    """`<points coords="1 1 364 494 2 610 220">cup</points>`: the picture's number, then for each
    point its own number, x and y in 0-1000 with three digits.

    Pictures count from 1; those of other pictures than `picture` (or of a film's seconds) are
    unread. Every region is said as a point; neighbours with one label share a tag. Labels are
    escaped as XML and come back exactly.
    """

    kinds: ClassVar[tuple[str, ...]] = ("point",)
    summary: ClassVar[str] = 'XML <points coords="1 1 x y …">, 0-1000 of the picture'
    grammar: ClassVar[Grammar] = Grammar(attributes=TAG_NAMES)

    picture: int = 1

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        groups = grouped_by_label(regions)
        return " ".join(self._said(label, members, self.scale(size)) for label, members in groups)

    @override
    def parted(self, group: Group) -> list[Group]:
        """After the picture's number, each three are a point with its own number."""
        written = group.attributes.get("coords")
        if group.form != "attributes" or group.tag not in TAG_NAMES or written is None:
            return [group]
        inside = read_xml_label(group.content or "")
        label = inside if inside is not None else tag_label(group)
        found: list[Group] = []
        parts = [list(WORD.finditer(written, *part.span())) for part in PARTS.finditer(written)]
        parts = [words for words in parts if words]
        if group.cut == "coords" and parts and not written[-1:].isspace():
            parts[-1].pop()  # its last number may go on
        alone = len(parts) == 1 and str(group.tag)[:5] == "point"
        for words in parts:
            told = self._points(words, alone=alone, cut=group.cut is not None)
            if told is None:
                said = " ".join(word.group() for word in words)
                why = f"points of another picture than {self.picture}: {said}"
                found.append(self._at(group, words, why_none=why))
                continue
            for i, (three, numbers) in enumerate(told):
                own = three if i else words[: words.index(three[0]) + 3]  # with its picture
                found.append(self._at(group, own, label=label, numbers=numbers))
        if group.cut is not None:
            start = found[-1].end if found else group.start
            found.append(replace(group, why_none=CUT_OFF, start=start))
        return found or [group]

    def _at(  # Any: fields of a group
        self, group: Group, words: Sequence[re.Match[str]], **told: Any
    ) -> Group:
        """A group of these words of the coordinates."""
        if not words:
            return replace(group, closed=True, **told)
        begin = group.starts["coords"]
        start, end = begin + words[0].start(), begin + words[-1].end()
        return replace(group, closed=True, start=start, end=end, **told)

    def _points(
        self, words: Sequence[re.Match[str]], *, alone: bool, cut: bool
    ) -> list[tuple[Sequence[re.Match[str]], tuple[float, ...]]] | None:
        """Numbers of one picture are these points, in threes after the picture's own number, which
        one picture may lack; none where they are of another picture, or no numbers.
        """
        numbers = [_number(word.group()) for word in words]
        # an x has three digits, the number of a point seldom
        lacks_number = len(words[1].group()) > 2 if cut and len(words) > 1 else len(words) % 3 == 0
        first = 0 if alone and lacks_number else 1
        if not words or None in numbers or len(numbers) <= first:
            return None
        if first and words[0].group() != str(self.picture):
            return None
        threes = [slice(i, i + 3) for i in range(first, len(words), 3)]
        return [
            (words[three], tuple(n for n in numbers[three][1:] if n is not None))
            for three in threes
        ]

    @override
    def shape(self, group: Group, size: Size) -> Shape | str:
        """A point's x and y."""
        if not self.grammar.takes(group):
            return OTHER_WORDS
        if not group.closed:
            return CUT_OFF
        if len(group.numbers) != 2:
            return "a point has its number, an x and a y"
        return self.scale(size).shape(group)

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1000.0, 1000.0))

    def _said(self, label: str, regions: Sequence[Region], scale: NumberScale) -> str:
        numbers = [str(self.picture)]
        for i, region in enumerate(regions, start=1):
            x, y = said_numbers(said_shape(region, scale.size, self.kinds), scale)
            numbers += [str(i), f"{x:03d}", f"{y:03d}"]
        return f'<points coords="{" ".join(numbers)}">{label}</points>'


def _number(word: str) -> float | None:
    return float(word) if len(word) <= 20 and QUOTED_NUMBER.match(word) else None


DIALECTS = {"molmo": MolmoDialect, "molmo2": Molmo2Dialect}
