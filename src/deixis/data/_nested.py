"""Rows that hold several examples each."""

from dataclasses import dataclass
from typing import final

import numpy as np
from jaxtyping import Int64


@final
@dataclass(frozen=True, slots=True, eq=False)
class Nested:
    """Where each row's examples begin when all are counted through."""

    starts: Int64[np.ndarray, " row_and_end"]

    @classmethod
    def of(cls, lengths: list[int]) -> "Nested":
        """From the number of examples of every row."""
        return cls(np.concatenate([[0], np.cumsum(np.array(lengths, np.int64))]).astype(np.int64))

    def __len__(self) -> int:
        return int(self.starts[-1])

    def place(self, index: int) -> tuple[int, int]:
        """The row of an example, and which of the row's own it is."""
        row = int(np.searchsorted(self.starts, index, side="right")) - 1
        return row, index - int(self.starts[row])


def length_of(row: object, name: str) -> int:
    """How many examples a row holds; one without that list counts as one, a bad one."""
    found = row.get(name) if isinstance(row, dict) else None
    return len(found) if isinstance(found, list) else 1
