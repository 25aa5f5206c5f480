"""The ground on which tags may stand: a coarse grid of a picture that tells what lies in each cell.

A cell is an eighth of a plate's height, so a grid of any picture has at most some 330 cells a side.
All counts are whole numbers, so that places come out alike on every machine.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Bool, Float64, Int64

from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.shapes import Box, Point
from deixis.core.size import Size
from deixis.marks.place import MarkPlace
from deixis.marks.shapes.contour import POINT_RADIUS

CELLS_HIGH = 8  # of a plate
WIDE = 0.5  # of the picture, from which a region is ground itself: a page, a wall, the sky
HEAVIEST = 16  # a cell of a region that is smaller than a plate counts so many times
ROUGHEST = 24  # grey levels from a pixel to the next, from which ground is as rough as can be

Cells = Int64[np.ndarray, "row column"]


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Footprint:
    """A region with its outline lies in these cells of the grid, `inside` from a first one on."""

    left: int
    top: int
    inside: Bool[np.ndarray, "row column"]
    is_wide: bool

    @property
    def right(self) -> int:
        """The column after its last one."""
        return self.left + self.inside.shape[1]

    @property
    def bottom(self) -> int:
        """The row after its last one."""
        return self.top + self.inside.shape[0]

    @property
    def area(self) -> int:
        """So many cells are its own."""
        return int(self.inside.sum())

    def holds(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Whether each of some cells is its own."""
        height, width = self.inside.shape
        down, across = rows - self.top, columns - self.left
        is_near = (down >= 0) & (down < height) & (across >= 0) & (across < width)
        return is_near & self.inside[down.clip(0, height - 1), across.clip(0, width - 1)]


