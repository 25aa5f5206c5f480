"""supervision's `Detections` become regions, and regions what `Detections` is made of.

Frame: pixels, as Deixis' own. A detection that has a mask is that mask, one that has a
turned box is its outline, others are boxes.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from deixis.core.errors import UsageError
from deixis.core.region import Region
from deixis.core.region_from import TURNED, detection_shape
from deixis.core.size import Size
from deixis.core.untrusted_text import shown

NAMES = "class_name"  # of `Detections.data`


def from_supervision(
    detections: Any,  # Any: supervision.Detections, which is not imported
    *,
    classes: Sequence[str] | Mapping[int, str] | None = None,
) -> list[Region]:
    """Each detection is a region: its mask or its box, its confidence, its class.

    A class is called as `detections.data["class_name"]` says, or by `classes`, or by its number.
    """
    corners = getattr(detections, "xyxy", None)
    if not isinstance(corners, np.ndarray) or corners.ndim != 2 or corners.shape[1] != 4:
        raise UsageError(f"detections is a supervision.Detections, got {shown(detections)}")
    masks, scores = detections.mask, detections.confidence
    turned = (getattr(detections, "data", None) or {}).get(TURNED)
    regions = []
    for place, xyxy in enumerate(corners):
        inside = None if masks is None else np.asarray(masks[place])
        is_masked = inside is not None and bool(inside.any())  # an empty one has no mask of its own
        regions.append(
            Region(
                shape=detection_shape(
                    xyxy, inside if is_masked else None, None if turned is None else turned[place]
                ),
                label=_label(detections, place, classes),
                score=None if scores is None else float(scores[place]),
            )
        )
    return regions


def to_supervision(
    regions: Iterable[Region], *, size: Size | None = None, classes: Sequence[str] | None = None
) -> dict[str, Any]:  # Any: the arguments of supervision.Detections
    """`supervision.Detections(**to_supervision(regions))` holds the regions.

    Boxes are those around them; with a picture's `size` their masks are there too. A class is a
    place in `classes`, which default to the labels in their order; `data["class_name"]` has them.
    Detections hold neither text nor source. Points have boxes without extent.
    """
    listed = list(regions)
    names = [region.label or "" for region in listed]
    known = list(classes) if classes is not None else list(dict.fromkeys(names))
    strange = sorted(set(names) - set(known))
    if strange:
        raise UsageError(f"classes are to hold every label, {shown(strange[0])} is not among them")
    corners = [region.box().xyxy for region in listed]
    scores = [1.0 if region.score is None else region.score for region in listed]
    has_scores = any(region.score is not None for region in listed)
    return {
        "xyxy": np.array(corners, dtype=np.float64).reshape(-1, 4),
        "mask": None if size is None else _masks(listed, size),
        "confidence": np.array(scores) if has_scores else None,
        "class_id": np.array([known.index(name) for name in names], dtype=np.int64),
        "data": {NAMES: np.array(names, dtype=np.str_)},
    }


def _label(
    detections: Any,  # Any: supervision.Detections
    place: int,
    classes: Sequence[str] | Mapping[int, str] | None,
) -> str | None:
    names = (getattr(detections, "data", None) or {}).get(NAMES)
    if names is not None:
        return str(names[place]) or None
    if detections.class_id is None:
        return None
    key = int(detections.class_id[place])
    if classes is None:
        return str(key)
    try:
        return classes[key]
    except (IndexError, KeyError):
        raise UsageError(f"classes have no name for {key}") from None


def _masks(regions: list[Region], size: Size) -> np.ndarray:
    whole = np.zeros((len(regions), size.height, size.width), dtype=np.bool_)
    for place, region in enumerate(regions):
        whole[place] = region.mask(size).to_array()
    return whole
