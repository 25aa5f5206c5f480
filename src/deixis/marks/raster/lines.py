"""A round pen's path as outlines: a slab for each stretch, and a piece for each bend."""

import itertools
import math
from collections.abc import Sequence
from functools import cache

import numpy as np
from jaxtyping import Float64

from deixis.core.shapes import XY
from deixis.marks.ink import Lines
from deixis.marks.raster.outline import Outlines
from deixis.marks.raster.trigonometry import on_circle

GENTLE = 0.97  # cosine of a bend that a flat wedge closes: 14 degrees
SHORTEST = 1 / 64  # stretches shorter than that are left out


def line_outlines(lines: Lines) -> list[Outlines]:
    """Outlines that together cover the paths."""
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
    lengths = np.sqrt(along[:, 0] ** 2 + along[:, 1] ** 2)
    along *= (radius / lengths)[:, None]
    side = np.stack((-along[:, 1], along[:, 0]), axis=1)
    cosine, sine = _turns(side[:-1], side[1:], radius)
    is_smooth = _are_smooth(lengths, cosine, sine, radius)
    found = _bands(places, side, cosine, is_smooth)
    opened = ~is_smooth
    found += _joints(places[1:-1][opened], side[:-1][opened], side[1:][opened], radius)
    if is_closed:
        return found + _joints(places[:1], side[-1:], side[:1], radius)
    return [*found, _discs(places[[0, -1]], radius)]


def _turns(
    before: np.ndarray, after: np.ndarray, radius: float
) -> tuple[Float64[np.ndarray, " bend"], Float64[np.ndarray, " bend"]]:
    """Cosine and sine of each bend."""
    cosine = before[:, 0] * after[:, 0] + before[:, 1] * after[:, 1]
    sine = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    return cosine / radius**2, sine / radius**2


def _are_smooth(
    lengths: np.ndarray, cosine: np.ndarray, sine: np.ndarray, radius: float
) -> np.ndarray:
    """Which bends are gentle, with stretches around them that the inner edge does not fold."""
    gentle = cosine >= GENTLE
    taken = np.where(gentle, np.abs(sine) / (1 + np.maximum(cosine, 0)), 0) * radius
    needed = np.zeros_like(lengths)
    needed[:-1] += taken
    needed[1:] += taken
    is_long = lengths > needed
    return gentle & is_long[:-1] & is_long[1:]


def _bands(
    places: np.ndarray, side: np.ndarray, cosine: np.ndarray, is_smooth: np.ndarray
) -> list[Outlines]:
    """One outline for each part of the path without an open bend."""
    ribs = (side[:-1] + side[1:]) / (1 + np.where(is_smooth, cosine, 0))[:, None]
    cuts = [0, *(np.flatnonzero(~is_smooth) + 1).tolist(), len(side)]
    slabs = [a for a, b in itertools.pairwise(cuts) if b == a + 1]
    found = []
    if slabs:
        one, two, out = places[slabs], places[np.array(slabs) + 1], side[slabs]
        corners = np.stack((one + out, two + out, two - out, one - out), axis=1)
        found.append(Outlines(corners=corners))
    for a, b in itertools.pairwise(cuts):
        if b == a + 1:
            continue
        middle = places[a : b + 1]
        out = np.concatenate((side[a : a + 1], ribs[a : b - 1], side[b - 1 : b]))
        corners = np.concatenate((middle + out, (middle - out)[::-1]))
        found.append(Outlines(corners=corners[None]))
    return found


def _joints(
    bends: np.ndarray, before: np.ndarray, after: np.ndarray, radius: float
) -> list[Outlines]:
    """What is open at a bend's outer side: a wedge, or a disc where it is sharp."""
    if not len(bends):
        return []
    cosine, sine = _turns(before, after, radius)
    is_sharp = cosine < GENTLE
    outer = np.where(sine > 0, -1.0, 1.0)[:, None]
    wedges = np.stack((bends, bends + outer * before, bends + outer * after), axis=1)[~is_sharp]
    found = [Outlines(corners=wedges)] if len(wedges) else []
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
    unit = _unit_disc(8 + 4 * math.ceil(math.sqrt(radius)))
    return Outlines(corners=places[:, None, :] + unit * radius)


@cache
def _unit_disc(corners: int) -> Float64[np.ndarray, "corner 2"]:
    """A polygon that is a little larger than the circle, so that its area is right."""
    _, sine = on_circle(1 / corners)
    grown = math.sqrt(2 * math.pi / (corners * sine))
    return np.array([on_circle(k / corners) for k in range(corners)]) * grown
