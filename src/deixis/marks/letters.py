"""Outlines of the digits and of the letters A to Z and a to z, for the tags on pictures.

They are those of DejaVu Sans Bold 2.37, as paths in `letters.json`; its licence lies beside it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import TypeAlias, final

import numpy as np
from jaxtyping import Int64

Corner: TypeAlias = tuple[int, int]

UNIT = 64  # outline points are in 1/64 of the font's units
CURVE_STEPS = 8


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Outline:
    """Closed rings of corners, x right and y down from the baseline, in 1/64 font units."""

    rings: tuple[Int64[np.ndarray, "_ 2"], ...]
    advance: int


@cache
def outline(letter: str) -> Outline:
    """One letter's outline, its curves cut into straight pieces."""
    drawn = _letters()[letter]
    rings = [_ring(ring.split()) for ring in str(drawn["path"]).split("Z") if ring.strip()]
    return Outline(
        rings=tuple(np.array(ring, dtype=np.int64) for ring in rings if len(ring) > 2),
        advance=int(drawn["advance"]) * UNIT,
    )


def bent(start: Corner, controls: Sequence[Corner], end: Corner) -> Iterator[Corner]:
    """The corners of a TrueType curve after its start; it passes the middle of two controls."""
    middles = [((ax + bx) // 2, (ay + by) // 2) for (ax, ay), (bx, by) in pairwise(controls)]
    for control, stop in zip(controls, [*middles, end], strict=True):
        yield from _curve(start, control, stop)
        start = stop


@cache
def _letters() -> dict[str, dict[str, str | int]]:
    return json.loads(resources.files("deixis.marks").joinpath("letters.json").read_text("utf-8"))


def _ring(words: Sequence[str]) -> list[Corner]:
    """The corners of one ring of a path: M and L are followed by a point, Q by controls and one."""
    ring: list[Corner] = []
    points: list[Corner] = []
    for number, word in enumerate(words):
        points.append(_whole(word.lstrip("MLQ")))
        if number + 1 == len(words) or words[number + 1][0] in "MLQ":
            *controls, end = points
            ring.extend(bent(ring[-1], controls, end) if controls else [end])
            points = []
    return ring


def _whole(point: str) -> Corner:
    x, y = point.split(",")
    return int(x) * UNIT, -int(y) * UNIT


def _curve(start: Corner, control: Corner, end: Corner) -> list[Corner]:
    corners = []
    for step in range(1, CURVE_STEPS + 1):
        rest = CURVE_STEPS - step
        x, y = (
            (rest * rest * a + 2 * step * rest * b + step * step * c) // CURVE_STEPS**2
            for a, b, c in zip(start, control, end, strict=True)
        )
        corners.append((x, y))
    return corners
