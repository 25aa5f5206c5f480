"""What a nano model is, and the numbers and last steps that they share."""

from dataclasses import dataclass
from typing import Any, final

import torch
from transformers import GenerationConfig, LlamaConfig, PreTrainedModel
from transformers.processing_utils import ProcessorMixin

from deixis_lab.zoo.nano._start import start

SIDE, PATCH = 192, 16
PATCHES = (SIDE // PATCH) ** 2
WIDTH, LAYERS, HEADS = 192, 6, 6
TEXT_WIDTH, TEXT_LAYERS, TEXT_HEADS, TEXT_INNER = 192, 4, 6, 512
QUERIES, QFORMER_LAYERS = 32, 3
MEAN = STD = (0.5, 0.5, 0.5)
LONGEST_TEXT = 1024

Settings = dict[str, Any]  # Any: keyword arguments of transformers' configurations


@final
@dataclass(frozen=True, kw_only=True)
class Nano:
    """A small model of a real class with a processor of its real class."""

    model: PreTrainedModel
    processor: ProcessorMixin


def vision_settings() -> Settings:
    """Of every plain tower: CLIP's, SigLIP's and BLIP's configurations take the same words."""
    return {
        "hidden_size": WIDTH,
        "num_attention_heads": HEADS,
        "intermediate_size": 4 * WIDTH,
        "num_hidden_layers": LAYERS,
        "image_size": SIDE,
        "patch_size": PATCH,
        "hidden_act": "gelu",
    }


def text_settings(tokenizer: Any) -> Settings:  # Any: as transformers gives it
    """Of every language side."""
    return {
        "vocab_size": len(tokenizer),
        "hidden_size": TEXT_WIDTH,
        "intermediate_size": TEXT_INNER,
        "num_hidden_layers": TEXT_LAYERS,
        "num_attention_heads": TEXT_HEADS,
        "num_key_value_heads": TEXT_HEADS,
        "max_position_embeddings": LONGEST_TEXT,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "tie_word_embeddings": True,
    }


def llama(tokenizer: Any) -> LlamaConfig:
    """The language side of all but PaliGemma."""
    return LlamaConfig(**text_settings(tokenizer))


def square_pictures(side: int = SIDE) -> Settings:
    """Of an image processor that makes any picture such a square, black as -1 and white as 1."""
    return {
        "size": {"height": side, "width": side},
        "do_center_crop": False,
        "image_mean": list(MEAN),
        "image_std": list(STD),
    }


def assemble(
    model_class: Any,  # Any: the classes share no typed constructor
    config: Any,
    processor: Any,
    *,
    seed: int,
) -> Nano:
    """The model of that configuration at the start of its training."""
    with torch.random.fork_rng(devices=[]):
        model = model_class(config)
    start(model, torch.Generator().manual_seed(seed), num_layers=LAYERS)
    tokenizer = processor.tokenizer
    ends = GenerationConfig(
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    model.generation_config = ends
    inner = getattr(model, "language_model", None)
    if inner is not None and hasattr(inner, "generation_config"):
        inner.generation_config = ends
    return Nano(model=model.eval(), processor=processor)
