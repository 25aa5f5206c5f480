"""The stages of a model that learns to use knowledge, at full size: arXiv 2407.04681, section 4.

The paper tunes LLaVA-1.5 and Mipha with LoRA on LLaVA-1.5's own data and tells neither rank nor
rates: here they are those of LLaVA-1.5's script (rank 128, alpha 256, 2e-4, the projector at 2e-5).
"""

from dataclasses import dataclass
from pathlib import Path
from typing import final

from deixis.knowledge.noted_conversations import KnowledgeOptions
from deixis.knowledge.prompt import PromptConfig
from deixis.knowledge.tuning import KnowledgeTuningOptions
from deixis.models.build_llava import join_plain
from deixis.train.recompute import Recomputed
from deixis.train.tuning import Tuning, TuningOptions, source_of

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
    tuning = TuningOptions(
        data=options.data,
        images=options.images,
        template="plain",
        skip_bad=options.skip_bad,
        recomputes=options.recomputes,
        max_tokens=options.max_tokens,
    )
    source = source_of(tuning)
    model = join_plain(
        options.tower,
        options.language,
        layer=options.layer,
        dtype=options.dtype,
        seed=options.seed,
    )
    return Tuning(model, source, tuning)
