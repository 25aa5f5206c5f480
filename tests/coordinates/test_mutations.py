"""Whatever becomes of an answer, each number that could be a place is in a place or is unread."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.coordinates.mutations import mutated, rows
from tests.long import long, night

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", params=[3_000, long(20_000), night(100_000)], ids=str)
def report(request: pytest.FixtureRequest) -> dict[str, Any]:
    """In a process of its own: without this suite's type checks it is twenty times as fast."""
    module = "tests.coordinates.mutations"
    command = [sys.executable, "-W", "error", "-m", module, str(request.param)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("raised", id="nothing raises"),
        pytest.param("outside", id="no region leaves the picture"),
        pytest.param("lost", id="no group of numbers is lost"),
        pytest.param("no span", id="spans are in the text"),
        pytest.param("claims no number", id="a place holds a number"),
        pytest.param("other words", id="what is unread is what stands there"),
        pytest.param("no reason", id="what is unread has a reason"),
    ],
)
def test_of_mutated_answers(kind: str, report: dict[str, Any]) -> None:
    found = {name: told for name, told in report["told"].items() if name.endswith(f": {kind}")}
    counts = {name: count for name, count in report["counts"].items() if name in found}
    assert found == {}, json.dumps([counts, found], indent=1, ensure_ascii=False)


def test_a_mutation_depends_on_its_number_alone() -> None:
    found = rows()
    assert [mutated(found, at) for at in (7, 8)] == [mutated(found, at) for at in (7, 8)]
    assert len({mutated(found, at)[1] for at in range(300)}) > 290
