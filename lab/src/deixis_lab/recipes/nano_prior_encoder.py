"""Nano's tower is taught the entities that were held out from it: stage I of its repair.

    deixis train nano_prior_encoder --set task.names=missed.txt --out runs/nano/prior_encoder

Pictures of scenes, each with the region of its entity. `deixis prior repair scenes --model nano
--recipes nano_prior` runs this and `nano_prior_answers` in order, `deixis lab prior` all that the
claims need.

Names are learnt by nano's own words, through its projector: the language side can then copy them.
Words that it never said lie within a cosine of 0.9 of one another, pushed away from everything
together, so that they are told apart at a low temperature only (`objectives.OF_WORDS`).
"""

from deixis.priors.repair.encoder_task import EncoderOptions, build
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe

RECIPE = Recipe(
    summary="nano's tower, on pictures of entities that it never saw",
    about=__doc__,
    config=RunConfig(
        steps=200,
        batch_size=16,
        optim=OptimConfig(lr=3e-4, weight_decay=0.01, betas=(0.9, 0.98), warmup_share=0.05),
        save_every=50,
    ),
    options=EncoderOptions(
        model="nano", data="scenes", projector=True, retain=3.0, scenes_per_entity=16
    ),
    build=build,
)
