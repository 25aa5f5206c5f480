"""Rows that hold several examples each: the number of the first of every row."""

import numpy as np
from jaxtyping import Int64

from deixis.data._fields import BadRowError
from deixis.data._json_rows import JsonRows


def starts_of(rows: JsonRows, name: str) -> Int64[np.ndarray, " row_and_end"]:
    """From the lengths of a list that each row has; a row without one counts as one bad example."""
    return starts_from([_length(rows, place, name) for place in range(len(rows))])


def starts_from(lengths: list[int]) -> Int64[np.ndarray, " row_and_end"]:
    """The number of the first example of every row, and of all at the end."""
    return np.concatenate([[0], np.cumsum(np.array(lengths, dtype=np.int64))]).astype(np.int64)


def length_of(row: object, name: str) -> int:
    """How many examples a row holds."""
    found = row.get(name) if isinstance(row, dict) else None
    return len(found) if isinstance(found, list) else 1


def _length(rows: JsonRows, place: int, name: str) -> int:
    try:
        return length_of(rows.row(place), name)
    except BadRowError:
        return 1
