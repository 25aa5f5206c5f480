"""The pixels of a polygon are found here as COCO's own rasteriser finds them, in bounded memory.

COCO walks along every ring in fifths of a pixel and notes where it crosses the middle of a column;
between two such crossings, in order, the column is inside. Only the crossings are made here, a band
of columns at a time, so memory does not grow with the length of the rings.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Bool, Float64, Int64

from deixis.core.errors import RegionError
from deixis.core.shapes import XY
from deixis.core.size import Size
from deixis.core.spans import Places, Spans, joined, united

FINE = 5  # parts of a pixel
BEFORE, AFTER = 2, 3  # fifths of a column between which its middle is crossed
MOST_CROSSINGS = 2**26  # of edges with columns; what people or models outlined has a thousandth
MOST_SPANS = 2**22  # of a mask that is worked out; people's and models' have a thousandth
AT_ONCE = 2**20  # of them that are worked on together


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Edges:
    """The edges are rings' sides in fifths of a pixel; each crosses the middles of columns
    first..last.
    """

    x0: Int64[np.ndarray, " edge"]
    y0: Int64[np.ndarray, " edge"]
    x1: Int64[np.ndarray, " edge"]
    y1: Int64[np.ndarray, " edge"]
    ring: Int64[np.ndarray, " edge"]
    first: Int64[np.ndarray, " edge"]
    last: Int64[np.ndarray, " edge"]

    def within(self, low: int, high: int) -> "_Edges":
        """These edges cross columns low..high-1, and are cut to them."""
        some = (self.first < high) & (self.last >= low)
        return _Edges(
            x0=self.x0[some],
            y0=self.y0[some],
            x1=self.x1[some],
            y1=self.y1[some],
            ring=self.ring[some],
            first=np.maximum(self.first[some], low),
            last=np.minimum(self.last[some], high - 1),
        )

    @property
    def counts(self) -> Int64[np.ndarray, " edge"]:
        """Each edge crosses this many columns."""
        return self.last - self.first + 1


def polygon_spans(rings: Sequence[tuple[XY, ...]], size: Size) -> Spans:
    """The places inside of any ring; the rings lie within the picture.

    RegionError where the edges cross more columns than `MOST_CROSSINGS`, or leave more pieces than
    `MOST_SPANS`.
    """
    edges = _edges_of(rings, size.width)
    total = int(edges.counts.sum())
    check_work("polygon's edges", total)
    if total <= AT_ONCE:
        return _inside(edges, size)
    found: list[Spans] = []
    for band in _bands(edges, size.width):
        found.append(_inside(edges.within(*band), size))
        check_spans("polygon", sum(spans.starts.size for spans in found))
    return united(found)


def check_work(what: str, crossings: int) -> None:
    """What would take minutes is refused: no picture's region has such a shape."""
    if crossings > MOST_CROSSINGS:
        raise RegionError(
            f"this {what} cross {crossings} columns of pixels in all, at most {MOST_CROSSINGS} "
            "are worked out: give it fewer points, or pass its mask"
        )


def check_spans(what: str, num_spans: int) -> None:
    """What has more pieces than memory should hold is refused: it is noise, not a region."""
    if num_spans > MOST_SPANS:
        raise RegionError(
            f"this {what} has more than {MOST_SPANS} upright pieces, which no region of a picture "
            "has: give it fewer points"
        )


