"""Label Studio's export is a JSON list of tasks, each with its picture, annotations and results.

Frame: percent of the picture's width and height; a rectangle is turned by `rotation` degrees,
clockwise, around its left top corner, an ellipse around its middle; a brush is a packed picture, of
which what is painted at all is inside. Numbers of pixels are rounded to a billionth, so that what
was written comes back the same. Results of one `id` are one region: a `textarea` is its text. All
annotations that were not cancelled are read, or the predictions where there are none.
"""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar, TypeAlias, final
from urllib.parse import parse_qs, quote, unquote, urlsplit

import numpy as np
from typing_extensions import override

from deixis.core import region as regions
from deixis.core.files import make_folder, write_text
from deixis.core.images import picture_size
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.core.shapes import XY, Box, Ellipse, Point, Polygon
from deixis.core.size import Size
from deixis.data.adapters.adapter import Adapter, Annotated, FormatCard, Loss, OnBad
from deixis.data.adapters.cvat import turned
from deixis.data.adapters.glance import glance
from deixis.data.adapters.losses import LossTally
from deixis.data.adapters.outline_parts import one_ring
from deixis.data.adapters.regions import numbered, own_folders
from deixis.data.reading.bad_rows import BadRows
from deixis.data.reading.coco import mask_of
from deixis.data.reading.fields import (
    BadRowError,
    Record,
    field_of,
    list_of,
    number,
    paired_ring,
    record_of,
    shown,
    size_of,
)
from deixis.data.reading.pictures import PictureFolders, is_there
from deixis.data.reading.rle_pack import CHANNELS, packed, unpacked

DIGITS = 9
UPLOADED = re.compile(r"[0-9a-f]{8}-(?=.)")  # what an upload's name begins with
PLACED = ("rectangle", "polygon", "ellipse", "keypoint", "brush")
POINT = 0.5  # percent of the width: how large a key point is shown
Result: TypeAlias = dict[str, Any]  # Any: what JSON holds


@final
class LabelStudio(Adapter):
    """Label Studio's results."""

    card: ClassVar[FormatCard] = FormatCard(
        title="Label Studio",
        origin="https://labelstud.io/guide/export#Label-Studio-JSON-format-of-annotated-tasks",
        form="a .json that is a list of tasks",
        frame="percent of the picture",
        kinds=("point", "box", "ellipse", "polygon", "mask"),
        words=("label", "text", "score"),
        is_sized=True,
    )

    @classmethod
    @override
    def recognises(cls, path: Path) -> bool:
        seen = glance(path)
        return seen.first_has("", "data", "annotations") or seen.first_has(
            "", "data", "predictions"
        )

    @classmethod
    @override
    def read(
        cls, path: Path, *, images: Path | None = None, on_bad: OnBad | None = None
    ) -> Iterator[Annotated]:
        bad, folders = BadRows(path, on_bad), own_folders(path, images)
        for row, read in numbered(path):
            with bad.left_out(f"task {row}"):
                task = record_of(read(), "a task")
                name, picture = _picture(record_of(field_of(task, "data")), folders)
                results = [record_of(one, "a result") for one in _results(task)]
                size = _size(results, task, picture)
                found = tuple(_regions(results, bad, row))
                yield Annotated(image=name, path=picture, size=size, regions=found)

    @classmethod
    @override
    def write(cls, rows: Iterable[Annotated], path: Path) -> tuple[Loss, ...]:
        losses = LossTally()
        tasks = []
        for key, held in enumerate(losses.held(rows, cls.card), start=1):
            results: list[Result] = []
            for place, region in enumerate(held.regions, start=1):
                where = f"{held.row.image}, region {place}"
                results += _told(region, held.size, f"{key}-{place}", losses, where)
            url = f"/data/local-files/?d={quote(held.row.image)}"
            size = {"width": held.size.width, "height": held.size.height}
            tasks.append(
                {
                    "id": key,
                    "data": {"image": url},
                    "meta": size,
                    "annotations": [{"id": key, "was_cancelled": False, "result": results}],
                }
            )
        make_folder(path.parent)
        write_text(path, json.dumps(tasks, ensure_ascii=False))
        return losses.told()


def _results(task: Record) -> list[Any]:  # Any: what JSON holds
    given = task.get("annotations") or task.get("predictions") or []
    if not isinstance(given, list):
        raise BadRowError(f"'annotations' are a list, got {shown(given)}")
    whole = [record_of(one, "an annotation") for one in given]
    return [
        one for each in whole if not each.get("was_cancelled") for one in list_of(each, "result")
    ]


def _picture(data: Record, folders: PictureFolders) -> tuple[str, Path | None]:
    """A task's picture is the only address among its data; what an upload put before its name is
    left out, where the picture is not called so.
    """
    likely = [data.get(name) for name in ("image", "img", "url")]
    url = next((one for one in (*likely, *data.values()) if isinstance(one, str) and one), None)
    if url is None:
        raise BadRowError("its data name no picture")
    name = picture_name(url)
    plain = str(Path(name).with_name(UPLOADED.sub("", Path(name).name)))
    if "/upload/" not in url or folders.given is None or is_there(folders.given / name):
        return name, folders.find(name)
    return plain, folders.find(plain)


def picture_name(url: str) -> str:
    """An address becomes a picture's name: of a local file its path, of others the last part."""
    parts = urlsplit(url)
    local = parse_qs(parts.query).get("d")
    if local:
        return local[0]
    if parts.scheme or url.startswith("/"):
        return unquote(parts.path).rpartition("/")[2]
    return url


