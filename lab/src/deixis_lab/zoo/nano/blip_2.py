"""A Q-Former between the tower and the language side: BLIP-2."""

from typing import Any

from transformers import (
    Blip2Config,
    Blip2ForConditionalGeneration,
    Blip2Processor,
    Blip2QFormerConfig,
    Blip2VisionConfig,
)

from deixis_lab.zoo.nano._nano import Nano
from deixis_lab.zoo.nano._qformer import Classes, assemble_qformer

CLASSES = Classes(
    model=Blip2ForConditionalGeneration,
    processor=Blip2Processor,
    config=Blip2Config,
    vision=Blip2VisionConfig,
    qformer=Blip2QFormerConfig,
)


def build(tokenizer: Any, seed: int) -> Nano:  # Any: as transformers gives it
    """A nano BLIP-2 of 32 queries over 12 x 12 patches and a class token."""
    return assemble_qformer(CLASSES, tokenizer, seed=seed, reads_question=False)
