"""A round pen's path becomes outlines: a slab for each stretch, and a piece for each bend."""

import itertools
import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from jaxtyping import Float64

from deixis.core.shapes import XY
from deixis.marks.primitives import Lines
from deixis.marks.raster.outline import Outlines
from deixis.marks.raster.trigonometry import on_circle

GENTLE = 0.97  # cosine of a bend that a flat wedge closes: 14 degrees
SHORTEST = 1 / 64  # stretches shorter than that are left out
A_QUARTER_LEFT = np.array([-1.0, 1.0])  # by which x and y, exchanged, are turned


def line_outlines(lines: Lines) -> list[Outlines]:
    """These outlines together cover the paths."""
    radius = lines.width / 2
    return [
        outlines
        for path in lines.paths
        for outlines in _path_outlines(_distinct(path, lines.are_closed), radius, lines.are_closed)
    ]


def _path_outlines(
    places: Float64[np.ndarray, "place 2"], radius: float, is_closed: bool
) -> list[Outlines]:
    if len(places) == 1:
        return [_discs(places, radius)]
    if is_closed:
        places = np.concatenate((places, places[:1]))
    along = places[1:] - places[:-1]
    lengths = np.sqrt(np.add.reduce(along * along, axis=1))
    along *= (radius / lengths)[:, None]
    side = along[:, ::-1] * A_QUARTER_LEFT
    cosine, sine = _turns(side[:-1], side[1:], radius)
    is_smooth = _are_smooth(lengths, cosine, sine, radius)
    opened = ~is_smooth
    bends, before, after = places[1:-1][opened], side[:-1][opened], side[1:][opened]
    if is_closed:
        bends = np.concatenate((bends, places[:1]))
        before, after = np.concatenate((before, side[-1:])), np.concatenate((after, side[:1]))
    ends = [] if is_closed else [_discs(places[[0, -1]], radius)]
    return _bands(places, side, cosine, is_smooth) + _joints(bends, before, after, radius) + ends


def _turns(
    before: np.ndarray, after: np.ndarray, radius: float
) -> tuple[Float64[np.ndarray, " bend"], Float64[np.ndarray, " bend"]]:
    """Each bend has a cosine and a sine."""
    cosine = np.add.reduce(before * after, axis=1)
    across = before * after[:, ::-1]
    sine = across[:, 0] - across[:, 1]
    squared = radius * radius
    cosine /= squared
    sine /= squared
    return cosine, sine


def _are_smooth(
    lengths: np.ndarray, cosine: np.ndarray, sine: np.ndarray, radius: float
) -> np.ndarray:
    """These bends are gentle, with stretches around them that the inner edge does not fold."""
    gentle = cosine >= GENTLE
    if not gentle.any():
        return gentle
    taken = np.where(gentle, np.abs(sine) / (1 + np.maximum(cosine, 0)), 0) * radius
    needed = np.zeros_like(lengths)
    needed[:-1] += taken
    needed[1:] += taken
    is_long = lengths > needed
    return gentle & is_long[:-1] & is_long[1:]


def _bands(
    places: np.ndarray, side: np.ndarray, cosine: np.ndarray, is_smooth: np.ndarray
) -> list[Outlines]:
    """Each part of the path without an open bend is one outline."""
    cuts = [0, *((~is_smooth).nonzero()[0] + 1).tolist(), len(side)]
    single = [a for a, b in itertools.pairwise(cuts) if b == a + 1]
    found = [_slabs(places, side, single)] if single else []
    if len(single) == len(side):
        return found
    ribs = (side[:-1] + side[1:]) / (1 + np.where(is_smooth, cosine, 0))[:, None]
    for a, b in itertools.pairwise(cuts):
        if b == a + 1:
            continue
        middle = places[a : b + 1]
        out = np.concatenate((side[a : a + 1], ribs[a : b - 1], side[b - 1 : b]))
        corners = np.concatenate((middle + out, (middle - out)[::-1]))
        found.append(Outlines(corners=corners[None]))
    return found


def _slabs(places: np.ndarray, side: np.ndarray, stretches: Sequence[int]) -> Outlines:
    """Each stretch is an outline on its own."""
    first = np.array(stretches)
    one, two, out = places[first], places[first + 1], side[first]
    corners = np.empty((first.size, 4, 2))
    np.add(one, out, out=corners[:, 0])
    np.add(two, out, out=corners[:, 1])
    np.subtract(two, out, out=corners[:, 2])
    np.subtract(one, out, out=corners[:, 3])
    return Outlines(corners=corners)


def _joints(
    bends: np.ndarray, before: np.ndarray, after: np.ndarray, radius: float
) -> list[Outlines]:
    """A bend's outer side is closed by a wedge, or by a disc where it is sharp."""
    if not len(bends):
        return []
    cosine, sine = _turns(before, after, radius)
    is_sharp = cosine < GENTLE
    if is_sharp.all():
        return [_discs(bends, radius)]
    outer = np.where(sine > 0, -1.0, 1.0)[:, None]
    wedges = np.stack((bends, bends + outer * before, bends + outer * after), axis=1)[~is_sharp]
    found = [Outlines(corners=wedges)]
    if is_sharp.any():
        found.append(_discs(bends[is_sharp], radius))
    return found


def _distinct(path: Sequence[XY], is_closed: bool) -> Float64[np.ndarray, "place 2"]:
    places = [path[0]]
    for place in path[1:]:
        if not _are_near(place, places[-1]):
            places.append(place)
    while is_closed and len(places) > 1 and _are_near(places[0], places[-1]):
        places.pop()
    return np.array(places, dtype=np.float64)


def _are_near(one: XY, two: XY) -> bool:
    return max(abs(one[0] - two[0]), abs(one[1] - two[1])) < SHORTEST


def _discs(places: np.ndarray, radius: float) -> Outlines:
    unit = unit_disc(disc_corners(radius))
    return Outlines(corners=places[:, None, :] + unit * radius)


def disc_corners(radius: float) -> int:
    """The polygon that stands for a disc has so many corners."""
    return 8 + 4 * math.ceil(math.sqrt(radius))


@cache
def unit_disc(corners: int) -> Float64[np.ndarray, "corner 2"]:
    """The polygon is a little larger than the circle, so that its area is right."""
    _, sine = on_circle(1 / corners)
    grown = math.sqrt(2 * math.pi / (corners * sine))
    return np.array([on_circle(k / corners) for k in range(corners)]) * grown
