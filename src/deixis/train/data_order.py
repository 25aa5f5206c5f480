"""Which example comes when: a pure function of (seed, epoch, place), never a list in memory."""

from dataclasses import dataclass
from typing import final

from deixis.core.ordering import shuffled


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
