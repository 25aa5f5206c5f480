"""The settings of a training run, a line a field."""

import math
from dataclasses import dataclass, field
from typing import Literal, final

from deixis.core.errors import UsageError


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class OptimConfig:
    """AdamW, and how its learning rate goes over a run."""

    stored_name = "OptimConfig"

    lr: float = 1e-3  # at its highest
    weight_decay: float = 0.05  # of matrices; norms, biases and embeddings have none
    betas: tuple[float, float] = (0.9, 0.98)  # memory of the gradient and of its square
    eps: float = 1e-8  # of Adam; far smaller gradients make no step, however rare they are
    warmup_share: float = 0.03  # part of the run in which the rate rises
    schedule: Literal["cosine", "constant"] = "cosine"  # after the warm-up
    final_share: float = 0.0  # where cosine ends, as a part of lr
    clip: float = 1.0  # highest norm of the gradient; 0 clips nothing

    def __post_init__(self) -> None:
        if self.lr < 0 or self.weight_decay < 0 or self.clip < 0:
            raise UsageError(f"lr, weight_decay and clip are ≥ 0, got {self}")
        if not all(0 <= beta < 1 for beta in self.betas):
            raise UsageError(f"betas are within [0, 1), got {self.betas}")
        if not 0 < self.eps < 1:
            raise UsageError(f"eps is within 0..1 and not 0, got {self.eps}")
        if not (0 <= self.warmup_share <= 1 and 0 <= self.final_share <= 1):
            raise UsageError(f"warmup_share and final_share are within 0..1, got {self}")
        if self.schedule not in ("cosine", "constant"):
            raise UsageError(f"schedule is cosine or constant, got {self.schedule!r}")

    def lr_at(self, step: int, steps: int) -> float:
        """The rate of one step, counted from 0, of a run of so many."""
        warmup = math.ceil(self.warmup_share * steps)
        if step < warmup:
            return self.lr * (step + 1) / warmup
        if self.schedule == "constant":
            return self.lr
        done = (step - warmup) / max(1, steps - warmup)
        share = 0.5 * (1 + math.cos(math.pi * done))
        return self.lr * (self.final_share + (1 - self.final_share) * share)


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class RunConfig:
    """A run. The fields of `MAY_CHANGE` may differ when it goes on from a checkpoint."""

    stored_name = "RunConfig"

    steps: int = 1000  # optimizer steps; where epochs are set, what these come to
    epochs: float | None = None  # instead of steps: how often each example is learned from
    batch_size: int = 32  # examples of one step, over all processes and pieces
    micro_batch: int | None = None  # most examples that a device computes at once; None: its share
    gradient_accumulation: int = 1  # least pieces that a process computes its batch in
    optim: OptimConfig = field(default_factory=OptimConfig)  # the optimizer
    precision: Literal["auto", "bf16", "fp32"] = "auto"  # auto: bf16 where the hardware has it
    seed: int = 0  # of the data's order, of augmentation and of dropout
    skip_bad: bool = False  # leave bad rows out, and count them, instead of stopping at the first
    device: str = "auto"  # auto: the GPU where there is one
    spread: bool = False  # layers of large models over the processes (FSDP2), not whole on each
    threads: int | None = None  # of the CPU's arithmetic; None: as torch finds it
    num_workers: int = 0  # processes that prepare data beside the step; 0: within the step
    save_every: int = 500  # steps between checkpoints; a kill loses at most so many
    keep_checkpoints: int = 2  # newest ones that stay
    evaluate_every: int = 0  # steps between evaluations; 0: only after the last step
    log_every: int = 20  # steps that one line of metrics is the mean of

    def __post_init__(self) -> None:
        counts = ("steps", "batch_size", "gradient_accumulation", "save_every", "log_every")
        for name in (*counts, "keep_checkpoints"):
            if getattr(self, name) < 1:
                raise UsageError(f"{name} is at least 1, got {getattr(self, name)}")
        for name in ("num_workers", "evaluate_every", "seed"):
            if getattr(self, name) < 0:
                raise UsageError(f"{name} is at least 0, got {getattr(self, name)}")
        for name in ("threads", "micro_batch"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(f"{name} is at least 1, got {value}")
        if self.epochs is not None and not 0 < self.epochs < math.inf:
            raise UsageError(f"epochs is above 0, got {self.epochs}")
        if self.precision not in ("auto", "bf16", "fp32"):
            raise UsageError(f"precision is auto, bf16 or fp32, got {self.precision!r}")
        if self.batch_size % self.gradient_accumulation:
            raise UsageError(
                f"batch_size {self.batch_size} is a multiple of gradient_accumulation, "
                f"got {self.gradient_accumulation}"
            )


# the same examples in the same order and the same mathematics, whatever these are
MAY_CHANGE = frozenset(
    {
        "micro_batch",
        "skip_bad",
        "device",
        "spread",
        "threads",
        "num_workers",
        "save_every",
        "keep_checkpoints",
        "evaluate_every",
        "log_every",
    }
)
# of a task: how it is computed, not what
TASK_MAY_CHANGE = frozenset({"task.recomputes", "tuning.recomputes"})
