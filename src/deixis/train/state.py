"""Where a run is: what a checkpoint keeps beside the weights, and what has to be as it was."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, final

import torch
from torch import Tensor

from deixis.core.errors import TrainingError, UsageError
from deixis.train.fsdp import placed
from deixis.train.metrics import StepMeans
from deixis.train.source import Source

GROUPS = ("weights", "buffers", "optimizer")  # of tensors, in a checkpoint
NEEDED = frozenset({"seconds", "window", "bad", "num_examples"})
Record = dict[str, Any]  # Any: what JSON holds


@final
@dataclass(kw_only=True, slots=True)
class State:
    """Steps and seconds so far, what was measured since the last line of metrics, bad rows."""

    step: int = 0
    seconds: float = 0.0
    window: StepMeans = field(default_factory=StepMeans)
    bad: dict[int, str] = field(default_factory=dict)

    def record(self, source: Source) -> Record:
        """As JSON, with what tells the data of another source."""
        return asdict(self) | {"num_examples": source.num_examples, "data": source.digest}

    @classmethod
    def read(cls, step: int, record: Mapping[str, Any], source: Source) -> "State":
        """Of a checkpoint; UsageError where the data is not what it was."""
        lacking = NEEDED - record.keys()
        if lacking:
            raise TrainingError(
                f"the checkpoint of step {step} lacks {', '.join(sorted(lacking))} in its state; "
                "take it out of the folder, and the run goes on from the one before"
            )
        _check_data(record, source)
        return cls(
            step=step,
            seconds=record["seconds"],
            window=StepMeans(**record["window"]),
            bad={int(index): reason for index, reason in record["bad"].items()},
        )


def put_in_place(group: str, own: Mapping[str, Tensor], saved: Mapping[str, Tensor]) -> None:
    """Give tensors of a module the values of a checkpoint's."""
    if {n: t.shape for n, t in own.items()} != {n: t.shape for n, t in saved.items()}:
        raise TrainingError(f"the {group} of the checkpoint are not those of this task")
    with torch.no_grad():
        for name, tensor in own.items():
            tensor.copy_(placed(saved[name], tensor))


def other_pieces(record: Mapping[str, Any], now: int) -> str | None:
    """What a step in other pieces than a checkpoint's changes, in words."""
    before = record.get("pieces")
    if before in (None, now):
        return None
    return (
        f"a step was computed in {before} pieces and is now in {now}: the same but for rounding "
        "and other lots of dropout"
    )


def _check_data(record: Mapping[str, Any], source: Source) -> None:
    if record["num_examples"] != source.num_examples:
        raise UsageError(
            f"the run began with {record['num_examples']} examples, there are "
            f"{source.num_examples} now: their order is another"
        )
    before = record.get("data", "")
    if before and source.digest and before != source.digest:
        raise UsageError(
            "the run began with other data: there are as many examples, but pictures, words or "
            "regions of some have changed. Give the same, another folder, or begin anew (--fresh)"
        )
