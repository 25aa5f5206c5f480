import json
from dataclasses import replace

import numpy as np
import pytest

from deixis.core.errors import SampleError
from deixis.data import Turn, datasets
from deixis.data.question_text import slots_in
from deixis.train.conversations import read_conversations
from deixis.train.mark_source import mark_sample, marked
from deixis.train.mixture_source import read_mixed
from deixis.train.source import Job, prepared
from deixis.train.tuning import TuningOptions, build
from tests.data.published import opened, path_of

WITH_REGIONS = [name for name in datasets.names() if name != "llava"]


def drawn(name, index, seed, profile="release"):
    sample = opened(name).sample(index, np.random.default_rng([seed, 1]))
    return mark_sample(sample, np.random.default_rng(seed), profile=profile)


@pytest.mark.parametrize("profile", ["paper", "release"])
@pytest.mark.parametrize("name", WITH_REGIONS)
def test_every_region_is_drawn_and_spoken_of(name, profile):
    dataset = opened(name)
    for index in range(len(dataset)):
        if not dataset.sample(index).regions:
            continue
        one = drawn(name, index, index, profile)
        found = one.sample
        assert set(one.marks) == set(found.regions)
        assert {mark.shape for mark in one.marks.values()} <= set(found.marking.shapes)
        words = " ".join(turn.question + turn.answer for turn in one.turns)
        assert not slots_in(words)
        assert all(mark.phrase in words for mark in one.marks.values())
        assert one.image != found.image()
        assert one.image.size == found.image().size


def test_no_two_marks_are_spoken_of_alike():
    for seed in range(30):
        phrases = [mark.phrase for mark in drawn("visual7w", 0, seed).marks.values()]
        assert len(set(phrases)) == 4


def test_a_picture_of_more_things_than_named_colours_is_marked():
    sample = opened("flickr30k_entities").sample(0, np.random.default_rng(0))
    things = [f"thing_{place + 1}" for place in range(40)]
    region = next(iter(sample.regions.values()))
    turn = Turn(question="What is here?", answer=" ".join(f"{{{slot}}}" for slot in things))
    many = replace(sample, regions=dict.fromkeys(things, region), turns=(turn,))
    one = mark_sample(many, np.random.default_rng(1))
    phrases = [mark.phrase.replace(" the ", " ") for mark in one.marks.values()]
    assert len(set(phrases)) == 40
    assert all(mark.phrase in one.turns[0].answer for mark in one.marks.values())


def test_the_same_seed_gives_the_same_bytes():
    first, second = (drawn("vcr", 0, 7) for _ in "ab")
    assert first.image.sha256 == second.image.sha256
    assert first.turns == second.turns
    assert drawn("vcr", 0, 8).image != first.image


def test_constant_sources_keep_one_width_and_their_colour():
    for seed in range(10):
        (mark,) = drawn("pointqa_looktwice", 0, seed).marks.values()
        assert (mark.shape, mark.style.color.name, mark.style.width) == ("rectangle", "red", None)


def test_what_is_named_is_named_with_its_mark():
    one = drawn("vcr", 0, 3)
    said = one.turns[1].question + one.turns[1].answer
    assert f"he tie {one.marks['tie3'].phrase}" in said


def test_a_sentence_that_begins_with_a_mark_has_a_capital():
    (turn,) = drawn("visual7w", 0, 3).turns
    assert "\nA. The object within " in turn.question
    assert all(choice.startswith("The object") for choice in turn.choices)
    asked = drawn("vcr", 0, 3).turns[0].question
    assert asked.startswith("Why is the person ")


def test_choices_and_references_are_spoken_too():
    (turn,) = drawn("visual7w", 0, 3).turns
    assert turn.answer in "ABCD"
    assert all(choice in turn.question for choice in turn.choices)
    assert not slots_in(" ".join(turn.choices))


def test_an_answer_has_the_marks_of_what_was_said_so_far_only():
    source = marked(read_conversations(path_of("vcr"), None, form="vcr"))
    early = source.example(2, np.random.default_rng(1))
    assert early.turn.regions == {}
    assert not slots_in(early.turn.text + early.turn.answer)


def test_conversations_without_regions_stay_as_they_are(tmp_path):
    data = path_of("vip_llava_instruct")
    rows = json.loads(data.read_text())
    (tmp_path / "data.json").write_text(json.dumps(rows[:1]))
    source = read_conversations(tmp_path / "data.json", data.parent / "images")
    plain, same = (s.example(0, np.random.default_rng(0)) for s in (source, marked(source)))
    assert (plain.turn, plain.images) == (same.turn, same.images)


def test_a_region_outside_of_its_picture_names_its_row(tmp_path):
    line = (
        path_of("regions")
        .read_text()
        .splitlines()[0]
        .replace("[4, 5, 30, 22]", "[900, 5, 930, 22]")
    )
    (tmp_path / "data.jsonl").write_text(line)
    images = path_of("regions").parent / "images"
    source = marked(read_conversations(tmp_path / "data.jsonl", images, form="regions"))
    with pytest.raises(SampleError, match=r"row 1: the box .* is outside"):
        source.example(0, np.random.default_rng(0))


@pytest.mark.long
def test_marked_pictures_are_the_same_whatever_the_number_of_workers(tmp_path):
    parts = [
        {"format": name, "path": str(path_of(name))} for name in ("vcr", "visual7w", "refcoco")
    ]
    (tmp_path / "m.json").write_text(json.dumps({"parts": parts}))
    source = marked(read_mixed(tmp_path / "m.json", seed=2), profile="paper")
    assert source.num_an_epoch == 7
    jobs = [Job(seed=3, first=first, indices=(first, first + 1)) for first in range(0, 20, 2)]
    alone, three = (seen(prepared(source, iter(jobs), workers)) for workers in (0, 3))
    assert alone == three


def seen(pieces):
    return [(one.turn.text, one.images[0].sha256) for piece in pieces for one in piece.batch]


def test_models_are_tuned_on_marks():
    options = TuningOptions(
        data=path_of("visual7w"),
        images=None,
        model="tiny:llava",
        format="visual7w",
        marks="release",
    )
    task = build(options)
    examples = [task.source.example(index, np.random.default_rng(index)) for index in range(2)]
    assert "within" in examples[0].turn.text
    assert float(task.loss(examples, 0).total.detach()) > 0
