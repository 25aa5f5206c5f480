"""Eight kinds of marks over a scene, drawn for pretraining only.

A stand-in until the package `marks` exists. Shapes, ranges and colours follow ViP-LLaVA
(2312.00784); frame: pixels of a square picture, lengths in 1/336 of its side.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import final

import numpy as np
import PIL.Image
import PIL.ImageDraw
from jaxtyping import Bool, UInt8

Points = list[tuple[float, float]]
COLOURS: dict[str, tuple[int, int, int]] = {
    "red": (255, 0, 0),
    "lime": (0, 255, 0),
    "blue": (0, 0, 255),
    "yellow": (255, 255, 0),
    "fuchsia": (255, 0, 255),
    "aqua": (0, 255, 255),
    "orange": (255, 165, 0),
    "purple": (128, 0, 128),
    "gold": (255, 215, 0),
}
PREPOSITIONS = {
    "rectangle": "within",
    "ellipse": "within",
    "point": "at",
    "triangle": "with",
    "scribble": "with",
    "mask": "with",
    "contour": "with",
    "arrow": "pointed to by",
}
KINDS = tuple(PREPOSITIONS)
ANCHOR = 336
FINER = 2  # marks are drawn so many times larger and then made small, for smooth lines
CURVE_STEPS = 24
FLATTEST = math.radians(150)  # no triangle has a wider angle
WIDE = 0.5  # a triangle or scribble spans this part of its region's width or height
TRIES = 20


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class DrawnMark:
    """A kind and a colour over what is at one place of a scene's `owners`."""

    kind: str
    colour: str
    owner: int

    @property
    def phrase(self) -> str:
        """How it is said."""
        kind = "mask contour" if self.kind == "contour" else self.kind
        return f"{PREPOSITIONS[self.kind]} the {self.colour} {kind}"


