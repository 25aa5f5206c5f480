"""What a picture of things shows, before any pixel: drawings and signs on stuff.

Frame: the picture's side is 4096, x to the right, y down. Everything is a whole number, so the plan
is the same on every machine, and the same at every size in pixels.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias, final

import numpy as np

from deixis.core.portable_rng import Draws
from deixis_lab.things.art import Art
from deixis_lab.things.artists import artist_named
from deixis_lab.things.drawings import Drawing
from deixis_lab.things.frequencies import Frequencies
from deixis_lab.things.grounds import ground
from deixis_lab.things.names import ThingName, thing_named
from deixis_lab.things.splits import ThingSplit
from deixis_lab.things.svg import EXTENT, FRAME_PARTS, INSIDE
from deixis_lab.world.colours import INKS
from deixis_lab.world.plan import (
    SIDE,
    Extent,
    PlannedSign,
    PlannedStuff,
    ground_bands,
    hides,
    sign_extent,
    turned,
)
from deixis_lab.world.words import random_letters

SMALLEST = 25  # percent of the picture's side that a thing's longer side has, if there is room
LARGEST_OF = {1: 64, 2: 54, 3: 46, 4: 40, 5: 36}  # by things in all
LARGEST_OF_MANY = 32
CROWDED = 20  # percent: no thing is smaller
SHRUNK = 84  # percent of the size that found no place
MAX_TURN, MAX_TURN_ALIKE = 25, 8  # degrees; look-alikes as clocks and arrows are turned less
TRIES, SHRINKS, CHOICES = 16, 4, 3
MANY, SHADOW, SAME_ARTIST, SAME_CATEGORY, SIGNED, RANDOM_WORD = 35, 60, 50, 40, 30, 30  # percent
NUM_KINDS = (1, 2, 2, 3, 3, 3, 4, 4, 5)
STYLES = ("plain", "shadow")
SIGN_STYLES = ("plain", "outline", "shadow")
CONTRAST = 70  # of 255 between an ink and each ground
SEEN_SIDE = 64  # pixels of a ground by which its light is judged


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedDrawing:
    """A drawing: what it is, and where its centre and half extents lie.

    `side` is its frame's. `colour` is the one that it is of, or the ink that black art is given.
    """

    drawing: Drawing
    colour: str | None
    style: str
    x: int
    y: int
    side: int
    degrees: int
    half_width: int
    half_height: int

    @property
    def name(self) -> str:
        """What it shows."""
        return self.drawing.name

    @property
    def artist(self) -> str:
        """Who drew it."""
        return self.drawing.artist

    @property
    def member(self) -> str:
        """The code of which of those that have its name it is."""
        return self.drawing.code

    @property
    def text(self) -> None:
        """It says nothing."""
        return None


PlannedOne: TypeAlias = PlannedDrawing | PlannedSign


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ThingPlan:
    """All that a picture shows: stuff from the top down, things from the farthest to the nearest.

    `kinds` are the names of its things; `alike` and `others` are those that another picture could
    have had, one with the same theme and one with any. Each of them was drawn in the same way, so
    names that only one of two has tell nothing of which one it is: fair decoys. `repeated` is the
    name that is there several times, if the picture is of that sort.
    """

    stuff: tuple[PlannedStuff, ...]
    things: tuple[PlannedOne, ...]
    kinds: tuple[str, ...]
    alike: tuple[str, ...]
    others: tuple[str, ...]
    repeated: str | None


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """A thing that has no place yet: a drawing, or else a sign that says `text`."""

    drawing: Drawing | None
    colour: str | None
    style: str
    text: str | None = None


def make_thing_plan(
    draws: Draws, split: ThingSplit, met: Frequencies, art: Art, grounds: tuple[str, ...]
) -> ThingPlan:
    """One picture's plan."""
    stuff = ground_bands(draws, grounds)
    first, many = met.pool.draw(draws), draws.chance(MANY)
    kinds = kinds_met(draws, met, first, _num_kinds(draws, many))
    copies = draws.between(2, 6) if many else 1
    inks = readable_inks(tuple(band.name for band in stuff))
    wanted = _drawn(draws, art, draws.shuffled([first] * copies + kinds[1:]), inks)
    if draws.chance(SIGNED):
        wanted.insert(draws.between(0, len(wanted)), _sign(draws, split))
    things: list[PlannedOne] = []
    for thing in wanted:
        placed = _placed(draws, thing, things, len(wanted))
        if placed is not None:
            things.append(placed)
    pools = (met.categories[first.category], met.pool)  # of two that could have been instead
    alike, others = (
        kinds_met(draws, met, pool.draw(draws), _num_kinds(draws, draws.chance(MANY)))
        for pool in pools
    )
    return ThingPlan(
        stuff=stuff,
        things=tuple(things),
        kinds=names_of(kinds),
        alike=names_of(alike),
        others=names_of(others),
        repeated=first.name if many else None,
    )


