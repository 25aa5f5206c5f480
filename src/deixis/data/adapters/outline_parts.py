"""Tools whose outlines are single rings tell by a group which of them are parts of one region."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from deixis.core.region import Region
from deixis.core.shapes import XY, Polygon


def joined_parts(grouped: Iterable[tuple[object, Region]]) -> list[Region]:
    """Outlines of one group and one label become one region, where the first of them stood."""
    found: list[Region] = []
    parts: dict[tuple[str, str | None], int] = {}
    for group, region in grouped:
        key = (str(group), region.label)
        if group in (None, "") or not isinstance(region.shape, Polygon):
            found.append(region)
        elif key in parts:
            first = found[parts[key]]
            assert isinstance(first.shape, Polygon)
            rings = (*first.shape.rings, *region.shape.rings)
            found[parts[key]] = replace(first, shape=Polygon(rings=rings))
        else:
            parts[key] = len(found)
            found.append(region)
    return found


def one_ring(rings: Sequence[Sequence[XY]]) -> list[XY]:
    """Several rings become one, that goes to each along a line and comes back on it."""
    whole = list(rings[0])
    for ring in rings[1:]:
        whole += [rings[0][0], *ring, ring[0]]
    return [*whole, rings[0][0]] if len(rings) > 1 else whole
