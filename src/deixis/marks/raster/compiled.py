"""The compiled half of the renderer, `c/`, where it was built: numpy's bytes, sooner.

It is built when the package is installed with a C compiler at hand (`build_compiled.py` at the
root). Without it numpy draws everything.
"""

import ctypes
import itertools
from array import array
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import assert_never, final

import numpy as np

from deixis.core.mask import Mask
from deixis.core.optional_parts import open_library
from deixis.core.run_lengths import decode_counts
from deixis.core.shapes import XY
from deixis.marks.primitives import BorderInk, Filled, Ink, Lines, Oval, Rim, Rings
from deixis.marks.raster.coverage import is_within
from deixis.marks.raster.lines import disc_corners, unit_disc

LIBRARY = Path(__file__).parent / "c" / "raster.so"
DONE, NO_MEMORY = 0, -2  # any other answer: nothing was done
FILL = -1.0  # instead of the radius of a line around a mask
_Pixels = ctypes.POINTER(ctypes.c_uint8)
_Doubles, _Numbers = ctypes.POINTER(ctypes.c_double), ctypes.POINTER(ctypes.c_int64)
_Address, _BITS = ctypes.c_void_p, ctypes.c_uint32
_WHOLE, _REAL, _FLAG = ctypes.c_int64, ctypes.c_double, ctypes.c_int
_CANVAS = (_Pixels, _WHOLE, _WHOLE, ctypes.c_uint32, ctypes.c_int32)


@final
class _Library:
    """The library has these functions, declared in `c/draw.c`, `oval.c`, `masks.c` and `look.c`."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self.frame = library.deixis_frame
        self.frame.argtypes = (*_CANVAS, *(_WHOLE,) * 5)
        self.oval = library.deixis_oval
        self.oval.argtypes = (*_CANVAS, *(_REAL,) * 5, _FLAG)
        self.mask = library.deixis_mask
        self.mask.argtypes = (*_CANVAS, _Numbers, _WHOLE, _REAL)
        self.outlines = library.deixis_outlines
        self.outlines.argtypes = (
            *(*_CANVAS, _Address, _Address, _WHOLE, _WHOLE),
            *(_REAL, _FLAG, _Doubles, _WHOLE),
        )
        picture, table = (_Address, _WHOLE, _WHOLE), (_Address, _WHOLE, _Address, _BITS)
        self.look_along = library.deixis_look_along
        self.look_along.argtypes = (
            *(*picture, _Address, _Address, _WHOLE, _WHOLE),
            *(_REAL, *table),
        )
        self.look_at = library.deixis_look_at
        self.look_at.argtypes = (*picture, _Address, _WHOLE, *(_REAL,) * 5, *table)


@cache
def _library() -> _Library | None:
    return open_library(LIBRARY, _Library)


def is_compiled() -> bool:
    """Whether the compiled half is there."""
    return _library() is not None


def library_for(pixels: np.ndarray) -> _Library | None:
    """The library, where it is there and takes such an array."""
    library = _library()
    if library is None or not pixels.flags.c_contiguous or pixels.dtype != np.uint8:
        return None
    if pixels.ndim != 3 or pixels.shape[2] != 3 or not pixels.size:
        return None
    return library


def blend_compiled(pixels: np.ndarray, ink: Ink, rgb: tuple[int, int, int], strength: int) -> bool:
    """Blend an ink into pixels; False, with nothing done, where numpy has to do it.

    `strength` is 0..256.
    """
    blend = blender(pixels)
    return blend is not None and blend(ink, rgb, strength)


def blender(pixels: np.ndarray) -> Callable[[Ink, tuple[int, int, int], int], bool] | None:
    """What blends one ink after the other into the same pixels; None where numpy has to."""
    library = library_for(pixels)
    if library is None or not pixels.flags.writeable:
        return None
    height, width, _ = pixels.shape
    first = ctypes.c_uint8.from_buffer(pixels)  # type: ignore[arg-type]  # an array is a buffer

    def blend(ink: Ink, rgb: tuple[int, int, int], strength: int) -> bool:
        red, green, blue = rgb
        packed = red << 16 | green << 8 | blue
        state = _blended(library, (first, width, height, packed, strength), ink)
        if state == NO_MEMORY:
            raise MemoryError(f"no memory is left to draw on a picture of {width} x {height}")
        return state == DONE

    return blend


_Canvas = tuple[ctypes.c_uint8, int, int, int, int]


def _blended(library: _Library, canvas: _Canvas, ink: Ink) -> int:
    match ink:
        case BorderInk():
            if not is_within(ink, canvas[1], canvas[2]):
                return -1
            return int(library.frame(*canvas, ink.x0, ink.y0, ink.x1, ink.y1, ink.width))
        case Oval():
            return int(
                library.oval(*canvas, ink.cx, ink.cy, ink.rx, ink.ry, ink.width, ink.is_filled)
            )
        case Rings():
            if len(ink.lines) > 1:  # pens of several widths
                return -1
            lines = ink.lines[0] if ink.lines else None
            return _outlines(library, canvas, ink.rings, lines)
        case Lines():
            return _outlines(library, canvas, (), ink)
        case Filled():
            return _mask(library, canvas, ink.mask, FILL)
        case Rim():
            return _mask(library, canvas, ink.mask, ink.radius)
    assert_never(ink)


def _outlines(
    library: _Library, canvas: _Canvas, rings: tuple[tuple[XY, ...], ...], lines: Lines | None
) -> int:
    paths = lines.paths if lines is not None else ()
    listed = (*rings, *paths)
    places = array("d", itertools.chain.from_iterable(itertools.chain.from_iterable(listed)))
    counts = array("q", map(len, listed))
    radius = lines.width / 2 if lines is not None else 0.0
    corners = disc_corners(radius)
    return int(
        library.outlines(
            *canvas,
            places.buffer_info()[0],
            counts.buffer_info()[0],
            len(rings),
            len(paths),
            radius,
            lines is not None and lines.are_closed,
            _disc(corners),
            corners,
        )
    )


@cache
def _disc(corners: int) -> ctypes.Array[ctypes.c_double]:
    places = unit_disc(corners).reshape(-1)
    return (ctypes.c_double * places.size)(*places)


def _mask(library: _Library, canvas: _Canvas, mask: Mask, radius: float) -> int:
    if (mask.size.width, mask.size.height) != canvas[1:3]:
        return -1
    ends = np.add.accumulate(decode_counts(mask.counts))
    first = ctypes.c_int64.from_buffer(ends)  # type: ignore[arg-type]  # an array is a buffer
    return int(library.mask(*canvas, first, ends.size, radius))
