"""How an answer is made: sampling, its seed, stops, lengths."""

import functools

import numpy as np
import pytest

import deixis as dx
from deixis.core.errors import UnsupportedError, UsageError

IMAGE = dx.Image(pixels=np.random.default_rng(2).integers(0, 256, (40, 50, 3), dtype=np.uint8))


@functools.cache
def model():
    return dx.load("tiny:llava").vlm


def answer(**settings):
    question = dx.Question(pictures=(IMAGE,), text="What is this?")
    return model().generate([question], dx.Generation(**settings))[0]


def test_a_seed_makes_sampling_repeatable():
    settings = {"temperature": 1.5, "max_new_tokens": 12, "seed": 4}
    assert answer(**settings) == answer(**settings)


def test_seeds_differ():
    texts = {answer(temperature=1.5, max_new_tokens=12, seed=seed).text for seed in range(5)}
    assert len(texts) > 1


def test_an_answer_of_full_length_says_so():
    cut = answer(max_new_tokens=3)
    assert cut.finish == "length"
    assert len(cut.tokens) == 3


def test_a_stop_ends_the_answer_and_is_left_out():
    whole = answer(max_new_tokens=12).text
    stop = whole[3]
    stopped = answer(max_new_tokens=12, stop=(stop,))
    assert stopped.finish == "stop"
    assert stopped.text == whole[: whole.index(stop)].strip()


def test_no_answers_have_no_scores():
    assert model().answer_logprobs(dx.Question(pictures=(IMAGE,), text="?"), []) == []


def test_an_answer_without_a_token_is_refused():
    with pytest.raises(UsageError, match="at least one token"):
        model().answer_logprobs(dx.Question(pictures=(IMAGE,), text="?"), [""])


def test_a_loss_of_nothing_is_refused():
    with pytest.raises(UsageError, match="at least one example"):
        model().loss([])


def test_a_question_without_a_picture_is_refused():
    with pytest.raises(UsageError, match="at least one picture"):
        model().generate([dx.Question(pictures=(), text="?")])


def test_a_model_of_one_picture_refuses_two():
    vlm = dx.load("tiny:blip_2").vlm
    with pytest.raises(UnsupportedError, match="one picture"):
        vlm.generate([dx.Question(pictures=(IMAGE, IMAGE), text="?")])


def test_a_model_without_a_system_prompt_refuses_one():
    vlm = dx.load("tiny:paligemma").vlm
    with pytest.raises(UnsupportedError, match="system prompt"):
        vlm.generate([dx.Question(pictures=(IMAGE,), text="?", system="be brief")])


def test_a_token_change_keeps_the_shapes():
    changed = model().with_token_change(lambda seen: [one.tokens[:-1] for one in seen])
    with pytest.raises(UsageError, match="keeps the shapes"):
        changed.generate([dx.Question(pictures=(IMAGE,), text="?")])


def test_a_pixel_change_reaches_the_answer():
    question = dx.Question(pictures=(IMAGE,), text="?")
    darker = model().with_pixel_change(lambda pixels: pixels * 0)
    same = model().with_pixel_change(lambda pixels: pixels)
    assert darker.generate([question]) != model().generate([question])
    assert same.generate([question]) == model().generate([question])


def test_hundreds_of_answers_are_scored_as_each_alone():
    question = dx.Question(pictures=(IMAGE,), text="?")
    answers = [f"thing {i}" for i in range(70)]
    together = model().answer_logprobs(question, answers)
    for i in (0, 63, 64, 69):
        (alone,) = model().answer_logprobs(question, [answers[i]])
        assert together[i].total == pytest.approx(alone.total, abs=1e-3)
