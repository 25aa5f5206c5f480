"""No reader cries wolf: answers without places are read empty, with nothing unread."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, TypeAlias

import pytest

from deixis.coordinates import dialects
from tests.coordinates.answers_without_places import KINDS, answers, templates
from tests.coordinates.number_groups import groups
from tests.long import long

NAMES = dialects.names()
Report: TypeAlias = dict[str, dict[str, Any]]
SCRIPT = Path(__file__).with_name("answers_without_places.py")
QUIET, INNOCENT = 0.95, 0.99  # shares of answers with nothing unread, with no region


@pytest.fixture(scope="module", params=[200, long(1000)], ids=str)
def reports(request: pytest.FixtureRequest) -> tuple[int, Report]:
    """In a process of its own: without this suite's type checks it is twenty times as fast."""
    command = [sys.executable, "-W", "error", str(SCRIPT), str(request.param)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return request.param, json.loads(run.stdout)


@pytest.mark.parametrize("name", NAMES)
def test_answers_without_places_leave_nothing_unread(
    name: str, reports: tuple[int, Report]
) -> None:
    num, report = reports
    unread = report[name]["unread"]
    assert len(unread) <= (1 - QUIET) * num, json.dumps(unread, indent=1, ensure_ascii=False)


@pytest.mark.parametrize("name", NAMES)
def test_answers_without_places_invent_none(name: str, reports: tuple[int, Report]) -> None:
    num, report = reports
    invented = report[name]["invented"]
    assert len(invented) <= (1 - INNOCENT) * num, json.dumps(invented, indent=1, ensure_ascii=False)


def test_the_answers_are_varied_and_mostly_prose() -> None:
    written = templates()
    assert sum(map(len, written.values())) >= 150
    assert set(written) == set(KINDS)
    assert round(sum(KINDS.values()), 9) == 1
    assert max(KINDS, key=lambda kind: KINDS[kind]) == "prose"
    assert len(set(answers(1000))) > 800


def test_few_answers_without_places_hold_what_could_be_one() -> None:
    made = answers(1000)
    assert sum(bool(groups(answer)) for answer in made) <= 0.02 * len(made)
