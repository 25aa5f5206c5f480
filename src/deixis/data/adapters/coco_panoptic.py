"""COCO's panoptic form is one JSON file, and beside it a folder of PNGs of the same name whose
colours say which segment a pixel belongs to.

Frame: pixels. A pixel belongs to one segment: where regions overlap the later one is seen. A crowd
has the source "coco:crowd", as in `coco`.
"""

import io
import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, ClassVar, TypeAlias, final

import numpy as np
from jaxtyping import Int64
from PIL import Image as PIL
from typing_extensions import override

from deixis.core.files import make_folder, write_text
from deixis.core.mask import Mask, uncovered
from deixis.core.region import Region
from deixis.data.adapters.adapter import Adapter, Annotated, FormatCard, Loss, OnBad
from deixis.data.adapters.coco import (
    CROWD,
    SEGMENTS,
    by_picture,
    coco_folders,
    image_record,
    is_coco,
)
from deixis.data.adapters.folders import new_folder, stem_of
from deixis.data.adapters.glance import first_of
from deixis.data.adapters.losses import LossTally, Writable
from deixis.data.reading.bad_rows import BadRows
from deixis.data.reading.coco import CocoIndex, Picture, mask_of, picture_of, segment_numbers
from deixis.data.reading.fields import Record as Fields
from deixis.data.reading.fields import list_of, record_of, text_of, whole_of
from deixis.data.reading.pictures import PictureFolders, picture_in

Record: TypeAlias = dict[str, Any]  # Any: what JSON holds


@final
class CocoPanopticFiles(Adapter):
    """COCO's panoptic segments."""

    card: ClassVar[FormatCard] = FormatCard(
        title="COCO panoptic",
        origin="https://cocodataset.org/#format-data",
        form="a .json and a folder of PNGs of its name",
        frame="pixels",
        kinds=("mask",),
        words=("label",),
        unlabelled="object",
        is_sized=True,
    )

    @classmethod
    @override
    def recognises(cls, path: Path) -> bool:
        return is_coco(path) and first_of(path, SEGMENTS, b'"segmentation"') == SEGMENTS

    @classmethod
    @override
    def read(
        cls, path: Path, *, images: Path | None = None, on_bad: OnBad | None = None
    ) -> Iterator[Annotated]:
        bad, folders = BadRows(path, on_bad), coco_folders(path, "panoptic", images)
        index = CocoIndex.open(path, key="image_id", with_crowds=True)
        order, keys = by_picture(index, bad)
        with index.annotations.opened() as file:
            for place in range(len(index.pictures)):
                with bad.left_out(f"image {place + 1}"):
                    record = record_of(index.pictures.row(place), "an image")
                    key = whole_of(record, "id")
                    rows = order[slice(*np.searchsorted(keys, [key, key + 1]))]
                    yield _read(index, picture_of(record), rows, file, folders, bad)

    @classmethod
    @override
    def write(cls, rows: Iterable[Annotated], path: Path) -> tuple[Loss, ...]:
        losses = LossTally()
        images: list[Record] = []
        annotations: list[Record] = []
        categories: dict[str, int] = {}
        with new_folder(path.with_suffix("")) as folder:
            for held in losses.held(rows, cls.card, sources=(CROWD,)):
                images.append(image_record(held, len(images) + 1))
                numbers, segments = _segments(held, categories, losses)
                if not segments:
                    continue
                png = _png(numbers)
                folder.write(held.row.image, "", ".png", png)
                name = f"{stem_of(held.row.image)}.png"
                annotations.append(
                    {"image_id": len(images), "file_name": name, "segments_info": segments}
                )
            whole = {
                "images": images,
                "annotations": annotations,
                "categories": [
                    {"id": key, "name": name, "isthing": 1} for name, key in categories.items()
                ],
            }
        make_folder(path.parent)
        write_text(path, json.dumps(whole, ensure_ascii=False))
        return losses.told()


def _read(
    index: CocoIndex,
    picture: Picture,
    rows: Int64[np.ndarray, " row"],
    file: BinaryIO,
    folders: PictureFolders,
    bad: BadRows,
) -> Annotated:
    found: list[Region] = []
    for place in rows.tolist():
        with bad.left_out(f"annotation {place + 1}"):
            entry = record_of(index.annotations.row_in(file, place), "an annotation")
            inner = bad.file.with_suffix("")
            maps = inner if inner.is_dir() else bad.file.parent.parent / bad.file.stem
            png = picture_in(maps, text_of(entry, "file_name"))
            numbers = segment_numbers(png, picture.size)
            segments = [record_of(one, "a segment") for one in list_of(entry, "segments_info")]
            found += [_segment(index, one, numbers) for one in segments]
    return Annotated(
        image=picture.file_name,
        path=folders.find(picture.file_name),
        size=picture.size,
        regions=tuple(found),
    )


def _segment(index: CocoIndex, one: Fields, numbers: np.ndarray) -> Region:
    return Region(
        shape=mask_of(numbers == whole_of(one, "id")),
        label=index.label(one),
        source=CROWD if one.get("iscrowd") else None,
    )


def _segments(
    held: Writable, categories: dict[str, int], losses: LossTally
) -> tuple[Int64[np.ndarray, "height width"], list[Record]]:
    numbers = np.zeros((held.size.height, held.size.width), np.int64)
    masks = [region.shape for region in held.regions if isinstance(region.shape, Mask)]
    segments: list[Record] = []
    for place, (region, seen) in enumerate(zip(held.regions, uncovered(masks), strict=True), 1):
        where = f"{held.row.image}, region {place}"
        if seen is None:
            losses.note("a region wholly under later ones was left out", where)
            continue
        if seen != region.shape:
            losses.note("pixels of a region under a later one were left out", where)
        box = seen.box()
        numbers[seen.to_array()] = place
        segments.append(
            {
                "id": place,
                "category_id": categories.setdefault(region.label or "", len(categories) + 1),
                "iscrowd": int(region.source == CROWD),
                "bbox": [box.x0, box.y0, box.width, box.height],
                "area": seen.area,
            }
        )
    return numbers, segments


def _png(numbers: Int64[np.ndarray, "height width"]) -> bytes:
    colours = np.stack([numbers % 256, numbers // 256 % 256, numbers // 65_536], axis=2)
    buffer = io.BytesIO()
    PIL.fromarray(colours.astype(np.uint8)).save(buffer, format="PNG")
    return buffer.getvalue()
