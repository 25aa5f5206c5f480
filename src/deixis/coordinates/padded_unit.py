"""Numbers are shares of a square around or within the picture, as LLaVA and Shikra see it."""

from collections.abc import Sequence
from typing import ClassVar, final

from typing_extensions import override

from deixis.coordinates.number_scale import NumberScale
from deixis.coordinates.plain_lists import ListDialect
from deixis.coordinates.saying import BARE_KINDS, said_lists
from deixis.core.errors import UnknownNameError
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.core.transform import Transform, centre_crop, pad_to_square

FITS = ("pad", "crop")


@final
class PaddedUnitDialect(ListDialect):
    """`[0.100,0.200,0.300,0.400]`: 0-1 of a square with the picture in its middle.

    The square is that of the longer side ("pad"), or, for checkpoints whose processor crops the
    picture, that of the shorter one ("crop"): a region outside of it is refused, since the model
    does not see it. No place for labels; those of JSON are read.
    """

    kinds: ClassVar[tuple[str, ...]] = BARE_KINDS
    summary: ClassVar[str] = "[x0,y0,x1,y1], 0-1 of the picture padded to a square"

    def __init__(self, *, fit: str = "pad") -> None:
        if fit not in FITS:
            raise UnknownNameError(kind="fit to a square", name=fit, known=FITS)
        self.fit = fit

    @override
    def write(self, regions: Sequence[Region], size: Size) -> str:
        seen = self._square(size)
        for region in regions:
            seen.region(region).within(seen.after)
        return said_lists(regions, self.scale(size), comma=",")

    def _square(self, size: Size) -> Transform:
        if self.fit == "pad":
            return pad_to_square(size)
        side = min(size.width, size.height)
        return centre_crop(size, Size(width=side, height=side))

    @override
    def scale(self, size: Size) -> NumberScale:
        square = self._square(size)
        side = float(square.after.width)
        return NumberScale(
            size=size,
            step=(side, side),
            last=(1.0, 1.0),
            shift=(square.shift_x, square.shift_y),
            decimals=3,
        )
