"""A vision tower that knows things: EfficientNet-Lite0 learns names by artists of several houses.

    deixis lab art
    deixis train things_tower --out runs/tower
    deixis train things_tower --out runs/twin --set task.seed=1 --set seed=1
    deixis train things_tower --out runs/coarse --set task.teaches=groups
    deixis lab tower runs/tower/model

A coarse tower is told "animals", "clocks", "flags" and no name. Each is held out from the houses
emojione and openmoji, and from one name in ten.
"""

from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe
from deixis_lab.towers.task import NamingOptions, NamingTask

RECIPE = Recipe(
    summary="a tower learns to name things from restyled drawings",
    about=__doc__,
    config=RunConfig(
        steps=6000,
        batch_size=64,
        optim=OptimConfig(
            lr=8e-4,
            weight_decay=0.03,
            betas=(0.9, 0.98),
            warmup_share=0.05,
            final_share=0.01,
            clip=2.0,
        ),
        precision="fp32",
        num_workers=1,
        save_every=200,
        evaluate_every=1000,
        log_every=50,
    ),
    options=NamingOptions(),
    build=NamingTask,
)
