"""Questions on entities as trials of a model, and what counts as right."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import final

from deixis.ask.knowledge_forms import Knowledge
from deixis.core.errors import UsageError
from deixis.core.progress import Reporter
from deixis.data.entities.questions import CHOICE, NAMING, YES_NO, EntityQuestion
from deixis.encodings import encodings
from deixis.evals.findings import Trial
from deixis.evals.scores.choice_words import named_choices, tidy
from deixis.evals.scores.letters import read_letter
from deixis.evals.scores.short_answers import read_yes_no
from deixis.evals.trial_asking import AskedTrials, ask_trials
from deixis.models.interface import VisionLanguageModel

ENCODING = "drawn"


def ask_questions(
    model: VisionLanguageModel,
    questions: Sequence[EntityQuestion],
    *,
    folder: Path,
    encoding: str = ENCODING,
    knowledge: Knowledge | None = None,
    reporter: Reporter | None = None,
) -> AskedTrials:
    """Ask them all, a question a group; what `folder` has answers of is not asked again. With
    `knowledge` each thing's name reaches the model where it is, as of a source that is never wrong.
    """
    if not questions:
        raise UsageError("there is no question to ask")
    return ask_trials(
        model,
        lambda index: [trial_of(questions[index], encoding)],
        num_groups=len(questions),
        folder=folder,
        reporter=reporter,
        knowledge=knowledge,
    )


def trial_of(question: EntityQuestion, encoding: str = ENCODING) -> Trial:
    """One question, its region brought to the model by that encoding; what is known is its name."""
    way = encodings.get(encoding)
    return Trial(
        condition=question.kind,
        image=question.picture.image(),
        text=question.text,
        answer=question.answer,
        regions={slot: way.of(region) for slot, region in question.regions.items()},
        is_right=_Judge(question).is_right,
        notes=tuple(one.named(label=question.entity) for one in question.regions.values()),
    )


@final
class _Judge:
    """Reads a model's words as the kind of question needs it."""

    def __init__(self, question: EntityQuestion) -> None:
        self.question = question
        ways: dict[str, Callable[[str], bool]] = {
            NAMING: self._names,
            YES_NO: lambda text: read_yes_no(text) is (question.answer == "yes"),
            CHOICE: lambda text: read_letter(text, question.choices) == question.answer,
        }
        self.is_right = ways[question.kind]

    def _names(self, text: str) -> bool:
        """The name is said, as whole words: "a red fox" and "It is the red fox." name a red fox."""
        return named_choices(tidy(text), (self.question.answer,)).only == 0
