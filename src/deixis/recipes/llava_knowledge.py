r"""LLaVA-1.5-7B with LoRA and a knowledge prompt, on LLaVA-1.5's data.

    deixis knowledge extract llava_v1_5_mix665k.json --images DIR \
        --source panoptic:CHECKPOINT --source rapidocr --out runs/knowledge/notes
    deixis train llava_knowledge --set task.data=llava_v1_5_mix665k.json --images DIR \
        --skip-bad --out runs/llava/knowledge

One epoch has each answer of the 665,298 conversations once. The rivals, at the same training:
`--set task.knowledge.form=told` (drawn) or `--set task.knowledge.form=none --set
task.knowledge.sources=`, with `--set task.parts=lora,projector`; and
`--set task.knowledge.prompt.merge=concat`. Here it is run on tiny models only
(tests/train/test_knowing.py).
"""

import dataclasses

from deixis.knowledge.ek_stages import WITH_KNOWLEDGE
from deixis.knowledge.tuning import build
from deixis.train.recipe import Recipe
from deixis.train.vip_llava import stage

RECIPE = Recipe(
    summary="LLaVA-1.5-7B with LoRA and a knowledge prompt",
    config=stage(lr=2e-4, batch_size=128),
    options=dataclasses.replace(WITH_KNOWLEDGE, model="llava-hf/llava-1.5-7b-hf"),
    build=build,
)
