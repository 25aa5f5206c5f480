"""A model is asked many trials: every answer is on disk before it counts."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.ask.composer import Asking, Composer, Marks
from deixis.ask.knowledge_forms import Knowledge
from deixis.core.answer_store import Answers
from deixis.core.progress import Progress, Reporter, Silent
from deixis.evals.asking import Asker, Failed, Request
from deixis.evals.findings import JudgedTrial, Trial, judged
from deixis.evals.request_key import Identity, identity, request_key
from deixis.evals.statistics.guesses import WrittenQuestion
from deixis.models.interface import Generation, VisionLanguageModel

ANSWERS = "answers.jsonl"
GROUPS_AT_ONCE = 8
SETTINGS = Generation(max_new_tokens=16)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class AskedTrials:
    """Some trials were asked: their answers are judged, so many questions had none, and this
    model gave them. `questions` are those that have one right answer, in words.
    """

    answers: tuple[JudgedTrial, ...]
    num_failed: int
    who: Identity
    questions: tuple[WrittenQuestion, ...] = ()


def ask_trials(  # noqa: PLR0913  # all but two by name
    model: VisionLanguageModel,
    trials_of: Callable[[int], Sequence[Trial]],
    *,
    num_groups: int,
    folder: Path,
    reporter: Reporter | None = None,
    knowledge: Knowledge | None = None,
    marks: Marks = "given",
    settings: Generation = SETTINGS,
) -> AskedTrials:
    """The first groups' trials are asked, as a rule one picture a group; nothing is asked twice,
    even after a kill.

    With `knowledge`, a trial's notes reach the model in its form; `model` is the one without.
    `marks` is as for a `Composer`: "told" composes as `Model.ask` does.
    """
    reporter = reporter or Silent()
    model, changed = _knowing(model, knowledge)
    who = identity(model, changed=changed)
    composer = Composer(model=model, dialect=model.own_dialect(), knowledge=knowledge)
    answers: list[JudgedTrial] = []
    written: list[WrittenQuestion] = []
    num_failed, begun = 0, time.monotonic()
    with Answers(folder / ANSWERS) as kept:
        asker = Asker(model, kept, settings)
        for first in range(0, num_groups, GROUPS_AT_ONCE):
            last = min(first + GROUPS_AT_ONCE, num_groups)
            trials = [(index, trial) for index in range(first, last) for trial in trials_of(index)]
            requests = []
            written += [_written(trial, index) for index, trial in trials if trial.is_right is None]
            for _, trial in trials:
                asking = Asking(images=(trial.image,), text=trial.text, regions=trial.regions)
                composed = composer.compose(asking, marks=marks, notes=[trial.notes])
                question = composed.question(None)
                key = request_key(question, settings, who, choices=trial.choices)
                requests.append(Request(key=key, question=question, choices=trial.choices))
            found = asker.ask(requests)
            for (index, trial), request in zip(trials, requests, strict=True):
                outcome = found[request.key]
                if isinstance(outcome, Failed):
                    num_failed += 1
                else:
                    answers.append(judged(trial, index, outcome.text))
            rate = last / max(time.monotonic() - begun, 1e-9)
            right = sum(answer.is_right for answer in answers) / max(len(answers), 1)
            reporter.advance(
                Progress(
                    step=last,
                    steps=num_groups,
                    steps_per_second=rate,
                    seconds_left=(num_groups - last) / rate,
                    numbers={"right": right},
                )
            )
    return AskedTrials(
        answers=tuple(answers), num_failed=num_failed, who=who, questions=tuple(written)
    )


def _written(trial: Trial, scene: int) -> WrittenQuestion:
    """A trial without its picture."""
    return WrittenQuestion(
        text=trial.text,
        answer=trial.answer,
        scene=scene,
        condition=trial.condition,
        choices=trial.choices,
    )


def _knowing(
    model: VisionLanguageModel, knowledge: Knowledge | None
) -> tuple[VisionLanguageModel, str | None]:
    """A prompt changes the model's tokens; the name of that change comes with the model."""
    if knowledge is None or knowledge.prompt is None:
        return model, None
    prompt = knowledge.prompt
    changed = model.with_token_change(prompt, place=prompt.place)
    return changed, knowledge.record["prompt"]
