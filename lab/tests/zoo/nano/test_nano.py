"""Nano models are real: classes, processors and files of transformers, and answers through ours."""

import functools
import string
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForImageTextToText, AutoProcessor

from deixis.core.errors import UnknownNameError
from deixis.core.image import Image
from deixis.models.checkpoint_model import wrap
from deixis.models.interface import Example, Generation, Question
from deixis.models.load_by_name import load
from deixis_lab.zoo import nano
from deixis_lab.zoo.training.architectures import left_with

pytestmark = [
    # transformers 5.23 itself, in PaliGemmaProcessor, with numpy 2.
    pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning"),
]
WORDS = ("anchor", "bow tie", "yin-yang", "red", "What", "is", "the", "within", "HELLO")
each_architecture = pytest.mark.parametrize("name", nano.names())


@functools.cache
def built(name: str) -> nano.Nano:
    return nano.build(name, words=WORDS)


@functools.cache
def tokenizer():
    return nano.tokenizer(WORDS)


def question(seed: int = 0) -> Question:
    pixels = np.random.default_rng(seed).integers(0, 256, (60, 90, 3), dtype=np.uint8)
    return Question(pictures=(Image(pixels=pixels),), text="What is the red anchor?")


def test_there_are_eight() -> None:
    assert len(nano.names()) == 8


def test_an_unknown_name_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="vipllava"):
        nano.build("vipllama", words=WORDS)


@each_architecture
def test_it_has_at_most_eight_million_weights(name: str) -> None:
    assert sum(weight.numel() for weight in built(name).model.parameters()) <= 8_000_000


@each_architecture
def test_its_words_are_read_and_said_by_the_same_weights(name: str) -> None:
    model = built(name).model
    assert model.get_input_embeddings().weight is model.get_output_embeddings().weight


@each_architecture
def test_plain_transformers_loads_what_was_saved(name: str, tmp_path: Path) -> None:
    nano.save(built(name), tmp_path)
    model = AutoModelForImageTextToText.from_pretrained(tmp_path)
    processor = AutoProcessor.from_pretrained(tmp_path, backend="pil")
    asked = question()
    example = Example(question=asked, answer="red")
    before = wrap(built(name).model, built(name).processor, name=name).loss([example])
    after = wrap(model, processor, name=name).loss([example])
    assert torch.equal(before, after)


def test_a_folder_is_a_model_of_ours(tmp_path: Path) -> None:
    nano.save(built("vipllava"), tmp_path)
    answers = load(str(tmp_path)).generate([question()], Generation(max_new_tokens=3))
    assert len(answers[0].tokens) == 3


@each_architecture
def test_a_tower_that_keeps_places_has_a_token_a_block(name: str) -> None:
    model = wrap(built(name).model, built(name).processor, name=name)
    expected = {"idefics3": 36, "blip_2": 32, "instructblip": 32}.get(name, 144)
    assert model.token_grid(question().pictures[0].size).num_tokens == expected


@each_architecture
def test_the_gradient_reaches_the_pixels(name: str) -> None:
    model = wrap(built(name).model, built(name).processor, name=name)
    pixels = torch.rand(3, 96, 96).mul(255).requires_grad_()
    asked = Question(pictures=(pixels,), text="What is the red anchor?")
    model.loss([Example(question=asked, answer="red")]).backward()
    assert pixels.grad is not None
    assert bool(pixels.grad.abs().sum() > 0)


@each_architecture
def test_an_untrained_model_is_near_chance(name: str) -> None:
    model = wrap(built(name).model, built(name).processor, name=name)
    loss = model.loss([Example(question=question(), answer="red")])
    assert abs(float(loss.detach()) - np.log(len(built(name).processor.tokenizer))) < 3


def test_the_same_seed_gives_the_same_weights() -> None:
    again = nano.build("vipllava", words=WORDS).model.state_dict()
    weights = built("vipllava").model.state_dict()
    assert all(torch.equal(value, again[key]) for key, value in weights.items())


def test_building_leaves_the_global_generator_alone() -> None:
    before = torch.random.get_rng_state()
    nano.build("vipllava", words=WORDS)
    assert torch.equal(before, torch.random.get_rng_state())


@given(st.text(alphabet=string.printable, max_size=60))
def test_every_ascii_text_comes_back(text: str) -> None:
    ids = tokenizer().encode(text, add_special_tokens=False)
    assert tokenizer().decode(ids) == text


def test_other_letters_come_back_too() -> None:
    text = "Où est l'ancre ⚓?"
    assert tokenizer().decode(tokenizer().encode(text, add_special_tokens=False)) == text


@pytest.mark.parametrize("word", ["anchor", "yin-yang", "red", "HELLO"])
def test_a_known_word_is_one_token(word: str) -> None:
    assert len(tokenizer().encode(word, add_special_tokens=False)) == 1


def test_a_word_has_one_token_at_the_start_and_within() -> None:
    ids = tokenizer().encode("red red", add_special_tokens=False)
    assert ids[0] == ids[1]


def test_the_order_of_the_words_changes_no_id() -> None:
    assert nano.tokenizer(WORDS[::-1]).get_vocab() == tokenizer().get_vocab()


def test_a_sentence_may_begin_on_a_new_line() -> None:
    ids = tokenizer().encode("red\nWhat is", add_special_tokens=False)
    assert len(ids) == 4


def test_what_ships_is_the_default_and_its_readers_are_found(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DEIXIS_CACHE", str(tmp_path))
    said = [
        load(name).generate([question()], Generation(max_new_tokens=4))[0].text
        for name in ("nano", f"nano:{nano.DEFAULT}")
    ]
    assert said[0] == said[1] != ""
    for start in ("nano", f"nano:{nano.DEFAULT}"):
        assert left_with(start, "readers.safetensors") is not None
    assert left_with("nano", "nothing.safetensors") is None
