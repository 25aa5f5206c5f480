r"""ViP-LLaVA 7B, second stage with adapters instead of all weights.

    deixis train vip_llava_lora --set task.data=vip-llava_stage2_mix.json --images DIR \
        --skip-bad --out runs/vip_llava/lora

It goes on from `runs/vip_llava/align/model`; elsewhere: `--model FOLDER`. Of the paper: rank 128,
alpha 256, dropout 0.05, 2e-4, the projector at 2e-5, else as stage 2. Memory: 24 GiB on a
device at four examples of 2,048 tokens; `--memory` tells it of your settings.
`runs/vip_llava/lora/model` holds adapters and projector: `deixis ask … --model
runs/vip_llava/align/model --adapter` that. Here it is run on tiny models only
(tests/train/test_vip_llava.py).
"""

import dataclasses

from deixis.knowledge.tuning import build
from deixis.recipes.vip_llava_instruct import ON_MARKS
from deixis.train.recipe import Recipe
from deixis.train.vip_llava import stage

RECIPE = Recipe(
    summary="ViP-LLaVA 7B, stage 2 with LoRA beside the projector",
    config=stage(lr=2e-4, batch_size=128),
    options=dataclasses.replace(
        ON_MARKS,
        parts=("lora", "projector"),
        lora_rank=128,
        lora_alpha=256,
        projector_lr=2e-5,
    ),
    build=build,
)
