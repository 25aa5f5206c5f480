"""COCO's panoptic maps: `panoptic_*.json` and a folder of PNGs whose colours are segments."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, final

import numpy as np
from jaxtyping import Int32
from typing_extensions import override

from deixis.core.region import Region
from deixis.core.size import Size
from deixis.data import vip_llava_questions as release_questions
from deixis.data.coco_instances import coco_file, coco_pictures
from deixis.data.dataset import DatasetCard, NestedDataset
from deixis.data.question_text import literal
from deixis.data.reading.coco import CocoIndex, mask_of, segment_numbers
from deixis.data.reading.fields import BadRowError, Record, list_of, record_of, text_of, whole_of
from deixis.data.reading.json_rows import Nested
from deixis.data.reading.pictures import folder_of_pictures, picture_in
from deixis.data.sample import EIGHT, Marking, RegionSample


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CocoPanoptic(NestedDataset):
    """Each row is a segment, thing or stuff, to be named by its category. Crowds are left out."""

    card: ClassVar[DatasetCard] = DatasetCard(
        title="COCO panoptic",
        origin="https://cocodataset.org",
        licence="CC BY 4.0 (annotations); the pictures keep Flickr's terms",
        pictures="train2017, val2017",
        size="118,287 pictures (train2017), 5,000 (val2017), about 11 segments each",
        holds="a mask of every segment, 80 categories of things and 53 of stuff",
        form="panoptic_val2017.json beside the folder panoptic_val2017 of PNGs",
    )
    marking: ClassVar[Marking] = EIGHT
    path: Path
    images: Path
    maps: Path
    listed: CocoIndex
    nested: Nested  # the segments of each picture that are rows
    segments: Int32[np.ndarray, " row"]  # which of its picture's segments each row is
    split: str

    @classmethod
    @override
    def open(
        cls, path: Path, *, images: Path | None = None, split: str | None = None
    ) -> "CocoPanoptic":
        file = coco_file(path, "panoptic", split)
        name = file.stem.removeprefix("panoptic_")
        listed = CocoIndex.open(file, key="image_id")
        kept = [_kept(listed, place) for place in range(len(listed.annotations))]
        return cls(
            path=file,
            images=coco_pictures(file, name, images),
            maps=folder_of_pictures(None, file.with_suffix(""), file.parent.parent / file.stem),
            listed=listed,
            nested=Nested.of([one.size for one in kept]),
            segments=np.concatenate([np.zeros(0, np.int32), *kept]),
            split=name,
        )

    @override
    def row(self, index: int) -> str:
        picture, _ = self.nested.place(index)
        return f"image {int(self.listed.keys[picture])}, segment {self.segments[index] + 1}"

    @override
    def read(self, index: int, generator: np.random.Generator | None) -> RegionSample:
        place, _ = self.nested.place(index)
        entry = self.listed.annotation(place)
        found = list_of(entry, "segments_info")
        segment = record_of(found[self.segments[index]], "a segment")
        picture = self.listed.picture(whole_of(entry, "image_id"))
        name = literal(self.listed.label(segment))
        return RegionSample(
            dataset="coco_panoptic",
            id=f"{whole_of(entry, 'image_id')}/{whole_of(segment, 'id')}",
            kind="naming",
            pictures=(picture_in(self.images, picture.file_name),),
            turns=(release_questions.naming(name, generator),),
            regions={"object": self._region(entry, segment, picture.size)},
            split=self.split,
            size=picture.size,
            marking=self.marking,
        )

    def _region(self, entry: Record, segment: Record, size: Size) -> Region:
        numbers = segment_numbers(picture_in(self.maps, text_of(entry, "file_name")), size)
        return Region(shape=mask_of(numbers == whole_of(segment, "id")))


def _kept(listed: CocoIndex, place: int) -> Int32[np.ndarray, " segment"]:
    """These segments of an entry are rows: all but crowds. An entry without a list is one row, to
    be told of when it is read.
    """
    try:
        segments = listed.annotation(place).get("segments_info")
    except BadRowError:
        segments = None
    found: list[Any] = segments if isinstance(segments, list) else [None]  # Any: what JSON holds
    rows = (n for n, one in enumerate(found) if not (isinstance(one, dict) and one.get("iscrowd")))
    return np.fromiter(rows, dtype=np.int32)
