"""Qwen3-VL: learned positions besides rotary ones, early layers' features added in the decoder."""

from transformers import Qwen3VLConfig, Qwen3VLForConditionalGeneration, Qwen3VLProcessor
from transformers.models.qwen3_vl.configuration_qwen3_vl import (
    Qwen3VLTextConfig,
    Qwen3VLVisionConfig,
)

from deixis.testing.tiny import _qwen
from deixis.testing.tiny._configs import text_sizes
from deixis.testing.tiny._tiny import Tiny, assemble

_PATCH, _TEXT, _HEAD = 8, 56, 20


def build(seed: int) -> Tiny:
    """A tiny Qwen3-VL of 16-pixel tokens, one deep-stack layer, a 10 x 10 table of positions."""
    processor = _qwen.processor(Qwen3VLProcessor, "Qwen3VLVideoProcessor", patch=_PATCH)
    tokenizer = processor.tokenizer
    vision = Qwen3VLVisionConfig(
        depth=2,
        hidden_size=48,
        intermediate_size=60,
        num_heads=3,
        patch_size=_PATCH,
        spatial_merge_size=_qwen.MERGE,
        out_hidden_size=_TEXT,
        num_position_embeddings=100,
        deepstack_visual_indexes=[0],
    )
    text = Qwen3VLTextConfig(
        **text_sizes(tokenizer, hidden=_TEXT, heads=4, groups=2, inner=72),
        head_dim=_HEAD,
        rope_parameters=_qwen.rope([4, 3, 3], mrope_interleaved=True),
    )
    config = Qwen3VLConfig(vision_config=vision, text_config=text, **_qwen.token_ids(tokenizer))
    return assemble(Qwen3VLForConditionalGeneration, config, processor, seed=seed)
