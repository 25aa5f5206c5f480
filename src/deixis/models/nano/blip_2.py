"""A Q-Former between the tower and the language side: BLIP-2."""

from typing import Any

from transformers import (
    Blip2Config,
    Blip2ForConditionalGeneration,
    Blip2Processor,
    Blip2QFormerConfig,
    Blip2VisionConfig,
    BlipImageProcessorPil,
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
    """A nano BLIP-2 of 32 queries over 12 x 12 patches and a class token."""
    plain = without_names(tokenizer)
    processor = Blip2Processor(
        image_processor=BlipImageProcessorPil(**square_pictures()),
        tokenizer=plain,
        num_query_tokens=QUERIES,
    )
    config = Blip2Config(
        vision_config=Blip2VisionConfig(**vision_settings()),
        qformer_config=Blip2QFormerConfig(
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
    return assemble(Blip2ForConditionalGeneration, config, processor, seed=seed)
