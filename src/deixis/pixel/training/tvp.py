"""The settings of TVP's release for CIFAR-10, whatever the source model."""

from deixis.pixel.prompts import Layout
from deixis.pixel.training.learning import PixelOptions
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recompute import Recomputed

CLIP = "dual:openai/clip-vit-base-patch32"
NUM_PICTURES, BATCH = 50_000, 16
CIFAR10 = RunConfig(
    steps=NUM_PICTURES // BATCH,
    batch_size=BATCH,
    seed=42,
    optim=OptimConfig(lr=10.0, weight_decay=0.0, warmup_share=0.0, schedule="constant", clip=0.0),
)


def cifar10_options(source: str, *, recomputes: Recomputed = "half") -> PixelOptions:
    """For one source model; `task.data` says where the pictures are."""
    return PixelOptions(
        sources=(source,),
        task="cifar10",
        kind="frame",
        layout=Layout(side=224, width=30),
        crops=True,
        consistency=0.005,
        semantics=0.001,
        encoder=CLIP,
        step="normalised",
        recomputes=recomputes,
        dtype="bfloat16",
        held_out="test",
        num_held_out=500,
    )
