"""Visual Genome's relations: `relationships.json`, `image_data.json` and VG_100K, VG_100K_2."""

from array import array
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, final

import numpy as np
from jaxtyping import Int64
from typing_extensions import override

from deixis.core.errors import SampleError
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.data import vip_llava_questions as release_questions
from deixis.data.dataset import DatasetCard, NestedDataset, check_split
from deixis.data.question_text import literal
from deixis.data.reading.fields import (
    BadRowError,
    Record,
    box_at,
    field_of,
    list_of,
    record_of,
    shown,
    text_of,
    whole_of,
)
from deixis.data.reading.json_rows import JsonRows, Nested, length_of, rows_of
from deixis.data.reading.pictures import folder_of_pictures, found_file
from deixis.data.sample import RELATION, Marking, RegionSample

FOLDERS = ("VG_100K", "VG_100K_2", "images/VG_100K", "images/VG_100K_2", ".", "images")


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class VisualGenome(NestedDataset):
    """Each row is a relation of two things, to be said as a triplet."""

    card: ClassVar[DatasetCard] = DatasetCard(
        title="Visual Genome relations",
        origin="https://homes.cs.washington.edu/~ranjay/visualgenome",
        licence="CC BY 4.0 (annotations); the pictures keep Flickr's terms",
        pictures="108,077 (VG_100K and VG_100K_2)",
        size="2,316,063 relations",
        holds="two boxes, the names of both and what joins them",
        form="a folder with relationships.json and, for sizes, image_data.json",
    )
    marking: ClassVar[Marking] = RELATION
    path: Path
    images: Path
    rows: JsonRows
    nested: Nested
    sizes: Int64[np.ndarray, "picture 3"]  # sorted by id: id, width, height

    @classmethod
    @override
    def open(
        cls, path: Path, *, images: Path | None = None, split: str | None = None
    ) -> "VisualGenome":
        if split is not None:
            check_split(split, ())
        file = found_file(path, "relationships.json")
        lengths: list[int] = []
        rows = rows_of(file, seen=lambda row: lengths.append(length_of(row, "relationships")))
        return cls(
            path=file,
            images=folder_of_pictures(images, file.parent),
            rows=rows,
            nested=Nested.of(lengths),
            sizes=_sizes(file.parent / "image_data.json"),
        )

    @override
    def row(self, index: int) -> str:
        row, place = self.nested.place(index)
        return f"image {int(self.rows.numbers[row])}, relation {place + 1}"

    @override
    def read(self, index: int, generator: np.random.Generator | None) -> RegionSample:
        row, place = self.nested.place(index)
        picture = record_of(self.rows.row(row), "an image")
        relation = record_of(list_of(picture, "relationships")[place], "a relation")
        subject = record_of(field_of(relation, "subject"), "a subject")
        thing = record_of(field_of(relation, "object"), "an object")
        key = whole_of(picture, "image_id")
        predicate = literal(text_of(relation, "predicate").lower())
        return RegionSample(
            dataset="visual_genome",
            id=f"{key}/{relation.get('relationship_id', place + 1)}",
            kind="relation",
            pictures=(genome_picture(self.images, key),),
            turns=(release_questions.relation(_name(subject), predicate, _name(thing)),),
            regions={"subject": _box(subject), "object": _box(thing)},
            size=self._size(key),
            marking=self.marking,
        )

    def _size(self, key: int) -> Size | None:
        at = int(np.searchsorted(self.sizes[:, 0], key))
        if at == len(self.sizes) or self.sizes[at, 0] != key:
            return None
        return Size(width=int(self.sizes[at, 1]), height=int(self.sizes[at, 2]))


def genome_picture(folder: Path, key: int) -> Path:
    """The picture of an id lies in either of the two folders that it was published in."""
    for name in FOLDERS:
        path = folder / name / f"{key}.jpg"
        if path.is_file():
            return path
    raise BadRowError(f"there is no image '{key}.jpg' in VG_100K or VG_100K_2 of {folder}")


def _name(thing: Record) -> str:
    """Older files say `name`, later ones `names`."""
    if "names" in thing:
        names = list_of(thing, "names")
        if not names or not isinstance(names[0], str):
            raise BadRowError(f"'names' are words, got {shown(names)}")
        return literal(names[0].strip())
    return literal(text_of(thing, "name"))


def _box(thing: Record) -> Region:
    return box_at(thing, keys="x y w h")


def _sizes(file: Path) -> Int64[np.ndarray, "picture 3"]:
    """Each picture has an id and a size; there are none where the file is not there."""
    found = array("q")

    def see(row: Any) -> None:  # Any: what JSON holds
        try:
            record = record_of(row, "an image")
            found.extend(whole_of(record, name) for name in ("image_id", "width", "height"))
        except BadRowError as problem:
            place = len(found) // 3 + 1
            raise SampleError(dataset=str(file), row=place, reason=str(problem)) from None

    if file.is_file():
        rows_of(file, seen=see)
    sizes = np.array(found, dtype=np.int64).reshape(-1, 3)
    return sizes[np.argsort(sizes[:, 0], kind="stable")]
