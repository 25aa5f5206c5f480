"""What a person drew: regions as a page hands them in, and the picture marked with them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import final

import numpy as np

from deixis.core import region_json
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region, box, point
from deixis.core.size import Size
from deixis.core.typed_json import is_whole_text, object_of
from deixis.core.untrusted_text import shown
from deixis.encodings.drawn import Drawn
from deixis.encodings.spec import EncodingSpec
from deixis.marks.render import draw
from deixis.marks.settled import num_names_left, settled
from deixis.marks.shapes import shape_named
from deixis.marks.tagging import draw_tagged

MOST, LONGEST_NAME, LONGEST_SPEC = 10_000, 200, 200
# as a person's shape is drawn where they chose no other mark
SHAPES = {
    "point": "arrow",
    "box": "rectangle",
    "ellipse": "ellipse",
    "polygon": "contour",
    "stroke": "scribble",
    "mask": "mask",
}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PointedRegion:
    """A region, and the encoding that was chosen for it, if one was."""

    region: Region
    encoding: str = ""

    def record(self, *, with_encoding: bool = True) -> dict[str, object]:
        """It as JSON has it."""
        chosen = {"encoding": self.encoding} if self.encoding and with_encoding else {}
        return {**region_json.to_record(self.region), **chosen}

    @property
    def drawn(self) -> Drawn:
        """Its mark; regions whose encoding draws none get that of their kind."""
        if self.encoding:
            encoded = EncodingSpec.of(self.encoding).build(self.region, **self._settings)
            if isinstance(encoded, Drawn):
                return encoded
        return replace(Drawn.of(self.region), shape=SHAPES[self.region.kind])

    @property
    def _settings(self) -> Mapping[str, object]:
        return EncodingSpec.of(self.encoding).settings


Drawing = Mapping[str, PointedRegion]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class LegendLine:
    """One region's number, name, mark ("red arrow") and words ("the object pointed to by …")."""

    number: int
    name: str
    mark: str
    phrase: str
    label: str = ""

    def __str__(self) -> str:
        return f"{self.number}: {self.mark}, {self.label or self.name}"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class MarkedPicture:
    """The picture with a mark for each region, and what each mark is."""

    image: Image
    legend: tuple[LegendLine, ...]


def read_drawing(record: object, size: Size) -> Drawing:
    """The regions that a page handed in; UsageError says what is wrong with which."""
    given = object_of(record, name="regions")
    if len(given) > MOST:
        raise UsageError(f"a picture has at most {MOST} regions here, got {len(given)}")
    return {_checked(name): _read(name, one, size) for name, one in given.items()}


def marked(image: Image, drawing: Drawing) -> MarkedPicture:
    """The picture as our renderer marks it: each region in a colour of its own, as long as there
    are names for them, and with numbers beyond.
    """
    found = [one.drawn for one in drawing.values()]
    if sum(one.any_color for one in found) > num_names_left(_given(found)):
        return _numbered(image, drawing)
    marks = settled(image, [one.mark for one in found])
    legend = []
    for number, ((name, one), mark) in enumerate(zip(drawing.items(), marks, strict=True), 1):
        colour = mark.style.color.name if mark.style.color is not None else None
        called = " ".join(filter(None, (colour, shape_named(mark.shape).noun)))
        words = f"the object {mark.phrase}"
        label = one.region.label or ""
        legend.append(LegendLine(number=number, name=name, mark=called, phrase=words, label=label))
    return MarkedPicture(image=draw(image, marks), legend=tuple(legend))


def get_ready() -> None:
    """All that marks are drawn with is there from now on."""
    drawing = {"a": PointedRegion(region=point(4, 4)), "b": PointedRegion(region=box(1, 1, 6, 6))}
    marked(Image(pixels=np.zeros((8, 8, 3), dtype=np.uint8)), drawing)


def _given(found: list[Drawn]) -> list[tuple[int, int, int]]:
    colours = [one.style.color for one in found if not one.any_color]
    return [colour.rgb for colour in colours if colour is not None]


def _numbered(image: Image, drawing: Drawing) -> MarkedPicture:
    tags = [(str(number), one.region) for number, one in enumerate(drawing.values(), 1)]
    legend = [
        LegendLine(
            number=number,
            name=name,
            mark=f"tag {number}",
            phrase=f"the object marked {number}",
            label=one.region.label or "",
        )
        for number, (name, one) in enumerate(drawing.items(), 1)
    ]
    return MarkedPicture(image=draw_tagged(image, tags), legend=tuple(legend))


def _checked(name: str) -> str:
    if not name.strip() or not is_whole_text(name) or not name.isprintable():
        raise UsageError(f"a region has a name of letters that are seen, got {shown(name)}")
    if len(name) > LONGEST_NAME:
        raise UsageError(f"a region's name has at most {LONGEST_NAME} letters, got {shown(name)}")
    return name


def _read(name: str, record: object, size: Size) -> PointedRegion:
    told = object_of(record, name=f"the region {shown(name)}")
    encoding = told.pop("encoding", "") or ""
    if not isinstance(encoding, str) or len(encoding) > LONGEST_SPEC:
        raise UsageError(f"encoding is text, as arrow:color=red, got {shown(encoding)}")
    try:
        region = region_json.from_record(told)
        region.within(size)
        if encoding:
            EncodingSpec.of(encoding)
    except UsageError as wrong:
        raise wrong.at(f"the region {shown(name)}") from None
    return PointedRegion(region=region, encoding=encoding)