@final
class Ground:
    """Regions lie on a grid of a picture, whose cells are so many pixels wide and high."""

    def __init__(
        self, regions: Sequence[Region], size: Size, high: int, image: Image | None = None
    ) -> None:
        self.size = size
        self.cell = max(1, high // CELLS_HIGH)
        self.rows, self.columns = -(-size.height // self.cell), -(-size.width // self.cell)
        self.footprints = tuple(self._footprint(region) for region in regions)
        self.weight = np.zeros((self.rows, self.columns), dtype=np.int64)
        self.wide = np.zeros_like(self.weight)
        for one in self.footprints:
            grid = self.wide if one.is_wide else self.weight
            window = grid[one.top : one.bottom, one.left : one.right]
            window += one.inside * (1 if one.is_wide else self.weight_of(one))
        self.rough = self._rough(image)

    def weight_of(self, footprint: Footprint) -> int:
        """A cell of a small region counts more: a plate hides more of it."""
        return 1 + min(HEAVIEST - 1, CELLS_HIGH * CELLS_HIGH // max(1, footprint.area))

    def filled_by(self, plates: Sequence[Size]) -> float:
        """Plates with a cell between them need this share of the cells that no region has."""
        needed = sum(
            (plate.height // self.cell + 1) * (plate.width // self.cell + 1) for plate in plates
        )
        return needed / max(1, int((self.weight == 0).sum()))

    def _footprint(self, region: Region) -> Footprint:
        place = MarkPlace.of(region, self.size)
        columns, tops, rights, bottoms = self._rectangles(place)
        reach = place.pixels(1) + 2  # its outline's line, and a pixel of air
        limit_x, limit_y = self.columns - 1, self.rows - 1
        x0 = ((columns - reach) // self.cell).clip(0, limit_x)
        y0 = ((tops - reach) // self.cell).clip(0, limit_y)
        x1 = ((rights + reach - 1) // self.cell).clip(x0, limit_x) + 1
        y1 = ((bottoms + reach - 1) // self.cell).clip(y0, limit_y) + 1
        left, top = int(x0.min()), int(y0.min())
        corners = np.zeros((int(y1.max()) - top + 1, int(x1.max()) - left + 1), dtype=np.int64)
        for rows, across, sign in ((y0, x0, 1), (y0, x1, -1), (y1, x0, -1), (y1, x1, 1)):
            np.add.at(corners, (rows - top, across - left), sign)
        inside = corners.cumsum(axis=0).cumsum(axis=1)[:-1, :-1] > 0
        is_wide = int(inside.sum()) > WIDE * self.rows * self.columns
        return Footprint(left=left, top=top, inside=inside, is_wide=is_wide)

    def _rectangles(self, place: MarkPlace) -> tuple[np.ndarray, ...]:
        """The region is these rectangles of pixels: lefts, tops, rights and bottoms."""
        shape, box = place.region.shape, place.box
        if isinstance(shape, Point):
            radius = place.pixels(POINT_RADIUS)
            x, y = shape.x, shape.y
            box = Box(x0=x - radius, y0=y - radius, x1=x + radius, y1=y + radius)
        if isinstance(shape, Point | Box):
            corners = np.floor(box.xyxy[:2]), np.ceil(box.xyxy[2:])
            left, top, right, bottom = np.concatenate(corners).astype(np.int64)[:, None]
            return left, top, right, bottom
        pieces = place.region.mask(self.size).pieces()
        return pieces.columns, pieces.tops, pieces.columns + 1, pieces.bottoms

    def _rough(self, image: Image | None) -> Cells:
        """Each cell has its mean step from one pixel to the next, in grey levels of 256."""
        if image is None:
            return np.zeros_like(self.weight)
        step = max(1, self.cell // 4)
        thin = image.pixels[::step, ::step].astype(np.int64)
        grey = (thin @ np.array([77, 150, 29])) >> 8
        steps = np.zeros_like(grey)
        steps[:, 1:] += np.abs(np.diff(grey, axis=1))
        steps[1:] += np.abs(np.diff(grey, axis=0))
        rows, columns = (np.arange(n) * step // self.cell for n in grey.shape)
        starts = tuple(np.flatnonzero(np.diff(places, prepend=-1)) for places in (rows, columns))
        sums = np.add.reduceat(np.add.reduceat(steps, starts[0], axis=0), starts[1], axis=1)
        counts = np.outer(np.bincount(rows), np.bincount(columns))
        return np.minimum(sums // counts, ROUGHEST)


def sums_under(
    grid: np.ndarray, tops: np.ndarray, lefts: np.ndarray, height: int, width: int
) -> Cells:
    """A grid sums up to this under so many cells from each of the rows and columns on; what lies
    beyond the grid is nothing.
    """
    top, bottom = np.clip((tops[0], tops[-1] + height), 0, grid.shape[0])
    left, right = np.clip((lefts[0], lefts[-1] + width), 0, grid.shape[1])
    rows, columns = int(bottom - top), int(right - left)
    total = np.zeros((rows + 1, columns + 1), dtype=np.int64)
    np.cumsum(grid[top:bottom, left:right], axis=0, out=total[1:, 1:])
    np.cumsum(total[1:, 1:], axis=1, out=total[1:, 1:])
    tops, lefts = tops - top, lefts - left
    down = total[(tops + height).clip(0, rows)] - total[tops.clip(0, rows)]
    return down[:, (lefts + width).clip(0, columns)] - down[:, lefts.clip(0, columns)]


def nearest_cells(
    footprint: Footprint, places: Float64[np.ndarray, "place 2"]
) -> Float64[np.ndarray, "place 2"]:
    """The region's cell nearest to each place, a row and a column, has its middle here."""
    inside = footprint.inside
    is_edge = inside.copy()
    is_edge[1:-1, 1:-1] &= ~(
        inside[:-2, 1:-1] & inside[2:, 1:-1] & inside[1:-1, :-2] & inside[1:-1, 2:]
    )
    middles = np.array([footprint.top + 0.5, footprint.left + 0.5])
    cells = np.argwhere(is_edge) + middles
    away = places[:, None] - cells
    best = (away[..., 0] * away[..., 0] + away[..., 1] * away[..., 1]).argmin(axis=1)
    return cells[best]
