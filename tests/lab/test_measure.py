"""Examining a model: probes are true to the scene, shares have intervals, nothing is lost."""

import functools
import json
from collections.abc import Sequence

import numpy as np
import pytest

from deixis.coordinates import conventions
from deixis.core.errors import UsageError
from deixis.data.scenes.world import SceneWorld
from deixis.lab.measure import Share, measure
from deixis.lab.probes import BY_MARK, SAID, TWO, UNDRAWN, Examination, examination
from deixis.nn.interface import Completion, Generation, Question, VisionLanguageModel

WORLD = SceneWorld(seed=1, split="test", exponent=0.0)
CONVENTION = conventions.get("padded_unit")()


@functools.cache
def examined() -> list[Examination]:
    return [e for i in range(12) if (e := examination(WORLD, i, CONVENTION)) is not None]


class Oracle(VisionLanguageModel):
    """Answers from the probes themselves, or always "anchor"."""

    name, convention = "oracle", "padded_unit"

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
        truths = {_key(p.question): p.answer for e in _all() for p in e.probes}
        return [Completion(text=f"{truths[_key(q)]} ") for q in questions]


def _key(question: Question) -> tuple[str, bytes]:
    return question.text, question.pictures[0].pixels.tobytes()


@functools.cache
def _all() -> list[Examination]:
    return [e for i in range(20) if (e := examination(WORLD, i, CONVENTION)) is not None]


def test_one_thing_is_asked_for_under_every_kind_of_mark() -> None:
    for one in examined():
        named = [probe for probe in one.probes if probe.kind in BY_MARK.values()]
        assert len(named) == len(BY_MARK)
        assert len({probe.answer for probe in named}) == 1


def test_the_control_shows_the_picture_without_the_mark() -> None:
    for index, one in enumerate(examined()):
        control = next(probe for probe in one.probes if probe.kind == UNDRAWN)
        plain = WORLD.scene(index).image.pixels
        assert np.array_equal(control.question.pictures[0].pixels, plain)


def test_two_marked_things_have_different_names() -> None:
    kinds = {probe.kind for one in examined() for probe in one.probes}
    assert {TWO, SAID, "colour", "reading", "presence", "counting"} <= kinds


def test_probes_are_the_same_on_every_call() -> None:
    again = examination(WORLD, 0, CONVENTION)
    assert again is not None
    assert [_key(p.question) for p in again.probes] == [
        _key(p.question) for p in examined()[0].probes
    ]


def test_who_knows_all_is_always_right(tmp_path) -> None:
    found = measure(Oracle(), WORLD, num_scenes=10, folder=tmp_path)
    assert found.naming == 1.0
    assert all(share.value == 1.0 for share in found.shares.values())
    assert 0 < found.guess < 1


def test_who_knows_nothing_is_wrong(tmp_path) -> None:
    found = measure(Oracle(knows=False), WORLD, num_scenes=6, folder=tmp_path)
    assert found.naming < 0.2


def test_it_goes_on_where_it_was_stopped(tmp_path) -> None:
    with pytest.raises(KeyboardInterrupt):
        measure(Oracle(breaks_after=1), WORLD, num_scenes=12, folder=tmp_path / "a")
    with (tmp_path / "a" / "verdicts.jsonl").open("a") as file:
        file.write('{"verdicts": [["naming')  # cut short by a kill
    resumed = measure(Oracle(), WORLD, num_scenes=12, folder=tmp_path / "a")
    whole = measure(Oracle(), WORLD, num_scenes=12, folder=tmp_path / "b")
    assert resumed == whole


def test_it_goes_on_where_it_was_stopped_before_the_first_answers(tmp_path) -> None:
    with pytest.raises(KeyboardInterrupt):
        measure(Oracle(breaks_after=0), WORLD, num_scenes=2, folder=tmp_path)
    first = measure(Oracle(), WORLD, num_scenes=2, folder=tmp_path)
    assert measure(Oracle(), WORLD, num_scenes=2, folder=tmp_path) == first


def test_a_file_that_holds_no_verdicts_is_refused_and_kept(tmp_path) -> None:
    (tmp_path / "verdicts.jsonl").write_text("no JSON\n")
    with pytest.raises(UsageError, match="holds no verdicts"):
        measure(Oracle(), WORLD, num_scenes=2, folder=tmp_path)
    assert (tmp_path / "verdicts.jsonl").read_text() == "no JSON\n"


def test_another_worlds_verdicts_are_not_mixed_in(tmp_path) -> None:
    measure(Oracle(), WORLD, num_scenes=2, folder=tmp_path)
    with pytest.raises(UsageError, match="of another model or of other scenes"):
        measure(Oracle(), SceneWorld(seed=2, split="test"), num_scenes=2, folder=tmp_path)


def test_the_numbers_are_json(tmp_path) -> None:
    record = measure(Oracle(), WORLD, num_scenes=3, folder=tmp_path).record()
    assert json.loads(json.dumps(record))["shares"]["colour"]["right"] == 3


@pytest.mark.parametrize(
    ("right", "asked", "low", "high"),
    [(0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (50, 100, 0.4038, 0.5962)],
)
def test_intervals_are_wilsons(right: int, asked: int, low: float, high: float) -> None:
    assert Share(right=right, asked=asked).interval == pytest.approx((low, high), abs=1e-4)
