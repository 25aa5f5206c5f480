"""Gemini writes JSON in thousandths, y first, and masks as pictures inside their boxes."""

import base64
import io
import math
import struct
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, final

import numpy as np
from jaxtyping import Bool
from PIL import Image as PIL
from typing_extensions import override

from deixis.coordinates.dialect import ScaledDialect
from deixis.coordinates.groups import Budget, Grammar, Group, GroupedRecord, ToldPiece
from deixis.coordinates.labels import json_label
from deixis.coordinates.number_scale import NumberScale, said_shape, whole_scale
from deixis.coordinates.plain_forms import LISTS, RECORDS, PlainForm
from deixis.coordinates.saying import said_numbers, said_record, said_records
from deixis.coordinates.values import Words
from deixis.core.convert import Shape
from deixis.core.errors import ImageError
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.core.shapes import Box, Point, Polygon
from deixis.core.size import Size
from deixis.core.spans import joined

PREFIX = "data:image/png;base64,"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SIDE_LIMIT = 4096
ENCODED_LIMIT = 8_000_000
THRESHOLD = 127


@final
class GeminiDialect(ScaledDialect):
    """`[{"box_2d": [417, 322, 571, 406], "label": "cup"}]`: y first, 0-1000 of the picture.

    Points stand under `point` as y, x. A mask is a greyscale PNG (inside above 127) stretched
    over its box, whose numbers are then rounded outwards: masks come back exactly, labels too.
    """

    kinds: ClassVar[tuple[str, ...]] = ("point", "box", "mask")
    grammar: ClassVar[Grammar] = Grammar(lists=True)
    y_first: ClassVar[bool] = True
    plain: ClassVar[tuple[PlainForm, ...]] = (RECORDS, LISTS)
    summary: ClassVar[str] = "JSON box_2d / point / mask, y first, 0-1000 of the picture"

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return said_records(_said(region, self.scale(size)) for region in regions)

    @override
    def told_together(
        self, record: GroupedRecord, size: Size, budget: Budget
    ) -> list[ToldPiece] | None:
        """A box and the mask in it are one region: a picture in the box, or an outline, whose
        numbers are x first and of the whole picture.
        """
        boxes = [group for group in record.groups if group.form != "outline"]
        outlines = [group for group in record.groups if group.form == "outline"]
        mask = record.fields.get("mask")
        if len(boxes) != 1 or not (outlines or isinstance(mask, Words)):
            return None
        box = ToldPiece(what=self.shape(boxes[0], size), start=record.start, end=record.end)
        if not isinstance(box.what, Box):
            return [box, *(replace(box, what="a mask without its box") for _ in outlines)]
        if outlines:
            return [replace(box, what=self._outline(outlines, size))]
        assert isinstance(mask, Words)
        if not mask.value.strip():
            return [box]
        found = _mask_in(mask.value, box.what, size, budget)
        if found is not None:
            return [replace(box, what=found)]
        begin = mask.start if mask.inner is None else mask.inner
        end = mask.end if mask.inner is None else mask.end - 1
        return [
            box,
            ToldPiece(what="no mask that can be read: a small PNG is", start=begin, end=end),
        ]

    def _outline(self, outlines: Sequence[Group], size: Size) -> Shape | str:
        shapes = [self.scale(size).shape(group, outline=True) for group in outlines]
        wrong = next((shape for shape in shapes if isinstance(shape, str)), None)
        if wrong is not None:
            return f"its mask: {wrong}"
        polygons = [shape for shape in shapes if isinstance(shape, Polygon)]
        return Polygon(rings=tuple(ring for one in polygons for ring in one.rings))

    @override
    def ordered(self, group: Group) -> Group:
        """Boxes and points are y first, outlines x first."""
        return group if group.form == "outline" else super().ordered(group)

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1000.0, 1000.0))


def _said(region: Region, scale: NumberScale) -> str:
    shape = said_shape(region, scale.size, GeminiDialect.kinds)
    if isinstance(shape, Mask):
        return _said_mask(shape, region.label, scale)
    numbers = said_numbers(shape, scale)
    key = "point" if isinstance(shape, Point) else "box_2d"
    return said_record(key, [numbers[i ^ 1] for i in range(len(numbers))], region.label)


