"""An answer that comes in pieces is read as the whole is, and a place comes when it is complete."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deixis.coordinates import dialects
from deixis.core import region as make
from deixis.core.size import Size
from tests.coordinates.streams import kept
from tests.long import long, night

ROOT = Path(__file__).parents[2]
SIZE = Size(width=1280, height=720)
NAMES = dialects.names()
SPLITS = [
    pytest.param(("41", "250", "30", "7"), id="quick"),
    long(("7", "900", "200", "7")),
    night(("1", "100000", "1500", "1")),
]
CUTS = [
    pytest.param(("11", "250", "7"), id="quick"),
    long(("3", "900", "5")),
    night(("1", "2500", "1")),
]


def reported(module: str, *arguments: str) -> dict[str, Any]:
    """In a process of its own: without this suite's type checks it is twenty times as fast."""
    command = [sys.executable, "-W", "error", "-m", f"tests.coordinates.{module}", *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.fixture(scope="module", params=SPLITS)
def report(request: pytest.FixtureRequest) -> dict[str, Any]:
    return reported("streams", *request.param)


@pytest.fixture(scope="module", params=CUTS)
def cut_off(request: pytest.FixtureRequest) -> dict[str, Any]:
    return reported("prefixes", *request.param)


@pytest.mark.parametrize("name", NAMES)
def test_streamed_is_whole_for_every_split(name: str, report: dict[str, Any]) -> None:
    assert report["counts"].get(name, 0) == 0, json.dumps(report["told"][name], indent=1)


@pytest.mark.parametrize("name", NAMES)
def test_an_answer_cut_off_invents_no_region(name: str, cut_off: dict[str, Any]) -> None:
    assert cut_off["counts"].get(name, 0) == 0, json.dumps(cut_off["told"][name], indent=1)


RECORDS = [make.box(100 + 9 * k, 200, 300 + 9 * k, 400, label=f"cup {k}") for k in range(6)]
# what ends a record, and how many letters more a reader may wait for
ENDS = {
    **dict.fromkeys(("gemini", "qwen2_5_vl", "qwen3_vl", "moondream"), ("}", 0)),
    **dict.fromkeys(("permille", "pixels", "unit", "padded_unit", "claude"), ("]", 2)),
    "qwen2_vl": ("<|box_end|>", 0),
    "internvl": ("</box>", 0),
    "deepseek_vl2": ("<|/det|>", 0),
    "kosmos2": ("</object>", 0),
}


@pytest.mark.parametrize("name", ENDS)
def test_a_place_comes_as_soon_as_it_is_complete(name: str) -> None:
    dialect, (ending, wait) = dialects.get(name)(), ENDS[name]
    text = dialect.say(RECORDS, SIZE)
    reader, events, at = dialect.reader(SIZE), [], 0
    for number in range(1, len(RECORDS) + 1):
        until = text.index(ending, at) + len(ending)
        events += reader.feed(text[at:until])
        at = until
        if wait:
            events += reader.feed(text[at : at + wait])
            at += wait
        assert len(kept(events)) == min(number, len(RECORDS)), text[:at]


@pytest.mark.parametrize("name", NAMES)
def test_places_come_before_the_answer_ends(name: str) -> None:
    """Of six lines with a place each, at most one is waited for."""
    dialect = dialects.get(name)()
    try:
        lines = [dialect.say([region], SIZE) for region in RECORDS]
    except ValueError:
        pytest.skip("it is read only")
    reader, events = dialect.reader(SIZE), []
    for number, line in enumerate(lines):
        events += reader.feed(f"{line}\n")
        assert len(kept(events)) >= number, lines[: number + 1]


def test_nothing_comes_of_nothing() -> None:
    for name in NAMES:
        reader = dialects.get(name)().reader(SIZE)
        assert list(reader.feed("")) == list(reader.end()) == []


@pytest.mark.parametrize("name", NAMES)
def test_an_end_of_a_draft_takes_back_what_came_before_it(name: str) -> None:
    dialect = dialects.get(name)()
    try:
        said = dialect.say([make.point(640, 360)], SIZE)
    except ValueError:
        pytest.skip("it is read only")
    reader = dialect.reader(SIZE)
    events = list(reader.feed(f"{said}\n{said}\n"))
    events += reader.feed("</think>")
    events += reader.end()
    assert kept(events) == sorted(
        (*reader.reading().places, *reader.reading().unread), key=lambda part: part.start
    )
    assert reader.reading().regions == ()
