"""CLIP, four of its layers joined, and an MLP: ViP-LLaVA. The embedded default is one of these."""

from typing import Any

from transformers import CLIPVisionConfig, VipLlavaConfig, VipLlavaForConditionalGeneration

from deixis.models.nano._llava import llava_processor
from deixis.models.nano._nano import PATCHES, Nano, assemble, llama, vision_settings

READ_LAYERS = (-1, -2, -4, -5)  # hidden states 6, 5, 3 and 2 of 0..6


def build(tokenizer: Any, seed: int) -> Nano:  # Any: as transformers gives it
    """A nano ViP-LLaVA of 12 x 12 vision tokens."""
    config = VipLlavaConfig(
        vision_config=CLIPVisionConfig(**vision_settings()),
        text_config=llama(tokenizer),
        image_token_index=tokenizer.image_token_id,
        image_seq_length=PATCHES,
        vision_feature_layer=list(READ_LAYERS),
        tie_word_embeddings=True,
    )
    processor = llava_processor(tokenizer, has_class_token=True)
    return assemble(VipLlavaForConditionalGeneration, config, processor, seed=seed)
