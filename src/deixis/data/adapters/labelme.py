"""LabelMe is a folder of .json, one a picture, beside it as a rule.

Frame: continuous pixels, as Deixis' own. A stroke is a `linestrip` (whose pen is read as 3 pixels
wide), a round ellipse a `circle`, text a shape's `description`; outlines of one label and one
`group_id` are parts of one region. A shape's `score` is what X-AnyLabeling writes, and LabelMe
keeps.
"""

import base64
import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, TypeAlias, final

from PIL import Image as PIL
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.images import picture_size
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.core.shapes import XY, Box, Ellipse, Point, Polygon, Stroke
from deixis.core.size import Size
from deixis.data.adapters.adapter import Adapter, Annotated, FormatCard, Loss, OnBad
from deixis.data.adapters.folders import new_folder
from deixis.data.adapters.glance import glance
from deixis.data.adapters.losses import LossTally
from deixis.data.adapters.outline_parts import joined_parts
from deixis.data.reading.bad_rows import BadRows
from deixis.data.reading.fields import (
    BadRowError,
    Record,
    list_of,
    number,
    record_of,
    shown,
    size_of,
    text_of,
)
from deixis.data.reading.json_stream import small_json
from deixis.data.reading.labelme_shapes import labelme_region
from deixis.data.reading.pictures import PictureFolders, is_outside

VERSION = "5.5.0"  # of LabelMe, whose fields are written
WIDTH = 3.0  # pixels of a stroke's pen, when it is read
Shape: TypeAlias = dict[str, Any]  # Any: what JSON holds


@final
class LabelMeFiles(Adapter):
    """LabelMe's shapes."""

    card: ClassVar[FormatCard] = FormatCard(
        title="LabelMe",
        origin="https://github.com/wkentaro/labelme",
        form="a folder of .json, or one of them",
        frame="pixels",
        kinds=("point", "box", "ellipse", "polygon", "stroke", "mask"),
        words=("label", "text", "score"),
        unlabelled="object",
        is_sized=True,
    )

    @classmethod
    @override
    def recognises(cls, path: Path) -> bool:
        first = next(iter(_files(path)), None)
        return first is not None and glance(first).has("shapes", "imagePath")

    @classmethod
    @override
    def read(
        cls, path: Path, *, images: Path | None = None, on_bad: OnBad | None = None
    ) -> Iterator[Annotated]:
        files = _files(path)
        if not files:
            raise UsageError(f"there is no .json in {str(path)!r}")
        root = path.parent if path.is_file() else path
        folders = PictureFolders(given=images, usual=(root,))
        for file in files:
            bad = BadRows(file, on_bad)
            with bad.left_out("all"):
                record = record_of(small_json(file), "the file")
                name, picture = _picture(text_of(record, "imagePath"), file, root, folders)
                size = _size(record, picture)
                regions = _regions(list_of(record, "shapes"), size, bad)
                yield Annotated(image=name, path=picture, size=size, regions=tuple(regions))

    @classmethod
    @override
    def write(cls, rows: Iterable[Annotated], path: Path) -> tuple[Loss, ...]:
        losses = LossTally()
        with new_folder(path) as folder:
            for held in losses.held(rows, cls.card):
                shapes = []
                for place, region in enumerate(held.regions, start=1):
                    where = f"{held.row.image}, region {place}"
                    shapes += _shapes(region, place, losses, where)
                whole: Shape = {
                    "version": VERSION,
                    "flags": {},
                    "shapes": shapes,
                    "imagePath": PurePosixPath(held.row.image.replace("\\", "/")).name,
                    "imageData": None,
                    "imageHeight": held.size.height,
                    "imageWidth": held.size.width,
                }
                content = json.dumps(whole, ensure_ascii=False, indent=1)
                folder.write(held.row.image, "", ".json", f"{content}\n")
        return losses.told()


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(path.rglob("*.json"))


def _picture(
    named: str, file: Path, root: Path, folders: PictureFolders
) -> tuple[str, Path | None]:
    """A picture's name is seen from its JSON, and Windows may have written it. It may lead out of
    the folder: then it is looked for by its last part, and only where pictures were said to be.
    """
    inner = PurePosixPath(named.replace("\\", "/"))
    below = file.parent.relative_to(root)
    name = str(below / inner)
    if not is_outside(str(inner)):
        if folders.given is not None and not (folders.given / name).is_file():
            return name, folders.find(str(inner))
        return name, folders.find(name)
    if folders.given is None:
        raise BadRowError(
            f"the image {shown(named)} lies outside of its folder; say where (images=, or --images)"
        )
    return inner.name, folders.find(inner.name)


def _size(record: Record, picture: Path | None) -> Size:
    """The oldest files do not say how large their pictures are."""
    if record.get("imageWidth") is None and picture is not None:
        return picture_size(picture)
    return size_of(record, "imageWidth", "imageHeight")


def _regions(shapes: list[Any], size: Size, bad: BadRows) -> list[Region]:  # Any: what JSON holds
    grouped: list[tuple[object, Region]] = []
    for place, one in enumerate(shapes, start=1):
        with bad.left_out(f"shape {place}"):
            shape = record_of(one, "a shape")
            grouped.append((shape.get("group_id"), _region(shape, size)))
    return joined_parts(grouped)


def _region(shape: Record, size: Size) -> Region:
    text, score = shape.get("description"), shape.get("score")
    return Region(
        shape=labelme_region(shape, size).shape,
        label=text_of(shape, "label"),
        text=text if isinstance(text, str) and text else None,
        score=None if score is None else number(score, "'score'"),
    )


def _shapes(region: Region, group: int, losses: LossTally, where: str) -> list[Shape]:
    shape = region.shape
    match shape:
        case Point():
            found = [_shape("point", [(shape.x, shape.y)])]
        case Box():
            found = [_shape("rectangle", [(shape.x0, shape.y0), (shape.x1, shape.y1)])]
        case Ellipse() if shape.rx == shape.ry:
            centre, edge = (shape.cx, shape.cy), (shape.cx + shape.rx, shape.cy)
            found = [_shape("circle", [centre, edge])]
        case Ellipse():
            losses.note("an ellipse that is not round was written as its outline", where)
            found = [_shape("polygon", ring) for ring in region.polygon().rings]
        case Polygon():
            found = [_shape("polygon", ring) for ring in shape.rings]
        case Stroke():
            if shape.width != WIDTH:
                losses.note(f"a stroke's width was left out, it is read as {WIDTH:g}", where)
            found = [_shape("linestrip", shape.points)]
        case Mask():
            found = [_mask(shape)]
    words: Shape = {"label": region.label, "description": region.text or ""}
    score = {} if region.score is None else {"score": region.score}
    group_id = group if len(found) > 1 else None
    return [{**words, **one, "group_id": group_id, "flags": {}, **score} for one in found]


def _shape(kind: str, corners: Iterable[XY]) -> Shape:
    return {"shape_type": kind, "points": [list(corner) for corner in corners], "mask": None}


def _mask(mask: Mask) -> Shape:
    box = mask.box()
    left, top, right, bottom = (int(side) for side in box.xyxy)
    inside = mask.to_array()[top:bottom, left:right]
    buffer = io.BytesIO()
    PIL.fromarray(inside.astype("uint8")).save(buffer, format="PNG")
    png = base64.b64encode(buffer.getvalue()).decode("ascii")
    return {**_shape("mask", [(left, top), (right - 1, bottom - 1)]), "mask": png}
