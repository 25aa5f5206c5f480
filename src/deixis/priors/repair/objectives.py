"""What the encoder is taught by: each gives a loss from the vectors of pictures and their names."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import final

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.nn import functional
from typing_extensions import override

from deixis.models.interface import TokenPlace

TEMPERATURE = 0.07
OF_WORDS = 0.01  # CLIP's last; words that a model never said lie within a cosine of 0.9 and more


class Objective(nn.Module, ABC):
    """`place` says which of the model's tokens it takes: before the projector, or after."""

    place: TokenPlace = "before"

    @abstractmethod
    def forward(
        self, vectors: Float[Tensor, "picture dim"], names: Int64[Tensor, " picture"]
    ) -> Float[Tensor, ""]:
        """The loss of pictures of these names, by their places in the list."""


@final
class OwnWords(Objective):
    """Projected tokens against the model's own words of all names: read as words, they say what
    they show. The words stay.
    """

    place: TokenPlace = "after"
    words: Tensor

    def __init__(self, words: Float[Tensor, "name dim"]) -> None:
        super().__init__()
        self.register_buffer("words", functional.normalize(words.detach().float(), dim=-1))

    @override
    def forward(
        self, vectors: Float[Tensor, "picture dim"], names: Int64[Tensor, " picture"]
    ) -> Float[Tensor, ""]:
        scores = functional.normalize(vectors.float(), dim=-1) @ self.words.T
        return functional.cross_entropy(scores / OF_WORDS, names)


@final
class Softmax(Objective):
    """A linear answer over all names, which is thrown away in the end."""

    def __init__(self, *, width: int, num_names: int, generator: torch.Generator) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.linear = nn.Linear(width, num_names)
        nn.init.normal_(self.linear.weight, std=width**-0.5, generator=generator)
        nn.init.zeros_(self.linear.bias)

    @override
    def forward(
        self, vectors: Float[Tensor, "picture dim"], names: Int64[Tensor, " picture"]
    ) -> Float[Tensor, ""]:
        return functional.cross_entropy(self.linear(self.norm(vectors.float())), names)


@final
class Contrastive(Objective):
    """Pictures and texts of a batch find one another, as in CLIP; pictures of one name share it.

    The text tower is that of a dual encoder of transformers, frozen or not.
    """

    def __init__(
        self,
        *,
        width: int,
        text_tower: nn.Module,
        tokens: Sequence[Int64[Tensor, " token"]],
        text_width: int,
        is_frozen: bool,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.tower = text_tower.requires_grad_(not is_frozen)
        self.tokens = tuple(tokens)
        self.joint = nn.Linear(width, text_width, bias=False)
        nn.init.normal_(self.joint.weight, std=width**-0.5, generator=generator)

    @override
    def forward(
        self, vectors: Float[Tensor, "picture dim"], names: Int64[Tensor, " picture"]
    ) -> Float[Tensor, ""]:
        there, own = names.unique(return_inverse=True)
        ids = torch.stack([self.tokens[int(name)] for name in there]).to(vectors.device)
        texts = self.tower.get_text_features(input_ids=ids).pooler_output  # type: ignore[operator]
        pictures = functional.normalize(self.joint(vectors.float()), dim=-1)
        scores = pictures @ functional.normalize(texts.float(), dim=-1).T / TEMPERATURE
        is_own = functional.one_hot(own, len(there)).float()
        by_text = (is_own / is_own.sum(0, keepdim=True)).T
        return 0.5 * (
            functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, by_text)
        )


def relations(vectors: Float[Tensor, "picture dim"]) -> Float[Tensor, "picture picture"]:
    """How alike each two of the pictures are: what is distilled from encoders of other widths."""
    unit = functional.normalize(vectors.float(), dim=-1)
    return unit @ unit.T
