"""The compiled half of the renderer, `c/`, where it was built: numpy's bytes, sooner.

It is built when the package is installed with a C compiler at hand (`build_compiled.py` at the
root). Without it numpy draws everything.
"""

import ctypes
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, final

import numpy as np

from deixis.core.optional_parts import open_library
from deixis.marks.primitives import Layer
from deixis.marks.raster.packed import SIZE, Attachments, packed

LIBRARY = Path(__file__).parent / "c" / "raster.so"
NO_MEMORY = -2
AT_ONCE = 16  # layers, so that what they lead to is not kept for all of very many marks
_Pixels = ctypes.POINTER(ctypes.c_uint8)
_WHOLE = ctypes.c_int64


@final
class _Library:
    """The library has these functions, declared in `c/draw.c` and `c/look.c`."""

    def __init__(self, library: ctypes.CDLL) -> None:
        self.layers = library.deixis_layers
        self.layers.argtypes = (_Pixels, _WHOLE, _WHOLE, ctypes.c_char_p, _WHOLE)
        self.layers.restype = _WHOLE
        self.look = library.deixis_look
        self.look.argtypes = (ctypes.c_void_p, _WHOLE, _WHOLE, ctypes.c_char_p)


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


def blend_layers(pixels: np.ndarray, layers: Sequence[Layer]) -> int:
    """Blend layers one over the other; so many of them were laid, before one that numpy has to."""
    library = library_for(pixels)
    if library is None or not pixels.flags.writeable:
        return 0
    height, width, _ = pixels.shape
    first: Any = ctypes.c_uint8.from_buffer(pixels)  # type: ignore[arg-type]  # an array is a buffer
    num_laid = 0
    for start in range(0, len(layers), AT_ONCE):
        kept, records = Attachments(), b""
        for layer in layers[start : start + AT_ONCE]:
            record = packed(layer, width, height, kept)
            if record is None:
                break
            records += record
        done = library.layers(first, width, height, records, len(records) // SIZE)
        if done == NO_MEMORY:
            raise MemoryError(f"no memory is left to draw on a picture of {width} x {height}")
        num_laid += done
        if num_laid < start + AT_ONCE:
            break
    return num_laid
