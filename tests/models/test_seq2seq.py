"""BLIP-2 on T5: the prompt in an encoder, the answer in a decoder."""

import functools

import numpy as np
import pytest
import torch

from deixis.core.image import Image
from deixis.models.checkpoint_model import wrap
from deixis.models.interface import Example, Generation, Question
from deixis.models.transformers_model import TransformersModel
from deixis.testing.tiny.one_view import blip_2

ANSWERS = ["cat", "a big dog", "yes it is"]


@functools.cache
def model() -> TransformersModel:
    built = blip_2(0, text="t5")
    return wrap(built.model, built.processor, name="t5")


def question(width=50, height=37, text="What is this?"):
    pixels = np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return Question(pictures=(Image(pixels=pixels),), text=text)


def test_answers_do_not_depend_on_the_batch():
    questions = [question(), question(31, 90, "And here, what is it?"), question(64, 64)]
    settings = Generation(max_new_tokens=6)
    together = model().generate(questions, settings)
    assert together == [model().generate([one], settings)[0] for one in questions]


def test_answers_are_those_of_the_model_itself():
    built = blip_2(0, text="t5")
    one = question()
    inputs = built.processor(images=one.pictures[0].pil(), text=one.text, return_tensors="pt")
    ids = built.model.generate(**inputs, max_new_tokens=6, do_sample=False)
    words = built.processor.tokenizer.decode(ids[0], skip_special_tokens=True).strip()
    assert model().generate([one], Generation(max_new_tokens=6))[0].text == words


def test_answers_scored_together_are_those_scored_alone():
    together = model().answer_logprobs(question(), ANSWERS)
    for score in together:
        (alone,) = model().answer_logprobs(question(), [score.answer])
        assert score.token_logprobs == pytest.approx(alone.token_logprobs, abs=1e-4)


def test_the_loss_of_a_batch_is_the_mean_over_its_tokens():
    examples = [
        Example(question=question(), answer="cat"),
        Example(question=question(31, 90), answer="a big dog"),
    ]
    counts = [len(model()._turn(example)) for example in examples]
    alone = [model().loss([example]).item() for example in examples]
    expected = sum(a * n for a, n in zip(alone, counts, strict=True)) / sum(counts)
    assert model().loss(examples).item() == pytest.approx(expected, abs=1e-4)


def test_the_gradient_reaches_the_pixels():
    image = question().pictures[0]
    pixels = torch.from_numpy(image.pixels.copy()).permute(2, 0, 1).float().requires_grad_()
    seen = Question(pictures=(pixels,), text="What is this?")
    model().loss([Example(question=seen, answer="cat")]).backward()
    assert pixels.grad.abs().sum() > 0
