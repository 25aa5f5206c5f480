"""Molmo 2: overlapping crops and a view of the whole, cells pooled by attention."""

from typing import Any

import transformers
from transformers import (
    Molmo2Config,
    Molmo2ForConditionalGeneration,
    Molmo2Processor,
)
from transformers.models.molmo2.configuration_molmo2 import (
    Molmo2AdapterConfig,
    Molmo2TextConfig,
    Molmo2VisionConfig,
)

from deixis.models.torchvision import require_torchvision
from deixis.testing.tiny import _tokenizers
from deixis.testing.tiny._configs import text_sizes, vision_sizes
from deixis.testing.tiny._templates import im_start
from deixis.testing.tiny._tiny import Tiny, assemble

_CROP, _PATCH, _VISION, _TEXT = 56, 7, 32, 48
_MARKERS = (
    "<im_start>",
    "<im_end>",
    "<im_patch>",
    "<im_col>",
    "<low_res_im_start>",
    "<im_low>",
    "<frame_start>",
    "<frame_end>",
    "<|image|>",
    "<|video|>",
)


def build(seed: int) -> Tiny:
    """A tiny Molmo 2 of 4 x 4 vision tokens a view, each pooled from 2 x 2 patches."""
    require_torchvision("the image processor of Molmo 2")
    tokenizer = _tokenizer()
    size = {"height": _CROP, "width": _CROP}
    pictures = transformers.Molmo2ImageProcessor(
        size=size, patch_size=_PATCH, max_crops=4, overlap_margins=[2, 2]
    )
    processor = Molmo2Processor(
        image_processor=pictures,
        video_processor=transformers.Molmo2VideoProcessor(size=size, patch_size=_PATCH),
        tokenizer=tokenizer,
        chat_template=im_start(image="<|image|>"),
    )
    return assemble(Molmo2ForConditionalGeneration, _config(tokenizer), processor, seed=seed)


def _tokenizer() -> Any:  # Any: tokenizers of transformers are not typed
    markers = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
    tokens = {
        "bos_token": "<|endoftext|>",
        "eos_token": "<|im_end|>",
        "pad_token": "<|endoftext|>",
        "unk_token": "<|endoftext|>",
    }
    built = _tokenizers.gpt2(first=markers, last=_MARKERS, **tokens)
    return _tokenizers.plain(built, more=[*markers, *_MARKERS], **tokens)


def _config(tokenizer: Any) -> Molmo2Config:
    vision = vision_sizes(hidden=_VISION, heads=4, inner=52, image=_CROP, patch=_PATCH, layers=3)
    text = text_sizes(tokenizer, hidden=_TEXT, heads=3, groups=1, inner=72)
    base = text["vocab_size"] - len(_MARKERS)
    ids = {marker: tokenizer.convert_tokens_to_ids(marker) for marker in _MARKERS}
    return Molmo2Config(
        vision_config=Molmo2VisionConfig(
            **(vision | {"image_size": [_CROP, _CROP]}), num_key_value_heads=4, head_dim=8
        ),
        adapter_config=Molmo2AdapterConfig(
            vision_feature_layer=[2, 0],
            hidden_size=_VISION,
            num_attention_heads=2,
            num_key_value_heads=2,
            head_dim=16,
            intermediate_size=60,
            text_hidden_size=_TEXT,
        ),
        text_config=Molmo2TextConfig(
            **(text | {"vocab_size": base}), additional_vocab_size=len(_MARKERS), head_dim=20
        ),
        image_start_token_id=ids["<im_start>"],
        image_end_token_id=ids["<im_end>"],
        image_patch_id=ids["<im_patch>"],
        low_res_image_start_token_id=ids["<low_res_im_start>"],
        frame_start_token_id=ids["<frame_start>"],
        frame_end_token_id=ids["<frame_end>"],
    )
