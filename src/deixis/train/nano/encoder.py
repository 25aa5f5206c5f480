"""The dense pretraining of a nano model's encoder: every patch says what it shows."""

from collections.abc import Mapping, Sequence
from typing import Any, final

import torch
from jaxtyping import Float, Int
from torch import Tensor, nn
from torch.nn import functional

from deixis.data.scenes.words import LONGEST
from deixis.train.nano.labels import NUM_CLASSES

WEIGHTS = {
    "name": 1.0,
    "colour": 0.5,
    "stuff": 0.2,
    "letter": 0.5,
    "word": 0.5,
    "spelling": 0.5,
    "mark_kind": 1.0,
    "mark_colour": 1.0,
}
MIDDLE_WEIGHT = 0.3  # of the middle layer's answers


@final
class PatchReader(nn.Module):
    """Linear answers to every kind of label, from several layers of a tower joined."""

    def __init__(self, *, width: int, layers: Sequence[int], generator: torch.Generator) -> None:
        super().__init__()
        self.layers = tuple(layers)
        self.norm = nn.LayerNorm(width * len(layers))
        sizes = {key: _outputs(key) for key in NUM_CLASSES}
        self.sizes = sizes
        self.linear = nn.Linear(width * len(layers), sum(sizes.values()))
        nn.init.normal_(self.linear.weight, std=(width * len(layers)) ** -0.5, generator=generator)
        nn.init.zeros_(self.linear.bias)

    def forward(
        self, states: Sequence[Float[Tensor, "picture _ _"]], num_patches: int
    ) -> dict[str, Float[Tensor, "picture patch answer"]]:
        """Scores by kind of label; tokens before the patches (the class token) are left out."""
        joined = torch.cat([states[layer][:, -num_patches:] for layer in self.layers], dim=-1)
        scores = self.linear(self.norm(joined)).split(list(self.sizes.values()), dim=-1)
        return dict(zip(self.sizes, scores, strict=True))


@final
class DenseEncoder(nn.Module):
    """A vision tower with readers on its chosen layers and on a middle one."""

    def __init__(
        self,
        tower: Any,
        *,
        layers: Sequence[int],
        middle: int | None,
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        width = tower.config.hidden_size
        self.tower = tower
        read = (tuple(layers),) if middle is None else (tuple(layers), (middle,))
        self.readers = nn.ModuleList(
            PatchReader(width=width, layers=chosen, generator=generator) for chosen in read
        )

    def forward(
        self, pixel_values: Float[Tensor, "picture 3 height width"]
    ) -> list[dict[str, Float[Tensor, "picture patch answer"]]]:
        """Scores of the chosen layers, then of the middle one if there is one."""
        config = self.tower.config
        states = self.tower(pixel_values, output_hidden_states=True).hidden_states
        num_patches = (config.image_size // config.patch_size) ** 2
        return [reader(states, num_patches) for reader in self.readers]


def dense_losses(
    scores: Mapping[str, Float[Tensor, "picture patch answer"]],
    labels: Mapping[str, Int[Tensor, "..."]],
) -> dict[str, Float[Tensor, ""]]:
    """Mean cross-entropy by kind, over the labels that are not -1."""
    return {key: _loss(_classes(key, scores[key]), labels[key].long()) for key in NUM_CLASSES}


def accuracies(
    scores: Mapping[str, Float[Tensor, "picture patch answer"]],
    labels: Mapping[str, Int[Tensor, "..."]],
) -> dict[str, float]:
    """The share of right answers by kind; of marks, on the patches that have one;
    of names, on pictograms, since a sign is soon told.
    """
    shares = {}
    for key in NUM_CLASSES:
        right = _classes(key, scores[key]).argmax(-1) == labels[key]
        asked = labels[key] > 0 if key.startswith("mark") else labels[key] >= 0
        if key == "name":
            asked &= labels[key] < NUM_CLASSES[key] - 1
        shares[key] = float(right[asked].float().mean()) if bool(asked.any()) else 0.0
    return shares


def total_loss(losses: Mapping[str, Tensor]) -> Float[Tensor, ""]:
    """The kinds weighed against one another."""
    return torch.stack([WEIGHTS[key] * loss for key, loss in losses.items()]).sum()


def _outputs(key: str) -> int:
    return NUM_CLASSES[key] * (LONGEST if key == "spelling" else 1)


def _classes(key: str, scores: Tensor) -> Tensor:
    """Scores as a row of classes a label."""
    return scores.unflatten(-1, (LONGEST, -1)) if key == "spelling" else scores


def _loss(scores: Tensor, labels: Tensor) -> Float[Tensor, ""]:
    asked = labels >= 0
    if not bool(asked.any()):
        return scores.sum() * 0.0
    return functional.cross_entropy(scores[asked].float(), labels[asked])
