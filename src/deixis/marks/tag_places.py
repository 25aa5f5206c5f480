"""Tags go in their regions or beside them, within the picture, never on another tag.

Greedy, the smallest region first, since it has the least room: the first free one of its places.
"""

import math
from collections.abc import Iterator, Sequence

from deixis.core.errors import NoRoomError
from deixis.core.shapes import XY
from deixis.core.size import Size
from deixis.marks.place import MarkPlace
from deixis.marks.primitives import Window
from deixis.marks.tag import Tag, plate_size

MOST_COVERED = 0.25  # of a region's box, up to which a plate may lie in it
GAP = 1  # pixels between plates


def placed(tags: Sequence[Tag], size: Size) -> tuple[Window, ...]:
    """Each tag gets a plate; NoRoomError if there is no room for one."""
    places = [MarkPlace.of(tag.region, size) for tag in tags]
    hearts = [place.heart for place in places]
    found: dict[int, Window] = {}
    smallest_first = sorted(range(len(tags)), key=lambda i: _area(places[i]))
    for index in smallest_first:
        others = [heart for i, heart in enumerate(hearts) if i != index]
        plate = plate_size(tags[index].text, size)
        free = [
            window
            for window in _candidates(places[index], plate, size)
            if not any(_meet(window, other) for other in found.values())
        ]
        chosen = next((w for w in free if not any(_holds(w, heart) for heart in others)), None)
        if chosen is None:  # better on the middle of another region than nowhere
            chosen = next(iter(free), None)
        if chosen is None:
            raise NoRoomError(
                f"no room is left for the tag {tags[index].text!r} in a {size} picture with "
                f"{len(tags)} tags; ask about fewer regions at a time, or use a larger copy"
            )
        found[index] = chosen
    return tuple(found[index] for index in range(len(tags)))


def _candidates(place: MarkPlace, plate: Size, size: Size) -> Iterator[Window]:
    """Places within the picture come, the best first: in the region, in its corners, beside it, and
    then wherever, by the distance from its middle.
    """
    box, wide, high = place.box, plate.width, plate.height
    x, y = place.heart
    middle = (x - wide / 2, y - high / 2)
    fits = wide <= box.width and high <= box.height
    if fits and plate.area <= MOST_COVERED * _area(place):
        if all(place.holds(*corner) for corner in _corners(middle, plate)):
            yield from _within(middle, plate, size)
        for left in (box.x0, box.x1 - wide):
            for top in (box.y0, box.y1 - high):
                yield from _within((left, top), plate, size)
    for top in (box.y0 - high - GAP, box.y1 + GAP):
        for left in (box.x0, box.x1 - wide, middle[0]):
            yield from _within((left, top), plate, size)
    for left in (box.x1 + GAP, box.x0 - wide - GAP):
        for top in (box.y0, box.y1 - high, middle[1]):
            yield from _within((left, top), plate, size)
    yield from _anywhere(middle, plate, size)


def _anywhere(middle: XY, plate: Size, size: Size) -> Iterator[Window]:
    """A raster of plates goes over the picture, the nearest first."""
    step_x, step_y = plate.width + GAP, plate.height + GAP
    lefts = [*range(0, size.width - plate.width + 1, step_x), size.width - plate.width]
    tops = [*range(0, size.height - plate.height + 1, step_y), size.height - plate.height]

    def away(corner: tuple[int, int]) -> float:
        return (corner[0] - middle[0]) ** 2 + (corner[1] - middle[1]) ** 2

    for left, top in sorted(((left, top) for left in lefts for top in tops), key=away):
        yield _window(left, top, plate)


def _within(corner: XY, plate: Size, size: Size) -> Iterator[Window]:
    left, top = math.floor(corner[0] + 0.5), math.floor(corner[1] + 0.5)
    if 0 <= left <= size.width - plate.width and 0 <= top <= size.height - plate.height:
        yield _window(left, top, plate)


def _window(left: int, top: int, plate: Size) -> Window:
    return Window(left=left, top=top, right=left + plate.width, bottom=top + plate.height)


def _corners(corner: XY, plate: Size) -> Iterator[XY]:
    for x in (corner[0], corner[0] + plate.width):
        for y in (corner[1], corner[1] + plate.height):
            yield x, y


def _meet(one: Window, two: Window) -> bool:
    apart_x = one.left >= two.right + GAP or two.left >= one.right + GAP
    return not (apart_x or one.top >= two.bottom + GAP or two.top >= one.bottom + GAP)


def _holds(window: Window, place: XY) -> bool:
    return window.left <= place[0] < window.right and window.top <= place[1] < window.bottom


def _area(place: MarkPlace) -> float:
    return place.box.width * place.box.height
