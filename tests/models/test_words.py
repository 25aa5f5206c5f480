"""Learned words: where they stand, what they are at first, and how they are kept."""

import dataclasses
import functools
import json

import pytest
import torch
from safetensors.torch import save_file

from deixis.core.errors import ModelError, UnsupportedError, UsageError
from deixis.models.checkpoint_model import wrap
from deixis.models.interface import Example
from deixis.models.learned_words import NUMBERS, RECORD, load_words, new_words, save_words, speaking
from deixis.models.load_by_name import load
from deixis.models.soft_prompt import LearnedWords, read_as
from deixis.testing.tiny.one_view import blip_2
from tests.long import each_of
from tests.models.families_nursery import (
    ANSWERS,
    FAMILIES,
    SETTINGS,
    asked,
    built,
    picture,
    tokens,
)

BEGUN, OTHERS = "What is this cat", "What cat this is"
pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
READ_TWICE = "instructblip"  # its Q-Former reads the words too, as words
each_tiny = each_of(
    "name",
    [
        one
        for one in FAMILIES
        if not one.values[0].startswith("nano") and one.values[0] != READ_TWICE
    ],
)


def questions():
    return [asked(picture(50, 37, seed=i), text="Where?" + " dog" * i) for i in range(2)]


def lessons(some):
    return [Example(question=one, answer="a big dog") for one in some]


@functools.cache
def on_t5():
    parts = blip_2(0, text="t5")
    return wrap(parts.model, parts.processor, name="t5")


def listed(words):
    return tuple(words.tokens.tolist())


def moved(words):
    """The same with other vectors."""
    generator = torch.Generator().manual_seed(3)
    far = 3 * torch.randn(words.vectors.shape, generator=generator)
    return LearnedWords(words.text, listed(words), words.vectors.detach() + far)


def check_said_as(words, written, model):
    """The model with these words is, to the bit, the plain one asked with those."""
    worded, plain = model.with_words(words), questions()
    said = [dataclasses.replace(one, text=f"{written} {one.text}") for one in plain]
    assert tokens(worded.generate(plain, SETTINGS)) == tokens(model.generate(said, SETTINGS))
    assert torch.equal(worded.loss(lessons(plain)), model.loss(lessons(said)))
    scored = worded.answer_logprobs(plain[0], ANSWERS)
    assert scored == model.answer_logprobs(said[0], ANSWERS)


def check_vectors_are_read(model):
    ids = model.family.processor.tokenizer(["What", BEGUN], add_special_tokens=False).input_ids
    num = len(ids[1]) - len(ids[0])
    words, others = (new_words(model, text, num) for text in (BEGUN, OTHERS))
    assert (words.text, others.text) == (BEGUN, OTHERS)
    check_said_as(LearnedWords(BEGUN, listed(words), others.vectors), OTHERS, model)


@each_tiny
def test_the_vectors_of_other_words_are_read_as_these(name):
    check_vectors_are_read(built(name))


def test_an_encoder_decoder_reads_them_too():
    check_vectors_are_read(on_t5())


@pytest.mark.parametrize("name", ["llava", READ_TWICE, "nano:vipllava"])
def test_before_learning_they_are_the_words_themselves(name):
    words = new_words(built(name), BEGUN, 7)
    check_said_as(words, words.text, built(name))


def test_the_gradient_reaches_the_vectors_and_the_record_tells_of_them():
    model = load("tiny:llava")
    words = new_words(model, BEGUN, 5)
    loss = model.with_words(words).loss(lessons(questions()))
    (gradient,) = torch.autograd.grad(loss, words.vectors)
    assert (gradient.abs().sum(1) > 0).all()
    digests = [model.with_words(one).record["words"] for one in (words, moved(words))]
    assert digests[0] != digests[1]
    assert "words" not in model.record


def test_answers_do_not_depend_on_the_batch():
    model = load("tiny:llava")
    worded = model.with_words(moved(new_words(model, BEGUN, 5)))
    some = questions()
    alone = [worded.generate([one], SETTINGS)[0] for one in some]
    assert tokens(worded.generate(some, SETTINGS)) == tokens(alone)


