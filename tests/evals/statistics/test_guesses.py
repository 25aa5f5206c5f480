"""A guess is measured by a model that sees no picture."""

from collections.abc import Sequence
from typing import final

import numpy as np
import pytest
from typing_extensions import override

from deixis.evals.intervals import wilson
from deixis.evals.statistics.guesses import (
    TextOnlyModel,
    WordCounts,
    WrittenQuestion,
    measured_guesses,
)


def asked(text, answer, scene, **more):
    return WrittenQuestion(text=text, answer=answer, scene=scene, **more)


def test_what_is_asked_for_most_is_guessed():
    draws = np.random.default_rng(0)
    names = ["cat"] * 40 + ["dog"] * 10
    questions = [asked("What is it?", str(draws.choice(names)), scene) for scene in range(400)]
    share = sum(one.answer == "cat" for one in questions)
    assert measured_guesses(questions)[""] == pytest.approx(100 * wilson(share, 400).high)


def test_words_that_give_the_answer_away_are_found():
    questions = [
        asked(f"Which is it, {one} or bird?", one, scene)
        for scene, one in enumerate(["cat", "dog", "owl"] * 40)
    ]
    assert measured_guesses(questions)[""] > 95


def test_answers_to_a_picture_s_other_questions_are_not_learned_from():
    questions = [
        asked(f"What is on picture {scene}?", f"thing {scene}", scene)
        for scene in range(60)
        for _ in range(3)
    ]
    assert measured_guesses(questions)[""] < 5


def test_choices_are_what_can_be_said_and_conditions_are_measured_apart():
    questions = [
        asked("Which?", ("a", "b")[scene % 2], scene, condition="two", choices=("a", "b"))
        for scene in range(300)
    ]
    questions += [asked("Is it there?", "yes", scene, condition="one") for scene in range(300)]
    found = measured_guesses(questions)
    assert found["two"] < 60
    assert found["one"] == pytest.approx(100.0)


def test_a_model_that_has_learned_nothing_still_answers():
    model = WordCounts()
    model.learn([])
    assert model.answer(asked("Which?", "", 0, choices=("b", "a"))) == "a"
    assert model.answer(asked("What?", "", 0)) == ""


def test_another_model_of_words_may_be_asked():
    @final
    class Owl(TextOnlyModel):
        """It says one thing."""

        @override
        def learn(self, questions: Sequence[WrittenQuestion]) -> None:
            """Nothing."""

        @override
        def answer(self, question: WrittenQuestion) -> str:
            return "Owl"

    questions = [asked("What?", ("owl", "cat")[scene % 2], scene) for scene in range(100)]
    assert measured_guesses(questions, Owl)[""] == pytest.approx(100 * wilson(50, 100).high)
