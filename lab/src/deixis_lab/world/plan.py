"""What a picture shows, before any pixel: things and stuff on a grid without a size.

Frame: the picture's side is 4096, x to the right, y down. Everything is a whole number, so the plan
is the same on every machine, and the same at every size in pixels.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from deixis.core.portable_rng import Draws
from deixis_lab.world.colours import INKS
from deixis_lab.world.entities import Entity
from deixis_lab.world.frequencies import Frequencies
from deixis_lab.world.glyphs import CAPITAL, FRAME, MARGIN, letter_advance, pictogram
from deixis_lab.world.shown import Placed
from deixis_lab.world.splits import Split
from deixis_lab.world.textures import STUFF
from deixis_lab.world.words import random_letters

SIDE = 4096
TURN = 1 << 16  # one, in sines and cosines
SMALLEST, LARGEST = SIDE * 12 // 100, SIDE * 45 // 100
LARGEST_OF = {1: 45, 2: 45, 3: 40, 4: 36, 5: 32, 6: 28}  # percent of the side, by things in all
LARGEST_OF_MANY = 24
MAX_TURN, MAX_SIGN_TURN = 25, 8
MAX_SHARED = 15  # percent of the smaller of two boxes that the other may cover
TRIES, SHRINKS = 20, 3
MANY, SIGN, SAME_GROUP, SAME_COLOUR, RANDOM_WORD = 40, 40, 40, 25, 30  # percent
SQUEEZE = 80  # percent of the letters' own width
SIGN_LOW, SIGN_HIGH, SIGN_WIDEST = SIDE * 15 // 100, SIDE * 24 // 100, SIDE * 80 // 100
CAPITAL_SHARE = 60  # percent of a sign's height


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedThing:
    """A pictogram or a sign: what it is, and where its centre and half extents lie.

    `side` is a pictogram's frame or a sign's height. Half extents are those of the turned thing.
    """

    name: str
    symbol: str
    colour: str
    style: str
    text: str | None
    x: int
    y: int
    side: int
    degrees: int
    half_width: int
    half_height: int

    @property
    def artist(self) -> None:
        """Nobody drew it by hand."""
        return None

    @property
    def member(self) -> None:
        """Its name stands for itself alone."""
        return None


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedStuff:
    """A kind of stuff from a line downwards, and how its texture lies and is tinted.

    The line goes from `left` to `right`, heights at the picture's borders; the gains are in 1/256.
    """

    name: str
    left: int
    right: int
    offset_x: int
    offset_y: int
    gains: tuple[int, int, int]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """All that a picture shows: stuff from the top down, things from the farthest to the nearest.

    `kinds` are the names of its pictograms; `alike` and `others` are those that another picture
    could have had, one with the same theme and one with any. Each of them was drawn in the same
    way, so names that only one of two has tell nothing of which one it is: fair decoys.
    `repeated` names the entity that is there several times, if the picture is of that sort.
    """

    stuff: tuple[PlannedStuff, ...]
    things: tuple[PlannedThing, ...]
    kinds: tuple[str, ...]
    alike: tuple[str, ...]
    others: tuple[str, ...]
    repeated: str | None


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Wanted:
    """A thing that has no place yet."""

    name: str
    symbol: str
    colour: str
    style: str
    text: str | None = None


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Extent:
    """How large a turned thing is; half extents of the upright box around it."""

    side: int
    degrees: int
    half_width: int
    half_height: int


def make_plan(draws: Draws, split: Split, met: Frequencies) -> Plan:
    """One picture's plan."""
    stuff = ground_bands(draws, STUFF)
    first, many = met.pool.draw(draws), draws.chance(MANY)
    kinds = kinds_met(draws, met, first, _num_kinds(draws, many))
    copies = draws.between(2, 6) if many else 1
    wanted = _dressed(draws, split, draws.shuffled([first] * copies + kinds[1:]))
    if draws.chance(SIGN):
        wanted.insert(draws.between(0, len(wanted)), _sign(draws, split))
    things: list[PlannedThing] = []
    for thing in wanted:
        placed = _placed(draws, thing, things, len(wanted))
        if placed is not None:
            things.append(placed)
    pools = (met.groups[first.group], met.pool)  # of two pictures that could have been instead
    alike, others = (
        kinds_met(draws, met, pool.draw(draws), _num_kinds(draws, draws.chance(MANY)))
        for pool in pools
    )
    return Plan(
        stuff=stuff,
        things=tuple(things),
        kinds=names_of(kinds),
        alike=names_of(alike),
        others=names_of(others),
        repeated=first.name if many else None,
    )


def word_width(word: str) -> int:
    """How wide a word is when its capitals are CAPITAL high, in font units."""
    return sum(letter_advance(symbol) for symbol in word) * SQUEEZE // 100


def sine(degrees: int) -> int:
    """In 1/65536."""
    return round(math.sin(math.radians(degrees)) * TURN)


def cosine(degrees: int) -> int:
    """In 1/65536."""
    return round(math.cos(math.radians(degrees)) * TURN)


