"""What a format cannot hold is changed to what is nearest or left out, and counted."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import final

from deixis.core.convert import ELLIPSE_CORNERS, Shape
from deixis.core.errors import DeixisError, SampleError, UsageError
from deixis.core.images import picture_size
from deixis.core.region import KINDS, Region
from deixis.core.region_json import WORDS
from deixis.core.size import Size
from deixis.data.adapters.adapter import Annotated, FormatCard, Loss
from deixis.data.reading.pictures import is_outside

# what stands for a kind that a format does not hold: the nearest first
INSTEAD = {
    "ellipse": ("polygon", "mask", "box"),
    "stroke": ("mask", "polygon", "box"),
    "mask": ("polygon", "box"),
    "polygon": ("mask", "box"),
    "box": ("polygon", "mask"),
    "point": (),
}
HOW = {
    ("ellipse", "polygon"): f"an ellipse was written as {ELLIPSE_CORNERS} corners",
    ("mask", "polygon"): "a mask was written as its outline, without holes",
    ("stroke", "polygon"): "a stroke was written as its outline, without holes",
}


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Writable:
    """A picture and its regions are such that the format holds them; each has its place's name."""

    row: Annotated
    regions: tuple[Region, ...]

    @property
    def size(self) -> Size:
        """The size was made sure of, as the format's card asks for it."""
        assert self.row.size is not None
        return self.row.size


@final
class LossTally:
    """Losses are counted while a file is written."""

    def __init__(self) -> None:
        self._counts: dict[str, int] = {}
        self._first: dict[str, str] = {}
        self._sources: Collection[str] = ()

    def note(self, what: str, where: str) -> None:
        """One more was lost."""
        self._counts[what] = self._counts.get(what, 0) + 1
        self._first.setdefault(what, where)

    def told(self) -> tuple[Loss, ...]:
        """All that was lost, in the order in which it first was."""
        return tuple(
            Loss(what=what, count=count, first=self._first[what])
            for what, count in self._counts.items()
        )

    def held(
        self, rows: Iterable[Annotated], card: FormatCard, sources: Collection[str] = ()
    ) -> Iterator[Writable]:
        """Each row becomes what the format holds; SampleError names one that cannot be written.

        `sources` have a place in the format although others have none.
        """
        self._sources = sources
        for number, row in enumerate(merged(rows), start=1):
            if is_outside(row.image):
                raise SampleError(
                    dataset=card.title,
                    row=number,
                    reason=f"the image {row.image!r:.200} lies outside of every folder",
                )
            whole = replace(row, size=size_of(row)) if card.is_sized else row
            kept = []
            for place, region in enumerate(row.regions, start=1):
                try:
                    found = self._fitted(region, whole, card, f"{row.image}, region {place}")
                except DeixisError as problem:
                    raise SampleError(
                        dataset=row.image, row=f"region {place}", reason=str(problem)
                    ) from None
                kept += [found] if found is not None else []
            yield Writable(row=whole, regions=tuple(kept))

    def _fitted(
        self, region: Region, row: Annotated, card: FormatCard, where: str
    ) -> Region | None:
        kind = _instead(region.kind, card)
        if kind is None:
            self.note(f"a {region.kind} was left out, {card.title} has none", where)
            return None
        shape = region.shape
        if kind != region.kind:
            article = "an" if region.kind == "ellipse" else "a"
            how = HOW.get((region.kind, kind), f"{article} {region.kind} was written as its {kind}")
            self.note(how, where)
            shape = _shape_as(region, kind, row)
        words = {name: getattr(region, name) for name in WORDS}
        for name, value in words.items():
            is_held = name in card.words or (name == "source" and value in self._sources)
            if value is not None and not is_held:
                self.note(f"a {name} was left out", where)
                words[name] = None
        if card.unlabelled is not None and not words["label"]:
            self.note(f"a region without a label was called {card.unlabelled!r}", where)
            words["label"] = card.unlabelled
        return Region(shape=shape, **words)


def merged(rows: Iterable[Annotated]) -> list[Annotated]:
    """Rows of one picture become one, in the order of the pictures' first rows."""
    by_image: dict[str, list[Annotated]] = {}
    for row in rows:
        by_image.setdefault(row.image, []).append(row)
    return [
        replace(
            same[0],
            path=next((row.path for row in same if row.path is not None), None),
            size=next((row.size for row in same if row.size is not None), None),
            regions=tuple(region for row in same for region in row.regions),
        )
        for same in by_image.values()
    ]


def size_of(row: Annotated) -> Size:
    """A picture has the size that the row says, or the picture itself."""
    if row.size is not None:
        return row.size
    if row.path is None:
        raise UsageError(
            f"the size of {row.image!r:.200} is not known, and this format needs it: "
            "say where the pictures are (images=, or --images)"
        )
    return picture_size(row.path)


def _instead(kind: str, card: FormatCard) -> str | None:
    return next((one for one in (kind, *INSTEAD[kind]) if one in card.kinds), None)


def _shape_as(region: Region, kind: str, row: Annotated) -> Shape:
    match kind:
        case "box":
            return region.box()
        case "polygon":
            return region.polygon()
        case "mask":
            return region.mask(size_of(row))
    raise AssertionError(f"{KINDS} are not made into {kind}")
