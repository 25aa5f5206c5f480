"""Exact ranks of names by pictures, without ever storing the scores.

The score of a picture x and a name y is their cosine, and r(x, e) = 1 + #{names above e's} + half
of those level with it. A block of scores at a time is made in float32 and counted at once. What
lies so near to the own name's score that float32 could be wrong about it is made again in float64;
there, scores within TIE of one another are level. float64 is wrong by less than that, so what is
equal in exact arithmetic is always level, whatever the blocks, threads and scales.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import final

import numpy as np
import torch
from jaxtyping import Float, Float64, Int64
from torch import Tensor

from deixis.core.errors import UsageError

TIE = 1e-11  # cosines nearer than this are level; float64 is wrong by at most 2⁻⁵³ times the width
ROUNDING = 2.0**-24  # of float32
MORE_ROUNDINGS = 16  # beside those of a product's sum: of lengths, of scaling, of thresholds
DEPTH = 256  # of the width that one product sums: fewer roundings leave fewer scores in doubt
RUN = 64  # scores that are looked through together for such
PLAIN = (1e-15, 1e15)  # lengths whose inverses float32 holds well
PAIRS = 2048  # that are made again at once


@final
@dataclass(frozen=True, kw_only=True, slots=True)
class Blocks:
    """How the work is cut. None of these changes a rank."""

    images: int = 512  # of a block of scores
    names: int = 1024  # of a block of scores
    workers: int = 1  # threads that each count blocks of their own, beside torch's within a product

    def __post_init__(self) -> None:
        if min(self.images, self.names, self.workers) < 1:
            raise UsageError(f"blocks and workers are at least 1, got {self}")


def exact_ranks(
    images: Float[Tensor, "image dim"],
    names: Float[Tensor, "name dim"],
    own: Int64[Tensor, " image"],
    *,
    blocks: Blocks | None = None,
) -> Float64[np.ndarray, " image"]:
    """The rank of each picture's own name, a row of `names`: 1 is best, halves are ties."""
    blocks = blocks or Blocks()
    if len(own) and not 0 <= int(own.min()) <= int(own.max()) < len(names):
        raise UsageError(f"own names are rows 0..{len(names) - 1}, got up to {int(own.max())}")
    sides = _Sides(
        images=images,
        names=names,
        own=own,
        by_image=_inverse_lengths(images, "picture"),
        by_name=_inverse_lengths(names, "name"),
    )
    ranks: Float64[np.ndarray, " image"] = np.ones(len(images))
    with _full_precision():
        goals = _own_scores(sides)
        starts = range(0, len(names), blocks.names)
        with ThreadPoolExecutor(blocks.workers) as threads:
            counts = threads.map(lambda start: _counted(sides, goals, start, blocks), starts)
            for count in counts:  # halves and whole numbers: any order gives the same sum
                ranks += count
    return ranks


@final
@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class _Sides:
    """Both sides with the inverses of their lengths, and which name is whose."""

    images: Float[Tensor, "image dim"]
    names: Float[Tensor, "name dim"]
    own: Int64[Tensor, " image"]
    by_image: Float64[Tensor, " image"]
    by_name: Float64[Tensor, " name"]

    def cosines(
        self, images: Int64[Tensor, " pair"], names: Int64[Tensor, " pair"]
    ) -> Float64[Tensor, " pair"]:
        """In float64, pair by pair."""
        found = torch.empty(len(images), dtype=torch.float64, device=self.images.device)
        for begin in range(0, len(images), PAIRS):
            left, right = images[begin : begin + PAIRS], names[begin : begin + PAIRS]
            products = self.images[left].double().mul_(self.names[right])
            scale = self.by_image[left] * self.by_name[right]
            found[begin : begin + PAIRS] = products.sum(-1) * scale
        return found


