"""The nano models' encoder, first of three stages: every patch learns to say what it shows.

    deixis train nano_encoder --out runs/nano/encoder
    deixis train nano_encoder --out runs/llava/encoder --set task.architecture=llava

Cost: 3,600 steps in 70 minutes on 2 cores of a Xeon at 2.5 GHz (set threads=2). Expected at the
end, in per cent of patches of validation scenes: name 95, colour 95, letter 96, a sign's whole text
61, mark's kind 68 and colour 75 (docs/log.md).
"""

from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe
from deixis_lab.zoo.training.encoder_task import EncoderOptions, EncoderTask

RECIPE = Recipe(
    summary="dense pretraining of a nano model's encoder on marked scenes",
    about=__doc__,
    config=RunConfig(
        steps=3600,
        batch_size=32,
        optim=OptimConfig(lr=1e-3, weight_decay=0.05, betas=(0.9, 0.98), warmup_share=0.02),
        num_workers=1,
        save_every=250,
        evaluate_every=400,
        log_every=50,
    ),
    options=EncoderOptions(),
    build=EncoderTask,
)
