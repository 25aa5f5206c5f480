"""COCO's regions are read here, and its files by where their annotations stand."""

from array import array
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np
from jaxtyping import Int64

from deixis.core import region as regions
from deixis.core.errors import SampleError, UsageError
from deixis.core.images import open_image
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.core.shapes import Polygon
from deixis.core.size import Size
from deixis.data.reading.fields import (
    BadRowError,
    Record,
    field_of,
    flat_ring,
    numbers,
    record_of,
    shown,
    size_of,
    text_of,
    whole,
    whole_of,
)
from deixis.data.reading.json_rows import JsonRows, RowSpans
from deixis.data.reading.json_stream import Item, JsonStream, json_stream

SHORTEST = 6  # numbers of an outline; shorter ones cover nothing


def coco_region(record: Record, size: Size, *, label: str | None = None) -> Region:
    """An annotation's region is its segmentation, or its `bbox` where it has none."""
    segmentation = record.get("segmentation")
    if isinstance(segmentation, dict):
        return Region(shape=run_lengths(segmentation, size), label=label)
    if isinstance(segmentation, list):
        found = outlines(segmentation)
        if found is not None:
            return Region(shape=found, label=label)
    elif segmentation is not None:
        raise BadRowError(f"a segmentation is outlines or run lengths, got {shown(segmentation)}")
    x, y, width, height = numbers(field_of(record, "bbox"), 4, "'bbox'")
    return regions.box_xywh(x, y, width, height, label=label)


def outlines(flat: list[object]) -> Polygon | None:
    """Each part is written x, y, x, y …; None where no part is long enough."""
    rings = tuple(flat_ring(ring) for ring in flat if not _is_short(ring))
    return Polygon(rings=rings) if rings else None


def run_lengths(record: Record, size: Size) -> Mask:
    """COCO writes a mask compressed, or as a list of lengths; it has to be of the picture's
    size.
    """
    height, width = numbers(field_of(record, "size"), 2, "a mask's size")
    if (width, height) != (size.width, size.height):
        raise BadRowError(f"the mask is {width:g}x{height:g}, the picture {size}")
    counts = field_of(record, "counts")
    if isinstance(counts, str):
        return Mask(size=size, counts=counts)
    if not isinstance(counts, list):
        raise BadRowError(f"a mask's counts are text or a list, got {shown(counts)}")
    lengths = [whole(count, "counts") for count in counts]
    if min(lengths, default=-1) < 0 or sum(lengths) != size.area:
        raise BadRowError(f"a mask's counts are ≥ 0 and sum to {size.area}")
    return Mask.from_runs(size=size, runs=lengths)


def label_of(names: Mapping[int, str], record: Record, key: str = "category_id") -> str:
    """A category has a name."""
    category = whole(field_of(record, key), key)
    if category not in names:
        raise BadRowError(f"there is no category {category}")
    return names[category]


def mask_of(inside: np.ndarray) -> Mask:
    """Some pixels make a mask; BadRowError where there are none."""
    if not inside.any():
        raise BadRowError("its mask has no pixel")
    return Mask.from_array(inside)


def segment_numbers(path: Path, size: Size) -> Int64[np.ndarray, "height width"]:
    """A panoptic PNG says of each pixel to which segment it belongs, by R + 256 G + 65536 B."""
    owners = open_image(path)
    if owners.size != size:
        raise BadRowError(f"the map is {owners.size}, the picture {size}")
    return owners.pixels.astype(np.int64) @ np.array([1, 256, 65_536])


