"""Tags stand beside what they name, on free ground, with a line to it where they must stand off.

Where not all find free ground, all become smaller; where that does not help, a tag hides as little
of regions as it can. No step is left to chance.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from deixis.core.errors import NoRoomError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.marks.primitives import Window
from deixis.marks.tag import HEIGHTS, Tag, TagPlace, plate_size
from deixis.marks.tag_ground import Ground
from deixis.marks.tag_search import PlateSpot, spots_of

FULLEST = 0.65  # of the free ground; larger plates than that are not even tried
SMALLER = 0.08  # lines that a tag's being a size smaller is worth
CROSSING_LINE = 3  # lines, as many as one is worth that crosses something


def placed(
    tags: Sequence[Tag],
    size: Size,
    *,
    around: Sequence[Region] = (),
    image: Image | None = None,
) -> tuple[TagPlace, ...]:
    """Each tag gets a place; NoRoomError if there is no room for one.

    `around` are regions that have no tag, and are not to be covered either. On `image`, even ground
    is better.
    """
    if not tags:
        return ()
    regions = [*(tag.region for tag in tags), *around]
    sizes = _plate_sizes(tags, size)
    best: _Layout | None = None
    for number, plates in enumerate(sizes):
        price = SMALLER * number * len(tags)
        if best is not None and price >= best.cost:
            break
        ground = Ground(regions, size, plates[0].height, image)
        if number + 1 < len(sizes) and ground.filled_by(plates) > FULLEST:
            continue
        layout = _layout(tags, plates, ground)
        if layout is not None and (best is None or layout.cost + price < best.cost):
            best = layout._replace(cost=layout.cost + price)
    if best is not None:
        return best.places
    ends = [sizes[0], sizes[-1]][: len(sizes)]
    grounds = [Ground(regions, size, plates[0].height, image) for plates in ends]
    layouts = [
        _layout(tags, plates, ground, may_hide=True)
        for plates, ground in zip(ends, grounds, strict=True)
    ]
    possible = [layout for layout in layouts if layout is not None]
    if not possible:
        raise NoRoomError(
            f"no room is left for {len(tags)} tags in a {size} picture; ask about fewer regions "
            "at a time, or use a larger copy"
        )
    return min(possible, key=lambda layout: layout.num_hiding).places


class _Layout(NamedTuple):
    """All tags have places; what their lines cost, and how many hide regions."""

    places: tuple[TagPlace, ...]
    cost: float
    num_hiding: int


def _plate_sizes(tags: Sequence[Tag], size: Size) -> list[list[Size]]:
    """The tags' plates in each height that tells them from the one before, the usual one first."""
    sizes: list[list[Size]] = []
    for height in HEIGHTS:
        plates = [plate_size(tag.text, size, height) for tag in tags]
        if plates not in sizes:
            sizes.append(plates)
    return sizes


def _layout(
    tags: Sequence[Tag], plates: Sequence[Size], ground: Ground, *, may_hide: bool = False
) -> _Layout | None:
    """None where there is no room for all of them."""
    found = [spot for spot in spots_of(plates, ground, may_hide=may_hide) if spot is not None]
    if len(found) < len(tags):
        return None
    cost = sum((spot.line is not None) + CROSSING_LINE * spot.crosses for spot in found)
    places = tuple(_place(spot, plate, ground) for spot, plate in zip(found, plates, strict=True))
    return _Layout(places, cost, sum(spot.hides for spot in found))


def _place(spot: PlateSpot, plate: Size, ground: Ground) -> TagPlace:
    left, top = spot.column * ground.cell, spot.row * ground.cell
    window = Window(left=left, top=top, right=left + plate.width, bottom=top + plate.height)
    if spot.line is None:
        return TagPlace(plate=window, hides=spot.hides)
    high, wide = ground.size.height, ground.size.width
    ends = np.clip(spot.line * ground.cell, 0, (high, wide)).tolist()
    (y0, x0), (y1, x1) = ends
    return TagPlace(plate=window, line=((x0, y0), (x1, y1)), hides=spot.hides)
