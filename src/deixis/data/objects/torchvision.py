"""torchvision's targets and predictions, dicts of tensors or arrays, become regions and come back.

Frame: `boxes` are x0, y0, x1, y1 in pixels, as Deixis' own; `masks` are N x H x W of inside or not,
or N x 1 x H x W of how sure a model is.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from deixis.core.errors import UsageError
from deixis.core.mask import Mask
from deixis.core.region import Region, box
from deixis.core.size import Size
from deixis.core.untrusted_text import shown


def from_torchvision(
    target: Any,  # Any: a mapping of tensors or arrays, which is checked
    *,
    classes: Sequence[str] | Mapping[int, str] | None = None,
    threshold: float = 0.5,
) -> list[Region]:
    """Each row of a target or a prediction is a region: its mask, or its box.

    A class is called by `classes`, or by its number. `threshold` says from which value on a pixel
    of a mask that is not boolean is inside.
    """
    if not isinstance(target, Mapping) or ("boxes" not in target and "masks" not in target):
        raise UsageError(f"target is a dict of boxes, labels, masks, scores; got {shown(target)}")
    columns = {name: _array(target[name]) for name in target if name in COLUMNS}
    lengths = {name: len(column) for name, column in columns.items()}
    if len(set(lengths.values())) > 1:
        raise UsageError(f"target has as many rows in each of its fields, got {lengths}")
    count = next(iter(lengths.values()))
    return [_region(columns, place, classes, threshold) for place in range(count)]


def to_torchvision(
    regions: Iterable[Region], *, size: Size | None = None, classes: Sequence[str] | None = None
) -> dict[str, np.ndarray]:
    """The regions are arrays `boxes`, `labels`, `scores` where all have one, and with a picture's
    `size` `masks`: `{name: torch.from_numpy(one) for name, one in ….items()}` is a target.

    Labels are places in `classes`, which default to "" for the background, and then the labels in
    their order. Text and source are not kept.
    """
    listed = list(regions)
    names = [region.label or "" for region in listed]
    known = list(classes) if classes is not None else list(dict.fromkeys(["", *names]))
    strange = sorted(set(names) - set(known))
    if strange:
        raise UsageError(f"classes are to hold every label, {shown(strange[0])} is not among them")
    corners = [region.box().xyxy for region in listed]
    made: dict[str, np.ndarray] = {
        "boxes": np.array(corners, dtype=np.float32).reshape(-1, 4),
        "labels": np.array([known.index(name) for name in names], dtype=np.int64),
    }
    if listed and all(region.score is not None for region in listed):
        made["scores"] = np.array([region.score for region in listed], dtype=np.float32)
    if size is not None:
        masks = [region.mask(size).to_array() for region in listed]
        shape = (len(listed), size.height, size.width)
        made["masks"] = np.array(masks, dtype=np.uint8).reshape(shape)
    return made


COLUMNS = ("boxes", "labels", "masks", "scores")


def _array(value: Any) -> np.ndarray:  # Any: a tensor or an array
    """Tensors give arrays by themselves, wherever they lie."""
    for step in ("detach", "cpu"):
        value = getattr(value, step)() if hasattr(value, step) else value
    return np.asarray(value)


def _region(
    columns: Mapping[str, np.ndarray],
    place: int,
    classes: Sequence[str] | Mapping[int, str] | None,
    threshold: float,
) -> Region:
    masks, boxes = columns.get("masks"), columns.get("boxes")
    inside = None
    if masks is not None:
        one = masks[place][0] if masks.ndim == 4 else masks[place]
        inside = (
            one if one.dtype == np.bool_ else one >= (threshold if one.dtype.kind == "f" else 1)
        )
    if inside is not None and inside.any():
        shape: Any = Mask.from_array(inside)  # Any: one of two shapes
    elif boxes is not None:
        shape = box(*(float(side) for side in boxes[place])).shape
    else:
        raise UsageError(f"target's mask {place} has no pixel, and there are no boxes")
    scores, labels = columns.get("scores"), columns.get("labels")
    return Region(
        shape=shape,
        label=None if labels is None else _name(int(labels[place]), classes),
        score=None if scores is None else float(scores[place]),
    )


def _name(key: int, classes: Sequence[str] | Mapping[int, str] | None) -> str | None:
    if classes is None:
        return str(key)
    try:
        return classes[key] or None
    except (IndexError, KeyError):
        raise UsageError(f"classes have no name for {key}") from None