def _inverse_lengths(rows: Float[Tensor, "row dim"], what: str) -> Float64[Tensor, " row"]:
    """Of each row; UsageError where a row has no direction."""
    inverse = torch.empty(len(rows), dtype=torch.float64, device=rows.device)
    for begin in range(0, len(rows), PAIRS):
        some = rows[begin : begin + PAIRS].double()
        inverse[begin : begin + PAIRS] = some.norm(dim=-1).reciprocal()
    bad = (~(inverse.isfinite() & (inverse > 0))).nonzero()
    if len(bad):
        raise UsageError(
            f"the embedding of {what} {int(bad[0])} is zero or not a number: it has no direction"
        )
    return inverse


def _own_scores(sides: _Sides) -> Float64[Tensor, " image"]:
    everyone = torch.arange(len(sides.images), device=sides.images.device)
    return sides.cosines(everyone, sides.own)


def _counted(
    sides: _Sides, goals: Float64[Tensor, " image"], start: int, blocks: Blocks
) -> Float64[np.ndarray, " image"]:
    """How many names of one block stand above each picture's own, and half of those level."""
    names = _scaled(sides.names, sides.by_name, start, blocks.names).T
    device, (width, num_names) = names.device, names.shape
    doubt = (min(width, DEPTH) + width // DEPTH + MORE_ROUNDINGS) * ROUNDING
    runs = -(-num_names // RUN)
    buffers = torch.full((3, blocks.images, RUN * runs), -torch.inf, device=device)
    counts: Float64[np.ndarray, " image"] = np.zeros(len(sides.images))
    for first in range(0, len(sides.images), blocks.images):
        images = _scaled(sides.images, sides.by_image, first, blocks.images)
        goal = goals[first : first + len(images), None]
        score, spare, marked = (one[: len(images)] for one in buffers)
        _multiply(images, names, score[:, :num_names], spare[:, :num_names])
        torch.gt(score, (goal + doubt).float(), out=marked)
        above = marked.unflatten(1, (runs, RUN)).sum(-1)
        torch.gt(score, (goal - doubt).float(), out=marked)
        near = marked.unflatten(1, (runs, RUN)).sum(-1).sub_(above)
        count = above.sum(1).double()
        rows, columns = _places(score, goal, doubt, near.nonzero())
        _add_near(sides, goals, count, (rows, columns), (first, start))
        counts[first : first + len(images)] = count.cpu().numpy()
    return counts


def _add_near(
    sides: _Sides,
    goals: Float64[Tensor, " image"],
    count: Float64[Tensor, " some"],
    near: tuple[Int64[Tensor, " pair"], Int64[Tensor, " pair"]],
    corner: tuple[int, int],
) -> None:
    """Add what float32 cannot tell, made again in float64. The own name is no rival of its own."""
    (rows, columns), (first, start) = near, corner
    images, names = rows + first, columns + start
    is_rival = sides.own[images] != names
    rows, images, names = rows[is_rival], images[is_rival], names[is_rival]
    apart = sides.cosines(images, names) - goals[images]
    worth = (apart > TIE).double() + 0.5 * (apart.abs() <= TIE).double()
    count.index_add_(0, rows, worth)


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


def _places(
    score: Float[Tensor, "image column"],
    goal: Float64[Tensor, "image 1"],
    doubt: float,
    hits: Int64[Tensor, "hit 2"],
) -> tuple[Int64[Tensor, " pair"], Int64[Tensor, " pair"]]:
    """Rows and columns of the few scores that may be level, which lie in these runs of rows."""
    rows, runs = hits.T
    found = score.unflatten(1, (-1, RUN))[rows, runs]
    goals = goal[rows]
    is_near = (found > (goals - doubt).float()) & ~(found > (goals + doubt).float())
    run, inside = is_near.nonzero(as_tuple=True)
    return rows[run], runs[run] * RUN + inside


def _scaled(
    rows: Float[Tensor, "row dim"], inverse: Float64[Tensor, " row"], first: int, count: int
) -> Float[Tensor, "some dim"]:
    """Some rows as float32 of length 1."""
    some, scale = rows[first : first + count], inverse[first : first + count, None]
    if some.dtype == torch.float32 and PLAIN[0] < scale.min() and scale.max() < PLAIN[1]:
        return some * scale.float()
    return (some.double() * scale).float()


@contextmanager
def _full_precision() -> Iterator[None]:
    """Products in whole float32, although the process may have allowed fewer bits."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)
