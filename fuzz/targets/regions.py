"""Regions as JSON, and everything that is done with a region."""

import json
from collections.abc import Sequence
from typing import Any, final

import numpy as np

from deixis.core import region_json
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.core.size import Size
from deixis.marks import Mark, draw, shapes
from fuzz import hostile
from fuzz.mutate import json_mutant
from fuzz.targets import Target
from fuzz.trying import size_of, tried

SIDES = (1, 2, 7, 48, 333, 1080, 4000, 8000)
LARGEST = 64_000_000  # pixels of a picture that Deixis opens


@final
class Regions(Target):
    """`{"size": [width, height], "regions": [two regions]}`."""

    deadline = 30.0  # some forty operations on each input; each alone is bounded to a few seconds

    def __init__(self, folder: Any) -> None:
        super().__init__(folder)
        self.image = Image(pixels=np.zeros((90, 120, 3), dtype=np.uint8))

    def seeds(self) -> Sequence[bytes]:
        """One of each kind."""
        shapes_of = [
            {"kind": "point", "point": [10.5, 20]},
            {"kind": "box", "box": [1, 2, 30, 40.5]},
            {"kind": "ellipse", "ellipse": [50, 40, 20, 10, 30]},
            {"kind": "polygon", "rings": [[[5, 5], [60, 9], [40, 50]]], "label": "a cup"},
            {"kind": "stroke", "points": [[1, 1], [50, 60], [80, 20]], "width": 4},
        ]
        other = shapes_of[1]
        return [
            json.dumps({"size": [120, 90], "regions": [shape, other]}).encode()
            for shape in shapes_of
        ]

    def made(self, generator: np.random.Generator) -> bytes:
        """Two regions of one kind, as large as can be on a picture as large as can be."""
        size = [int(generator.choice(SIDES)) for _ in range(2)]
        kind = str(generator.choice(["polygon", "polygon", "stroke", "ellipse", "box"]))
        regions = [_region(kind, size, generator) for _ in range(2)]
        return json.dumps({"size": size, "regions": regions}).encode()

    def mutant(self, data: bytes, generator: np.random.Generator) -> bytes:
        """One value of it changed."""
        return json_mutant(data, generator)

    def run(self, data: bytes) -> None:
        """Read them, write them, convert them, join them and draw them."""
        try:
            record = json.loads(data)
            regions = [json.dumps(one) for one in record["regions"]]
            size = size_of(record)
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
            return
        read = [region for line in regions[:3] if (region := tried(region_json.loads, line))]
        for region in read:
            assert region_json.loads(region_json.dumps(region)) == region
            self._convert(region, size)

    def _convert(self, region: Region, size: Size) -> None:
        for reach in (region.box, region.centre, region.polygon):
            tried(reach)
        tried(lambda: region.within(size).mask(size).area if size.area <= LARGEST else 0)
        if size.area <= LARGEST and (mask := tried(region.mask, size)) is not None:
            assert 0 < mask.area <= size.area
            box = mask.box()
            assert 0 <= box.x0 < box.x1 <= size.width
            assert 0 <= box.y0 < box.y1 <= size.height
        for shape in shapes.names():
            tried(lambda shape=shape: draw(self.image, [Mark(shape=shape, region=region)]))


def _region(kind: str, size: Sequence[int], generator: np.random.Generator) -> dict[str, Any]:
    width, height = size
    if kind == "box":
        x, y = (np.sort(generator.uniform(-0.2, 1.2, 2)) * side for side in size)
        return {"kind": kind, "box": [x[0], y[0], x[1], y[1]]}
    if kind == "ellipse":
        numbers = generator.uniform(0, 1.2, 4) * [width, height, width, height]
        return {"kind": kind, "ellipse": [*numbers.tolist(), float(generator.uniform(-400, 400))]}
    count = 2 + hostile.many(generator, 20_000)
    places = generator.uniform(-0.1, 1.1, (count, 2)) * [width, height]
    if kind == "stroke":
        return {"kind": kind, "points": places.tolist(), "width": hostile.many(generator, 4000)}
    return {"kind": kind, "rings": [np.round(places, 1).tolist()]}
