"""Where a crop lies in a picture: found by its rarest colour, then compared pixel by pixel."""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import UInt8, UInt32

NUM_COMPARED = 64  # pixels, before all are
MOST_COMPARED = 200  # places, with all their pixels


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class CropOrigin:
    """Where a crop begins."""

    left: int
    top: int


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Packed:
    """A picture with a number for each colour, and how often each hash of one occurs."""

    colours: UInt32[np.ndarray, "height width"]
    counts: np.ndarray

    def window_of(self, crop: "Packed") -> CropOrigin | None:
        """Where the crop was cut out; None: nowhere."""
        height, width = self.colours.shape
        rows, columns = crop.colours.shape
        if rows > height or columns > width:
            return None
        often = self.counts[_hashes(crop.colours)]
        row, column = divmod(int(often.argmin()), columns)
        if often[row, column] == 0:
            return None
        bottom, right = height - rows + row + 1, width - columns + column + 1
        held = self.colours[row:bottom, column:right] == crop.colours[row, column]
        return self._first(crop, *np.nonzero(held))

    def _first(self, crop: "Packed", tops: np.ndarray, lefts: np.ndarray) -> CropOrigin | None:
        """The first of these places at which the crop lies, pixel by pixel."""
        rows, columns = crop.colours.shape
        for number in range(1, NUM_COMPARED + 1):
            row, column = (number * 7919) % rows, (number * 104_729) % columns
            held = self.colours[tops + row, lefts + column] == crop.colours[row, column]
            tops, lefts = tops[held], lefts[held]
        for top, left in zip(tops[:MOST_COMPARED], lefts[:MOST_COMPARED], strict=True):
            held = self.colours[top : top + rows, left : left + columns]
            if np.array_equal(held, crop.colours):
                return CropOrigin(left=int(left), top=int(top))
        return None


def packed(pixels: UInt8[np.ndarray, "height width 3"]) -> Packed:
    """A picture is made ready to be searched."""
    height, width, _ = pixels.shape
    four = np.zeros((height, width, 4), dtype=np.uint8)
    four[..., :3] = pixels
    colours = four.view(np.uint32)[..., 0]
    return Packed(colours=colours, counts=np.bincount(_hashes(colours).ravel(), minlength=1 << 16))


def _hashes(colours: UInt32[np.ndarray, "height width"]) -> np.ndarray:
    return (colours * np.uint32(2_654_435_761)) >> np.uint32(16)
