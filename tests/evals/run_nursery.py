"""Runs that are killed with SIGKILL: `python -m tests.evals.run_nursery FOLDER`.

All is imported once; each attempt is a fork.
"""

import json
import os
import random
import signal
import sys
import time
from pathlib import Path

from deixis.ask.model import Model
from deixis.core.answer_store import Answers
from deixis.evals.benchmarks import Options, benchmarks
from deixis.evals.folder import ANSWERS, write_run
from deixis.evals.judges import ModelJudge
from deixis.evals.run import Exam, RunSettings, run
from deixis.evals.run_to_folder import report_of
from tests.evals.conftest import Told

NAME = "scenes_vip_bench"


def told(folder, kind, answer):
    """A model that notes each question as it is asked, and takes its time."""

    def reply(text):
        with (folder / f"{kind}.log").open("a") as log:
            log.write(json.dumps(text) + "\n")
        time.sleep(0.003)
        return answer(text)

    return Told(reply, name=kind)


def attempt(folder, seconds=None):
    """One run in a fork; whether it came to its end."""
    folder.mkdir(exist_ok=True)
    child = os.fork()
    if child == 0:
        evaluate(folder)
        os._exit(0)
    if seconds is not None:
        time.sleep(seconds)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == 0


def evaluate(folder):
    options = Options(num_pictures=40)
    model = Model(told(folder, "model", lambda text: f"it is {len(text)} <b>"))
    with Answers(folder / ANSWERS) as answers:
        judged = told(folder, "judge", lambda text: f"0.{len(text) % 10}")
        judge = ModelJudge(judged, answers, runs=2)
        settings = RunSettings(limit=36)
        exam = Exam(
            model=model,
            benchmark=benchmarks.get(NAME).of(options),
            answers=answers,
            judge=judge,
        )
        ran = run(exam, settings)
        report = report_of(
            ran,
            benchmark=NAME,
            options=options,
            settings=settings,
            dialect=model.dialect_name,
            judge=judge.name,
        )
        write_run(folder, report, ran.rows)


def main(folder):
    assert attempt(folder / "unbroken")
    moments, kills = random.Random(11), 0
    while kills < 10 and not attempt(folder / "broken", moments.uniform(0.02, 0.25)):
        kills += 1
    assert attempt(folder / "broken")
    sys.stdout.write(json.dumps(kills))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
