"""The knowledge prompt: what is known of a picture, brought into its vision tokens."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import final, get_args

import numpy as np
import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from typing_extensions import override

from deixis.core.errors import UnknownNameError, UnsupportedError, UsageError
from deixis.core.image import Image
from deixis.core.token_grid import GridView
from deixis.knowledge.embedding_cache import WordTable
from deixis.knowledge.map import RULES, KnowledgeMap, Lattice, chart, covered, lattice
from deixis.knowledge.network import Known, NetworkConfig
from deixis.models.interface import KnownTokenChange, TokenPlace, VisionLanguageModel
from deixis.models.tensor_interface import VisionTokens

MERGES = ("add", "concat")
PLACES: tuple[TokenPlace, ...] = get_args(TokenPlace)
SHORT = 16  # hex digits of a digest that people may read
SMALLEST = 1e-6  # length of an embedding that is told from none


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class PromptConfig:
    """How knowledge enters a model."""

    stored_name = "PromptConfig"

    encoder: str = "minilm"  # of the notes' words: minilm, own, clip:NAME, sentence:NAME
    rule: str = "paper"  # which of overlapping notes holds
    network: NetworkConfig = field(default_factory=NetworkConfig)
    merge: str = "add"  # to the tokens, or beside them into a linear layer
    place: str = "after"  # the projector, or before it (a Q-Former too)
    tunes_encoder: bool = False  # it trains, and is saved, with the rest

    def __post_init__(self) -> None:
        for kind, name, known in (
            ("rule", self.rule, RULES),
            ("merge", self.merge, MERGES),
            ("place", self.place, PLACES),
        ):
            if name not in known:
                raise UnknownNameError(kind=kind, name=name, known=known)

    @property
    def token_place(self) -> TokenPlace:
        """Where in the model it enters."""
        return "before" if self.place == "before" else "after"


@final
class KnowledgePrompt(nn.Module, KnownTokenChange):
    """A change of vision tokens by the notes that came with their pictures.

    Before it is trained it changes nothing. `size` is the root mean square of the numbers of the
    model's tokens: the network works on numbers around 1, as embeddings are many times smaller than
    tokens in most models, and what it makes is multiplied by it.
    """

    size: Tensor

    def __init__(
        self,
        config: PromptConfig,
        words: WordTable,
        *,
        tokens: int,
        generator: torch.Generator,
        size: float = 1.0,
    ) -> None:
        super().__init__()
        self.config = config
        self.words = words
        self.tokens = tokens
        self.register_buffer("size", torch.tensor(size))
        self.network = config.network.build(known=words.width, tokens=tokens, generator=generator)
        self.text: nn.Module | None = None
        if config.tunes_encoder:
            self.text = _tuned(words)
        self.joint: nn.Linear | None = None
        if config.merge == "add":
            self.network.quiet()
        else:  # the linear layer on both is the identity on the first at the start
            self.joint = nn.Linear(2 * tokens, tokens)
            nn.init.zeros_(self.joint.weight)
            nn.init.zeros_(self.joint.bias)

    @property
    @override
    def place(self) -> TokenPlace:
        return self.config.token_place

    @property
    @override
    def record(self) -> Mapping[str, str]:
        """What it is: two prompts that agree in it do the same. The digest is of all its numbers,
        as they are now.
        """
        digest = hashlib.sha256()
        for name, values in sorted(self.state_dict().items()):
            digest.update(f"{name} {values.dtype} {tuple(values.shape)}\n".encode())
            digest.update(
                values.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy().tobytes()
            )
        return {"config": str(self.config), "digest": digest.hexdigest()[:SHORT]}

    @override
    def forward(self, seen: Sequence[VisionTokens]) -> list[Float[Tensor, "token dim"]]:
        """The tokens of each picture with what is known of it."""
        prompts = self.prompts(seen)
        return [self._merged(one.tokens, p) for one, p in zip(seen, prompts, strict=True)]

    def prompts(self, seen: Sequence[VisionTokens]) -> list[Float[Tensor, "token dim"]]:
        """What the network makes of the notes for each token, in parts of `size`; zero where a
        token has no place.
        """
        device = seen[0].tokens.device
        charts = [self._chart(one) for one in seen]
        words = list(dict.fromkeys(word for one in charts for word in one.words))
        table = levelled(self.words(words).to(device))
        rows = {word: row for row, word in enumerate(words)}
        forms: dict[tuple[int, ...], list[_View]] = defaultdict(list)
        for picture, (shown, known) in enumerate(zip(seen, charts, strict=True)):
            chosen = torch.tensor([rows[word] for word in known.words], dtype=torch.long)
            for view in shown.grid.views:
                shares = torch.from_numpy(covered(known, self._cells(view)))
                forms[view.tokens.shape].append(
                    _View(
                        picture=picture,
                        tokens=torch.from_numpy(view.tokens).to(device),
                        known=Known(shares=shares.to(device), words=chosen.to(device)),
                    )
                )
        prompts = [one.tokens.new_zeros(one.tokens.shape, dtype=table.dtype) for one in seen]
        for alike in forms.values():
            made = self.network([one.known for one in alike], table)
            for one, vectors in zip(alike, made, strict=True):
                kept = one.tokens >= 0
                values = vectors.permute(1, 2, 0)[kept].to(table.dtype)
                prompts[one.picture] = prompts[one.picture].index_copy(0, one.tokens[kept], values)
        return prompts

    def _chart(self, seen: VisionTokens) -> KnowledgeMap:
        if not seen.grid.spatial:
            raise UnsupportedError(
                "this model's vision tokens look everywhere: let knowledge enter before its "
                "Q-Former, with place=before"
            )
        return chart(seen.notes, seen.grid.size, self.config.rule)

    def _cells(self, view: GridView) -> Lattice:
        network = self.config.network
        rows, columns = view.tokens.shape
        return lattice(
            view.transform, rows, columns, fineness=network.fineness, margin=network.margin
        )

    def _merged(
        self, tokens: Float[Tensor, "token dim"], prompt: Float[Tensor, "token dim"]
    ) -> Float[Tensor, "token dim"]:
        if self.joint is None:
            return tokens + (self.size * prompt).to(tokens.dtype)
        both = torch.cat([tokens.to(prompt.dtype) / self.size, prompt], dim=-1)
        return tokens + (self.size * self.joint(both)).to(tokens.dtype)


def levelled(table: Float[Tensor, "word known"]) -> Float[Tensor, "word known"]:
    """Each embedding with a root mean square of 1."""
    lengths = table.norm(dim=-1, keepdim=True).clamp_min(SMALLEST)
    return table * (table.shape[-1] ** 0.5 / lengths)


def tokens_of(model: VisionLanguageModel, place: TokenPlace) -> VisionTokens:
    """What a model's tokens at that place are like: how wide, of which dtype, on which device."""
    (seen,) = model.vision_tokens([Image(pixels=np.zeros((64, 64, 3), np.uint8))], place=place)
    return seen


def _tuned(words: WordTable) -> nn.Module:
    module = words.encoder.module
    if module is None:
        raise UsageError("this text encoder has no weights of its own that could be tuned")
    words.is_tuned = True
    return module.requires_grad_(True)


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class _View:
    """A view of a picture of the batch: where its cells' vectors go, and what it shows."""

    picture: int
    tokens: Int64[Tensor, "row column"]
    known: Known
