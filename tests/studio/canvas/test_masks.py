"""Masks are read and written in the page as deixis.core has them, pixel for pixel."""

import re

import numpy as np
import pytest

from deixis.core.mask import Mask
from deixis.core.size import Size
from deixis.core.spans import Spans

pytestmark = pytest.mark.long

LOAD = (
    "const { Spans, spansOf, decodeCounts, encodeCounts } = await import('/page/canvas/masks.js');"
)


def masks():
    rng = np.random.default_rng(4)
    for width, height, share in (
        (1, 1, 1.0),
        (7, 5, 0.5),
        (5, 7, 0.03),
        (64, 48, 0.9),
        (300, 200, 0.5),
    ):
        inside = rng.random((height, width)) < share
        inside[rng.integers(height), rng.integers(width)] = True
        yield Mask.from_array(inside)
    yield Mask.from_array(np.ones((30, 20), bool))
    columns = np.zeros((40, 33), bool)
    columns[:, 3:9] = True  # runs that go on from one column to the next
    columns[35:, 9] = columns[:4, 12] = columns[-1, -1] = True
    yield Mask.from_array(columns)
    # numbers of more letters than 32 bits shift
    ends = np.array([5, 900_000_000, 2_000_000_000])
    yield Mask.from_spans(
        size=Size(width=46_000, height=46_000),
        spans=Spans(starts=ends, stops=ends + np.array([1, 400_000_000, 3])),
    )


def test_counts_are_read_and_written_as_ours(tried):
    for mask in masks():
        again, area = tried.do(
            f"async ([size, counts]) => {{ {LOAD} const mask = {{kind: 'mask', size, counts}};"
            "if (encodeCounts(decodeCounts(counts)) !== counts) throw new Error('other counts');"
            "const area = decodeCounts(counts).reduce((sum, run, at) => sum + (at % 2) * run, 0);"
            "if (size[0] > 1000) return [counts, area];"
            "return [spansOf(mask).copy().counts(), spansOf(mask).area]; }",
            [[mask.size.width, mask.size.height], mask.counts],
        )
        assert (again, area) == (mask.counts, mask.area)


def test_counts_that_are_none_are_refused(tried):
    for counts in ("", "\x01", "o", "PPPPPPPPPPP0", "éé", "0000"):
        with pytest.raises(Exception, match="RangeError"):
            tried.do(
                f"async (counts) => {{ {LOAD} spansOf({{kind: 'mask', size: [3, 3], counts}}); }}",
                counts,
            )


def test_a_pen_covers_the_pixels_whose_centres_are_within_its_radius(tried):
    rng = np.random.default_rng(5)
    height, width = 60, 90
    y, x = np.mgrid[:height, :width] + 0.5
    held = np.zeros((height, width), bool)
    strokes = []
    for number in range(40):
        path = rng.uniform((-10, -10), (width + 10, height + 10), (rng.integers(1, 5), 2))
        radius, adds = float(rng.uniform(0.6, 9)), bool(number % 3 != 2)
        strokes.append([[{"x": float(a), "y": float(b)} for a, b in path], radius, adds])
        away = np.full((height, width), np.inf)
        for start, end in zip(path, path[1:] if len(path) > 1 else path, strict=False):
            ahead = end - start
            along = ((x - start[0]) * ahead[0] + (y - start[1]) * ahead[1]) / max(
                ahead @ ahead, 1e-12
            )
            along = along.clip(0, 1)
            away = np.minimum(
                away, np.hypot(x - start[0] - along * ahead[0], y - start[1] - along * ahead[1])
            )
        held = held | (away <= radius) if adds else held & (away > radius)
    counts = tried.do(
        f"async ([width, height, strokes]) => {{ {LOAD} const spans = new Spans(width, height);"
        "for (const [path, radius, adds] of strokes) spans.brush(path, radius, adds);"
        "return spans.counts(); }",
        [width, height, strokes],
    )
    assert counts == Mask.from_array(held).counts


def test_the_outline_has_each_edge_once(tried):
    rng = np.random.default_rng(6)
    inside = rng.random((23, 31)) < 0.5
    mask = Mask.from_array(inside)
    path = tried.do(
        f"async (counts) => {{ {LOAD}"
        "return spansOf({kind: 'mask', size: [31, 23], counts}).outline(); }",
        mask.counts,
    )
    upright, level = np.zeros((23, 32), int), np.zeros((24, 31), int)
    for x, y, way, to in re.findall(r"M(\d+) (\d+)([HV])(\d+)", path):
        if way == "V":
            upright[int(y) : int(to), int(x)] += 1
        else:
            level[int(y), int(x) : int(to)] += 1
    padded = np.pad(inside, 1).astype(int)
    assert np.array_equal(upright, np.abs(np.diff(padded[1:-1], axis=1)))
    assert np.array_equal(level, np.abs(np.diff(padded[:, 1:-1], axis=0)))


def test_a_mask_is_moved_by_whole_pixels_and_stays_in_the_picture(opened):
    inside = np.zeros((410, 620), bool)
    inside[100:140, 200:260] = inside[120:180, 230:240] = True
    mask = Mask.from_array(inside)
    region = {"kind": "mask", "size": [620, 410], "counts": mask.counts, "label": "a t"}
    tried = opened(regions={"t": region})
    assert tried.regions == {"t": region}
    tried.drag((215, 110), (245.4, 130.3))
    assert tried.only["counts"] == Mask.from_array(np.roll(inside, (20, 30), (0, 1))).counts
    tried.drag((245, 130), (-30, 130), keys=["Alt"])
    assert tried.only["counts"] == Mask.from_array(np.roll(inside, (20, -200), (0, 1))).counts
    assert tried.only["label"] == "a t"
