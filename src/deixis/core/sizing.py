"""The sizes that model families resize a picture to before they look at it."""

import math

from deixis.core.errors import UnsupportedError
from deixis.core.size import Size

ASPECT_LIMIT = 200


def smart_resize(
    size: Size, *, factor: int = 28, min_pixels: int = 56 * 56, max_pixels: int = 28 * 28 * 1280
) -> Size:
    """Qwen-VL's rule: both sides multiples of `factor`, the area within the limits, the aspect
    ratio nearly kept. The same numbers as transformers' `smart_resize`, its rounding of halves to
    the even neighbour included; pictures longer than 200:1 are an UnsupportedError there and here.
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
