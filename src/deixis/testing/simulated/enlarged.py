"""Where a crop lies that was enlarged a whole number of times: a nearer look at a detail."""

from dataclasses import dataclass
from typing import TypeAlias, final

import numpy as np
from PIL import Image as PIL

from deixis.core.image import Image

Edges: TypeAlias = tuple[float, float, float, float]
MOST_TIMES = 8
NUM_ANCHORS = 4
OFF_ANCHOR = 8  # by so much an anchor's colour may have changed
NUM_COMPARED = 96  # pixels, of which the most telling are half
OFF_PIXEL = 6  # so may a compared pixel's,
OFF_SHARE = 0.25  # and by this share of its surroundings' range more
MISSES, MISSED_SHARE = 2, 0.12  # of the compared pixels, that may have changed more
NUM_FITTING = 40  # places that are compared with all their pixels
NUM_FINALISTS = 3  # which are enlarged and compared
OFF_MEAN = 3.0  # of the enlarged window, at most
REACH = 5  # pixels around a guess
OFF_NEAR = 0.5
LEVELS = 32  # of each channel, where colours are counted
ROUNDS = 3  # of undoing an enlargement's blur


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class _Match:
    """A window, and by how much it differs from what is shown, on the average."""

    edges: Edges
    off: float


def window_of(picture: np.ndarray, counts: np.ndarray, shown: Image) -> Edges | None:
    """The window of a picture (height x width x 3) that is shown at 2, 3 … times its size."""
    height, width, _ = picture.shape
    best: _Match | None = None
    for times in range(2, MOST_TIMES + 1):
        rows, columns = shown.size.height // times, shown.size.width // times
        is_whole = shown.size.height % times == 0 and shown.size.width % times == 0
        if not is_whole or rows > height or columns > width or min(rows, columns) < 4:
            continue
        found = _match(picture, counts, shown, times)
        if found is not None and (best is None or found.off < best.off):
            best = found
        if best is not None and best.off == 0:
            break
    return None if best is None else best.edges


def window_near(picture: np.ndarray, guess: Edges, shown: Image) -> Edges | None:
    """The window of a picture that is shown at 2, 3 … times its size, near a guess."""
    height, width, _ = picture.shape
    times = round(shown.size.width / max(guess[2] - guess[0], 1.0))
    if not 2 <= times <= MOST_TIMES or shown.size.height % times or shown.size.width % times:
        return None
    small = _shrunk(shown.pixels, times)
    rows, columns = small.shape[:2]
    middle_x, middle_y = (guess[0] + guess[2]) / 2, (guess[1] + guess[3]) / 2
    left, top = round(middle_x - columns / 2), round(middle_y - rows / 2)
    places = [
        (y, x)
        for y in range(max(top - REACH, 0), min(top + REACH, height - rows) + 1)
        for x in range(max(left - REACH, 0), min(left + REACH, width - columns) + 1)
    ]
    found = _best(picture, shown, small, places)
    return found.edges if found is not None and found.off < OFF_NEAR else None


def colour_counts(picture: np.ndarray) -> np.ndarray:
    """How often each coarse colour occurs, with its neighbours."""
    counts = np.bincount(_coarse(picture).ravel(), minlength=LEVELS**3)
    cube = np.pad(counts.reshape(LEVELS, LEVELS, LEVELS), 1)
    for axis in range(3):
        cube = cube + np.roll(cube, 1, axis=axis) + np.roll(cube, -1, axis=axis)
    return cube[1:-1, 1:-1, 1:-1].ravel()


def _coarse(pixels: np.ndarray) -> np.ndarray:
    levels = pixels.astype(np.int32) * LEVELS // 256
    coarse: np.ndarray = (levels[..., 0] * LEVELS + levels[..., 1]) * LEVELS + levels[..., 2]
    return coarse


def _match(picture: np.ndarray, counts: np.ndarray, shown: Image, times: int) -> _Match | None:
    small = _shrunk(shown.pixels, times)
    spread = _spread(small)
    often = counts[_coarse(small)].astype(float)
    often[often == 0] = np.inf
    best: _Match | None = None
    for place in np.argsort(often, axis=None, kind="stable")[:NUM_ANCHORS].tolist():
        row, column = divmod(place, small.shape[1])
        if not np.isfinite(often[row, column]):
            break
        tops, lefts = _alike(picture, small, row, column)
        tops, lefts = _fitting(picture, small, spread, tops, lefts)
        found = _best(picture, shown, small, list(zip(tops.tolist(), lefts.tolist(), strict=True)))
        if found is not None and (best is None or found.off < best.off):
            best = found
        if best is not None and best.off == 0:
            break
    return best


