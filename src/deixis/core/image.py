"""A picture is upright RGB uint8 pixels, and where they came from."""

import hashlib
import io
import math
import os
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, final

import numpy as np
from numpy.typing import DTypeLike
from PIL import Image as PIL

from deixis.core import given, showing
from deixis.core.errors import ImageError, UsageError
from deixis.core.files import write_bytes
from deixis.core.optional_parts import opened
from deixis.core.picture_files import encoded, picture_format
from deixis.core.size import Size, SizeLike, size_in_pixels, size_of
from deixis.core.untrusted_text import shown

if TYPE_CHECKING:
    from deixis.core.overlay import Overlay
    from deixis.core.region_from import RegionLike, RegionsLike

ANNOTATOR = "deixis.studio.widget:annotate"  # a layer above
MOST_SIDE, MOST_PIXELS = 2**17, 2**28  # of what a picture is resized to


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Image:
    """An image holds upright RGB uint8 pixels, read-only; it equals another of the same pixels.

    Made by `core.images.open_image`, which checks what it opens. It shows itself in a notebook, and
    numpy takes it as its pixels.
    """

    pixels: np.ndarray  # uint8, height x width x 3; anything else is refused below
    source: str = "array"

    def __post_init__(self) -> None:
        pixels = self.pixels
        if not isinstance(pixels, np.ndarray):
            raise given.refused("pixels", "an array of uint8 (others: open_image)", pixels)
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
        return f"Image({self.size}, source={shown(self.source)})"

    def __array__(self, dtype: DTypeLike | None = None, copy: bool | None = None) -> np.ndarray:
        """Its pixels, read-only; a `copy`, or another `dtype`, is yours to change."""
        return np.array(self.pixels, dtype=dtype, copy=copy)

    @property
    def size(self) -> Size:
        """The image has this width and height."""
        height, width, _ = self.pixels.shape
        return size_in_pixels(width, height)

    @property
    def sha256(self) -> str:
        """The hash of size and pixels is the same for the same picture, whatever its file."""
        digest = hashlib.sha256(f"{self.size}:".encode())
        digest.update(self.pixels.data)
        return digest.hexdigest()

    def pil(self) -> PIL.Image:
        """PIL gets a copy."""
        return PIL.fromarray(self.pixels)

    def png(self) -> bytes:
        """The image is written as a PNG file."""
        buffer = io.BytesIO()
        self.pil().save(buffer, format="PNG", compress_level=1)
        return buffer.getvalue()

    def save(self, path: str | os.PathLike[str]) -> None:
        """A file is written, whole or not at all, in the format of its suffix: .png, .jpg, .webp,
        .avif, .tiff or .bmp.
        """
        place = given.path("path", path)
        kind = picture_format(place)
        write_bytes(place, encoded(self.pil(), kind))

    def show(self) -> None:
        """The image is shown: in a notebook below the cell, elsewhere in the system's viewer."""
        showing.show(self, self.pil())

    def crop(self, region: "RegionLike") -> "Image":
        """What lies in the box around a region: all pixels that it touches. RegionError where that
        is outside of the image.
        """
        from deixis.core.region_from import region_of

        region = region_of(region)
        box = region.within(self.size).box()
        if not (box.width and box.height):
            raise UsageError(f"a crop needs an extent, got {region!r}; give a box around it")
        left, right = _pixels(box.x0, box.x1, self.size.width)
        top, bottom = _pixels(box.y0, box.y1, self.size.height)
        return Image(pixels=self.pixels[top:bottom, left:right], source=self.source)

    def resize(
        self,
        size: SizeLike | None = None,
        *,
        width: int | None = None,
        height: int | None = None,
    ) -> "Image":
        """The image in another size, smoothly. A `width` or `height` alone keeps the proportions.

        Its regions move by `core.transform.resize(image.size, resized.size)`.
        """
        after = self._resized(size, width, height)
        if after.area > MOST_PIXELS or max(after.width, after.height) > MOST_SIDE:
            raise UsageError(
                f"size is within {MOST_SIDE} a side and {MOST_PIXELS} pixels, got {after}"
            )
        resized = self.pil().resize((after.width, after.height), PIL.Resampling.LANCZOS)
        return Image(pixels=np.asarray(resized), source=self.source)

    def with_(self, regions: "RegionsLike") -> "Overlay":
        """The image with regions outlined and labelled: Regions, a dict of them by name, or what
        has been answered, read or found. It shows itself in a notebook; `.image` is the drawn one.
        """
        from deixis.core.overlay import Overlay
        from deixis.core.region_from import regions_of

        return Overlay(base=self, regions=regions_of(regions))

    def annotate(
        self,
        regions: "RegionsLike" = (),
        *,
        tools: Iterable[str] | None = None,
        height: int = 480,
    ) -> Any:  # Any: its class lies in a layer above, and needs anywidget
        """The image as a widget of notebooks to draw on: its `regions` are a mapping by names, of
        what was given and what is drawn; what is assigned to it is shown. `tools` are those that
        are offered, as "box" and "point"; `height` is the widget's, in pixels of the page.
        """
        opener = opened(ANNOTATOR, needed_for="drawing in a notebook")
        return opener(self, regions, tools=tools, height=height)

    def _repr_png_(self) -> bytes:
        return showing.notebook_png(self.pil())

    def _resized(self, size: SizeLike | None, width: int | None, height: int | None) -> Size:
        if (size is None) == (width is None and height is None):
            raise UsageError("resize takes a size, or width=, height= or both")
        if size is not None:
            return size_of(size)
        width = None if width is None else given.whole("width", width, least=1)
        height = None if height is None else given.whole("height", height, least=1)
        share = (width or 0) / self.size.width or (height or 0) / self.size.height
        return Size(
            width=max(1, round(share * self.size.width)) if width is None else width,
            height=max(1, round(share * self.size.height)) if height is None else height,
        )


def _pixels(low: float, high: float, limit: int) -> tuple[int, int]:
    """These columns or rows are touched, at least one."""
    first = min(max(math.floor(low), 0), limit - 1)
    return first, min(max(math.ceil(high), first + 1), limit)
