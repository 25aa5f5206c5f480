"""Tiny random encoders of transformers' real classes, saved as checkpoints."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers as hf

LETTERS = "abcdefghijklmnopqrstuvwxyz.,"
SIDE = 28
VISION = {
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 24,
    "image_size": SIDE,
    "patch_size": 7,
}
TEXT = {
    "vocab_size": 60,
    "hidden_size": 12,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 20,
    "max_position_embeddings": 40,
    "projection_dim": 12,
}


def tokenizer() -> Any:
    """CLIP's, of letters."""
    vocab = {letter: place for place, letter in enumerate(LETTERS)}
    vocab |= {f"{letter}</w>": len(LETTERS) + place for place, letter in enumerate(LETTERS)}
    vocab |= {"<|startoftext|>": 2 * len(LETTERS), "<|endoftext|>": 2 * len(LETTERS) + 1}
    return hf.CLIPTokenizer(vocab=vocab, merges=[])


def clip() -> Any:
    """A CLIP."""
    ends = {"bos_token_id": 2 * len(LETTERS), "eos_token_id": 2 * len(LETTERS) + 1}
    text, vision = {**TEXT, **ends}, {**VISION, "projection_dim": 10}
    return hf.CLIPModel(hf.CLIPConfig(text_config=text, vision_config=vision, projection_dim=10))


def siglip() -> Any:
    """A SigLIP; both towers are as wide."""
    text = {**TEXT, "hidden_size": 16, "projection_size": 16}
    return hf.SiglipModel(hf.SiglipConfig(text_config=text, vision_config=dict(VISION)))


def dinov2() -> Any:
    """A DINOv2, which has no words."""
    kept = {key: value for key, value in VISION.items() if key != "intermediate_size"}
    return hf.Dinov2Model(hf.Dinov2Config(**kept))


def dinov3() -> Any:
    """A DINOv3."""
    return hf.DINOv3ViTModel(hf.DINOv3ViTConfig(**VISION))


def save(build: Callable[[], Any], folder: Path, *, seed: int = 0) -> str:
    """A checkpoint with seeded weights, strong enough that pictures differ."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = build()
        with torch.no_grad():
            for weight in model.parameters():
                if weight.ndim > 1 and weight.numel():
                    weight.normal_(std=weight[0].numel() ** -0.5)
    model.save_pretrained(folder)
    square = {"height": SIDE, "width": SIDE}
    hf.CLIPImageProcessorPil(size=square, do_center_crop=False).save_pretrained(folder)
    if hasattr(model, "get_text_features"):
        tokenizer().save_pretrained(folder)
    return str(folder)
