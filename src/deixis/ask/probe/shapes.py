"""A probe draws these shapes and colours: what everybody can name, and by which words."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, final

from deixis.core.shapes import XY

Outline: TypeAlias = tuple[XY, ...]
Rgb: TypeAlias = tuple[int, int, int]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class NamedShape:
    """A shape has an outline within -1..1 on both axes, and the words that name it."""

    name: str
    outline: Outline
    words: frozenset[str]


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class NamedColour:
    """A colour has the words that name it."""

    name: str
    rgb: Rgb
    words: frozenset[str]


def _ring(corners: int, turn: float = -90.0, inner: float = 1.0) -> Outline:
    """A regular polygon, or a star whose every second corner lies at `inner`."""
    angles = [math.radians(turn + 360 * i / corners) for i in range(corners)]
    radii = [inner if i % 2 else 1.0 for i in range(corners)]
    return tuple((r * math.cos(a), r * math.sin(a)) for r, a in zip(radii, angles, strict=True))


def _heart() -> Outline:
    turns = [2 * math.pi * i / 60 for i in range(60)]
    return tuple(
        (
            16 * math.sin(t) ** 3 / 17,
            -(13 * math.cos(t) - 5 * math.cos(2 * t) - 2 * math.cos(3 * t) - math.cos(4 * t)) / 17,
        )
        for t in turns
    )


def _cross() -> Outline:
    arm = 0.34
    quarter = ((-arm, -1.0), (arm, -1.0), (arm, -arm))
    corners: list[XY] = []
    for _ in range(4):
        corners += quarter
        quarter = tuple((-y, x) for x, y in quarter)  # type: ignore[assignment]  # three again
    return tuple(corners)


def _shape(name: str, outline: Outline, *words: str) -> NamedShape:
    return NamedShape(name=name, outline=outline, words=frozenset((name, *words)))


def _colour(name: str, rgb: Rgb, *words: str) -> NamedColour:
    return NamedColour(name=name, rgb=rgb, words=frozenset((name, *words)))


SHAPES: Mapping[str, NamedShape] = {
    shape.name: shape
    for shape in (
        _shape("circle", _ring(64), "disc", "disk", "dot", "ball", "round", "oval", "ellipse"),
        _shape("square", ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)), "rectangle", "box"),
        _shape("triangle", ((0.0, -1.0), (1.0, 0.8), (-1.0, 0.8))),
        _shape("star", _ring(10, inner=0.42)),
        _shape("heart", _heart()),
        _shape("diamond", ((0.0, -1.0), (0.75, 0.0), (0.0, 1.0), (-0.75, 0.0)), "rhombus"),
        _shape("cross", _cross(), "plus"),
        _shape("pentagon", _ring(5)),
    )
}

COLOURS: Mapping[str, NamedColour] = {
    colour.name: colour
    for colour in (
        _colour("red", (214, 28, 34), "crimson", "scarlet"),
        _colour("orange", (245, 132, 12)),
        _colour("yellow", (250, 222, 20), "gold"),
        _colour("green", (22, 150, 44)),
        _colour("blue", (24, 66, 210)),
        _colour("purple", (120, 28, 160), "violet"),
        _colour("brown", (106, 58, 20)),
        _colour("black", (12, 12, 14)),
        _colour("white", (252, 252, 252)),
    )
}
