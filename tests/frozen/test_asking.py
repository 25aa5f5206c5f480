"""What each model is sent, in each encoding, and what is left of marks in what it sees."""

import functools
from dataclasses import replace

import numpy as np
import pytest

import deixis as dx
from deixis.ask.knowledge_forms import Knowledge
from deixis.ask.mark_visibility import Sight
from deixis.core.image import Image
from deixis.encodings.spec import EncodingSpec
from deixis.evals.request_key import request_key
from deixis.models.interface import Completion, Generation, Question
from deixis.pixel.prompts import Layout, build
from tests.frozen import same, stored

# one of each dialect and way of looking; Molmo 2 needs torchvision
NAMES = (
    "blip_2",
    "idefics3",
    "internvl",
    "llava",
    "llava_next",
    "paligemma",
    "qwen2_5_vl",
    "qwen3_vl",
)
WAYS = (
    "said",
    "drawn:rectangle",
    "drawn:arrow,color=lime",
    "drawn:mask,width=3",
    "tagged",
    "cropped",
    "cropped:beside=true",
    "dimmed:0.8",
    "blurred",
    "masked",
)
OF_EACH = ("said", "drawn:rectangle", "cropped:beside=true")
IN_ALL_WAYS = ("internvl", "llava", "qwen2_5_vl")
NOTES = (
    dx.box(30, 20, 90, 80, label="cat"),
    replace(dx.box(10, 100, 40, 120), text="STOP", score=0.9),
)


def pattern(width, height):
    rows, columns = np.mgrid[:height, :width]
    stripes = (rows // 9 + columns // 13) % 5 * 40
    return Image(pixels=np.stack([rows % 256, stripes, columns % 256], axis=2).astype(np.uint8))


WIDE, TALL = pattern(200, 150), pattern(105, 250)
ASKED = (
    (WIDE, "What is {it}?", {"it": dx.box(50, 40, 110, 100, label="cup")}),
    (
        TALL,
        "Is {first} on {second}?",
        {"first": dx.polygon([(10, 15), (45, 30), (25, 70)]), "second": dx.point(75, 200)},
    ),
)
SMALL = ((WIDE, dx.box(50, 40, 110, 100)), (TALL, dx.ellipse(75, 200, 6, 5)))
SHAPES = ("rectangle", "arrow", "point")


@functools.cache
def model(name):
    return dx.load(f"tiny:{name}")


@pytest.fixture(autouse=True)
def _says_nothing(monkeypatch):
    def generate(self, questions, settings=None):
        return [Completion(text="") for _ in questions]

    monkeypatch.setattr(type(model("llava").vlm), "generate", generate)


def sent(asker, spec, fixture):
    """The words, the pictures and the key, or why nothing is sent."""
    image, text, regions = fixture
    try:
        asked = asker.ask(image, text, **EncodingSpec.of(spec).encode(regions)).sent
    except dx.DeixisError as refusal:
        return [f"refused: {refusal}"]
    pictures = tuple(frame.image for frame in asked.frames)
    question = Question(pictures=pictures, text=asked.text, notes=asked.notes)
    key = request_key(question, Generation(), {"model": asked.model})
    return [asked.text, *(one.sha256[:12] for one in pictures), key[:12]]


def all_sent(asker, ways=OF_EACH):
    return {f"{spec} {i}": sent(asker, spec, ASKED[i]) for spec in ways for i in range(len(ASKED))}


def test_each_model_is_sent_what_it_was():
    ways = {name: WAYS if name in IN_ALL_WAYS else OF_EACH for name in NAMES}
    same("sent", {name: all_sent(model(name), ways[name]) for name in NAMES})


def test_a_model_that_knows_or_looks_through_a_prompt_is_sent_what_it_was():
    vlm = model("llava").vlm
    frame = build("frame", Layout(side=64, width=8))
    found = {"in a frame": all_sent(dx.Model(vlm, pixel=frame))}
    for form in ("told", "drawn"):
        knows = Knowledge(look=lambda image: NOTES, form=form, record={"form": form})
        asker = dx.Model(vlm, knowledge=knows)
        found[form] = all_sent(asker)
        loaded = asker.ask(WIDE, "What?").sent.loaded
        found[f"{form}: loaded"] = sorted(loaded.items())
    same("sent_behind", found)


def left(name):
    found = {}
    for i, (image, region) in enumerate(SMALL):
        sight = Sight(model(name).vlm, image)
        for shape in SHAPES:
            mark = dx.Mark(shape=shape, region=region, style=dx.Style(profile="plain"))
            one = sight.survival(mark)
            found[f"{shape} {i}"] = [
                one.width or 0.0,
                one.contrast,
                one.visible,
                sight.scale(mark),
                sight.widened(mark).style.width or 0,
            ]
    return found


def test_as_much_is_left_of_a_mark_as_was():
    found = {
        name: {mark: [round(number, 4) for number in numbers] for mark, numbers in of.items()}
        for name, of in ((name, left(name)) for name in NAMES)
    }
    for name, marks in stored("survival", found).items():
        for mark, numbers in marks.items():
            assert found[name][mark] == pytest.approx(numbers, abs=2e-4), (name, mark)
