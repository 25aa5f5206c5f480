"""Idefics3: the family that SmolVLM comes from, with a larger grid of tiles."""

from transformers import (
    Idefics3Config,
    Idefics3ForConditionalGeneration,
    Idefics3ImageProcessorPil,
    Idefics3Processor,
    Idefics3VisionConfig,
)

from deixis.testing.tiny import _idefics
from deixis.testing.tiny._configs import vision_sizes
from deixis.testing.tiny._tiny import Tiny, assemble

_TILE, _PATCH, _SHUFFLE = 40, 5, 2
_START = "<|begin_of_text|>"


def build(seed: int) -> Tiny:
    """A tiny Idefics3 of 4 x 4 vision tokens a tile and at most 3 x 3 tiles and a thumbnail."""
    tokenizer = _idefics.tokenizer(_START)
    processor = Idefics3Processor(
        image_processor=Idefics3ImageProcessorPil(**_idefics.tiling(_TILE, tiles=3)),
        tokenizer=tokenizer,
        image_seq_len=(_TILE // _PATCH // _SHUFFLE) ** 2,
        chat_template=_idefics.chat(_START),
    )
    vision = vision_sizes(hidden=28, heads=2, inner=44, image=_TILE, patch=_PATCH)
    config = Idefics3Config(
        vision_config=Idefics3VisionConfig(**vision),
        text_config=_idefics.text_config(tokenizer, hidden=48, heads=6, groups=2, inner=60),
        image_token_id=processor.image_token_id,
        scale_factor=_SHUFFLE,
    )
    return assemble(Idefics3ForConditionalGeneration, config, processor, seed=seed)
