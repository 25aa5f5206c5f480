"""Tiny models that see one view of a picture: PaliGemma, Gemma 3, BLIP-2 and InstructBLIP."""

from typing import Any, Literal

import transformers

from deixis.testing.tiny import tokenizers
from deixis.testing.tiny.assembly import Tiny, assemble
from deixis.testing.tiny.settings import Settings, chat_template, square, text_sizes, vision_sizes

PATCH = 7


def paligemma(seed: int) -> Tiny:
    """A tiny PaliGemma has 6 x 6 vision tokens."""
    side, width = 42, 48
    tokenizer = tokenizers.gemma(image_token="<image>")
    settings: Settings = {"size": square(side), "image_seq_length": (side // PATCH) ** 2}
    pictures = transformers.SiglipImageProcessorPil(**settings)
    processor = transformers.PaliGemmaProcessor(image_processor=pictures, tokenizer=tokenizer)
    vision = vision_sizes(hidden=32, heads=4, inner=60, image=side, patch=PATCH)
    text = text_sizes(tokenizer, hidden=width, heads=3, groups=1, inner=72)
    config = transformers.PaliGemmaConfig(
        vision_config=transformers.SiglipVisionConfig(**vision, vision_use_head=False),
        text_config=transformers.GemmaConfig(**text, head_dim=20),
        image_token_index=processor.image_token_id,
        vocab_size=len(tokenizer),
        projection_dim=width,
        hidden_size=width,
        tie_word_embeddings=False,
    )
    return assemble(transformers.PaliGemmaForConditionalGeneration, config, processor, seed=seed)


def gemma3(seed: int) -> Tiny:
    """A tiny Gemma 3 has 4 x 4 vision tokens, each pooled from 2 x 2 patches."""
    side, num_tokens, head = 56, 16, 20
    turns = {"system": "system", "user": "user", "assistant": "model"}
    tokenizer = tokenizers.gemma(
        image_token="<image_soft_token>",
        boi_token="<start_of_image>",
        eoi_token="<end_of_image>",
        start_of_turn_token="<start_of_turn>",
        end_of_turn_token="<end_of_turn>",
    )
    processor = transformers.Gemma3Processor(
        image_processor=transformers.Gemma3ImageProcessorPil(size=square(side)),
        tokenizer=tokenizer,
        image_seq_length=num_tokens,
        chat_template=chat_template(
            image="<start_of_image>",
            before={role: f"<start_of_turn>{turn}\n" for role, turn in turns.items()},
            after=dict.fromkeys(turns, "<end_of_turn>\n"),
            answer="<start_of_turn>model\n",
            start="<bos>",
        ),
    )
    vision = vision_sizes(hidden=36, heads=3, inner=56, image=side, patch=PATCH)
    text = text_sizes(tokenizer, hidden=44, heads=4, groups=2, inner=76)
    config = transformers.Gemma3Config(
        vision_config=transformers.SiglipVisionConfig(**vision, vision_use_head=False),
        text_config=transformers.Gemma3TextConfig(
            **text,
            head_dim=head,
            query_pre_attn_scalar=head,
            sliding_window=512,
            layer_types=["sliding_attention", "full_attention"],
        ),
        mm_tokens_per_image=num_tokens,
        boi_token_index=tokenizer.boi_token_id,
        eoi_token_index=tokenizer.eoi_token_id,
        image_token_index=tokenizer.image_token_id,
        tie_word_embeddings=False,
    )
    return assemble(transformers.Gemma3ForConditionalGeneration, config, processor, seed=seed)


def blip_2(seed: int, *, text: Literal["opt", "t5"] = "opt") -> Tiny:
    """A tiny BLIP-2 has five queries over 6 x 6 patches and a class token; OPT reads, or T5."""
    side, num_queries = 42, 5
    tokenizer = _opt_tokenizer() if text == "opt" else tokenizers.t5()
    processor = transformers.Blip2Processor(
        image_processor=transformers.BlipImageProcessorPil(size=square(side)),
        tokenizer=tokenizer,
        num_query_tokens=num_queries,
    )
    vision = vision_sizes(hidden=32, heads=4, inner=52, image=side, patch=PATCH)
    config = transformers.Blip2Config(
        vision_config=transformers.Blip2VisionConfig(**vision),
        qformer_config=transformers.Blip2QFormerConfig(
            vocab_size=len(tokenizer),
            hidden_size=36,
            num_hidden_layers=2,
            num_attention_heads=3,
            intermediate_size=60,
        ),
        text_config=_opt(tokenizer) if text == "opt" else _t5(tokenizer),
        num_query_tokens=num_queries,
        image_text_hidden_size=20,
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
    )
    return assemble(transformers.Blip2ForConditionalGeneration, config, processor, seed=seed)


def _opt_tokenizer() -> Any:  # Any: tokenizers of transformers are not typed
    tokens = dict.fromkeys(("bos_token", "eos_token", "unk_token"), "</s>")
    return tokenizers.gpt2(
        first=("<s>", "<pad>", "</s>"),
        last=("<image>",),
        add_bos_token=True,
        extra_special_tokens=["<s>"],
        pad_token="<pad>",
        **tokens,
    )


def _opt(tokenizer: Any) -> transformers.OPTConfig:
    sizes = text_sizes(tokenizer, hidden=40, heads=5, inner=64, word_embed_proj_dim=40)
    return transformers.OPTConfig(ffn_dim=sizes.pop("intermediate_size"), **sizes)


def _t5(tokenizer: Any) -> transformers.T5Config:
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
    return transformers.T5Config(**sizes)


def instructblip(seed: int) -> Tiny:
    """A tiny InstructBLIP has six queries over 5 x 5 patches, which read the question too."""
    side, num_queries = 35, 6
    tokenizer = tokenizers.llama(last=("<image>", "<pad>"), pad_token="<pad>")
    qformer_tokenizer = tokenizers.bert()
    processor = transformers.InstructBlipProcessor(
        image_processor=transformers.BlipImageProcessorPil(size=square(side)),
        tokenizer=tokenizer,
        qformer_tokenizer=qformer_tokenizer,
        num_query_tokens=num_queries,
    )
    vision = vision_sizes(hidden=40, heads=5, inner=56, image=side, patch=PATCH)
    text = text_sizes(tokenizer, hidden=48, heads=3, inner=68)
    config = transformers.InstructBlipConfig(
        vision_config=transformers.InstructBlipVisionConfig(**vision),
        qformer_config=transformers.InstructBlipQFormerConfig(
            vocab_size=len(qformer_tokenizer),
            hidden_size=28,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=52,
        ),
        text_config=transformers.LlamaConfig(**text),
        num_query_tokens=num_queries,
        image_token_index=tokenizer.convert_tokens_to_ids("<image>"),
    )
    kind = transformers.InstructBlipForConditionalGeneration
    return assemble(kind, config, processor, seed=seed)
