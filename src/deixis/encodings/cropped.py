"""A region is cut out as a picture of its own."""

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from PIL import Image as PIL
from typing_extensions import override

from deixis.coordinates import Dialect
from deixis.core import transform
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.encodings._encoding import Encoding, Frame, checked_share

MOST_ENLARGED = 4
LARGEST = 4096


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Cropped(Encoding):
    """The box around the region is cut out with `context` times its extent on every side.

    Alone, the crop is the picture that is asked about; beside regions that are said or dimmed, or
    with `beside`, it follows the whole picture. A crop smaller than `least` has each of its pixels
    enlarged, 4 times at most.
    """

    context: float = 0.25
    beside: bool = False
    least: int | None = None  # pixels of the crop's longer side; None: as the asked model needs

    def __post_init__(self) -> None:
        checked_share("a crop's context", self.context, low=0, high=10)
        if self.least is not None:
            checked_share("a crop's least side", self.least, low=0, high=LARGEST)

    @classmethod
    @override
    def of(cls, region: Region) -> "Cropped":
        return cls(region=region)

    @property
    def needs_whole(self) -> bool:  # type: ignore[override]  # depends on `beside`
        """The whole picture goes first, if it is needed."""
        return self.beside

    @override
    def own_picture(self, image: Image) -> Frame:
        box = self.region.within(image.size).box()
        margin_x, margin_y = self.context * box.width, self.context * box.height
        left = min(max(math.floor(box.x0 - margin_x), 0), image.size.width - 1)
        top = min(max(math.floor(box.y0 - margin_y), 0), image.size.height - 1)
        right = min(max(math.ceil(box.x1 + margin_x), left + 1), image.size.width)
        bottom = min(max(math.ceil(box.y1 + margin_y), top + 1), image.size.height)
        size = Size(width=right - left, height=bottom - top)
        cut = Frame(
            image=Image(pixels=image.pixels[top:bottom, left:right], source=image.source),
            transform=transform.crop(image.size, left=left, top=top, after=size),
        )
        longer = max(size.width, size.height)
        times = min(math.ceil((self.least or 0) / longer), MOST_ENLARGED)
        return cut if times <= 1 else _enlarged(cut, times)

    @override
    def phrase(self, frame: Frame, dialect: Dialect) -> str:
        if frame.num_pictures == 1:
            return "the object in the picture"
        return f"the object in picture {frame.number}"


def _enlarged(cut: Frame, times: int) -> Frame:
    before = cut.image.size
    after = Size(width=times * before.width, height=times * before.height)
    pil = cut.image.pil().resize((after.width, after.height), PIL.Resampling.BICUBIC)
    return Frame(
        image=Image(pixels=np.asarray(pil), source=cut.image.source),
        transform=cut.transform.then(transform.resize(before, after)),
    )


def cropped(
    region: Region, *, context: float = 0.25, beside: bool = False, least: int | None = None
) -> Cropped:
    """The region is cut out as a picture of its own; `beside` keeps the whole picture before it.

    A crop whose longer side has fewer than `least` pixels is enlarged, 4 times at most; without
    `least`, `ask` enlarges it as far as the model sees more by that, and 0 leaves it as it is.
    """
    return Cropped(region=region, context=context, beside=beside, least=least)
