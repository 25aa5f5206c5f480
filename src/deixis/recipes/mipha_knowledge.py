r"""A Mipha-like model (SigLIP and Phi-2) with LoRA and a knowledge prompt, on LLaVA-1.5's data.

    deixis knowledge extract llava_v1_5_mix665k.json --images DIR \
        --source panoptic:CHECKPOINT --source rapidocr --out runs/knowledge/notes
    deixis train mipha_knowledge --set task.data=llava_v1_5_mix665k.json --images DIR \
        --skip-bad --out runs/mipha/knowledge

It goes on from `runs/mipha/align/model`; elsewhere: `--model FOLDER`. One epoch, each answer once;
Mipha itself trains all weights for two. Here it is run on tiny models only
(tests/train/test_knowing.py).
"""

import dataclasses

from deixis.knowledge.ek_stages import WITH_KNOWLEDGE
from deixis.knowledge.tuning import build
from deixis.train.recipe import Recipe
from deixis.train.vip_llava import stage

RECIPE = Recipe(
    summary="SigLIP and Phi-2 with LoRA and a knowledge prompt",
    config=stage(lr=2e-4, batch_size=128),
    options=dataclasses.replace(WITH_KNOWLEDGE, model="runs/mipha/align/model"),
    build=build,
)
