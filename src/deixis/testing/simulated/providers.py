"""How providers resize a picture before their model sees it: laws of size alone, written from their
pages, or done by transformers' own code, and so independent of those that Deixis reads with.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias, final

from deixis.core.errors import UnsupportedError
from deixis.core.optional_parts import opened
from deixis.core.size import Size

Provider: TypeAlias = Callable[[Size], Size]
SMART = "transformers.models.qwen2_vl.image_processing_pil_qwen2_vl:smart_resize"
LONGEST_ASPECT = 200  # of what transformers' resize takes
CLAUDE_PATCH = 28


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class AsSent:
    """The model sees the picture as it was sent."""

    def __call__(self, size: Size) -> Size:
        """The size stays."""
        return size


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class SmartSides:
    """Qwen-VL's processor makes sides multiples of `factor` and keeps the area within limits:
    transformers' own function is called (needs `deixis[torch]`).
    """

    factor: int = 28
    min_pixels: int = 56 * 56
    max_pixels: int = 28 * 28 * 1280

    def __call__(self, size: Size) -> Size:
        """The size after it."""
        if max(size.width, size.height) > LONGEST_ASPECT * min(size.width, size.height):
            raise UnsupportedError(f"these models take pictures up to 200:1, got {size}")
        return _smart(size, self.factor, self.min_pixels, self.max_pixels)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ShrunkSides:
    """A provider shrinks what is longer than `pixels` to that; the aspect ratio stays."""

    pixels: int

    def __call__(self, size: Size) -> Size:
        """The size after it."""
        return _scaled(size, self.pixels / max(size.width, size.height))


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class OpenAITiles:
    """OpenAI's older rule for high detail: into a square of `box`, then the shorter side to `short`
    (its guide on images and vision); nothing is enlarged.
    """

    box: int = 2048
    short: int = 768

    def __call__(self, size: Size) -> Size:
        """The size after it."""
        boxed = min(1.0, self.box / max(size.width, size.height))
        share = boxed * min(1.0, self.short / (min(size.width, size.height) * boxed))
        return _scaled(size, share)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ClaudeSides:
    """Claude takes the largest size of the same aspect ratio whose sides, rounded up to patches of
    28 pixels, are at most `edge`, and which has at most `patches` of them (its guide on vision
    coordinates).
    """

    edge: int = 1568
    patches: int = 1568

    def __call__(self, size: Size) -> Size:
        """The size after it."""
        return _claude(size, self.edge, self.patches)


def _scaled(size: Size, share: float) -> Size:
    if share >= 1:
        return size
    return Size(width=max(1, round(size.width * share)), height=max(1, round(size.height * share)))


@cache
def _smart(size: Size, factor: int, min_pixels: int, max_pixels: int) -> Size:
    resize = opened(SMART, needed_for="a provider's smart resize")
    height, width = resize(
        size.height, size.width, factor=factor, min_pixels=min_pixels, max_pixels=max_pixels
    )
    return Size(width=width, height=height)


@cache
def _claude(size: Size, edge: int, patches: int) -> Size:
    """Tried from the picture's own size down, pixel by pixel of its longer side."""
    longer = max(size.width, size.height)
    for length in range(longer, 0, -1):
        tried = _scaled(size, length / longer)
        across = math.ceil(tried.width / CLAUDE_PATCH)
        down = math.ceil(tried.height / CLAUDE_PATCH)
        if max(across, down) * CLAUDE_PATCH <= edge and across * down <= patches:
            return tried
    return Size(width=1, height=1)
