"""Asking through a pixel prompt: what is sent, and where places are."""

import functools
import json

import pytest

import deixis as dx
from deixis.ask.pixel_prompt_dialect import Prompted
from deixis.cli.main import main
from deixis.coordinates import dialects
from deixis.core.errors import UnsupportedError, UsageError
from deixis.pixel.card import Card, PromptSource
from deixis.pixel.saved import NUMBERS, save_prompt
from tests.ask.test_model import IMAGE, Echo
from tests.pixel.nursery import learned

CUP = dx.box(20, 12, 40, 30, label="cup")
SHORT = dx.Generation(max_new_tokens=6)


@functools.cache
def tiny() -> dx.Model:
    return dx.load("tiny:llava")


@pytest.fixture
def saved(tmp_path):
    save_prompt(learned("frame", side=48, width=6), Card(), tmp_path / "frame")
    return tmp_path / "frame"


def test_a_loaded_prompt_is_seen_through(saved):
    prompt = learned("frame", side=48, width=6)
    through = dx.load("tiny:llava", pixel=saved)
    again = tiny().with_pixel(saved / NUMBERS)
    answers = [model.ask(IMAGE, "What?", settings=SHORT) for model in (through, again)]
    assert answers[0].text == answers[1].text
    assert answers[0].sent.loaded["pixel digest"] == prompt.digest
    assert answers[0].sent.frames[0].image == IMAGE
    assert through.replay(answers[0].sent) == answers[0]
    with pytest.raises(UsageError, match="load and change it in the same way"):
        tiny().replay(answers[0].sent)


@pytest.mark.parametrize("name", ["permille", "qwen3_vl", "pixels"])
def test_a_place_is_said_where_the_model_sees_it_and_read_back(name):
    prompt = learned("frame", side=200, width=30)
    plain = dialects.get(name)()
    through = Prompted(plain, prompt)
    said = through.say([CUP], IMAGE.size)
    seen = prompt.view(IMAGE.size).transform
    assert said == plain.say([seen.region(CUP)], seen.after)
    (read,) = through.read(said, IMAGE.size).regions
    step = through.quantum(IMAGE.size)
    for ours, theirs, most in zip(
        (read.shape.x0, read.shape.y0, read.shape.x1, read.shape.y1),
        (20, 12, 40, 30),
        (step.x, step.y) * 2,
        strict=True,
    ):
        assert abs(ours - theirs) <= most / 2 + 1e-6


def test_an_answers_region_is_in_pixels_of_the_original():
    class Seeing(Echo):
        def with_pixel_change(self, change):
            return self

    prompt = learned("frame", side=100, width=10)
    words = '[{"bbox_2d": [100, 100, 900, 900]}]'  # all that is inside the frame
    answer = dx.Model(Seeing(words), pixel=prompt).ask(IMAGE, "Where?")
    (region,) = answer.regions
    # 64 x 48 is cut to its middle 48 x 48
    box = region.shape
    assert (box.x0, box.y0, box.x1, box.y1) == pytest.approx(
        (8, 0, 56, 48), abs=0.5
    )  # in whole pixels


def test_a_token_change_keeps_the_prompt(saved):
    model = tiny().with_pixel(saved).with_token_change(lambda seen: [one.tokens for one in seen])
    assert model.vlm.pixel_change is model.pixel
    assert isinstance(model.dialect, Prompted)
    assert model.with_pixel_change(None).pixel is None
    assert tiny().with_pixel_change(model.pixel).pixel is model.pixel  # its places move too


def test_strict_refuses_a_model_that_prepares_pictures_otherwise(tmp_path):
    sources = (PromptSource(model="tiny:llava", preparation={"settings": "old"}),)
    save_prompt(learned("frame"), Card(sources=sources), tmp_path)
    with pytest.raises(UnsupportedError, match="old then"):
        tiny().with_pixel(tmp_path, strict=True)
    assert tiny().with_pixel(tmp_path).pixel is not None


def test_the_command_line_asks_through_a_prompt(saved, tmp_path, capsys):
    picture = tmp_path / "picture.png"
    picture.write_bytes(IMAGE.png())
    asked = ["ask", str(picture), "What?", "--model", "tiny:llava", "--max-new-tokens", "4"]
    sent = tmp_path / "sent.json"
    assert main([*asked, "--pixel", str(saved), "--save", str(sent), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sent"]["model"] == "tiny:llava"
    assert "pixel digest" in json.loads(sent.read_text())["loaded"]
    assert main([*asked, "--pixel", str(tmp_path)]) == 2
    assert "is no pixel prompt" in capsys.readouterr().err
