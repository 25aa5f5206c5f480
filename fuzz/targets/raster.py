"""The compiled half of the renderer under sanitizers: ink of any kind, by marks or by hand."""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, final

import numpy as np

from deixis.core.mask import Mask
from deixis.core.size import Size
from deixis.marks.primitives import BorderInk, Filled, Ink, Lines, Oval, Rim, Rings
from deixis.marks.raster import compiled
from deixis.marks.render import draw_ink
from fuzz import hostile
from fuzz.mutate import json_mutant
from fuzz.targets import Target
from fuzz.trying import tried

RGB = (200, 30, 90)
KINDS = ("frame", "oval", "lines", "rings", "filled", "rim")


@final
class Raster(Target):
    """`{"size": [width, height], "alpha": …, "ink": [kind, values …]}`."""

    library = "raster"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        if sanitized := os.environ.get("DEIXIS_SANITIZED"):
            compiled.LIBRARY = Path(sanitized)
            assert compiled.is_compiled(), f"{sanitized} does not load"

    def seeds(self) -> Sequence[bytes]:
        """One ink of each kind."""
        path = [[3, 4], [20, 25], [30, 5]]
        inks = [
            ["frame", 3, 4, 30, 20, 3],
            ["oval", 20, 15, 10, 8, 2.5, False],
            ["lines", [path], 3.0, True],
            ["rings", [path], 2.0],
            ["filled", 0.3],
            ["rim", 0.3, 2.0],
        ]
        told = [{"size": [40, 30], "alpha": 128, "ink": ink} for ink in inks]
        return [json.dumps(one).encode() for one in told]

    def made(self, generator: np.random.Generator) -> bytes:
        """An ink with any numbers at all."""
        kind = KINDS[int(generator.integers(len(KINDS)))]

        def some(count: int) -> list[float]:
            plain = generator.normal(20, 40, count).tolist()
            return [hostile.number(generator) if generator.random() < 0.1 else x for x in plain]

        def path() -> list[list[float]]:
            return [some(2) for _ in range(int(generator.choice([0, 1, 2, 3, 30])))]

        paths = [path() for _ in range(int(generator.choice([0, 1, 2])))]
        values: dict[str, list[object]] = {
            "frame": [int(value) if abs(value) < 1e300 else 0 for value in map(_finite, some(5))],
            "oval": [*some(5), bool(generator.integers(2))],
            "lines": [paths, *some(1), bool(generator.integers(2))],
            "rings": [paths, *some(1)],
            "filled": [float(generator.random())],
            "rim": [float(generator.random()), *some(1)],
        }
        size = [int(side) for side in generator.integers(1, 60, 2)]
        told = {"size": size, "alpha": int(generator.integers(256)), "ink": [kind, *values[kind]]}
        return json.dumps(told).encode()

    def mutant(self, data: bytes, generator: np.random.Generator) -> bytes:
        """One value of it changed."""
        return json_mutant(data, generator)

    def run(self, data: bytes) -> None:
        """Draw it by the compiled half, into pixels with guards around."""
        try:
            record = json.loads(data)
            width, height = (min(max(int(side), 1), 300) for side in record["size"])
            alpha = min(max(int(record["alpha"]), 0), 255)
            ink = _ink(record["ink"], Size(width=width, height=height))
        except (ValueError, KeyError, TypeError, RecursionError, OverflowError, IndexError):
            return
        pixels = np.full((height, width, 3), 77, dtype=np.uint8)
        tried(draw_ink, pixels, ink, RGB, alpha)


def _finite(value: float) -> float:
    return value if np.isfinite(float(value) if abs(value) < 1e300 else 0.0) else 0.0


def _path(listed: Any) -> tuple[tuple[float, float], ...]:  # Any: JSON
    return tuple((float(x), float(y)) for x, y in listed[:2000])


def _ink(told: Any, size: Size) -> Ink:  # Any: JSON
    """The ink of a record; ValueError and its like where there is none."""
    kind, *values = told
    match kind:
        case "frame":
            x0, y0, x1, y1, width = map(int, values)
            return BorderInk(x0=x0, y0=y0, x1=x1, y1=y1, width=width)
        case "oval":
            cx, cy, rx, ry, width = map(float, values[:5])
            return Oval(cx=cx, cy=cy, rx=rx, ry=ry, width=width, is_filled=bool(values[5]))
        case "lines":
            paths = tuple(map(_path, values[0][:20]))
            return Lines(paths=paths, width=float(values[1]), are_closed=bool(values[2]))
        case "rings":
            rings = tuple(map(_path, values[0][:20]))
            lines = Lines(paths=rings, width=float(values[1]), are_closed=True)
            return Rings(rings=rings, lines=(lines,))
    noise = np.random.default_rng(1).random((size.height, size.width))
    mask = Mask.from_array(noise <= min(max(float(values[0]), 0.01), 1.0) + noise.min())
    return Filled(mask=mask) if kind == "filled" else Rim(mask=mask, radius=float(values[1]))
