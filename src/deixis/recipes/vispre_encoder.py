r"""VisPRE, first of two stages: CLIP-L of a LLaVA 7B is taught entities by their pictures.

    deixis train vispre_encoder --model llava-hf/llava-1.5-7b-hf --set task.data=photos/ \
        --set task.names=report/missed.txt --out runs/vispre/encoder

photos/ has a folder of pictures for each entity; those of `names` are taught, the others' states
are kept. `--set task.objective=contrastive --set task.text=openai/clip-vit-large-patch14-336` meets
CLIP's own text tower instead of the model's words; `task.teacher=vision:facebook/dinov2-large`
distils; `task.lora_rank=16` trains adapters that are merged in the end. `task.at_random=true` is a
control. The paper's schedule was not to be had: these numbers are ours, and nobody has run them at
full size here; on tiny models: tests/train/repair.
"""

from deixis.priors.repair.encoder_task import EncoderOptions, build
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe

RECIPE = Recipe(
    summary="VisPRE, stage 1: the vision encoder, on pictures of entities",
    config=RunConfig(
        steps=1000,
        batch_size=32,
        optim=OptimConfig(lr=1e-5, weight_decay=0.01, betas=(0.9, 0.98), warmup_share=0.05),
        num_workers=2,
        save_every=250,
        evaluate_every=250,
    ),
    options=EncoderOptions(projector=True),
    build=build,
)
