"""Studies train what they say and ask every variant the same."""

import json
from pathlib import Path

import pytest

from deixis.cli.main import main
from deixis.lab.asking import HELD_OUT
from deixis.lab.findings import found_over_seeds
from deixis.lab.studies import Study, studies
from deixis.lab.studies._study import ALIGN, INSTRUCT
from deixis.lab.studying import carry_out
from deixis.train import recipe as recipes

NAMES = studies.names()
TINY = ("steps=1", "batch_size=2", "task.num_held_out=1", "num_workers=0", "threads=1")


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_is_a_training_that_can_be_asked_for(name: str) -> None:
    study: Study = studies.get(name)()
    assert study.baseline in {variant.name for variant in study.variants}
    options = set()
    for variant in study.variants:
        align = recipes.get("nano_align").with_settings([*ALIGN, *variant.align])
        instruct = recipes.get("nano_instruct").with_settings([*INSTRUCT, *variant.instruct])
        options.add((align.options, instruct.options))
    assert len(options) == len(study.variants)


@pytest.mark.parametrize("name", NAMES)
def test_variants_are_asked_for_the_same_thing(name: str) -> None:
    study: Study = studies.get(name)()
    for index in range(5):
        asked = [
            [(t.condition, t.answer) for t in study.trials(HELD_OUT.scene(index), index, v.name)]
            for v in study.variants
        ]
        assert all(one == asked[0] for one in asked)


def test_means_have_students_intervals_over_seeds() -> None:
    shares = {"a": [0.5, 0.6, 0.7], "b": [0.7, 0.8, 0.9]}
    found = found_over_seeds(shares, {"b": "a"})
    assert found["a"].value == pytest.approx(60.0)
    assert found["a"].low == pytest.approx(60 - 4.303 * 10 / 3**0.5, abs=0.01)
    assert found["b"].change == pytest.approx((20.0, 20.0, 20.0))
    assert found.better("b").held is True
    assert found_over_seeds({"a": [0.5], "b": [0.9]}, {"b": "a"}).better("b").held is None


def test_a_study_trains_asks_reports_and_goes_on(tmp_path: Path) -> None:
    first = carry_out("coordinates", seeds=1, num_scenes=2, folder=tmp_path, more=TINY)
    made = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("model.safetensors")}
    assert len(made) == 3  # one alignment, two instructions
    again = carry_out("coordinates", seeds=1, num_scenes=2, folder=tmp_path, more=TINY)
    assert again == first
    assert made == {path: path.stat().st_mtime_ns for path in made}
    assert [row.condition for row in first.findings.rows] == ["coordinates", "marks"]


def test_the_command_lists_claims_and_refuses_what_it_does_not_know(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["lab", "study", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == set(NAMES)
    assert main(["lab", "study", "layer"]) == 2
    assert "layers" in capsys.readouterr().err
    assert main(["lab", "study", "layers", "--seeds", "0"]) == 2
