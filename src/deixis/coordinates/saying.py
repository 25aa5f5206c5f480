"""Dialects write numbers in bare lists and in JSON."""

from collections.abc import Iterable, Sequence

from deixis.coordinates.labels import json_label
from deixis.coordinates.number_scale import Number, NumberScale, said_shape
from deixis.core.region import Region
from deixis.core.shapes import Box, Point

BARE_KINDS = ("point", "box")


def said_lists(regions: Sequence[Region], scale: NumberScale, *, comma: str = ", ") -> str:
    """A box is said `[x0, y0, x1, y1]`, a point `[x, y]`."""
    return ", ".join(
        f"[{comma.join(_written(number, scale) for number in _numbers(region, scale))}]"
        for region in regions
    )


def said_record(key: str, numbers: Sequence[Number], label: str | None) -> str:
    """A JSON object has a list of numbers under its key, then the label."""
    listed = ", ".join(str(number) for number in numbers)
    said = json_label(label)
    return f'{{"{key}": [{listed}]' + (f', "label": {said}}}' if said else "}")


def said_records(records: Iterable[str]) -> str:
    """The objects are a JSON list."""
    return f"[{', '.join(records)}]"


def said_numbers(shape: object, scale: NumberScale) -> tuple[Number, ...]:
    """A box or a point has these numbers, x first."""
    if isinstance(shape, Point):
        return scale.said_point(shape)
    assert isinstance(shape, Box)
    return scale.said_box(shape)


def _numbers(region: Region, scale: NumberScale) -> Sequence[float]:
    return said_numbers(said_shape(region, scale.size, BARE_KINDS), scale)


def _written(number: float, scale: NumberScale) -> str:
    return f"{number:.{scale.decimals}f}"
