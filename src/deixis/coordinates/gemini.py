"""Gemini: JSON in thousandths, y first, masks as pictures inside their boxes."""

import base64
import io
import math
import struct
import zlib
from collections.abc import Sequence
from typing import ClassVar, final

import numpy as np
from PIL import Image as PIL
from typing_extensions import override

from deixis.coordinates._convention import Convention, Quantum, Reading
from deixis.coordinates._frame import Frame, said_shape, whole_frame
from deixis.coordinates._records import RecordReader, said_numbers, said_record, said_records
from deixis.coordinates._words import json_label
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.core.shapes import Box, Point
from deixis.core.size import Size

PREFIX = "data:image/png;base64,"
PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
SIDE_LIMIT = 4096
ENCODED_LIMIT = 8_000_000
THRESHOLD = 127


@final
class Gemini(Convention):
    """`[{"box_2d": [417, 322, 571, 406], "label": "cup"}]`: y first, 0-1000 of the picture.

    Points stand under `point` as y, x. A mask is a greyscale PNG (inside above 127) stretched
    over its box, whose numbers are then rounded outwards: masks come back exactly, labels too.
    """

    kinds: ClassVar[tuple[str, ...]] = ("point", "box", "mask")
    summary: ClassVar[str] = "JSON box_2d / point / mask, y first, 0-1000 of the picture"

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        return said_records(_said(region, _frame(size)) for region in regions)

    @override
    def read(self, text: str, size: Size) -> Reading:
        def read_mask(written: str, box: Box) -> Mask | None:
            return _read_mask(written, box, size)

        reader = RecordReader(frame=_frame(size), y_first=True, read_mask=read_mask)
        reader.read(text)
        return reader.collected.reading()

    @override
    def quantum(self, size: Size) -> Quantum:
        return _frame(size).quantum()


def _frame(size: Size) -> Frame:
    return whole_frame(size, last=(1000.0, 1000.0))


def _said(region: Region, frame: Frame) -> str:
    shape = said_shape(region, frame.size, Gemini.kinds)
    if isinstance(shape, Mask):
        return _said_mask(shape, region.label, frame)
    numbers = said_numbers(shape, frame)
    key = "point" if isinstance(shape, Point) else "box_2d"
    return said_record(key, [numbers[i ^ 1] for i in range(len(numbers))], region.label)


def _said_mask(mask: Mask, label: str | None, frame: Frame) -> str:
    box = mask.box()
    x0, y0 = math.floor(box.x0 / frame.step[0]), math.floor(box.y0 / frame.step[1])
    x1, y1 = math.ceil(box.x1 / frame.step[0]), math.ceil(box.y1 / frame.step[1])
    outer = frame.box((x0, y0, min(x1, 1000), min(y1, 1000)))
    assert outer is not None
    left, top, right, bottom = _pixel_window(outer, frame.size)
    window = mask.to_array()[top:bottom, left:right]
    buffer = io.BytesIO()
    PIL.fromarray(window.astype(np.uint8) * 255).save(buffer, format="PNG")
    encoded = base64.b64encode(buffer.getvalue()).decode()
    said = json_label(label)
    return (
        f'{{"box_2d": [{y0}, {x0}, {min(y1, 1000)}, {min(x1, 1000)}], "mask": "{PREFIX}{encoded}"'
        + (f', "label": {said}}}' if said else "}")
    )


def _read_mask(written: str, box: Box, size: Size) -> Mask | None:
    """The mask of a data URL in its box; None for anything that is not a small, whole PNG."""
    picture = _open_png(written)
    if picture is None:
        return None
    left, top, right, bottom = _pixel_window(box, size)
    if picture.size != (right - left, bottom - top):
        picture = picture.resize((right - left, bottom - top), PIL.Resampling.BILINEAR)
    inside = np.zeros((size.height, size.width), dtype=np.bool_)
    inside[top:bottom, left:right] = np.asarray(picture) > THRESHOLD
    return Mask.from_array(inside) if inside.any() else None


def _open_png(written: str) -> PIL.Image | None:
    if not written.startswith(PREFIX) or len(written) > ENCODED_LIMIT:
        return None
    try:
        data = base64.b64decode(written[len(PREFIX) :], validate=True)
    except ValueError:
        return None
    if len(data) < 24 or not data.startswith(PNG_SIGNATURE):
        return None
    width, height = struct.unpack(">II", data[16:24])
    if not (1 <= width <= SIDE_LIMIT and 1 <= height <= SIDE_LIMIT):
        return None
    try:
        return PIL.open(io.BytesIO(data), formats=["PNG"]).convert("L")
    except (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error):
        return None  # all that Pillow raises for a broken PNG


def _pixel_window(box: Box, size: Size) -> tuple[int, int, int, int]:
    """The whole pixels of a box, at least one: left, top, right, bottom."""
    left = min(math.floor(box.x0 + 1e-6), size.width - 1)
    top = min(math.floor(box.y0 + 1e-6), size.height - 1)
    right = max(math.ceil(box.x1 - 1e-6), left + 1)
    bottom = max(math.ceil(box.y1 - 1e-6), top + 1)
    return (left, top, right, bottom)
