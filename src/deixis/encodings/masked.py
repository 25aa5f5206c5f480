"""A region is shown by painting over everything else."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.coordinates import Dialect
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.encodings._encoding import Encoding, Frame
from deixis.marks import Color, color_of

GREY = Color(rgb=(128, 128, 128))


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Masked(Encoding):
    """Everything but the region has one colour."""

    color: Color = GREY
    is_sole: ClassVar[bool] = True

    @classmethod
    @override
    def of(cls, region: Region) -> "Masked":
        return cls(region=region)

    @override
    def paint(self, image: Image) -> Image:
        inside = self.region.within(image.size).mask(image.size).to_array()
        ground = np.array(self.color.rgb, dtype=np.uint8)
        return Image(pixels=np.where(inside[..., None], image.pixels, ground), source=image.source)

    @override
    def phrase(self, frame: Frame, dialect: Dialect) -> str:
        return "the only part of the picture that is shown (the rest is painted over)"


def masked(region: Region, *, color: str | tuple[int, int, int] = GREY.rgb) -> Masked:
    """The region is the only part of the picture that can be seen."""
    return Masked(region=region, color=color_of(color))
