r"""ViP-LLaVA 7B, third of three stages: a little more on dialogues about regions.

    deixis train vip_llava_region --set task.data=vip-llava_stage3_mix.json --images DIR \
        --out runs/vip_llava/region

It goes on from `runs/vip_llava/instruct/model`; elsewhere: `--model FOLDER`. Of the paper: 26,000
rows once, 128 a step, 2e-7; half an hour on 8 A100 80G. An epoch here has each answer of each row
once. Here it is run on tiny models only (tests/train/test_vip_llava.py).
"""

import dataclasses

from deixis.knowledge.tuning import build
from deixis.recipes.vip_llava_instruct import ON_MARKS
from deixis.train.recipe import Recipe
from deixis.train.vip_llava import INSTRUCTED, stage

RECIPE = Recipe(
    summary="ViP-LLaVA 7B, stage 3: dialogues about regions, at a low rate",
    config=stage(lr=2e-7, batch_size=128, spread=True),
    options=dataclasses.replace(ON_MARKS, model=INSTRUCTED),
    build=build,
)
