r"""Nano's projector and language side, on questions about entities: stage II of its repair.

    deixis prior questions scenes --seed 2 --per-entity 16 --kind naming --out questions
    deixis train nano_prior_answers --set task.data=questions/questions.json --images questions \
        --set task.model=runs/nano/prior_encoder/model --out runs/nano/prior_answers

Without `task.model` it begins with nano itself: the control, question answering alone.
"""

from deixis.knowledge.tuning import KnowledgeTuningOptions, build
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe

RECIPE = Recipe(
    summary="nano's projector and language side, on questions about entities",
    about=__doc__,
    config=RunConfig(
        steps=150,
        batch_size=16,
        optim=OptimConfig(lr=5e-4, weight_decay=0.0, betas=(0.9, 0.98), warmup_share=0.05),
        save_every=50,
        log_every=10,
    ),
    options=KnowledgeTuningOptions(model="nano", parts=("projector", "language"), encoding="drawn"),
    build=build,
)
