"""Words whose vectors are learned (prompt tuning, arXiv 2104.08691): k rows in a text's place."""

import hashlib
from typing import final

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from typing_extensions import override

from deixis.core.errors import UsageError
from deixis.models.weights import SHORT

BETWEEN = " "


@final
class LearnedWords(nn.Module):
    """A text that is said before every question, most of whose tokens are read as other vectors.

    `tokens` are the ids of consecutive tokens of it; their embeddings give way to `vectors`. Where
    they stand in a prompt is found by these ids, so templates, pictures and padding around them may
    be any.
    """

    tokens: Tensor

    def __init__(
        self, text: str, tokens: tuple[int, ...], vectors: Float[Tensor, "token dim"]
    ) -> None:
        super().__init__()
        if not tokens or len(tokens) != len(vectors):
            raise UsageError(f"{len(tokens)} tokens of words cannot have {len(vectors)} vectors")
        self.text = text
        self.register_buffer("tokens", torch.tensor(tokens), persistent=False)
        self.vectors = nn.Parameter(vectors.detach().float().clone())

    def before(self, question: str) -> str:
        """The words and the question's."""
        return self.text + BETWEEN + question

    @property
    def digest(self) -> str:
        """Of all that decides what is read."""
        numbers = self.vectors.detach().cpu().contiguous().numpy().tobytes()
        told = f"{self.text}\n{self.tokens.tolist()}\n".encode()
        return hashlib.sha256(told + numbers).hexdigest()[:SHORT]

    @override
    def forward(
        self, ids: Int64[Tensor, "*row token"], embedded: Float[Tensor, "*row token dim"]
    ) -> Float[Tensor, "*row token dim"] | None:
        """The embeddings of these ids, the words' (where they stand first in each row) replaced by
        the vectors. None where a row does not hold them.
        """
        tokens = self.tokens.to(ids.device)
        if ids.ndim != 2 or ids.shape[1] < len(tokens):
            return None
        found = (ids.unfold(1, len(tokens), 1) == tokens).all(-1)
        if not found.any(1).all():
            return None
        first = found.int().argmax(1, keepdim=True)
        places = first + torch.arange(len(tokens), device=ids.device)
        rows = torch.arange(len(ids), device=ids.device)[:, None].expand_as(places)
        vectors = self.vectors.to(embedded).expand(len(ids), -1, -1)
        return embedded.index_put((rows, places), vectors)
