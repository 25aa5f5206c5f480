"""The list of masks that SAM's automatic mask generator gives becomes regions, and comes back.

Frame: pixels; `bbox` is x, y, width, height. A score is `predicted_iou`, which is cut to 1.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from deixis.core.errors import UsageError
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.core.untrusted_text import shown
from deixis.data.reading.coco import run_lengths
from deixis.data.reading.fields import BadRowError

SCORE = "predicted_iou"


def from_sam(masks: Any) -> list[Region]:  # Any: a list of SAM's own records, which is checked
    """Each record is a mask, whether `segmentation` is an array or run lengths."""
    if isinstance(masks, str | Mapping) or not isinstance(masks, Sequence):
        raise UsageError(f"masks are SAM's list of dicts, got {shown(masks)}")
    return [_region(one, place) for place, one in enumerate(masks)]


def to_sam(regions: Iterable[Region], size: Size) -> list[dict[str, Any]]:  # Any: SAM's records
    """The regions are SAM's records, with arrays; what they are called is not kept."""
    made = []
    for region in regions:
        mask = region.mask(size)
        box = mask.box()
        score = {} if region.score is None else {SCORE: region.score}
        made.append(
            {
                "segmentation": mask.to_array(),
                "area": mask.area,
                "bbox": [box.x0, box.y0, box.width, box.height],
                **score,
            }
        )
    return made


def _region(record: Any, place: int) -> Region:  # Any: one of SAM's records
    inside = record.get("segmentation") if isinstance(record, Mapping) else None
    score = record.get(SCORE) if isinstance(record, Mapping) else None
    return Region(
        shape=_mask(inside, place),
        score=None if score is None else min(max(float(score), 0.0), 1.0),
    )


def _mask(inside: object, place: int) -> Mask:
    if isinstance(inside, np.ndarray):
        return Mask.from_array(inside)
    sides = inside.get("size") if isinstance(inside, Mapping) else None
    if not isinstance(inside, Mapping) or not isinstance(sides, list | tuple) or len(sides) != 2:
        raise UsageError(
            f"masks[{place}]['segmentation'] is an array or run lengths, got {shown(inside)}"
        )
    size = Size(width=int(sides[1]), height=int(sides[0]))
    counts = inside.get("counts")
    text = counts.decode("ascii", "replace") if isinstance(counts, bytes) else counts
    try:
        return run_lengths({"size": list(sides), "counts": text}, size)
    except BadRowError as problem:
        raise UsageError(f"masks[{place}]: {problem}") from None
