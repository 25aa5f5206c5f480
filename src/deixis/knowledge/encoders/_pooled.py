"""Text encoders of transformers: a folder or a hub id, its tokens pooled as its own files say."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, final

import torch
from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError
from jaxtyping import Float
from torch import Tensor, nn
from transformers import AutoModel, AutoTokenizer
from transformers.utils.hub import cached_file

from deixis.core.errors import ModelError
from deixis.knowledge.checkpoint import loaded

Pooling: TypeAlias = Literal["mean", "cls"]
AT_ONCE = 64  # texts of one length
POOLING_FILE, MODULES_FILE = "1_Pooling/config.json", "modules.json"
WEIGHTS = "model.safetensors"


@final
@dataclass(frozen=True, kw_only=True)
class Pooled:
    """A loaded encoder. `is_unit`: its vectors have length 1."""

    model: Any  # Any: transformers' own classes
    tokenizer: Any
    pooling: Pooling
    is_unit: bool
    revision: str

    def encode(self, texts: Sequence[str]) -> Float[Tensor, "text width"]:
        """Texts of one length go together, so that none is padded."""
        if not texts:
            return torch.empty(0, self.width)
        ids = self.tokenizer(list(texts), truncation=True, max_length=self._longest).input_ids
        by_length: dict[int, list[int]] = defaultdict(list)
        for place, row in enumerate(ids):
            by_length[len(row)].append(place)
        vectors: list[Tensor] = [torch.empty(0)] * len(texts)
        for places in by_length.values():
            for begin in range(0, len(places), AT_ONCE):
                some = places[begin : begin + AT_ONCE]
                tokens = torch.tensor([ids[place] for place in some], device=self.model.device)
                for place, vector in zip(some, self._vectors(tokens), strict=True):
                    vectors[place] = vector
        return torch.stack(vectors)

    @property
    def module(self) -> nn.Module:
        """Its weights."""
        module: nn.Module = self.model
        return module

    @property
    def width(self) -> int:
        """Of the vectors."""
        return int(self.model.config.hidden_size)

    @property
    def _longest(self) -> int:
        own = int(getattr(self.model.config, "max_position_embeddings", 512))
        return min(own, int(self.tokenizer.model_max_length))

    def _vectors(self, ids: Tensor) -> Float[Tensor, "text width"]:
        states = self.model(input_ids=ids).last_hidden_state.float()
        pooled = states[:, 0] if self.pooling == "cls" else states.mean(dim=1)
        if self.is_unit:
            pooled = torch.nn.functional.normalize(pooled, dim=-1)
        return pooled


def load_pooled(name: str) -> Pooled:
    """From a folder or a hub id; pooled by the mean where it does not say how."""
    try:
        model = loaded(AutoModel, name, use_safetensors=True, dtype=torch.float32)
        tokenizer = loaded(AutoTokenizer, name)
    except (OSError, ValueError) as refusal:
        raise ModelError(f"cannot load the text encoder {name}: {refusal}") from None
    told = _file(name, POOLING_FILE)
    is_cls = isinstance(told, dict) and bool(told.get("pooling_mode_cls_token"))
    modules = _file(name, MODULES_FILE)
    listed = modules if isinstance(modules, list) else []
    is_unit = any(isinstance(m, dict) and "Normalize" in str(m.get("type")) for m in listed)
    return Pooled(
        model=model.eval().requires_grad_(False),
        tokenizer=tokenizer,
        pooling="cls" if is_cls else "mean",
        is_unit=is_unit,
        revision=revision_of(name, model),
    )


def revision_of(name: str, model: Any) -> str:  # Any: transformers' own classes
    """The hub's commit, or a digest of a folder's weights."""
    weights = Path(name).expanduser() / WEIGHTS
    if not weights.is_file():
        return str(getattr(model.config, "_commit_hash", None) or "unknown")
    with weights.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _file(name: str, inner: str) -> object:
    """A JSON file of the encoder's, None where it has none."""
    folder = Path(name).expanduser()
    try:
        if folder.is_dir():
            path = folder / inner if (folder / inner).is_file() else None
        else:
            found = cached_file(name, inner, _raise_exceptions_for_missing_entries=False)
            path = Path(found) if found else None
        return json.loads(path.read_text("utf-8")) if path else None
    except (OSError, ValueError, EntryNotFoundError, LocalEntryNotFoundError) as broken:
        raise ModelError(f"cannot read {inner} of {name}: {broken}") from None
