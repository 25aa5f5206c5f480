"""Trying an experiment on a model: every answer kept on disk, every figure with its interval."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from deixis.ask.compose import compose
from deixis.coordinates import Convention, conventions
from deixis.data.scenes.world import SceneWorld
from deixis.evals.answers import Answers
from deixis.evals.asking import Asker, Failed, Request
from deixis.evals.identity import identity, request_key
from deixis.evals.intervals import Clusters, interval
from deixis.evals.measure import ACCURACY
from deixis.evals.paired import difference
from deixis.lab.experiments import Experiment, Finding, Findings, Trial
from deixis.nn.interface import Generation, Question, VisionLanguageModel
from deixis.train.reporter import Progress, Reporter, Silent

WORLD = SceneWorld(seed=1, split="test", exponent=0.0)
SCENES_AT_ONCE = 4
SETTINGS = Generation(max_new_tokens=16)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Whether a trial was answered rightly, and of what it was one."""

    scene: int
    condition: str
    pair: str
    is_right: bool


@final
@dataclass(frozen=True, kw_only=True)
class Tried:
    """An experiment's findings and what they are of."""

    findings: Findings
    model: str
    num_scenes: int
    num_failed: int
    world: str


def try_out(
    experiment: Experiment,
    model: VisionLanguageModel,
    *,
    num_scenes: int,
    folder: Path,
    reporter: Reporter | None = None,
) -> Tried:
    """Ask about the first scenes of the test world; nothing is asked twice, also after a kill."""
    reporter = reporter or Silent()
    who = identity(model)
    convention = conventions.get(model.convention)(**model.convention_settings)
    answers: list[Answer] = []
    num_failed, begun = 0, time.monotonic()
    with Answers(folder / "answers.jsonl") as kept:
        asker = Asker(model, kept, SETTINGS)
        for first in range(0, num_scenes, SCENES_AT_ONCE):
            last = min(first + SCENES_AT_ONCE, num_scenes)
            trials = [
                (index, trial)
                for index in range(first, last)
                for trial in experiment.trials(WORLD.scene(index), index)
            ]
            questions = [_question(trial, convention) for _, trial in trials]
            requests = [
                Request(key=request_key(asked, SETTINGS, who), question=asked)
                for asked in questions
            ]
            found = asker.ask(requests)
            for (index, trial), request in zip(trials, requests, strict=True):
                outcome = found[request.key]
                if isinstance(outcome, Failed):
                    num_failed += 1
                    continue
                answers.append(
                    Answer(
                        scene=index,
                        condition=trial.condition,
                        pair=trial.pair,
                        is_right=_plain(outcome.text) == _plain(trial.answer),
                    )
                )
            _advance(reporter, last, num_scenes, begun, answers)
    return Tried(
        findings=found_in(experiment, answers),
        model=model.name,
        num_scenes=num_scenes,
        num_failed=num_failed,
        world=f"seed {WORLD.seed}, split {WORLD.split}",
    )


def found_in(experiment: Experiment, answers: Sequence[Answer]) -> Findings:
    """The share of right answers under each condition, and how it differs from the baseline's."""
    rows = []
    for condition in experiment.conditions:
        own = [answer for answer in answers if answer.condition == condition]
        if not own:
            continue
        clusters = _clusters(own)
        within = interval(ACCURACY, clusters)
        rows.append(
            Finding(
                condition=condition,
                asked=len(own),
                value=100 * float(ACCURACY.value(clusters.total)),
                low=100 * within.low,
                high=100 * within.high,
                change=_change(answers, own, experiment.baseline),
            )
        )
    return Findings(rows=tuple(rows))


def _change(
    answers: Sequence[Answer], own: Sequence[Answer], baseline: str
) -> tuple[float, float, float] | None:
    """The paired difference from the baseline in points, with its interval."""
    if own[0].condition == baseline:
        return None
    base = {(a.scene, a.pair): a for a in answers if a.condition == baseline}
    shared = [answer for answer in own if (answer.scene, answer.pair) in base]
    if not shared:
        return None
    before = [base[answer.scene, answer.pair] for answer in shared]
    apart = difference(ACCURACY, _clusters(before), _clusters(shared))
    return 100 * apart.value, 100 * apart.interval.low, 100 * apart.interval.high


def _clusters(answers: Sequence[Answer]) -> Clusters:
    rows = np.array([[float(answer.is_right), 1.0] for answer in answers])
    return Clusters.of(rows, np.array([answer.scene for answer in answers]))


def _question(trial: Trial, convention: Convention) -> Question:
    return compose(trial.image, trial.text, trial.regions, convention).question(None)


def _plain(text: str) -> str:
    return text.strip().rstrip(".").casefold()


def _advance(
    reporter: Reporter, done: int, total: int, begun: float, answers: Sequence[Answer]
) -> None:
    rate = done / max(time.monotonic() - begun, 1e-9)
    right = sum(answer.is_right for answer in answers) / max(len(answers), 1)
    reporter.advance(
        Progress(
            step=done,
            steps=total,
            steps_per_second=rate,
            seconds_left=(total - done) / rate,
            numbers={"right": right},
        )
    )
