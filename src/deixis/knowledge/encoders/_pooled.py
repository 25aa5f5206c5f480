"""Text encoders of transformers: a folder or a hub id, its tokens pooled as its own files say."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias, final

import torch
from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError
from jaxtyping import Float
from torch import Tensor, nn
from transformers import AutoModel
from transformers.utils.hub import cached_file

from deixis.core.errors import ModelError
from deixis.core.files import read_text
from deixis.core.json_lines import parse
from deixis.models.checkpoints import load_tokenizer, load_weights, revision_of, where

Pooling: TypeAlias = Literal["mean", "cls"]
AT_ONCE = 64  # texts of one length
POOLING_FILE, MODULES_FILE = "1_Pooling/config.json", "modules.json"
MODULES = ("Transformer", "Pooling", "Normalize")  # of sentence-transformers, that are done here
MODE = "pooling_mode_"
POOLINGS: dict[str, Pooling] = {"mean_tokens": "mean", "cls_token": "cls"}


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
    model = load_weights(name, AutoModel, unread=("pooler.",))
    modules = _modules(name)
    return Pooled(
        model=model,
        tokenizer=load_tokenizer(name),
        pooling=_pooling(name),
        is_unit="Normalize" in modules,
        revision=revision_of(name, model),
    )


def _modules(name: str) -> list[str]:
    """The kinds of what a text goes through; ModelError for one that is not done here."""
    told = _file(name, MODULES_FILE)
    listed = told if isinstance(told, list) else []
    kinds = [str(m.get("type")).rpartition(".")[2] for m in listed if isinstance(m, dict)]
    for kind in kinds:
        if kind not in MODULES:
            raise ModelError(
                f"the text encoder {name} has a {kind}, which is none of {', '.join(MODULES)}"
            )
    return kinds


def _pooling(name: str) -> Pooling:
    told = _file(name, POOLING_FILE)
    if told is None:
        return "mean"
    modes = [key for key, chosen in told.items() if chosen] if isinstance(told, dict) else []
    asked = [key.removeprefix(MODE) for key in modes if key.startswith(MODE)]
    if len(asked) != 1 or asked[0] not in POOLINGS:
        raise ModelError(
            f"the text encoder {name} pools its tokens by {' and '.join(asked) or 'nothing'}; "
            f"known are {', '.join(POOLINGS)}, one at a time"
        )
    return POOLINGS[asked[0]]


def _file(name: str, inner: str) -> object:
    """A JSON file of the encoder's, None where it has none."""
    folder = Path(where(name))
    try:
        if folder.is_dir():
            path = folder / inner if (folder / inner).is_file() else None
        else:
            found = cached_file(name, inner, _raise_exceptions_for_missing_entries=False)
            path = Path(found) if found else None
        return parse(read_text(path)) if path else None
    except (OSError, ValueError, EntryNotFoundError, LocalEntryNotFoundError) as broken:
        raise ModelError(f"cannot read {inner} of {name}: {broken}") from None
