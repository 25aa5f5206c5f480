"""BLIP-2: a Q-Former that asks the encoder with learned queries; OPT, or T5."""

from typing import Any, Literal

from transformers import (
    Blip2Config,
    Blip2ForConditionalGeneration,
    Blip2Processor,
    Blip2QFormerConfig,
    Blip2VisionConfig,
    BlipImageProcessorPil,
    OPTConfig,
    T5Config,
)

from deixis.testing.tiny import _tokenizers
from deixis.testing.tiny._configs import Settings, text_sizes, vision_sizes
from deixis.testing.tiny._tiny import Tiny, assemble

_IMAGE, _PATCH, _QUERIES = 42, 7, 5


def build(seed: int, *, text: Literal["opt", "t5"] = "opt") -> Tiny:
    """A tiny BLIP-2 of five queries over 6 x 6 patches and a class token."""
    tokenizer = _opt_tokenizer() if text == "opt" else _tokenizers.t5()
    processor = Blip2Processor(
        image_processor=BlipImageProcessorPil(size={"height": _IMAGE, "width": _IMAGE}),
        tokenizer=tokenizer,
        num_query_tokens=_QUERIES,
    )
    vision = vision_sizes(hidden=32, heads=4, inner=52, image=_IMAGE, patch=_PATCH)
    config = Blip2Config(
        vision_config=Blip2VisionConfig(**vision),
        qformer_config=Blip2QFormerConfig(
            vocab_size=len(tokenizer),
            hidden_size=36,
            num_hidden_layers=2,
            num_attention_heads=3,
            intermediate_size=60,
        ),
        text_config=_opt(tokenizer) if text == "opt" else _t5(tokenizer),
        num_query_tokens=_QUERIES,
        image_text_hidden_size=20,
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
    )
    return assemble(Blip2ForConditionalGeneration, config, processor, seed=seed)


def _opt_tokenizer() -> Any:  # Any: tokenizers of transformers are not typed
    tokens = {"bos_token": "</s>", "eos_token": "</s>", "unk_token": "</s>", "pad_token": "<pad>"}
    return _tokenizers.gpt2(
        first=("<s>", "<pad>", "</s>"),
        last=("<image>",),
        add_bos_token=True,
        extra_special_tokens=["<s>"],
        **tokens,
    )


def _opt(tokenizer: Any) -> OPTConfig:
    sizes = text_sizes(tokenizer, hidden=40, heads=5, inner=64)
    return OPTConfig(ffn_dim=sizes.pop("intermediate_size"), word_embed_proj_dim=40, **sizes)


def _t5(tokenizer: Any) -> T5Config:
    sizes: Settings = {
        "vocab_size": len(tokenizer),
        "d_model": 40,
        "d_kv": 12,
        "d_ff": 64,
        "num_layers": 2,
        "num_heads": 5,
        "feed_forward_proj": "gated-gelu",
        "tie_word_embeddings": False,
        "pad_token_id": tokenizer.pad_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "decoder_start_token_id": tokenizer.pad_token_id,
    }
    return T5Config(**sizes)