def ground_bands(draws: Draws, named: Sequence[str]) -> tuple[PlannedStuff, ...]:
    """One to three kinds of stuff of these names, from the top down; the sky is above."""
    count = (1, 1, 1, 2, 2, 2, 2, 2, 3, 3)[draws.below(10)]
    kinds = draws.sample(named, count)
    kinds.sort(key=lambda name: name != "sky")
    bands = []
    for place, kind in enumerate(kinds):
        middle = 0 if place == 0 else place * SIDE // count + draws.between(-SIDE // 8, SIDE // 8)
        slope = 0 if place == 0 else draws.between(-SIDE // 12, SIDE // 12)
        light = draws.between(190, 246)
        gains = (light + draws.between(-10, 10), light, light + draws.between(-10, 10))
        bands.append(
            PlannedStuff(
                name=kind,
                left=middle - slope,
                right=middle + slope,
                offset_x=draws.below(SIDE),
                offset_y=draws.below(SIDE),
                gains=gains,
            )
        )
    return tuple(bands)


def kinds_met(draws: Draws, met: Frequencies, first: Entity, num_kinds: int) -> list[Entity]:
    """Up to so many entities of a picture by what it starts with, that one first."""
    chosen = [first]
    for _ in range(3 * num_kinds):
        if len(chosen) == num_kinds:
            break
        pool = met.groups[first.group] if draws.chance(SAME_GROUP) else met.pool
        other = pool.draw(draws)
        if other not in chosen:
            chosen.append(other)
    return chosen


def names_of(entities: Sequence[Entity]) -> tuple[str, ...]:
    """Their names."""
    return tuple(entity.name for entity in entities)


def _num_kinds(draws: Draws, many: bool) -> int:
    return draws.between(2, 4) if many else draws.between(1, 6)


def _dressed(draws: Draws, split: Split, chosen: list[Entity]) -> list[_Wanted]:
    wanted: list[_Wanted] = []
    for entity in chosen:
        colour = draws.pick(tuple(INKS))
        if wanted and draws.chance(SAME_COLOUR):
            colour = wanted[-1].colour
        style = draws.pick(split.styles)
        wanted.append(_Wanted(name=entity.name, symbol=entity.symbol, colour=colour, style=style))
    return wanted


def _sign(draws: Draws, split: Split) -> _Wanted:
    text = random_letters(draws) if draws.chance(RANDOM_WORD) else draws.pick(split.words)
    colour, style = draws.pick(tuple(INKS)), draws.pick(split.styles)
    return _Wanted(name="sign", symbol="", colour=colour, style=style, text=text)


def _placed(
    draws: Draws, thing: _Wanted, before: list[PlannedThing], total: int
) -> PlannedThing | None:
    """The thing where it hides little of those before it; None if no such place was found."""
    largest = SIDE * LARGEST_OF.get(total, LARGEST_OF_MANY) // 100
    size = max(draws.between(SMALLEST, largest), draws.between(SMALLEST, largest))
    for _ in range(SHRINKS):
        extent = sign_extent(draws, thing.text) if thing.text else _extent(draws, thing, size)
        for _ in range(TRIES):
            x = draws.between(extent.half_width, SIDE - extent.half_width)
            y = draws.between(extent.half_height, SIDE - extent.half_height)
            if not any(hides(extent, x, y, other) for other in before):
                return _at(thing, extent, x, y)
        size = max(SMALLEST, size * 2 // 3)
    return None


def _extent(draws: Draws, thing: _Wanted, size: int) -> Extent:
    glyph = pictogram(thing.symbol)
    side = size * MARGIN // (MARGIN - 1)
    across, down = glyph.half_width * side // FRAME, glyph.half_height * side // FRAME
    return turned(side, across, down, draws.between(-MAX_TURN, MAX_TURN))


def sign_extent(draws: Draws, text: str) -> Extent:
    """How large a sign is that says this, by lot."""
    height = draws.between(SIGN_LOW, SIGN_HIGH)
    capital = height * CAPITAL_SHARE // 100
    width = word_width(text) * capital // CAPITAL + height // 2
    if width > SIGN_WIDEST:
        width, height = SIGN_WIDEST, height * SIGN_WIDEST // width
    turn = draws.between(-MAX_SIGN_TURN, MAX_SIGN_TURN)
    return turned(height, width // 2, height // 2, turn)


def turned(side: int, across: int, down: int, degrees: int) -> Extent:
    """The extent of what is `across` and `down` from its centre to its edges, once it is turned."""
    sin, cos = abs(sine(degrees)), cosine(degrees)
    return Extent(
        side=side,
        degrees=degrees,
        half_width=(across * cos + down * sin) // TURN + 1,
        half_height=(across * sin + down * cos) // TURN + 1,
    )


def hides(extent: Extent, x: int, y: int, other: Placed) -> bool:
    """Whether a thing of this extent, put there, shares too much with another."""
    across = extent.half_width + other.half_width - abs(x - other.x)
    down = extent.half_height + other.half_height - abs(y - other.y)
    if across <= 0 or down <= 0:
        return False
    smaller = min(extent.half_width * extent.half_height, other.half_width * other.half_height)
    return across * down * 100 > 4 * smaller * MAX_SHARED


def _at(thing: _Wanted, extent: Extent, x: int, y: int) -> PlannedThing:
    return PlannedThing(
        name=thing.name,
        symbol=thing.symbol,
        colour=thing.colour,
        style=thing.style,
        text=thing.text,
        x=x,
        y=y,
        side=extent.side,
        degrees=extent.degrees,
        half_width=extent.half_width,
        half_height=extent.half_height,
    )
