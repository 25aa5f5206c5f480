r"""VisPRE, second of two stages: projector and language side meet the taught encoder on questions.

    deixis prior questions photos/ --out questions
    deixis train vispre_answers --model runs/vispre/encoder/model --out runs/vispre/answers \
        --set task.data=questions/questions.json --images questions

Controls: from the model as it was (`--model llava-hf/llava-1.5-7b-hf`), question answering alone;
and with `--parts vision,projector,language` from there, everything at once. On a small
machine `--parts lora,projector`; `--memory` tells what either takes. `deixis prior repair` runs
both stages in order. Nobody has run this at full size here; on tiny models: tests/train/repair.
"""

from deixis.knowledge.tuning import KnowledgeTuningOptions, build
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe

RECIPE = Recipe(
    summary="VisPRE, stage 2: projector and language side, on questions about entities",
    config=RunConfig(
        steps=1000,
        batch_size=32,
        micro_batch=4,
        spread=True,
        optim=OptimConfig(lr=2e-5, weight_decay=0.0, betas=(0.9, 0.999), warmup_share=0.03),
        num_workers=2,
        save_every=250,
        log_every=10,
    ),
    options=KnowledgeTuningOptions(
        parts=("projector", "language"),
        encoding="drawn",
        recomputes="all",
        max_tokens=2048,
    ),
    build=build,
)
