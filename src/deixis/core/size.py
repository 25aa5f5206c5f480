"""A picture has a width and a height in pixels; model families resize it to sizes by rules of
theirs.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol, TypeAlias, final, runtime_checkable

from deixis.core import given
from deixis.core.arrays import array_of, is_tensor
from deixis.core.errors import UnsupportedError, UsageError

ASPECT_LIMIT = 200  # of what Qwen-VL takes
EXPECTED = "a Size, a picture, or a pair of whole numbers (width, height)"


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Size:
    """Width and height are pixels, both at least 1. They are named, so that the two are never
    swapped.
    """

    width: int
    height: int

    def __post_init__(self) -> None:
        if type(self.width) is not int or type(self.height) is not int:
            object.__setattr__(self, "width", given.whole("a size's width", self.width))
            object.__setattr__(self, "height", given.whole("a size's height", self.height))
        if self.width < 1 or self.height < 1:
            raise UsageError(f"a size is at least 1 x 1, got {self.width} x {self.height}")

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"

    @property
    def area(self) -> int:
        """The picture has this many pixels."""
        return self.width * self.height


@runtime_checkable
class HasSize(Protocol):
    """A picture of ours, of PIL, of numpy or of torch: each has a size in its own way."""

    @property
    def size(self) -> object:
        """Its size, however that is told."""
        ...


SizeLike: TypeAlias = Size | HasSize | Sequence[int]


@lru_cache(maxsize=256)
def size_in_pixels(width: int, height: int) -> Size:
    """The size of that width and height, which pictures are asked for often."""
    return Size(width=width, height=height)


def size_of(value: object, *, name: str = "size") -> Size:
    """A picture's size is told by a Size, by a pair of (width, height), or by the picture itself:
    an Image, one of PIL, an array of height x width (x channels), a tensor. `name` is what a
    message calls it.
    """
    if isinstance(value, Size):
        return value
    own = getattr(value, "size", None)  # a number or a method, if numpy's or torch's
    if isinstance(own, Size):
        return own
    pair: object = own if isinstance(own, tuple) else value
    array = None if isinstance(own, tuple) else array_of(value)
    if array is not None and array.ndim in (2, 3):
        channels_first = is_tensor(value) and array.ndim == 3 and array.shape[0] in (1, 3, 4)
        height, width = array.shape[1:] if channels_first else array.shape[:2]
        return Size(width=width, height=height)
    if array is not None:
        pair = array.tolist()
    if not isinstance(pair, list | tuple) or len(pair) != 2:
        raise given.refused(name, EXPECTED, value)
    width, height = pair
    return Size(
        width=given.whole(f"{name}'s width", width), height=given.whole(f"{name}'s height", height)
    )


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