def _said_mask(mask: Mask, label: str | None, scale: NumberScale) -> str:
    box = mask.box()
    x0, y0 = math.floor(box.x0 / scale.step[0]), math.floor(box.y0 / scale.step[1])
    x1, y1 = math.ceil(box.x1 / scale.step[0]), math.ceil(box.y1 / scale.step[1])
    outer = Box(
        x0=x0 * scale.step[0],
        y0=y0 * scale.step[1],
        x1=min(min(x1, 1000) * scale.step[0], scale.size.width),
        y1=min(min(y1, 1000) * scale.step[1], scale.size.height),
    )
    left, top, right, bottom = _pixel_window(outer, scale.size)
    window = mask.to_array()[top:bottom, left:right]
    buffer = io.BytesIO()
    PIL.fromarray(window.astype(np.uint8) * 255).save(buffer, format="PNG")
    encoded = base64.b64encode(buffer.getvalue()).decode()
    said = json_label(label)
    return (
        f'{{"box_2d": [{y0}, {x0}, {min(y1, 1000)}, {min(x1, 1000)}], "mask": "{PREFIX}{encoded}"'
        + (f', "label": {said}}}' if said else "}")
    )


def _mask_in(written: str, box: Box, size: Size, budget: Budget) -> Mask | None:
    """A data URL has a mask in its box; None for anything that is not a small, whole PNG, and where
    the answer's masks have too many pixels in all.
    """
    data = _png_of(written)
    if data is None:
        return None
    window = _pixel_window(box, size)
    width, height = struct.unpack(">II", data[16:24])
    if not (1 <= width <= SIDE_LIMIT and 1 <= height <= SIDE_LIMIT):
        return None
    if not budget.take(width * height + (window[2] - window[0]) * (window[3] - window[1])):
        return None
    try:
        inside = _stretched(data, Size(width=width, height=height), window)
    except ImageError:
        return None
    return _placed(inside, window, size) if inside.any() else None


def _png_of(written: str) -> bytes | None:
    if len(written) > ENCODED_LIMIT:
        return None
    try:
        data = base64.b64decode(written.removeprefix(PREFIX), validate=True)
    except ValueError:
        return None
    return data if len(data) >= 24 and data.startswith(PNG_SIGNATURE) else None


def _stretched(
    data: bytes, size: Size, window: tuple[int, int, int, int]
) -> Bool[np.ndarray, "height width"]:
    """A PNG of this size lies over a window of the picture, inside or not."""
    left, top, right, bottom = window
    try:
        with PIL.open(io.BytesIO(data), formats=["PNG"]) as picture:
            if picture.size != (size.width, size.height):
                raise ImageError("the PNG tells two sizes")
            grey = picture.convert("L")
    except ImageError:
        raise
    except Exception as error:  # on hostile bytes Pillow raises whatever its code runs into
        raise ImageError("the PNG cannot be decoded") from error
    if grey.size != (right - left, bottom - top):
        grey = grey.resize((right - left, bottom - top), PIL.Resampling.BILINEAR)
    return np.asarray(np.asarray(grey) > THRESHOLD)


def _placed(
    inside: Bool[np.ndarray, "height width"], window: tuple[int, int, int, int], size: Size
) -> Mask:
    """A window's pixels are a mask in a picture of this size, in time of the window alone."""
    edged = np.pad(inside, ((1, 1), (0, 0))).T  # column by column
    columns, rows = np.nonzero(edged[:, 1:] != edged[:, :-1])
    changes = (window[0] + columns) * size.height + window[1] + rows
    return Mask.from_spans(size=size, spans=joined(changes[::2], changes[1::2]))


def _pixel_window(box: Box, size: Size) -> tuple[int, int, int, int]:
    """A box covers these whole pixels, at least one: left, top, right, bottom."""
    left = min(math.floor(box.x0 + 1e-6), size.width - 1)
    top = min(math.floor(box.y0 + 1e-6), size.height - 1)
    right = max(math.ceil(box.x1 - 1e-6), left + 1)
    bottom = max(math.ceil(box.y1 - 1e-6), top + 1)
    return (left, top, right, bottom)
