"""Masks are worked on as spans of their pixels' places, counted column by column.

Work and memory grow with the number of spans, never with the picture.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np
from jaxtyping import Int64

Places: TypeAlias = Int64[np.ndarray, " span"]


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Spans:
    """Spans are places starts..stops-1, in order and apart; a pixel is at column · height + row."""

    starts: Places
    stops: Places

    @property
    def num_pixels(self) -> int:
        """All spans have this many pixels."""
        return int((self.stops - self.starts).sum())


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Pieces:
    """Pieces are spans cut where columns end: rows tops..bottoms-1 of each column, by column, then
    by row.
    """

    columns: Places
    tops: Places
    bottoms: Places


def joined(starts: Places, stops: Places) -> Spans:
    """The result holds what any of some spans holds; they may overlap, touch, be empty and come in
    any order.
    """
    some = stops > starts
    if not some.all():
        starts, stops = starts[some], stops[some]
    if starts.size > 1:
        if not (starts[1:] >= starts[:-1]).all():
            order = np.argsort(starts, kind="stable")  # made for what is sorted in parts
            starts, stops = starts[order], stops[order]
        stops = np.maximum.accumulate(stops)
        is_new = starts[1:] > stops[:-1]
        starts = starts[np.concatenate(([True], is_new))]
        stops = stops[np.concatenate((is_new, [True]))]
    return Spans(starts=starts, stops=stops)


def united(several: Sequence[Spans]) -> Spans:
    """The result holds what any of several sets holds."""
    return joined(
        np.concatenate([spans.starts for spans in several]),
        np.concatenate([spans.stops for spans in several]),
    )


def complement(spans: Spans, num_pixels: int) -> Spans:
    """The result holds all other places of a picture of so many pixels."""
    starts = np.concatenate(([0], spans.stops))
    stops = np.concatenate((spans.starts, [num_pixels]))
    some = stops > starts
    return Spans(starts=starts[some], stops=stops[some])


def common(several: Sequence[Spans], num_pixels: int) -> Spans:
    """The result holds what all sets hold, of a picture of so many pixels."""
    missing = united([complement(spans, num_pixels) for spans in several])
    return complement(missing, num_pixels)


def without(spans: Spans, others: Spans) -> Spans:
    """Some spans keep what is left when others are taken away."""
    if not spans.starts.size:
        return spans
    first, last = spans.starts[0], spans.stops[-1]
    near = slice(
        int(np.searchsorted(others.stops, first, side="right")),
        int(np.searchsorted(others.starts, last)),
    )
    starts = np.concatenate(([0], spans.stops, others.starts[near]))
    stops = np.concatenate((spans.starts, [last], others.stops[near]))
    return complement(joined(starts, stops), int(last))


def pieces_of(spans: Spans, height: int) -> Pieces:
    """The spans are cut column by column, in a picture of that height."""
    starts, stops = spans.starts, spans.stops
    columns = starts // height
    counts = (stops - 1) // height - columns + 1
    if counts.size and int(counts.max()) > 1:  # spans that go on in the next column
        span = np.repeat(np.arange(counts.size), counts)
        columns = columns[span] + np.arange(span.size) - (np.cumsum(counts) - counts)[span]
        starts = np.maximum(starts[span], columns * height)
        stops = np.minimum(stops[span], (columns + 1) * height)
    return Pieces(columns=columns, tops=starts - columns * height, bottoms=stops - columns * height)
