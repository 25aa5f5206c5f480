"""A frame of pixels for any task, learned on any models that you name.

    deixis train pixel --set task.task=cifar10 --set task.data=cifar-10-batches-bin \
        --set task.sources=llava-hf/llava-1.5-7b-hf --set task.encoder=own --out runs/pixel

TVP's frame and losses (arXiv 2404.11207): 30 pixels around 164 in 224, a step of length 10. Without
`task.sources` it is learned on nano. `--set task.kind=border` is VP's, `--set task.consistency=0`
and `--set task.semantics=0` leave a loss out. The recipes `pixel_llava`, `pixel_blip2` and
`pixel_instructblip` have the paper's own schedule; `deixis pixel matrix` begins from this one.
"""

from deixis.pixel.training.learning import PixelLearning, PixelOptions
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe

RECIPE = Recipe(
    about=__doc__,
    summary="a frame of pixels for a task, learned on models that are named",
    config=RunConfig(
        steps=400,
        batch_size=16,
        optim=OptimConfig(lr=10.0, weight_decay=0.0, warmup_share=0.0, clip=0.0),
        precision="fp32",
        save_every=50,
        evaluate_every=200,
    ),
    options=PixelOptions(recomputes="half"),
    build=PixelLearning,
)
