"""Masks as COCO's run lengths, and the sums, unions and boxes that are made of them."""

import json
from collections.abc import Sequence
from typing import final

import numpy as np

from deixis.core import region_json
from deixis.core.mask import Mask, intersection, iou, union
from fuzz import hostile
from fuzz.mutate import json_mutant
from fuzz.targets import Target
from fuzz.trying import tried

SIDES = (1, 2, 7, 48, 333, 1080, 8000, 65_536, 10**5, 10**6)
LARGEST = 64_000_000  # pixels of a picture that Deixis opens


@final
class Masks(Target):
    """A list of two masks' JSON."""

    def seeds(self) -> Sequence[bytes]:
        """Two small ones."""
        first, second = packed([5, 6, 10, 3, 8]), packed([0, 4, 28])
        return [_told([8, 4], first, second), _told([16, 2], second, first)]

    def made(self, generator: np.random.Generator) -> bytes:
        """Two masks on a picture of any size."""
        size = [int(generator.choice(SIDES)) for _ in range(2)]
        area = size[0] * size[1]
        return _told(size, *(packed(_runs(area, generator)) for _ in range(2)))

    def mutant(self, data: bytes, generator: np.random.Generator) -> bytes:
        """One value of it changed."""
        return json_mutant(data, generator)

    def run(self, data: bytes) -> None:
        """Read them and reckon with them."""
        try:
            lines = [json.dumps(one) for one in json.loads(data)[:3]]
        except (ValueError, KeyError, TypeError, RecursionError):
            return
        read = [tried(region_json.loads, line) for line in lines]
        masks = [one.shape for one in read if one is not None and isinstance(one.shape, Mask)]
        for mask in masks:
            _check(mask)
        if len(masks) > 1:
            both, shared = tried(union, masks), tried(intersection, masks)
            tried(iou, masks[0], masks[1])
            if both is not None and len(masks) == 2:
                sum_of_both = masks[0].area + masks[1].area
                assert both.area + (0 if shared is None else shared.area) == sum_of_both


def _check(mask: Mask) -> None:
    """Its area and box are those of its own run lengths."""
    assert 0 < mask.area <= mask.size.area
    box = mask.box()
    assert 0 <= box.x0 < box.x1 <= mask.size.width
    assert 0 <= box.y0 < box.y1 <= mask.size.height
    if mask.size.area <= LARGEST:
        inside = mask.to_array()
        assert int(inside.sum()) == mask.area
        assert Mask.from_array(inside).area == mask.area


def _told(size: Sequence[int], *counts: str) -> bytes:
    return json.dumps(
        [{"kind": "mask", "size": list(size), "counts": one} for one in counts]
    ).encode()


def _runs(area: int, generator: np.random.Generator) -> list[int]:
    """Run lengths that sum to the area."""
    count = min(hostile.many(generator, 3000), max(area - 1, 1))
    ends = np.unique(generator.integers(0, area + 1, count)).tolist()
    return [int(run) for run in np.diff([0, *ends, area])]


def packed(runs: Sequence[int]) -> str:
    """COCO's compressed string of run lengths, as its authors define it."""
    told = []
    for place, run in enumerate(runs):
        left = run - runs[place - 2] if place > 2 else run
        more = True
        while more:
            piece = left & 0x1F
            left >>= 5
            more = left != (-1 if piece & 0x10 else 0)
            told.append(chr(48 + (piece | (0x20 if more else 0))))
    return "".join(told)
