"""Marks are drawn on pictures in order, one over the other, touching only the pixels under them."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import UInt8

from deixis.core.errors import ImageError
from deixis.core.image import Image
from deixis.core.size import Size
from deixis.marks.colours import Rgb, whole
from deixis.marks.mark import Mark
from deixis.marks.primitives import Ink, Layer
from deixis.marks.raster.blend import blend
from deixis.marks.raster.compiled import blend_layers
from deixis.marks.raster.coverage import add_to
from deixis.marks.raster.rasterise import coverage_pieces
from deixis.marks.settled import layers_on

VERSION = 3  # goes up whenever any mark's bytes change; stored with every sample made


def draw(image: Image, marks: Sequence[Mark]) -> Image:
    """The picture gets the marks over it; the one given stays as it is."""
    size = image.size
    pixels = image.pixels.copy()
    _lay(pixels, layers_on(pixels, marks, size), size)
    pixels.flags.writeable = False
    return Image(pixels=pixels, source=image.source)


def draw_over(pixels: np.ndarray, marks: Sequence[Mark]) -> None:
    """All of the marks are drawn into an array of height x width x 3, or, on error, none."""
    size = _size_of(pixels)
    _lay(pixels, layers_on(pixels, marks, size), size)


def draw_covering(pixels: np.ndarray, mark: Mark) -> UInt8[np.ndarray, "row column"]:
    """One mark is drawn into an array; each pixel's share of ink comes back, 0..255, whatever its
    alpha.
    """
    size = _size_of(pixels)
    total = np.zeros((size.height, size.width), dtype=np.uint8)
    for layer in layers_on(pixels, (mark,), size):
        for piece in coverage_pieces(layer.ink, size):
            blend(pixels, piece, layer.rgb, layer.alpha)
            add_to(total, piece, size)
    return total


def coverage(mark: Mark, size: Size) -> UInt8[np.ndarray, "row column"]:
    """A mark inks so much of each pixel, 0..255, whatever its alpha."""
    total = np.zeros((size.height, size.width), dtype=np.uint8)
    for layer in mark.layers(size):
        for piece in coverage_pieces(layer.ink, size):
            add_to(total, piece, size)
    return total


def draw_ink(pixels: np.ndarray, ink: Ink, rgb: Rgb, alpha: int) -> None:
    """Outlines are drawn into an array, of marks or of your own; RegionError where an ink is
    none.
    """
    size = _size_of(pixels)
    layer = Layer(ink=ink, rgb=rgb, alpha=whole("an alpha", alpha, 0, 255))
    _lay(pixels, (layer,), size)


def _lay(pixels: np.ndarray, layers: Sequence[Layer], size: Size) -> None:
    num_laid = blend_layers(pixels, layers)
    while num_laid < len(layers):
        layer = layers[num_laid]
        for piece in coverage_pieces(layer.ink, size):
            blend(pixels, piece, layer.rgb, layer.alpha)
        num_laid += 1
        num_laid += blend_layers(pixels, layers[num_laid:])


def _size_of(pixels: np.ndarray) -> Size:
    is_picture = pixels.dtype == np.uint8 and pixels.ndim == 3 and pixels.shape[2] == 3
    if not is_picture or 0 in pixels.shape:
        raise ImageError(
            f"marks are drawn on uint8 of height x width x 3, got {pixels.dtype} {pixels.shape}"
        )
    if not (pixels.flags.writeable and pixels.flags.c_contiguous):
        raise ImageError("marks are drawn into a writeable, contiguous array; pass a copy")
    return Size(width=int(pixels.shape[1]), height=int(pixels.shape[0]))
