"""Places as a language side says them: hundredths of the picture, each one of its words.

A word that is a hundredth off is nearly right, which cross-entropy does not know: it is told here,
by targets that spread over the neighbours.
"""

from dataclasses import dataclass
from typing import Any, final

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor
from torch.nn import functional

WORDS = 100
SPREAD = 1.5  # hundredths: the deviation of a target around the right one
NEAR = 5  # hundredths that a place may be off to be near


@final
@dataclass(frozen=True, kw_only=True)
class Numbers:
    """The ids of "0.00" to "0.99", which follow each other from `first` on."""

    first: int

    @classmethod
    def of(cls, tokenizer: Any) -> "Numbers":
        """Those of a tokenizer."""
        known: dict[str, int] = tokenizer.get_vocab()
        ids = [known[f"0.{step:02}"] for step in range(WORDS)]
        assert ids == list(range(ids[0], ids[0] + WORDS))
        return cls(first=ids[0])

    def are(self, ids: Int64[Tensor, " word"]) -> Bool[Tensor, " word"]:
        """Which words are places."""
        return (ids >= self.first) & (ids < self.first + WORDS)

    def are_near(
        self, said: Int64[Tensor, " word"], right: Int64[Tensor, " word"]
    ) -> Bool[Tensor, " word"]:
        """Which are places, and nearly the right ones."""
        return self.are(said) & self.are(right) & ((said - right).abs() <= NEAR)

    def loss(
        self, scores: Float[Tensor, "word vocabulary"], labels: Int64[Tensor, " word"]
    ) -> Float[Tensor, ""]:
        """Cross-entropy; of places, against a bell around the right one."""
        placed = self.are(labels)
        if not placed.any():
            return functional.cross_entropy(scores, labels)
        plain = functional.cross_entropy(scores[~placed], labels[~placed], reduction="sum")
        steps = torch.arange(WORDS, device=labels.device)
        off = (steps[None] - (labels[placed] - self.first)[:, None]) / SPREAD
        targets = (-0.5 * off.square()).softmax(-1)
        logs = scores[placed].log_softmax(-1)[:, self.first : self.first + WORDS]
        # less what the bell itself holds, so that the least is nought as of all other words
        bell = (targets * (targets + 1e-12).log()).sum()
        return (plain - (targets * logs).sum() + bell) / len(labels)
