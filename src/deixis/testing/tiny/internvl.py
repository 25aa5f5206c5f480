"""InternVL: a grid of tiles and a thumbnail, four patches shuffled into one token, Qwen2."""

from transformers import (
    GotOcr2ImageProcessorPil,
    InternVLConfig,
    InternVLForConditionalGeneration,
    InternVLProcessor,
    InternVLVisionConfig,
    Qwen2Config,
)

from deixis.models.torchvision import video_processor, without_video
from deixis.testing.tiny import _tokenizers
from deixis.testing.tiny._configs import text_sizes, vision_sizes
from deixis.testing.tiny._templates import im_start
from deixis.testing.tiny._tiny import Tiny, assemble

_TILE, _PATCH = 56, 7
_TOKENS = (_TILE // _PATCH // 2) ** 2


def build(seed: int) -> Tiny:
    """A tiny InternVL of 4 x 4 vision tokens a tile and at most six tiles and a thumbnail."""
    tokenizer = _tokenizers.qwen2(
        start_image_token="<img>",
        end_image_token="</img>",
        context_image_token="<IMG_CONTEXT>",
        video_token="<video>",
    )
    size = {"height": _TILE, "width": _TILE}
    pictures = GotOcr2ImageProcessorPil(
        size=size, crop_to_patches=True, min_patches=1, max_patches=6
    )
    with without_video():
        processor = InternVLProcessor(
            image_processor=pictures,
            tokenizer=tokenizer,
            video_processor=video_processor("InternVLVideoProcessor", size=size),
            image_seq_length=_TOKENS,
            chat_template=im_start(image="<IMG_CONTEXT>\n"),
        )
    vision = vision_sizes(hidden=32, heads=4, inner=48, image=_TILE, patch=_PATCH)
    text = text_sizes(tokenizer, hidden=44, heads=2, groups=1, inner=70)
    config = InternVLConfig(
        vision_config=InternVLVisionConfig(**vision),
        text_config=Qwen2Config(**text),
        image_token_id=tokenizer.context_image_token_id,
        image_seq_length=_TOKENS,
        tie_word_embeddings=False,
    )
    return assemble(InternVLForConditionalGeneration, config, processor, seed=seed)
