r"""A Mipha-like model, first stage: a new projector between SigLIP and Phi-2, on captions.

    deixis train mipha_align --set task.data=blip_laion_cc_sbu_558k.json \
        --images LLaVA-Pretrain --out runs/mipha/align

Of Mipha's recipe: 558,128 captions once, 256 a step, 1e-3, the projector alone. Here it is run on
tiny models only (tests/train/test_knowing.py).
"""

from deixis.knowledge.ek_stages import PlainAlignOptions, align_plain
from deixis.train.recipe import Recipe
from deixis.train.vip_llava import stage

RECIPE = Recipe(
    summary="SigLIP and Phi-2, stage 1: the projector, on captions",
    config=stage(lr=1e-3, batch_size=256),
    options=PlainAlignOptions(),
    build=align_plain,
)
