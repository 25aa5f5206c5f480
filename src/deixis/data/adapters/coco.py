"""COCO's instances are one JSON file: `images`, `annotations` and `categories`.

Frame: continuous pixels, as Deixis' own; `bbox` is x, y, width, height; run lengths go down the
columns. A crowd, which is no single thing, has the source "coco:crowd", and is written as one.
"""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, TypeAlias, final

import numpy as np
from jaxtyping import Int64
from typing_extensions import override

from deixis.core.files import make_folder, write_text
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.core.shapes import Box, Polygon
from deixis.core.size import Size
from deixis.data.adapters.adapter import Adapter, Annotated, FormatCard, Loss, OnBad
from deixis.data.adapters.glance import first_of, glance
from deixis.data.adapters.losses import LossTally, Writable
from deixis.data.reading.bad_rows import BadRows, in_row
from deixis.data.reading.coco import CocoIndex, coco_region, picture_of
from deixis.data.reading.fields import BadRowError, name_of, number, record_of, whole_of
from deixis.data.reading.pictures import PictureFolders

CROWD = "coco:crowd"
Record: TypeAlias = dict[str, Any]  # Any: what JSON holds


@final
class CocoFiles(Adapter):
    """COCO's instances."""

    card: ClassVar[FormatCard] = FormatCard(
        title="COCO instances",
        origin="https://cocodataset.org/#format-data",
        form="a .json",
        frame="pixels",
        kinds=("box", "polygon", "mask"),
        words=("label", "score"),
        unlabelled="object",
        is_sized=True,
    )

    @classmethod
    @override
    def recognises(cls, path: Path) -> bool:
        return is_coco(path) and first_of(path, *KINDS) != SEGMENTS

    @classmethod
    @override
    def read(
        cls, path: Path, *, images: Path | None = None, on_bad: OnBad | None = None
    ) -> Iterator[Annotated]:
        bad, folders = BadRows(path, on_bad), coco_folders(path, "instances", images)
        index = CocoIndex.open(path, key="image_id", with_crowds=True)
        order, keys = by_picture(index, bad)
        with index.annotations.opened() as file:
            for place in range(len(index.pictures)):
                with bad.left_out(f"image {place + 1}"):
                    record = record_of(index.pictures.row(place), "an image")
                    picture, key = picture_of(record), whole_of(record, "id")
                    found = folders.find(picture.file_name)
                    rows = order[slice(*np.searchsorted(keys, [key, key + 1]))]
                    regions = tuple(_regions(index, rows, file, picture.size, bad))
                    yield Annotated(
                        image=picture.file_name, path=found, size=picture.size, regions=regions
                    )

    @classmethod
    @override
    def write(cls, rows: Iterable[Annotated], path: Path) -> tuple[Loss, ...]:
        losses = LossTally()
        images: list[Record] = []
        annotations: list[Record] = []
        categories: dict[str, int] = {}
        for held in losses.held(rows, cls.card, sources=(CROWD,)):
            images.append(image_record(held, len(images) + 1))
            for region in held.regions:
                category = categories.setdefault(region.label or "", len(categories) + 1)
                annotations.append(
                    {
                        "id": len(annotations) + 1,
                        "image_id": len(images),
                        "category_id": category,
                        **_annotation(region, held.size),
                    }
                )
        whole = {
            "images": images,
            "annotations": annotations,
            "categories": [{"id": key, "name": name} for name, key in categories.items()],
        }
        make_folder(path.parent)
        write_text(path, json.dumps(whole, ensure_ascii=False))
        return losses.told()


SEGMENTS = b'"segments_info"'
KINDS = (SEGMENTS, b'"bbox"', b'"segmentation"')


def is_coco(path: Path) -> bool:
    """Whether a file lists pictures as COCO does, and annotations of them."""
    seen = glance(path)
    if not (seen.has("images") or seen.has("annotations")):
        return False
    pictures = seen.first_has("images", "id", "file_name") or not seen.names.get("images")
    things = seen.first_has("annotations", "image_id") or not seen.names.get("annotations")
    return pictures and things and first_of(path, b'"categories"') is not None


def coco_folders(file: Path, kind: str, images: Path | None) -> PictureFolders:
    """The pictures of a published file lie in these folders."""
    name, folder = file.stem.removeprefix(f"{kind}_"), file.parent
    usual = (folder.parent / name, folder / name, folder / "images", folder.parent / "images")
    others = [one for one in (*usual, folder) if one != file.with_suffix("")]  # panoptic maps
    return PictureFolders(given=images, usual=others)


def by_picture(
    index: CocoIndex, bad: BadRows
) -> tuple[Int64[np.ndarray, " annotation"], Int64[np.ndarray, " annotation"]]:
    """The annotations' places and pictures, sorted by these. Those without their picture are one
    bad row, as they may be most of a file whose pictures are some of another's.
    """
    stray = np.flatnonzero(~np.isin(index.keys, index.picture_keys))
    if stray.size:
        with bad.left_out(f"annotation {int(stray[0]) + 1}"):
            more = f" (nor those of {stray.size - 1} more annotations)" if stray.size > 1 else ""
            key = int(index.keys[stray[0]])
            raise BadRowError(f"there is no picture {key} in the list of images{more}")
    order = np.argsort(index.keys, kind="stable").astype(np.int64)
    return order, index.keys[order]


def image_record(held: Writable, key: int) -> Record:
    """A picture is listed so."""
    size = held.size
    return {"id": key, "file_name": held.row.image, "width": size.width, "height": size.height}


def _regions(
    index: CocoIndex,
    rows: Int64[np.ndarray, " row"],
    file: BinaryIO,
    size: Size,
    bad: BadRows,
) -> Iterator[Region]:
    for place in rows.tolist():
        with bad.left_out(f"annotation {place + 1}"):
            record = record_of(index.annotations.row_in(file, place), "an annotation")
            with in_row(str(bad.file), f"annotation {name_of(record, place + 1)}"):
                where = coco_region(record, size)
                score = record.get("score")
                yield Region(
                    shape=where.shape,
                    label=index.label(record),
                    score=None if score is None else number(score, "'score'"),
                    source=CROWD if record.get("iscrowd") else None,
                )


def _annotation(region: Region, size: Size) -> Record:
    shape, box = region.shape, region.box()
    area: float
    match shape:
        case Mask():
            segmentation: object = {
                "size": [shape.size.height, shape.size.width],
                "counts": shape.counts,
            }
            area = shape.area
        case Polygon():
            segmentation = [[side for corner in ring for side in corner] for ring in shape.rings]
            area = region.mask(size).area
        case Box():
            segmentation, area = [], shape.area
        case _:
            raise AssertionError("its card names what it holds")
    score = {} if region.score is None else {"score": region.score}
    return {
        "segmentation": segmentation,
        "bbox": [box.x0, box.y0, box.width, box.height],
        "area": area,
        "iscrowd": int(region.source == CROWD),
        **score,
    }
