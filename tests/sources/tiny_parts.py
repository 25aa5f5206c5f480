"""What the tiny random models of these tests share: backbones, tokenizers, sharp weights."""

import string
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers as hf
from tokenizers import pre_tokenizers

LABELS = {0: "anchor", 1: "lamp", 2: "grass"}
NAMES: dict[str, Any] = {
    "id2label": LABELS,
    "label2id": {label: number for number, label in LABELS.items()},
}
SIZES = {"shortest_edge": 48, "longest_edge": 90}
STAGES = ["stage1", "stage2", "stage3", "stage4"]
Built = tuple[Any, Any]  # a model and what prepares pictures for it
Builder = Callable[[], Built]


def save(build: Builder, folder: Path, *, seed: int = 0, gain: float = 1.0) -> str:
    """Build with seeded weights, `gain` times as strong as keeps activations near one, and save."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model, processor = build()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1 and parameter.std() > 0:
                noise = torch.randn(parameter.shape, generator=generator)
                parameter.copy_(noise * gain / parameter[0].numel() ** 0.5)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return str(folder)


def resnet(first: int = 0) -> Any:
    return hf.ResNetConfig(
        embedding_size=8,
        hidden_sizes=[8, 8, 16, 16],
        depths=[1, 1, 1, 1],
        layer_type="basic",
        out_features=STAGES[first:],
    )


def swin(first: int = 0) -> Any:
    return hf.SwinConfig(
        embed_dim=8,
        depths=[1, 1, 1, 1],
        num_heads=[1, 1, 2, 2],
        window_size=4,
        image_size=64,
        patch_size=4,
        out_features=STAGES[first:],
    )


def detr_sizes(decoder_layers: int = 1) -> dict[str, Any]:
    return {
        "d_model": 32,
        "encoder_layers": 1,
        "decoder_layers": decoder_layers,
        "encoder_attention_heads": 8,
        "decoder_attention_heads": 8,
        "encoder_ffn_dim": 16,
        "decoder_ffn_dim": 16,
        "num_queries": 9,
    }


def clip_tokenizer(longest: int) -> Any:
    """A CLIPTokenizer of single bytes."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = [
        *letters,
        *(f"{letter}</w>" for letter in letters),
        "<|startoftext|>",
        "<|endoftext|>",
    ]
    vocabulary = {token: number for number, token in enumerate(tokens)}
    return hf.CLIPTokenizer(vocab=vocabulary, merges=[], model_max_length=longest)


def bert_tokenizer() -> Any:
    """A BertTokenizer whose special tokens and full stop have the ids of BERT's own, as Grounding
    DINO expects.
    """
    tokens = [f"[unused{number}]" for number in range(1100)]
    known = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]", 1012: "."}
    known[1029] = "?"
    for number, letter in enumerate(string.ascii_lowercase, start=200):
        known[number], known[number + 100] = letter, f"##{letter}"
    for number, word in enumerate(("anchor", "lamp", "red", "old"), start=500):
        known[number] = word
    for number, token in known.items():
        tokens[number] = token
    return hf.BertTokenizer(vocab={token: number for number, token in enumerate(tokens)})
