"""What repaired models are asked by other routes, with knowledge and through frames."""

from dataclasses import replace

import pytest

from deixis.evals.findings import JudgedTrial
from deixis_lab.prior_study import claims, frames_report, routes, ways

SMALL = ways.StudyOptions(seeds=2, knowledge=("steps=1",))


@pytest.mark.parametrize(
    ("model", "takes"),
    [
        ("nano", "fast_vlm"),
        ("nano:idefics3", "idefics3"),
        ("nano:blip_2", None),
        ("nano:paligemma", None),
        ("somewhere/else", None),
    ],
)
def test_a_knowledge_prompt_is_for_tokens_that_have_a_place_and_see_no_words(model, takes):
    recipe = routes.knowledge_recipe(replace(SMALL, model=model))
    if takes is None:
        assert recipe is None
    else:
        assert (recipe.options.start, recipe.options.architecture) == (model, takes)
        assert recipe.options.parts == ("knowledge",)
        assert recipe.config.steps == 1


def answered(rights, *, condition, seeds=2):
    """As many entities with a picture each; right are the first of them."""
    return [
        JudgedTrial(scene=place, condition=condition, pair="", is_right=place < right, seed=seed)
        for seed, right in zip(range(seeds), rights, strict=True)
        for place in range(20)
    ]


def test_what_knowledge_brings_to_each_model_is_judged_on_the_same_questions():
    answers = {
        way: {
            "drawn": [
                *answered((2, 3), condition=claims.NEW),
                *answered((20, 20), condition=claims.OLD),
                JudgedTrial(scene=7, condition=claims.OLD, pair="x", is_right=False),
                JudgedTrial(scene=7, condition=claims.OLD, pair="x", is_right=False, seed=1),
            ],
            "knowledge": [
                *answered((known, known + 1), condition=claims.NEW),
                *answered((20, 20), condition=claims.OLD),
            ],
        }
        for way, known in ((claims.BEFORE, 2), (claims.QUESTIONS, 8), (claims.REPAIR, 18))
    }
    found = claims.through_routes(SMALL, answers)
    held = {one.claim: one.verdict for one in found.claims}
    brings = "Knowledge brings names of those never seen to the model: {}."
    assert held[brings.format("as it was")].held is None
    assert held[brings.format("repair")].held
    more = held["It brings more after repair than before, of those never seen."]
    assert more.held
    assert more.words.startswith("repair: knowledge +80.0, as it was: knowledge +0.0: +80.0 points")
    same = held["Knowledge brings names of those seen before to the model: repair."]
    assert same.words.endswith("+0.0 points (-13.5 to +13.5)")
    assert same.told == "Ceiling: not testable"
    assert found.verdict.held
    without = {way: {"drawn": one["drawn"], "said": one["drawn"]} for way, one in answers.items()}
    found = claims.through_routes(SMALL, without)
    assert found.claims == ()
    assert "nano takes no knowledge prompt" in found.about


@pytest.mark.parametrize(
    ("before", "after", "held"),
    [((17, 18), (16, 18), True), ((19, 20), (4, 6), False), ((5, 5), (18, 18), None)],
)
def test_a_frame_survives_where_it_still_helps(before, after, held):
    answers = {
        way: [
            one
            for name, rights in ((frames_report.NO_FRAME, (5, 6)), *through.items())
            for one in answered(rights, condition=name)
        ]
        for way, through in (
            (claims.BEFORE, {frames_report.EARLIER: before}),
            (claims.QUESTIONS, {frames_report.EARLIER: after, frames_report.ANEW: (18, 18)}),
            (claims.REPAIR, {frames_report.EARLIER: after, frames_report.ANEW: (18, 19)}),
        )
    }
    found = frames_report.through_frames(SMALL, answers)
    assert found.verdict.held is held
    anew = next(one for one in found.claims if one.claim.startswith("One that is learned anew"))
    assert anew.verdict.held
