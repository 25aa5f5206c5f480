"""Ranks joined with answers: what correlates, what is missed, what a repair changed."""

import json
from dataclasses import replace

import numpy as np
import pytest

from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import box
from deixis.data.entities.entity_set import Entities, EntityPicture
from deixis.data.entities.questions import KINDS, QuestionOptions, entity_questions
from deixis.evals.findings import JudgedTrial
from deixis.models.load_by_name import load
from deixis.priors.compare import ALL, compare, write_comparison
from deixis.priors.entity_trials import ask_questions, trial_of
from deixis.priors.ranking import Ranking, save_ranking, summarised
from deixis.priors.ranks_and_answers import (
    join,
    load_either,
    load_joined,
    read_frequencies,
    save_joined,
)
from deixis.priors.report import linked, write_prior_report

NUM, EACH = 30, 4


def some_entities(num=NUM, each=EACH):
    draws = np.random.default_rng(0)
    pictures = []
    for place in range(num * each):
        image = Image(pixels=draws.integers(0, 256, (24, 30, 3), dtype=np.uint8))
        side = 8 + place % 12
        pictures.append(
            EntityPicture(
                entity=f"thing {place // each}",
                source=image,
                content=image.sha256,
                region=box(1, 1, 1 + side, 1 + side),
            )
        )
    return Entities(pictures=tuple(pictures))


def some_ranking(entities, shift=0.0):
    """The later an entity's number, the less it is known."""
    ranked = [
        (picture, max(1.0, 3.0 * int(picture.entity.split()[1]) + place % 3 - shift))
        for place, picture in enumerate(entities.pictures)
    ]
    return Ranking(
        encoder={"encoder": "dual:x"},
        by="names",
        num_candidates=200,
        digest="d",
        templates=("{}",),
        entities=summarised(ranked, 200),
        left_out=(),
    )


def some_joined(*, better=0.0, shift=0.0, frequencies=None):
    """Answers that are right the more often the better an entity is known."""
    entities = some_entities()
    questions = entity_questions(entities, QuestionOptions(kinds=("naming",)))
    draws = np.random.default_rng(1)
    judged = [
        JudgedTrial(
            scene=place,
            condition="naming",
            pair="",
            is_right=bool(draws.random() < 1.05 - int(one.entity.split()[1]) / NUM + better),
        )
        for place, one in enumerate(questions)
    ]
    ranking = some_ranking(entities, shift)
    return join(ranking, entities, questions, judged, model="m", frequencies=frequencies)


def test_a_prior_that_tells_the_answers_is_found_to():
    found = linked(some_joined())
    assert found.verdict.held
    assert all(one.low > 0 for one in found.correlations)
    assert found.correlations[0].num_things == NUM
    shares = [row.value for row in found.by_quarter.rows]
    assert shares == sorted(shares, reverse=True)
    assert found.by_band.rows[0].condition == "rank up to 2"
    assert found.missed[0].name == "thing 29"
    assert all(one.expected < 0.5 for one in found.missed)
    assert "thing 2" not in {one.name for one in found.missed}


def test_an_entity_that_was_answered_right_is_not_said_to_be_missed(tmp_path):
    """Audit, 15: "Entities that this model will miss: dart … answered right 100"."""
    joined = some_joined()
    found = linked(joined)
    asked = {one.name: one.accuracy for one in joined.asked}
    assert all(asked[one.name] < 0.5 for one in found.missed)
    assert found.surprises
    assert all(one.accuracy >= 0.5 > one.expected for one in found.surprises)


@pytest.mark.long
def test_a_report_says_each_correlation_once(tmp_path):
    found = write_prior_report(some_joined(), tmp_path, command="deixis prior report")
    for name in ("index.html", "README.md"):
        words = (tmp_path / name).read_text()
        for one in found.correlations:
            assert words.count(str(one)) == 1


def test_what_differs_between_entities_is_controlled():
    assert linked(some_joined()).controlled == ("size", "length")
    frequencies = {f"thing {i}": float(i * 7 % 11) for i in range(NUM - 1)}
    joined = some_joined(frequencies=frequencies)
    assert linked(joined).controlled == ("size", "frequency", "length")
    assert [one.frequency for one in joined.asked if one.name == "thing 29"] == [0]


@pytest.mark.long
def test_a_report_is_written_and_read_back(tmp_path):
    joined = some_joined()
    write_prior_report(joined, tmp_path, command="deixis prior report …")
    assert load_joined(tmp_path) == joined
    record = json.loads((tmp_path / "report.json").read_text())
    assert record["held"] is True
    missed = (tmp_path / "missed.txt").read_text().splitlines()
    page = (tmp_path / "index.html").read_text()
    assert missed
    assert missed[0] in page
    assert "Kendall" in (tmp_path / "README.md").read_text()
    assert (tmp_path / "entities.png").read_bytes().startswith(b"\x89PNG")


def test_entities_without_a_rank_or_an_answer_are_told():
    joined = some_joined()
    fewer = replace(joined, asked=joined.asked[1:])
    assert [one.reason for one in fewer.left_out] == ["it has a rank, and no answers"]
    ranking = replace(joined.ranking, entities=joined.ranking.entities[1:])
    assert [one.reason for one in replace(joined, ranking=ranking).left_out] == [
        "it has answers, and no rank"
    ]
    assert linked(fewer).correlations[0].num_things == NUM - 1


