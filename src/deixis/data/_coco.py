"""COCO's way to write regions, used by several data sets."""

from collections.abc import Mapping

import numpy as np

from deixis.core import region as regions
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.core.shapes import Polygon
from deixis.core.size import Size
from deixis.data._fields import (
    BadRowError,
    Record,
    field_of,
    flat_ring,
    numbers,
    shown,
    whole,
)

SHORTEST = 6  # numbers of an outline; shorter ones cover nothing


def coco_region(record: Record, size: Size, *, label: str | None = None) -> Region:
    """An annotation's segmentation, or its `bbox` where it has none."""
    segmentation = record.get("segmentation")
    if isinstance(segmentation, dict):
        return Region(shape=run_lengths(segmentation, size), label=label)
    if isinstance(segmentation, list):
        found = outlines(segmentation)
        if found is not None:
            return Region(shape=found, label=label)
    elif segmentation is not None:
        raise BadRowError(f"a segmentation is outlines or run lengths, got {shown(segmentation)}")
    x, y, width, height = numbers(field_of(record, "bbox"), 4, "'bbox'")
    return regions.box_xywh(x, y, width, height, label=label)


def outlines(flat: list[object]) -> Polygon | None:
    """x, y, x, y … of each part, None where no part is long enough."""
    rings = tuple(flat_ring(ring) for ring in flat if not _is_short(ring))
    return Polygon(rings=rings) if rings else None


def run_lengths(record: Record, size: Size) -> Mask:
    """COCO's mask: compressed, or as a list of lengths; it has to be of the picture's size."""
    height, width = numbers(field_of(record, "size"), 2, "a mask's size")
    if (width, height) != (size.width, size.height):
        raise BadRowError(f"the mask is {width:g}x{height:g}, the picture {size}")
    counts = field_of(record, "counts")
    if isinstance(counts, str):
        return Mask(size=size, counts=counts)
    if not isinstance(counts, list):
        raise BadRowError(f"a mask's counts are text or a list, got {shown(counts)}")
    lengths = [whole(count, "counts") for count in counts]
    if min(lengths, default=-1) < 0 or sum(lengths) != size.area:
        raise BadRowError(f"a mask's counts are ≥ 0 and sum to {size.area}")
    return Mask.from_runs(size=size, runs=lengths)


def label_of(names: Mapping[int, str], record: Record, key: str = "category_id") -> str:
    """A category's name."""
    category = whole(field_of(record, key), key)
    if category not in names:
        raise BadRowError(f"there is no category {category}")
    return names[category]


def mask_of(inside: np.ndarray) -> Mask:
    """The mask of some pixels; BadRowError where there are none."""
    if not inside.any():
        raise BadRowError("its mask has no pixel")
    return Mask.from_array(inside)


def _is_short(ring: object) -> bool:
    return isinstance(ring, list) and len(ring) < SHORTEST
