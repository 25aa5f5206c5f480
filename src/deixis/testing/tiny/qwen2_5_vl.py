"""Qwen2.5-VL: Qwen2-VL whose encoder looks within windows in all but some layers."""

from transformers import (
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2_5_VLProcessor,
)
from transformers.models.qwen2_5_vl.configuration_qwen2_5_vl import (
    Qwen2_5_VLTextConfig,
    Qwen2_5_VLVisionConfig,
)

from deixis.testing.tiny import _qwen
from deixis.testing.tiny._configs import text_sizes
from deixis.testing.tiny._tiny import Tiny, assemble

_PATCH, _TEXT = 7, 40


def build(seed: int) -> Tiny:
    """A tiny Qwen2.5-VL of 14-pixel tokens, whose windows are 2 x 2 tokens."""
    processor = _qwen.processor(Qwen2_5_VLProcessor, "Qwen2VLVideoProcessor", patch=_PATCH)
    tokenizer = processor.tokenizer
    vision = Qwen2_5_VLVisionConfig(
        depth=2,
        hidden_size=36,
        intermediate_size=52,
        num_heads=3,
        patch_size=_PATCH,
        spatial_merge_size=_qwen.MERGE,
        window_size=2 * _qwen.MERGE * _PATCH,
        out_hidden_size=_TEXT,
        fullatt_block_indexes=[1],
    )
    text = Qwen2_5_VLTextConfig(
        **text_sizes(tokenizer, hidden=_TEXT, heads=2, groups=1, inner=68),
        rope_parameters=_qwen.rope([2, 4, 4]),
    )
    config = Qwen2_5_VLConfig(vision_config=vision, text_config=text, **_qwen.token_ids(tokenizer))
    return assemble(Qwen2_5_VLForConditionalGeneration, config, processor, seed=seed)
