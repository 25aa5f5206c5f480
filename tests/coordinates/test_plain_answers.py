"""Answers that are read at once are what the scanner reads."""

import json
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from deixis.coordinates import dialects
from deixis.coordinates.dialect import ScaledDialect
from deixis.core import region as make
from deixis.core.size import Size
from tests.coordinates.plain_answers import answer
from tests.long import long, night

ROOT = Path(__file__).parents[2]
SIZE = Size(width=1280, height=720)
NAMES = [
    name
    for name in dialects.names()
    if isinstance(dialects.get(name)(), ScaledDialect) and dialects.get(name)().plain
]
UNLIKE = ("anthropic_computer",)  # what it is told is no answer of its


@pytest.fixture(scope="module", params=["1500", long("20000"), night("200000")], ids=str)
def report(request: pytest.FixtureRequest) -> dict[str, Any]:
    """In a process of its own: without this suite's type checks it is twenty times as fast."""
    command = [sys.executable, "-W", "error", "-m", "tests.coordinates.plain_answers"]
    run = subprocess.run(
        [*command, request.param], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_read_at_once_is_what_the_scanner_reads(name: str, report: dict[str, Any]) -> None:
    """Of the corpus, of its mutations, and of made answers in and near the plain forms."""
    assert report["read"][name] > 20, "hardly any answer was plain"
    assert report["told"].get(name, []) == [], json.dumps(report["told"], indent=1)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in UNLIKE])
def test_the_typical_answer_is_read_at_once(name: str) -> None:
    dialect = dialects.get(name)()
    cup, dog = make.box(100, 200, 300, 400, label="cup"), make.box(500, 90, 900, 300, label="dog")
    for regions in ([cup], [cup, dog]):
        said = dialect.say(regions, SIZE)
        assert dialect.plain_reading(said, SIZE) is not None, said


def test_a_made_answer_depends_on_its_number_alone() -> None:
    assert answer(random.Random("7")) == answer(random.Random("7"))
