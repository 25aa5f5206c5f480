"""Maps between the original image and what a model sees: resize, crop, pad, and their chains.

All of them scale and shift each axis on its own, so a chain of them is again one scale and shift
per axis, and it has an exact inverse. Frame: continuous pixels; a resize maps border to border.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import assert_never, final

import numpy as np

from deixis.core import given
from deixis.core.convert import Shape
from deixis.core.errors import RegionError, UsageError
from deixis.core.mask import Mask
from deixis.core.region import Region
from deixis.core.shapes import XY, Box, Ellipse, Point, Polygon, Stroke
from deixis.core.size import Size, size_of

MOVES = ("scale_x", "scale_y", "shift_x", "shift_y")


@final
@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Transform:
    """x_after = scale_x · x_before + shift_x, likewise y; from a picture of `before` to `after`."""

    before: Size
    after: Size
    scale_x: float = 1.0
    scale_y: float = 1.0
    shift_x: float = 0.0
    shift_y: float = 0.0

    def __post_init__(self) -> None:
        for name in ("before", "after"):
            given.fields(self, "a transform", lambda told, one: size_of(one, name=told), (name,))
        given.fields(
            self, "a transform", given.number, ("scale_x", "scale_y", "shift_x", "shift_y")
        )
        if self.scale_x <= 0 or self.scale_y <= 0:
            raise UsageError(f"a transform's scales are > 0, got {self.scale_x}, {self.scale_y}")

    def __repr__(self) -> str:
        moved = f"x·{self.scale_x:g}{self.shift_x:+g}, y·{self.scale_y:g}{self.shift_y:+g}"
        return f"Transform({self.before} to {self.after}, {moved})"

    def then(self, following: "Transform") -> "Transform":
        """Another transform follows this one."""
        given.instance("following", following, Transform, "a Transform")
        if following.before != self.after:
            raise UsageError(f"a {self.after} picture cannot enter a {following.before} transform")
        return Transform(
            before=self.before,
            after=following.after,
            scale_x=self.scale_x * following.scale_x,
            scale_y=self.scale_y * following.scale_y,
            shift_x=self.shift_x * following.scale_x + following.shift_x,
            shift_y=self.shift_y * following.scale_y + following.shift_y,
        )

    def inverse(self) -> "Transform":
        """The way back is a transform too."""
        return Transform(
            before=self.after,
            after=self.before,
            scale_x=1 / self.scale_x,
            scale_y=1 / self.scale_y,
            shift_x=-self.shift_x / self.scale_x,
            shift_y=-self.shift_y / self.scale_y,
        )

    def xy(self, x: float, y: float) -> XY:
        """One point is moved."""
        return self._xy(given.number("x", x), given.number("y", y))

    def _xy(self, x: float, y: float) -> XY:
        return (self.scale_x * x + self.shift_x, self.scale_y * y + self.shift_y)

    def box(self, box: Box) -> Box:
        """One box is moved."""
        given.instance("box", box, Box, "a Box (of regions: region)")
        x0, y0 = self._xy(box.x0, box.y0)
        x1, y1 = self._xy(box.x1, box.y1)
        return Box(x0=x0, y0=y0, x1=x1, y1=y1)

    def region(self, region: Region) -> Region:
        """A region with all its words. A mask is sampled anew at the pixel centres of `after`;
        RegionError if nothing of it is left.
        """
        given.instance("region", region, Region, "a Region")
        return replace(region, shape=self._shape(region.shape))

    def _shape(self, shape: Shape) -> Shape:
        match shape:
            case Point():
                x, y = self._xy(shape.x, shape.y)
                return Point(x=x, y=y)
            case Box():
                return self.box(shape)
            case Ellipse():
                return self._ellipse(shape)
            case Polygon():
                rings = (tuple(self._xy(x, y) for x, y in ring) for ring in shape.rings)
                return Polygon(rings=tuple(rings))
            case Stroke():
                return Stroke(
                    points=tuple(self._xy(x, y) for x, y in shape.points),
                    width=shape.width * math.sqrt(self.scale_x * self.scale_y),
                )
            case Mask():
                return self._mask(shape)
        assert_never(shape)

    def _ellipse(self, ellipse: Ellipse) -> Ellipse:
        cx, cy = self._xy(ellipse.cx, ellipse.cy)
        if math.isclose(self.scale_x, self.scale_y, rel_tol=1e-12):
            return Ellipse(
                cx=cx,
                cy=cy,
                rx=ellipse.rx * self.scale_x,
                ry=ellipse.ry * self.scale_x,
                angle=ellipse.angle,
            )
        # the axes of the scaled ellipse are the singular vectors of scale · turn · radii
        turn = math.radians(ellipse.angle)
        cos, sin = math.cos(turn), math.sin(turn)
        axes = np.array([[cos, -sin], [sin, cos]]) * [ellipse.rx, ellipse.ry]
        vectors, radii, _ = np.linalg.svd(np.diag([self.scale_x, self.scale_y]) @ axes)
        angle = math.degrees(math.atan2(vectors[1, 0], vectors[0, 0]))
        return Ellipse(cx=cx, cy=cy, rx=float(radii[0]), ry=float(radii[1]), angle=angle)

    def _mask(self, mask: Mask) -> Mask:
        if mask.size != self.before:
            raise RegionError(f"a {mask.size} mask cannot enter a {self.before} transform")
        back = self.inverse()
        columns = _sampled(self.after.width, back.scale_x, back.shift_x)
        rows = _sampled(self.after.height, back.scale_y, back.shift_y)
        inside = np.pad(mask.to_array(), ((0, 1), (0, 1)))  # one border for all that is outside
        columns = np.where((columns >= 0) & (columns < mask.size.width), columns, -1)
        rows = np.where((rows >= 0) & (rows < mask.size.height), rows, -1)
        return Mask.from_array(inside[np.ix_(rows, columns)])


def _size_of(name: str, value: object) -> Size:
    return size_of(value, name=name)


def _sampled(count: int, scale: float, shift: float) -> np.ndarray:
    return np.floor(scale * (np.arange(count) + 0.5) + shift).astype(np.int64)


def identity(size: Size) -> Transform:
    """The picture stays as it is."""
    return Transform(before=size, after=size)


def resize(before: Size, after: Size) -> Transform:
    """The whole picture gets another size."""
    return Transform(
        before=before,
        after=after,
        scale_x=after.width / before.width,
        scale_y=after.height / before.height,
    )


def crop(before: Size, *, left: int, top: int, after: Size) -> Transform:
    """A window of the picture. It may stick out (negative `left`, or beyond): that is a pad."""
    return Transform(before=before, after=after, shift_x=-float(left), shift_y=-float(top))


def pad(before: Size, *, left: int = 0, top: int = 0, right: int = 0, bottom: int = 0) -> Transform:
    """The picture lies on a larger ground."""
    after = Size(width=before.width + left + right, height=before.height + top + bottom)
    return crop(before, left=-left, top=-top, after=after)


def centre_crop(before: Size, after: Size) -> Transform:
    """The middle window, padded where the picture is smaller, as transformers rounds it."""
    left = (before.width - after.width) // 2
    top = (before.height - after.height) // 2
    return crop(before, left=left, top=top, after=after)


def pad_to_square(before: Size) -> Transform:
    """The picture in the middle of a square of its longer side, as LLaVA pads."""
    side = max(before.width, before.height)
    left, top = (side - before.width) // 2, (side - before.height) // 2
    return crop(before, left=-left, top=-top, after=Size(width=side, height=side))


def tiles(before: Size, tile: Size) -> tuple[Transform, ...]:
    """The picture cut in windows of one size, row by row; the last ones may stick out."""
    return tuple(
        crop(before, left=left, top=top, after=tile)
        for top in range(0, before.height, tile.height)
        for left in range(0, before.width, tile.width)
    )


def chain(transforms: Sequence[Transform]) -> Transform:
    """The transforms follow one another."""
    if not transforms:
        raise UsageError("a chain needs at least one transform, got none")
    return reduce(Transform.then, transforms)
