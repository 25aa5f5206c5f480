"""A region may be written as people have it: four numbers, COCO's record, a mask, a detection."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias, cast, runtime_checkable

import numpy as np

from deixis.core import given, region_json
from deixis.core import region as regions
from deixis.core.arrays import ArrayLike, array_of
from deixis.core.convert import Shape
from deixis.core.errors import RegionError
from deixis.core.mask import Mask
from deixis.core.region import KINDS, Region
from deixis.core.size import Size, SizeLike, size_of

SHORTEST = 6  # numbers of an outline; COCO's shorter ones cover nothing
TURNED = "xyxyxyxy"  # of a detection's data: the corners of a box that does not stand upright
ROW = 6  # values of a detection as supervision's Detections gives it in a loop
EXPECTED = (
    "a Region, a box's four numbers (x0, y0, x1, y1), a point's two, points of an outline, COCO's "
    "annotation or segmentation, a boolean mask, or one row of supervision's Detections"
)


@runtime_checkable
class Detections(Protocol):
    """Some detections as supervision holds them; one row of them is a region."""

    xyxy: Any  # Any: arrays, one row for each detection
    mask: Any
    confidence: Any
    data: Any

    def __len__(self) -> int:
        """As many were found."""
        ...


RegionLike: TypeAlias = (
    Region | Shape | Sequence[Any] | Mapping[str, Any] | ArrayLike | Detections  # Any: numbers
)


@runtime_checkable
class HasRegions(Protocol):
    """What was answered, read or found holds regions."""

    @property
    def regions(self) -> tuple[Region, ...]:
        """The regions, in its order."""
        ...


RegionsLike: TypeAlias = RegionLike | Iterable[RegionLike] | Mapping[str, RegionLike] | HasRegions


def region_of(value: object, *, size: SizeLike | None = None, name: str = "region") -> Region:
    """A region is made of whatever says where: see `EXPECTED`. Numbers are pixels.

    `size` is the picture's, for a mask to be checked against. `name` is what messages call it.
    """
    if isinstance(value, Region):
        return value
    found = _region_of(value, name)
    if size is not None and isinstance(found.shape, Mask):
        picture = size_of(size)
        if found.shape.size != picture:
            raise RegionError(
                f"{name} is a mask of the picture's {picture}, got one of {found.shape.size}"
            )
    return found


def regions_of(values: object, *, name: str = "regions") -> tuple[Region, ...]:
    """Some regions: a list of whatever `region_of` takes, a dict of them by their names, one alone,
    all rows of Detections, or those of an answer, a reading or what was found.
    """
    if isinstance(values, Region):
        return (values,)
    if isinstance(values, Mapping):
        return tuple(
            region_of(one, name=f"{name}[{key!r}]").named(label=given.text("a region's name", key))
            for key, one in values.items()
        )
    held = values if isinstance(values, type) else getattr(values, "regions", values)
    array = array_of(held)
    listed = given.some(name, held if array is None else array, "a list of regions")
    return tuple(region_of(one, name=f"{name}[{at}]") for at, one in enumerate(listed))


def _region_of(value: object, name: str) -> Region:
    if type(value) in KINDS:
        return Region(shape=cast(Shape, value))
    if isinstance(value, Mapping):
        return _from_record(value, name)
    array = array_of(value)
    if array is not None:
        return _from_array(array, name)
    if isinstance(value, Detections) and not isinstance(value, type):
        return _from_detections(value, name)
    if isinstance(value, list | tuple):
        return _from_list(value, name)
    raise given.refused(name, EXPECTED, value)


def _from_array(array: np.ndarray, name: str) -> Region:
    if array.ndim == 3 and array.shape[0] == 1:
        array = array[0]  # SAM's, a mask of several
    is_mask = array.dtype == np.bool_ or (array.dtype == np.uint8 and array.shape[-1] > 4)
    if array.ndim == 2 and is_mask:
        return regions.mask(array)
    if array.ndim == 2 and array.shape[0] == 1:
        array = array[0]
    if array.ndim in (1, 2) and array.dtype.kind in "iuf":
        return _from_list(array.tolist(), name)
    raise given.refused(name, EXPECTED, array)


def _from_list(values: Sequence[Any], name: str) -> Region:
    if len(values) == ROW and isinstance(values[-1], Mapping):
        return _from_row(values[0], values[1], values[2], values[-1], name=name)
    flat = not any(isinstance(one, list | tuple | Mapping) for one in values)
    if flat and len(values) == 4:
        return regions.box(*values)
    if flat and len(values) == 2:
        return regions.point(*values)
    rings = [one for one in values if isinstance(one, list | tuple)]
    if not rings or len(rings) != len(values):
        raise given.refused(name, EXPECTED, list(values))
    if len(rings) >= 3 and all(len(ring) == 2 for ring in rings):
        return regions.polygon(rings)
    return _from_outlines(rings, name)


def _from_outlines(rings: Sequence[Sequence[Any]], name: str) -> Region:
    """COCO writes each outline as x, y, x, y …; too short ones cover nothing."""
    if any(len(ring) % 2 for ring in rings):
        raise RegionError(f"{name} is outlines of x, y, x, y …, got one of an odd length")
    kept = [ring for ring in rings if len(ring) >= SHORTEST]
    if not kept:
        raise RegionError(f"{name} is outlines of {SHORTEST} numbers or more, got shorter ones")
    return regions.polygon(*(list(zip(ring[::2], ring[1::2], strict=True)) for ring in kept))


def _from_record(record: Mapping[str, Any], name: str) -> Region:
    if "kind" in record:
        return region_json.from_record(dict(record))
    if "counts" in record and "size" in record:
        return Region(shape=_run_lengths(record, name))
    segmentation, box, score = (record.get(key) for key in ("segmentation", "bbox", "score"))
    if isinstance(segmentation, Mapping):
        shape: Shape = _run_lengths(segmentation, name)
    elif isinstance(segmentation, list | tuple) and segmentation:
        if not all(isinstance(ring, list | tuple) for ring in segmentation):
            raise given.refused(f"{name}'s segmentation", "a list of outlines", segmentation)
        shape = _from_outlines(segmentation, name).shape
    elif box is not None:
        shape = regions.box(box, format="xywh").shape
    else:
        raise given.refused(name, EXPECTED, record)
    return Region(shape=shape, score=score)


def _run_lengths(record: Mapping[str, Any], name: str) -> Mask:
    """COCO writes a mask of [height, width], compressed or as a list of lengths."""
    sides, counts = record.get("size"), record.get("counts")
    if not isinstance(sides, list | tuple) or len(sides) != 2:
        raise given.refused(f"{name}'s size", "COCO's [height, width]", sides)
    height, width = (given.whole(f"{name}'s size", side) for side in sides)
    size = Size(width=width, height=height)
    if isinstance(counts, bytes):
        counts = counts.decode("latin-1")
    if isinstance(counts, str):
        return Mask(size=size, counts=counts)
    if not isinstance(counts, list | tuple):
        raise given.refused(f"{name}'s counts", "COCO's text or list of run lengths", counts)
    runs = [given.whole(f"{name}'s counts", count) for count in counts]
    return Mask.from_runs(size=size, runs=runs)


def _from_detections(found: Detections, name: str) -> Region:
    if len(found) != 1:
        raise RegionError(
            f"{name} is one row of Detections, got {len(found)}; "
            "take detections[0], or one after another in a loop"
        )
    first = {
        key: None if column is None else column[0]
        for key, column in (("mask", found.mask), ("confidence", found.confidence))
    }
    data = {key: column[0] for key, column in dict(found.data or {}).items() if len(column) == 1}
    return _from_row(found.xyxy[0], first["mask"], first["confidence"], data, name=name)


def detection_shape(xyxy: Any, mask: Any, turned: Any) -> Shape:  # Any: arrays
    """A detection is its mask, or else its turned box, or else its box; None is what it lacks."""
    if mask is not None:
        return Mask.from_array(mask)
    return regions.box(xyxy).shape if turned is None else regions.polygon(turned).shape


def _from_row(
    xyxy: Any,
    mask: Any,
    confidence: Any,
    data: Mapping[str, Any],
    *,
    name: str,  # Any: arrays
) -> Region:
    label = data.get("class_name")
    return Region(
        shape=detection_shape(xyxy, mask, data.get(TURNED)),
        label=None if label is None else str(label),
        score=None if confidence is None else given.number(f"{name}'s confidence", confidence),
    )
