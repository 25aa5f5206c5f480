"""Keys differ where an answer could, and only there."""

from dataclasses import replace

import numpy as np
import pytest
import torch

import deixis as dx
from deixis.core.errors import UsageError
from deixis.core.image import Image
from deixis.core.region import box
from deixis.evals.request_key import identity, picture_digest, request_key
from deixis.models.digests import weights_digest
from deixis.models.interface import Generation, Question
from deixis.models.load_by_name import load


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
        request_key(replace(question, notes=((box(1, 2, 9, 8, label="cat"),),)), Generation(), who),
        request_key(replace(question, notes=((box(1, 2, 9, 8, label="dog"),),)), Generation(), who),
    ]
    assert keys[0] == request_key(replace(question, notes=((),)), Generation(), who)
    assert len(set(keys)) == len(keys)
    assert keys[0] == request_key(question, Generation(), dict(who))


def test_what_is_known_of_a_picture_is_part_of_the_request_and_nothing_changes_no_key():
    picture = Image(pixels=np.zeros((2, 3, 3), np.uint8))
    bare = Question(pictures=(picture,), text="What?")
    notes = (dx.box(0, 0, 2, 2, label="cat"), dx.box(0, 0, 2, 2, label="dog"))
    keys = [
        request_key(replace(bare, notes=known), Generation(), {"model": "m"})
        for known in ((), ((),), (notes[:1],), (notes[1:],), (notes,))
    ]
    # as it was before notes were part of it: answers that are kept stay found
    assert keys[0] == "ef15aa60a747f62fddb6a47ff1959723d42b2e035641eb17f7d16d59dd5cbf55"
    assert keys[1] == keys[0]
    assert len(set(keys)) == 4


def test_pixels_as_a_tensor_have_a_digest_too():
    pixels = torch.rand(3, 5, 7) * 255
    assert picture_digest(pixels) == picture_digest(pixels.clone())
    assert picture_digest(pixels) != picture_digest(pixels + 1)
