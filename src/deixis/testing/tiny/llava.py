"""LLaVA 1.5: one square crop, CLIP without its class token, an MLP, Llama."""

from transformers import (
    CLIPImageProcessorPil,
    CLIPVisionConfig,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
)

from deixis.testing.tiny import _tokenizers
from deixis.testing.tiny._configs import text_sizes, vision_sizes
from deixis.testing.tiny._templates import chat_template
from deixis.testing.tiny._tiny import Tiny, assemble

_IMAGE, _PATCH = 42, 7
_CHAT = chat_template(
    image="<image>\n",
    before={"system": "", "user": "USER: ", "assistant": "ASSISTANT: "},
    after={"system": " ", "user": " ", "assistant": "</s>"},
    answer="ASSISTANT:",
)


def build(seed: int) -> Tiny:
    """A tiny LLaVA of 6 x 6 vision tokens."""
    tokenizer = _tokenizers.llama_as_loaded()
    processor = LlavaProcessor(
        image_processor=CLIPImageProcessorPil(
            size={"shortest_edge": _IMAGE}, crop_size={"height": _IMAGE, "width": _IMAGE}
        ),
        tokenizer=tokenizer,
        patch_size=_PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=_CHAT,
    )
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(
            **vision_sizes(hidden=40, heads=5, inner=56, image=_IMAGE, patch=_PATCH)
        ),
        text_config=LlamaConfig(
            **text_sizes(tokenizer, hidden=48, heads=4, groups=2, inner=72),
        ),
        image_token_index=tokenizer.image_token_id,
        image_seq_length=(_IMAGE // _PATCH) ** 2,
    )
    return assemble(LlavaForConditionalGeneration, config, processor, seed=seed)
