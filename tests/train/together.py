"""Runs that the tests do on one process and on two: of a folder, the task and its settings."""

import dataclasses

from deixis.models.load_by_name import load
from deixis.pixel.prompts import Layout
from deixis.pixel.training.learning import PixelLearning, PixelOptions
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.conversations import read_conversations
from deixis.train.tuning import Tuning, TuningOptions
from tests.train.tiny_task import TinyTask

CONFIG = RunConfig(
    steps=7, batch_size=8, optim=OptimConfig(lr=1e-2), precision="fp32", save_every=3, log_every=2
)
TUNING = RunConfig(
    steps=3,
    batch_size=4,
    # Adam makes a step of the rounding of a gradient that is nearly nothing, unless eps is larger
    optim=OptimConfig(lr=1e-3, clip=0.1, eps=1e-4),
    precision="fp32",
    save_every=2,
    log_every=1,
    threads=1,
    spread=True,
)


def tiny(folder):
    return TinyTask(dropout=0.0), CONFIG


def spread(folder):
    source = read_conversations(folder / "data.json", folder / "pictures")
    options = TuningOptions(parts=("projector", "language"))
    return Tuning(load("tiny:llava"), source, options), TUNING


def uneven(folder):
    return TinyTask(dropout=0.0), dataclasses.replace(CONFIG, epochs=2, micro_batch=3)


def spread_uneven(folder):
    source = read_conversations(folder / "data.json", folder / "pictures")
    options = TuningOptions(parts=("projector", "language"), recomputes="all")
    # five answers: a process has none in the last step
    config = dataclasses.replace(TUNING, epochs=1, micro_batch=1)
    return Tuning(load("tiny:llava"), source, options), config


def spread_lora(folder):
    source = read_conversations(folder / "data.json", folder / "pictures")
    options = TuningOptions(parts=("lora",), lora_dropout=0.0)
    return Tuning(load("tiny:llava"), source, options), TUNING


def pixel(folder):
    options = PixelOptions(
        sources=("tiny:llava",),
        task="scenes_classification",
        num=6,
        layout=Layout(side=30, width=5, start="noise"),  # from zero, consistency has no gradient
        consistency=0.05,
        semantics=0.01,
        num_held_out=0,
    )
    optim = OptimConfig(lr=2.0, weight_decay=0.0, warmup_share=0.0, clip=0.0)
    config = RunConfig(steps=2, batch_size=6, optim=optim, precision="fp32", log_every=1, threads=1)
    return PixelLearning(options), config


RUNS = {
    "tiny": tiny,
    "uneven": uneven,
    "spread": spread,
    "spread_uneven": spread_uneven,
    "spread_lora": spread_lora,
    "pixel": pixel,
}
