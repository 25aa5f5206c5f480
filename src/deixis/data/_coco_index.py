"""A COCO file of instances, read by where its annotations stand."""

from array import array
from collections.abc import Mapping, Set
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np
from jaxtyping import Int64

from deixis.core.errors import SampleError, UsageError
from deixis.core.size import Size
from deixis.data._coco import label_of
from deixis.data._fields import BadRowError, Record, record_of, size_of, text_of, whole_of
from deixis.data._json_rows import JsonRows, RowSpans
from deixis.data._json_stream import Item, JsonStream, json_stream


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Picture:
    """A picture as COCO lists it."""

    file_name: str
    size: Size


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CocoIndex:
    """Where each annotation and each picture of a file stands, and the categories' names.

    `keys` are the annotations' ids, in their order; pictures are found by their ids.
    """

    annotations: JsonRows
    keys: Int64[np.ndarray, " annotation"]
    pictures: JsonRows
    picture_keys: Int64[np.ndarray, " picture"]  # sorted
    picture_rows: Int64[np.ndarray, " picture"]
    names: Mapping[int, str]

    @classmethod
    def open(cls, file: Path, *, key: str = "id", only: Set[int] | None = None) -> "CocoIndex":
        """The index of a file: the annotations of these ids, or all but crowds, which are no
        single thing.
        """
        found = _Found(file, key, only)
        with json_stream(file) as stream:
            for name in stream.members():
                found.take(name, stream)
        return found.index()

    def annotation(self, place: int) -> Record:
        """The annotation at this place."""
        return record_of(self.annotations.row(place), "an annotation")

    def annotation_named(self, key: int) -> Record:
        """The annotation of this id."""
        places = np.flatnonzero(self.keys == key)
        if not places.size:
            raise BadRowError(f"there is no annotation {key}")
        return self.annotation(int(places[0]))

    def picture(self, key: int) -> Picture:
        """The picture of this id."""
        at = int(np.searchsorted(self.picture_keys, key))
        if at == self.picture_keys.size or self.picture_keys[at] != key:
            raise BadRowError(f"there is no picture {key} in the list of images")
        record = record_of(self.pictures.row(int(self.picture_rows[at])), "an image")
        return Picture(file_name=text_of(record, "file_name"), size=size_of(record))

    def label(self, record: Record) -> str:
        """What an annotation's category is called."""
        return label_of(self.names, record)


@final
class _Found:
    """What is found while a file is read."""

    def __init__(self, file: Path, key: str, only: Set[int] | None) -> None:
        self.file, self.key, self.only = file, key, only
        self.annotations, self.pictures = RowSpans(), RowSpans()
        self.keys, self.picture_keys = array("q"), array("q")
        self.names: dict[int, str] = {}
        self.seen: set[str] = set()

    def take(self, name: str, stream: JsonStream) -> None:
        """Read what stands behind a name."""
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
        """All of it."""
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
        if record.get("iscrowd") if self.only is None else key not in self.only:
            return
        self.annotations.add(item, len(self.keys) + 1)
        self.keys.append(key)

    def _picture(self, record: Record, item: Item) -> None:
        self.picture_keys.append(whole_of(record, "id"))
        self.pictures.add(item, len(self.picture_keys))

    def _category(self, record: Record, item: Item) -> None:
        self.names[whole_of(record, "id")] = text_of(record, "name")