def kinds_met(draws: Draws, met: Frequencies, first: ThingName, num_kinds: int) -> list[ThingName]:
    """Up to so many names of a picture by what it starts with, that one first."""
    chosen = [first]
    for _ in range(3 * num_kinds):
        if len(chosen) == num_kinds:
            break
        pool = met.categories[first.category] if draws.chance(SAME_CATEGORY) else met.pool
        other = pool.draw(draws)
        if other not in chosen:
            chosen.append(other)
    return chosen


def names_of(kinds: Sequence[ThingName]) -> tuple[str, ...]:
    """Only what they are called."""
    return tuple(named.name for named in kinds)


@cache
def readable_inks(grounds: tuple[str, ...]) -> tuple[str, ...]:
    """The inks that stand out on all of these grounds, or all inks if none does."""
    lights = [_light(ground(name, SEEN_SIDE).reshape(-1, 3)) for name in grounds]
    clear = tuple(
        name
        for name, ink in INKS.items()
        if all(abs(_light(np.array([ink])) - light) >= CONTRAST for light in lights)
    )
    return clear or tuple(INKS)


def _light(colours: np.ndarray) -> int:
    """How light some colours are together, of 255."""
    red, green, blue = (int(part) for part in colours.sum(axis=0, dtype=np.int64) // len(colours))
    return (red * 54 + green * 183 + blue * 19) // 256


def _num_kinds(draws: Draws, many: bool) -> int:
    return draws.between(1, 3) if many else draws.pick(NUM_KINDS)


def _drawn(draws: Draws, art: Art, chosen: list[ThingName], inks: tuple[str, ...]) -> list[Wanted]:
    """Each thing in the hand of some artist; copies often in the same."""
    wanted: list[Wanted] = []
    usual: dict[str, str] = {}
    for named in chosen:
        hands = art.by_name[named.name]
        artist = draws.pick(tuple(hands))
        if draws.chance(SAME_ARTIST):
            artist = usual.setdefault(named.name, artist)
        drawing = draws.pick(hands[artist])
        ink = draws.pick(inks)
        wanted.append(
            Wanted(
                drawing=drawing,
                colour=ink if artist_named(artist).is_black else drawing.colour,
                style=STYLES[draws.chance(SHADOW)],
            )
        )
    return wanted


def _sign(draws: Draws, split: ThingSplit) -> Wanted:
    text = random_letters(draws) if draws.chance(RANDOM_WORD) else draws.pick(split.words)
    colour, style = draws.pick(tuple(INKS)), draws.pick(SIGN_STYLES)
    return Wanted(drawing=None, colour=colour, style=style, text=text)


def _placed(draws: Draws, thing: Wanted, before: list[PlannedOne], total: int) -> PlannedOne | None:
    """The thing where it hides little of those before it; None if no such place was found. Of some
    such places it takes that with the most room.
    """
    largest = LARGEST_OF.get(total, LARGEST_OF_MANY)
    size = SIDE * max(draws.between(SMALLEST, largest), draws.between(SMALLEST, largest)) // 100
    for _ in range(SHRINKS):
        extent = _extent(draws, thing, size)
        fitting: list[tuple[int, int, int]] = []
        for _ in range(TRIES):
            x = draws.between(extent.half_width, SIDE - extent.half_width)
            y = draws.between(extent.half_height, SIDE - extent.half_height)
            if not any(hides(extent, x, y, other) for other in before):
                fitting.append((_room(x, y, before), x, y))
            if len(fitting) == CHOICES:
                break
        if fitting:
            _, x, y = max(fitting)
            return _at(thing, extent, x, y)
        size = max(SIDE * CROWDED // 100, size * SHRUNK // 100)
    return None


def _room(x: int, y: int, before: list[PlannedOne]) -> int:
    """The square of the distance to the nearest centre."""
    return min(((x - other.x) ** 2 + (y - other.y) ** 2 for other in before), default=0)


def _extent(draws: Draws, thing: Wanted, size: int) -> Extent:
    if thing.drawing is None:
        return sign_extent(draws, thing.text or "")
    side = size * FRAME_PARTS // INSIDE
    across = thing.drawing.half_width * side // EXTENT
    down = thing.drawing.half_height * side // EXTENT
    most = MAX_TURN_ALIKE if thing_named(thing.drawing.name).look_alikes else MAX_TURN
    return turned(side, across, down, draws.between(-most, most))


def _at(thing: Wanted, extent: Extent, x: int, y: int) -> PlannedOne:
    if thing.drawing is not None:
        return PlannedDrawing(
            drawing=thing.drawing,
            colour=thing.colour,
            style=thing.style,
            x=x,
            y=y,
            side=extent.side,
            degrees=extent.degrees,
            half_width=extent.half_width,
            half_height=extent.half_height,
        )
    return PlannedSign(
        colour=thing.colour or "",
        style=thing.style,
        text=thing.text or "",
        x=x,
        y=y,
        side=extent.side,
        degrees=extent.degrees,
        half_width=extent.half_width,
        half_height=extent.half_height,
    )
