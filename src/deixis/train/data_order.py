"""Which examples a run has and when, and which process computes them.

The order is a pure function of (seed, epoch, place), never a list in memory.
"""

import dataclasses
from dataclasses import dataclass
from typing import final

from deixis.core.errors import UsageError
from deixis.core.ordering import shuffled
from deixis.train.config import RunConfig
from deixis.train.source import Source


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class DataOrder:
    """The endless stream of examples of a run: epoch after epoch, each in its own order.

    Where the data is endless (`num_examples` None), example i comes at position i.
    """

    seed: int
    num_examples: int | None

    def indices(self, begin: int, end: int) -> list[int]:
        """The examples at these positions of the run."""
        positions = range(begin, end)
        if self.num_examples is None:
            return list(positions)
        found: list[int] = []
        for epoch in range(begin // self.num_examples, -(-end // self.num_examples)):
            first = epoch * self.num_examples
            inside = range(max(begin, first), min(end, first + self.num_examples))
            places = [position - first for position in inside]
            found.extend(shuffled(places, self.num_examples, seed=self.seed, epoch=epoch))
        return found


def resolved(config: RunConfig, source: Source) -> RunConfig:
    """The settings with the steps that their epochs over this source come to."""
    end = end_of(config, source)
    return (
        config if end is None else dataclasses.replace(config, steps=-(-end // config.batch_size))
    )


def end_of(config: RunConfig, source: Source) -> int | None:
    """How many examples the epochs of a run have; None: it is told by its steps."""
    if config.epochs is None:
        return None
    if source.num_an_epoch is None:
        raise UsageError("this data is endless and has no epochs: set steps=N instead of epochs")
    return max(1, round(config.epochs * source.num_an_epoch))


def pieces_of(config: RunConfig, num_processes: int) -> int:
    """How many pieces each of so many processes computes its share of a batch in."""
    if config.micro_batch is None:
        return config.gradient_accumulation
    at_once = num_processes * config.micro_batch
    return max(config.gradient_accumulation, -(-config.batch_size // at_once))


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Shares:
    """The positions of a run, batch by batch, over processes and the pieces of each.

    Every position comes once. A step's positions are divided as evenly as can be: pieces differ by
    one at most, and a step that ends an epoch has those that are left. As a run weighs what it
    learns (answer tokens), uneven pieces change no result.
    """

    batch_size: int
    num_processes: int = 1
    num_turns: int = 1  # pieces that a process computes one after another
    end: int | None = None  # positions of the run; None: whole batches, as many as there are steps

    @staticmethod
    def of(config: RunConfig, source: Source, num_processes: int) -> "Shares":
        """The shares of a run on so many processes; its pieces follow from their number."""
        if config.batch_size < num_processes:
            raise UsageError(
                f"batch_size {config.batch_size} gives {num_processes} processes not an example "
                "each; set it higher, or start fewer"
            )
        return Shares(
            batch_size=config.batch_size,
            num_processes=num_processes,
            num_turns=pieces_of(config, num_processes),
            end=end_of(config, source),
        )

    @property
    def num_pieces(self) -> int:
        """Pieces of a step, over all processes."""
        return self.num_processes * self.num_turns

    def of_step(self, step: int) -> range:
        """The positions of a step."""
        first, last = step * self.batch_size, (step + 1) * self.batch_size
        return range(first, last if self.end is None else min(last, self.end))

    def piece(self, step: int, *, turn: int, rank: int) -> range:
        """Those of one process's piece; in a small step it may be empty."""
        whole = self.of_step(step)
        slot = turn * self.num_processes + rank
        begin, end = (at * len(whole) // self.num_pieces for at in (slot, slot + 1))
        return whole[begin:end]

    def told(self, steps: int) -> str | None:
        """The length of a run of epochs, in words; None where its steps are what was asked."""
        if self.end is None:
            return None
        last = len(self.of_step(steps - 1))
        small = f", {last} in the last" if last < self.batch_size else ""
        return f"{self.end:,} examples in {steps:,} steps of {self.batch_size}{small}"
