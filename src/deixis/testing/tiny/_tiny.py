"""What a tiny family is, and the common last step of building one."""

from dataclasses import dataclass
from typing import Any, final

import torch
from transformers import GenerationConfig, PreTrainedModel
from transformers.processing_utils import ProcessorMixin

from deixis.testing.tiny._weights import silence, spread


@final
@dataclass(frozen=True, kw_only=True)
class Tiny:
    """A random model of a real class with a processor of its real class."""

    model: PreTrainedModel
    processor: ProcessorMixin


def assemble(
    model_class: Any,  # Any: the classes share no typed constructor
    config: Any,
    processor: Any,
    *,
    seed: int,
) -> Tiny:
    """The model of that configuration with seeded weights, ready to answer in text."""
    with torch.random.fork_rng(devices=[]):
        model = model_class(config)
    tokenizer = processor.tokenizer
    spread(model, torch.Generator().manual_seed(seed))
    silence(model, tokenizer)
    encoder_decoder = getattr(config, "is_encoder_decoder", False)
    model.generation_config = GenerationConfig(
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        decoder_start_token_id=tokenizer.pad_token_id if encoder_decoder else None,
    )
    return Tiny(model=model.eval(), processor=processor)
