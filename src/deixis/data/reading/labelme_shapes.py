"""LabelMe's shapes are read as regions.

Frame: continuous pixels, as Deixis' own; a mask's corners are its first and its last pixel.
"""

import base64
import binascii
import math

import numpy as np

from deixis.core import region as regions
from deixis.core.images import open_image
from deixis.core.region import Region
from deixis.core.shapes import XY
from deixis.core.size import Size
from deixis.data.reading.coco import mask_of
from deixis.data.reading.fields import BadRowError, Record, list_of, paired_ring, shown, text_of

CORNERS = {"rectangle": 2, "circle": 2, "line": 2, "mask": 2, "point": 1, "oriented_rectangle": 4}


def labelme_region(shape: Record, size: Size) -> Region:
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
