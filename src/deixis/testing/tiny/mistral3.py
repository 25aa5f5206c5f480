"""Mistral 3: Pixtral's encoder, two by two patches merged into a token, Mistral's decoder."""

from transformers import (
    Mistral3Config,
    Mistral3ForConditionalGeneration,
    MistralConfig,
    PixtralVisionConfig,
)

from deixis.testing.tiny import _pixtral
from deixis.testing.tiny._configs import text_sizes, vision_sizes
from deixis.testing.tiny._tiny import Tiny, assemble

_LONGEST, _PATCH, _MERGE = 84, 7, 2


def build(seed: int) -> Tiny:
    """A tiny Mistral 3 of at most 6 x 6 vision tokens, fourteen pixels each."""
    processor = _pixtral.processor(longest=_LONGEST, patch=_PATCH, merge=_MERGE)
    tokenizer = processor.tokenizer
    vision = vision_sizes(hidden=48, heads=4, inner=52, image=_LONGEST, patch=_PATCH)
    text = text_sizes(tokenizer, hidden=56, heads=7, groups=1, inner=76)
    config = Mistral3Config(
        vision_config=PixtralVisionConfig(**vision),
        text_config=MistralConfig(**text, head_dim=10),
        image_token_index=processor.image_token_id,
        spatial_merge_size=_MERGE,
        tie_word_embeddings=False,
    )
    return assemble(Mistral3ForConditionalGeneration, config, processor, seed=seed)
