"""Spaces are what the numbers of a place may count: shares, or pixels after a known resize."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, TypeAlias, final

import numpy as np
from jaxtyping import Float

from deixis.coordinates.contracts import contracts
from deixis.coordinates.resizing import (
    ClaudeFit,
    Kept,
    LongestSide,
    Moonvit,
    OpenaiPatches,
    OpenaiTiles,
    Resize,
    Smart,
)
from deixis.core.size import Size

SpaceKind: TypeAlias = Literal["share", "padded", "cropped", "pixels"]
SHARES = {  # the last number, and how often it is met
    "0-1": (1.0, 8.0),
    "percent": (100.0, 4.0),
    "0-999": (999.0, 4.0),
    "0-1000": (1000.0, 16.0),
    "0-1024": (1024.0, 1.5),
}
SQUARES = (224, 336, 384, 448, 512, 560, 640, 672, 768, 896, 980)
PATCHES = 28 * 28
MAX_PIXELS = {
    28: tuple(PATCHES * n for n in (256, 512, 768, 1280, 2048, 2700, 4096, 16384)),
    32: tuple(1024 * n for n in (256, 512, 1280, 2048, 4096, 16384)),
}
MIN_PIXELS = {28: (56 * 56, PATCHES * 100, PATCHES * 256), 32: (64 * 64, 256 * 256)}
EDGES = {  # of a longest side, and how often it is met
    512: 0.5,
    768: 1.0,
    1000: 0.5,
    1024: 2.0,
    1280: 1.0,
    1344: 0.5,
    1536: 1.0,
    1568: 1.5,
    1920: 0.7,
    2000: 0.5,
    2048: 2.0,
    2560: 0.5,
}
UNKNOWN_STEP = 1.045  # between areas that a server may have set
UNKNOWN = (150_000, 8_000_000)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Space:
    """A space counts from 0 to `last` (shares), or pixels of what a resize makes of the picture.

    `weight` is how often it is met, before any answer; `is_step`: it stands for what lies between
    its neighbours as well.
    """

    name: str
    kind: SpaceKind
    last: float = 1.0
    resize: Resize | None = None
    weight: float = 1.0
    is_step: bool = False

    def line(self, size: Size) -> tuple[float, float, float, float]:
        """A number is the share of the side · step + start on each axis: step_x, step_y, start_x,
        start_y.
        """
        if self.resize is not None:
            seen = self.resize.seen(size)
            return (float(seen.width), float(seen.height), 0.0, 0.0)
        if self.kind == "share":
            return (self.last, self.last, 0.0, 0.0)
        sides = (size.width, size.height)
        square = max(sides) if self.kind == "padded" else min(sides)
        steps = [side / square * self.last for side in sides]
        starts = [(square - side) / 2 / square * self.last for side in sides]
        return (steps[0], steps[1], starts[0], starts[1])


@cache
def spaces() -> tuple[Space, ...]:
    """Every space that is known."""
    known = (*_shares(), *_pixels())
    return (*known, *_of_contracts(known), *_unknown())


def lines(of: Sequence[Space], size: Size) -> Float[np.ndarray, "space 4"]:
    """Each space's line for a picture of this size."""
    return np.array([space.line(size) for space in of])


def _shares() -> list[Space]:
    found = [
        Space(name=name, kind="share", last=last, weight=weight)
        for name, (last, weight) in SHARES.items()
    ]
    found += [
        Space(name=f"0-{side}, stretched to a square", kind="share", last=float(side), weight=0.2)
        for side in SQUARES
    ]
    for last in (1.0, 1000.0):
        for kind in ("padded", "cropped"):
            name = f"0-{last:g} of the {kind} square"
            found.append(Space(name=name, kind=kind, last=last, weight=1.0))
    return found


def _pixels() -> list[Space]:
    laws: list[tuple[Resize, str, float]] = [
        (Kept(), "pixels as sent", 8.0),
        (ClaudeFit(), "pixels after Claude's resize", 3.0),
        (
            ClaudeFit(max_edge=2576, max_patches=4784),
            "pixels after Claude's high-resolution resize",
            3.0,
        ),
        (OpenaiTiles(), "pixels after OpenAI's 2048 / 768", 3.0),
        (OpenaiPatches(max_patches=1536), "pixels after OpenAI's 1536 patches", 2.0),
        (OpenaiPatches(max_patches=2500, box=2048), "pixels after OpenAI's 2500 patches", 2.0),
        (OpenaiPatches(max_patches=10_000, box=6000), "pixels after OpenAI's 10000 patches", 2.0),
        (Moonvit(), "pixels after Kimi-VL's resize", 2.0),
        (Moonvit(max_patches=16384), "pixels after Kimi-K2.5's resize", 1.0),
    ]
    laws += [
        (LongestSide(edge=edge), f"pixels, longest side at most {edge}", weight)
        for edge, weight in EDGES.items()
    ]
    for factor, limits in MAX_PIXELS.items():
        for least in MIN_PIXELS[factor]:
            laws += [(_smart(factor, least, limit), "", 1.0) for limit in limits if limit > least]
    return [
        Space(name=name or _smart_name(law), kind="pixels", resize=law, weight=weight)
        for law, name, weight in laws
    ]


def _of_contracts(known: Sequence[Space]) -> list[Space]:
    """The laws of the table of contracts that are not among those known."""
    had = {space.resize for space in known}
    rows = {row.resize: row.name for row in contracts() if row.resize not in had}
    return [
        Space(name=f"pixels after the resize of {name}", kind="pixels", resize=law)
        for law, name in rows.items()
    ]


def _unknown() -> list[Space]:
    """Servers that set a limit of their own: areas in steps of which an answer can tell."""
    count = int(math.log(UNKNOWN[1] / UNKNOWN[0]) / math.log(UNKNOWN_STEP)) + 1
    areas = [round(UNKNOWN[0] * UNKNOWN_STEP**i) for i in range(count)]
    least = [(factor, limits[i]) for factor, limits in MIN_PIXELS.items() for i in (0, -1)]
    laws = [
        _smart(factor, limit, area) for area in areas for factor, limit in least if limit < area
    ]
    return [
        Space(
            name=f"{_smart_name(law)}, about", kind="pixels", resize=law, weight=0.03, is_step=True
        )
        for law in laws
    ]


def _smart(factor: int, least: int, most: int) -> Smart:
    return Smart(factor=factor, min_pixels=least, max_pixels=most)


def _smart_name(law: Resize) -> str:
    assert isinstance(law, Smart)
    told = f"pixels after smart resize by {law.factor}, at most {law.max_pixels}"
    usual = MIN_PIXELS[law.factor][0]
    return told if law.min_pixels == usual else f"{told}, at least {law.min_pixels}"
