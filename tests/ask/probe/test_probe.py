import json

import pytest

import deixis as dx
from deixis.ask.probe import ProbeSettings, probe
from deixis.ask.probe.plan import plan
from deixis.coordinates.contracts import load_contract
from deixis.core.progress import Reporter
from tests.ask.probe.answering import loaded


class Counting(Reporter):
    def __init__(self):
        self.steps = []

    def say(self, text):
        raise AssertionError(text)

    warn = say

    def advance(self, progress):
        self.steps.append((progress.step, progress.steps))


def test_a_probe_leaves_a_contract_that_is_loaded_and_a_report(tmp_path):
    found = probe(loaded("gemini", error=0.01), marks_budget=0, out=tmp_path)
    contract = load_contract(tmp_path / "contract.json")
    assert contract == found.contract()
    assert (contract.dialect, contract.name) == ("gemini", "simulated:gemini")
    assert "y first, 0-1000" in contract.note
    assert json.loads((tmp_path / "probe.json").read_text()) == found.record()
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert page == found.report()
    assert page.count("<figure>") == len(found.places.answers)


@pytest.mark.long
def test_a_resize_that_was_found_is_in_the_contract(tmp_path):
    found = probe(loaded("qwen2_5_vl_small", error=0.01), marks_budget=0, out=tmp_path)
    contract = load_contract(tmp_path / "contract.json")
    assert found.verdict.is_told
    assert contract.resize.record()["max_pixels"] == 1003520


def test_nothing_is_asked_twice(tmp_path):
    first = probe(loaded("gemini"), marks_budget=0, out=tmp_path)
    steps = Counting()
    again = probe(loaded("gemini"), marks_budget=0, out=tmp_path, reporter=steps)
    assert (again.num_calls, again.num_kept) == (0, first.num_calls)
    assert again.record()["dialect"] == first.record()["dialect"]
    assert steps.steps[-1] == (first.num_calls, first.num_calls)


@pytest.mark.long
def test_another_seed_is_another_question(tmp_path):
    probe(loaded("gemini"), budget=2, marks_budget=0, out=tmp_path)
    again = probe(loaded("gemini"), budget=2, marks_budget=0, out=tmp_path, seed=1)
    assert again.num_calls == 2


def test_a_contract_that_cannot_be_confirmed_is_taken_away(tmp_path):
    probe(loaded("gemini"), marks_budget=0, out=tmp_path)
    assert (tmp_path / "contract.json").exists()
    found = probe(loaded("gemini", refused=1.0), marks_budget=0, out=tmp_path)
    assert not (tmp_path / "contract.json").exists()
    with pytest.raises(dx.UsageError, match="no contract comes of this probe: 0 of 8 answers"):
        found.contract()
    assert "cannot be told" in (tmp_path / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"budget": -1}, "budget is at least 0"),
        ({"marks_budget": 10}, "174 calls at least, got marks_budget=10; 0 leaves them out"),
        ({"seed": -1}, "seed is at least 0"),
    ],
)
def test_wrong_settings_are_told(settings, message):
    with pytest.raises(dx.UsageError, match=message):
        ProbeSettings(**settings)


def test_a_plan_asks_nothing_and_says_what_would_be_asked():
    planned = plan(ProbeSettings(seed=2))
    assert planned["first"][0].startswith("1500x1000: ")
    assert len(planned["first"]) == 4
    assert "said" in planned["encodings"]


@pytest.mark.long
def test_nano_follows_some_marks_on_shapes_that_it_never_met_and_writes_no_places():
    found = probe("nano")
    followed = {
        one.encoding.partition(",")[0] for one in found.encodings.followed if one.is_followed
    }
    marks = {name for name in followed if name.startswith("drawn:")}
    assert marks >= {"drawn:ellipse", "drawn:mask", "drawn:rectangle"}
    assert "said" not in followed
    assert found.verdict.reason == "silent"
    assert found.said_in == "padded_unit"
