"""Places for plates are searched on the grid of a picture's ground.

The tag with the fewest free places beside its region goes first, each to where it costs least; then
those that stand off try again, now that all others stand. Costs are distances in plates' heights.
"""

from collections.abc import Sequence
from typing import NamedTuple, final

import numpy as np
from jaxtyping import Bool, Float64, Int64

from deixis.core.size import Size
from deixis.marks.tag_ground import (
    CELLS_HIGH,
    ROUGHEST,
    Cells,
    Footprint,
    Ground,
    nearest_cells,
    sums_under,
)

BESIDE = 0.5  # up to which a tag stands beside its region and needs no line
STANDING_OFF = 1.0  # what a line costs, beside its length
NO_CONTACT = 0.6  # what a plate costs that does not lie along its region's side
ASTRAY = 0.1  # what each height costs by which it is off a usual place
FARTHEST_ASTRAY = 0.3  # what that costs at most
USUAL = (0.0, 0.02, 0.04, 0.06)  # what it costs above, left, right and below
NEIGHBOURS = 0.8  # what a plate costs that other regions surround
ROUGH = 1.2  # what the roughest ground costs
ON_WIDE = 4.0  # what ground costs that is a wide region
ON_LINE = 2.0  # what a plate on another tag's line costs
COVER = 24.0  # what a plate costs that hides regions wholly, where there is no free ground
OWN_SHARE = 0.5  # of that, where it is its own region that is hidden
THROUGH = 1.0  # what each height costs that a line runs through other regions
CROSSING = 3.0  # what a line costs that crosses another tag or its line
REACHES = (2, 6)  # heights within which a place is looked for first
WORTH = 6.0  # by which a place may cost more than the best and still be tried with its line
TRIED = 8  # places in each of eight directions for which lines are tried
SAMPLES = 32  # places of a line at which it is looked what it runs through
ROUNDS = 2  # in which tags that stand off try again

AROUND = CELLS_HIGH // 2  # cells around a plate in which it has neighbours

Lines = Float64[np.ndarray, "line 2 2"]
Costs = Float64[np.ndarray, "row column"]


class PlateSpot(NamedTuple):
    """A plate's first row and column of cells, and its line, each end a row and column.

    `crosses`: the line runs through another region, or crosses another tag or its line.
    """

    row: int
    column: int
    line: Float64[np.ndarray, "2 2"] | None
    hides: bool
    crosses: bool = False


def spots_of(plates: Sequence[Size], ground: Ground, *, may_hide: bool) -> list[PlateSpot | None]:
    """Each plate gets a spot for the footprint of its number; None where no room is left, and
    for all that follow it then. Unless it `may_hide` regions, that ends where free ground does.
    """
    search = _TagSearch(plates, ground)
    for index in search.order():
        spot = search.spot(index, may_hide=may_hide)
        if spot is None:
            return search.spots
        search.put(index, spot)
    for _ in range(ROUNDS):
        for index in range(len(plates)):
            before = search.spots[index]
            if before is not None and (before.line is not None or before.hides):
                search.put(index, None)
                search.put(index, search.spot(index, may_hide=True))
    return search.spots


