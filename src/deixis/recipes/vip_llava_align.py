r"""ViP-LLaVA 7B, first of three stages: a new projector between CLIP and Vicuna, on captions.

    deixis train vip_llava_align --set task.data=blip_laion_cc_sbu_558k.json \
        --images LLaVA-Pretrain --out runs/vip_llava/align

Of the paper: 558,128 captions once, 256 a step, 1e-3, the projector alone; 3.5 hours on 8 A100 80G.
`--set task.tower=FOLDER`, `task.language=FOLDER` and `task.layers=-2,-5` join others. Vicuna is
published as pickles, which are not opened: `deixis models convert FOLDER --out NEW` once, then
`--set task.language=NEW`. Here it is run on tiny models only (tests/train/test_vip_llava.py).
"""

from deixis.train.recipe import Recipe
from deixis.train.vip_llava import AlignOptions, align, stage

RECIPE = Recipe(
    summary="ViP-LLaVA 7B, stage 1: the projector, on captions",
    config=stage(lr=1e-3, batch_size=256),
    options=AlignOptions(),
    build=align,
)