def test_before_and_after_are_compared_by_the_bands_of_before(tmp_path):
    before, after = some_joined(), some_joined(better=0.3, shift=9.0)
    compared = compare(before, after)
    every = compared[ALL]
    assert every.num_entities == NUM
    assert every.prior_change[1] > 0
    assert every.answers.change.low > 0
    assert sum(one.num_entities for one in compared.bands) == 2 * NUM
    same = compare(before, before)[ALL]
    assert same.prior_change == (0.0, 0.0, 0.0)
    assert same.answers.change.value == 0.0
    write_comparison(compared, tmp_path)
    assert "| all | 30 |" in (tmp_path / "README.md").read_text()
    with pytest.raises(UsageError, match="no entity is of the band 'x'"):
        compared["x"]


def test_rankings_alone_are_compared_too(tmp_path):
    save_ranking(some_joined().ranking, tmp_path / "before")
    save_joined(some_joined(shift=9.0), tmp_path / "after")
    before, after = load_either(tmp_path / "before"), load_either(tmp_path / "after")
    assert compare(before, after)[ALL].prior_change[0] > 0
    assert compare(before, after)[ALL].answers is None


def test_reports_of_other_entities_or_candidates_are_not_compared():
    before = some_joined()
    fewer = replace(before, ranking=replace(before.ranking, entities=before.ranking.entities[1:]))
    with pytest.raises(UsageError, match="not of the same entities: thing 29"):
        compare(before, fewer)
    with pytest.raises(UsageError, match="not ranked among the same candidates"):
        compare(before, replace(before, ranking=replace(before.ranking, digest="e")))


def test_ranks_by_names_and_by_prototypes_are_not_compared():
    before = some_joined()
    after = replace(before, ranking=replace(before.ranking, by="prototypes"))
    with pytest.raises(UsageError, match="one is ranked by names, the other by prototypes"):
        compare(before, after)


def test_two_regions_of_one_picture_are_compared_each_with_itself():
    image = Image(pixels=np.random.default_rng(0).integers(0, 256, (24, 30, 3), dtype=np.uint8))
    regions = (box(1, 1, 9, 9), box(12, 12, 20, 20))
    entities = Entities(
        pictures=tuple(
            EntityPicture(entity=name, source=image, content=image.sha256, region=region)
            for name in ("fox", "pot")
            for region in regions
        )
    )
    questions = entity_questions(entities, QuestionOptions(kinds=("naming",)))

    def joined(right):
        judged = [
            JudgedTrial(scene=place, condition="naming", pair="", is_right=is_right)
            for place, is_right in enumerate(right)
        ]
        ranking = replace(some_ranking(some_entities()), entities=summarised(ranked, 200))
        return join(ranking, entities, questions, judged, model="m")

    ranked = [(picture, 3.0) for picture in entities.pictures]
    same = compare(joined([True, False] * 2), joined([True, False] * 2))
    assert same[ALL].answers.change.value == 0.0
    assert same[ALL].answers.change.num_questions == 4


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("naming", "It is a Thing 3.", "a thing 4"),
        ("yes_no", "{answer}, it does", "perhaps"),
        ("choice", "({answer})", "E"),
    ],
)
def test_answers_are_judged_by_their_kind(kind, right, wrong):
    entities = some_entities(8, 1)
    questions = entity_questions(entities, QuestionOptions(kinds=(kind,)))
    trial = trial_of(questions[3])
    assert trial.is_right(right.format(answer=trial.answer))
    assert not trial.is_right(wrong)


def test_a_model_is_asked_once(tmp_path):
    entities = some_entities(5, 1)
    questions = entity_questions(entities)
    asked = ask_questions(load("tiny:llava"), questions, folder=tmp_path)
    assert len(asked.answers) == 5 * len(KINDS)
    lines = (tmp_path / "answers.jsonl").read_text().count("\n")
    again = ask_questions(load("tiny:llava"), questions, folder=tmp_path)
    assert again.answers == asked.answers
    assert (tmp_path / "answers.jsonl").read_text().count("\n") == lines
    with pytest.raises(UsageError, match="there is no question to ask"):
        ask_questions(load("tiny:llava"), [], folder=tmp_path)


def test_what_is_no_report_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"there is no report of priors in .*deixis prior report"):
        load_joined(tmp_path)
    (tmp_path / "f.json").write_text("[1]")
    with pytest.raises(UsageError, match="no JSON object of names and counts"):
        read_frequencies(tmp_path / "f.json")
    (tmp_path / "f.json").write_text('{"cat": 3}')
    assert read_frequencies(tmp_path / "f.json") == {"cat": 3.0}
    save_joined(some_joined(), tmp_path / "new")
    assert load_joined(tmp_path / "new").model == "m"


def test_what_is_known_of_an_entity_is_its_name_where_it_is():
    (question, *_) = entity_questions(some_entities(5, 1), QuestionOptions(kinds=("naming",)))
    (note,) = trial_of(question, "said").notes
    assert (note.label, note.shape) == (question.entity, question.picture.region.shape)
