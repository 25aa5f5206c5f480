"""ViP-LLaVA: LLaVA whose projector reads several layers of CLIP at once."""

from transformers import (
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaProcessor,
    VipLlavaConfig,
    VipLlavaForConditionalGeneration,
)

from deixis.testing.tiny import _tokenizers
from deixis.testing.tiny._configs import text_sizes, vision_sizes
from deixis.testing.tiny._templates import chat_template
from deixis.testing.tiny._tiny import Tiny, assemble

_IMAGE, _PATCH, _LAYERS = 35, 7, 4
_CHAT = chat_template(
    image="<image>\n",
    before={"system": "", "user": "###Human: ", "assistant": "###Assistant: "},
    after={"system": "", "user": "", "assistant": ""},
    answer="###Assistant:",
)


def build(seed: int) -> Tiny:
    """A tiny ViP-LLaVA of 5 x 5 vision tokens, read from four of its layers' outputs."""
    tokenizer = _tokenizers.llama_as_loaded()
    pictures = CLIPImageProcessorPil(
        size={"shortest_edge": _IMAGE}, crop_size={"height": _IMAGE, "width": _IMAGE}
    )
    processor = LlavaProcessor(
        image_processor=pictures,
        tokenizer=tokenizer,
        patch_size=_PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=_CHAT,
    )
    vision = vision_sizes(hidden=24, heads=3, inner=44, image=_IMAGE, patch=_PATCH, layers=_LAYERS)
    text = text_sizes(tokenizer, hidden=56, heads=7, inner=64)
    config = VipLlavaConfig(
        vision_config=CLIPVisionConfig(**vision),
        text_config=LlamaConfig(**text),
        image_token_index=tokenizer.image_token_id,
        vision_feature_layer=(-2, -3, -5, 1),
        image_seq_length=(_IMAGE // _PATCH) ** 2,
    )
    return assemble(VipLlavaForConditionalGeneration, config, processor, seed=seed)
