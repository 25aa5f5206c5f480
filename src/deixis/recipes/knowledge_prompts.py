"""The stages of a model that learns to use knowledge, at full size: arXiv 2407.04681, section 4.

The paper tunes LLaVA-1.5 and Mipha with LoRA on LLaVA-1.5's own data and tells neither rank nor
rates: here they are those of LLaVA-1.5's script (rank 128, alpha 256, 2e-4, the projector at 2e-5).
"""

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.knowledge.prompt import PromptConfig
from deixis.knowledge.tuning import KnowledgeOptions, KnowledgeTuningOptions, build
from deixis.models.build_llava import join_plain
from deixis.recipes.vip_llava import on_captions, stage
from deixis.train.model_parts import Recomputed
from deixis.train.recipe import Recipe
from deixis.train.tuning import Tuning, source_of

NOTES = "store:runs/knowledge/notes"  # of `deixis knowledge extract`
PROMPT = PromptConfig(encoder="sentence:WhereIsAI/UAE-Large-V1")  # the paper's text encoder
WITH_KNOWLEDGE = KnowledgeTuningOptions(
    parts=("lora", "projector", "knowledge"),
    lora_rank=128,
    lora_alpha=256,
    projector_lr=2e-5,
    dtype="bfloat16",
    recomputes="all",
    max_tokens=2048,
    knowledge=KnowledgeOptions(form="infused", sources=(NOTES,), prompt=PROMPT, lr=1e-3),
)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PlainAlignOptions:
    """What is joined, and the captions that join it."""

    stored_name = "PlainAlignOptions"

    data: Path | None = None  # rows in LLaVA's format
    images: Path | None = None  # the folder of their pictures
    tower: str = "google/siglip-so400m-patch14-384"  # sees
    language: str = "microsoft/phi-2"  # answers
    layer: int = -2  # the hidden state of the tower that is read
    dtype: str = "bfloat16"  # of what stays as it is
    recomputes: Recomputed = "all"  # layers that are computed anew on the way back: half, none
    max_tokens: int | None = 2048  # of an example; a longer one is a bad row
    seed: int = 0  # of the projector
    skip_bad: bool = False  # leave out, and count, rows that are bad before training begins


def align_plain(options: PlainAlignOptions) -> Tuning:
    """The projector of a new LLaVA on captions, each right behind its picture."""
    tuning = on_captions(options)
    source = source_of(tuning)
    model = join_plain(
        options.tower,
        options.language,
        layer=options.layer,
        dtype=options.dtype,
        seed=options.seed,
    )
    return Tuning(model, source, tuning)


RECIPES = {
    "llava_knowledge": Recipe(
        summary="LLaVA-1.5-7B with LoRA and a knowledge prompt",
        about=r"""LLaVA-1.5-7B with LoRA and a knowledge prompt, on LLaVA-1.5's data.

    deixis knowledge extract llava_v1_5_mix665k.json --images DIR \
        --source panoptic:CHECKPOINT --source rapidocr --out runs/knowledge/notes
    deixis train llava_knowledge --set task.data=llava_v1_5_mix665k.json --images DIR \
        --skip-bad --out runs/llava/knowledge

One epoch has each answer of the 665,298 conversations once. The rivals, at the same training:
`--set task.knowledge.form=told` (drawn) or `--set task.knowledge.form=none --set
task.knowledge.sources=`, with `--set task.parts=lora,projector`; and
`--set task.knowledge.prompt.merge=concat`. Here it is run on tiny models only
(tests/recipes/test_knowledge_prompts.py).
""",
        config=stage(lr=2e-4, batch_size=128),
        options=dataclasses.replace(WITH_KNOWLEDGE, model="llava-hf/llava-1.5-7b-hf"),
        build=build,
    ),
    "mipha_align": Recipe(
        summary="SigLIP and Phi-2, stage 1: the projector, on captions",
        about=r"""A Mipha-like model, first stage: a new projector between SigLIP and Phi-2, on
captions.

    deixis train mipha_align --set task.data=blip_laion_cc_sbu_558k.json \
        --images LLaVA-Pretrain --out runs/mipha/align

Of Mipha's recipe: 558,128 captions once, 256 a step, 1e-3, the projector alone. Here it is run on
tiny models only (tests/recipes/test_knowledge_prompts.py).
""",
        config=stage(lr=1e-3, batch_size=256),
        options=PlainAlignOptions(),
        build=align_plain,
    ),
    "mipha_knowledge": Recipe(
        summary="SigLIP and Phi-2 with LoRA and a knowledge prompt",
        about=r"""A Mipha-like model (SigLIP and Phi-2) with LoRA and a knowledge prompt, on
LLaVA-1.5's data.

    deixis knowledge extract llava_v1_5_mix665k.json --images DIR \
        --source panoptic:CHECKPOINT --source rapidocr --out runs/knowledge/notes
    deixis train mipha_knowledge --set task.data=llava_v1_5_mix665k.json --images DIR \
        --skip-bad --out runs/mipha/knowledge

It goes on from `runs/mipha/align/model`; elsewhere: `--model FOLDER`. One epoch, each answer once;
Mipha itself trains all weights for two. Here it is run on tiny models only
(tests/recipes/test_knowledge_prompts.py).
""",
        config=stage(lr=2e-4, batch_size=128),
        options=dataclasses.replace(WITH_KNOWLEDGE, model="runs/mipha/align/model"),
        build=build,
    ),
}
