"""COCO's compressed run lengths of a mask become numbers and text again, and neither is trusted.

Runs go column by column, outside and inside in turns, outside first. From the fourth on COCO writes
the difference to the run two before, five bits a letter, the lowest first.
"""

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from jaxtyping import Int64

from deixis.core.errors import RegionError

SHORT = 4096  # letters of a mask whose run lengths are remembered
LONGEST = 2**32  # beyond any run: COCO keeps them in 32 bits
MOST_LETTERS = 7  # of a number: 35 bits hold any run and any difference of two

Runs: TypeAlias = Int64[np.ndarray, " run"]


def decode_counts(counts: str) -> Runs:
    """COCO's string gives run lengths, outside first; they are not to be written to."""
    return _decoded_short(counts) if len(counts) <= SHORT else _decoded(counts)


def encode_counts(runs: Runs) -> str:
    """Run lengths become COCO's string."""
    values = runs.copy()
    values[3:] -= runs[1:-2]
    letters = _num_letters(values)
    ends = np.cumsum(letters)
    place = np.arange(ends[-1]) - np.repeat(ends - letters, letters)
    digits = (np.repeat(values, letters) >> (5 * place)) & 0x1F
    digits |= 0x20  # more letters follow
    digits[ends - 1] &= 0x1F
    return (digits + 48).astype(np.uint8).tobytes().decode("ascii")


def is_canonical(counts: str, runs: Runs) -> bool:
    """A string is the one that COCO writes if no run but the first is empty, and no number has more
    letters than it needs.
    """
    if not runs[1:].all():
        return False
    values = runs.copy()
    values[3:] -= runs[1:-2]
    return int(_num_letters(values).sum()) == len(counts)


def canonical(runs: Runs) -> Int64[np.ndarray, " fewer"]:
    """The same pixels are written without empty runs, but for a first one."""
    return runs_of(np.cumsum(runs[:-1]), int(runs.sum()))


def runs_of(changes: Int64[np.ndarray, " change"], total: int) -> Runs:
    """Run lengths follow from the places, in order, at which outside and inside take turns.

    Two turns at one place cancel out.
    """
    if changes.size > 1 and not (changes[1:] > changes[:-1]).all():
        places, times = np.unique(changes, return_counts=True)
        changes = places[times % 2 == 1]
    if changes.size and changes[-1] >= total:
        changes = changes[changes < total]
    return np.diff(changes, prepend=0, append=total)


@lru_cache(maxsize=256)
def _decoded_short(counts: str) -> Runs:
    """A mask is checked when it is made, and mostly asked again soon."""
    runs = _decoded(counts)
    runs.flags.writeable = False
    return runs


def _decoded(counts: str) -> Runs:
    raw = np.frombuffer(counts.encode("latin-1", errors="replace"), dtype=np.uint8)
    if raw.size == 0 or raw.min() < 48 or raw.max() > 111 or (raw[-1] - 48) & 0x20:
        raise RegionError("a mask's run lengths are not COCO's compressed string")
    digits = raw.astype(np.int64) - 48
    is_last = (digits & 0x20) == 0
    starts = np.flatnonzero(np.concatenate(([True], is_last[:-1])))
    lengths = np.diff(np.append(starts, digits.size))
    if lengths.max() > MOST_LETTERS:
        raise RegionError("a mask's run lengths hold a number beyond any picture")
    place = np.arange(digits.size) - np.repeat(starts, lengths)
    values = np.add.reduceat((digits & 0x1F) << (5 * place), starts)
    negative = (digits[is_last] & 0x10) != 0
    values = np.where(negative, values - (np.int64(1) << (5 * lengths)), values)
    runs = values.copy()
    runs[1::2] = np.cumsum(values[1::2])
    runs[2::2] = np.cumsum(values[2::2])
    if runs.min() < 0 or runs.max() >= LONGEST:
        raise RegionError(f"a mask's run lengths are within 0..{LONGEST - 1}")
    return runs


def _num_letters(values: Runs) -> Int64[np.ndarray, " run"]:
    """Each number takes this many letters: five bits a letter, one of them for the sign."""
    magnitude = np.where(values < 0, ~values, values).astype(np.float64)
    _, bits = np.frexp(magnitude)
    return bits.astype(np.int64) // 5 + 1
