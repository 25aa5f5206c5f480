"""A picture is upright RGB uint8 pixels, and where they came from."""

import hashlib
import io
from dataclasses import dataclass
from typing import final

import numpy as np
from PIL import Image as PIL

from deixis.core.errors import ImageError
from deixis.core.size import Size


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Image:
    """An image holds upright RGB uint8 pixels, read-only; it equals another of the same pixels.

    Made by `core.images.open_image`, which checks what it opens.
    """

    pixels: np.ndarray  # uint8, height x width x 3; anything else is refused below
    source: str = "array"

    def __post_init__(self) -> None:
        pixels = self.pixels
        if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
            raise ImageError(
                f"an image is uint8 of height x width x 3, got {pixels.dtype} {pixels.shape}"
            )
        if 0 in pixels.shape:
            raise ImageError(f"an image needs at least one pixel, got {pixels.shape}")
        if pixels.flags.writeable or not pixels.flags.c_contiguous:
            pixels = np.ascontiguousarray(pixels).copy()
            pixels.flags.writeable = False
            object.__setattr__(self, "pixels", pixels)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Image) and np.array_equal(self.pixels, other.pixels)

    def __hash__(self) -> int:
        return hash(self.sha256)

    def __repr__(self) -> str:
        return f"Image({self.size}, source={self.source!r})"

    @property
    def size(self) -> Size:
        """The image has this width and height."""
        height, width, _ = self.pixels.shape
        return Size(width=width, height=height)

    @property
    def sha256(self) -> str:
        """The hash of size and pixels is the same for the same picture, whatever its file."""
        return hashlib.sha256(f"{self.size}:".encode() + self.pixels.tobytes()).hexdigest()

    def pil(self) -> PIL.Image:
        """PIL gets a copy."""
        return PIL.fromarray(self.pixels)

    def png(self) -> bytes:
        """The image is written as a PNG file."""
        buffer = io.BytesIO()
        self.pil().save(buffer, format="PNG", compress_level=1)
        return buffer.getvalue()
