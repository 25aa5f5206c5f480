"""Qwen2-VL: any size of picture, patches merged two by two, positions in time, height and width."""

from transformers import Qwen2VLConfig, Qwen2VLForConditionalGeneration, Qwen2VLProcessor
from transformers.models.qwen2_vl.configuration_qwen2_vl import (
    Qwen2VLTextConfig,
    Qwen2VLVisionConfig,
)

from deixis.testing.tiny import _qwen
from deixis.testing.tiny._configs import text_sizes
from deixis.testing.tiny._tiny import Tiny, assemble

_PATCH, _TEXT = 7, 48


def build(seed: int) -> Tiny:
    """A tiny Qwen2-VL of 16 to 64 vision tokens, each 14 x 14 pixels."""
    processor = _qwen.processor(Qwen2VLProcessor, "Qwen2VLVideoProcessor", patch=_PATCH)
    tokenizer = processor.tokenizer
    vision = Qwen2VLVisionConfig(
        depth=2,
        embed_dim=32,
        hidden_size=_TEXT,
        num_heads=4,
        mlp_ratio=2,
        patch_size=_PATCH,
        spatial_merge_size=_qwen.MERGE,
    )
    text = Qwen2VLTextConfig(
        **text_sizes(tokenizer, hidden=_TEXT, heads=3, groups=1, inner=84),
        rope_parameters=_qwen.rope([2, 3, 3]),
    )
    config = Qwen2VLConfig(vision_config=vision, text_config=text, **_qwen.token_ids(tokenizer))
    return assemble(Qwen2VLForConditionalGeneration, config, processor, seed=seed)
