"""Judges grade what no rule can score: a model that is shown MM-Vet's examples, or plain rules."""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from typing_extensions import override

from deixis.core.answer_store import Answers
from deixis.core.answer_text import answered
from deixis.core.errors import UsageError
from deixis.evals.asking import AnswerOrFailure, Asker, Failed, Request, RetryPolicy
from deixis.evals.request_key import identity, request_key
from deixis.evals.scores.short_answers import FIGURES, VALUES, words
from deixis.models.interface import Generation, Question, VisionLanguageModel


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class AnswerToGrade:
    """The judge sees a question, its true answer (<AND> joins parts, <OR> alternatives), and
    what a model said.
    """

    question: str
    truth: str
    prediction: str


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Grade:
    """A grade has one score of 0..1 for each run of the judge, None where that run failed, with the
    reason.

    A failure never counts as a score.
    """

    scores: tuple[float | None, ...]
    failures: tuple[str, ...] = ()

    @property
    def value(self) -> float | None:
        """The value is the mean of the runs that gave a score."""
        given = [score for score in self.scores if score is not None]
        return sum(given) / len(given) if given else None


class Judge(ABC):
    """A judge grades answers. Its `name` is part of the name of every result that rests on it."""

    name: str

    @abstractmethod
    def grade(self, items: Sequence[AnswerToGrade]) -> list[Grade]:
        """Every item gets a grade, in their order."""


VERSION = "shots/1"
HEAD = """\
Compare the ground truth with the prediction and give a correctness score from 0.0 (wholly wrong)
to 1.0 (wholly right) in steps of 0.1. <AND> in the ground truth joins parts that are all needed:
each part that is right gives its share. <OR> joins alternatives: one of them is enough. Other words
for the same thing are right. Write the score of the last row, and nothing else."""
COLUMNS = "Question | Ground truth | Prediction | Correctness"
SIGNS = (
    "What is the joke on the two signs? | The first sign offers fresh fish all day, the second one "
    "is a note from the cat that says thank you. | "
)
SHOTS = (
    "What is y in the equation? | -3 <AND> 7 | y = 4 | 0.0",
    "What is y in the equation? | -3 <AND> 7 | y = 7 | 0.5",
    "What is y in the equation? | -3 <AND> 7 | y = 7 or y = 3 | 0.5",
    "What is y in the equation? | -3 <AND> 7 | y = -3 or y = 7 | 1.0",
    "Can y be found in the equation? | Yes <AND> y = 7 | No, there is nothing to solve. | 0.0",
    f"{SIGNS}A shop sells fish, and there is a second sign beside it with some writing. | 0.4",
    f"{SIGNS}A shop promises fresh fish all day long, and a cat has left a note under it to thank "
    "for that. | 1.0",
)
CUE = "\nWrite one number from 0.0 to 1.0 and nothing else."


def prompt(item: AnswerToGrade) -> str:
    """The prompt is the table of examples with the item as its last row, its score left open."""
    row = " | ".join(_cell(text) for text in (item.question, item.truth, item.prediction))
    return "\n".join([HEAD, "", COLUMNS, "--- | --- | --- | ---", *SHOTS, f"{row} |"])


def _cell(text: str) -> str:
    """A cell is one line, without the sign that separates columns."""
    return " ".join(text.replace("|", "/").split())


DRESS = " \t\n*_`\"'|"
LEAD = re.compile(r"(?:correctness|score)\W*", re.IGNORECASE)
SCORE = re.compile(r"([01](?:\.\d+)?|\.\d+)(?!\.?\d|,\d|-\d|\s*/|\s*%|\s+(?:out\s+)?of\b)")
REPHRASED = 2  # times that a judge which wrote no number is asked again, with a cue
SHOWN = 60  # letters of nonsense that are quoted


