"""The last polish of a nano model: tower, projector and language side together, slowly.

    deixis train nano_joint --out runs/nano/joint

Cost: 1,000 steps of 16 in 70 minutes on two cores. An earlier nano gained two points of the names
of marked things by it; fast_vlm lost fifteen, so no plan of `deixis lab build` has it
(docs/log.md).
"""

from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe
from deixis_lab.zoo.training.instruction_task import InstructionOptions, InstructionTask

RECIPE = Recipe(
    summary="all of a nano model together, at a low rate",
    about=__doc__,
    config=RunConfig(
        steps=1700,
        batch_size=16,
        optim=OptimConfig(lr=4e-4, weight_decay=0.05, warmup_share=0.05),
        num_workers=1,
        save_every=250,
        evaluate_every=850,
    ),
    options=InstructionOptions(start="runs/nano/instruct/model", trains="all"),
    build=InstructionTask,
)
