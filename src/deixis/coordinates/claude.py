"""Claude counts pixels of the picture after its own resize."""

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.number_scale import NumberScale, whole_scale
from deixis.coordinates.records import ListDialect
from deixis.coordinates.saying import BARE_KINDS, said_lists
from deixis.core.region import Region
from deixis.core.size import Size

PATCH = 28


@final
@dataclass(frozen=True, kw_only=True)
class ClaudeDialect(ListDialect):
    """`[412, 300, 520, 411]`: whole pixels, x first, of the picture as the model sees it.

    Claude shrinks a picture to the largest size of the same aspect whose 28-pixel patches are at
    most `max_patches` and whose sides, rounded up to patches, are at most `max_edge` (its guide
    on coordinates; 1568 and 1568 for the standard tier, 2576 and 4784 for the high-resolution
    one), and pads right and below, which moves nothing. It asks not to be given 0-1000.
    No place for labels; those of JSON are read.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "[x1, y1, x2, y2], whole pixels after its own resize"

    max_edge: int = 1568
    max_patches: int = 1568

    @override
    def say(self, regions: Sequence[Region], size: Size) -> str:
        return said_lists(regions, self.scale(size))

    def seen_size(self, size: Size) -> Size:
        """The model shrinks a picture to this size; one that fits stays."""
        if self._fits(size.width, size.height):
            return size
        long, short = max(size.width, size.height), min(size.width, size.height)
        shares = range(1, long)
        too_long = bisect_left(
            shares, True, key=lambda edge: not self._fits(edge, _short_edge(edge, long, short))
        )
        edge = shares[max(too_long - 1, 0)]
        other = _short_edge(edge, long, short)
        if size.width >= size.height:
            return Size(width=edge, height=other)
        return Size(width=other, height=edge)

    def _fits(self, width: int, height: int) -> bool:
        across, down = math.ceil(width / PATCH), math.ceil(height / PATCH)
        return max(across, down) * PATCH <= self.max_edge and across * down <= self.max_patches

    @override
    def scale(self, size: Size) -> NumberScale:
        seen = self.seen_size(size)
        return whole_scale(size, last=(float(seen.width), float(seen.height)))


def _short_edge(edge: int, long: int, short: int) -> int:
    return max(round(edge / (long / short)), 1)
