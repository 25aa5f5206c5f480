"""Keys differ where an answer could, and only there."""

import pytest
import torch

import deixis as dx
from deixis.core.errors import UsageError
from deixis.evals.identity import identity, picture_digest, request_key
from deixis.models.load import load
from deixis.nn.interface import Generation, Question
from deixis.nn.weights import weights_digest


@pytest.fixture(scope="module")
def tiny():
    return load("tiny:llava")


def test_other_weights_are_another_model(tiny):
    assert identity(tiny) == identity(load("tiny:llava"))
    other = identity(load("tiny:llava", seed=1))
    assert other["weights"] != identity(tiny)["weights"]


def test_one_changed_weight_is_another_digest():
    model = load("tiny:llava").family.model
    before = weights_digest(model)
    with torch.no_grad():
        next(iter(model.parameters())).view(-1)[0] += 1
    assert weights_digest(model) != before


def test_another_preparation_is_another_model(tiny):
    before = identity(tiny)
    tiny.family.processor.image_processor.rescale_factor *= 2
    after = identity(tiny)
    tiny.family.processor.image_processor.rescale_factor /= 2
    assert before["prepared"] != after["prepared"]


def test_a_changed_model_must_be_named(tiny):
    changed = tiny.with_pixel_change(lambda pixels: pixels + 1)
    with pytest.raises(UsageError, match="pass changed=NAME"):
        identity(changed)
    assert identity(changed, changed="brighter") != identity(tiny)


def test_the_same_request_has_the_same_key_and_any_other_another():
    picture = dx.open_image("docs/still-life.png")
    darker = dx.dimmed(dx.box(1, 2, 30, 40)).paint(picture)
    question = Question(pictures=(picture,), text="What is it?")
    who = {"model": "nano"}
    keys = [
        request_key(question, Generation(), who),
        request_key(Question(pictures=(darker,), text="What is it?"), Generation(), who),
        request_key(Question(pictures=(picture,), text="What's it?"), Generation(), who),
        request_key(
            Question(pictures=(picture,), text="What is it?", system="s"), Generation(), who
        ),
        request_key(question, Generation(max_new_tokens=5), who),
        request_key(question, Generation(stop=("x",)), who),
        request_key(question, Generation(), {"model": "other"}),
        request_key(question, Generation(), who, repeat=1),
    ]
    assert len(set(keys)) == len(keys)
    assert keys[0] == request_key(question, Generation(), dict(who))


def test_pixels_as_a_tensor_have_a_digest_too():
    pixels = torch.rand(3, 5, 7) * 255
    assert picture_digest(pixels) == picture_digest(pixels.clone())
    assert picture_digest(pixels) != picture_digest(pixels + 1)
