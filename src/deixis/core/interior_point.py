"""A place is inside of a shape or not; and there is one to point at so that the shape is hit."""

import math
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from jaxtyping import Float64

from deixis.core.shapes import XY, Point, Polygon, Stroke

LEVELS = 32  # heights at which a polygon is cut to find its deep places
WIDEST = 4  # stretches of a cut that are measured

Sides: TypeAlias = Float64[np.ndarray, "side 4"]


def ring_holds(ring: Sequence[XY], x: float, y: float) -> bool:
    """Whether a closed ring is around a place, by the even-odd rule."""
    inside = False
    for (ax, ay), (bx, by) in zip(ring, (*ring[1:], ring[0]), strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            inside = not inside
    return inside


def polygon_holds(polygon: Polygon, x: float, y: float) -> bool:
    """Whether any of a polygon's rings is around a place."""
    return any(ring_holds(ring, x, y) for ring in polygon.rings)


def polygon_heart(polygon: Polygon, x: float, y: float) -> Point:
    """A polygon's heart is the place itself if it is inside, else a deep one: far from the sides of
    a ring around it.

    A polygon without area has it in its nearest corner.
    """
    if polygon_holds(polygon, x, y):
        return Point(x=x, y=y)
    best, deepest = None, 0.0
    for ring in polygon.rings:
        sides = _sides(ring)
        for place in _inner_places(sides):
            depth = float(_distances(sides, place).min())
            if depth > deepest and ring_holds(ring, *place):
                best, deepest = place, depth
    if best is None:
        corners = (corner for ring in polygon.rings for corner in ring)
        best = min(corners, key=lambda corner: math.hypot(corner[0] - x, corner[1] - y))
    return Point(x=best[0], y=best[1])


def stroke_heart(stroke: Stroke, x: float, y: float) -> Point:
    """A stroke's heart is the place itself if the pen covers it, else the nearest place of its
    path.
    """
    places = np.array(stroke.points, dtype=np.float64)
    sides = np.concatenate((places, np.roll(places, -1, axis=0)), axis=1)[: max(1, len(places) - 1)]
    away = _distances(sides, (x, y))
    nearest = int(np.argmin(away))
    if away[nearest] <= stroke.width / 2:
        return Point(x=x, y=y)
    ax, ay, bx, by = sides[nearest].tolist()
    squared = (bx - ax) ** 2 + (by - ay) ** 2
    along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / squared if squared else 0.0
    along = min(max(along, 0.0), 1.0)
    return Point(x=ax + along * (bx - ax), y=ay + along * (by - ay))


def _sides(ring: Sequence[XY]) -> Sides:
    corners = np.array(ring, dtype=np.float64)
    return np.concatenate((corners, np.roll(corners, -1, axis=0)), axis=1)


def _inner_places(sides: Sides) -> Iterator[XY]:
    """At heights between its corners, a ring's widest stretches have these middles."""
    heights = np.unique(sides[:, 1])
    middles = (heights[1:] + heights[:-1]) / 2
    if middles.size > LEVELS:  # the tallest gaps, and some of all heights
        tallest = np.argsort(heights[:-1] - heights[1:], kind="stable")[: LEVELS // 2]
        spread = np.linspace(0, middles.size - 1, LEVELS // 2).astype(int)
        middles = middles[np.unique(np.concatenate((tallest, spread)))]
    for y in middles.tolist():
        ax, ay, bx, by = sides[(sides[:, 1] > y) != (sides[:, 3] > y)].T
        crossings = np.sort(ax + (y - ay) * (bx - ax) / (by - ay))
        lefts, rights = crossings[0::2], crossings[1::2]
        for stretch in np.argsort(lefts - rights, kind="stable")[:WIDEST].tolist():
            yield float(lefts[stretch] + rights[stretch]) / 2, y


def _distances(sides: Sides, place: XY) -> Float64[np.ndarray, " side"]:
    """A place has these distances to the sides."""
    ax, ay, bx, by = sides.T
    dx, dy, across, down = bx - ax, by - ay, place[0] - ax, place[1] - ay
    squared = dx * dx + dy * dy
    along = np.clip((across * dx + down * dy) / np.where(squared > 0, squared, 1), 0, 1)
    return np.hypot(across - along * dx, down - along * dy)
