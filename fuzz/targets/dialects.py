"""Regions with hostile words, said in every dialect and read back."""

import json
from collections.abc import Sequence
from typing import final

import numpy as np

from deixis.coordinates import dialects
from deixis.core import region_json
from deixis.core.region import Region
from deixis.core.size import Size
from fuzz import hostile
from fuzz.mutate import json_mutant
from fuzz.targets import Target
from fuzz.trying import size_of, tried


@final
class Dialects(Target):
    """`{"size": …, "regions": […]}`."""

    def seeds(self) -> Sequence[bytes]:
        """Regions of every kind."""
        cup = {"kind": "box", "box": [10, 20, 300, 400], "label": "a cup"}
        spot = {"kind": "point", "point": [50, 60], "label": "dog", "score": 0.5}
        outline = {"kind": "polygon", "rings": [[[5, 5], [60, 9], [40, 50]]], "text": "OPEN"}
        mixed = [cup, spot, outline, {"kind": "ellipse", "ellipse": [50, 40, 20, 10, 30]}]
        told = [mixed, [cup], [cup, cup], [spot, spot], [outline]]
        return [json.dumps({"size": [640, 480], "regions": some}).encode() for some in told]

    def made(self, generator: np.random.Generator) -> bytes:
        """Some boxes and points, named by whatever a stranger may write."""
        size = [int(generator.choice([1, 3, 64, 640, 8000, 20_000])) for _ in range(2)]
        regions = []
        for _ in range(hostile.many(generator, 40)):
            x, y = (np.sort(generator.uniform(-0.3, 1.3, 2)) * side for side in size)
            shape = {"kind": "box", "box": [x[0], y[0], x[1], y[1]]}
            if generator.random() < 0.4:
                shape = {"kind": "point", "point": [x[0], y[0]]}
            regions.append(shape | {"label": hostile.word(generator)})
        return json.dumps({"size": size, "regions": regions}).encode()

    def mutant(self, data: bytes, generator: np.random.Generator) -> bytes:
        """One value of it changed."""
        return json_mutant(data, generator)

    def run(self, data: bytes) -> None:
        """Say them and read them."""
        try:
            record = json.loads(data)
            size = size_of(record)
            lines = [json.dumps(one) for one in record["regions"][:200]]
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError):
            return
        regions = [one for line in lines if (one := tried(region_json.loads, line)) is not None]
        for name in dialects.names():
            _say_and_read(name, regions, size)


def _say_and_read(name: str, regions: Sequence[Region], size: Size) -> None:
    dialect = dialects.get(name)()
    said = tried(dialect.say, regions, size)
    if said is not None:
        assert isinstance(said, str)
        said.encode()  # no lone surrogate
        dialect.read(said, size)
