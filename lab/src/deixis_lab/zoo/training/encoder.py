"""The dense pretraining of a nano model's encoder: every patch says what it shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional

from deixis_lab.world.words import LONGEST
from deixis_lab.zoo.training.labels import NUM_CLASSES

WEIGHTS = {
    "name": 1.0,
    "colour": 0.5,
    "mark_kind": 1.0,
    "mark_colour": 1.0,
    "stuff": 0.2,
    "letter": 0.5,
    "spelling": 1.0,
    "count": 0.5,
    "ink_kind": 0.5,
    "ink_colour": 0.5,
}
ASKED_TOGETHER = (  # kinds of labels that the same patches have
    ("name", "colour", "mark_kind", "mark_colour"),
    ("stuff",),
    ("letter",),
    ("spelling",),
    ("ink_kind", "ink_colour"),
    ("count",),
)
MIDDLE_WEIGHT = 0.3  # of the middle layer's answers


@final
@dataclass(frozen=True, kw_only=True, eq=False)
class Answers:
    """Scores and right classes, a row each time that one kind of label was asked for."""

    scores: Float[Tensor, "asked ... answer"]
    labels: Int[Tensor, "asked ..."]


@final
class PatchReader(nn.Module):
    """Linear answers to every kind of label, from several layers of a tower joined."""

    def __init__(self, *, width: int, layers: Sequence[int], generator: torch.Generator) -> None:
        super().__init__()
        self.layers = tuple(layers)
        self.norm = nn.LayerNorm(width * len(layers))
        self.linears = nn.ModuleList()
        for together in ASKED_TOGETHER:
            linear = nn.Linear(width * len(layers), sum(_outputs(key) for key in together))
            nn.init.normal_(linear.weight, std=linear.in_features**-0.5, generator=generator)
            nn.init.zeros_(linear.bias)
            self.linears.append(linear)

    def forward(
        self,
        states: Sequence[Float[Tensor, "picture _ _"]],
        labels: Mapping[str, Int[Tensor, "picture patch ..."]],
    ) -> dict[str, Answers]:
        """Answers where there is a label; tokens before the patches (class tokens) are left out.

        Few patches have letters, and those are most of the classes: computing only what is asked
        saves half of a step.
        """
        num_patches = labels["name"].shape[1]
        joined = torch.cat([states[layer][:, -num_patches:] for layer in self.layers], dim=-1)
        features = self.norm(joined).flatten(0, 1)
        answers = {}
        for together, linear in zip(ASKED_TOGETHER, self.linears, strict=True):
            is_asked = labels[together[0]].flatten(0, 1) >= 0
            rows = (is_asked if is_asked.ndim == 1 else is_asked[:, 0]).nonzero()[:, 0]
            scores = linear(features.index_select(0, rows)).float()
            parts = scores.split([_outputs(key) for key in together], dim=-1)
            for key, part in zip(together, parts, strict=True):
                shaped = part.unflatten(-1, (LONGEST, -1)) if key == "spelling" else part
                right = labels[key].flatten(0, 1)[rows].long()
                answers[key] = Answers(scores=shaped, labels=right)
        return answers


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
        self,
        pixel_values: Float[Tensor, "picture 3 height width"],
        labels: Mapping[str, Int[Tensor, "picture patch ..."]],
    ) -> list[dict[str, Answers]]:
        """What the chosen layers answer, then the middle one if there is one."""
        states = self.tower(pixel_values, output_hidden_states=True).hidden_states
        return [reader(states, labels) for reader in self.readers]


def dense_losses(answers: Mapping[str, Answers]) -> dict[str, Float[Tensor, ""]]:
    """Mean cross-entropy by kind; nothing where nothing was asked."""
    return {
        key: functional.cross_entropy(given.scores.flatten(0, -2), given.labels.flatten())
        if given.labels.numel()
        else given.scores.sum() * 0.0
        for key, given in answers.items()
    }


def right(answers: Mapping[str, Answers]) -> dict[str, Bool[Tensor, " answer"]]:
    """Which answers are right; of marks, on the patches that have one; of names, on pictograms,
    since a sign is soon told; of counts, where there are several. `text` is a sign's whole
    spelling.
    """
    found = {}
    for key, given in answers.items():
        hits = given.scores.argmax(-1) == given.labels
        if key.startswith(("mark", "ink")):
            hits = hits[given.labels > 0]
        elif key == "name":
            hits = hits[given.labels < NUM_CLASSES[key] - 1]
        elif key == "count":
            hits = hits[given.labels > 1]
        found[key] = hits.flatten()
    found["text"] = (answers["spelling"].scores.argmax(-1) == answers["spelling"].labels).all(-1)
    return found


def total_loss(losses: Mapping[str, Tensor]) -> Float[Tensor, ""]:
    """The kinds weighed against one another."""
    return torch.stack([WEIGHTS[key] * loss for key, loss in losses.items()]).sum()


def _outputs(key: str) -> int:
    return NUM_CLASSES[key] * (LONGEST if key == "spelling" else 1)
