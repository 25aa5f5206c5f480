"""Where a crop at any size lies in a picture: by correlation at many scales, then step by step."""

from typing import TypeAlias

import numpy as np
from PIL import Image as PIL

from deixis.core.image import Image

Edges: TypeAlias = tuple[float, float, float, float]
COARSE = 256  # pixels of the picture's longer side, where all scales are tried
SMALLEST = 20  # pixels of a crop's shorter side there
FINER = 1.04  # from one scale to the next
FITTING = 0.4  # a correlation; less is no window
NUM_TRIED = 3  # windows that are settled
# pixels of the longer side of what is compared, and by how many of them edges are moved
STAGES = ((96, (8.0, 4.0, 2.0, 1.0, 0.5)), (320, (1.0, 0.5, 0.25)))
ALIKE = 0.9  # correlation of a window with what is shown, at least
SURELY_ALIKE = 0.97
FLAT = 1.0  # standard deviation of a part in which there is nothing to be seen


def window_of(picture: Image, shown: Image) -> Edges | None:
    """The window of a picture that is shown, at any one scale; None: there is none."""
    best, score = None, ALIKE
    for start in _starts(picture, shown):
        edges = settled_window(picture, shown, start)
        fits = _correlation(picture, shown, edges)
        if fits >= score:
            best, score = edges, fits
        if score >= SURELY_ALIKE:
            break
    return best


def settled_window(picture: Image, shown: Image, start: Edges) -> Edges:
    """A window's edges are moved as long as it fits better."""
    source, edges = picture.pil(), start
    for fine, steps in STAGES:
        share = min(1.0, fine / max(shown.size.width, shown.size.height))
        size = (max(8, round(shown.size.width * share)), max(8, round(shown.size.height * share)))
        target = np.asarray(shown.pil().resize(size, PIL.Resampling.BOX)).astype(np.int16)
        least = _apart(source, target, edges)
        for step in steps:
            pixels = step * max(start[2] - start[0], start[3] - start[1]) / fine
            edges, least = _descended(source, target, edges, least, pixels)
    return edges


def _descended(
    source: PIL.Image, target: np.ndarray, edges: Edges, least: float, step: float
) -> tuple[Edges, float]:
    """The best of the windows that are reached in steps of one length."""
    for _ in range(12):
        tried = {moved: _apart(source, target, moved) for moved in _moves(edges, step)}
        best = min(tried, key=tried.__getitem__)
        if tried[best] >= least:
            break
        edges, least = best, tried[best]
    return edges, least


def _moves(edges: Edges, step: float) -> list[Edges]:
    """The window shifted, and larger or smaller about its middle, across and down alike."""
    left, top, right, bottom = edges
    down = step * (bottom - top) / (right - left)
    return [
        (left + step, top, right + step, bottom),
        (left - step, top, right - step, bottom),
        (left, top + step, right, bottom + step),
        (left, top - step, right, bottom - step),
        (left - step, top - down, right + step, bottom + down),
        (left + step, top + down, right - step, bottom - down),
        (left - step, top, right + step, bottom),
        (left, top - step, right, bottom + step),
        (left + step, top, right - step, bottom),
        (left, top + step, right, bottom - step),
    ]


def _apart(source: PIL.Image, target: np.ndarray, edges: Edges) -> float:
    """By how much a window differs from what is shown; infinite beyond the picture."""
    left, top, right, bottom = edges
    if min(left, top) < 0 or right > source.width or bottom > source.height:
        return np.inf
    if right - left < 2 or bottom - top < 2:
        return np.inf
    height, width, _ = target.shape
    fitted = source.resize((width, height), PIL.Resampling.BOX, box=edges, reducing_gap=2.0)
    return float(np.abs(np.asarray(fitted).astype(np.int16) - target).mean())


def _correlation(picture: Image, shown: Image, edges: Edges) -> float:
    size = (min(shown.size.width, 256), min(shown.size.height, 256))
    one = np.asarray(shown.pil().resize(size, PIL.Resampling.BOX)).astype(float)
    fitted = picture.pil().resize(size, PIL.Resampling.BOX, box=edges)
    other = np.asarray(fitted).astype(float)
    one, other = one - one.mean(axis=(0, 1)), other - other.mean(axis=(0, 1))
    scale = float(np.sqrt((one**2).sum() * (other**2).sum()))
    return float((one * other).sum()) / scale if scale > 0 else 0.0


def _starts(picture: Image, shown: Image) -> list[Edges]:
    """The windows that correlate best, of all scales."""
    share = min(1.0, COARSE / max(picture.size.width, picture.size.height))
    across, down = round(picture.size.width * share), round(picture.size.height * share)
    coarse = _grey(picture, across, down)
    found: list[tuple[float, Edges]] = []
    scale = min(across / shown.size.width, down / shown.size.height)
    while min(shown.size.width, shown.size.height) * scale >= SMALLEST:
        columns, rows = round(shown.size.width * scale), round(shown.size.height * scale)
        score, top, left = _peak(coarse, _grey(shown, columns, rows))
        edges = tuple(edge / share for edge in (left, top, left + columns, top + rows))
        found.append((score, (edges[0], edges[1], edges[2], edges[3])))
        scale /= FINER
    best = sorted(found, key=lambda pair: -pair[0])[:NUM_TRIED]
    return [_inside(edges, picture) for score, edges in best if score >= FITTING]


def _inside(edges: Edges, picture: Image) -> Edges:
    left, top, right, bottom = edges
    right, bottom = min(right, picture.size.width), min(bottom, picture.size.height)
    return max(left, 0.0), max(top, 0.0), right, bottom


def _grey(image: Image, width: int, height: int) -> np.ndarray:
    small = image.pil().convert("L").resize((width, height), PIL.Resampling.BOX)
    return np.asarray(small).astype(float)


def _peak(coarse: np.ndarray, part: np.ndarray) -> tuple[float, int, int]:
    """The highest normalised correlation of a part with a picture, and where its corner lies."""
    rows, columns = part.shape
    height, width = coarse.shape
    part = part - part.mean()
    if rows > height or columns > width or part.std() < FLAT:
        return 0.0, 0, 0
    shape = (height + rows, width + columns)
    spectrum = np.fft.rfft2(coarse, shape) * np.conj(np.fft.rfft2(part, shape))
    products = np.fft.irfft2(spectrum, shape)[: height - rows + 1, : width - columns + 1]
    count = rows * columns
    sums, squares = _window_sums(coarse, rows, columns), _window_sums(coarse**2, rows, columns)
    varying = np.maximum(squares - sums**2 / count, count * FLAT**2)
    scores = products / np.sqrt(varying * (part**2).sum())
    top, left = divmod(int(scores.argmax()), scores.shape[1])
    return float(scores[top, left]), top, left


def _window_sums(values: np.ndarray, rows: int, columns: int) -> np.ndarray:
    total = np.pad(values.cumsum(axis=0).cumsum(axis=1), ((1, 0), (1, 0)))
    sums: np.ndarray = (
        total[rows:, columns:]
        - total[:-rows, columns:]
        - total[rows:, :-columns]
        + total[:-rows, :-columns]
    )
    return sums
