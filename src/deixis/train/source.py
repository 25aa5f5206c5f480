"""Where examples come from. Without torch, so that the processes that prepare data stay light."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np


class Source(ABC):
    """Examples by their index, prepared in data processes, to which it is sent by pickle.

    Keep it small (paths and settings, no model) and in a file that does not import torch; give
    numpy arrays, which travel between processes quickly.
    """

    @property
    @abstractmethod
    def num_examples(self) -> int | None:
        """How many there are; None: endless, and example i is the i-th that is trained on."""

    @property
    def num_an_epoch(self) -> int | None:
        """Examples that an epoch goes through, each once; None: there are no epochs."""
        return self.num_examples

    @property
    def digest(self) -> str:
        """What tells these examples from others of the same number; empty where nothing does."""
        return ""

    @abstractmethod
    def example(self, index: int, generator: np.random.Generator) -> Any:  # Any: the task's own
        """One example. `generator` depends on the run's seed and the example's turn alone: use it
        for what should differ between epochs. A row that cannot be used raises SampleError.
        """

    def collate(self, examples: Sequence[Any]) -> Any:  # Any: the task's own
        """What `Task.loss` gets for these; the list as it is, unless overridden."""
        return list(examples)