@final
class ModelJudge(Judge):
    """A model is shown a table of examples at temperature 0, `runs` times for each answer.

    A reply without a number is asked for again with a cue; a failure at the server is retried as
    `retry` says. What still has no number then is a failure: it is counted and reported, and gives
    no score.
    """

    def __init__(
        self,
        model: VisionLanguageModel,
        answers: Answers,
        *,
        runs: int = 1,
        max_new_tokens: int = 8,
        retry: RetryPolicy | None = None,
    ) -> None:
        if runs < 1:
            raise UsageError(f"a judge runs at least once, got {runs}")
        self.name = f"{model.name} ×{runs} ({VERSION})"
        self._runs = runs
        self._settings = Generation(max_new_tokens=max_new_tokens)
        self._who = identity(model)
        allowed = retry or RetryPolicy(tries=3, max_failures=50)
        self._asker = Asker(model, answers, self._settings, allowed)

    @override
    def grade(self, items: Sequence[AnswerToGrade]) -> list[Grade]:
        texts = [prompt(item) for item in items]
        places = [(place, run) for place in range(len(items)) for run in range(self._runs)]
        outcomes = self._asked(places, texts)
        for cue in range(1, REPHRASED + 1):
            unread = [at for at in places if _is_nonsense(outcomes[at])]
            again = self._asked(unread, [text + CUE * cue for text in texts])
            outcomes |= {at: one for at, one in again.items() if not isinstance(one, Failed)}
        return [
            _grade([outcomes[place, run] for run in range(self._runs)])
            for place in range(len(items))
        ]

    def _asked(
        self, places: Sequence[tuple[int, int]], texts: Sequence[str]
    ) -> dict[tuple[int, int], AnswerOrFailure]:
        requests = {}
        for place, run in places:
            question = Question(pictures=(), text=texts[place])
            key = request_key(question, self._settings, self._who, repeat=run)
            requests[place, run] = Request(key=key, question=question)
        found = self._asker.ask(list(requests.values()))
        return {at: found[request.key] for at, request in requests.items()}


def read_score(text: str) -> float | None:
    """The answer has to begin with a number of 0..1, drafts left out; None if it does not."""
    bare = answered(text).text.lstrip(DRESS)
    found = SCORE.match(LEAD.sub("", bare, count=1) if LEAD.match(bare) else bare)
    score = float(found[1]) if found else None
    return score if score is not None and 0 <= score <= 1 else None


def _is_nonsense(outcome: AnswerOrFailure) -> bool:
    return not isinstance(outcome, Failed) and read_score(outcome.text) is None


def _grade(outcomes: Sequence[AnswerOrFailure]) -> Grade:
    scores: list[float | None] = []
    failures = []
    for outcome in outcomes:
        score = None if isinstance(outcome, Failed) else read_score(outcome.text)
        scores.append(score)
        if isinstance(outcome, Failed):
            failures.append(f"{outcome.sort}: {outcome.reason}")
        elif score is None:
            failures.append(f"no number: {outcome.text[:SHOWN]!r}")
    return Grade(scores=tuple(scores), failures=tuple(failures))


AND, OR = re.compile(r"\s*<AND>\s*", re.IGNORECASE), re.compile(r"\s*<OR>\s*", re.IGNORECASE)
ARTICLES = ("a", "an", "the")


@final
class Rules(Judge):
    """The score is the share of the parts, joined by <AND>, of which one alternative stands in the
    answer.

    Phrases are compared as words in lower case, without articles; counts are compared as numbers.
    What is said in other words is not found, so this is stricter than a model, and the same on
    every machine.
    """

    name = "rules/1"

    @override
    def grade(self, items: Sequence[AnswerToGrade]) -> list[Grade]:
        return [Grade(scores=(share_said(item.truth, item.prediction),)) for item in items]


def share_said(truth: str, prediction: str) -> float:
    """A prediction says so much of the truth, 0 to 1."""
    parts = [part for part in AND.split(truth) if _form(part)] or [truth]
    said = _form(prediction)
    found = [any(_holds(said, _form(phrase)) for phrase in OR.split(part)) for part in parts]
    return sum(found) / len(found)


def _form(text: str) -> tuple[str, ...]:
    """Phrases are compared in this form: words, with number words as figures."""
    kept = (word for word in words(text) if word not in ARTICLES)
    return tuple(_number(word) for word in kept)


def _number(word: str) -> str:
    if word in VALUES and word not in ("no", "none", "nothing"):
        return str(VALUES[word])
    return f"{float(word.replace(',', '')):g}" if FIGURES.fullmatch(word) else word


def _holds(said: tuple[str, ...], phrase: tuple[str, ...]) -> bool:
    count = len(phrase)
    if count == 0:
        return False
    return any(said[i : i + count] == phrase for i in range(len(said) - count + 1))
