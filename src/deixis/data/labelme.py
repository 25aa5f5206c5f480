"""LabelMe: a folder of pictures, each with a `.json` of shapes."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core.errors import SampleError, UsageError
from deixis.data import vip_llava_questions as release_questions
from deixis.data.dataset import DatasetCard, NestedDataset, check_split
from deixis.data.question_text import literal
from deixis.data.reading.fields import (
    BadRowError,
    list_of,
    record_of,
    size_of,
    text_of,
)
from deixis.data.reading.json_rows import Nested, length_of
from deixis.data.reading.json_stream import small_json
from deixis.data.reading.labelme_shapes import labelme_region
from deixis.data.reading.pictures import folder_of_pictures, is_outside, is_there, picture_in
from deixis.data.sample import EIGHT, Marking, RegionSample


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class LabelMe(NestedDataset):
    """Each row is a shape, to be named by its label."""

    card: ClassVar[DatasetCard] = DatasetCard(
        title="LabelMe annotations",
        origin="https://github.com/wkentaro/labelme",
        licence="the annotations' own",
        pictures="your own; ViP-Bench's source_image",
        size="any",
        holds="polygons, rectangles (turned ones too), circles, lines, points, masks",
        form="a folder of .json, or one of them; pictures beside them or in --images",
        note="pictures inside the .json (imageData) are not read",
    )
    marking: ClassVar[Marking] = EIGHT
    path: Path
    images: Path
    files: tuple[Path, ...]
    nested: Nested

    @classmethod
    @override
    def open(cls, path: Path, *, images: Path | None = None, split: str | None = None) -> "LabelMe":
        if split is not None:
            check_split(split, ())
        files = (path,) if path.is_file() else tuple(sorted(path.rglob("*.json")))
        if not files:
            raise UsageError(f"there is no .json in {str(path)!r}")
        return cls(
            path=path,
            images=folder_of_pictures(images, path.parent if path.is_file() else path),
            files=files,
            nested=Nested.of([_num_shapes(file) for file in files]),
        )

    @override
    def row(self, index: int) -> str:
        file, place = self.nested.place(index)
        return f"{self.files[file].name}, shape {place + 1}"

    @override
    def read(self, index: int, generator: np.random.Generator | None) -> RegionSample:
        number, place = self.nested.place(index)
        file = self.files[number]
        record = record_of(small_json(file), "the file")
        size = size_of(record, "imageWidth", "imageHeight")
        shapes = list_of(record, "shapes")
        if not shapes:
            raise BadRowError("it has no shapes")
        shape = record_of(shapes[place], "a shape")
        label = literal(text_of(shape, "label"))
        return RegionSample(
            dataset="labelme",
            id=f"{file.stem}/{place + 1}",
            kind="naming",
            pictures=(self._picture(file, text_of(record, "imagePath")),),
            turns=(release_questions.naming(label, generator),),
            regions={"object": labelme_region(shape, size)},
            size=size,
            marking=self.marking,
        )

    def _picture(self, file: Path, name: str) -> Path:
        """A picture lies beside its JSON, or in the folder of pictures. Windows may have written
        its name.
        """
        name = name.replace("\\", "/")
        if not is_outside(name) and self.path in file.parents and is_there(file.parent / name):
            return file.parent / name
        return picture_in(self.images, name)


def _num_shapes(file: Path) -> int:
    """A file is so many rows; where it is broken or empty it is one, to be told of."""
    try:
        return max(1, length_of(small_json(file), "shapes"))
    except (UsageError, SampleError):
        return 1
