"""How much two regions have in common of what they cover together."""

import math
from collections.abc import Sequence

from deixis.core.convert import touches
from deixis.core.mask import Mask, intersection
from deixis.core.region import Region
from deixis.core.region_from import RegionLike, region_of
from deixis.core.shapes import Box, Point
from deixis.core.size import Size
from deixis.core.transform import crop


def iou(one: RegionLike, other: RegionLike) -> float:
    """Intersection over union, 0 to 1: the pixels in both divided by the pixels in either.

    Two boxes are measured exactly, other shapes by their pixels; beside a mask only its picture
    counts. What has no extent, as a point, overlaps nothing but itself.
    """
    regions = (region_of(one, name="one"), region_of(other, name="other"))
    first, second = regions[0].shape, regions[1].shape
    if first == second:
        return 1.0
    if isinstance(first, Point) or isinstance(second, Point):
        return 0.0
    if isinstance(first, Box) and isinstance(second, Box):
        return box_iou(first, second)
    masks = _masks(regions)
    shared = intersection(masks) if len(masks) == 2 else None
    if shared is None:
        return 0.0
    return shared.area / (masks[0].area + masks[1].area - shared.area)


def box_iou(one: Box, other: Box) -> float:
    """Two boxes share this part of what they cover together; 1 for the same one."""
    if one == other:
        return 1.0
    width = min(one.x1, other.x1) - max(one.x0, other.x0)
    height = min(one.y1, other.y1) - max(one.y0, other.y0)
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / (one.area + other.area - width * height)


def _masks(regions: Sequence[Region]) -> list[Mask]:
    """The regions as masks of one picture: a mask's own, or one just large enough for all. Those
    that lie outside of it are left out.
    """
    sizes = [region.shape.size for region in regions if isinstance(region.shape, Mask)]
    if sizes:
        size = sizes[0]
    else:
        boxes = [region.box() for region in regions]
        left, top = (
            math.floor(min(edge)) for edge in zip(*(b.xyxy[:2] for b in boxes), strict=True)
        )
        right, down = (
            math.ceil(max(edge)) for edge in zip(*(b.xyxy[2:] for b in boxes), strict=True)
        )
        size = Size(width=max(1, right - left), height=max(1, down - top))
        window = crop(size, left=left, top=top, after=size)
        regions = [window.region(region) for region in regions]
    return [region.mask(size) for region in regions if touches(region.box(), size)]