@final
class _Pen:
    """A grey picture of one mark over one region, in finer pixels."""

    def __init__(self, region: Bool[np.ndarray, "row column"], draws: np.random.Generator) -> None:
        rows, columns = np.nonzero(region)
        self.region, self.rows, self.columns, self.draws = region, rows, columns, draws
        self.side = region.shape[0] * FINER
        self.grey = PIL.Image.new("L", (self.side, self.side))
        self.draw = PIL.ImageDraw.Draw(self.grey)
        self.box = tuple(
            float(value * FINER)
            for value in (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
        )

    def length(self, low: float, high: float) -> float:
        """A length drawn from a range in 1/336 of the side."""
        return float(self.draws.uniform(low, high)) * self.side / ANCHOR

    def width(self, low: float, high: float) -> int:
        """A line's width; never thinner than a pixel of the picture."""
        return max(FINER, round(self.length(low, high)))

    def inside(self, count: int) -> Points:
        """Points of the region."""
        chosen = self.draws.integers(0, self.rows.size, count)
        return [
            (float(self.columns[i]) * FINER + 1, float(self.rows[i]) * FINER + 1) for i in chosen
        ]

    def centre(self) -> tuple[float, float]:
        """The middle of the region's box."""
        x0, y0, x1, y1 = self.box
        return (x0 + x1) / 2, (y0 + y1) / 2


def paint_mark(
    pixels: UInt8[np.ndarray, "row column 3"],
    region: Bool[np.ndarray, "row column"],
    mark: DrawnMark,
    draws: np.random.Generator,
) -> UInt8[np.ndarray, "row column"]:
    """Blend a mark of that region into the pixels, in place; how much of each pixel it covers."""
    pen = _Pen(region, draws)
    _SHAPES[mark.kind](pen)
    low, high = (48, 128) if mark.kind == "mask" else (96, 255)
    alpha = int(draws.integers(low, high + 1))
    coverage = np.asarray(pen.grey.reduce(FINER))
    x0, y0, x1, y1 = PIL.Image.fromarray(coverage).getbbox() or (0, 0, 0, 0)
    touched = pixels[y0:y1, x0:x1]
    ink = np.array(COLOURS[mark.colour], dtype=np.int32)
    change = (ink - touched) * (coverage[y0:y1, x0:x1, None].astype(np.int32) * alpha)
    touched += (change // (255 * 255)).astype(np.uint8)  # wraps around to the right value
    return coverage


def _rectangle(pen: _Pen) -> None:
    pen.draw.rectangle(pen.box, outline=255, width=pen.width(2, 8))


def _ellipse(pen: _Pen) -> None:
    x0, y0, x1, y1 = pen.box
    more = (pen.draws.uniform(1, 1.5) - 1) / 2
    wide, high = (x1 - x0) * more, (y1 - y0) * more
    bounds = (x0 - wide, y0 - high, x1 + wide, y1 + high)
    pen.draw.ellipse(bounds, outline=255, width=pen.width(2, 8))


def _point(pen: _Pen) -> None:
    x, y = pen.centre()
    column, row = (min(int(value / FINER), pen.region.shape[0] - 1) for value in (x, y))
    if not pen.region[row, column]:
        x, y = pen.inside(1)[0]
    radius = pen.length(5, 20)
    aspect = pen.draws.uniform(0.5, 2) if pen.draws.random() < 0.5 else 1.0
    across, down = max(radius * aspect, FINER), max(radius / aspect, FINER)
    pen.draw.ellipse((x - across, y - down, x + across, y + down), fill=255)


def _triangle(pen: _Pen) -> None:
    corners = pen.inside(3)
    for _ in range(TRIES):
        if _widest_angle(corners) <= FLATTEST and _is_wide(pen, corners):
            break
        corners = pen.inside(3)
    pen.draw.line([*corners, *corners[:2]], fill=255, width=pen.width(2, 8), joint="curve")


def _scribble(pen: _Pen) -> None:
    corners = pen.inside(4)
    for _ in range(TRIES):
        if _is_wide(pen, corners):
            break
        corners = pen.inside(4)
    controls = np.array(corners)
    along = np.linspace(0, 1, CURVE_STEPS)[:, None]
    weights = [math.comb(3, i) * along**i * (1 - along) ** (3 - i) for i in range(4)]
    curve = sum(weight * control for weight, control in zip(weights, controls, strict=True))
    points = [(float(x), float(y)) for x, y in np.asarray(curve)]
    pen.draw.line(points, fill=255, width=pen.width(2, 12), joint="curve")


def _mask(pen: _Pen) -> None:
    pen.grey.paste(_grey(pen.region).resize(pen.grey.size, PIL.Image.Resampling.NEAREST))


def _contour(pen: _Pen) -> None:
    region = np.pad(pen.region, 1)
    middle = region[1:-1, 1:-1]
    within = region[:-2, 1:-1] & region[2:, 1:-1] & region[1:-1, :-2] & region[1:-1, 2:]
    around = region[:-2, 1:-1] | region[2:, 1:-1] | region[1:-1, :-2] | region[1:-1, 2:]
    edge = (around & ~within) if pen.draws.random() < 0.5 else (middle & ~within)
    pen.grey.paste(_grey(edge).resize(pen.grey.size, PIL.Image.Resampling.NEAREST))


def _arrow(pen: _Pen) -> None:
    x0, y0, x1, y1 = pen.box
    x, y = pen.centre()
    x += (x1 - x0) * pen.draws.uniform(-0.25, 0.25)
    y += (y1 - y0) * pen.draws.uniform(-0.25, 0.25)
    angle = _inward_angle(pen, x, y)
    shortest = min(0.8 * min(x1 - x0, y1 - y0), 50 * pen.side / ANCHOR)
    length = pen.draws.uniform(
        max(shortest, 0.12 * pen.side), max(50 * pen.side / ANCHOR, shortest)
    )
    head = max(pen.draws.uniform(0.2, 0.5) * length, 12 * pen.side / ANCHOR)
    width = pen.width(1, 6)
    end = (x + length * math.cos(angle), y + length * math.sin(angle))
    middle = ((x + end[0]) / 2, (y + end[1]) / 2)
    if pen.draws.random() < 0.5:
        middle = (middle[0] + pen.length(-5, 5), middle[1] + pen.length(-5, 5))
    pen.draw.line([(x, y), middle, end], fill=255, width=width, joint="curve")
    barbs = [
        (x + head * math.cos(angle + turn), y + head * math.sin(angle + turn))
        for turn in (math.pi / 4, -math.pi / 4)
    ]
    if pen.draws.random() < 0.5:
        pen.draw.polygon([(x, y), *barbs], fill=255)
    else:
        pen.draw.line([barbs[0], (x, y), barbs[1]], fill=255, width=width)


def _inward_angle(pen: _Pen, x: float, y: float) -> float:
    """Where the shaft goes from the tip: any way that keeps most of it in the picture."""
    reach = 40 * pen.side / ANCHOR
    angle = 0.0
    for _ in range(TRIES):
        angle = float(pen.draws.uniform(0, 2 * math.pi))
        end = (x + reach * math.cos(angle), y + reach * math.sin(angle))
        if all(0 <= value <= pen.side for value in end):
            break
    return angle


def _is_wide(pen: _Pen, points: Points) -> bool:
    """Whether they span enough of the region to be seen."""
    x0, y0, x1, y1 = pen.box
    across, down = (max(values) - min(values) for values in zip(*points, strict=True))
    return max(across / (x1 - x0), down / (y1 - y0)) >= WIDE


def _widest_angle(corners: Points) -> float:
    sides = [math.dist(corners[i], corners[(i + 1) % 3]) for i in range(3)]
    if min(sides) == 0:
        return math.pi
    a, b, c = sorted(sides)
    return math.acos(max(-1.0, min(1.0, (a * a + b * b - c * c) / (2 * a * b))))


def _grey(region: Bool[np.ndarray, "row column"]) -> PIL.Image.Image:
    return PIL.Image.fromarray(region.astype(np.uint8) * 255)


_SHAPES: dict[str, Callable[[_Pen], None]] = {
    "rectangle": _rectangle,
    "ellipse": _ellipse,
    "point": _point,
    "triangle": _triangle,
    "scribble": _scribble,
    "mask": _mask,
    "contour": _contour,
    "arrow": _arrow,
}
