"""Notes in Deixis' own JSON lines."""

import json
from pathlib import Path
from typing import Any

import pytest

from deixis.core import region as regions
from deixis.core import region_json
from deixis.core.errors import SampleError, UsageError
from deixis.core.image import Image
from deixis.core.region import Region
from deixis.sources import SourceOptions, source
from tests.sources.drawn_words import plain

CUP = Region(shape=regions.box(1, 2, 9, 8).shape, label="cup", score=0.4, source="me")
SIGN = Region(shape=regions.polygon([(1, 1), (9, 1), (5, 7)]).shape, text="STOP")
NAMELESS = regions.point(4, 4)
FAR = regions.box(25, 15, 99, 99, label="far")
OUTSIDE = regions.box(40, 40, 50, 50, label="out")


def write(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "notes.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    return path


def row(image: str, *found: Region, **more: Any) -> dict[str, Any]:
    named = {f"r{place}": region_json.to_record(region) for place, region in enumerate(found)}
    return {"image": image, "regions": named, **more}


def look(path: Path, name: str = "pictures/one.png", cut: float | None = None) -> list[Region]:
    image = Image(pixels=plain(30, 20).pixels, source=name)
    return source(f"regions:{path}", SourceOptions(least_score=cut)).look(image)


def test_all_regions_of_a_picture_that_say_something_are_notes_once(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        row("pictures/one.png", SIGN, NAMELESS, turns=[{"question": "What is {r0}?"}]),
        row("pictures/two.png", FAR),
        row("pictures/one.png", CUP, SIGN, size=[30, 20]),
    )
    name = f"regions:{path}"
    assert look(path) == [SIGN.named(source=name), CUP.named(source=name)]
    assert look(path, cut=0.5) == [SIGN.named(source=name)]
    [far] = look(path, "two.png")
    assert far.box().xyxy == (25, 15, 30, 20)
    assert source(name).record["source"] == name


def test_what_is_wrong_names_the_row_or_the_picture(tmp_path: Path) -> None:
    good = row("one.png", CUP)
    for bad, said in (
        (row("one.png", OUTSIDE), "row 2: .* is outside of the 30x20 picture"),
        ({"image": "one.png", "regions": {"a": {"kind": "circle"}}}, "row 2: a region's kind"),
        (row("one.png", CUP, size=[30]), "row 2"),
        ({"regions": {}}, "row 2: it has no 'image'"),
    ):
        with pytest.raises(SampleError, match=f"notes.jsonl, {said}"):
            look(write(tmp_path, good, bad))
    with pytest.raises(UsageError, match="is about a 31x20 picture of this name"):
        look(write(tmp_path, row("one.png", CUP, size=[31, 20])))
    with pytest.raises(UsageError, match=r"lists no picture named 'three\.png'"):
        look(write(tmp_path, good), "three.png")
    with pytest.raises(UsageError, match="cannot read"):
        look(tmp_path / "nowhere.jsonl")
    (tmp_path / "notes.jsonl").write_text('{"image": ')
    with pytest.raises(SampleError, match="row 1: not JSON"):
        look(tmp_path / "notes.jsonl")