def test_words_that_an_answer_repeats_after_the_prompt_are_read_as_they_are():
    model = load("tiny:llava")
    words = moved(new_words(model, BEGUN, 5))
    embeddings = model.family.model.get_input_embeddings()
    ids = words.tokens[None]
    with read_as(words, embeddings):
        assert not torch.equal(embeddings(ids[:, :3]), words.vectors[None, :3])
        assert torch.equal(embeddings(ids), words.vectors[None])
        after = embeddings(ids)
    assert torch.equal(after, embeddings(ids))


def test_as_many_vectors_as_are_asked_for_and_the_first_word_stays():
    model = load("tiny:llava")
    for num in (1, 4, 11):
        words = new_words(model, "a dog", num)
        assert words.vectors.shape == (num, 48)
        assert words.text.startswith("a dog")
        assert len(words.text.split()) <= num + 2


def test_saved_words_are_the_same_in_every_way_of_asking(tmp_path):
    model = load("tiny:llava")
    words = moved(new_words(model, BEGUN, 5))
    worded = model.with_words(words)
    save_words(words, worded, tmp_path)
    again = load("tiny:llava")
    other = again.with_words(load_words(tmp_path, again))
    assert other.record == worded.record
    some = questions()
    assert worded.generate(some, SETTINGS) == other.generate(some, SETTINGS)
    assert worded.answer_logprobs(some[0], ANSWERS) == other.answer_logprobs(some[0], ANSWERS)
    assert not other.words.vectors.requires_grad


def spoil(folder, **changes):
    record = json.loads((folder / RECORD).read_text())
    (folder / RECORD).write_text(json.dumps(record | changes))


def test_words_are_refused_on_a_model_of_another_width_or_of_other_weights(tmp_path):
    model = load("tiny:llava")
    save_words(new_words(model, BEGUN, 5), model, tmp_path)
    with pytest.raises(UsageError, match=r"48 numbers each, learned on tiny:llava; those of .* 56"):
        load_words(tmp_path, load("tiny:vipllava"))
    with pytest.raises(UsageError, match=r"with the weights .*; tiny:llava has .*in float32"):
        load_words(tmp_path, load("tiny:llava", seed=1))


@pytest.mark.parametrize(
    ("harm", "error", "said"),
    [
        (lambda f: (f / RECORD).unlink(), UsageError, "holds no learned words"),
        (lambda f: spoil(f, tokens=None), ModelError, "is not of learned words"),
        (lambda f: spoil(f, tokens=[3]), ModelError, "speaks of"),
        (lambda f: spoil(f, deixis="learned-words/9"), UsageError, "reads learned-words/1"),
        (
            lambda f: save_file({"vectors": torch.zeros(5, 48)}, f / NUMBERS),
            ModelError,
            "its digest is another",
        ),
    ],
)
def test_what_is_wrong_with_a_folder_is_told(tmp_path, harm, error, said):
    model = load("tiny:llava")
    save_words(new_words(model, BEGUN, 5), model, tmp_path)
    harm(tmp_path)
    with pytest.raises(error, match=said):
        load_words(tmp_path, model)


def test_words_that_the_prompt_does_not_hold_are_told():
    model = load("tiny:llava")
    words = new_words(model, BEGUN, 5)
    other = LearnedWords("Where", listed(words), words.vectors)
    with pytest.raises(ModelError, match="do not stand in the prompt"):
        model.with_words(other).generate(questions(), SETTINGS)
    embeddings = model.family.model.get_input_embeddings()
    assert not embeddings._forward_hooks


def test_what_cannot_be_words_is_told():
    model = load("tiny:llava")
    for text, num in ((" ", 3), ("a", 0)):
        with pytest.raises(UsageError, match="at least one vector"):
            new_words(model, text, num)
    with pytest.raises(UsageError, match="2 tokens of words cannot have 3 vectors"):
        LearnedWords("a b", (1, 2), torch.zeros(3, 4))
    with pytest.raises(UnsupportedError, match="no words can be learned for a server"):
        speaking(None, "a server")
