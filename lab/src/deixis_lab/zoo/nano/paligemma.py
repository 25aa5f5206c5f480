"""SigLIP, one linear projection, and a decoder that reads the prompt both ways: PaliGemma."""

from typing import Any

from transformers import (
    GemmaConfig,
    PaliGemmaConfig,
    PaliGemmaForConditionalGeneration,
    PaliGemmaProcessor,
    SiglipImageProcessorPil,
    SiglipVisionConfig,
)

from deixis_lab.zoo.nano._nano import (
    MEAN,
    PATCHES,
    SIDE,
    STD,
    TEXT_HEADS,
    TEXT_WIDTH,
    Nano,
    assemble,
    text_settings,
    vision_settings,
)


def build(tokenizer: Any, seed: int) -> Nano:  # Any: as transformers gives it
    """A nano PaliGemma of 12 x 12 vision tokens."""
    pictures = SiglipImageProcessorPil(
        size={"height": SIDE, "width": SIDE},
        image_seq_length=PATCHES,
        image_mean=list(MEAN),
        image_std=list(STD),
    )
    processor = PaliGemmaProcessor(image_processor=pictures, tokenizer=tokenizer)
    config = PaliGemmaConfig(
        vision_config=SiglipVisionConfig(**vision_settings(), vision_use_head=False),
        text_config=GemmaConfig(**text_settings(tokenizer), head_dim=TEXT_WIDTH // TEXT_HEADS),
        image_token_index=processor.image_token_id,
        vocab_size=len(tokenizer),
        projection_dim=TEXT_WIDTH,
        hidden_size=TEXT_WIDTH,
        tie_word_embeddings=True,
    )
    return assemble(PaliGemmaForConditionalGeneration, config, processor, seed=seed)
