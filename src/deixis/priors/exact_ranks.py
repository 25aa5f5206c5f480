"""Exact ranks of names by pictures, without ever storing the scores.

The score of a picture x and a name y is their cosine, and r(x, e) = 1 + #{names above e's} + half
of those level with it. A block of scores at a time is made in float32 and counted at once; what
float32 cannot tell is made again in float64, which is wrong by less than TIE: what is equal in
exact arithmetic is always level, whatever the blocks, threads and scales.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from typing import final

import numpy as np
import torch
from jaxtyping import Float, Float64, Int64, Integer
from torch import Tensor

from deixis.core.errors import UsageError
from deixis.priors.counting import RUN, ScoreBlock, counted, counted_compiled
from deixis.priors.unit_embeddings import Sides, sides_of

ROUNDING = 2.0**-24  # of float32
MORE_ROUNDINGS = 16  # beside those of a product's sum: of lengths, of scaling, of thresholds
DEPTH = 1024  # of the width that one product sums: fewer roundings leave fewer scores in doubt


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Blocks:
    """How the work is cut. None of these changes a rank."""

    images: int = 1024  # of a block of scores
    names: int = 1024  # of a block of scores
    workers: int | None = None  # threads; None: as many as torch has, one beside an accelerator

    def __post_init__(self) -> None:
        if min(self.images, self.names, self.workers or 1) < 1 or self.workers == 0:
            raise UsageError(f"blocks and workers are at least 1, got {self}")

    def workers_on(self, device: torch.device) -> int:
        """The number of threads."""
        return self.workers or (torch.get_num_threads() if device.type == "cpu" else 1)


def exact_ranks(
    images: Float[Tensor, "image dim"],
    names: Float[Tensor, "name dim"],
    own: Integer[Tensor, " image"],
    *,
    blocks: Blocks | None = None,
) -> Float64[np.ndarray, " image"]:
    """The rank of each picture's own name, a row of `names`: 1 is best, halves are ties."""
    blocks = blocks or Blocks()
    if images.ndim != 2 or names.ndim != 2 or images.shape[1] != names.shape[1]:
        raise UsageError(
            "pictures' and names' embeddings are rows of one width, got "
            f"{tuple(images.shape)} and {tuple(names.shape)}"
        )
    own = _own_rows(own, len(images))
    if len(own) and not 0 <= int(own.min()) <= int(own.max()) < len(names):
        raise UsageError(f"own names are rows 0..{len(names) - 1}, got up to {int(own.max())}")
    sides = sides_of(images, names, own)
    goals, workers = sides.own_cosines(), blocks.workers_on(images.device)
    spans = _spans(len(images), max(blocks.images, -(-len(images) // workers)))
    turns = product(_spans(len(names), blocks.names), spans)
    ranks: Float64[np.ndarray, " image"] = np.ones(len(images))
    with _full_precision(), _one_thread_each(), ThreadPoolExecutor(workers) as threads:
        counts = threads.map(lambda turn: _counted(sides, goals, turn, blocks), turns)
        for span, count in counts:
            ranks[span] += count  # halves and whole numbers: any order gives the same sum
    return ranks


def _own_rows(own: Integer[Tensor, " image"], num_images: int) -> Int64[Tensor, " image"]:
    """As 64-bit numbers, in a row of memory; UsageError where they are none, or not one each."""
    kinds = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)
    if own.dtype not in kinds or own.shape != (num_images,):
        raise UsageError(
            f"own names are whole numbers, one for each of {num_images} pictures, "
            f"got {own.dtype} of shape {tuple(own.shape)}"
        )
    return own.long().contiguous()


def _counted(
    sides: Sides, goals: Float64[Tensor, " image"], turn: tuple[slice, slice], blocks: Blocks
) -> tuple[slice, Float64[np.ndarray, " some"]]:
    """For a span of pictures, how many of some names stand above each one's own, and half of those
    level; a block of pictures at a time.
    """
    some, span = turn
    names = sides.some_names(some).T
    device, (width, num_names) = names.device, names.shape
    doubt = (min(width, DEPTH) + width // DEPTH + MORE_ROUNDINGS) * ROUNDING
    size = min(blocks.images, span.stop - span.start), RUN * -(-num_names // RUN)
    buffers = torch.full((2, *size), -torch.inf, device=device)
    counts: Float64[np.ndarray, " image"] = np.empty(span.stop - span.start)
    for block_of in _spans(span.stop, blocks.images, start=span.start):
        images, lengths = sides.some_images(block_of)
        score, spare = (one[: len(images)] for one in buffers)
        _multiply(images, names, score[:, :num_names], spare[:, :num_names])
        goal = goals[block_of]
        block = ScoreBlock(
            sides=sides,
            images=block_of,
            names=some,
            score=score,
            high=((goal + doubt) * lengths).float(),
            low=((goal - doubt) * lengths).float(),
            goals=goal,
            columns=num_names,
        )
        count = counted_compiled(block)
        count = counted(block, spare) if count is None else count
        begin = block_of.start - span.start
        counts[begin : begin + len(images)] = count.cpu().numpy()
    return span, counts


def _multiply(
    images: Float[Tensor, "image dim"],
    names: Float[Tensor, "dim name"],
    score: Float[Tensor, "image name"],
    spare: Float[Tensor, "image name"],
) -> None:
    """The product into `score`, DEPTH of the width at a time, so that roundings stay few."""
    torch.mm(images[:, :DEPTH], names[:DEPTH], out=score)
    for begin in range(DEPTH, len(names), DEPTH):
        torch.mm(images[:, begin : begin + DEPTH], names[begin : begin + DEPTH], out=spare)
        score.add_(spare)


def _spans(stop: int, size: int, *, start: int = 0) -> list[slice]:
    """start..stop in pieces of that size."""
    return [slice(first, min(first + size, stop)) for first in range(start, stop, size)]


@contextmanager
def _full_precision() -> Iterator[None]:
    """Products in whole float32, although the process may have allowed fewer bits."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Within a product: blocks side by side leave less idle than threads within one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)
