"""What a matrix says of the claims, from gains that are made up."""

import pytest

from deixis.evals.statistics.guesses import WrittenQuestion
from deixis.pixel.matrix_report import reported
from deixis.pixel.transfer import Cell, PairedAnswer, Transfer
from deixis.pixel.transfer_matrix import PLAIN, MatrixSettings, row_name, rows

pytestmark = pytest.mark.lab  # it asks about scenes of Things

MODELS = ("a", "b", "c", "d")
NUM = 400  # questions, a picture each
# points that a prompt brings itself, and others
BRINGS = {
    PLAIN: (-5, -5),
    "EVP": (20, -10),
    "TVP": (18, 8),
    "TVP, 2 sources": (15, 12),
    "TVP, wrong words": (18, 3),
}

MAIN = tuple(BRINGS)[:4]


def matrix(variants):
    settings = MatrixSettings(task="scenes_presence", models=MODELS, variants=variants)
    cells = []
    for variant, sources in rows(settings):
        for place, model in enumerate(MODELS):
            before = 65 + place
            after = before + BRINGS[variant][model not in sources]
            answers = tuple(
                PairedAnswer(
                    key=str(one),
                    picture=f"p{one}",
                    before=100 * one < before * NUM,
                    after=100 * one < after * NUM,
                )
                for one in range(NUM)
            )
            name = row_name(variant, sources)
            cells.append(
                Cell(prompt=name, model=model, is_source=model in sources, answers=answers)
            )
    found = Transfer(
        benchmark="scenes_presence",
        measure="accuracy",
        num_questions=NUM,
        cells=tuple(cells),
        questions=tuple(
            WrittenQuestion(text="Is it there?", answer=("yes", "no")[one % 2], scene=one)
            for one in range(NUM)
        ),
    )
    return reported(found, settings, command="deixis pixel matrix")


def test_each_condition_is_a_mean_over_models_and_sources():
    report = matrix(MAIN)
    row = report.findings["TVP: others"]
    assert (len(row.by_seed), row.value) == (4, pytest.approx(74.5))
    assert row.change.value == pytest.approx(8.0)
    assert (row.change.num_seeds, row.change.num_clusters) == (4, NUM)
    assert report.findings["TVP, 2 sources: itself"].change.value == pytest.approx(15.0)
    assert report.findings[f"{PLAIN}: others"].change.value == pytest.approx(-5.0)
    assert report.findings["no prompt: itself"].change is None
    assert report.name == "pixel_presence"
    assert "Words alone, without the picture, tell at most 55 % of the answers." in report.about


def test_claims_are_judged_source_by_source():
    report = matrix(MAIN)
    assert report.verdict.held
    judged = {one.claim: one.verdict.held for one in report.claims}
    assert judged["A frame helps the model that it was learned on."]
    assert judged["EVP's frame, without the two losses, helps others."] is False
    assert judged["TVP helps others more than EVP."]
    assert judged["Learning helps others beyond an untrained frame."]
    assert "TVP helps others more than VP." not in judged


def test_an_ensemble_is_compared_with_each_of_its_members_on_whom_it_is_tried_on():
    report = matrix(MAIN)
    row = report.findings["TVP, each of 2 sources: others"]
    assert (len(row.by_seed), row.change.value) == (6, pytest.approx(8.0))
    judged = {one.claim: one.verdict.held for one in report.claims}
    assert judged["Two sources together help others more than each alone."]
    assert "TVP, each of 2 sources: others" not in matrix(("TVP",)).findings


def test_asides_have_a_report_of_their_own():
    report = matrix(("TVP", "TVP, wrong words"))
    judged = {one.claim: one.verdict.held for one in report.claims}
    assert judged["It matters that the task is said rightly."]
    assert report.name == "pixel_presence_aside"


def test_without_the_whole_of_it_nothing_is_told():
    report = matrix(("EVP",))
    assert report.verdict.held is None
    assert "TVP was not learned" in report.verdict.words
