"""Pixtral: an encoder for pictures of any shape, in the classes of LLaVA; Mistral's decoder."""

from transformers import (
    LlavaConfig,
    LlavaForConditionalGeneration,
    MistralConfig,
    PixtralVisionConfig,
)

from deixis.testing.tiny import _pixtral
from deixis.testing.tiny._configs import text_sizes, vision_sizes
from deixis.testing.tiny._tiny import Tiny, assemble

_LONGEST, _PATCH = 56, 7


def build(seed: int) -> Tiny:
    """A tiny Pixtral of at most 8 x 8 vision tokens, seven pixels each."""
    processor = _pixtral.processor(longest=_LONGEST, patch=_PATCH, merge=1)
    tokenizer = processor.tokenizer
    vision = vision_sizes(hidden=32, heads=4, inner=48, image=_LONGEST, patch=_PATCH)
    text = text_sizes(tokenizer, hidden=40, heads=5, groups=1, inner=72)
    config = LlavaConfig(
        vision_config=PixtralVisionConfig(**vision),
        text_config=MistralConfig(**text, head_dim=12),
        image_token_index=processor.image_token_id,
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
        image_seq_length=1,
    )
    return assemble(LlavaForConditionalGeneration, config, processor, seed=seed)
