"""Tiny models that see tiles of a picture: Idefics3, SmolVLM, InternVL and Molmo 2."""

from typing import Any

import transformers

from deixis.core.optional_parts import require_package
from deixis.models.processors import require_torchvision, video_processor, without_video
from deixis.testing.tiny import tokenizers
from deixis.testing.tiny.assembly import Tiny, assemble
from deixis.testing.tiny.settings import (
    ROLES,
    Settings,
    chat_template,
    im_start,
    square,
    text_sizes,
    vision_sizes,
)

SHUFFLE = 2  # patches along a side that are shuffled together to a token
UTTERANCE_END = "<end_of_utterance>"
MOLMO_MARKERS = (
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


def idefics3(seed: int) -> Tiny:
    """A tiny Idefics3 has 4 x 4 vision tokens a tile, at most 3 x 3 tiles, and a thumbnail."""
    start, tile, patch = "<|begin_of_text|>", 40, 5
    tokenizer = _idefics_tokenizer(start)
    processor = transformers.Idefics3Processor(
        image_processor=transformers.Idefics3ImageProcessorPil(**_tiling(tile, tiles=3)),
        tokenizer=tokenizer,
        image_seq_len=(tile // patch // SHUFFLE) ** 2,
        chat_template=_idefics_chat(start),
    )
    vision = vision_sizes(hidden=28, heads=2, inner=44, image=tile, patch=patch)
    text = text_sizes(tokenizer, hidden=48, heads=6, groups=2, inner=60)
    config = transformers.Idefics3Config(
        vision_config=transformers.Idefics3VisionConfig(**vision),
        text_config=transformers.LlamaConfig(**text),
        image_token_id=processor.image_token_id,
        scale_factor=SHUFFLE,
    )
    return assemble(transformers.Idefics3ForConditionalGeneration, config, processor, seed=seed)


def smolvlm(seed: int) -> Tiny:
    """A tiny SmolVLM has 4 x 4 vision tokens a tile, at most 2 x 2 tiles, and a thumbnail."""
    require_package("num2words", extra="smolvlm", needed_for="SmolVLM's processor")
    start, tile, patch = "<|im_start|>", 48, 6
    tokenizer = _idefics_tokenizer(start)
    with without_video():
        processor = transformers.SmolVLMProcessor(
            image_processor=transformers.SmolVLMImageProcessorPil(**_tiling(tile, tiles=2)),
            tokenizer=tokenizer,
            video_processor=video_processor("SmolVLMVideoProcessor"),
            image_seq_len=(tile // patch // SHUFFLE) ** 2,
            chat_template=_idefics_chat(start),
        )
    vision = vision_sizes(hidden=36, heads=3, inner=56, image=tile, patch=patch)
    text = text_sizes(tokenizer, hidden=40, heads=5, groups=1, inner=64)
    config = transformers.SmolVLMConfig(
        vision_config=transformers.SmolVLMVisionConfig(**vision),
        text_config=transformers.LlamaConfig(**text),
        image_token_id=processor.image_token_id,
        scale_factor=SHUFFLE,
    )
    return assemble(transformers.SmolVLMForConditionalGeneration, config, processor, seed=seed)


def _idefics_tokenizer(start: str) -> Any:  # Any: tokenizers of transformers are not typed
    """A byte-level tokenizer in the plain class has a marker for each of 6 x 6 tiles."""
    tiles = [f"<row_{row}_col_{col}>" for row in range(1, 7) for col in range(1, 7)]
    markers = [start, "<|endoftext|>", UTTERANCE_END]
    pictures = ["<fake_token_around_image>", "<image>", "<global-img>", *tiles]
    pad = {"bos_token": start, "eos_token": UTTERANCE_END, "pad_token": "<|endoftext|>"}
    built = tokenizers.gpt2(first=markers, last=pictures, unk_token="<|endoftext|>", **pad)
    return tokenizers.plain(built, more=[*markers, *pictures], **pad)


def _idefics_chat(start: str) -> str:
    """A turn is a role, a colon, the picture before the words, and a mark at its end."""
    return chat_template(
        image="<image>",
        before={"system": "System: ", "user": "User:", "assistant": "Assistant: "},
        after=dict.fromkeys(ROLES, f"{UTTERANCE_END}\n"),
        answer="Assistant:",
        start=start,
    )


def _tiling(tile: int, *, tiles: int) -> Settings:
    """An image processor cuts at most `tiles` by `tiles` tiles."""
    return {
        "size": {"longest_edge": tile * tiles},
        "max_image_size": {"longest_edge": tile},
        "do_image_splitting": True,
    }


def internvl(seed: int) -> Tiny:
    """A tiny InternVL has 4 x 4 vision tokens a tile, at most six tiles, and a thumbnail."""
    tile, patch = 56, 7
    num_tokens = (tile // patch // SHUFFLE) ** 2
    tokenizer = tokenizers.qwen2(
        start_image_token="<img>",
        end_image_token="</img>",
        context_image_token="<IMG_CONTEXT>",
        video_token="<video>",
    )
    with without_video():
        processor = transformers.InternVLProcessor(
            image_processor=transformers.GotOcr2ImageProcessorPil(
                size=square(tile), crop_to_patches=True, min_patches=1, max_patches=6
            ),
            tokenizer=tokenizer,
            video_processor=video_processor("InternVLVideoProcessor", size=square(tile)),
            image_seq_length=num_tokens,
            chat_template=im_start(image="<IMG_CONTEXT>\n"),
        )
    vision = vision_sizes(hidden=32, heads=4, inner=48, image=tile, patch=patch)
    text = text_sizes(tokenizer, hidden=44, heads=2, groups=1, inner=70)
    config = transformers.InternVLConfig(
        vision_config=transformers.InternVLVisionConfig(**vision),
        text_config=transformers.Qwen2Config(**text),
        image_token_id=tokenizer.context_image_token_id,
        image_seq_length=num_tokens,
        tie_word_embeddings=False,
    )
    return assemble(transformers.InternVLForConditionalGeneration, config, processor, seed=seed)


def molmo2(seed: int) -> Tiny:
    """A tiny Molmo 2 has 4 x 4 vision tokens a view, each pooled from 2 x 2 patches."""
    require_torchvision("the image processor of Molmo 2")
    crop, patch = 56, 7
    markers = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
    tokens = dict.fromkeys(("bos_token", "pad_token", "unk_token"), "<|endoftext|>")
    tokens["eos_token"] = "<|im_end|>"
    built = tokenizers.gpt2(first=markers, last=MOLMO_MARKERS, **tokens)
    processor = transformers.Molmo2Processor(
        image_processor=transformers.Molmo2ImageProcessor(
            size=square(crop), patch_size=patch, max_crops=4, overlap_margins=[2, 2]
        ),
        video_processor=transformers.Molmo2VideoProcessor(size=square(crop), patch_size=patch),
        tokenizer=tokenizers.plain(built, more=[*markers, *MOLMO_MARKERS], **tokens),
        chat_template=im_start(image="<|image|>"),
    )
    config = _molmo2_config(processor.tokenizer, crop=crop, patch=patch)
    return assemble(transformers.Molmo2ForConditionalGeneration, config, processor, seed=seed)


def _molmo2_config(tokenizer: Any, *, crop: int, patch: int) -> transformers.Molmo2Config:
    vision = vision_sizes(hidden=32, heads=4, inner=52, image=crop, patch=patch, layers=3)
    text = text_sizes(tokenizer, hidden=48, heads=3, groups=1, inner=72, head_dim=20)
    more = len(MOLMO_MARKERS)
    ids = {marker: tokenizer.convert_tokens_to_ids(marker) for marker in MOLMO_MARKERS}
    return transformers.Molmo2Config(
        vision_config=vision
        | {"image_size": [crop, crop], "num_key_value_heads": 4, "head_dim": 8},
        adapter_config={
            "vision_feature_layer": [2, 0],
            "hidden_size": 32,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "head_dim": 16,
            "intermediate_size": 60,
            "text_hidden_size": 48,
        },
        text_config=text | {"vocab_size": text["vocab_size"] - more, "additional_vocab_size": more},
        image_start_token_id=ids["<im_start>"],
        image_end_token_id=ids["<im_end>"],
        image_patch_id=ids["<im_patch>"],
        low_res_image_start_token_id=ids["<low_res_im_start>"],
        frame_start_token_id=ids["<frame_start>"],
        frame_end_token_id=ids["<frame_end>"],
    )
