"""Studies train what they say and ask every variant the same."""

import json
from pathlib import Path

import pytest
from tests.evals.made_effects import answered

from deixis.cli.main import main
from deixis.evals.claim_report import write_report
from deixis.evals.findings import Findings, all_of, found_in
from deixis.train.recipe import recipes
from deixis_lab.examine.knowing import COUNTS, WORDS
from deixis_lab.examine.knowing import NAMES as NAMES_ASKED
from deixis_lab.examine.studying import carry_out
from deixis_lab.studies import Study, studies
from deixis_lab.things.world import HELD_OUT

NAMES = studies.names()
TINY = ("steps=1", "batch_size=2", "task.num_held_out=1", "num_workers=0", "threads=1")
TINY += ("task.art=small",)


@pytest.mark.parametrize("name", NAMES)
def test_every_variant_is_a_training_that_can_be_asked_for(name: str) -> None:
    study: Study = studies.get(name)()
    assert study.baseline in {variant.name for variant in study.variants}
    options = set()
    for variant in study.variants:
        stages = study.stages(variant)
        options.add(
            tuple(recipes.get(one.recipe).with_settings(one.settings).options for one in stages)
        )
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


def found(shares: dict[str, list[float]], bases: dict[str, str]) -> Findings:
    """Of answers of which so many are right, seed by seed."""
    answers = answered(shares, seeds=len(next(iter(shares.values()))), drawings=100)
    return found_in(answers, list(shares), baseline=bases, is_training=True)


def test_one_seed_tells_nothing_of_a_training() -> None:
    assert found({"a": [0.5], "b": [0.9]}, {"b": "a"}).better("b").held is None
    several = found({"a": [0.5, 0.6, 0.7], "b": [0.7, 0.8, 0.9]}, {"b": "a"})
    assert several["a"].value == pytest.approx(60.0)
    assert several.better("b").held is True


@pytest.mark.long
def test_a_study_trains_asks_reports_and_goes_on(tmp_path: Path) -> None:
    first = carry_out("coordinates", seeds=1, num_scenes=2, folder=tmp_path, more=TINY)
    made = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("model.safetensors")}
    assert len(made) == 3  # one alignment, two instructions
    again = carry_out("coordinates", seeds=1, num_scenes=2, folder=tmp_path, more=TINY)
    assert again == first
    assert made == {path: path.stat().st_mtime_ns for path in made}
    assert [row.condition for row in first.findings.rows] == ["coordinates", "marks"]


@pytest.mark.long
def test_knowledge_is_trained_and_asked_as_its_variant_says(tmp_path: Path) -> None:
    small = ("steps=1", "batch_size=2", "task.num_held_out=1", "num_workers=0", "threads=1")
    found = carry_out("knowledge_boxes", seeds=1, num_scenes=2, folder=tmp_path, more=small)
    assert {row.condition.partition(":")[0] for row in found.findings.rows} == {"boxes", "masks"}
    assert len(list(tmp_path.rglob("knowledge.safetensors"))) == 2
    assert "The tower was never shown" in found.sure
    write_report(found, tmp_path / "report")
    assert "split novel_houses" in (tmp_path / "report" / "README.md").read_text()


def test_every_claim_about_knowledge_has_its_verdict() -> None:
    for name in [name for name in NAMES if name.startswith("knowledge")]:
        study: Study = studies.get(name)()
        rows = [
            f"{one.name}: {sort}" for one in study.variants for sort in (NAMES_ASKED, WORDS, COUNTS)
        ]
        shares = {row: [0.05 * place, 0.05 * place + 0.01] for place, row in enumerate(rows)}
        base = {
            row: f"{study.baseline}: {row.partition(': ')[2]}"
            for row in rows
            if not row.startswith(f"{study.baseline}:")
        }
        findings = found(shares, base)
        assert study.verdict(findings).words
        claims = study.claims(findings)
        assert len({one.claim for one in claims}) == len(claims) > 0


def test_a_claim_is_told_seed_by_seed() -> None:
    shares = {"a": [0.5, 0.6, 0.7], "b": [0.7, 0.81, 0.9], "c": [0.1, 0.9, 0.4]}
    several = found(shares, {})
    assert several.against("b", "a").held is True
    assert several.against("a", "b").held is False
    assert several.against("c", "a").held is None
    assert several["a"].by_seed == pytest.approx((50, 60, 70))
    verdicts = [several.against("b", "a"), several.against("c", "a")]
    assert all_of(verdicts).held is None
    assert all_of([*verdicts, several.against("a", "b")]).held is False
    assert all_of(verdicts[:1]).held is True


def test_the_command_lists_claims_and_refuses_what_it_does_not_know(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["lab", "study", "--json"]) == 0
    assert set(json.loads(capsys.readouterr().out)) == set(NAMES)
    assert main(["lab", "study", "layer"]) == 2
    assert "layers" in capsys.readouterr().err
    assert main(["lab", "study", "layers", "--seeds", "0"]) == 2
