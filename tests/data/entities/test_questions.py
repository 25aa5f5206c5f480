"""Questions on entities: the same from the same set, right by their own words, learnt from."""

import json

import pytest

from deixis.core.errors import UsageError
from deixis.data import datasets
from deixis.data.entities.questions import KINDS, QuestionOptions, entity_questions, write_questions
from deixis.data.entities.read import read_entities
from tests.data.entities.entity_folder import good_folder, good_list

NAMES = ("red fox", "tea pot", "yak", "gnu", "elk")


def test_every_picture_is_asked_each_kind_and_the_same_again(tmp_path):
    entities = read_entities(good_folder(tmp_path))
    options = QuestionOptions(names=NAMES)
    questions = entity_questions(entities, options)
    assert [one.kind for one in questions] == list(KINDS) * 9
    assert questions == entity_questions(entities, options)
    assert questions != entity_questions(entities, QuestionOptions(names=NAMES, seed=1))


def test_answers_are_right_by_the_words_of_the_question(tmp_path):
    for one in entity_questions(read_entities(good_folder(tmp_path)), QuestionOptions(names=NAMES)):
        if one.kind == "naming":
            assert one.answer == one.entity
            assert one.entity not in one.text
        elif one.kind == "yes_no":
            assert (one.entity in one.text) == (one.answer == "yes")
        else:
            assert f"\n{one.answer}. {one.entity}\n" in one.text
            assert len(set(one.choices)) == 4


def test_rows_are_read_back_by_the_format_that_they_are_written_in(tmp_path):
    entities = read_entities(good_list(tmp_path / "list"))
    options = QuestionOptions(kinds=("naming", "yes_no"))
    path = write_questions(entity_questions(entities, options), tmp_path / "out")
    dataset = datasets.get("llava").open(path, images=path.parent)
    samples = [dataset.sample(index) for index in range(len(dataset))]
    assert [s.turns[0].answer for s in samples if "naming" in s.id] == ["fox", "fox", "pot", "pot"]
    assert sum(bool(sample.regions) for sample in samples) == 2
    assert all(sample.image() for sample in samples)
    assert len(json.loads(path.read_text())) == 8


def test_kinds_that_are_not_there_and_too_few_names_are_told(tmp_path):
    with pytest.raises(UsageError, match="kinds of questions are naming, yes_no, choice, got 'x'"):
        QuestionOptions(kinds=("x",))
    with pytest.raises(UsageError, match="a choice of 4 needs as many names, got 3"):
        entity_questions(read_entities(good_folder(tmp_path)))
