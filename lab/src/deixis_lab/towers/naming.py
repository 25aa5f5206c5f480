"""A tower that names things: by a list, and by what words mean, so that it can meet new names."""

from typing import final

import torch
from jaxtyping import Float, Int64
from torch import Tensor, nn
from torch.nn import functional
from transformers import EfficientNetModel

from deixis_lab.towers.lite import WIDTH

MEANING = 384  # width of MiniLM's embeddings
LIST_DROPOUT, MEANING_DROPOUT = 0.2, 0.1
LIST_SMOOTHING, MEANING_SMOOTHING = 0.1, 0.05  # of the right answers
MEANING_WEIGHT = 0.5  # beside the list's loss
SHARPEST = 100.0


@final
class NamingTower(nn.Module):
    """Lite0 with two heads: a linear one over the listed names, and a map to where MiniLM puts
    their words.
    """

    def __init__(self, tower: EfficientNetModel, num_names: int) -> None:
        super().__init__()
        self.tower = tower
        self.listed = nn.Linear(WIDTH, num_names)
        self.meaning = nn.Linear(WIDTH, MEANING)
        self.log_sharpness = nn.Parameter(torch.tensor(3.0))
        nn.init.zeros_(self.listed.weight)
        nn.init.zeros_(self.listed.bias)

    def features(
        self, pictures: Float[Tensor, "picture 3 row column"]
    ) -> Float[Tensor, "picture width"]:
        """What is seen of each picture as a whole."""
        pooled: Tensor = self.tower(pictures).pooler_output
        return pooled.flatten(1)

    def by_list(self, features: Float[Tensor, "picture width"]) -> Float[Tensor, "picture name"]:
        """How well each listed name fits."""
        dropped = functional.dropout(features, LIST_DROPOUT, self.training)
        scores: Tensor = self.listed(dropped)
        return scores

    def by_meaning(
        self, features: Float[Tensor, "picture width"], words: Float[Tensor, "word meaning"]
    ) -> Float[Tensor, "picture word"]:
        """How well each of these words fits, by their unit vectors."""
        dropped = functional.dropout(features, MEANING_DROPOUT, self.training)
        seen = functional.normalize(self.meaning(dropped), dim=-1)
        return seen @ words.T * self.log_sharpness.exp().clamp(max=SHARPEST)


def naming_losses(
    tower: NamingTower,
    pictures: Float[Tensor, "picture 3 row column"],
    names: Int64[Tensor, " picture"],
    words: Float[Tensor, "name meaning"],
) -> tuple[Float[Tensor, ""], Float[Tensor, ""], Float[Tensor, ""]]:
    """The list's loss, the meaning's, and the share that the list names rightly."""
    features = tower.features(pictures)
    listed = tower.by_list(features)
    meant = tower.by_meaning(features, words)
    return (
        functional.cross_entropy(listed, names, label_smoothing=LIST_SMOOTHING),
        functional.cross_entropy(meant, names, label_smoothing=MEANING_SMOOTHING),
        (listed.argmax(1) == names).float().mean(),
    )
