"""The nano models' projector, second of three stages: vision tokens become readable as words.

    deixis train nano_align --out runs/nano/align

It starts from `runs/nano/encoder/model`; elsewhere: `--set task.start=FOLDER`. Cost: 350 steps in 5
minutes on 2 cores. Expected: 89 % of the tokens over things read as one of their words.
"""

from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe
from deixis_lab.zoo.training.alignment_task import AlignmentOptions, AlignmentTask

RECIPE = Recipe(
    summary="the projector of a nano model, aligned with the words of its language side",
    about=__doc__,
    config=RunConfig(
        steps=350,
        batch_size=32,
        optim=OptimConfig(lr=2e-3, weight_decay=0.0, warmup_share=0.05),
        num_workers=1,
        save_every=250,
        evaluate_every=175,
    ),
    options=AlignmentOptions(),
    build=AlignmentTask,
)
