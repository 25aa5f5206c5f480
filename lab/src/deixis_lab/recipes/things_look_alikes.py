"""Is there something to repair? A frozen tower tells look-alikes apart, or one that may learn.

    deixis train things_look_alikes --out frozen --set task.tower=coarse/model
    deixis train things_look_alikes --out free --set task.tower=coarse/model --set task.frozen=false

The gate of VisPRE's test: at most 40 % by a linear reader of the frozen tower, whatever its
optim.weight_decay, and at least 85 % where the tower learns, too.
"""

from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe
from deixis_lab.towers.look_alikes import LookAlikeOptions, LookAlikeTask

RECIPE = Recipe(
    summary="look-alikes told apart by a frozen tower of things, or by one that learns",
    about=__doc__,
    config=RunConfig(
        steps=1500,
        batch_size=64,
        optim=OptimConfig(lr=3e-3, weight_decay=0.01, warmup_share=0.05),
        num_workers=1,
        save_every=250,
        evaluate_every=500,
    ),
    options=LookAlikeOptions(),
    build=LookAlikeTask,
)
