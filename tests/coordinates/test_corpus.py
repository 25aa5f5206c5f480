"""Answers of the corpus are read as their rows mean them."""

import json
from pathlib import Path
from typing import Any

import pytest

from deixis.coordinates import Dialect, Place, Reading, dialects
from deixis.coordinates.resizing import resize_of
from deixis.core.shapes import Polygon
from deixis.core.size import Size

FILES = sorted(Path(__file__).with_name("corpus").glob("*.jsonl"))
ROWS = [json.loads(line) for file in FILES for line in file.read_text().splitlines() if line]


def dialect_of(row: dict[str, Any]) -> Dialect:
    """The dialect of a row, with the settings that it tells."""
    settings = dict(row.get("settings") or {})
    if isinstance(settings.get("resize"), dict):
        settings["resize"] = resize_of(settings["resize"])
    return dialects.get(row["id"].rpartition("-")[0])(**settings)


def reading_of(row: dict[str, Any]) -> Reading:
    """What our reader makes of a row."""
    return dialect_of(row).read(row["answer"], size_of(row))


def size_of(row: dict[str, Any]) -> Size:
    """The size of a row's picture."""
    width, height = row["size"]
    return Size(width=width, height=height)


def differences(row: dict[str, Any]) -> list[str]:
    """What our reading of a row has that is not meant, or lacks."""
    reading = reading_of(row)
    found = [f"{len(reading.places)} regions, {len(row['regions'])} are meant"]
    if len(reading.places) == len(row["regions"]):
        pairs = zip(reading.places, row["regions"], strict=True)
        found = [wrong for place, meant in pairs if (wrong := _difference(row, place, meant))]
    pieces = [piece.text for piece in reading.unread]
    found += [f"unread lacks {text!r}" for text in row["unread"] if not _is_in(text, pieces)]
    if pieces and not row["unread"]:
        found.append(f"unread: {[str(piece) for piece in reading.unread]}")
    return found


def _is_in(text: str, pieces: list[str]) -> bool:
    return any(text in piece for piece in pieces)


def _difference(row: dict[str, Any], place: Place, meant: dict[str, Any]) -> str:
    region = place.region
    if "label" in meant and (region.label or None) != (meant["label"] or None):
        return f"called {region.label!r}, {meant['label']!r} is meant"
    quantum = dialect_of(row).quantum(size_of(row))
    half = (quantum.x / 2 + 0.01, quantum.y / 2 + 0.01)
    if "mask" in meant:
        assert region.kind == "mask", "a mask is meant"
        near = all(
            abs(a - b) <= 2 for a, b in zip(region.box().xyxy, meant["mask"]["box"], strict=True)
        )
        area = int(region.mask(size_of(row)).to_array().sum())
        is_same = near and abs(area - meant["mask"]["area"]) <= 0.03 * meant["mask"]["area"]
        return "" if is_same else f"a mask of {area} pixels in {region.box().xyxy}"
    kind = next(kind for kind in ("box", "point", "polygon") if kind in meant)
    if region.kind != kind:
        return f"a {region.kind}, {kind} is meant"
    if isinstance(region.shape, Polygon):
        numbers = [n for ring in region.shape.rings for point in ring for n in point]
        wanted = [n for point in meant["polygon"] for n in point]
    elif kind == "box":
        numbers, wanted = list(region.box().xyxy), meant["box"]
    else:
        numbers, wanted = list(region.box().xyxy[:2]), meant["point"]
    near = len(numbers) == len(wanted) and all(
        abs(a - b) <= half[i % 2] for i, (a, b) in enumerate(zip(numbers, wanted, strict=True))
    )
    return "" if near else f"{kind} {numbers}, {wanted} is meant"


@pytest.mark.parametrize("name", [file.stem for file in FILES])
def test_answers_are_read_as_they_are_meant(name: str) -> None:
    rows = [row for row in ROWS if row["id"].rpartition("-")[0] == name]
    wrong = {row["id"]: found for row in rows if (found := differences(row))}
    assert wrong == {}


def test_every_dialect_has_a_file_of_answers() -> None:
    assert {file.stem for file in FILES} == set(dialects.names())
