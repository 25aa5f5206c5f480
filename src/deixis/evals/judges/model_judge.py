"""A language model as the judge, behind any OpenAI-compatible server, or any other model."""

import re
from collections.abc import Sequence
from typing import final

from typing_extensions import override

from deixis.core.answered import answered
from deixis.core.errors import UsageError
from deixis.evals.answers import Answers
from deixis.evals.asking import Asker, Failed, Manners, Outcome, Request
from deixis.evals.judges._judge import Grade, Judge, Judged
from deixis.evals.judges.shots import CUE, VERSION, prompt
from deixis.evals.request_key import identity, request_key
from deixis.models.interface import Generation, Question, VisionLanguageModel

DRESS = " \t\n*_`\"'|"
LEAD = re.compile(r"(?:correctness|score)\W*", re.IGNORECASE)
SCORE = re.compile(r"([01](?:\.\d+)?|\.\d+)(?!\.?\d|,\d|-\d|\s*/|\s*%|\s+(?:out\s+)?of\b)")
REPHRASED = 2  # times that a judge which wrote no number is asked again, with a cue
SHOWN = 60  # letters of nonsense that are quoted


@final
class ModelJudge(Judge):
    """Asked at temperature 0 with a table of examples, `runs` times for each answer.

    What gives no number is asked again with a cue, what fails at the server as `manners` say. What
    has still no number then is a failure, counted and told, and no score.
    """

    def __init__(
        self,
        model: VisionLanguageModel,
        answers: Answers,
        *,
        runs: int = 1,
        max_new_tokens: int = 8,
        manners: Manners | None = None,
    ) -> None:
        if runs < 1:
            raise UsageError(f"a judge runs at least once, got {runs}")
        self.name = f"{model.name} ×{runs} ({VERSION})"
        self._runs = runs
        self._settings = Generation(max_new_tokens=max_new_tokens)
        self._who = identity(model)
        allowed = manners or Manners(tries=3, max_failures=50)
        self._asker = Asker(model, answers, self._settings, allowed)

    @override
    def grade(self, items: Sequence[Judged]) -> list[Grade]:
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
    ) -> dict[tuple[int, int], Outcome]:
        requests = {}
        for place, run in places:
            question = Question(pictures=(), text=texts[place])
            key = request_key(question, self._settings, self._who, repeat=run)
            requests[place, run] = Request(key=key, question=question)
        found = self._asker.ask(list(requests.values()))
        return {at: found[request.key] for at, request in requests.items()}


def read_score(text: str) -> float | None:
    """The number of 0..1 that an answer begins with, drafts left out; None where there is none."""
    bare = answered(text).text.lstrip(DRESS)
    found = SCORE.match(LEAD.sub("", bare, count=1) if LEAD.match(bare) else bare)
    score = float(found[1]) if found else None
    return score if score is not None and 0 <= score <= 1 else None


def _is_nonsense(outcome: Outcome) -> bool:
    return not isinstance(outcome, Failed) and read_score(outcome.text) is None


def _grade(outcomes: Sequence[Outcome]) -> Grade:
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