def _is_short(ring: object) -> bool:
    return isinstance(ring, list) and len(ring) < SHORTEST


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture as COCO lists it."""

    file_name: str
    size: Size


def picture_of(row: object) -> Picture:
    """A picture is read from COCO's list."""
    record = record_of(row, "an image")
    return Picture(file_name=text_of(record, "file_name"), size=size_of(record))


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CocoIndex:
    """The index knows where each annotation and each picture of a file stands, and the categories'
    names.

    `keys` are the annotations' ids, in their order; pictures are found by their ids.
    """

    annotations: JsonRows
    keys: Int64[np.ndarray, " annotation"]
    pictures: JsonRows
    picture_keys: Int64[np.ndarray, " picture"]  # sorted
    picture_rows: Int64[np.ndarray, " picture"]
    names: Mapping[int, str]

    @classmethod
    def open(
        cls,
        file: Path,
        *,
        key: str = "id",
        only: Set[int] | None = None,
        with_crowds: bool = False,
    ) -> "CocoIndex":
        """A file is read once for its index: the annotations of these ids, or all but crowds, which
        are no single thing.
        """
        found = _CocoCollector(file, key, only, with_crowds)
        with json_stream(file) as stream:
            for name in stream.members():
                found.take(name, stream)
        return found.index()

    def annotation(self, place: int) -> Record:
        """The annotation at this place is read."""
        return record_of(self.annotations.row(place), "an annotation")

    def annotation_named(self, key: int) -> Record:
        """The annotation of this id is read."""
        places = np.flatnonzero(self.keys == key)
        if not places.size:
            raise BadRowError(f"there is no annotation {key}")
        return self.annotation(int(places[0]))

    def picture(self, key: int) -> Picture:
        """The picture of this id is read."""
        at = int(np.searchsorted(self.picture_keys, key))
        if at == self.picture_keys.size or self.picture_keys[at] != key:
            raise BadRowError(f"there is no picture {key} in the list of images")
        return picture_of(self.pictures.row(int(self.picture_rows[at])))

    def label(self, record: Record) -> str:
        """An annotation's category is called so."""
        return label_of(self.names, record)


@final
class _CocoCollector:
    """The collector keeps what is found while a file is read."""

    def __init__(self, file: Path, key: str, only: Set[int] | None, with_crowds: bool) -> None:
        self.file, self.key, self.only, self.with_crowds = file, key, only, with_crowds
        self.annotations, self.pictures = RowSpans(), RowSpans()
        self.keys, self.picture_keys = array("q"), array("q")
        self.names: dict[int, str] = {}
        self.seen: set[str] = set()

    def take(self, name: str, stream: JsonStream) -> None:
        """What stands behind a name is read."""
        takers = {
            "annotations": self._annotation,
            "images": self._picture,
            "categories": self._category,
        }
        taker = takers.get(name)
        if taker is None or not stream.opens_with("["):
            stream.value()
            return
        self.seen.add(name)
        for place, item in enumerate(stream.items(), start=1):
            try:
                taker(record_of(item.value), item)
            except BadRowError as problem:
                row = f"{name} {place}"
                raise SampleError(dataset=str(self.file), row=row, reason=str(problem)) from None

    def index(self) -> CocoIndex:
        """All that was found is an index."""
        for name in ("images", "annotations", "categories"):
            if name not in self.seen:
                raise UsageError(f"{self.file} is not COCO's: it has no list {name!r}")
        keys = np.array(self.picture_keys, dtype=np.int64)
        order = np.argsort(keys, kind="stable").astype(np.int64)
        return CocoIndex(
            annotations=self.annotations.rows(self.file),
            keys=np.array(self.keys, dtype=np.int64),
            pictures=self.pictures.rows(self.file),
            picture_keys=keys[order],
            picture_rows=order,
            names=self.names,
        )

    def _annotation(self, record: Record, item: Item) -> None:
        key = whole_of(record, self.key)
        is_crowd = record.get("iscrowd") and not self.with_crowds
        if is_crowd if self.only is None else key not in self.only:
            return
        self.annotations.add(item, len(self.keys) + 1)
        self.keys.append(key)

    def _picture(self, record: Record, item: Item) -> None:
        self.picture_keys.append(whole_of(record, "id"))
        self.pictures.add(item, len(self.picture_keys))

    def _category(self, record: Record, item: Item) -> None:
        self.names[whole_of(record, "id")] = text_of(record, "name")
