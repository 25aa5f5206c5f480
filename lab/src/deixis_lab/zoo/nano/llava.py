"""CLIP, its last layer but one, and an MLP: LLaVA."""

from typing import Any

from transformers import CLIPVisionConfig, LlavaConfig, LlavaForConditionalGeneration

from deixis_lab.zoo.nano._llava import llava_processor
from deixis_lab.zoo.nano._nano import PATCHES, Nano, assemble, llama, vision_settings


def build(tokenizer: Any, seed: int) -> Nano:  # Any: as transformers gives it
    """A nano LLaVA of 12 x 12 vision tokens."""
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(**vision_settings()),
        text_config=llama(tokenizer),
        image_token_index=tokenizer.image_token_id,
        image_seq_length=PATCHES,
        vision_feature_layer=-2,
        tie_word_embeddings=True,
    )
    processor = llava_processor(tokenizer, has_class_token=True)
    return assemble(LlavaForConditionalGeneration, config, processor, seed=seed)
