"""VisPRE at full size: an encoder is taught entities, then the model around it meets it."""

from deixis.knowledge.tuning import KnowledgeTuningOptions
from deixis.knowledge.tuning import build as build_tuning
from deixis.priors.repair.encoder_task import EncoderOptions
from deixis.priors.repair.encoder_task import build as build_encoder
from deixis.train.config import OptimConfig, RunConfig
from deixis.train.recipe import Recipe

RECIPES = {
    "vispre_encoder": Recipe(
        summary="VisPRE, stage 1: the vision encoder, on pictures of entities",
        about=r"""VisPRE, first of two stages: CLIP-L of a LLaVA 7B is taught entities by their
pictures.

    deixis train vispre_encoder --model llava-hf/llava-1.5-7b-hf --set task.data=photos/ \
        --set task.names=report/missed.txt --out runs/vispre/encoder

photos/ has a folder of pictures for each entity; those of `names` are taught, the others' states
are kept. `--set task.objective=contrastive --set task.text=openai/clip-vit-large-patch14-336` meets
CLIP's own text tower instead of the model's words; `task.teacher=vision:facebook/dinov2-large`
distils; `task.lora_rank=16` trains adapters that are merged in the end. `task.at_random=true` is a
control. The paper's schedule was not to be had: these numbers are ours, and nobody has run them at
full size here; on tiny models: tests/priors/repair.
""",
        config=RunConfig(
            steps=1000,
            batch_size=32,
            optim=OptimConfig(lr=1e-5, weight_decay=0.01, betas=(0.9, 0.98), warmup_share=0.05),
            num_workers=2,
            save_every=250,
            evaluate_every=250,
        ),
        options=EncoderOptions(projector=True),
        build=build_encoder,
    ),
    "vispre_answers": Recipe(
        summary="VisPRE, stage 2: projector and language side, on questions about entities",
        about=r"""VisPRE, second of two stages: projector and language side meet the taught encoder
on questions.

    deixis prior questions photos/ --out questions
    deixis train vispre_answers --model runs/vispre/encoder/model --out runs/vispre/answers \
        --set task.data=questions/questions.json --images questions

Controls: from the model as it was (`--model llava-hf/llava-1.5-7b-hf`), question answering alone;
and with `--parts vision,projector,language` from there, everything at once. On a small
machine `--parts lora,projector`; `--memory` tells what either takes. `deixis prior repair` runs
both stages in order. Nobody has run this at full size here; on tiny models: tests/priors/repair.
""",
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
        build=build_tuning,
    ),
}
