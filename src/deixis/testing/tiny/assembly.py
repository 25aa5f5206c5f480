"""The last steps of building a tiny model: seeded weights at which a random model behaves.

Its words vary and every pixel counts.
"""

import math
from dataclasses import dataclass
from typing import Any, final

import torch
from torch import nn
from transformers import GenerationConfig, PreTrainedModel
from transformers.processing_utils import ProcessorMixin

_POSITION_SCALE = 0.3
_BIAS_SCALE = 0.05
_NORM_SCALE = 0.1
# Large, so that the word that comes next hangs on the picture and not only on the last word.
_TEXT_ATTENTION = 3.0
# Small, so that a vision token stays mostly about its own cell, as the grid's tests need.
_VISION_RESIDUAL = 0.25
# Of convolutions behind a gate that is half open, and behind a swish.
_GATED = 5.0
_ATTENTION_ENDS = (
    "o_proj",
    "out_proj",
    "attn.proj",
    "projection_layer",
    "self_attn.projection",
    "attention.output.dense",
)
_FEED_FORWARD_ENDS = ("down_proj", "fc2")


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


@torch.no_grad()
def spread(model: nn.Module, generator: torch.Generator) -> None:
    """Draw every parameter anew, each at the scale that keeps activations near one."""
    done: set[int] = set()
    for module_name, module in model.named_modules():
        for name, parameter in module.named_parameters(recurse=False):
            if id(parameter) in done:
                continue
            done.add(id(parameter))
            noise = torch.randn(parameter.shape, generator=generator)
            parameter.copy_(_drawn(parameter, noise, module, f"{module_name}.{name}"))


@torch.no_grad()
def silence(model: Any, tokenizer: Any) -> None:  # Any: transformers types neither
    """Give tokens that are no plain text a score of zero, so that greedy answers are ASCII."""
    scores = model.get_output_embeddings().weight
    added = tokenizer.added_tokens_decoder
    for token in range(len(scores)):
        text = "" if token in added else tokenizer.decode([token])
        if not (text.isascii() and text.isprintable() and text):
            scores[token] = 0.0


def _drawn(
    parameter: nn.Parameter, noise: torch.Tensor, module: nn.Module, name: str
) -> torch.Tensor:
    if parameter.ndim < 2:
        return _drawn_vector(parameter, noise, name)
    if "pos_embed" in name or "position" in name:
        return noise * _POSITION_SCALE
    if isinstance(module, nn.Embedding):
        return noise / float(getattr(module, "scalar_embed_scale", 1.0))
    if name.endswith("projection_weight"):
        return noise / math.sqrt(len(parameter))
    if name.endswith(".weight"):
        return noise * _gain(name) / math.sqrt(parameter[0].numel())
    return noise


def _drawn_vector(parameter: nn.Parameter, noise: torch.Tensor, name: str) -> torch.Tensor:
    if name.endswith("bias"):
        return noise * _BIAS_SCALE
    is_constant = bool((parameter == parameter.flatten()[0]).all())
    return parameter + noise * _NORM_SCALE if is_constant else noise


def _gain(name: str) -> float:
    layer = name.removesuffix(".weight")
    if layer.endswith("project_conv"):
        return _GATED
    if "vision" in name or "visual" in name:
        ends = _ATTENTION_ENDS + _FEED_FORWARD_ENDS
        return _VISION_RESIDUAL if layer.endswith(ends) else 1.0
    return _TEXT_ATTENTION if layer.endswith(_ATTENTION_ENDS) else 1.0