def _edges_of(rings: Sequence[tuple[XY, ...]], width: int) -> _Edges:
    corners = np.array([corner for ring in rings for corner in ring], dtype=np.float64)
    x0, y0 = (FINE * corners + 0.5).astype(np.int64).T  # cut off, as C does
    counts = np.array([len(ring) for ring in rings])
    ends = np.cumsum(counts)
    following = np.arange(1, x0.size + 1)
    following[ends - 1] = ends - counts
    x1, y1 = x0[following], y0[following]
    first = -((BEFORE - np.minimum(x0, x1)) // FINE)
    last = (np.maximum(x0, x1) - AFTER) // FINE
    np.minimum(last, width - 1, out=last)
    some = last >= first
    ring = np.repeat(np.arange(counts.size), counts)
    return _Edges(
        x0=x0[some],
        y0=y0[some],
        x1=x1[some],
        y1=y1[some],
        ring=ring[some],
        first=first[some],
        last=last[some],
    )


def _bands(edges: _Edges, width: int) -> Iterator[tuple[int, int]]:
    """The crossings of columns low..high-1 are worked on together."""
    change = np.bincount(edges.first, minlength=width + 1)
    change -= np.bincount(edges.last + 1, minlength=width + 1)
    until = np.cumsum(np.cumsum(change[:width]))  # crossings up to and with each column
    low = 0
    while low < width:
        done = int(until[low - 1]) if low else 0
        high = int(np.searchsorted(until, done + AT_ONCE, side="right"))
        high = max(high, low + 1)
        yield low, high
        low = high


def _inside(edges: _Edges, size: Size) -> Spans:
    columns, rows, rings = _crossings(edges, size.height)
    places = columns * size.height + rows
    if rings.size and rings[0] == rings[-1]:
        places.sort()
    else:  # each ring on its own
        beyond = size.area + 1
        places += rings * beyond
        places.sort()
        places %= beyond
    # of each ring an even number in each column
    return joined(places[0::2], places[1::2])


def _crossings(edges: _Edges, height: int) -> tuple[Places, Places, Places]:
    """Each crossing has a column, a first row below, and a ring."""
    counts = edges.counts
    edge = np.repeat(np.arange(counts.size), counts)
    column = np.arange(edge.size) - np.repeat(np.cumsum(counts) - counts - edges.first, counts)
    is_level = np.abs(edges.x1 - edges.x0) >= np.abs(edges.y1 - edges.y0)
    # COCO walks along level edges to the right, along steep ones downwards
    is_turned = np.where(is_level, edges.x0 > edges.x1, edges.y0 > edges.y1)
    x0, x1 = np.where(is_turned, (edges.x1, edges.x0), (edges.x0, edges.x1))
    y0, y1 = np.where(is_turned, (edges.y1, edges.y0), (edges.y0, edges.y1))
    fine: Int64[np.ndarray, " crossing"] = np.empty(edge.size, dtype=np.int64)
    for which, walked in ((is_level, _on_level), (~is_level, _on_steep)):
        some = which[edge]
        of = edge[some]
        if of.size:
            fine[some] = walked(x0[of], y0[of], x1[of], y1[of], FINE * column[some])
    rows = np.minimum(np.maximum(-((BEFORE - fine) // FINE), 0), height)
    return column, rows, edges.ring[edge]


def _on_level(
    x0: Places, y0: Places, x1: Places, y1: Places, at: Places
) -> Int64[np.ndarray, " crossing"]:
    """The row is the upper of the two points around a column's middle, on edges no steeper than a
    diagonal.
    """
    slope = (y1 - y0) / (x1 - x0)
    before = (y0 + slope * (at + BEFORE - x0) + 0.5).astype(np.int64)
    after = (y0 + slope * (at + AFTER - x0) + 0.5).astype(np.int64)
    return np.minimum(before, after)


def _on_steep(
    x0: Places, y0: Places, x1: Places, y1: Places, at: Places
) -> Int64[np.ndarray, " crossing"]:
    """The row is that of the last point before one walks over the middle, on steep edges."""
    slope = (x1 - x0) / (y1 - y0)
    leads_right = slope > 0
    guess = np.floor((at + AFTER - 0.5 - x0) / slope).astype(np.int64)
    step = guess - 1  # the first one beyond is not before this one
    for offset in range(3):
        step += ~_is_beyond(x0 + slope * (guess - 1 + offset) + 0.5, at, leads_right) & (
            step == guess - 1 + offset
        )
    return y0 + step - 1


def _is_beyond(
    x: Float64[np.ndarray, " crossing"], at: Places, leads_right: Bool[np.ndarray, " crossing"]
) -> Bool[np.ndarray, " crossing"]:
    found: Places = x.astype(np.int64)
    return np.where(leads_right, found >= at + AFTER, found <= at + BEFORE)
