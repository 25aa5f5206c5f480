"""How the bare and the bracketed conventions write numbers."""

from collections.abc import Sequence

from deixis.coordinates._frame import Frame, said_shape
from deixis.coordinates._records import said_numbers, said_record, said_records
from deixis.core.region import Region
from deixis.core.shapes import Point

BARE_KINDS = ("point", "box")


def said_lists(regions: Sequence[Region], frame: Frame, *, comma: str = ", ") -> str:
    """`[x0, y0, x1, y1]` for a box, `[x, y]` for a point."""
    return ", ".join(
        f"[{comma.join(_written(number, frame) for number in _numbers(region, frame))}]"
        for region in regions
    )


def said_objects(
    regions: Sequence[Region], frame: Frame, *, box_key: str, point_key: str, y_first: bool = False
) -> str:
    """A JSON list with one object for each region."""
    records: list[str] = []
    for region in regions:
        shape = said_shape(region, frame.size, BARE_KINDS)
        numbers = said_numbers(shape, frame)
        if y_first:
            numbers = tuple(numbers[i ^ 1] for i in range(len(numbers)))
        key = point_key if isinstance(shape, Point) else box_key
        records.append(said_record(key, numbers, region.label))
    return said_records(records)


def _numbers(region: Region, frame: Frame) -> Sequence[float]:
    return said_numbers(said_shape(region, frame.size, BARE_KINDS), frame)


def _written(number: float, frame: Frame) -> str:
    return f"{number:.{frame.decimals}f}"
