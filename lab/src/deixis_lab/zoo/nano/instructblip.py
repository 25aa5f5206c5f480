"""A Q-Former that reads the question while it looks: InstructBLIP."""

from typing import Any

from transformers import (
    InstructBlipConfig,
    InstructBlipForConditionalGeneration,
    InstructBlipProcessor,
    InstructBlipQFormerConfig,
    InstructBlipVisionConfig,
)

from deixis_lab.zoo.nano._nano import Nano
from deixis_lab.zoo.nano._qformer import Classes, assemble_qformer

CLASSES = Classes(
    model=InstructBlipForConditionalGeneration,
    processor=InstructBlipProcessor,
    config=InstructBlipConfig,
    vision=InstructBlipVisionConfig,
    qformer=InstructBlipQFormerConfig,
)


def build(tokenizer: Any, seed: int) -> Nano:  # Any: as transformers gives it
    """A nano InstructBLIP of 32 queries over 12 x 12 patches and a class token."""
    return assemble_qformer(CLASSES, tokenizer, seed=seed, reads_question=True)
