"""In each column, a pen's path has the pixels between where it enters and leaves the pen."""

from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np
from jaxtyping import Bool, Float64

from deixis.core.polygon_spans import AT_ONCE, check_spans, check_work
from deixis.core.shapes import Stroke
from deixis.core.size import Size
from deixis.core.spans import Places, Spans, joined, united

Floats: TypeAlias = Float64[np.ndarray, " column"]
SHORTEST = 1e-12  # squared; keeps a single place out of a division by zero


def stroke_spans(stroke: Stroke, size: Size) -> Spans:
    """The pen covers the centres of the pixels at these places, or of none.

    RegionError where its stretches cross more columns than can be worked out.
    """
    places = np.array(stroke.points, dtype=np.float64)
    starts, ends = (places[:-1], places[1:]) if len(places) > 1 else (places, places)
    radius = stroke.width / 2
    first = _first_from(np.minimum(starts[:, 0], ends[:, 0]) - radius, size.width)
    past = _first_from(np.maximum(starts[:, 0], ends[:, 0]) + radius + 1, size.width)
    counts = np.maximum(past - first, 0)
    total = np.cumsum(counts)
    check_work("stroke's stretches", int(total[-1]))
    found = Spans(starts=first[:0], stops=first[:0])
    low = 0
    while low < counts.size:
        done = int(total[low - 1]) if low else 0
        high = max(int(np.searchsorted(total, done + AT_ONCE, side="right")), low + 1)
        stretch = np.repeat(np.arange(low, high), counts[low:high])
        column = np.arange(stretch.size) + (first - total + counts)[stretch] + done
        ahead = ends[stretch] - starts[stretch]
        columns = _Columns(
            column=column,
            start_y=starts[stretch, 1],
            ahead_x=ahead[:, 0],
            ahead_y=ahead[:, 1],
            across=column + 0.5 - starts[stretch, 0],
            radius=radius,
        )
        found = united((found, _covered(columns, size)))
        check_spans("stroke", found.starts.size)
        low = high
    return found


def _covered(columns: "_Columns", size: Size) -> Spans:
    upper, lower = columns.borders()
    some = lower >= upper
    columns, upper, lower = columns.chosen(some), upper[some], lower[some]
    tops: Places = np.ceil(upper - 0.5).astype(np.int64)
    lasts: Places = np.floor(lower - 0.5).astype(np.int64)
    # where rounding has moved a border over a centre
    tops -= columns.hold(tops - 1)
    tops += ~columns.hold(tops)
    lasts += columns.hold(lasts + 1)
    lasts -= ~columns.hold(lasts)
    begin = columns.column * size.height
    return joined(begin + np.clip(tops, 0, size.height), begin + np.clip(lasts + 1, 0, size.height))


def _first_from(edge: Float64[np.ndarray, " stretch"], limit: int) -> Places:
    """The first column whose centre is at or after an edge has this index, within 0..limit."""
    return np.clip(np.ceil(edge - 0.5), 0, limit).astype(np.int64)


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Columns:
    """Each column has a stretch of the path that may cover some of it.

    `ahead` leads from the stretch's start to its end, `across` from the start to the column.
    """

    column: Places
    start_y: Floats
    ahead_x: Floats
    ahead_y: Floats
    across: Floats
    radius: float

    def chosen(self, some: Bool[np.ndarray, " column"]) -> "_Columns":
        """Some of the columns are kept."""
        return _Columns(
            column=self.column[some],
            start_y=self.start_y[some],
            ahead_x=self.ahead_x[some],
            ahead_y=self.ahead_y[some],
            across=self.across[some],
            radius=self.radius,
        )

    def hold(self, rows: Places) -> Bool[np.ndarray, " column"]:
        """Whether the pen covers the centre of each column's pixel in a row of its own."""
        down = rows + 0.5 - self.start_y
        squared = np.maximum(self.ahead_x**2 + self.ahead_y**2, SHORTEST)
        along = np.clip((self.across * self.ahead_x + down * self.ahead_y) / squared, 0, 1)
        aside_x, aside_y = self.across - along * self.ahead_x, down - along * self.ahead_y
        return aside_x**2 + aside_y**2 <= self.radius * self.radius

    def borders(self) -> tuple[Floats, Floats]:
        """In each column the pen has an uppermost and a lowermost place, infinite where it has
        none.
        """
        radius, dx, dy = self.radius, self.ahead_x, self.ahead_y
        upper = np.full(self.column.size, np.inf)
        lower = -upper
        for across, down in ((self.across, 0.0 * dy), (self.across - dx, dy)):  # both round ends
            half = np.sqrt(np.maximum(radius * radius - across * across, 0))
            is_met = np.abs(across) <= radius
            upper = np.where(is_met, np.minimum(upper, down - half), upper)
            lower = np.where(is_met, np.maximum(lower, down + half), lower)
        scale = radius / np.sqrt(np.maximum(dx * dx + dy * dy, SHORTEST))
        level = np.where(dx == 0, np.inf, dx)  # what is upright ends in its discs
        for side in (scale, -scale):  # both straight sides
            along = (self.across + side * dy) / level
            is_met = (along >= 0) & (along <= 1) & (dx != 0)
            place = side * dx + along * dy
            upper = np.where(is_met, np.minimum(upper, place), upper)
            lower = np.where(is_met, np.maximum(lower, place), lower)
        return upper + self.start_y, lower + self.start_y
