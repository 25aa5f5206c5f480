"""Notes are published as COCO writes them: panoptic maps, instances, or a list of results."""

from array import array
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, final

import numpy as np
from jaxtyping import Int64
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.data.reading.bad_rows import in_row
from deixis.data.reading.coco import CocoIndex, coco_region, mask_of, segment_numbers
from deixis.data.reading.fields import (
    Record,
    list_of,
    number,
    record_of,
    size_of,
    text_of,
    whole_of,
)
from deixis.data.reading.json_rows import JsonRows, rows_of
from deixis.data.reading.json_stream import json_stream
from deixis.data.reading.pictures import first_there, folder_of_pictures, picture_in
from deixis.sources.knowledge_source import KnowledgeSource, SourceOptions
from deixis.sources.notes import (
    PictureNames,
    check_size,
    kept,
    record_of_file,
)

SEGMENTS = "segments_info"


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Published:
    """Rows of notes and the pictures that they are about are found by the pictures' ids.

    `about` lists pictures and categories; results have them in another file. `maps` is the folder
    of a panoptic file's PNGs.
    """

    path: Path
    rows: JsonRows
    keys: Int64[np.ndarray, " row"]
    about: CocoIndex
    maps: Path | None = None


@final
class Coco(KnowledgeSource):
    """Each annotation is a note, with its category as label, in the file's order: a mask, outlines
    or a box, with a score where it has one. Crowds are left out of instances, which are single
    things.
    """

    takes: ClassVar[str | None] = "FILE"
    knows: ClassVar[tuple[str, ...]] = ("least_score",)

    def __init__(self, published: Published, options: SourceOptions) -> None:
        self.published, self.least_score = published, options.least_score
        pictures, self.listing = published.about.pictures, str(published.about.pictures.file)
        names: list[str] = []
        for place in range(len(pictures)):
            with in_row(self.listing, f"image {place + 1}"):
                names.append(text_of(record_of(pictures.row(place)), "file_name"))
        self.listed = PictureNames(self.listing, names)

    @classmethod
    @override
    def of(cls, argument: str, options: SourceOptions) -> "Coco":
        path = Path(argument).expanduser()
        with json_stream(path) as stream:
            is_results = stream.opens_with("[")
        return cls(_results(path) if is_results else _annotations(path), options)

    @property
    @override
    def record(self) -> Mapping[str, str]:
        own = record_of_file("coco", self.published.path, self.least_score)
        if self.published.about.pictures.file == self.published.path:
            return own
        about = record_of_file("coco", self.published.about.pictures.file, None)
        return {**own, "annotations": about["revision"]}

    @override
    def look(self, image: Image) -> list[Region]:
        notes: list[Region] = []
        for picture in self.listed.places(image):
            with in_row(self.listing, f"image {picture + 1}"):
                listed = record_of(self.published.about.pictures.row(picture))
                key, size = whole_of(listed, "id"), size_of(listed)
            check_size(self.listing, size, image)
            for place in np.flatnonzero(self.published.keys == key).tolist():
                with in_row(str(self.published.path), int(self.published.rows.numbers[place])):
                    notes += self._notes(record_of(self.published.rows.row(place)), image)
        return kept(notes, self.least_score)

    def _notes(self, row: Record, image: Image) -> list[Region]:
        about, source = self.published.about, f"coco:{self.published.path}"
        if self.published.maps is not None:
            return [
                Region(shape=mask_of(inside), label=about.label(segment), source=source)
                for segment, inside in _segments(row, self.published.maps, image)
            ]
        where = coco_region(row, image.size).within(image.size)
        score = number(row["score"], "'score'") if row.get("score") is not None else None
        return [Region(shape=where.shape, label=about.label(row), score=score, source=source)]


def _segments(row: Record, maps: Path, image: Image) -> list[tuple[Record, np.ndarray]]:
    """A picture has these segments, each with its pixels."""
    numbers = segment_numbers(picture_in(maps, text_of(row, "file_name")), image.size)
    segments = [record_of(segment, "a segment") for segment in list_of(row, SEGMENTS)]
    return [(segment, numbers == whole_of(segment, "id")) for segment in segments]


def _annotations(path: Path) -> Published:
    """The file has its own pictures and categories."""
    about = CocoIndex.open(path, key="image_id")
    rows, keys = about.annotations, about.keys
    is_panoptic = False
    if len(rows):
        with in_row(str(path), int(rows.numbers[0])):
            is_panoptic = SEGMENTS in record_of(rows.row(0))
    maps = None
    if is_panoptic:
        usual = first_there(path.with_suffix(""), path.parent.parent / path.stem)
        if usual is None:
            raise UsageError(
                f"{path} is panoptic: its folder of PNGs should be {path.with_suffix('')}"
            )
        maps = folder_of_pictures(usual)
    return Published(path=path, rows=rows, keys=keys, about=about, maps=maps)


def _results(path: Path) -> Published:
    """COCO's tools take a list of {image_id, category_id, bbox or segmentation, score}."""
    keys = array("q")

    def seen(row: Any) -> None:  # Any: what JSON holds
        with in_row(str(path), len(keys) + 1):
            keys.append(whole_of(record_of(row), "image_id"))

    rows = rows_of(path, seen=seen)
    about = CocoIndex.open(_beside(path), key="image_id")
    return Published(path=path, rows=rows, keys=np.array(keys, dtype=np.int64), about=about)


def _beside(path: Path) -> Path:
    """Results are about these annotations: annotations.json in their folder, or the one
    instances_SPLIT.json there or in `annotations` beside it; of several, that whose SPLIT is in the
    results' name.
    """
    given = path.parent / "annotations.json"
    if given.is_file() and given != path:
        return given
    folders = (path.parent, path.parent / "annotations")
    found = [
        file
        for folder in folders
        for file in sorted(folder.glob("instances_*.json"))
        if file != path
    ]
    named = [file for file in found if file.stem.removeprefix("instances_") in path.stem]
    found = named or found
    if len(found) != 1:
        there = ", ".join(file.name for file in found[:3]) or "none"
        raise UsageError(
            f"{path} is a list of results, which names neither its pictures nor its categories: "
            f"beside it there should be one instances_SPLIT.json or annotations.json, "
            f"there is: {there}"
        )
    return found[0]
