"""Settings whose shape several families share: numbers in, arguments of transformers out."""

from typing import Any

Settings = dict[str, Any]  # Any: keyword arguments of transformers' configurations


def vision_sizes(
    *, hidden: int, heads: int, inner: int, image: int, patch: int, layers: int = 2
) -> Settings:
    """Settings of a CLIP-like encoder: a square picture cut into square patches."""
    return {
        "hidden_size": hidden,
        "num_attention_heads": heads,
        "intermediate_size": inner,
        "num_hidden_layers": layers,
        "image_size": image,
        "patch_size": patch,
    }


def text_sizes(
    tokenizer: Any, *, hidden: int, heads: int, inner: int, groups: int | None = None
) -> Settings:
    """Settings of a two-layer decoder for that tokenizer; `groups` are its key-value heads."""
    sizes = {
        "vocab_size": len(tokenizer),
        "hidden_size": hidden,
        "num_attention_heads": heads,
        "num_hidden_layers": 2,
        "max_position_embeddings": 4096,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
        "tie_word_embeddings": False,
        "intermediate_size": inner,
    }
    return sizes if groups is None else sizes | {"num_key_value_heads": groups}


def grid_pinpoints(tile: int, shapes: list[tuple[int, int]]) -> list[list[int]]:
    """Heights and widths in pixels of grids of tiles, given as (rows, columns)."""
    return [[tile * rows, tile * columns] for rows, columns in shapes]
