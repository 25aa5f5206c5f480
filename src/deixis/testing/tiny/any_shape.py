"""Tiny models that see a picture at its own shape: the Qwen-VL families, Pixtral and Mistral 3."""

from typing import Any

import transformers

from deixis.models.processors import pixtral_processor_class, video_processor, without_video
from deixis.testing.tiny import tokenizers
from deixis.testing.tiny.assembly import Tiny, assemble
from deixis.testing.tiny.settings import Settings, im_start, inst, square, text_sizes, vision_sizes

MERGE = 2  # patches of a token, along a side


def qwen2_vl(seed: int) -> Tiny:
    """A tiny Qwen2-VL has 16 to 64 vision tokens, each of 14 x 14 pixels."""
    return _qwen(
        "Qwen2VL",
        seed,
        videos="Qwen2VLVideoProcessor",
        vision={
            "patch_size": 7,
            "embed_dim": 32,
            "num_heads": 4,
            "mlp_ratio": 2,
            "hidden_size": 48,
        },
        text={"hidden": 48, "heads": 3, "groups": 1, "inner": 84},
        rope={"mrope_section": [2, 3, 3]},
    )


def qwen2_5_vl(seed: int) -> Tiny:
    """A tiny Qwen2.5-VL has tokens of 14 pixels, whose windows are 2 x 2 tokens."""
    return _qwen(
        "Qwen2_5_VL",
        seed,
        videos="Qwen2VLVideoProcessor",
        vision={
            "patch_size": 7,
            "hidden_size": 36,
            "intermediate_size": 52,
            "num_heads": 3,
            "window_size": 28,
            "out_hidden_size": 40,
            "fullatt_block_indexes": [1],
        },
        text={"hidden": 40, "heads": 2, "groups": 1, "inner": 68},
        rope={"mrope_section": [2, 4, 4]},
    )


def qwen3_vl(seed: int) -> Tiny:
    """A tiny Qwen3-VL has tokens of 16 pixels, and one layer whose features reach the decoder."""
    return _qwen(
        "Qwen3VL",
        seed,
        videos="Qwen3VLVideoProcessor",
        vision={
            "patch_size": 8,
            "hidden_size": 48,
            "intermediate_size": 60,
            "num_heads": 3,
            "out_hidden_size": 56,
            "num_position_embeddings": 100,
            "deepstack_visual_indexes": [0],
        },
        text={"hidden": 56, "heads": 4, "groups": 2, "inner": 72, "head_dim": 20},
        rope={"mrope_section": [4, 3, 3], "mrope_interleaved": True},
    )


def _qwen(
    classes: str, seed: int, *, videos: str, vision: Settings, text: Settings, rope: Settings
) -> Tiny:
    """`classes` is what the names of the family's classes begin with.

    A picture has 4 x 4 to 8 x 8 tokens. The rotary sections (time, height, width) sum to half a
    head's size.
    """
    tokenizer = tokenizers.qwen2(
        vision_start_token="<|vision_start|>",
        vision_end_token="<|vision_end|>",
        image_token="<|image_pad|>",
        video_token="<|video_pad|>",
    )
    patch = vision["patch_size"]
    side = patch * MERGE
    size = {"shortest_edge": (4 * side) ** 2, "longest_edge": (8 * side) ** 2}
    settings: Settings = {"patch_size": patch, "merge_size": MERGE, "size": size}
    with without_video():
        processor = getattr(transformers, f"{classes}Processor")(
            image_processor=transformers.Qwen2VLImageProcessorPil(**settings),
            tokenizer=tokenizer,
            video_processor=video_processor(videos, **settings),
            chat_template=im_start(image="<|vision_start|><|image_pad|><|vision_end|>"),
        )
    rotary = {"rope_type": "default", "rope_theta": 10000.0, **rope}
    marks = ("image", "video", "vision_start", "vision_end")
    config = getattr(transformers, f"{classes}Config")(
        vision_config={"depth": 2, "spatial_merge_size": MERGE, **vision},
        text_config=text_sizes(tokenizer, **text, rope_parameters=rotary),
        **{f"{mark}_token_id": getattr(tokenizer, f"{mark}_token_id") for mark in marks},
    )
    kind = getattr(transformers, f"{classes}ForConditionalGeneration")
    return assemble(kind, config, processor, seed=seed)


def pixtral(seed: int) -> Tiny:
    """A tiny Pixtral, in the classes of LLaVA, has at most 8 x 8 tokens of seven pixels each."""
    longest, patch = 56, 7
    processor = _pixtral_processor(longest=longest, patch=patch, merge=1)
    vision = vision_sizes(hidden=32, heads=4, inner=48, image=longest, patch=patch)
    text = text_sizes(processor.tokenizer, hidden=40, heads=5, groups=1, inner=72)
    config = transformers.LlavaConfig(
        vision_config=transformers.PixtralVisionConfig(**vision),
        text_config=transformers.MistralConfig(**text, head_dim=12),
        image_token_index=processor.image_token_id,
        vision_feature_layer=-1,
        vision_feature_select_strategy="full",
        image_seq_length=1,
    )
    return assemble(transformers.LlavaForConditionalGeneration, config, processor, seed=seed)


def mistral3(seed: int) -> Tiny:
    """A tiny Mistral 3 has at most 6 x 6 vision tokens of fourteen pixels each."""
    longest, patch = 84, 7
    processor = _pixtral_processor(longest=longest, patch=patch, merge=MERGE)
    vision = vision_sizes(hidden=48, heads=4, inner=52, image=longest, patch=patch)
    text = text_sizes(processor.tokenizer, hidden=56, heads=7, groups=1, inner=76)
    config = transformers.Mistral3Config(
        vision_config=transformers.PixtralVisionConfig(**vision),
        text_config=transformers.MistralConfig(**text, head_dim=10),
        image_token_index=processor.image_token_id,
        spatial_merge_size=MERGE,
        tie_word_embeddings=False,
    )
    return assemble(transformers.Mistral3ForConditionalGeneration, config, processor, seed=seed)


def _pixtral_processor(*, longest: int, patch: int, merge: int) -> Any:  # Any: not typed there
    """A PixtralProcessor takes sides up to `longest`, and makes tokens of `merge` x `merge`."""
    return pixtral_processor_class()(
        image_processor=transformers.PixtralImageProcessorPil(
            size={"longest_edge": longest}, patch_size=square(patch)
        ),
        tokenizer=tokenizers.mistral(),
        patch_size=patch,
        spatial_merge_size=merge,
        chat_template=inst(image="[IMG]"),
    )
