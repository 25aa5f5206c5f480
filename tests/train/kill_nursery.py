"""Runs that are killed with SIGKILL: `python -m tests.train.kill_nursery FOLDER WAY`.

Torch is imported once; each attempt is a fork, so that many attempts cost little.
"""

import json
import os
import random
import shutil
import signal
import sys
import time
from pathlib import Path

import torch

from deixis.core.files import write_text
from deixis.train import run as runner
from deixis.train.config import OptimConfig, RunConfig
from tests.train.tiny_source import TinySource
from tests.train.tiny_task import TinyTask

OPERATIONS_A_KILL = int(os.environ.get("OPERATIONS_A_KILL", "7"))
FILE_EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "shutil.rmtree")


def config(steps):
    return RunConfig(
        steps=steps,
        batch_size=6,
        optim=OptimConfig(lr=1e-2),
        threads=1,
        seed=5,
        save_every=4,
        log_every=3,
        evaluate_every=10,
    )


def attempt(folder, steps, *, kill_after=None, kill_at_event=None):
    """Train in a fork; whether it came to the end."""
    child = os.fork()
    if child == 0:
        if kill_at_event is not None:
            kill_myself_at(kill_at_event, folder)
        runner.run(TinyTask(TinySource(seconds=0.001)), config(steps), folder)
        os._exit(0)
    if kill_after is not None:
        time.sleep(kill_after)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1] == 0


def kill_myself_at(number, folder):
    """SIGKILL at that file operation within the run's folder."""
    left = [number]

    def watch(event, arguments):
        if event in FILE_EVENTS and str(arguments[0]).startswith(str(folder)):
            left[0] -= 1
            if left[0] < 0:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(watch)


def kill_ten_times(folder, steps, seconds):
    """Each time at a random moment of up to a fifth of the run; the steps that were reached.

    A run that comes to its end before ten kills is begun anew, and killed sooner.
    """
    moments = random.Random(7)
    reached, longest = [], 0.1 + 0.2 * seconds
    while len(reached) < 10:
        if attempt(folder, steps, kill_after=moments.uniform(0.1, 1) * longest):
            shutil.rmtree(folder)
            reached, longest = [], 0.8 * longest
            continue
        checkpoints = (folder / "checkpoints").glob("step-*")
        reached.append(max((int(path.name[5:]) for path in checkpoints), default=0))
    assert attempt(folder, steps)
    sys.stdout.write(json.dumps(reached))


def main(folder, way):
    torch.optim.AdamW([torch.zeros(1)])  # imports much, once for all forks
    # slow to draw, and the same every time
    runner.draw_curves = lambda metrics, picture: write_text(picture, "drawn")
    steps = 41 if way == "moments" else 9
    assert attempt(folder / "unbroken", steps)
    if way == "moments":
        last = (folder / "unbroken" / "metrics.jsonl").read_text().splitlines()[-1]
        kill_ten_times(folder / "broken", steps, json.loads(last)["seconds"])
        return
    for event in range(0, 1000, OPERATIONS_A_KILL):
        broken = folder / f"broken-{event}"
        done = attempt(broken, steps, kill_at_event=event)
        assert attempt(broken, steps)
        if done:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
