"""The attack itself: it finds what is planted, and blames the right input."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from fuzz.engine import attack, can_limit
from fuzz.mutate import json_mutant
from fuzz.worker import Job

from fuzz import inputs, targets

ROOT = Path(__file__).parents[2]
PLANTED = "tests.fuzz.planted"
pytestmark = pytest.mark.skipif(not can_limit(), reason="limits of memory are Linux's")


def spent(tmp_path, *words):
    """What is found in these inputs, one after another."""
    files = []
    for number, word in enumerate(words):
        path = tmp_path / f"{number}.input"
        path.write_bytes(word)
        files.append(str(path))
    return attack(Job(target=PLANTED, folder="", files=tuple(files)))


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        (b"raise", "KeyError"),
        (b"crash", "crash"),
        (b"spin", "hang"),
        (b"wait", "hang"),
        (b"eat", "MemoryError"),
        (b"hide", "MemoryError"),
    ],
)
def test_each_kind_of_harm_is_found_and_its_own_input_blamed(word, kind, tmp_path):
    found = spent(tmp_path, b"harmless", b"refuse", word, b"harmless")
    assert [(one.kind, one.data) for one in found.findings] == [(kind, word)]
    assert found.num_inputs == 4


def test_harmless_inputs_and_refusals_are_no_findings(tmp_path):
    assert spent(tmp_path, b"harmless", b"refuse").findings == ()


def test_after_a_finding_the_rest_is_run(tmp_path):
    found = spent(tmp_path, b"crash", b"eat", b"raise", b"crash")
    assert [one.kind for one in found.findings] == ["crash", "MemoryError", "KeyError", "crash"]
    assert len({one.name for one in found.findings}) == 3  # equal harm has one name


@pytest.mark.parametrize("name", targets.names())
def test_inputs_follow_from_the_seed_alone(name, tmp_path):
    target = targets.kind_of(name)(tmp_path)
    pool = list(target.seeds())
    assert pool
    first = [inputs.input_of(target, pool, 3, number) for number in range(30)]
    assert first == [inputs.input_of(target, pool, 3, number) for number in range(30)]
    assert len(set(first)) > 20
    assert all(len(one) <= inputs.LONGEST for one in first)


@pytest.mark.parametrize("name", targets.names())
def test_well_made_inputs_do_no_harm(name, tmp_path):
    target = targets.kind_of(name)(tmp_path)
    for seed in target.seeds():
        target.run(seed)


def test_a_mutant_of_json_stays_json_or_stays_as_it_was():
    generator = np.random.default_rng(0)
    data = b'{"a": [1, 2.5, "x"], "b": {"c": null}}'
    assert len({json_mutant(data, generator) for _ in range(50)}) > 30


def test_the_command_tells_of_an_unknown_target():
    done = subprocess.run(
        [sys.executable, "-m", "fuzz", "regionz"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 2
    assert "regions" in done.stdout
