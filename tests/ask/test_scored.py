"""Given answers are scored: each one's log-probability, and its share among them."""

import functools
import math

import pytest

import deixis as dx
from deixis.core.errors import UnsupportedError, UsageError
from tests.ask.test_model import CUP, IMAGE, Echo


@functools.cache
def tiny():
    return dx.load("tiny:qwen2_5_vl")


def test_answers_are_scored_as_the_model_beneath_does():
    answers = ["yes", "no", "a cup"]
    scores = tiny().score(IMAGE, "Is {cup} red?", answers, cup=CUP)
    (composed,) = [tiny().ask(IMAGE, "Is {cup} red?", cup=CUP, max_new_tokens=1).sent]
    assert scores.sent.text == composed.text
    question = dx.Question(pictures=(IMAGE,), text=composed.text)
    beneath = tiny().vlm.answer_logprobs(question, answers)
    assert [one.answer for one in scores.scores] == answers
    assert [one.total for one in scores.scores] == pytest.approx([one.total for one in beneath])
    shares = scores.probabilities
    assert sum(shares.values()) == pytest.approx(1)
    assert scores.best == max(shares, key=shares.get)
    first, second = (one.total for one in scores.scores[:2])
    assert shares["yes"] / shares["no"] == pytest.approx(math.exp(first - second))


def test_a_session_scores_too():
    session = tiny().session(IMAGE)
    assert session.score("Is it?", ["yes", "no"]) == tiny().score(IMAGE, "Is it?", ["yes", "no"])


def test_a_server_that_tells_nothing_of_given_answers_is_not_asked(server, build):
    model = dx.Model(build(), dialect="qwen3_vl")
    with pytest.raises(UnsupportedError, match="behind a server, which does not tell how likely"):
        model.score(IMAGE, "Is it?", ["yes", "no"])
    assert server.bodies == []
    with pytest.raises(UnsupportedError, match="echo cannot score given answers"):
        dx.Model(Echo("")).score(IMAGE, "Is it?", ["yes", "no"])


@pytest.mark.parametrize("answers", [[], ["a", "a"], ["a", " "], "yes"])
def test_answers_that_cannot_be_scored_are_refused(answers):
    with pytest.raises(UsageError, match="answer"):
        tiny().score(IMAGE, "Is it?", answers)
