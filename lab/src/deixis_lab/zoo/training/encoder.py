"""The dense pretraining of a nano model's encoder: every patch says what it shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, final

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn
from torch.nn import functional

from deixis_lab.world.words import LONGEST
from deixis_lab.zoo.training.labels import NONE, NUM_CLASSES

WEIGHTS = {
    "name": 1.0,
    "colour": 0.5,
    "mark_kind": 1.5,
    "mark_colour": 1.5,
    "stuff": 0.2,
    "letter": 0.5,
    "spelling": 0.2,
    "reach": 0.4,
    "count": 0.5,
    "ink_kind": 0.7,
    "ink_colour": 0.7,
    "place": 1.0,
}
ASKED_TOGETHER = (  # kinds of labels that the same patches have
    ("name", "colour", "mark_kind", "mark_colour"),
    ("stuff",),
    ("letter",),
    ("spelling",),
    ("reach",),
    ("ink_kind", "ink_colour"),
    ("count",),
    ("place",),
)
MOST_READ = 24  # patches a picture of which one kind is asked in training, by lot
BEGUN = 0.35  # of the weights that another reader had
PARTS = {"spelling": LONGEST, "reach": 4, "place": 2}  # answers of a label that has several
NEAR = 2  # steps by which the reach of a box may be off
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

    @torch.no_grad()
    def begin_naming(self, classes: Sequence[int], weights: Float[Tensor, "name width"]) -> None:
        """Begin with what another linear reader of the same tower knows of some names."""
        first: Any = self.linears[0]  # Any: a ModuleList's members are not typed
        first.weight[torch.tensor(classes)] = weights * BEGUN

    def name_scores(
        self, states: Sequence[Float[Tensor, "picture _ _"]], num_patches: int
    ) -> Float[Tensor, "picture patch name"]:
        """How well each name fits each patch."""
        first: Any = self.linears[0]  # Any: a ModuleList's members are not typed
        num = NUM_CLASSES["name"]
        features = self.features(states, num_patches)
        return functional.linear(features, first.weight[:num], first.bias[:num])

    def features(
        self, states: Sequence[Float[Tensor, "picture _ _"]], num_patches: int
    ) -> Float[Tensor, "picture patch _"]:
        """What is read of each patch."""
        joined = torch.cat([states[layer][:, -num_patches:] for layer in self.layers], dim=-1)
        normed: Tensor = self.norm(joined)
        return normed

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
        features = self.features(states, num_patches).flatten(0, 1)
        answers = {}
        for together, linear in zip(ASKED_TOGETHER, self.linears, strict=True):
            is_asked = labels[together[0]].flatten(0, 1) >= 0
            rows = (is_asked if is_asked.ndim == 1 else is_asked[:, 0]).nonzero()[:, 0]
            if self.training:
                rows = _chosen(rows, labels, most=MOST_READ * len(labels["name"]))
            scores = linear(features.index_select(0, rows)).float()
            parts = scores.split([_outputs(key) for key in together], dim=-1)
            for key, part in zip(together, parts, strict=True):
                shaped = part.unflatten(-1, (PARTS[key], -1)) if key in PARTS else part
                right = labels[key].flatten(0, 1)[rows].long()
                answers[key] = Answers(scores=shaped, labels=right)
        return answers


@final
class DenseEncoder(nn.Module):
    """A vision tower with readers on its chosen layers and on a middle one; if it is `taught` it
    guesses that many numbers a patch of a teacher's map.
    """

    def __init__(
        self,
        tower: Any,
        states: Callable[[Any, Tensor], Sequence[Tensor]],
        *,
        layers: Sequence[int],
        middle: int | None,
        generator: torch.Generator,
        taught: int = 0,
    ) -> None:
        super().__init__()
        width = tower.config.hidden_size
        self.taught = nn.Linear(width * len(layers), taught) if taught else None
        self.tower, self.states = tower, states
        read = (tuple(layers),) if middle is None else (tuple(layers), (middle,))
        self.readers = nn.ModuleList(
            PatchReader(width=width, layers=chosen, generator=generator) for chosen in read
        )

    def see(
        self, pixel_values: Float[Tensor, "picture 3 height width"]
    ) -> Sequence[Float[Tensor, "picture _ _"]]:
        """The tower's hidden states."""
        return self.states(self.tower, pixel_values)

    def read(
        self,
        states: Sequence[Float[Tensor, "picture _ _"]],
        labels: Mapping[str, Int[Tensor, "picture patch ..."]],
    ) -> list[dict[str, Answers]]:
        """What the chosen layers answer, then the middle one if there is one."""
        return [reader(states, labels) for reader in self.readers]

    def guessed(
        self, states: Sequence[Float[Tensor, "picture _ _"]], num_patches: int
    ) -> Float[Tensor, "picture patch taught"]:
        """What a teacher may see of each patch."""
        assert self.taught is not None
        first: Any = self.readers[0]  # Any: a ModuleList's members are not typed
        guesses: Tensor = self.taught(first.features(states, num_patches))
        return guesses


def _chosen(
    rows: Int[Tensor, " row"], labels: Mapping[str, Int[Tensor, "picture patch ..."]], *, most: int
) -> Int[Tensor, " chosen"]:
    """Some of many patches by lot, first those of marked things and under marks: they are few."""
    if len(rows) <= most:
        return rows
    is_marked = (labels["mark_kind"] > 0) | (labels["ink_kind"] > 0)
    lots = torch.rand(len(rows), device=rows.device) + is_marked.flatten()[rows].float()
    return rows[lots.topk(most).indices]


def dense_losses(answers: Mapping[str, Answers]) -> dict[str, Float[Tensor, ""]]:
    """Mean cross-entropy by kind; nothing where nothing was asked."""
    return {
        key: functional.cross_entropy(
            given.scores.flatten(0, -2), given.labels.flatten(), ignore_index=NONE
        )
        if (given.labels != NONE).any()
        else given.scores.sum() * 0.0
        for key, given in answers.items()
    }


def right(answers: Mapping[str, Answers]) -> dict[str, Bool[Tensor, " answer"]]:
    """Which answers are right; of marks, on the patches that have one; of names, on drawings,
    since a sign is soon told; of counts, where there are several; of reach, boxes that are near.
    `text` is a sign's whole spelling.
    """
    found = {}
    for key, given in answers.items():
        hits = given.scores.argmax(-1) == given.labels
        if key.startswith(("mark", "ink")):
            hits = hits[given.labels > 0]
        elif key == "colour":
            hits = hits[given.labels != NONE]
        elif key == "name":
            hits = hits[given.labels < NUM_CLASSES[key] - 1]
        elif key == "reach":
            hits = (given.scores.argmax(-1) - given.labels).abs().amax(-1) <= NEAR
        elif key == "count":
            hits = hits[given.labels > 1]
        found[key] = hits.flatten()
    found["text"] = (answers["spelling"].scores.argmax(-1) == answers["spelling"].labels).all(-1)
    return found


def total_loss(losses: Mapping[str, Tensor]) -> Float[Tensor, ""]:
    """The kinds weighed against one another."""
    return torch.stack([WEIGHTS[key] * loss for key, loss in losses.items()]).sum()


def _outputs(key: str) -> int:
    return NUM_CLASSES[key] * PARTS.get(key, 1)
