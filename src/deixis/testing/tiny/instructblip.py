"""InstructBLIP: BLIP-2 whose Q-Former reads the question too, by its own tokenizer; Llama."""

from transformers import (
    BlipImageProcessorPil,
    InstructBlipConfig,
    InstructBlipForConditionalGeneration,
    InstructBlipProcessor,
    InstructBlipQFormerConfig,
    InstructBlipVisionConfig,
    LlamaConfig,
)

from deixis.testing.tiny import _tokenizers
from deixis.testing.tiny._configs import text_sizes, vision_sizes
from deixis.testing.tiny._tiny import Tiny, assemble

_IMAGE, _PATCH, _QUERIES = 35, 7, 6


def build(seed: int) -> Tiny:
    """A tiny InstructBLIP of six queries over 5 x 5 patches and a class token."""
    tokenizer = _tokenizers.llama(last=("<image>", "<pad>"), pad_token="<pad>")
    qformer_tokenizer = _tokenizers.bert()
    processor = InstructBlipProcessor(
        image_processor=BlipImageProcessorPil(size={"height": _IMAGE, "width": _IMAGE}),
        tokenizer=tokenizer,
        qformer_tokenizer=qformer_tokenizer,
        num_query_tokens=_QUERIES,
    )
    vision = vision_sizes(hidden=40, heads=5, inner=56, image=_IMAGE, patch=_PATCH)
    text = text_sizes(tokenizer, hidden=48, heads=3, inner=68)
    config = InstructBlipConfig(
        vision_config=InstructBlipVisionConfig(**vision),
        qformer_config=InstructBlipQFormerConfig(
            vocab_size=len(qformer_tokenizer),
            hidden_size=28,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=52,
        ),
        text_config=LlamaConfig(**text),
        num_query_tokens=_QUERIES,
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
    )
    return assemble(InstructBlipForConditionalGeneration, config, processor, seed=seed)
