"""Gemma 3: SigLIP pooled to a few tokens, a decoder of sliding and full attention."""

from transformers import (
    Gemma3Config,
    Gemma3ForConditionalGeneration,
    Gemma3ImageProcessorPil,
    Gemma3Processor,
    Gemma3TextConfig,
    SiglipVisionConfig,
)

from deixis.testing.tiny import _tokenizers
from deixis.testing.tiny._configs import text_sizes, vision_sizes
from deixis.testing.tiny._templates import chat_template
from deixis.testing.tiny._tiny import Tiny, assemble

_IMAGE, _PATCH, _TOKENS, _HEAD = 56, 7, 16, 20
_TURNS = {"system": "system", "user": "user", "assistant": "model"}
_CHAT = chat_template(
    image="<start_of_image>",
    before={role: f"<start_of_turn>{turn}\n" for role, turn in _TURNS.items()},
    after=dict.fromkeys(_TURNS, "<end_of_turn>\n"),
    answer="<start_of_turn>model\n",
    start="<bos>",
)


def build(seed: int) -> Tiny:
    """A tiny Gemma 3 of 4 x 4 vision tokens, each pooled from 2 x 2 patches."""
    tokenizer = _tokenizers.gemma(
        image_token="<image_soft_token>",
        boi_token="<start_of_image>",
        eoi_token="<end_of_image>",
        start_of_turn_token="<start_of_turn>",
        end_of_turn_token="<end_of_turn>",
    )
    processor = Gemma3Processor(
        image_processor=Gemma3ImageProcessorPil(size={"height": _IMAGE, "width": _IMAGE}),
        tokenizer=tokenizer,
        image_seq_length=_TOKENS,
        chat_template=_CHAT,
    )
    vision = vision_sizes(hidden=36, heads=3, inner=56, image=_IMAGE, patch=_PATCH)
    text = text_sizes(tokenizer, hidden=44, heads=4, groups=2, inner=76)
    config = Gemma3Config(
        vision_config=SiglipVisionConfig(**vision, vision_use_head=False),
        text_config=Gemma3TextConfig(
            **text,
            head_dim=_HEAD,
            query_pre_attn_scalar=_HEAD,
            sliding_window=512,
            layer_types=["sliding_attention", "full_attention"],
        ),
        mm_tokens_per_image=_TOKENS,
        boi_token_index=tokenizer.boi_token_id,
        eoi_token_index=tokenizer.eoi_token_id,
        image_token_index=tokenizer.image_token_id,
        tie_word_embeddings=False,
    )
    return assemble(Gemma3ForConditionalGeneration, config, processor, seed=seed)
