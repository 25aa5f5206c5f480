"""What is asked about a scene of Things is true to it, and as `Model.ask` sends it."""

import functools

import numpy as np
import pytest

from deixis.ask.model import Model
from deixis_lab.examine.things.house_figures import ThingSettings
from deixis_lab.examine.things.judging import box_search
from deixis_lab.examine.things.scene_trials import (
    BY_MARK,
    COLOUR,
    COUNTING,
    DECLINING,
    ENCODINGS,
    FINDING,
    PRESENCE,
    READING,
    TWO,
    UNMARKED,
    ThingExamination,
    thing_examination,
)
from deixis_lab.things.names import thing_named
from lab.tests.examine.things.known_answers import Answering, question_of

SETTINGS = ThingSettings(art="small")
MODEL = Answering()
NAMES = [one for kinds in BY_MARK.values() for one in kinds.values()]


@functools.cache
def examined(split: str = "test") -> list[ThingExamination]:
    world, search = SETTINGS.world(split), box_search(MODEL)
    found = [thing_examination(world, index, search) for index in range(20)]
    return [one for one in found if one is not None]


def trials(condition: str, split: str = "test"):
    return [
        trial for one in examined(split) for trial in one.trials if trial.condition == condition
    ]


@pytest.mark.long
def test_one_thing_is_asked_for_in_every_way():
    for one in examined():
        asked = [trial.condition for trial in one.trials]
        assert {*NAMES, *ENCODINGS, UNMARKED} <= set(asked)
        named = [trial for trial in one.trials if trial.condition in (*NAMES, *ENCODINGS)]
        assert {trial.answer for trial in named} == {one.target.name}
        assert len(named) == 16 + len(ENCODINGS)


def test_every_kind_of_question_is_asked_somewhere():
    asked = {trial.condition for one in examined() for trial in one.trials}
    assert {TWO, COLOUR, READING, PRESENCE, COUNTING, FINDING, DECLINING} <= asked


def test_a_question_is_what_users_send():
    one = examined()[0]
    for trial in one.trials:
        if trial.condition in (*NAMES, *ENCODINGS):
            sent = Model(MODEL).preview(trial.image, trial.text, **trial.regions)
            asked = question_of(MODEL, trial)
            assert asked.text == sent.text
            assert [p.sha256 for p in asked.pictures] == [f.image.sha256 for f in sent.frames]


def test_the_crop_comes_beside_the_whole_picture():
    (trial, *_) = trials("naming, cropped beside the whole")
    assert len(question_of(MODEL, trial).pictures) == 2


def test_the_control_speaks_of_a_mark_that_is_not_there():
    for index, trial in enumerate(trials(UNMARKED)):
        asked = question_of(MODEL, trial)
        assert asked.pictures[0] == trial.image
        kinds = BY_MARK["clear"].values()
        drawn = [t for t in examined()[index].trials if t.condition in kinds]
        assert asked.text in {question_of(MODEL, one).text for one in drawn}


def test_no_question_tells_the_name_that_it_asks_for():
    for one in examined():
        for trial in one.trials:
            if trial.condition in (*NAMES, *ENCODINGS, UNMARKED, TWO):
                assert one.target.name not in question_of(MODEL, trial).text


def test_the_other_mark_of_two_is_drawn_on_the_picture():
    scenes = [SETTINGS.world("test").scene(index) for index in range(20)]
    for trial in trials(TWO):
        plain = [scene for scene in scenes if scene.image.source == trial.image.source]
        assert all(np.any(scene.image.pixels != trial.image.pixels) for scene in plain)


@pytest.mark.long
def test_only_things_that_are_there_once_are_looked_for():
    world = SETTINGS.world("test")
    for one in examined():
        for trial in one.trials:
            if trial.condition == FINDING:
                name = trial.cluster.partition(" by ")[0]
                assert f"the {name}" in trial.text
                scenes = [world.scene(index) for index in range(20)]
                assert any(scene.count(name) == 1 for scene in scenes)


def test_of_things_that_no_training_has_met_only_a_declining_is_asked_for():
    found = examined("novel_names")
    assert found
    for one in found:
        assert thing_named(one.target.name).is_held_out
        assert {trial.condition for trial in one.trials} == {DECLINING}


def test_the_frame_is_as_large_as_the_thing_stands_in_the_scene():
    for one in examined():
        box = one.target.region.box()
        assert max(box.width, box.height) <= 1.5 * one.frame
        assert one.frame <= 192


def test_answers_about_one_drawing_are_one_cluster():
    for one in examined():
        drawn = {trial.cluster for trial in one.trials if trial.condition in (*NAMES, *ENCODINGS)}
        assert drawn == {f"{one.target.name} by {one.target.artist}"}
        assert all(not t.cluster for t in one.trials if t.condition in (PRESENCE, COUNTING))
