"""Looking around a mark with the compiled half, `c/look.c`: the colour that numpy finds, sooner."""

import ctypes
from functools import lru_cache
from struct import Struct
from typing import Any, NamedTuple, TypeAlias, final

import numpy as np
from jaxtyping import Float64, UInt8

from deixis.core.shapes import XY
from deixis.marks.raster.compiled import library_for
from deixis.marks.raster.packed import addresses

ASKED = Struct("3q5d5q")  # as `c/look.c` has it
Places = Float64[np.ndarray, "place 2"]


class Scattered(NamedTuple):
    """Places lie about; each is `times` as far from 0, and then moved to the `middle`. `address`:
    where C finds them.
    """

    places: Places
    address: int
    middle: XY = (0.0, 0.0)
    times: XY = (1.0, 1.0)

    @classmethod
    def at(cls, places: Places) -> "Scattered":
        """These places, as they are."""
        places = np.ascontiguousarray(places, dtype=np.float64)
        return cls(places, places.ctypes.data)


Trace: TypeAlias = tuple[tuple[XY, ...], ...] | Scattered  # paths of two places at least, or places


@final
class Sampling:
    """Around each place lie others on a `circle`; a pixel of each bin has `costs` for each colour.

    `num_places`: so many along paths.
    """

    def __init__(
        self, *, circle: Places, costs: UInt8[np.ndarray, "bin colour"], num_places: int
    ) -> None:
        self._kept = circle, costs  # C knows where they lie
        self._table = circle.ctypes.data, len(circle), costs.ctypes.data, num_places

    def cheapest(
        self, pixels: np.ndarray, trace: Trace, reach: float, free: tuple[int, ...]
    ) -> int | None:
        """The number of the free colour that costs least where pixels lie `reach` from the trace;
        None where numpy has to look.
        """
        library = library_for(pixels)
        if library is None:
            return None
        height, width, _ = pixels.shape
        kept: list[object] = []
        if isinstance(trace, Scattered):
            lying = trace.address, 0, len(trace.places), *trace.middle, *trace.times
        else:
            lying = *addresses(trace, kept), len(trace), 0.0, 0.0, 0.0, 0.0
        asked = ASKED.pack(*lying, reach, *self._table, _bits(free))
        found: int = library.look(_first_of(pixels), width, height, asked)
        return found if found >= 0 else None


def _first_of(pixels: np.ndarray) -> Any:  # Any: what ctypes takes for an address
    """A read-only array tells its address, which takes longer."""
    if pixels.flags.writeable:
        return ctypes.byref(ctypes.c_uint8.from_buffer(pixels))  # type: ignore[arg-type]  # a buffer
    return pixels.ctypes.data


@lru_cache(maxsize=256)
def _bits(free: tuple[int, ...]) -> int:
    return sum(1 << number for number in free)
