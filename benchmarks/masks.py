"""A thousand regions of a 1080p picture: Deixis' conversions against plain numpy.

    python benchmarks/masks.py

Plain numpy is what a script writes: a boolean array of the picture's size for each region, filled
by comparing coordinates, with area and box by `sum` and `nonzero`. Both sides give the same
answers, which is checked. Medians of several rounds, one thread; bytes at rest are counted.
"""

import statistics
import time

import numpy as np

import deixis as dx
from deixis.core.mask import Mask, union

WIDTH, HEIGHT, NUM_REGIONS, ROUNDS = 1920, 1080, 1000, 3
SIZE = dx.Size(width=WIDTH, height=HEIGHT)
ROWS, COLUMNS = np.ogrid[:HEIGHT, :WIDTH]


def ellipses():
    """Regions of 20 to 300 pixels, each at its place."""
    generator = np.random.default_rng(0)
    centres = generator.uniform([0, 0], [WIDTH, HEIGHT], (NUM_REGIONS, 2))
    radii = generator.uniform(10, 150, (NUM_REGIONS, 2))
    return [
        dx.ellipse(x, y, rx, ry)
        for (x, y), (rx, ry) in zip(centres.tolist(), radii.tolist(), strict=True)
    ]


def plain(region):
    """The boolean array of an ellipse, the direct way."""
    e = region.shape
    across, down = (COLUMNS + 0.5 - e.cx) / e.rx, (ROWS + 0.5 - e.cy) / e.ry
    return across**2 + down**2 <= 1


def plain_box(array):
    """The box of a boolean array."""
    rows, columns = np.flatnonzero(array.any(1)), np.flatnonzero(array.any(0))
    return (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)


def plain_runs(array):
    """Run lengths, column by column."""
    flat = array.ravel(order="F")
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    return np.diff(np.concatenate([[0], edges, [flat.size]]))


def plain_array(runs):
    """And back."""
    flat = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return flat.reshape(WIDTH, HEIGHT).T


def median_seconds(work):
    """Of several rounds."""
    rounds = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        work()
        rounds.append(time.perf_counter() - begin)
    return statistics.median(rounds)


def report(name, ours, theirs):
    """One line of the table."""
    print(f"{name:28} {ours * 1e3:9.1f} ms  numpy {theirs * 1e3:9.1f} ms  {theirs / ours:7.1f}x")


def main():
    """Measure and print the ratios."""
    regions = ellipses()
    arrays = [plain(region) for region in regions[:100]]  # all 1000 would be 2 GB
    masks = [region.mask(SIZE) for region in regions]
    times = NUM_REGIONS / len(arrays)
    for mask, array in zip(masks, arrays, strict=False):
        assert (mask.to_array() == array).all()
        assert mask.box().xyxy == plain_box(array)
    report(
        "region to mask",
        median_seconds(lambda: [region.mask(SIZE) for region in regions]),
        times * median_seconds(lambda: [plain(region) for region in regions[:100]]),
    )
    report(
        "area",
        median_seconds(lambda: [mask.area for mask in masks]),
        times * median_seconds(lambda: [int(array.sum()) for array in arrays]),
    )
    report(
        "box",
        median_seconds(lambda: [mask.box() for mask in masks]),
        times * median_seconds(lambda: [plain_box(array) for array in arrays]),
    )
    report(
        "union of all",
        median_seconds(lambda: union(masks)),
        times * median_seconds(lambda: np.logical_or.reduce(arrays)),
    )
    report(
        "array to run lengths",
        times * median_seconds(lambda: [Mask.from_array(array) for array in arrays]),
        times * median_seconds(lambda: [plain_runs(array) for array in arrays]),
    )
    runs = [plain_runs(array) for array in arrays]
    report(
        "run lengths to array",
        times * median_seconds(lambda: [mask.to_array() for mask in masks[: len(arrays)]]),
        times * median_seconds(lambda: [plain_array(run) for run in runs]),
    )
    kept = sum(len(mask.counts) for mask in masks) / 1e3
    print(f"at rest: {kept:.0f} kB against {NUM_REGIONS * SIZE.area / 1e6:.0f} MB of booleans")


if __name__ == "__main__":
    main()
