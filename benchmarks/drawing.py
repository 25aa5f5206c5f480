"""What drawing marks costs of a training step: the step with marks, against the same with none.

    python benchmarks/drawing.py

`deixis train` on rows about regions (pictures of 640 x 480, and tiny:llava, whose step is far
shorter than a real model's) and nano's third stage (`nano_instruct`). A step is its examples,
prepared in this process, the loss and its gradients; the optimizer is left out, so shares are
rather too high. One thread, medians of processor time, with and without in turn. The bar is for
steps; what examples alone cost is shown beside, since processes of their own prepare them.
"""

import json
import os
import statistics
import tempfile
import time
from pathlib import Path

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

import numpy as np
import torch
from PIL import Image as PIL

from deixis.models.load_by_name import load
from deixis.train.conversations import read_conversations
from deixis.train.mark_source import marked
from deixis.train.recipe import recipes
from deixis.train.tuning import Tuning, TuningOptions
from deixis_lab.things.world import ThingWorld
from deixis_lab.zoo.training.marked_scenes import choose_marks, painted

BATCH, ROUNDS, ROWS = 16, 9, 48
SIZE = (640, 480)
BAR = 5.0  # per cent


def seconds(work):
    """The processor's seconds that some work takes, and what it gives."""
    begin = time.process_time()
    given = work()
    return time.process_time() - begin, given


def write_rows(folder):
    """Rows about one box each, on pictures that differ."""
    generator = np.random.default_rng(0)
    world = ThingWorld(side=96, art="small")
    rows = []
    for number in range(ROWS):
        picture = PIL.fromarray(world.scene(number).image.pixels).resize(
            SIZE, PIL.Resampling.BICUBIC
        )
        picture.save(folder / f"{number}.jpg", quality=90)
        x, y = generator.uniform(10, 350), generator.uniform(10, 250)
        box = [x, y, x + generator.uniform(60, 250), y + generator.uniform(60, 200)]
        said = [
            {"from": "human", "value": "<image>\nWhat is {it}?"},
            {"from": "gpt", "value": "A thing."},
        ]
        region = {"it": {"kind": "box", "box": box}}
        image = f"{number}.jpg"
        rows.append({"id": str(number), "image": image, "conversations": said, "regions": region})
    file = folder / "rows.json"
    file.write_text(json.dumps(rows))
    return file


def tuned():
    """A step of `deixis train` with and without marks, and its examples alone."""
    with tempfile.TemporaryDirectory() as folder:
        plain = read_conversations(write_rows(Path(folder)), Path(folder))
        task = Tuning(load("tiny:llava"), plain, TuningOptions(parts=("projector", "language")))
        told = {"none": plain, "release": marked(plain)}
        taken = {name: ([], []) for name in told}
        for number in range(ROUNDS):
            for name, source in told.items():
                took, batch = seconds(lambda s=source, n=number: examples(s, n))
                learned, _ = seconds(lambda b=batch: learn(task, b))
                taken[name][0].append(took)
                taken[name][1].append(took + learned)
        show("deixis train, whole step", *(taken[name][1] for name in ("none", "release")))
        show("of that, examples alone", *(taken[name][0] for name in ("none", "release")), bar="")


def examples(source, number):
    """A batch, its marks by lot."""
    generator = np.random.default_rng(number)
    places = [(number * BATCH + k) % ROWS for k in range(BATCH)]
    return [source.example(place, generator) for place in places]


def learn(task, batch):
    """Loss and gradients."""
    task.module.zero_grad()
    torch.autograd.backward(task.loss(batch, 0).total)


def nano():
    """A step of nano's third stage, and of that the drawing alone."""
    task = recipes.get("nano_instruct").with_settings(["task.start=nano"]).task()
    source = task.source
    steps, drawings = [], []
    for number in range(ROUNDS):
        generator = np.random.default_rng(number)
        places = range(number * BATCH, number * BATCH + BATCH)

        def step(places=places, generator=generator):
            made = [source.example(place, generator) for place in places]
            learn(task, source.collate(made))

        steps.append(seconds(step)[0])
        scenes = [source.world.scene(place) for place in places]
        chosen = [choose_marks(scene, generator) for scene in scenes]
        drawn, _ = seconds(
            lambda s=scenes, c=chosen: [painted(*pair) for pair in zip(s, c, strict=True)]
        )
        copied, _ = seconds(lambda s=scenes: [painted(scene, ()) for scene in s])
        drawings.append(drawn - copied)
    without = [step - drawing for step, drawing in zip(steps, drawings, strict=True)]
    show("nano_instruct, whole step", without, steps)


def show(what, without, with_marks, bar=f" (bar {BAR:g})"):
    """A line."""
    bare, whole = statistics.median(without), statistics.median(with_marks)
    share = 100 * statistics.median((b - a) / b for a, b in zip(without, with_marks, strict=True))
    print(
        f"{what:30} {bare * 1e3:8.1f} ms without, {whole * 1e3:8.1f} ms with marks: "
        f"{share:4.1f} % of it is drawing{bar}"
    )


if __name__ == "__main__":
    torch.set_num_threads(1)
    tuned()
    nano()
