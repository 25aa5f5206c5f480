"""TVP's release for CIFAR-10 (arXiv 2404.11207) at full size, whatever the source model."""

import re

from deixis.pixel.prompts import Layout
from deixis.pixel.training.learning import PixelLearning, PixelOptions
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.model_parts import Recomputed
from deixis.train.recipe import Recipe

CLIP = "dual:openai/clip-vit-base-patch32"
NUM_PICTURES, BATCH = 50_000, 16
ABOUT = """TVP's frame, learned on {model}, for CIFAR-10.

    deixis train {name} --set task.data=cifar-10-batches-bin --out {out}

The numbers are those of the release (arXiv 2404.11207; its CIFAR-10 recipe is for MiniGPT-4):
30 pixels around 164 in 224, steps of length 10, weights 0.005 and 0.001, CLIP ViT-B/32, batch 16,
one epoch of 50,000 pictures, so that the rate is constant. Nobody has run it at full size here: it
is tested on a tiny model of the same class (`pytest tests/pixel/training`).
"""


def cifar10(name: str, source: str, model: str, out: str, recomputes: Recomputed) -> Recipe:
    """The recipe for one source model; `task.data` says where the pictures are."""
    short = re.split(r",| \(", model)[0]
    return Recipe(
        summary=f"TVP's frame for CIFAR-10, learned on {short}",
        about=ABOUT.format(name=name, model=model, out=out),
        config=RunConfig(
            steps=NUM_PICTURES // BATCH,
            batch_size=BATCH,
            seed=42,
            optim=OptimConfig(
                lr=10.0, weight_decay=0.0, warmup_share=0.0, schedule="constant", clip=0.0
            ),
        ),
        options=PixelOptions(
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
        ),
        build=PixelLearning,
    )


ROWS: dict[str, tuple[str, str, str, Recomputed]] = {
    # source, how it is called, a run's folder, what is computed anew
    "pixel_blip2": (
        "Salesforce/blip2-flan-t5-xl",
        "BLIP-2 (FlanT5-xl), one of TVP's six models",
        "runs/pixel/blip2",
        "half",
    ),
    "pixel_instructblip": (
        "Salesforce/instructblip-vicuna-7b",
        "InstructBLIP (Vicuna-7B), one of TVP's six models",
        "runs/ib",
        "half",
    ),
    "pixel_llava": (
        "llava-hf/llava-1.5-7b-hf",
        "LLaVA-1.5-7B, which is not among TVP's models",
        "runs/pixel/llava",
        "all",
    ),
}
RECIPES = {name: cifar10(name, *row) for name, row in ROWS.items()}
