"""A picture has a width and a height in pixels; model families resize it to sizes by rules of
theirs.
"""

import math
from dataclasses import dataclass
from typing import final

from deixis.core.errors import UnsupportedError, UsageError

ASPECT_LIMIT = 200  # of what Qwen-VL takes


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """Width and height are pixels, both at least 1. They are named, so that the two are never
    swapped.
    """

    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise UsageError(f"a size is at least 1 x 1, got {self.width} x {self.height}")

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def area(self) -> int:
        """The picture has this many pixels."""
        return self.width * self.height


def smart_resize(
    size: Size, *, factor: int = 28, min_pixels: int = 56 * 56, max_pixels: int = 28 * 28 * 1280
) -> Size:
    """Qwen-VL's rule makes both sides multiples of `factor`, keeps the area within the limits, and
    nearly keeps the aspect ratio. The numbers are those of transformers' `smart_resize`, its
    rounding of halves to the even neighbour included; pictures longer than 200:1 are an
    UnsupportedError there and here.
    """
    width, height = size.width, size.height
    if max(width, height) / min(width, height) > ASPECT_LIMIT:
        raise UnsupportedError(
            f"these models take pictures up to {ASPECT_LIMIT}:1, got {size}; crop or pad it first"
        )
    across, down = round(width / factor) * factor, round(height / factor) * factor
    if across * down > max_pixels:
        shrink = math.sqrt((height * width) / max_pixels)
        across = max(factor, math.floor(width / shrink / factor) * factor)
        down = max(factor, math.floor(height / shrink / factor) * factor)
    elif across * down < min_pixels:
        grow = math.sqrt(min_pixels / (height * width))
        across = math.ceil(width * grow / factor) * factor
        down = math.ceil(height * grow / factor) * factor
    return Size(width=across, height=down)
