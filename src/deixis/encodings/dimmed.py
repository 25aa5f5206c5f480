"""A region is shown by darkening everything else."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.coordinates import Dialect
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.encodings._encoding import Encoding, Frame, checked_share


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Dimmed(Encoding):
    """Everything but the region is darkened by `strength` (1: black). The arithmetic is in
    integers, so every machine makes the same bytes.
    """

    strength: float = 0.65
    is_sole: ClassVar[bool] = True

    def __post_init__(self) -> None:
        checked_share("a dimming's strength", self.strength, low=0, high=1)

    @classmethod
    @override
    def of(cls, region: Region) -> "Dimmed":
        return cls(region=region)

    @override
    def paint(self, image: Image) -> Image:
        keep = round((1 - self.strength) * 256)
        dark = ((image.pixels.astype(np.uint16) * keep) >> 8).astype(np.uint8)
        inside = self.region.within(image.size).mask(image.size).to_array()
        return Image(pixels=np.where(inside[..., None], image.pixels, dark), source=image.source)

    @override
    def phrase(self, frame: Frame, dialect: Dialect) -> str:
        return "the highlighted area (the rest of the picture is darkened)"


def dimmed(region: Region, *, strength: float = 0.65) -> Dimmed:
    """The region is the only part of the picture that is not darkened."""
    return Dimmed(region=region, strength=strength)
