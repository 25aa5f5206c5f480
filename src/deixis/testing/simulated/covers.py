"""What of a picture is painted over: areas of one colour that was not there before."""

import numpy as np
from jaxtyping import Bool, Int16, UInt8

OFF_GREY = 6  # of a grey's channels, at most
LEAST_SHARE = 0.002  # of the picture: less is a line or a letter
NEAR = 3
NEARLY_ALL = 0.98


def covered(
    after: UInt8[np.ndarray, "height width 3"], change: Int16[np.ndarray, "height width"]
) -> Bool[np.ndarray, "height width"]:
    """The pixels that were painted over in grey, black or white, by which parts are hidden.

    Marks are coloured, or let the picture shine through; so are they told apart from covers.
    """
    now = after.astype(np.int16)
    grey = (change > NEAR) & (most(now) + most(-now) <= OFF_GREY)
    if grey.mean() < LEAST_SHARE:
        return np.zeros_like(grey)
    levels = np.bincount(after[..., 1][grey], minlength=256)
    level = int(levels.argmax())
    of_one: np.ndarray = grey & (np.abs(now[..., 1] - level) <= NEAR)
    return of_one if of_one.mean() >= LEAST_SHARE else np.zeros_like(grey)


def most(values: Int16[np.ndarray, "height width 3"]) -> Int16[np.ndarray, "height width"]:
    """The greatest of the three values of each pixel."""
    greatest: np.ndarray = np.maximum(np.maximum(values[..., 0], values[..., 1]), values[..., 2])
    return greatest


def is_one_colour(pixels: UInt8[np.ndarray, "pixel 3"]) -> bool:
    """Whether nearly all of these pixels have the same colour."""
    middle = np.median(pixels, axis=0)
    return bool((np.abs(pixels - middle).max(axis=1) <= NEAR).mean() >= NEARLY_ALL)
