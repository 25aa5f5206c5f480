"""A pixel prompt for nano: a frame of pixels learned for one task on Things.

    deixis train nano_pixel --out runs/pixel/nano
    deixis pixel transfer runs/pixel/nano/model --model nano --model nano:llava --out runs/transfer
    deixis ask scene.png "This is a photo of a" --model nano --pixel runs/pixel/nano/model

TVP's frame in nano's own size: 16 pixels around 160 in 192, 33,792 numbers; the length of a step
is TVP's (10; for 69,840 numbers there). `--set task.kind=border` is VP's, `--set
task.consistency=0` and `--set task.semantics=0` leave a loss out, `--set
task.sources=nano,nano:llava` learns on both. Every other layer is computed anew on the way back;
`--set task.recomputes=none` is a fifth faster.
"""

from deixis.pixel.prompts import Layout
from deixis.pixel.training.learning import PixelLearning, PixelOptions
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe

RECIPE = Recipe(
    summary="a frame of pixels for a task, learned on nano",
    about=__doc__,
    config=RunConfig(
        steps=400,
        batch_size=16,
        optim=OptimConfig(lr=10.0, weight_decay=0.0, warmup_share=0.0, clip=0.0),
        precision="fp32",
        save_every=50,
        evaluate_every=200,
    ),
    options=PixelOptions(
        task="scenes_classification",
        num=2000,
        layout=Layout(side=192, width=16),
        recomputes="half",
    ),
    build=PixelLearning,
)
