"""A close-up is a crop of a picture around a place, whole pixels of the original, for another look.

How large it is follows from the place's own extent and from how far off a model can be that looks
at so large a picture: its errors grow with the side of what it is shown.
"""

import math
from dataclasses import dataclass
from typing import final

import numpy as np
from PIL import Image as PIL

from deixis.core import transform
from deixis.core.errors import UnsupportedError
from deixis.core.image import Image
from deixis.core.shapes import Box
from deixis.core.size import Size
from deixis.core.transform import Transform
from deixis.models.interface import VisionLanguageModel

FIRST_SHARE = 1 / 5  # of the picture's longer side; a model that errs by 3 % stays within
NEXT_SHARE = 1 / 4  # of the crop before it
NEXT_OF_POINT = 1 / 3  # around a point, which does not tell how large the thing is
CONTEXT = 3  # times the place's extent, at least
MIN_SIDE = 64  # pixels of the original; four times enlarged they are more than any patch
LONGEST = 8  # times as wide as high, at most, or the other way round
WORTH = 0.64  # a crop of a larger share of what was seen shows nothing new
ENOUGH = 768  # pixels of the longer side to which a small crop is enlarged
MOST_ENLARGED = 4


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class CloseUp:
    """A crop as it is sent, the window of the original that it shows, and the way between them."""

    image: Image
    window: Box
    transform: Transform


def whole(image: Image) -> CloseUp:
    """The picture itself, as the first look has it."""
    size = image.size
    window = Box(x0=0, y0=0, x1=size.width, y1=size.height)
    return CloseUp(image=image, window=window, transform=transform.identity(size))


def close_up(image: Image, place: Box, before: CloseUp, vlm: VisionLanguageModel) -> CloseUp | None:
    """A nearer look at a place that was found in the look `before`; None where there is none that
    shows much less than that.
    """
    window = next_window(image.size, place, before.window)
    if window.area > WORTH * before.window.area:
        return None
    return cut_out(image, window, enlarged=enlargement(vlm, image.size, window))


def next_window(size: Size, place: Box, before: Box) -> Box:
    """The window of the original around a place, in whole pixels, within the picture."""
    is_first = before.width == size.width and before.height == size.height
    nearer = NEXT_SHARE if place.width or place.height else NEXT_OF_POINT
    share = FIRST_SHARE if is_first else nearer
    side = max(share * max(before.width, before.height), MIN_SIDE)
    width, height = (
        max(side, min(CONTEXT * extent, extent + side)) for extent in (place.width, place.height)
    )
    width, height = max(width, height / LONGEST), max(height, width / LONGEST)
    left, right = _span((place.x0 + place.x1) / 2, width, size.width)
    top, bottom = _span((place.y0 + place.y1) / 2, height, size.height)
    return Box(x0=left, y0=top, x1=right, y1=bottom)


def cut_out(image: Image, window: Box, *, enlarged: int = 1) -> CloseUp:
    """The window's pixels as they are, or each of them a whole number of times as large."""
    left, top, right, bottom = (int(edge) for edge in window.xyxy)
    inside = Size(width=right - left, height=bottom - top)
    way = transform.crop(image.size, left=left, top=top, after=inside)
    cut = Image(pixels=image.pixels[top:bottom, left:right], source=image.source)
    if enlarged > 1:
        larger = Size(width=enlarged * inside.width, height=enlarged * inside.height)
        pil = cut.pil().resize((larger.width, larger.height), PIL.Resampling.BICUBIC)
        cut = Image(pixels=np.asarray(pil), source=image.source)
        way = way.then(transform.resize(inside, larger))
    return CloseUp(image=cut, window=window, transform=way)


def _span(middle: float, extent: float, limit: int) -> tuple[int, int]:
    """The begin and end of a stretch around a middle, moved into 0..limit."""
    length = min(math.ceil(extent), limit)
    begin = min(max(round(middle - length / 2), 0), limit - length)
    return begin, begin + length


def enlargement(vlm: VisionLanguageModel, size: Size, window: Box) -> int:
    """How many times a crop is enlarged: to what is enough, but not beyond what the model sees of
    a picture anyway.
    """
    try:
        views = vlm.views(size)
    except UnsupportedError:
        seen = ENOUGH
    else:
        seen = max(max(view.size.width, view.size.height) for view in views)
    side = max(window.width, window.height)
    return max(1, min(int(min(ENOUGH, seen) / side), MOST_ENLARGED))
