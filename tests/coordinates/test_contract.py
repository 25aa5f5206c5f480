"""What every dialect keeps to; a new file is tested the moment it exists."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from deixis.coordinates import Dialect, Reading, dialects
from deixis.core import region as make
from deixis.core.convert import shape_box
from deixis.core.errors import RegionError
from deixis.core.region import Region
from deixis.core.shapes import Box, Point
from deixis.core.size import Size
from tests.long import long, night

NAMES = dialects.names()
SIZE = Size(width=1280, height=720)
Report: TypeAlias = dict[str, dict[str, Any]]
HOSTILE = Path(__file__).with_name("hostile_texts.py")
LABELS = (
    'a "b" <c>',
    "</ref>",
    "<|box_start|>",
    "<loc0001>;",
    "]",
    "\\",
    "’",
    "🦊\n",
    "&amp;",
    " x ",
    "TB\x1f\x94",  # a control character that stands for control tokens where answers are read
    "\x1fa",
    "b[THINK]",  # marks of drafts and of turns
    "b[/THINK]",
    "◁think▷",
    "b◁/think▷",
    "[INST] ‘",
)


@pytest.fixture(params=NAMES)
def dialect(request: pytest.FixtureRequest) -> Dialect:
    return dialects.get(request.param)()


QUICK = ("florence2", "molmo2", "qwen2_vl")  # one of each way of writing; the rest are long


def reported(num: int, length: int, names: Sequence[str]) -> Report:
    """In a process of its own: type checks would be most of the work."""
    command = [sys.executable, "-W", "error", str(HOSTILE), str(num), str(length), *names]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@st.composite
def sizes(draw: st.DrawFn) -> Size:
    long = draw(st.integers(1, 5000))
    short = draw(st.integers(max(1, -(-long // 20)), long))
    return Size(width=long, height=short) if draw(st.booleans()) else Size(width=short, height=long)


@st.composite
def regions(draw: st.DrawFn, size: Size) -> Region:
    share = st.floats(-0.2, 1.2)
    label = draw(st.none() | st.text(max_size=12) | st.sampled_from(LABELS))
    x0, x1 = sorted(draw(share) * size.width for _ in "ab")
    y0, y1 = sorted(draw(share) * size.height for _ in "ab")
    if draw(st.booleans()):
        x1, y1 = x0 + (x1 - x0) / 1000, y0 + (y1 - y0) / 1000
    assume(x1 >= 0 and y1 >= 0 and x0 <= size.width and y0 <= size.height)
    if draw(st.booleans()):
        assume(0 <= x0 <= size.width and 0 <= y0 <= size.height)
        return make.point(x0, y0, label=label)
    return make.box(x0, y0, x1, y1, label=label)


def clipped(shape: Point | Box, size: Size) -> Box:
    x0, y0, x1, y1 = shape_box(shape).xyxy
    xs = sorted(min(max(x, 0), size.width) for x in (x0, x1))
    ys = sorted(min(max(y, 0), size.height) for y in (y0, y1))
    return Box(x0=xs[0], y0=ys[0], x1=xs[1], y1=ys[1])


def expected(region: Region, kinds: tuple[str, ...], size: Size) -> Box:
    """Where a said region is, exactly."""
    box = clipped(region.shape, size)
    if region.kind in kinds or "box" in kinds:
        return box
    x, y = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    return Box(x0=x, y0=y, x1=x, y1=y)


def assert_near(found: Region, wanted: Box, dialect: Dialect, size: Size) -> None:
    quantum = dialect.quantum(size)
    halves = (quantum.x / 2, quantum.y / 2) * 2
    for read, true, half in zip(found.box().xyxy, wanted.xyxy, halves, strict=True):
        assert abs(read - true) <= half * (1 + 1e-6) + 1e-6


def cleaned(label: str | None) -> str | None:
    """A label without what dialects may clean off it."""
    kept = (label or "").translate(str.maketrans("<>;[◁", "‹›,［‹"))
    return " ".join(kept.split()) or None


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_a_said_region_reads_back_within_half_the_quantum(name: str, data: st.DataObject) -> None:
    dialect = dialects.get(name)()
    size = data.draw(sizes())
    said = data.draw(st.lists(regions(size), max_size=5))
    reading = dialect.read(dialect.say(said, size), size)
    assert reading.unread == ()
    assert len(reading.regions) == len(said)
    keeps_labels = (
        dialect.read(dialect.say([make.point(0, 0, label="cup")], size), size).regions[0].label
    )
    for found, region in zip(reading.regions, said, strict=True):
        assert_near(found, expected(region, dialect.kinds, size), dialect, size)
        assert cleaned(found.label) == (cleaned(region.label) if keeps_labels else None)
        if region.kind in dialect.kinds:
            assert found.kind == region.kind


@pytest.mark.parametrize("label", [*LABELS, *map(chr, (0, 8, 11, 28, 31, 127, 133, 155, 0x2028))])
def test_no_label_hides_a_place_or_itself(dialect: Dialect, label: str) -> None:
    before, after = make.box(10, 20, 300, 400, label="cup"), make.box(500, 90, 900, 700)
    said = [before, make.box(100, 200, 300, 400, label=f"{label}."), after]
    reading = dialect.read(dialect.say(said, SIZE), SIZE)
    assert reading.unread == ()
    cup, *read = [cleaned(region.label) for region in reading.regions]
    assert read == ([None, None] if cup is None else [cleaned(f"{label}."), None])


def test_a_region_outside_of_the_picture_is_refused(dialect: Dialect) -> None:
    with pytest.raises(RegionError, match="outside"):
        dialect.say([make.box(1300, 10, 1400, 20)], SIZE)


def test_a_region_that_sticks_out_is_cut_at_the_border(dialect: Dialect) -> None:
    reading = dialect.read(dialect.say([make.box(-100, 90, 2000, 610)], SIZE), SIZE)
    wanted = expected(make.box(0, 90, 1280, 610), dialect.kinds, SIZE)
    assert_near(reading.regions[0], wanted, dialect, SIZE)


@pytest.mark.parametrize("kind", ["ellipse", "polygon", "stroke", "mask"])
def test_other_kinds_are_said_as_their_box_or_else_their_centre(
    dialect: Dialect, kind: str
) -> None:
    inside = np.zeros((SIZE.height, SIZE.width), dtype=np.bool_)
    inside[200:340, 400:700] = True
    region = {
        "ellipse": make.ellipse(500, 300, 120, 70),
        "polygon": make.polygon([(400, 200), (700, 220), (650, 380)]),
        "stroke": make.stroke([(400, 200), (600, 300), (700, 250)], width=8),
        "mask": make.mask(inside),
    }[kind]
    (found,) = dialect.read(dialect.say([region], SIZE), SIZE).regions
    if kind in dialect.kinds:
        assert found.kind == kind
    else:
        assert found.kind == ("box" if "box" in dialect.kinds else "point")
    wanted = region.box()
    if found.kind == "point":
        centre = region.centre()
        wanted = Box(x0=centre.x, y0=centre.y, x1=centre.x, y1=centre.y)
    assert_near(found, wanted, dialect, SIZE)


@pytest.mark.parametrize(
    "text", ["", "I see no cup.", "A (small) cat, age 3; see [1].", "It costs 12.50 <b>now</b>."]
)
def test_a_text_without_coordinates_reads_empty(dialect: Dialect, text: str) -> None:
    assert dialect.read(text, SIZE) == Reading()


def test_nothing_said_reads_as_nothing(dialect: Dialect) -> None:
    assert dialect.read(dialect.say([], SIZE), SIZE) == Reading()


def test_prose_around_a_saying_changes_nothing(dialect: Dialect) -> None:
    said = [make.box(100, 200, 300, 400), make.box(500, 100, 900, 700)]
    text = dialect.say(said, SIZE)
    bare = [region.shape for region in dialect.read(text, SIZE).regions]
    around = dialect.read(f"Sure! Here they are:\n```json\n{text}\n```\nAnything else?", SIZE)
    assert [region.shape for region in around.regions] == bare


def test_a_saying_cut_anywhere_invents_no_place(dialect: Dialect) -> None:
    said = [make.box(100, 200, 300, 400, label="cup"), make.box(500, 100, 900, 700, label="dog")]
    text = dialect.say(said, SIZE)
    whole = {region.shape for region in dialect.read(text, SIZE).regions}
    for end in range(len(text)):
        reading = dialect.read(text[:end], SIZE)
        boxes = {region.shape for region in reading.regions if region.kind in dialect.kinds}
        if dialect.kinds[0] == "point" and "paligemma" in type(dialect).__name__.lower():
            boxes = {box for box in boxes if isinstance(box, Box)}  # half a box is a point there
        assert boxes <= whole


@pytest.mark.parametrize(("num", "names"), [(500, QUICK), long(2000, ()), night(10_000, ())])
def test_hostile_texts_raise_nothing(num: int, names: Sequence[str]) -> None:
    found = reported(num, 0, names)
    assert {name: report["failure"] for name, report in found.items() if report["failure"]} == {}


@pytest.mark.parametrize(("length", "names"), [(10_000, QUICK), long(100_000, ())])
def test_very_long_texts_are_read_to_their_end(length: int, names: Sequence[str]) -> None:
    """A reader of quadratic time would not come there."""
    found = reported(0, length, names)
    assert {name: report["unread"] for name, report in found.items() if report["unread"]} == {}


@pytest.mark.parametrize(
    "region",
    [
        make.polygon(
            [
                (100, 80),
                (900, 80),
                (900, 200),
                (260, 200),
                (260, 500),
                (900, 500),
                (900, 620),
                (100, 620),
            ]
        ),
        make.polygon([(50, 50), (300, 80), (200, 320)], [(800, 400), (1200, 420), (900, 700)]),
        make.stroke([(100, 100), (1100, 100), (1100, 600), (100, 600)], width=40),
    ],
    ids=["a C", "two parts", "a stroke"],
)
@pytest.mark.parametrize("name", [n for n in NAMES if "box" not in dialects.get(n).kinds])
def test_a_hollow_region_that_is_said_as_a_point_is_met(name: str, region: Region) -> None:
    dialect = dialects.get(name)()
    (found,) = dialect.read(dialect.say([region], SIZE), SIZE).regions
    assert isinstance(found.shape, Point)
    assert region.mask(SIZE).to_array()[int(found.shape.y), int(found.shape.x)]
