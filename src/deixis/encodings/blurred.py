"""A region is shown by blurring everything else."""

from dataclasses import dataclass
from typing import ClassVar, final

import numpy as np
from typing_extensions import override

from deixis.coordinates import Dialect
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.encodings._encoding import Encoding, Frame, checked_share

TIMES = 3  # box blurs in a row, which come near a Gaussian


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Blurred(Encoding):
    """Everything but the region is blurred by boxes of `strength` times the picture's longer side.

    All arithmetic is in whole numbers, so every machine makes the same bytes.
    """

    strength: float = 0.02
    is_sole: ClassVar[bool] = True

    def __post_init__(self) -> None:
        checked_share("a blur's strength", self.strength, low=0, high=0.5)

    @classmethod
    @override
    def of(cls, region: Region) -> "Blurred":
        return cls(region=region)

    @override
    def paint(self, image: Image) -> Image:
        inside = self.region.within(image.size).mask(image.size).to_array()
        radius = round(self.strength * max(image.size.width, image.size.height) / 2)
        soft = image.pixels
        for _ in range(TIMES):
            soft = _averaged(_averaged(soft, radius).swapaxes(0, 1), radius).swapaxes(0, 1)
        return Image(pixels=np.where(inside[..., None], image.pixels, soft), source=image.source)

    @override
    def phrase(self, frame: Frame, dialect: Dialect) -> str:
        return "the object in focus (the rest of the picture is blurred)"


def blurred(region: Region, *, strength: float = 0.02) -> Blurred:
    """The region is the only part of the picture that stays sharp."""
    return Blurred(region=region, strength=strength)


def _averaged(pixels: np.ndarray, radius: int) -> np.ndarray:
    """Each row becomes the mean of the 2 · radius + 1 rows around it, rounded; rows repeat
    beyond the picture.
    """
    if radius == 0:
        return pixels
    count = 2 * radius + 1
    padded = np.pad(pixels, ((radius + 1, radius), (0, 0), (0, 0)), mode="edge")
    sums = np.cumsum(padded, axis=0, dtype=np.uint32)
    total = sums[count:] - sums[:-count]
    return ((total + count // 2) // count).astype(np.uint8)
