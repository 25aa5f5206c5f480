"""How much work an ink is, known before any of it is done."""

import numpy as np

from deixis.core.errors import RegionError
from deixis.core.shapes import XY
from deixis.core.size import Size
from deixis.marks.primitives import Ink, Lines, Rings
from deixis.marks.raster.lines import GENTLE

SCANLINES = 4  # in a row of pixels, of all but the smallest marks
MOST_CROSSINGS = 2**27  # of edges with scanlines: seconds; what people outlined has a thousandth


def check_work(ink: Ink, size: Size) -> None:
    """Refuse outlines that would take minutes to draw on a picture of that size."""
    if isinstance(ink, Lines):
        ink = Rings(rings=(), lines=(ink,))
    if not isinstance(ink, Rings):
        return
    rings, lines = ink.rings, ink.lines
    num_places = sum(map(len, rings)) + sum(len(path) for one in lines for path in one.paths)
    if 4 * num_places * size.height * SCANLINES <= MOST_CROSSINGS:
        return
    crossings = sum(_crossings(ring, 0.0, size) for ring in rings)
    crossings += sum(_crossings(path, one.width, size) for one in lines for path in one.paths)
    if crossings > MOST_CROSSINGS:
        raise RegionError(
            f"this mark's outlines cross {crossings} scanlines of a {size} picture in all, at most "
            f"{MOST_CROSSINGS} are drawn: give its region fewer points, or pass its mask"
        )


def _crossings(path: tuple[XY, ...], width: float, size: Size) -> int:
    """Of a closed outline, or of a pen's path: both long sides, and what closes its sharp bends."""
    places = np.array(path)
    along = np.roll(places, -1, axis=0) - places
    tall = int(np.minimum(np.abs(along[:, 1]), size.height).sum())
    if not width:
        return tall * SCANLINES
    after = np.roll(along, -1, axis=0)
    lengths = np.sqrt((along * along).sum(axis=1) * (after * after).sum(axis=1))
    num_sharp = int(((along * after).sum(axis=1) < GENTLE * lengths).sum())
    # the ends of both stretches, and a disc between them
    return int(2 * tall + 4 * num_sharp * min(width, size.height)) * SCANLINES
