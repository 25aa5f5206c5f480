"""What tells a model's answers and embeddings from another's: digests of what they depend on."""

import hashlib
import json
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

SHORT = 16  # hex digits of a digest that people may read
# files that models, their tokenizers and their pooling are read from
DECIDING = frozenset({".safetensors", ".json", ".jinja", ".txt", ".model"})


def weights_digest(model: torch.nn.Module, dtype: torch.dtype | None = None) -> str:
    """Of the names, kinds and bytes of all weights in memory; those that lie elsewhere (meta) are
    told by the checkpoint's commit instead. `dtype` rounds them first: a model that is loaded in a
    wider kind can be told from one that was in this.
    """
    digest = hashlib.sha256()
    for name, weight in sorted(model.state_dict().items()):
        if not isinstance(weight, Tensor):
            continue
        if dtype is not None and weight.is_floating_point():
            weight = weight.to(dtype)
        digest.update(f"{name} {weight.dtype} {tuple(weight.shape)}\n".encode())
        if weight.device.type == "meta":
            digest.update(str(getattr(model.config, "_commit_hash", None)).encode())
        else:
            flat = weight.detach().reshape(-1).cpu().contiguous()
            digest.update(flat.view(torch.uint8).numpy().data)
    return digest.hexdigest()[:SHORT]


def revision_of(name: str, model: Any) -> str:  # Any: transformers' own class
    """The hub's commit, or a digest of all files of a folder that decide what its model does."""
    folder = Path(name).expanduser()
    if not folder.is_dir():
        return str(getattr(model.config, "_commit_hash", None) or "unknown")
    digest = hashlib.sha256()
    for path in sorted([*folder.iterdir(), *folder.glob("*/*.json")]):  # of its pooling, too
        if path.suffix in DECIDING and path.is_file():
            with path.open("rb") as file:
                own = hashlib.file_digest(file, "sha256").hexdigest()
            digest.update(f"{path.relative_to(folder).as_posix()} {own}\n".encode())
    return digest.hexdigest()[:16]


def prepared_by(image_processor: Any) -> Mapping[str, str]:  # Any: transformers' own class
    """Its class, a digest of its settings, and the library's version."""
    settings = json.dumps(image_processor.to_dict(), sort_keys=True, default=str)
    return {
        "processor": type(image_processor).__name__,
        "settings": hashlib.sha256(settings.encode()).hexdigest()[:SHORT],
        "transformers": metadata.version("transformers"),
    }
