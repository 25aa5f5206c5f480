"""What of a picture is painted over: areas of one colour that was not there before."""

import numpy as np
from jaxtyping import Bool, UInt8

OFF_GREY = 6  # of a grey's channels, at most
LEAST_SHARE = 0.002  # of the picture: less is a line or a letter
NEAR = 3


def covered(
    before: UInt8[np.ndarray, "height width 3"], after: UInt8[np.ndarray, "height width 3"]
) -> Bool[np.ndarray, "height width"]:
    """The pixels that were painted over in grey, black or white, by which parts are hidden.

    Marks are coloured, or let the picture shine through; so are they told apart from covers.
    """
    now = after.astype(np.int16)
    changed = np.abs(now - before.astype(np.int16)).max(axis=2) > NEAR
    grey = changed & (np.ptp(now, axis=2) <= OFF_GREY)
    if grey.mean() < LEAST_SHARE:
        return np.zeros_like(grey)
    levels = np.bincount(after[..., 1][grey], minlength=256)
    level = int(levels.argmax())
    of_one: np.ndarray = grey & (np.abs(now[..., 1] - level) <= NEAR)
    return of_one if of_one.mean() >= LEAST_SHARE else np.zeros_like(grey)