@final
class _PlateKind:
    """Plates of one size have these places: what lies under each, and around it."""

    def __init__(self, plate: Size, ground: Ground) -> None:
        cell, size = ground.cell, ground.size
        self.height, self.width = -(-plate.height // cell), -(-plate.width // cell)
        self.exact = np.array([plate.height, plate.width]) / cell
        self.area = self.height * self.width
        self.tops = np.arange((size.height - plate.height) // cell + 1)
        self.lefts = np.arange((size.width - plate.width) // cell + 1)
        whole = (slice(None), slice(None))
        self.cover = self.under(ground.weight, whole)
        self.near = self.under(ground.weight, whole, around=AROUND)
        rough = self.under(ground.rough, whole) / (self.area * ROUGHEST)
        wide = np.minimum(self.under(ground.wide, whole) / self.area, 1.0)
        self.even: Costs = ROUGH * rough + ON_WIDE * wide
        self.taken = np.zeros(self.cover.shape, dtype=np.int64)

    def under(
        self,
        grid: np.ndarray,
        window: tuple[slice, slice],
        *,
        first: tuple[int, int] = (0, 0),
        around: int = 0,
    ) -> Cells:
        """A grid, whose first row and column are these, sums up to this under a plate at each place
        of a window, and so many cells around it.
        """
        tops, lefts = self.tops[window[0]] - around, self.lefts[window[1]] - around
        height, width = self.height + 2 * around, self.width + 2 * around
        return sums_under(grid, tops - first[0], lefts - first[1], height, width)

    def meets(self, row: int, column: int, height: int, width: int) -> tuple[slice, slice]:
        """At these places a plate would meet some cells."""
        top, left = max(0, row - self.height + 1), max(0, column - self.width + 1)
        return slice(top, max(0, row + height)), slice(left, max(0, column + width))


@final
class _Near(NamedTuple):
    """Some rows and columns of a kind's places: what plates cost there, and how far they are
    off.
    """

    rows: slice
    columns: slice
    cost: Costs
    gap: Costs


@final
class _TagSearch:
    """Plates go one by one onto the ground; what stands there is known to those that follow."""

    def __init__(self, plates: Sequence[Size], ground: Ground) -> None:
        self.ground = ground
        self.plates = plates
        self.high = plates[0].height / ground.cell  # of a plate, in cells
        self.kinds = {plate: _PlateKind(plate, ground) for plate in dict.fromkeys(plates)}
        self.spots: list[PlateSpot | None] = [None] * len(plates)
        self.stands = np.zeros((ground.rows, ground.columns), dtype=np.int64)
        self.lined = np.zeros_like(self.stands)

    def order(self) -> list[int]:
        """Those with the fewest free places beside their regions come first, of equals the first
        given.
        """

        def room(index: int) -> int:
            kind = self.kinds[self.plates[index]]
            return int((kind.cover[self._around(index, int(BESIDE * self.high))] == 0).sum())

        rooms = [room(index) for index in range(len(self.plates))]
        return sorted(range(len(self.plates)), key=rooms.__getitem__)

    def put(self, index: int, spot: PlateSpot | None) -> None:
        """A plate is set down, or with None taken up."""
        old = self.spots[index]
        if old is not None:
            self._count(index, old, -1)
        if spot is not None:
            self._count(index, spot, 1)
        self.spots[index] = spot

    def spot(self, index: int, *, may_hide: bool) -> PlateSpot | None:
        """The best place that is left: on free ground nearby, on free ground, then on any."""
        kind = self.kinds[self.plates[index]]
        near = [(self._around(index, int(reach * self.high)), reach) for reach in REACHES]
        whole = ((slice(0, kind.tops.size), slice(0, kind.lefts.size)), np.inf)
        free = [(*one, True) for one in (*near, whole)]
        for window, reach, is_free in (*free, (*whole, False)) if may_hide else free:
            possible = kind.taken[window] == 0
            if is_free:
                possible &= kind.cover[window] == 0
            if not possible.any():
                continue
            found = self._costs(index, window, hides=not is_free)
            found.cost[~possible] = np.inf
            if found.cost.min() <= reach:
                return self._cheapest(index, found)
        return None

    def _around(self, index: int, reach: int) -> tuple[slice, slice]:
        """The places whose plates are at most so many cells off a region."""
        kind, own = self.kinds[self.plates[index]], self.ground.footprints[index]
        rows = slice(max(0, own.top - kind.height - reach), own.bottom + reach + 1)
        columns = slice(max(0, own.left - kind.width - reach), own.right + reach + 1)
        return rows, columns

    def _count(self, index: int, spot: PlateSpot, by: int) -> None:
        own = self.kinds[self.plates[index]]
        bottom, right = spot.row + own.height, spot.column + own.width
        self.stands[spot.row : bottom, spot.column : right] += by
        if spot.line is not None:
            np.add.at(self.lined, tuple(_steps(spot.line, self.lined.shape).T), by)
        for kind in self.kinds.values():
            # a cell is left between two plates
            height, width = own.height + 2, own.width + 2
            kind.taken[kind.meets(spot.row - 1, spot.column - 1, height, width)] += by

    def _costs(self, index: int, window: tuple[slice, slice], *, hides: bool) -> _Near:
        """What a plate costs at each place, but for its line."""
        kind, own = self.kinds[self.plates[index]], self.ground.footprints[index]
        rows, columns = window
        tops, lefts = kind.tops[rows, None], kind.lefts[None, columns]
        off_y, along_y = _apart(tops, kind.height, own.top, own.bottom)
        off_x, along_x = _apart(lefts, kind.width, own.left, own.right)
        gap = np.sqrt(off_y * off_y + off_x * off_x) / self.high
        touched = kind.under(own.inside, window, first=(own.top, own.left), around=AROUND)
        cost = gap + STANDING_OFF * ((gap > BESIDE) | (touched == 0))
        cost += NO_CONTACT * (1 - np.maximum(along_y, along_x))
        cost += np.minimum(self._astray(tops, lefts, kind, own), FARTHEST_ASTRAY)
        weight = 0 if own.is_wide else self.ground.weight_of(own)
        cost += NEIGHBOURS * np.minimum((kind.near[window] - weight * touched) / kind.area, 1.0)
        cost += kind.even[window]
        if self.lined.any():
            cost += ON_LINE * (kind.under(self.lined, window) > 0)
        if hides:
            mine = weight * kind.under(own.inside, window, first=(own.top, own.left))
            cost += COVER * (kind.cover[window] - (1 - OWN_SHARE) * mine) / kind.area
        return _Near(rows, columns, cost, gap)

    def _astray(
        self, tops: np.ndarray, lefts: np.ndarray, kind: _PlateKind, own: Footprint
    ) -> Costs:
        """What it costs to be off the nearest usual place: at the left end above or below a region,
        or in the middle to its left or right.
        """
        above, left, right, below = USUAL
        each = ASTRAY / self.high
        middle = each * abs(tops + kind.height / 2 - (own.top + own.bottom) / 2)
        side = np.minimum(
            each * abs(lefts + kind.width - own.left) + left, each * abs(lefts - own.right) + right
        )
        end = np.minimum(
            each * abs(tops + kind.height - own.top) + above, each * abs(tops - own.bottom) + below
        )
        return np.minimum(middle + side, end + each * abs(lefts - own.left))

    def _cheapest(self, index: int, found: _Near) -> PlateSpot:
        """The cheapest place if it is beside the region, else the one whose line costs least."""
        kind, own = self.kinds[self.plates[index]], self.ground.footprints[index]
        places = np.array([divmod(int(found.cost.argmin()), found.cost.shape[1])])
        lines = self._lines(kind, own, found, places)
        if not self._needs_line(own, found, places, lines)[0]:
            return self._spot_at(kind, found, places[0], None)
        places = _in_each_direction(found, kind, own)
        lines = self._lines(kind, own, found, places)
        are_needed = self._needs_line(own, found, places, lines)
        more = are_needed * self._line_costs(lines, own)
        best = int((found.cost[tuple(places.T)] + more).argmin())
        spot = self._spot_at(kind, found, places[best], lines[best] if are_needed[best] else None)
        return spot._replace(crosses=bool(more[best] > 0))

    def _spot_at(
        self, kind: _PlateKind, found: _Near, place: Int64[np.ndarray, "2"], line: np.ndarray | None
    ) -> PlateSpot:
        row = int(kind.tops[found.rows][place[0]])
        column = int(kind.lefts[found.columns][place[1]])
        return PlateSpot(row, column, line, bool(kind.cover[row, column]))

    def _lines(self, kind: _PlateKind, own: Footprint, found: _Near, places: np.ndarray) -> Lines:
        """From each plate's edge the shortest way leads to a cell at the region's edge."""
        firsts = (kind.tops[found.rows][places[:, 0]], kind.lefts[found.columns][places[:, 1]])
        corners = np.stack(firsts, axis=1)
        ends = nearest_cells(own, corners + kind.exact / 2)
        starts = np.clip(ends, corners, corners + kind.exact)
        return np.stack((starts, ends), axis=1)

    def _needs_line(
        self, own: Footprint, found: _Near, places: np.ndarray, lines: Lines
    ) -> Bool[np.ndarray, " place"]:
        """Whether plates stand off, or behind another region."""
        away = _lengths(lines) / self.high
        is_off = (away > BESIDE + 0.5 / CELLS_HIGH) | (found.gap[tuple(places.T)] > BESIDE)
        return is_off | self._is_through(own, *self._cells(lines)).any(axis=1)

    def _line_costs(self, lines: Lines, own: Footprint) -> Float64[np.ndarray, " line"]:
        """What each line runs through, and what it crosses."""
        rows, columns = self._cells(lines)
        is_through = self._is_through(own, rows, columns)
        cost = THROUGH * is_through.mean(axis=1) * _lengths(lines) / self.high
        cost += THROUGH * is_through.any(axis=1)
        cost += CROSSING * (self.stands[rows, columns] > 0).any(axis=1)
        others = [spot.line for spot in self.spots if spot is not None and spot.line is not None]
        if others:
            cost += CROSSING * _crossings(lines, np.stack(others))
        return cost

    def _cells(self, lines: Lines) -> tuple[np.ndarray, np.ndarray]:
        """The rows and the columns of the cells that lines run through."""
        cells = _samples(lines).clip(0, np.array(self.stands.shape) - 1)
        return cells[..., 0], cells[..., 1]

    def _is_through(self, own: Footprint, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        return (self.ground.weight[rows, columns] > 0) & ~own.holds(rows, columns)


def _apart(
    starts: np.ndarray, length: int, start: int, end: int
) -> tuple[Float64[np.ndarray, "..."], Float64[np.ndarray, "..."]]:
    """How far pieces of an axis are from another one, and which share of the shorter lies along."""
    ends = starts + length
    apart = np.maximum(start - ends, starts - end)
    along = (np.minimum(ends, end) - np.maximum(starts, start)).clip(0)
    return apart.clip(0).astype(np.float64), along / min(length, end - start)


def _in_each_direction(
    found: _Near, kind: _PlateKind, own: Footprint
) -> Int64[np.ndarray, "place 2"]:
    """The cheapest places come in each of eight directions from a region."""
    rows, columns = np.nonzero(found.cost <= found.cost.min() + WORTH)
    down = 2 * kind.tops[found.rows][rows] + kind.height - own.top - own.bottom
    across = 2 * kind.lefts[found.columns][columns] + kind.width - own.left - own.right
    direction = 4 * (down > 0) + 2 * (across > 0) + (abs(down) > abs(across))
    cheap = found.cost[rows, columns].argsort(kind="stable")
    chosen = [cheap[direction[cheap] == number][:TRIED] for number in range(8)]
    places = np.concatenate(chosen)
    return np.stack((rows[places], columns[places]), axis=1)


def _samples(lines: Lines) -> Int64[np.ndarray, "line sample 2"]:
    """Cells that lines run through."""
    share = (np.arange(SAMPLES) + 0.5) / SAMPLES
    ways = lines[:, 1] - lines[:, 0]
    return np.floor(lines[:, None, 0] + share[:, None] * ways[:, None]).astype(np.int64)


def _steps(line: Float64[np.ndarray, "2 2"], shape: tuple[int, int]) -> Int64[np.ndarray, "step 2"]:
    """Cells of a line that are so near to each other that no plate fits between them."""
    count = 2 + int(np.abs(line[1] - line[0]).max()) // (CELLS_HIGH // 2)
    share = np.arange(count)[:, None] / (count - 1)
    cells = np.floor(line[0] + share * (line[1] - line[0])).astype(np.int64)
    return cells.clip(0, np.array(shape) - 1)


def _lengths(lines: Lines) -> Float64[np.ndarray, " line"]:
    ways = lines[:, 1] - lines[:, 0]
    return np.sqrt(ways[:, 0] * ways[:, 0] + ways[:, 1] * ways[:, 1])


def _crossings(
    lines: Lines, others: Float64[np.ndarray, "other 2 2"]
) -> Int64[np.ndarray, " line"]:
    """Each line crosses so many others."""
    one, two = lines[:, None], others[None]

    def side(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> np.ndarray:
        return (b[..., 0] - a[..., 0]) * (c[..., 1] - a[..., 1]) - (b[..., 1] - a[..., 1]) * (
            c[..., 0] - a[..., 0]
        )

    a, b, c, d = one[:, :, 0], one[:, :, 1], two[:, :, 0], two[:, :, 1]
    is_between = (side(a, b, c) * side(a, b, d) < 0) & (side(c, d, a) * side(c, d, b) < 0)
    return is_between.sum(axis=1)
