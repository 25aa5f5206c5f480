"""How likely a model finds answers that are given to it."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import final

from deixis.ask.sent import Sent
from deixis.core.errors import UnsupportedError, UsageError
from deixis.models.interface import AnswerScore, VisionLanguageModel


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """One score for each answer, in the order in which they were given, and what was sent."""

    scores: tuple[AnswerScore, ...]
    sent: Sent

    @property
    def probabilities(self) -> Mapping[str, float]:
        """The share of each among them, by the log-probabilities of whole answers: they add up to
        1. A longer answer is less likely than a short one; `mean` of the scores does without that.
        """
        best = max(one.total for one in self.scores)
        weights = [math.exp(one.total - best) for one in self.scores]
        return {
            one.answer: weight / sum(weights)
            for one, weight in zip(self.scores, weights, strict=True)
        }

    @property
    def best(self) -> str:
        """The likeliest answer; of several, the first."""
        return max(self.scores, key=lambda one: one.total).answer


def check_scorable(model: VisionLanguageModel, answers: Sequence[str]) -> tuple[str, ...]:
    """The answers; UsageError where they cannot be scored."""
    if isinstance(answers, str) or not all(isinstance(one, str) for one in answers):
        raise UsageError(f'answers are a list of words, ["yes", "no"], got {answers!r:.80}')
    if not answers or len(set(answers)) < len(answers) or not all(map(str.strip, answers)):
        raise UsageError(f"give at least one answer, each once and none empty, got {answers!r:.80}")
    if model.abilities.answer_logprobs:
        return tuple(answers)
    if model.is_remote:
        raise UnsupportedError(
            f"{model.name} is behind a server, which does not tell how likely an answer is that it "
            f"did not give: ask it to choose one of them, or load a checkpoint"
        )
    raise UnsupportedError(
        f"{model.name} cannot score given answers; `deixis models` shows what can"
    )
