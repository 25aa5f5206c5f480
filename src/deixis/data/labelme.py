"""LabelMe: a folder of pictures, each with a `.json` of shapes."""

import base64
import binascii
import math
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.core import region as regions
from deixis.core.errors import SampleError, UsageError
from deixis.core.images import open_image
from deixis.core.region import Region
from deixis.core.shapes import XY
from deixis.core.size import Size
from deixis.data import vip_llava_questions as release_questions
from deixis.data.dataset import DatasetCard, NestedDataset, check_split
from deixis.data.question_text import literal
from deixis.data.reading.coco import mask_of
from deixis.data.reading.fields import (
    BadRowError,
    Record,
    list_of,
    paired_ring,
    record_of,
    shown,
    size_of,
    text_of,
)
from deixis.data.reading.json_rows import Nested, length_of
from deixis.data.reading.json_stream import small_json
from deixis.data.reading.pictures import folder_of_pictures, is_outside, is_there, picture_in
from deixis.data.sample import EIGHT, Marking, RegionSample

CORNERS = {"rectangle": 2, "circle": 2, "line": 2, "mask": 2, "point": 1, "oriented_rectangle": 4}


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
            regions={"object": region_of(shape, size)},
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


def region_of(shape: Record, size: Size) -> Region:
    """LabelMe's shape is a region in a picture of this size."""
    corners = paired_ring(list_of(shape, "points"))
    kind = shape.get("shape_type") or "polygon"  # the oldest files do not say
    count = CORNERS.get(kind) if isinstance(kind, str) else None
    if count is not None and len(corners) != count:
        raise BadRowError(f"a {kind} has {count} points, got {len(corners)}")
    match kind:
        case "polygon" | "oriented_rectangle":
            return regions.polygon(corners)
        case "rectangle":
            return _box(corners)
        case "circle":
            (x, y), edge = corners
            radius = math.dist((x, y), edge)
            return regions.ellipse(x, y, radius, radius)
        case "line" | "linestrip":
            return regions.stroke(corners)
        case "point" | "points":
            return _points(corners, size)
        case "mask":
            return _mask(shape, corners, size)
    raise BadRowError(f"a shape of the kind {shown(kind)} is not known")


def _points(corners: tuple[XY, ...], size: Size) -> Region:
    """Points are one place, or the pixels in which several lie: they are not joined."""
    if not corners:
        raise BadRowError("there is no point")
    if len(corners) == 1:
        (x, y) = corners[0]
        return regions.point(x, y)
    inside = np.zeros((size.height, size.width), dtype=np.bool_)
    for x, y in corners:
        if not (0 <= x <= size.width and 0 <= y <= size.height):
            raise BadRowError(f"the point {x:g}, {y:g} lies outside of the {size} picture")
        inside[min(int(y), size.height - 1), min(int(x), size.width - 1)] = True
    return Region(shape=mask_of(inside))


def _box(corners: tuple[XY, ...]) -> Region:
    """A box was drawn from any corner to the opposite one."""
    (ax, ay), (bx, by) = corners
    return regions.box(min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))


def _mask(shape: Record, corners: tuple[XY, ...], size: Size) -> Region:
    """A mask is a PNG in base64 whose first pixel is the first corner's and whose last is the
    second's.

    It is read as LabelMe does: a pixel above 0 is inside (it writes 0 and 1, others 0 and 255),
    whole numbers for corners cut the PNG to their box, and what leaves the picture is cut off.
    """
    try:
        data = base64.b64decode(text_of(shape, "mask"), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadRowError(f"the mask's base64 is broken: {error}") from None
    inside = open_image(data).pixels.max(axis=2) > 0
    (left, top), (right, bottom) = ((round(x), round(y)) for x, y in corners)
    if all(side == round(side) for corner in corners for side in corner):
        inside = inside[: max(bottom - top + 1, 0), : max(right - left + 1, 0)]
    height, width = inside.shape
    seen = inside[
        max(-top, 0) : max(size.height - top, 0), max(-left, 0) : max(size.width - left, 0)
    ]
    if not seen.any():
        raise BadRowError(f"the {width}x{height} mask at {left}, {top} has no pixel in {size}")
    whole = np.zeros((size.height, size.width), dtype=np.bool_)
    down, across = max(top, 0), max(left, 0)
    whole[down : down + seen.shape[0], across : across + seen.shape[1]] = seen
    return Region(shape=mask_of(whole))


def _num_shapes(file: Path) -> int:
    """A file is so many rows; where it is broken or empty it is one, to be told of."""
    try:
        return max(1, length_of(small_json(file), "shapes"))
    except (UsageError, SampleError):
        return 1
