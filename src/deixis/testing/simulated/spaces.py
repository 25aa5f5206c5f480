"""Spaces in which models count: shares of the picture that a model sees become numbers, and back
again.
"""

import math
from dataclasses import dataclass
from typing import Literal, TypeAlias, final

from deixis.core.size import Size

Shares: TypeAlias = tuple[float, ...]  # x, y or x0, y0, x1, y1; 0..1 of what the model sees
Numbers: TypeAlias = tuple[str, ...]  # as they are written, x first


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class NumberSpace:
    """A side is counted from 0 to `last`; None: in pixels of what the model sees.

    Whole numbers are the nearest, or with `rounding` "down" cut off; `most` is the highest that is
    written. `middle` is added when a number is read (0.5: the middle of a bin). `is_padded`: of the
    picture that was centred on a square first.
    """

    last: float | None = None
    decimals: int = 0
    rounding: Literal["nearest", "down"] = "nearest"
    most: int | None = None
    middle: float = 0.0
    steps: int | None = None  # shares are written in full, of so many steps
    is_padded: bool = False

    def numbers(self, shares: Shares, seen: Size) -> Numbers:
        """The numbers that are written for a point's or box's shares."""
        sides = (seen.width, seen.height) * 2
        placed = _padded(shares, seen) if self.is_padded else shares
        pairs = zip(placed, sides[: len(shares)], strict=True)
        return tuple(self._number(share, side) for share, side in pairs)

    def shares(self, numbers: tuple[float, ...], seen: Size) -> Shares:
        """What numbers in somebody's question mean."""
        sides = (seen.width, seen.height) * 2
        pairs = zip(numbers, sides[: len(numbers)], strict=True)
        placed = tuple(self._share(number, side) for number, side in pairs)
        return _unpadded(placed, seen) if self.is_padded else placed

    def _number(self, share: float, side: int) -> str:
        if self.steps is not None:
            return str(round(share * self.steps) / self.steps)
        value = share * (side if self.last is None else self.last)
        if self.decimals:
            return f"{value:.{self.decimals}f}"
        whole = math.floor(value if self.rounding == "down" else value + 0.5)
        return str(whole if self.most is None else min(whole, self.most))

    def _share(self, number: float, side: int) -> float:
        return (number + self.middle) / (side if self.last is None else self.last)


PIXELS = NumberSpace()
THOUSANDTHS = NumberSpace(last=1000)
SHARES = NumberSpace(last=1, decimals=3)


def _padded(shares: Shares, seen: Size) -> Shares:
    longer = max(seen.width, seen.height)
    sides = (seen.width, seen.height) * 2
    return tuple(
        (share * side + (longer - side) / 2) / longer
        for share, side in zip(shares, sides[: len(shares)], strict=True)
    )


def _unpadded(shares: Shares, seen: Size) -> Shares:
    longer = max(seen.width, seen.height)
    sides = (seen.width, seen.height) * 2
    return tuple(
        (share * longer - (longer - side) / 2) / side
        for share, side in zip(shares, sides[: len(shares)], strict=True)
    )
