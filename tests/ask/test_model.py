import functools
import json

import numpy as np
import pytest
import torch

import deixis as dx
from deixis.core.errors import RegionError, UsageError
from deixis.models.interface import Abilities, Completion, Question, VisionLanguageModel

IMAGE = dx.Image(pixels=np.random.default_rng(5).integers(0, 256, (48, 64, 3), dtype=np.uint8))
CUP = dx.box(8, 12, 40, 30, label="cup")
SHORT = dx.Generation(max_new_tokens=6)
NOTHING = Abilities(
    many_pictures=True,
    system=True,
    answer_logprobs=False,
    loss=False,
    pixel_gradient=False,
    vision_tokens=False,
    spatial_tokens=False,
)


class Echo(VisionLanguageModel):
    """Answers with fixed words, so that reading back can be seen."""

    name, dialect, abilities = "echo", "qwen3_vl", NOTHING

    def __init__(self, words: str) -> None:
        self.words = words

    def generate(self, questions, settings=None):
        return [Completion(text=self.words) for _ in questions]


@functools.cache
def tiny() -> dx.Model:
    return dx.load("tiny:qwen2_5_vl")


def test_an_answer_tells_what_was_sent():
    answer = tiny().ask(IMAGE, "What is {cup}?", cup=CUP, settings=SHORT)
    assert answer.sent.text.startswith("What is ")
    assert '"label": "cup"' in answer.sent.text
    assert answer.sent.frames[0].image == IMAGE
    assert answer.sent.dialect == "qwen2_5_vl"
    assert answer.sent.settings == SHORT


def test_a_saved_call_is_repeated_with_the_same_answer(tmp_path):
    answer = tiny().ask(IMAGE, "What is {cup}?", cup=dx.dimmed(CUP), settings=SHORT)
    answer.sent.save(tmp_path / "sent.json")
    again = tiny().replay(dx.Sent.load(tmp_path / "sent.json"))
    assert again == answer


def test_many_questions_get_the_answers_of_one_by_one():
    questions = [(IMAGE, f"What is {{cup}}?{'!' * i}", {"cup": CUP}) for i in range(3)]
    together = tiny().ask_all(questions, settings=SHORT)
    alone = [tiny().ask_all([question], settings=SHORT)[0] for question in questions]
    assert together == alone


def test_streaming_gives_the_words_of_the_answer():
    words = "".join(tiny().stream(IMAGE, "What is {cup}?", cup=CUP, settings=SHORT))
    assert words.strip() == tiny().ask(IMAGE, "What is {cup}?", cup=CUP, settings=SHORT).text


def test_regions_in_an_answer_are_in_pixels_of_the_original():
    model = dx.Model(Echo('it is {"bbox_2d": [250, 500, 500, 1000], "label": "cup"}'))
    (region,) = model.ask(IMAGE, "Where is the cup?").regions
    assert region.box().xyxy == pytest.approx((16, 24, 32, 48))
    assert region.source == "echo"


def test_regions_in_an_answer_about_a_crop_are_in_pixels_of_the_original():
    model = dx.Model(Echo('[{"bbox_2d": [0, 0, 1000, 1000]}]'))
    answer = model.ask(IMAGE, "Find it in {cup}", cup=dx.cropped(CUP, context=0))
    assert answer.regions[0].box().xyxy == pytest.approx(CUP.box().xyxy)


def test_what_cannot_be_read_is_reported():
    answer = dx.Model(Echo('{"bbox_2d": [1, 2, 3]}')).ask(IMAGE, "Where?")
    assert not answer.regions
    assert answer.unread


def test_another_dialect_can_be_spoken():
    model = dx.Model(Echo("[1, 2, 3, 4]"), dialect="pixels")
    answer = model.ask(IMAGE, "Where is {cup}?", cup=CUP)
    assert answer.sent.text == "Where is [8, 12, 40, 30]?"
    assert answer.regions[0].box().xyxy == (1, 2, 3, 4)


def test_a_path_is_opened(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(IMAGE.png())
    answer = dx.Model(Echo("yes")).ask(str(path), "Is it?")
    assert answer.sent.frames[0].image == IMAGE


def test_a_schema_is_written_down_with_what_was_sent():
    sent = dx.Model(Echo("yes")).ask(IMAGE, "Is it?", settings=dx.Generation(schema="{}")).sent
    assert dx.Sent.from_json(sent.to_json()) == sent


def test_replaying_to_another_model_is_refused():
    sent = dx.Model(Echo("yes")).ask(IMAGE, "Is it?").sent
    with pytest.raises(UsageError, match="was sent to 'echo'"):
        tiny().replay(sent)


def test_replaying_to_a_changed_model_is_refused():
    inverted = tiny().with_pixel_change(lambda pixels: 255 - pixels)
    sent = inverted.ask(IMAGE, "Is it?", settings=SHORT).sent
    assert inverted.replay(sent).sent == sent
    with pytest.raises(UsageError, match="pixels"):
        tiny().replay(sent)


def test_replaying_in_other_coordinates_is_refused():
    sent = dx.Model(Echo("yes")).ask(IMAGE, "Is it?").sent
    with pytest.raises(UsageError, match="dialect='qwen3_vl'"):
        dx.Model(Echo("yes"), dialect="pixels").replay(sent)


def test_a_region_outside_is_refused_before_the_model_is_asked():
    with pytest.raises(RegionError, match="outside"):
        dx.Model(Echo("yes")).ask(IMAGE, "{cup}", cup=dx.box(100, 100, 120, 130))


@pytest.mark.parametrize(
    "damage",
    [
        lambda record: record.pop("model"),
        lambda record: record.update(deixis="sent/9"),
        lambda record: record["settings"].update(colour=1),
        lambda record: record["pictures"][0].update(png="!!"),
        lambda record: record["pictures"][0].update(sha256="0"),
        lambda record: record["pictures"][0]["transform"].update(scale_x=-1),
        lambda record: record.update(pictures=7),
        lambda record: record.update(loaded=7),
        lambda record: record["settings"].update(stop=[5]),
    ],
)
def test_a_damaged_record_is_refused(damage):
    record = json.loads(dx.Model(Echo("yes")).ask(IMAGE, "Is it?").sent.to_json())
    damage(record)
    with pytest.raises(UsageError):
        dx.Sent.from_json(json.dumps(record))


def test_a_record_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(UsageError, match="cannot read"):
        dx.Sent.load(tmp_path / "none.json")


@pytest.mark.parametrize(
    "deed",
    [
        lambda model: model.answer_logprobs(Question(pictures=(IMAGE,), text="?"), ["a"]),
        lambda model: model.loss([]),
        lambda model: model.prepare(torch.zeros(3, 4, 5)),
        lambda model: model.vision_tokens([IMAGE]),
        lambda model: model.token_grid(IMAGE.size),
        lambda model: model.with_token_change(None),
        lambda model: model.with_pixel_change(None),
    ],
)
def test_what_a_model_cannot_do_is_a_clear_error(deed):
    with pytest.raises(UsageError, match="echo cannot"):
        deed(Echo("yes"))


@pytest.mark.parametrize(
    "settings", [{"max_new_tokens": 0}, {"temperature": -1}, {"top_p": 0.0}, {"top_p": 1.5}]
)
def test_impossible_settings_are_refused(settings):
    with pytest.raises(UsageError):
        dx.Generation(**settings)
