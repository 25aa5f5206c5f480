"""Examining a model: trials are true to the scene, shares have intervals, nothing is lost."""

import functools
import json
from collections.abc import Sequence

import numpy as np
import pytest

from deixis.ask.composer import Asking, compose
from deixis.coordinates import dialects
from deixis.evals.findings import Trial
from deixis.evals.trial_asking import ANSWERS
from deixis.models.interface import Completion, Generation, Question, VisionLanguageModel
from deixis_lab.examine.measure import measure
from deixis_lab.examine.probes import BY_MARK, SAID, TWO, UNDRAWN, Examination, examination
from deixis_lab.world.world import SceneWorld

WORLD = SceneWorld(seed=1, split="test", exponent=0.0)
DIALECT = dialects.get("padded_unit")()


@functools.cache
def examined() -> list[Examination]:
    return [e for i in range(12) if (e := examination(WORLD, i)) is not None]


class Oracle(VisionLanguageModel):
    """Answers from the trials themselves, or always "anchor"."""

    name, dialect = "oracle", "padded_unit"

    def __init__(self, *, knows: bool = True, breaks_after: int | None = None) -> None:
        self.knows, self.left = knows, breaks_after

    def generate(
        self, questions: Sequence[Question], settings: Generation | None = None
    ) -> list[Completion]:
        if self.left is not None:
            self.left -= 1
            if self.left < 0:
                raise KeyboardInterrupt
        if not self.knows:
            return [Completion(text="anchor") for _ in questions]
        truths = {_key(_question(t)): t.answer for e in _all() for t in e.trials}
        return [Completion(text=f"{truths[_key(q)]} ") for q in questions]


def _question(trial: Trial) -> Question:
    return compose(
        Asking(images=(trial.image,), text=trial.text, regions=trial.regions), DIALECT
    ).question(None)


def _key(question: Question) -> tuple[str, str]:
    return question.text, question.pictures[0].sha256


@functools.cache
def _all() -> list[Examination]:
    return [e for i in range(12) if (e := examination(WORLD, i)) is not None]


@pytest.mark.long
def test_one_thing_is_asked_for_under_every_kind_of_mark() -> None:
    for one in examined():
        named = [trial for trial in one.trials if trial.condition in BY_MARK.values()]
        assert len(named) == len(BY_MARK)
        assert len({trial.answer for trial in named}) == 1


def test_the_control_shows_the_picture_without_the_mark() -> None:
    for index, one in enumerate(examined()):
        control = next(trial for trial in one.trials if trial.condition == UNDRAWN)
        plain = WORLD.scene(index).image.pixels
        assert np.array_equal(control.image.pixels, plain)


def test_two_marked_things_have_different_names() -> None:
    kinds = {trial.condition for one in examined() for trial in one.trials}
    assert {TWO, SAID, "colour", "reading", "presence", "counting"} <= kinds


def test_trials_are_the_same_on_every_call() -> None:
    again = examination(WORLD, 0)
    assert again is not None
    assert [_key(_question(t)) for t in again.trials] == [
        _key(_question(t)) for t in examined()[0].trials
    ]


@pytest.mark.long
def test_who_knows_all_is_always_right(tmp_path) -> None:
    found = measure(Oracle(), WORLD, num_scenes=6, folder=tmp_path)
    assert found.naming == 100.0
    assert all(row.value == 100.0 for row in found.findings.rows)
    assert 0 < found.guess < 100


def test_who_knows_nothing_is_wrong(tmp_path) -> None:
    found = measure(Oracle(knows=False), WORLD, num_scenes=6, folder=tmp_path)
    assert found.naming < 20


@pytest.mark.long
def test_it_goes_on_where_it_was_stopped(tmp_path) -> None:
    with pytest.raises(KeyboardInterrupt):
        measure(Oracle(breaks_after=1), WORLD, num_scenes=6, folder=tmp_path / "a")
    with (tmp_path / "a" / ANSWERS).open("a") as file:
        file.write('{"key": "12')  # cut short by a kill
    resumed = measure(Oracle(), WORLD, num_scenes=6, folder=tmp_path / "a")
    whole = measure(Oracle(), WORLD, num_scenes=6, folder=tmp_path / "b")
    assert resumed == whole


def test_it_goes_on_where_it_was_stopped_before_the_first_answers(tmp_path) -> None:
    with pytest.raises(KeyboardInterrupt):
        measure(Oracle(breaks_after=0), WORLD, num_scenes=2, folder=tmp_path)
    first = measure(Oracle(), WORLD, num_scenes=2, folder=tmp_path)
    assert measure(Oracle(), WORLD, num_scenes=2, folder=tmp_path) == first


def test_another_worlds_answers_are_not_mixed_in(tmp_path) -> None:
    alone = measure(Oracle(), WORLD, num_scenes=2, folder=tmp_path / "a")
    other = SceneWorld(seed=2, split="test")
    measure(Oracle(knows=False), other, num_scenes=2, folder=tmp_path / "b")
    assert measure(Oracle(), WORLD, num_scenes=2, folder=tmp_path / "b") == alone


def test_the_numbers_are_json(tmp_path) -> None:
    record = measure(Oracle(), WORLD, num_scenes=3, folder=tmp_path).record()
    assert json.loads(json.dumps(record))["per cent"]["colour"]["asked"] == 3
