"""The second stage's measure: a projected token, read as a word, names what it covers."""

from collections.abc import Mapping, Sequence
from typing import Any, final

import numpy as np
import torch
from jaxtyping import Float, Int
from torch import Tensor, nn

from deixis_lab.zoo.training.labels import COLOURS, GROUNDS, NAMES
from deixis_lab.zoo.training.scene_mark import KINDS

MARK_SHARE = 0.5  # of the weight that a name's words have
LISTS: dict[str, Sequence[str]] = {
    "name": NAMES,
    "colour": COLOURS,
    "stuff": GROUNDS,
    "mark_kind": ("", *KINDS),
}


@final
class WordTargets:
    """Which tokens of the vocabulary say each label."""

    def __init__(self, tokenizer: Any) -> None:  # Any: as transformers gives it
        self.num_tokens = len(tokenizer)
        self.tables = {key: _table(tokenizer, key, words) for key, words in LISTS.items()}

    def __call__(
        self, labels: Mapping[str, Int[Tensor, "picture patch"]]
    ) -> Float[Tensor, "picture patch word"]:
        """A distribution over the vocabulary for each patch."""
        shape = labels["name"].shape
        weights = torch.zeros(*shape, self.num_tokens, device=labels["name"].device)
        for key, table in self.tables.items():
            answers = labels[key].long()
            said = table.to(weights.device)[answers.clamp(min=0)]
            weights += said * (answers >= 0)[..., None]
        return weights / weights.sum(-1, keepdim=True).clamp(min=1e-6)


def read_scores(
    tokens: Float[Tensor, "picture token dim"], language: Any
) -> Float[Tensor, "picture token word"]:
    """Each token through the language side's last norm and its embeddings."""
    return language.norm(tokens) @ language.embed_tokens.weight.T


def place_loss(
    scores: Float[Tensor, "picture token word"], targets: Float[Tensor, "picture token word"]
) -> Float[Tensor, ""]:
    """Cross-entropy with the words of what each token covers."""
    return -(targets * scores.float().log_softmax(-1)).sum(-1).mean()


def set_loss(
    scores: Float[Tensor, "picture query word"], targets: Float[Tensor, "picture patch word"]
) -> Float[Tensor, ""]:
    """For queries, which have no place: together they say the words of the whole picture."""
    together = scores.float().logsumexp(1).log_softmax(-1)
    wanted = targets.amax(1)
    wanted = wanted / wanted.sum(-1, keepdim=True)
    return -(wanted * together).sum(-1).mean()


def pooled_targets(
    targets: Float[Tensor, "picture patch word"], block: int
) -> Float[Tensor, "picture token word"]:
    """The words of a block of patches together, for tokens that cover several."""
    if block == 1:
        return targets
    pictures, patches, words = targets.shape
    side = int(np.sqrt(patches))
    grid = targets.view(pictures, side // block, block, side // block, block, words)
    return grid.mean(dim=(2, 4)).view(pictures, -1, words)


def _table(tokenizer: Any, key: str, words: Sequence[str]) -> Float[Tensor, "label word"]:
    table = torch.zeros(len(words), len(tokenizer))
    for label, word in enumerate(words):
        ids = tokenizer(word, add_special_tokens=False).input_ids if word else []
        for token in ids:
            table[label, token] = (MARK_SHARE if key == "mark_kind" else 1.0) / len(ids)
    return table


def frozen_except(model: nn.Module, training: Sequence[nn.Module]) -> None:
    """Let only these parts of a model train."""
    model.requires_grad_(False)
    for part in training:
        part.requires_grad_(True)
