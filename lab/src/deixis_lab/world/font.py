"""Outlines of letters, read from the font DejaVu Sans Bold that matplotlib ships."""

import hashlib
import importlib.util
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from fontTools.pens.recordingPen import DecomposingRecordingPen
from fontTools.ttLib import TTFont
from jaxtyping import Int64

from deixis.core.errors import UsageError
from deixis.marks.letters import UNIT, Outline, bent

# the same outlines on any machine, or none: version 2.37, unchanged since 2016
FONT = "DejaVuSans-Bold.ttf"
SHA256 = "b184b89e3c1075f22f6b71575b6fc20d4972b3cfd3b23322ca6fd596dcaef167"


@cache
def outline(symbol: str) -> Outline:
    """One letter's outline, its curves cut into straight pieces."""
    opened = _font()
    name = opened.getBestCmap().get(ord(symbol))
    if name is None:
        raise UsageError(f"{FONT} has no outline for {symbol!r} (U+{ord(symbol):04X})")
    glyphs = opened.getGlyphSet()
    pen = DecomposingRecordingPen(glyphs)
    glyphs[name].draw(pen)
    return Outline(rings=tuple(_rings(pen.value)), advance=int(glyphs[name].width) * UNIT)


@cache
def _font() -> TTFont:
    found = importlib.util.find_spec("matplotlib")
    if found is None or not found.submodule_search_locations:
        raise UsageError("letters are drawn from matplotlib's fonts: pip install matplotlib")
    folder = Path(found.submodule_search_locations[0])
    content = (folder / "mpl-data" / "fonts" / "ttf" / FONT).read_bytes()
    if hashlib.sha256(content).hexdigest() != SHA256:
        raise UsageError(
            f"matplotlib's {FONT} is not version 2.37, so pictures drawn with it would differ; "
            "install a matplotlib that ships that version"
        )
    return TTFont(BytesIO(content), lazy=True)


# Any: fontTools' recordings are untyped pairs of a command and its points
def _rings(commands: Iterable[tuple[str, Any]]) -> list[Int64[np.ndarray, "_ 2"]]:
    rings: list[list[tuple[int, int]]] = []
    for command, points in commands:
        if command == "moveTo":
            rings.append([_whole(points[0])])
        elif command == "lineTo":
            rings[-1].append(_whole(points[0]))
        elif command == "qCurveTo":
            _bend(rings, points)
    return [np.array(ring, dtype=np.int64) for ring in rings if len(ring) > 2]


def _bend(rings: list[list[tuple[int, int]]], points: Any) -> None:  # Any: as above
    if points[-1] is None:  # a ring without corners starts between its last and first control
        (x0, y0), (x1, y1) = points[-2], points[0]
        start = ((x0 + x1) / 2, (y0 + y1) / 2)
        rings.append([_whole(start)])
        points = (*points[:-1], start)
    *controls, end = map(_whole, points)
    rings[-1].extend(bent(rings[-1][-1], controls, end))


def _whole(point: tuple[float, float]) -> tuple[int, int]:
    return round(point[0] * UNIT), -round(point[1] * UNIT)
