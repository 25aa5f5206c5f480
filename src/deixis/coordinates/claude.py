"""Claude counts pixels of the picture after its own resize."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.number_scale import NumberScale
from deixis.coordinates.plain_lists import ListDialect, seen_scale
from deixis.coordinates.resizing import ClaudeFit, Resize
from deixis.coordinates.saying import said_lists
from deixis.core.region import Region
from deixis.core.size import Size


@final
@dataclass(frozen=True, kw_only=True)
class ClaudeDialect(ListDialect):
    """`[412, 300, 520, 411]`: whole pixels, x first, of the picture as the model sees it.

    Claude shrinks a picture to the largest size of the same aspect whose 28-pixel patches are at
    most `max_patches` and whose sides, rounded up to patches, are at most `max_edge` (its guide
    on coordinates; 1568 and 1568 for the standard tier, 2576 and 4784 for the high-resolution
    one), and pads right and below, which moves nothing. It asks not to be given 0-1000. `resize`
    stands for another law. No place for labels; those of JSON are read.
    """

    summary: ClassVar[str] = "[x1, y1, x2, y2], whole pixels after its own resize"

    max_edge: int = 1568
    max_patches: int = 1568
    resize: Resize | None = None

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        return said_lists(regions, self.scale(size))

    def seen_size(self, size: Size) -> Size:
        """The model shrinks a picture to this size; one that fits stays."""
        own = ClaudeFit(max_edge=self.max_edge, max_patches=self.max_patches)
        return (self.resize or own).seen(size)

    @override
    def scale(self, size: Size) -> NumberScale:
        own = ClaudeFit(max_edge=self.max_edge, max_patches=self.max_patches)
        return seen_scale(size, self.resize or own)
