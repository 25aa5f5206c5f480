"""The one colour that a drawing is of, where people would name one: it covers 60 % of it."""

import numpy as np
from jaxtyping import Int64, UInt8

GRAY = "gray"
SHARE = 60  # percent of the covered pixels
SOLID = 128  # of 255
# from, to: degrees of the colour wheel where a bright pixel has this name and no other
HUES = {
    "orange": (16, 40),
    "yellow": (42, 66),
    "green": (78, 165),
    "blue": (185, 252),
    "purple": (258, 300),
}


def told_colour(premultiplied: UInt8[np.ndarray, "row column 4"]) -> str | None:
    """The colour's name, or None where no one colour covers enough."""
    alpha = premultiplied[..., 3].astype(np.int64)
    covered = alpha >= SOLID
    total = int(covered.sum())
    if not total:
        return None
    pixels = premultiplied[covered][:, :3].astype(np.int64) * 255 // alpha[covered][:, None]
    counts = {name: int(held.sum()) for name, held in named_pixels(pixels).items()}
    most = max(counts, key=lambda name: counts[name])
    return most if counts[most] * 100 >= SHARE * total else None


def named_pixels(pixels: Int64[np.ndarray, "pixel 3"]) -> dict[str, np.ndarray]:
    """For each colour's name, which pixels have it. What lies between two names has none."""
    highest, lowest = pixels.max(axis=1), pixels.min(axis=1)
    chroma = highest - lowest
    hue = _hue(pixels, highest, chroma)
    strength = chroma * 100 // np.maximum(highest, 1)  # percent
    dull = strength < 16
    dark = (highest < 64) | (dull & (highest < 92))
    vivid = ~dark & (strength >= 34)
    bright = highest >= 190
    reddish = vivid & ((hue < 14) | (hue >= 340))
    brown = vivid & (hue >= 6) & (hue < 42) & (highest < 172)
    named = {
        "red": reddish & (strength >= 75) & (highest >= 130) & ~brown,
        "pink": vivid
        & (highest >= 215)
        & (((hue >= 302) & (hue < 345)) | (reddish & (strength < 62))),
        "brown": brown,
        "black": dark,
        "white": dull & (highest >= 226),
        GRAY: dull & (highest >= 104) & (highest < 214),
    }
    for name, (first, last) in HUES.items():
        named[name] = vivid & (hue >= first) & (hue < last) & (highest >= 110)
    named["orange"] &= bright & (strength >= 55)
    named["yellow"] &= bright
    return named


def _hue(
    pixels: Int64[np.ndarray, "pixel 3"],
    highest: Int64[np.ndarray, " pixel"],
    chroma: Int64[np.ndarray, " pixel"],
) -> Int64[np.ndarray, " pixel"]:
    """Degrees of the colour wheel from red, 0..359; 0 for grey."""
    red, green, blue = pixels.T
    span = np.maximum(chroma, 1)
    turned = np.where(
        highest == red,
        60 * (green - blue) // span,
        np.where(
            highest == green,
            120 + 60 * (blue - red) // span,
            240 + 60 * (red - green) // span,
        ),
    )
    return np.where(chroma == 0, 0, turned % 360)
