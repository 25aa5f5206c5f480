"""SigLIP, and four patches shuffled into one token: Idefics3, the family of SmolVLM."""

from typing import Any

from transformers import (
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3ImageProcessorPil,
    Idefics3Processor,
    Idefics3VisionConfig,
)

from deixis_lab.zoo.nano._llava import CHAT
from deixis_lab.zoo.nano._nano import (
    MEAN,
    PATCHES,
    SIDE,
    STD,
    Nano,
    assemble,
    llama,
    vision_settings,
)

SHUFFLE = 2


def build(tokenizer: Any, seed: int) -> Nano:  # Any: as transformers gives it
    """A nano Idefics3 of 6 x 6 vision tokens."""
    pictures = Idefics3ImageProcessorPil(
        size={"longest_edge": SIDE},
        max_image_size={"longest_edge": SIDE},
        do_image_splitting=False,
        image_mean=list(MEAN),
        image_std=list(STD),
    )
    processor = Idefics3Processor(
        image_processor=pictures,
        tokenizer=tokenizer,
        image_seq_len=PATCHES // SHUFFLE**2,
        chat_template=CHAT,
    )
    config = Idefics3Config(
        vision_config=Idefics3VisionConfig(**vision_settings()),
        text_config=llama(tokenizer),
        image_token_id=tokenizer.image_token_id,
        scale_factor=SHUFFLE,
        tie_word_embeddings=True,
    )
    return assemble(Idefics3ForConditionalGeneration, config, processor, seed=seed)
