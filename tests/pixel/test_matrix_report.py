"""What a matrix says of the claims, from gains that are made up."""

import pytest

from deixis.pixel.card import Gain
from deixis.pixel.matrix_report import reported
from deixis.pixel.transfer import Cell, Transfer
from deixis.pixel.transfer_matrix import PLAIN, MatrixSettings, row_name, rows

pytestmark = pytest.mark.lab  # it asks about scenes of Things

MODELS = ("a", "b", "c")
# points that a prompt brings itself, and others
BRINGS = {
    PLAIN: (-5, -5),
    "EVP": (20, -10),
    "TVP": (18, 8),
    "TVP, 2 sources": (15, 9),
    "TVP, wrong words": (18, 3),
}

MAIN = tuple(BRINGS)[:4]


def matrix(variants):
    settings = MatrixSettings(task="scenes_presence", models=MODELS, variants=variants)
    cells = []
    for variant, sources in rows(settings):
        for place, model in enumerate(MODELS):
            before = 50.0 + place
            after = before + BRINGS[variant][model not in sources]
            gain = Gain(
                model=model,
                benchmark="scenes_presence",
                num_questions=9,
                before=before,
                after=after,
                low=0,
                high=0,
            )
            name = row_name(variant, sources)
            cells.append(Cell(prompt=name, model=model, is_source=model in sources, gain=gain))
    found = Transfer(
        benchmark="scenes_presence", measure="accuracy", num_questions=9, cells=tuple(cells)
    )
    return reported(found, settings, command="deixis pixel matrix")


def test_each_condition_is_a_mean_over_models_and_sources():
    report = matrix(MAIN)
    row = report.findings["TVP: others"]
    assert (row.asked, row.value) == (3, pytest.approx(59.0))
    assert row.change == pytest.approx((8.0, 8.0, 8.0))
    assert report.findings["TVP, 2 sources: itself"].change == pytest.approx((15.0, 15.0, 15.0))
    assert report.findings[f"{PLAIN}: others"].change == pytest.approx((-5.0, -5.0, -5.0))
    assert report.findings["no prompt: itself"].change is None
    assert report.name == "pixel_presence"
    assert "A guess would be right on 50 %." in report.about


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
    assert (row.asked, row.change) == (3, pytest.approx((8.0, 8.0, 8.0)))
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