def _size(results: list[Record], task: Record, picture: Path | None) -> Size | None:
    """The results say how large their picture is, or our own `meta`, or the picture."""
    for one in results:
        if "original_width" in one:
            return size_of(one, "original_width", "original_height")
    meta = task.get("meta")
    if isinstance(meta, dict) and "width" in meta and "height" in meta:
        return size_of(meta)
    return None if picture is None else picture_size(picture)


def _regions(results: list[Record], bad: BadRows, row: int) -> Iterator[Region]:
    """Results of one id are one region: where it is, what it is called, what is written there."""
    by_id: dict[str, list[Record]] = {}
    for place, one in enumerate(results, start=1):
        by_id.setdefault(str(one.get("id", f"result {place}")), []).append(one)
    for key, same in by_id.items():
        with bad.left_out(f"task {row}, result {key:.60}"):
            placed = next((one for one in same if _kind(one) is not None), None)
            if placed is None and not any("original_width" in one for one in same):
                continue  # a choice or a rating of the whole picture
            if placed is None:
                raise BadRowError(f"a result of the type {shown(same[0].get('type'))} is not read")
            yield _region(placed, same)


def _kind(one: Record) -> str | None:
    kind = str(one.get("type", "")).removesuffix("labels")
    return kind if kind in PLACED else None


def _region(placed: Record, same: list[Record]) -> Region:
    if placed.get("image_rotation"):
        raise BadRowError("a picture that was turned (image_rotation) is not read")
    size = size_of(placed, "original_width", "original_height")
    values = [record_of(field_of(one, "value"), "'value'") for one in same]
    labels = [
        str(name)
        for value in values
        for field, names in value.items()
        if field.endswith("labels") and isinstance(names, list)
        for name in names
    ]
    texts = [text for value in values for text in _texts(value.get("text"))]
    scores = [one["score"] for one in same if one.get("score") is not None]
    return Region(
        shape=_shape(str(_kind(placed)), record_of(placed["value"]), size).shape,
        label=labels[0] if labels else None,
        text="\n".join(texts) if texts else None,
        score=number(scores[0], "'score'") if scores else None,
    )


def _texts(text: object) -> list[str]:
    if isinstance(text, str):
        return [text]
    return [one for one in text if isinstance(one, str)] if isinstance(text, list) else []


def _shape(kind: str, value: Record, size: Size) -> Region:
    across, down = size.width / 100, size.height / 100
    if kind == "polygon":
        ring = paired_ring(field_of(value, "points"))
        return regions.polygon([_rounded(x * across, y * down) for x, y in ring])
    if kind == "brush":
        if value.get("format", "rle") != "rle":
            raise BadRowError(f"a brush of the format {shown(value['format'])} is not read")
        flat = unpacked(list_of(value, "rle"), size.area * CHANNELS)
        return Region(shape=mask_of(flat.reshape(size.height, size.width, CHANNELS)[:, :, 3] > 0))
    x, y = _rounded(_number(value, "x") * across, _number(value, "y") * down)
    turn = _number(value, "rotation") if value.get("rotation") else 0.0
    if kind == "keypoint":
        return regions.point(x, y)
    if kind == "ellipse":
        rx, ry = _rounded(_number(value, "radiusX") * across, _number(value, "radiusY") * down)
        return regions.ellipse(x, y, rx, ry, angle=turn)
    width, height = _number(value, "width") * across, _number(value, "height") * down
    right, bottom = _rounded(x + width, y + height)
    if not turn:
        return regions.box(x, y, right, bottom)
    corners = [(x, y), (right, y), (right, bottom), (x, bottom)]
    return regions.polygon([_rounded(*one) for one in turned(corners, turn, (x, y))])


def _number(value: Record, name: str) -> float:
    return number(field_of(value, name), f"{name!r}")


def _rounded(x: float, y: float) -> XY:
    return round(x, DIGITS), round(y, DIGITS)


def _told(region: Region, size: Size, key: str, losses: LossTally, where: str) -> Iterator[Result]:
    if isinstance(region.shape, Polygon) and len(region.shape.rings) > 1:
        losses.note("parts of an outline were joined by lines without width", where)
    kind, value = _value(region, size)
    about = {
        "id": key,
        "from_name": "label",
        "to_name": "image",
        "original_width": size.width,
        "original_height": size.height,
        "image_rotation": 0,
    }
    score = {} if region.score is None else {"score": region.score}
    named = {} if region.label is None else {f"{kind}labels": [region.label]}
    first = kind if region.label is None else f"{kind}labels"
    yield {**about, "type": first, "value": {**value, **named}, **score}
    if region.text is not None:
        text = {**value, "text": [region.text]}
        yield {**about, "from_name": "text", "type": "textarea", "value": text}


def _value(region: Region, size: Size) -> tuple[str, Result]:
    shape = region.shape
    across, down = 100 / size.width, 100 / size.height
    match shape:
        case Point():
            return "keypoint", {"x": shape.x * across, "y": shape.y * down, "width": POINT}
        case Box():
            return "rectangle", {
                "x": shape.x0 * across,
                "y": shape.y0 * down,
                "width": shape.width * across,
                "height": shape.height * down,
                "rotation": 0,
            }
        case Ellipse():
            return "ellipse", {
                "x": shape.cx * across,
                "y": shape.cy * down,
                "radiusX": shape.rx * across,
                "radiusY": shape.ry * down,
                "rotation": shape.angle,
            }
        case Polygon():
            points = [[x * across, y * down] for x, y in one_ring(shape.rings)]
            return "polygon", {"points": points, "closed": True}
        case Mask():
            painted = np.repeat(shape.to_array().ravel(), CHANNELS).astype(np.uint8) * 255
            return "brush", {"format": "rle", "rle": packed(painted)}
    raise AssertionError("its card names what it holds")
