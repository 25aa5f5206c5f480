"""Moondream writes objects with named edges, 0 to 1."""

from collections.abc import Sequence
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.number_scale import NumberScale, said_shape, whole_scale
from deixis.coordinates.plain_forms import LISTS, RECORDS, PlainForm, edge_records
from deixis.coordinates.plain_lists import ListDialect
from deixis.coordinates.saying import BARE_KINDS, said_numbers, said_records
from deixis.core.region import Region
from deixis.core.size import Size

EDGES = ("x_min", "y_min", "x_max", "y_max")


@final
class MoondreamDialect(ListDialect):
    """`[{"x_min": 0.3219, "y_min": 0.4167, "x_max": 0.4063, "y_max": 0.5708}]`, points as x, y.

    0-1 of the picture, said with four decimals, read with any. Its answers are the dictionaries of
    its `detect` and `point`, printed. No place for labels; those of JSON are read.
    """

    plain: ClassVar[tuple[PlainForm, ...]] = (
        edge_records(EDGES, '"'),
        edge_records(EDGES, "'"),
        RECORDS,
        LISTS,
    )
    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "objects x_min, y_min, x_max, y_max or x, y; 0-1 of the picture"

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return said_records(_said(region, self.scale(size)) for region in regions)

    @override
    def scale(self, size: Size) -> NumberScale:
        return whole_scale(size, last=(1.0, 1.0), decimals=4)


def _said(region: Region, scale: NumberScale) -> str:
    numbers = said_numbers(said_shape(region, scale.size, MoondreamDialect.kinds), scale)
    names = ("x", "y") if len(numbers) == 2 else EDGES
    fields = (f'"{name}": {number:.4f}' for name, number in zip(names, numbers, strict=True))
    return f"{{{', '.join(fields)}}}"
