"""SAM's masks are a .json a picture: SA-1B's object of `image` and `annotations`, or the list that
the automatic mask generator writes (`scripts/amg.py --convert-to-rle`), named like its picture.

Frame: pixels; `bbox` is x, y, width, height, and run lengths go down the columns. A region's score
is `predicted_iou`, which is cut to 1 (the network's estimate may pass it); masks have no names.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Any, ClassVar, TypeAlias, final

from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.data.adapters.adapter import Adapter, Annotated, FormatCard, Loss, OnBad
from deixis.data.adapters.folders import new_folder
from deixis.data.adapters.glance import glance
from deixis.data.adapters.losses import LossTally
from deixis.data.reading.bad_rows import BadRows
from deixis.data.reading.coco import coco_region
from deixis.data.reading.fields import (
    BadRowError,
    field_of,
    list_of,
    number,
    numbers,
    record_of,
    size_of,
    text_of,
)
from deixis.data.reading.json_stream import small_json
from deixis.data.reading.pictures import PictureFolders, first_there

MARK = "predicted_iou"
ENDINGS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif")
Record: TypeAlias = dict[str, Any]  # Any: what JSON holds


@final
class Sam(Adapter):
    """The masks of Segment Anything."""

    card: ClassVar[FormatCard] = FormatCard(
        title="Segment Anything (SA-1B)",
        origin="https://github.com/facebookresearch/segment-anything#dataset",
        form="a folder of .json, or one of them",
        frame="pixels",
        kinds=("mask",),
        words=("score",),
        is_sized=True,
    )

    @classmethod
    @override
    def recognises(cls, path: Path) -> bool:
        first = next(iter(_files(path)), None)
        if first is None:
            return False
        seen = glance(first)
        inner = seen.names.get("image")
        is_listed = isinstance(inner, dict) and "file_name" in inner and seen.has("annotations")
        return is_listed or seen.first_has("", "segmentation", MARK)

    @classmethod
    @override
    def read(
        cls, path: Path, *, images: Path | None = None, on_bad: OnBad | None = None
    ) -> Iterator[Annotated]:
        files = _files(path)
        if not files:
            raise UsageError(f"there is no .json in {str(path)!r}")
        root = path if path.is_dir() else path.parent
        folders = PictureFolders(given=images, usual=(root,))
        for file in files:
            bad = BadRows(file, on_bad)
            with bad.left_out("all"):
                record = small_json(file)
                below = file.parent.relative_to(root)
                if isinstance(record, list):
                    name = _beside(file, below, root, images)
                    size, masks = _first_size(record), record
                else:
                    about = record_of(field_of(record_of(record), "image"), "'image'")
                    name = str(below / text_of(about, "file_name"))
                    size, masks = size_of(about), list_of(record, "annotations")
                found = tuple(_regions(masks, size, bad))
                yield Annotated(image=name, path=folders.find(name), size=size, regions=found)

    @classmethod
    @override
    def write(cls, rows: Iterable[Annotated], path: Path) -> tuple[Loss, ...]:
        losses = LossTally()
        with new_folder(path) as folder:
            for key, held in enumerate(losses.held(rows, cls.card), start=1):
                size = held.size
                about = {
                    "image_id": key,
                    "width": size.width,
                    "height": size.height,
                    "file_name": PurePosixPath(held.row.image.replace("\\", "/")).name,
                }
                masks = [_record(region, place) for place, region in enumerate(held.regions, 1)]
                content = json.dumps({"image": about, "annotations": masks})
                folder.write(held.row.image, "", ".json", content)
        return losses.told()


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else sorted(path.rglob("*.json"))


def _beside(file: Path, below: Path, root: Path, images: Path | None) -> str:
    """A list of masks does not name its picture, which is called like it."""
    names = [str(below / f"{file.stem}{ending}") for ending in ENDINGS]
    found = first_there(*((images or root) / name for name in names))
    if found is None:
        raise BadRowError(f"there is no picture {file.stem!r} beside it, nor in images=")
    return str(below / found.name)


def _first_size(masks: list[Any]) -> Size:  # Any: what JSON holds
    if not masks:
        raise BadRowError("it has no mask, and does not say how large its picture is")
    runs = record_of(field_of(record_of(masks[0], "a mask"), "segmentation"), "'segmentation'")
    height, width = numbers(field_of(runs, "size"), 2, "a mask's size")
    return size_of({"width": width, "height": height})


def _regions(masks: list[Any], size: Size, bad: BadRows) -> Iterator[Region]:
    for place, one in enumerate(masks, start=1):
        with bad.left_out(f"mask {place}"):
            yield sam_region(record_of(one, "a mask"), size)


def sam_region(
    record: Mapping[str, Any],  # Any: what JSON holds
    size: Size,
) -> Region:
    """One of SAM's records is a region."""
    score = record.get(MARK)
    return Region(
        shape=coco_region(record, size).shape,
        score=None if score is None else min(max(number(score, f"{MARK!r}"), 0.0), 1.0),
    )


def _record(region: Region, key: int) -> Record:
    assert isinstance(region.shape, Mask)
    size, box = region.shape.size, region.shape.box()
    score = {} if region.score is None else {MARK: region.score}
    return {
        "id": key,
        "segmentation": {"size": [size.height, size.width], "counts": region.shape.counts},
        "bbox": [box.x0, box.y0, box.width, box.height],
        "area": region.shape.area,
        **score,
    }
