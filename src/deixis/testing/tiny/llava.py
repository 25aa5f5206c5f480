"""Tiny models of the LLaVA kin: CLIP or SigLIP, an MLP, and a decoder of one kind or another."""

from itertools import product

import transformers

from deixis.models.processors import video_processor, without_video
from deixis.testing.tiny import tokenizers
from deixis.testing.tiny.assembly import Tiny, assemble
from deixis.testing.tiny.settings import (
    chat_template,
    im_start,
    inst,
    square,
    text_sizes,
    vision_sizes,
)

PATCH, TILE = 7, 28
CLIP_TOKENS = {  # of a tower whose class token is dropped
    "patch_size": PATCH,
    "vision_feature_select_strategy": "default",
    "num_additional_image_tokens": 1,
}


def llava(seed: int) -> Tiny:
    """A tiny LLaVA 1.5 has 6 x 6 vision tokens of one square crop."""
    side = 42
    tokenizer = tokenizers.llama_as_loaded()
    processor = transformers.LlavaProcessor(
        image_processor=_clip_pictures(side),
        tokenizer=tokenizer,
        **CLIP_TOKENS,
        chat_template=chat_template(
            image="<image>\n",
            before={"system": "", "user": "USER: ", "assistant": "ASSISTANT: "},
            after={"system": " ", "user": " ", "assistant": "</s>"},
            answer="ASSISTANT:",
        ),
    )
    vision = vision_sizes(hidden=40, heads=5, inner=56, image=side, patch=PATCH)
    text = text_sizes(tokenizer, hidden=48, heads=4, groups=2, inner=72)
    config = transformers.LlavaConfig(
        vision_config=transformers.CLIPVisionConfig(**vision),
        text_config=transformers.LlamaConfig(**text),
        image_token_index=tokenizer.image_token_id,
        image_seq_length=(side // PATCH) ** 2,
    )
    return assemble(transformers.LlavaForConditionalGeneration, config, processor, seed=seed)


def vipllava(seed: int) -> Tiny:
    """A tiny ViP-LLaVA has 5 x 5 vision tokens, read from four of its layers' outputs."""
    side = 35
    tokenizer = tokenizers.llama_as_loaded()
    processor = transformers.LlavaProcessor(
        image_processor=_clip_pictures(side),
        tokenizer=tokenizer,
        **CLIP_TOKENS,
        chat_template=chat_template(
            image="<image>\n",
            before={"system": "", "user": "###Human: ", "assistant": "###Assistant: "},
            after={"system": "", "user": "", "assistant": ""},
            answer="###Assistant:",
        ),
    )
    vision = vision_sizes(hidden=24, heads=3, inner=44, image=side, patch=PATCH, layers=4)
    text = text_sizes(tokenizer, hidden=56, heads=7, inner=64)
    config = transformers.VipLlavaConfig(
        vision_config=transformers.CLIPVisionConfig(**vision),
        text_config=transformers.LlamaConfig(**text),
        image_token_index=tokenizer.image_token_id,
        vision_feature_layer=(-2, -3, -5, 1),
        image_seq_length=(side // PATCH) ** 2,
    )
    return assemble(transformers.VipLlavaForConditionalGeneration, config, processor, seed=seed)


def fast_vlm(seed: int) -> Tiny:
    """A tiny FastVLM has 3 x 3 vision tokens, cells of 16 pixels of a convolutional tower."""
    side, cell = 48, 16
    tokenizer = tokenizers.qwen2(image_token="<image>")
    processor = transformers.LlavaProcessor(
        image_processor=_clip_pictures(side),
        tokenizer=tokenizer,
        patch_size=cell,
        vision_feature_select_strategy="full",
        num_additional_image_tokens=0,
        chat_template=im_start(image="<image>\n"),
    )
    vision = transformers.EfficientNetConfig(
        image_size=side,
        width_coefficient=1.0,
        depth_coefficient=1.0,
        num_block_repeats=[1, 2, 1],
        kernel_sizes=[3, 5, 3],
        strides=[2, 2, 2],
        expand_ratios=[1, 2, 3],
        in_channels=[32, 16, 24],
        out_channels=[16, 24, 40],
        depthwise_padding=[],
        hidden_dim=1280,
    )
    vision.hidden_size = vision.hidden_dim  # FastVLM asks for it
    text = text_sizes(tokenizer, hidden=44, heads=2, groups=1, inner=68)
    config = transformers.FastVlmConfig(
        vision_config=vision,
        text_config=transformers.Qwen2Config(**text),
        image_token_index=tokenizer.image_token_id,
        image_seq_length=(side // cell) ** 2,
    )
    return assemble(transformers.FastVlmForConditionalGeneration, config, processor, seed=seed)


def llava_next(seed: int) -> Tiny:
    """A tiny LLaVA-NeXT has 4 x 4 vision tokens a tile, and Mistral's decoder."""
    grids = _pinpoints([(1, 2), (2, 1), (2, 2), (3, 1), (1, 3)])
    tokenizer = tokenizers.llama_as_loaded()
    processor = transformers.LlavaNextProcessor(
        image_processor=transformers.LlavaNextImageProcessorPil(
            size={"shortest_edge": TILE}, crop_size=square(TILE), image_grid_pinpoints=grids
        ),
        tokenizer=tokenizer,
        **CLIP_TOKENS,
        chat_template=inst(image="<image>\n", start=""),
    )
    vision = vision_sizes(hidden=36, heads=3, inner=60, image=TILE, patch=PATCH)
    text = text_sizes(tokenizer, hidden=40, heads=5, groups=1, inner=76)
    config = transformers.LlavaNextConfig(
        vision_config=transformers.CLIPVisionConfig(**vision),
        text_config=transformers.MistralConfig(**text),
        image_token_index=tokenizer.image_token_id,
        image_grid_pinpoints=grids,
        image_seq_length=(TILE // PATCH) ** 2,
    )
    return assemble(transformers.LlavaNextForConditionalGeneration, config, processor, seed=seed)


def llava_onevision(seed: int) -> Tiny:
    """A tiny LLaVA-OneVision has 4 x 4 vision tokens a tile, SigLIP and Qwen2.

    Its grids are up to 4 x 4, so that a large picture meets the shrinking of "anyres_max_9".
    """
    grids = _pinpoints(list(product(range(1, 5), range(1, 5))))
    tokenizer = tokenizers.qwen2(image_token="<image>", video_token="<video>")
    pictures = transformers.LlavaOnevisionImageProcessorPil(
        size=square(TILE), image_grid_pinpoints=grids
    )
    with without_video():
        processor = transformers.LlavaOnevisionProcessor(
            image_processor=pictures,
            tokenizer=tokenizer,
            video_processor=video_processor("LlavaOnevisionVideoProcessor", size=square(TILE)),
            num_image_tokens=(TILE // PATCH) ** 2,
            vision_feature_select_strategy="full",
            chat_template=im_start(image="<image>\n"),
        )
    vision = vision_sizes(hidden=32, heads=4, inner=52, image=TILE, patch=PATCH)
    text = text_sizes(tokenizer, hidden=42, heads=3, groups=1, inner=80)
    config = transformers.LlavaOnevisionConfig(
        vision_config=transformers.SiglipVisionConfig(**vision, vision_use_head=False),
        text_config=transformers.Qwen2Config(**text),
        image_token_index=tokenizer.image_token_id,
        video_token_index=tokenizer.video_token_id,
        image_grid_pinpoints=grids,
    )
    kind = transformers.LlavaOnevisionForConditionalGeneration
    return assemble(kind, config, processor, seed=seed)


def _clip_pictures(side: int) -> transformers.CLIPImageProcessorPil:
    return transformers.CLIPImageProcessorPil(size={"shortest_edge": side}, crop_size=square(side))


def _pinpoints(shapes: list[tuple[int, int]]) -> list[list[int]]:
    """Grids of tiles, given as (rows, columns), are heights and widths in pixels."""
    return [[TILE * rows, TILE * columns] for rows, columns in shapes]
