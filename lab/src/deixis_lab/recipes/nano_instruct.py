"""The nano models' language side, third of three stages: it learns to answer.

    deixis train nano_instruct --out runs/nano/instruct

It starts from `runs/nano/align/model` and leaves the tower as it is; `nano_joint` goes on from it.
"""

from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe
from deixis_lab.zoo.training.instruction_task import InstructionOptions, InstructionTask

RECIPE = Recipe(
    summary="the language side of a nano model, on questions about marked scenes",
    about=__doc__,
    config=RunConfig(
        steps=1500,
        batch_size=16,
        optim=OptimConfig(lr=1e-3, weight_decay=0.05, warmup_share=0.03),
        num_workers=1,
        save_every=250,
        evaluate_every=500,
    ),
    options=InstructionOptions(),
    build=InstructionTask,
)
