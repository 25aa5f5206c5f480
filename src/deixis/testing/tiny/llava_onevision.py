"""LLaVA-OneVision: SigLIP, many grids of tiles, shrunk where they would be over nine; Qwen2."""

from itertools import product

from transformers import (
    LlavaOnevisionConfig,
    LlavaOnevisionForConditionalGeneration,
    LlavaOnevisionImageProcessorPil,
    LlavaOnevisionProcessor,
    Qwen2Config,
    SiglipVisionConfig,
)

from deixis.models.torchvision import video_processor, without_video
from deixis.testing.tiny import _tokenizers
from deixis.testing.tiny._configs import grid_pinpoints, text_sizes, vision_sizes
from deixis.testing.tiny._templates import im_start
from deixis.testing.tiny._tiny import Tiny, assemble

_TILE, _PATCH = 28, 7
_CELLS = (_TILE // _PATCH) ** 2
# Up to 4 x 4, so that a large picture meets the shrinking of "anyres_max_9".
_GRIDS = grid_pinpoints(_TILE, list(product(range(1, 5), range(1, 5))))


def build(seed: int) -> Tiny:
    """A tiny LLaVA-OneVision of 4 x 4 vision tokens a tile."""
    tokenizer = _tokenizers.qwen2(image_token="<image>", video_token="<video>")
    size = {"height": _TILE, "width": _TILE}
    pictures = LlavaOnevisionImageProcessorPil(size=size, image_grid_pinpoints=_GRIDS)
    with without_video():
        processor = LlavaOnevisionProcessor(
            image_processor=pictures,
            tokenizer=tokenizer,
            video_processor=video_processor("LlavaOnevisionVideoProcessor", size=size),
            num_image_tokens=_CELLS,
            vision_feature_select_strategy="full",
            chat_template=im_start(image="<image>\n"),
        )
    vision = vision_sizes(hidden=32, heads=4, inner=52, image=_TILE, patch=_PATCH)
    text = text_sizes(tokenizer, hidden=42, heads=3, groups=1, inner=80)
    config = LlavaOnevisionConfig(
        vision_config=SiglipVisionConfig(**vision, vision_use_head=False),
        text_config=Qwen2Config(**text),
        image_token_index=tokenizer.image_token_id,
        video_token_index=tokenizer.video_token_id,
        image_grid_pinpoints=_GRIDS,
    )
    return assemble(LlavaOnevisionForConditionalGeneration, config, processor, seed=seed)