def _shrunk(pixels: np.ndarray, times: int) -> np.ndarray:
    """The pixels before they were enlarged, or nearly: the blur of a bicubic enlargement, seen in
    the means of its blocks, is undone.
    """
    rows, columns = pixels.shape[0] // times, pixels.shape[1] // times
    blocks = pixels.reshape(rows, times, columns, times, 3)
    if np.ptp(blocks, axis=(1, 3)).max() == 0:  # each pixel was repeated
        return blocks[:, 0, :, 0].astype(np.int16)
    means = blocks.mean(axis=(1, 3))
    kernel = _kernel(times)
    sharp = means
    for _ in range(ROUNDS):
        sharp = sharp + means - _blurred(_blurred(sharp, kernel, 0), kernel, 1)
    whole: np.ndarray = np.rint(sharp.clip(0, 255)).astype(np.int16)
    return whole


def _kernel(times: int) -> np.ndarray:
    """What a block's mean holds of each pixel around, -2 to 2."""
    offsets = (np.arange(times) + 0.5) / times - 0.5
    far = np.abs(np.arange(-2, 3)[None, :] - offsets[:, None])
    near = 1.5 * far**3 - 2.5 * far**2 + 1
    beyond = -0.5 * far**3 + 2.5 * far**2 - 4 * far + 2
    weights = np.where(far < 1, near, np.where(far < 2, beyond, 0.0))
    kernel: np.ndarray = (weights / weights.sum(axis=1, keepdims=True)).mean(axis=0)
    return kernel


def _blurred(pixels: np.ndarray, kernel: np.ndarray, axis: int) -> np.ndarray:
    width = [(0, 0), (0, 0), (0, 0)]
    width[axis] = (2, 2)
    padded, length = np.pad(pixels, width, mode="edge"), pixels.shape[axis]
    return sum(
        weight * padded.take(range(start, start + length), axis=axis)
        for start, weight in enumerate(kernel.tolist())
    )


def _spread(small: np.ndarray) -> np.ndarray:
    """By how much the colours around each pixel differ."""
    padded = np.pad(small, ((1, 1), (1, 1), (0, 0)), mode="edge")
    rows, columns = small.shape[:2]
    shifted = np.stack([padded[y : y + rows, x : x + columns] for y in range(3) for x in range(3)])
    spread: np.ndarray = np.ptp(shifted, axis=0).max(axis=2)
    return spread


def _alike(
    picture: np.ndarray, small: np.ndarray, row: int, column: int
) -> tuple[np.ndarray, np.ndarray]:
    """The places at which the crop may begin, by the colour of one of its pixels."""
    height, width, _ = picture.shape
    rows, columns = small.shape[:2]
    held = picture[row : height - rows + row + 1, column : width - columns + column + 1]
    low = np.clip(small[row, column] - OFF_ANCHOR, 0, 255).astype(np.uint8)
    high = np.clip(small[row, column] + OFF_ANCHOR, 0, 255).astype(np.uint8)
    tops, lefts = np.nonzero((held[..., 0] >= low[0]) & (held[..., 0] <= high[0]))
    for channel in (1, 2):
        values = held[tops, lefts, channel]
        kept = (values >= low[channel]) & (values <= high[channel])
        tops, lefts = tops[kept], lefts[kept]
    return tops, lefts


def _fitting(
    picture: np.ndarray,
    small: np.ndarray,
    spread: np.ndarray,
    tops: np.ndarray,
    lefts: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """The places at which some pixels of the crop, telling ones among them, fit best."""
    rows, columns = small.shape[:2]
    telling = np.argsort(-spread, axis=None, kind="stable")
    off, misses = np.zeros(len(tops), dtype=np.int32), np.zeros(len(tops), dtype=np.int32)
    for number in range(1, NUM_COMPARED + 1):
        row, column = (number * 7919) % rows, (number * 104_729) % columns
        if number % 2:
            row, column = divmod(int(telling[(number * 31) % (len(telling) // 4 + 1)]), columns)
        apart = np.abs(picture[tops + row, lefts + column] - small[row, column])
        off += apart.sum(axis=1)
        misses += apart.max(axis=1) > OFF_PIXEL + OFF_SHARE * spread[row, column]
        kept = misses <= MISSES + MISSED_SHARE * number
        tops, lefts, off, misses = tops[kept], lefts[kept], off[kept], misses[kept]
    best = np.argsort(off, kind="stable")[:NUM_FITTING]
    return tops[best], lefts[best]


def _best(
    picture: np.ndarray, shown: Image, small: np.ndarray, places: list[tuple[int, int]]
) -> _Match | None:
    """The place whose window, enlarged, is what is shown, or nearly."""
    rows, columns = small.shape[:2]
    off = {
        (top, left): float(np.abs(picture[top : top + rows, left : left + columns] - small).mean())
        for top, left in places
    }
    best: _Match | None = None
    for top, left in sorted(off, key=off.__getitem__)[:NUM_FINALISTS]:
        window = PIL.fromarray(picture[top : top + rows, left : left + columns])
        larger = window.resize((shown.size.width, shown.size.height), PIL.Resampling.BICUBIC)
        error = np.abs(np.asarray(larger).astype(np.int16) - shown.pixels).mean()
        if error < (OFF_MEAN if best is None else best.off):
            edges = (float(left), float(top), float(left + columns), float(top + rows))
            best = _Match(edges=edges, off=float(error))
    return best
