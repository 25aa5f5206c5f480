"""LLaVA-NeXT: the whole picture and a grid of tiles, padding cut away, a newline after each row."""

from transformers import (
    CLIPVisionConfig,
    LlavaNextConfig,
    LlavaNextForConditionalGeneration,
    LlavaNextImageProcessorPil,
    LlavaNextProcessor,
    MistralConfig,
)

from deixis.testing.tiny import _tokenizers
from deixis.testing.tiny._configs import grid_pinpoints, text_sizes, vision_sizes
from deixis.testing.tiny._templates import inst
from deixis.testing.tiny._tiny import Tiny, assemble

_TILE, _PATCH = 28, 7
_GRIDS = grid_pinpoints(_TILE, [(1, 2), (2, 1), (2, 2), (3, 1), (1, 3)])


def build(seed: int) -> Tiny:
    """A tiny LLaVA-NeXT of 4 x 4 vision tokens a tile."""
    tokenizer = _tokenizers.llama_as_loaded()
    pictures = LlavaNextImageProcessorPil(
        size={"shortest_edge": _TILE},
        crop_size={"height": _TILE, "width": _TILE},
        image_grid_pinpoints=_GRIDS,
    )
    processor = LlavaNextProcessor(
        image_processor=pictures,
        tokenizer=tokenizer,
        patch_size=_PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=inst(image="<image>\n", start=""),
    )
    vision = vision_sizes(hidden=36, heads=3, inner=60, image=_TILE, patch=_PATCH)
    text = text_sizes(tokenizer, hidden=40, heads=5, groups=1, inner=76)
    config = LlavaNextConfig(
        vision_config=CLIPVisionConfig(**vision),
        text_config=MistralConfig(**text),
        image_token_index=tokenizer.image_token_id,
        image_grid_pinpoints=_GRIDS,
        image_seq_length=(_TILE // _PATCH) ** 2,
    )
    return assemble(LlavaNextForConditionalGeneration, config, processor, seed=seed)
