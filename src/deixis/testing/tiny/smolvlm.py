"""SmolVLM: SigLIP on a grid of tiles and a thumbnail, patches shuffled into fewer tokens, Llama."""

from transformers import (
    SmolVLMConfig,
    SmolVLMForConditionalGeneration,
    SmolVLMImageProcessorPil,
    SmolVLMProcessor,
    SmolVLMVisionConfig,
)

from deixis.core.optional_parts import require_package
from deixis.models.torchvision import video_processor, without_video
from deixis.testing.tiny import _idefics
from deixis.testing.tiny._configs import vision_sizes
from deixis.testing.tiny._tiny import Tiny, assemble

_TILE, _PATCH, _SHUFFLE = 48, 6, 2
_START = "<|im_start|>"


def build(seed: int) -> Tiny:
    """A tiny SmolVLM of 4 x 4 vision tokens a tile and at most 2 x 2 tiles and a thumbnail."""
    require_package("num2words", extra="smolvlm", needed_for="SmolVLM's processor")
    tokenizer = _idefics.tokenizer(_START)
    tiling = _idefics.tiling(_TILE, tiles=2)
    with without_video():
        processor = SmolVLMProcessor(
            image_processor=SmolVLMImageProcessorPil(**tiling),
            tokenizer=tokenizer,
            video_processor=video_processor("SmolVLMVideoProcessor"),
            image_seq_len=(_TILE // _PATCH // _SHUFFLE) ** 2,
            chat_template=_idefics.chat(_START),
        )
    vision = vision_sizes(hidden=36, heads=3, inner=56, image=_TILE, patch=_PATCH)
    config = SmolVLMConfig(
        vision_config=SmolVLMVisionConfig(**vision),
        text_config=_idefics.text_config(tokenizer, hidden=40, heads=5, groups=1, inner=64),
        image_token_id=processor.image_token_id,
        scale_factor=_SHUFFLE,
    )
    return assemble(SmolVLMForConditionalGeneration, config, processor, seed=seed)
