"""The nano models' encoder, first of three stages: every patch learns to say what it shows.

    deixis train nano_encoder --out runs/nano/encoder
    deixis train nano_encoder --out runs/llava/encoder --set task.architecture=llava

Cost: 12,000 steps at about 1.6 a second on 2 quiet cores (set threads=2), some two hours. Expected
at the end: not known yet; after 12,800 pictures 23 % of the names and 84 % of the colours
(docs/log.md).
"""

from deixis.train.config import OptimConfig, RunConfig
from deixis.train.nano.encoder_task import EncoderOptions, EncoderTask
from deixis.train.recipe import Recipe

RECIPE = Recipe(
    summary="dense pretraining of a nano model's encoder on marked scenes",
    config=RunConfig(
        steps=12000,
        batch_size=32,
        optim=OptimConfig(lr=1e-3, weight_decay=0.05, betas=(0.9, 0.98), warmup_share=0.02),
        num_workers=1,
        save_every=250,
        evaluate_every=1000,
        log_every=50,
    ),
    options=EncoderOptions(),
    build=EncoderTask,
)
