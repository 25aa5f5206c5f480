"""Fields of records that nobody has checked before are read here: each is what it should be, or is
told.
"""

import difflib
import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from deixis.core import region as regions
from deixis.core import region_json
from deixis.core.errors import RegionError
from deixis.core.images import DEFAULT_LIMITS
from deixis.core.region import Region
from deixis.core.shapes import XY
from deixis.core.size import Size
from deixis.core.untrusted_text import shown as shown
from deixis.data.question_text import SLOT

Record: TypeAlias = Mapping[str, Any]  # Any: what JSON holds
LARGEST = 2**53  # beyond it a float is no longer exact


class BadRowError(Exception):
    """A row is bad for this reason; `RegionDataset.sample` adds which row it is."""


def record_of(value: object, what: str = "a row") -> Record:
    """The value has to be an object of names and values."""
    if not isinstance(value, dict):
        raise BadRowError(f"{what} is an object, got {shown(value)}")
    return value


def field_of(record: Record, name: str) -> Any:  # Any: what JSON holds
    """The field has to be there."""
    if name not in record:
        raise BadRowError(f"it has no {name!r}")
    return record[name]


def check_names(record: Record, known: Sequence[str]) -> None:
    """BadRowError tells of a field that is not among the known ones, with the nearest of them."""
    for name in record:
        if name not in known:
            near = difflib.get_close_matches(str(name), known, n=1, cutoff=0.5)
            hint = f"; did you mean {near[0]!r}?" if near else f": {', '.join(known)}"
            raise BadRowError(f"{shown(name)} is not one of its fields{hint}")


def text_of(record: Record, name: str) -> str:
    """The words have to be there; blanks around them are left out."""
    value = field_of(record, name)
    if not isinstance(value, str) or not value.strip():
        raise BadRowError(f"{name!r} is text, got {shown(value)}")
    return value.strip()


def list_of(record: Record, name: str) -> list[Any]:  # Any: what JSON holds
    """The field has to be a list, empty or not."""
    value = field_of(record, name)
    if not isinstance(value, list):
        raise BadRowError(f"{name!r} is a list, got {shown(value)}")
    return value


def whole_of(record: Record, name: str) -> int:
    """The field has to be a whole number."""
    return whole(field_of(record, name), name)


def whole(value: object, name: str) -> int:
    """A bare value has to be a whole number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value // 1:
        raise BadRowError(f"{name!r} is a whole number, got {shown(value)}")
    if abs(value) > LARGEST:
        raise BadRowError(f"{name!r} is within ±{LARGEST}, got {shown(value)}")
    return int(value)


def is_count(text: str, digits: int = 15) -> bool:
    """Whether text is 0, 1, 2 … in at most so many digits."""
    return text.isascii() and text.isdecimal() and len(text) <= digits


def place_of(record: Record, name: str, count: int) -> int:
    """The field has to be a place in a list of `count`."""
    value = whole_of(record, name)
    if not 0 <= value < count:
        raise BadRowError(f"{name!r} is within 0..{count - 1}, got {value}")
    return value


def id_of(record: Record, name: str = "id") -> str:
    """An id is written as a number or as text."""
    value = field_of(record, name)
    if isinstance(value, bool) or not isinstance(value, int | str) or value == "":
        raise BadRowError(f"{name!r} is a number or text, got {shown(value)}")
    return str(value)


def name_of(record: Record, otherwise: object) -> str:
    """A row calls itself by its `id` as text, whatever it is, or is called otherwise."""
    name = record.get("id", otherwise)
    return name if isinstance(name, str) else shown(name)


def numbers(value: object, count: int, what: str) -> list[float]:
    """The value has to be so many finite numbers."""
    if not isinstance(value, list) or len(value) != count:
        raise BadRowError(f"{what} is {count} numbers, got {shown(value)}")
    return [number(one, what) for one in value]


def number(value: object, what: str) -> float:
    """The value has to be a finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadRowError(f"{what} needs numbers, got {shown(value)}")
    try:
        found = float(value)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found):
        raise BadRowError(f"{what} needs finite numbers, got {shown(value)}")
    return found


def box_of(value: object, what: str = "a box", *, label: str | None = None) -> Region:
    """A box is written as left, top, right, bottom."""
    x0, y0, x1, y1 = numbers(value, 4, what)
    return regions.box(x0, y0, x1, y1, label=label)


def box_at(record: Record, *, label: str | None = None, keys: str = "x y width height") -> Region:
    """A box is written as left, top, width and height by their names."""
    x, y, width, height = (number(field_of(record, key), f"{key!r}") for key in keys.split())
    return regions.box_xywh(x, y, width, height, label=label)


def size_of(record: Record, width: str = "width", height: str = "height") -> Size:
    """A picture has to be of a size that can be opened: masks of it are made from this alone."""
    size = Size(width=whole_of(record, width), height=whole_of(record, height))
    limits = DEFAULT_LIMITS
    if max(size.width, size.height) > limits.max_side or size.area > limits.max_pixels:
        raise BadRowError(
            f"a picture of {size} is larger than what is opened: sides of {limits.max_side}, "
            f"{limits.max_pixels} pixels"
        )
    return size


def flat_ring(value: object) -> tuple[XY, ...]:
    """COCO writes corners as x, y, x, y …."""
    if not isinstance(value, list) or len(value) % 2 or not value:
        raise BadRowError(f"an outline is x, y, x, y …, got {shown(value)}")
    flat = [number(one, "an outline") for one in value]
    return tuple(zip(flat[::2], flat[1::2], strict=True))


def paired_ring(value: object) -> tuple[XY, ...]:
    """Corners are written as [x, y], [x, y] …."""
    if not isinstance(value, list):
        raise BadRowError(f"an outline is a list of points, got {shown(value)}")
    pairs = (numbers(one, 2, "a point") for one in value)
    return tuple((x, y) for x, y in pairs)


def regions_of(row: Record) -> dict[str, Region]:
    """A row's `regions` are names and regions' JSON (docs/region.schema.json)."""
    records = row.get("regions") or {}
    if not isinstance(records, dict):
        raise BadRowError("regions are an object of names and regions")
    for slot in records:
        if not SLOT.fullmatch(f"{{{slot}}}"):
            raise BadRowError(f"a slot is named by letters, digits and _, got {shown(slot)}")
    try:
        return {slot: region_json.from_record(record) for slot, record in records.items()}
    except RegionError as error:
        raise BadRowError(str(error)) from None
