"""Keys of kept answers: the model's class, its changes, the words and the pixels."""

from dataclasses import replace

import numpy as np

import deixis as dx
from deixis.core.image import Image
from deixis.evals.request_key import identity, request_key
from deixis.models.checkpoint_model import wrap
from deixis.models.interface import Generation, Question
from deixis.models.load_by_name import load
from deixis.models.tensor_interface import pixels_of
from deixis.pixel.prompts import Layout, build
from deixis.remote.request import fingerprint
from tests.frozen import same
from tests.models.test_generic import aya

# what the machine's software decides; the weights are drawn by torch
OF_SOFTWARE = ("weights", "prepared", "transformers", "torch")
PICTURE = Image(pixels=np.arange(40 * 30 * 3, dtype=np.uint8).reshape(30, 40, 3))
NOTES = ((replace(dx.box(1, 2, 9, 8, label="cat"), text="meow", score=0.5, source="rapidocr"),),)
PLAIN = Question(pictures=(PICTURE,), text="What is it?")
QUESTIONS = {
    "plain": PLAIN,
    "with a system prompt": replace(PLAIN, system="Be brief."),
    "with notes": replace(PLAIN, notes=NOTES),
    "two pictures, no notes": replace(PLAIN, pictures=(PICTURE, PICTURE), notes=((), ())),
    "pixels": replace(PLAIN, pictures=(pixels_of(PICTURE),)),
}
SETTINGS = {
    "greedy": Generation(),
    "sampled": Generation(max_new_tokens=7, temperature=0.5, top_p=0.9, seed=3, stop=("x", "y")),
}


def models():
    llava, built = load("tiny:llava"), aya()
    server = load("openai:some/model@http://127.0.0.1:9/v1", api_key="none")
    generic = wrap(built.model, built.processor, name="aya")
    frame = build("frame", Layout(side=28, width=4))
    exact = build("fixed_patch", Layout(side=28, width=4, mode="8bit", crop="torchvision"))
    return {
        "llava": (llava, None),
        "llava in a frame": (llava.with_pixel_change(frame), None),
        "llava, pixels changed": (llava.with_pixel_change(lambda pixels: pixels), "same"),
        "llava, tokens changed": (
            llava.with_token_change(lambda seen: [one.tokens for one in seen]),
            "same",
        ),
        "server": (server, None),
        "server, JPEG": (
            load("openai:m@http://127.0.0.1:9/v1", api_key="none", image_format="jpeg"),
            None,
        ),
        "server behind a patch": (server.with_pixel_change(exact), None),
        "unknown family": (generic, None),
    }


def test_who_is_asked_and_the_key_are_as_they_were():
    found = {}
    for name, (model, changed) in models().items():
        who = dict(identity(model, changed=changed))
        who |= dict.fromkeys(who.keys() & set(OF_SOFTWARE), "…")
        found[f"{name}: who"] = sorted(who.items())
        found[f"{name}: key"] = request_key(PLAIN, Generation(), who)
    same("answer_keys", found)


def test_each_part_of_a_question_goes_into_the_key_as_it_did():
    who = {"model": "m", "kind": "k"}
    found = {
        f"{asked}, {how}": request_key(question, settings, who)
        for asked, question in QUESTIONS.items()
        for how, settings in SETTINGS.items()
    }
    found["again"] = request_key(PLAIN, Generation(), who, repeat=1)
    found["scored"] = request_key(PLAIN, Generation(), who, choices=("a", "b"))
    same("question_keys", found)


def test_a_server_s_journal_finds_its_answers():
    remote = load("openai:some/model@http://127.0.0.1:9/v1", api_key="none").remote
    found = {
        f"{asked}, {how}": fingerprint(remote, question, settings)
        for asked, question in QUESTIONS.items()
        for how, settings in SETTINGS.items()
    }
    same("journal_keys", found)


def test_a_schema_makes_another_question():
    who = {"model": "m", "kind": "k"}
    remote = load("openai:some/model@http://127.0.0.1:9/v1", api_key="none").remote
    for schema in ("{}", '{"type": "object"}'):
        settings = Generation(schema=schema)
        assert request_key(PLAIN, settings, who) != request_key(PLAIN, Generation(), who)
        assert fingerprint(remote, PLAIN, settings) != fingerprint(remote, PLAIN, Generation())
