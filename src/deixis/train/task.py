"""What is trained: the weights, where examples come from, the loss, and how it is saved."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, final

import numpy as np
import torch
from torch import Tensor, nn

from deixis.train.config import OptimConfig, RunConfig
from deixis.train.distributed import Parallel
from deixis.train.source import Source


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Losses:
    """What one batch gave.

    `total` is a mean over `weight` things (answer tokens, patches, pictures): batches computed in
    pieces or on several processes are joined by it, so that every thing counts the same.
    `parts` are further numbers for the metrics, joined in the same way; tensors are read later.
    `bad` tells of examples that were left out, by their places in the batch, as of bad rows.
    """

    total: Tensor
    weight: float = 1.0
    parts: Mapping[str, float | Tensor] = field(default_factory=dict)
    bad: Mapping[int, str] = field(default_factory=dict)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class ParameterGroup:
    """Weights that the optimizer treats alike. `lr_share` multiplies the run's learning rate.

    `kind` is how they are changed: by AdamW, for matrices alone by Muon (Jordan 2024), or by steps
    of a fixed length along the gradient.
    """

    parameters: tuple[nn.Parameter, ...]
    weight_decay: float
    lr_share: float = 1.0
    kind: Literal["adamw", "muon", "normalised"] = "adamw"


class Task(ABC):
    """One thing to train. `module` holds every weight that trains (requires_grad) and every buffer
    that changes; the runner checkpoints these, moves the module to the device and sets its mode.
    """

    module: nn.Module
    source: Source
    weighs_steps: ClassVar[bool] = False  # whether `begin_step` is to see a step before its losses

    def begin(self, config: RunConfig) -> None:  # noqa: B027  # most tasks need nothing of it
        """Called once, before all else, with the settings of the run."""

    def begin_step(self, batches: Sequence[Any], parallel: Parallel) -> None:  # noqa: B027
        """Called, if `weighs_steps`, before the losses of a step that is computed in pieces or by
        several processes, with this one's batches: a loss whose parts are means over different
        things needs to know how many of each the whole step has.
        """

    @abstractmethod
    def loss(self, batch: Any, step: int) -> Losses:  # Any: what the source collates
        """The loss of a collated batch. It runs under the run's autocast, and the global torch
        generators are seeded by (seed, step) before it: dropout and the like are repeatable.
        """

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write the trained model into an empty folder, in transformers' own format."""

    def evaluate(self, step: int) -> Mapping[str, float]:
        """Numbers of held-out data, in evaluation mode and without gradients; none by default."""
        return {}

    def after_step(self, step: int) -> None:  # noqa: B027  # most tasks need none
        """Called after the weights were changed: averages of weights and the like. What it keeps
        must be in buffers of `module` to survive a kill.
        """

    def parameter_groups(self, optim: OptimConfig) -> list[ParameterGroup]:
        """Matrices with weight decay; norms, biases and embeddings without."""
        return decayed_groups(self.module, optim.weight_decay)

    @property
    def num_saved_bytes(self) -> int:
        """About how much room `save` takes: the whole module, unless overridden."""
        tensors = [*self.module.parameters(), *self.module.buffers()]
        return sum(one.numel() * one.element_size() for one in tensors)

    @property
    def rests_on(self) -> Mapping[str, str]:
        """What decides the outcome beside the settings, by digests (the models that a prompt is
        learned on). A run goes on only where these are the same.
        """
        return {}

    @property
    def held(self) -> Sequence[nn.Module]:
        """What a loss runs beside `module`: models that stay as they are; none by default."""
        return ()

    def largest_batch(self, num: int) -> Any:  # Any: what the source collates
        """A batch as large as so many examples can be, to count memory on; the first of the source,
        unless overridden.
        """
        examples = [self.source.example(i, np.random.default_rng(i)) for i in range(num)]
        return self.source.collate(examples)

    @property
    def spreadable(self) -> nn.Module | None:
        """The part whose repeated layers may be spread over processes; none by default. A task that
        allows it evaluates nothing and leaves those weights alone between the passes.
        """
        return None

    @property
    def device(self) -> torch.device:
        """Where the weights are, and where a batch has to go."""
        return next(self.module.parameters()).device


def decayed_groups(module: nn.Module, weight_decay: float) -> list[ParameterGroup]:
    """The weights that train, matrices apart from norms, biases and embeddings."""
    plain: dict[int, nn.Parameter] = {}
    for owner in module.modules():
        for name, parameter in owner.named_parameters(recurse=False):
            if parameter.ndim < 2 or isinstance(owner, nn.Embedding) or "embed" in name:
                plain[id(parameter)] = parameter
    training = [parameter for parameter in module.parameters() if parameter.requires_grad]
    decayed = tuple(parameter for parameter in training if id(parameter) not in plain)
    undecayed = tuple(parameter for parameter in training if id(parameter) in plain)
    groups = [
        ParameterGroup(parameters=decayed, weight_decay=weight_decay),
        ParameterGroup(parameters=undecayed, weight_decay=0.0),
    ]
    return [group for group in groups if group.parameters]
