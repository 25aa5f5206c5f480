"""A guess is measured: what a model that sees no picture has right on the same questions."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Float
from typing_extensions import override

from deixis.evals.intervals import wilson

FOLDS = 5


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenQuestion:
    """A question is its words, its true answer, what can be chosen, and whose picture it is on."""

    text: str
    answer: str
    scene: int
    condition: str = ""
    choices: tuple[str, ...] = ()


class TextOnlyModel(ABC):
    """A model learns from questions with their answers, and answers others by their words alone."""

    @abstractmethod
    def learn(self, questions: Sequence[WrittenQuestion]) -> None:
        """Questions on other pictures are learned from."""

    @abstractmethod
    def answer(self, question: WrittenQuestion) -> str:
        """The likeliest answer; `question.answer` is not looked at."""


@final
class WordCounts(TextOnlyModel):
    """The likeliest answer by the words of the question (naive Bayes): among the choices, if any,
    and else among all answers that were learned from.
    """

    def __init__(self) -> None:
        self._answers: dict[str, int] = {}
        self._words: dict[str, int] = {}
        self._odds: Float[np.ndarray, "answer word"] = np.zeros((0, 0))
        self._frequencies: Float[np.ndarray, " answer"] = np.zeros(0)

    @override
    def learn(self, questions: Sequence[WrittenQuestion]) -> None:
        texts = [_words_of(one.text) for one in questions]
        answers = sorted({choice for one in questions for choice in (one.answer, *one.choices)})
        self._answers = {answer: place for place, answer in enumerate(answers)}
        self._words = {word: place for place, word in enumerate(sorted(set().union(*texts)))}
        met = np.zeros((len(self._answers), len(self._words)))
        counts = np.zeros(len(self._answers))
        for one, words in zip(questions, texts, strict=True):
            row = self._answers[one.answer]
            counts[row] += 1
            met[row, [self._words[word] for word in words]] += 1
        self._odds = np.log((met + 1) / (counts[:, None] + 2))
        self._frequencies = np.log(counts + 0.5)

    @override
    def answer(self, question: WrittenQuestion) -> str:
        known = [one for one in question.choices or self._answers if one in self._answers]
        if not known:
            return min(question.choices, default="")
        words = [self._words[word] for word in _words_of(question.text) if word in self._words]
        rows = [self._answers[one] for one in known]
        odds = self._frequencies[rows] + self._odds[np.ix_(rows, words)].sum(1)
        return known[int(odds.argmax())]


def _words_of(text: str) -> set[str]:
    return set(text.casefold().split())


def measured_guesses(
    questions: Sequence[WrittenQuestion], make: Callable[[], TextOnlyModel] = WordCounts
) -> dict[str, float]:
    """By condition, in per cent: the upper end of the 95 % interval of what the model has right
    without a picture. Each fifth of the pictures is asked about after learning from the others.
    """
    by_condition: dict[str, list[WrittenQuestion]] = {}
    for one in questions:
        by_condition.setdefault(one.condition, []).append(one)
    return {name: _guess(own, make) for name, own in by_condition.items()}


def _guess(questions: Sequence[WrittenQuestion], make: Callable[[], TextOnlyModel]) -> float:
    scenes = {scene: place for place, scene in enumerate(sorted({q.scene for q in questions}))}
    right = 0
    for fold in range(FOLDS):
        model = make()
        model.learn([one for one in questions if scenes[one.scene] % FOLDS != fold])
        right += sum(
            model.answer(one).casefold() == one.answer.casefold()
            for one in questions
            if scenes[one.scene] % FOLDS == fold
        )
    return 100 * wilson(right, len(questions)).high
