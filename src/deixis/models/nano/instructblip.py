"""A Q-Former that reads the question while it looks: InstructBLIP."""

from typing import Any

from transformers import (
    BlipImageProcessorPil,
    InstructBlipConfig,
    InstructBlipForConditionalGeneration,
    InstructBlipProcessor,
    InstructBlipQFormerConfig,
    InstructBlipVisionConfig,
)

from deixis.models.nano._nano import (
    QFORMER_LAYERS,
    QUERIES,
    TEXT_WIDTH,
    Nano,
    assemble,
    llama,
    square_pictures,
    vision_settings,
)
from deixis.models.nano._tokenizer import without_names


def build(tokenizer: Any, seed: int) -> Nano:  # Any: as transformers gives it
    """A nano InstructBLIP of 32 queries over 12 x 12 patches and a class token."""
    plain = without_names(tokenizer)
    processor = InstructBlipProcessor(
        image_processor=BlipImageProcessorPil(**square_pictures()),
        tokenizer=plain,
        qformer_tokenizer=plain,
        num_query_tokens=QUERIES,
    )
    config = InstructBlipConfig(
        vision_config=InstructBlipVisionConfig(**vision_settings()),
        qformer_config=InstructBlipQFormerConfig(
            vocab_size=len(tokenizer),
            hidden_size=TEXT_WIDTH,
            num_hidden_layers=QFORMER_LAYERS,
            num_attention_heads=6,
            intermediate_size=2 * TEXT_WIDTH,
            cross_attention_frequency=1,
        ),
        text_config=llama(tokenizer),
        num_query_tokens=QUERIES,
        image_token_index=tokenizer.image_token_id,
    )
    return assemble(InstructBlipForConditionalGeneration, config, processor, seed=seed)
