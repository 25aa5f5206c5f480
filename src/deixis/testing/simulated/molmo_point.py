"""MolmoPoint writes no numbers of places: its tokens name a patch, a part of it, and a place in
that. The arithmetic is that of its makers' decoder, turned round.
"""

import math
from collections.abc import Sequence
from typing import final

from typing_extensions import override

from deixis.core.size import Size
from deixis.testing.simulated.spaces import Shares
from deixis.testing.simulated.writing import Spot, Writing

CROP_STEP = 266  # pixels by which tiles of 378 go on
MARGINS = 112
WHOLE_VIEW = 196  # tokens of the picture at low resolution
MOST_TILES = 24
THIRD = 0.33  # of a patch, as the makers' decoder has it


@final
class Patches(Writing):
    """A point is a patch of 2 x 2, its part, one of 3 x 3 places in that, and the point's own
    number.
    """

    kinds = ("point",)

    @override
    def write(self, spots: Sequence[Spot], seen: Size) -> str:
        written = "".join(
            _point(spot.shares, seen, number) for number, spot in enumerate(spots, start=1)
        )
        stop = f"<POINT_{_num_tokens(seen)}>"
        return f'<points coords="{written}{stop}">{spots[0].name}</point>'

    @override
    def read(self, text: str, seen: Size) -> list[Shares]:
        return []  # its makers document no way to say a place to it

    @override
    def nothing(self, name: str) -> str:
        return "There are none."


def _grid(seen: Size) -> tuple[int, int]:
    """Rows and columns of patches."""
    down, across = _tiling(seen.height - MARGINS, seen.width - MARGINS)
    return 19 * down + 8, 19 * across + 8


def _tiling(height: int, width: int) -> tuple[int, int]:
    """The tiles that enlarge the picture least, or where all shrink it, shrink it least."""
    every = [
        (rows, columns)
        for rows in range(1, MOST_TILES + 1)
        for columns in range(1, MOST_TILES + 1)
        if rows * columns <= MOST_TILES
    ]
    every.sort(key=lambda tiles: (tiles[0] * tiles[1], tiles[0]))
    scales = [
        min(CROP_STEP * rows / max(height, 1), CROP_STEP * columns / max(width, 1))
        for rows, columns in every
    ]
    enlarging = [scale for scale in scales if scale >= 1]
    return every[scales.index(min(enlarging) if enlarging else max(scales))]


def _num_tokens(seen: Size) -> int:
    rows, columns = _grid(seen)
    return WHOLE_VIEW + math.ceil(rows / 2) * math.ceil(columns / 2)


def _point(shares: Shares, seen: Size, number: int) -> str:
    rows, columns = _grid(seen)
    (column, across), (row, down) = (
        _in_patch(share, count) for share, count in zip(shares, (columns, rows), strict=True)
    )
    patch = WHOLE_VIEW + (row // 2) * math.ceil(columns / 2) + column // 2
    part = 2 * (row % 2) + column % 2
    total = _num_tokens(seen)
    tokens = (patch, total + 1 + part, total + 5 + 3 * across + down)
    return "".join(f"<POINT_{token}>" for token in tokens) + str(number)


def _in_patch(share: float, count: int) -> tuple[int, int]:
    """The patch in which a share of a side lies, and the third of it."""
    patch = min(max(int(share * count), 0), count - 1)
    rest = share * count - patch
    return patch, min(max(int(rest / THIRD), 0), 2)
